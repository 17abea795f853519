"""Where the boxes of a chart stand on paper: a tree drawn from left to right (组织图)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

WIDE, HIGH = 46.0, 9.0
ACROSS, DOWN = 14.0, 2.6
"""Millimetres of a box, and between two of them."""

MOST: Final = 400
"""Boxes of one chart: more are no longer read, and the deepest are left out."""

LEAVES: Final = 50
"""So many boxes under one another can be read on the largest sheet."""

ONE, TWO = 13.0, 16.0
"""Chinese characters that a line of a box holds: in large letters, and in smaller ones."""

NARROW: Final = 0.56
"""How wide a letter is beside a Chinese character."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One box, and what hangs under it."""

    name: str
    kind: str
    is_commanded: bool = False
    below: tuple["Branch", ...] = ()
    more: int = 0
    """How many hang under it that are not drawn."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box on the sheet, in millimetres, and where the line comes from."""

    x: float
    y: float
    name: str
    kind: str
    is_commanded: bool
    more: int
    from_y: float | None


def size(branch: Branch) -> int:
    """Return how many boxes a branch has."""
    return 1 + sum(size(one) for one in branch.below)


def leaves(branch: Branch) -> int:
    """Return how many boxes of a branch stand one under another."""
    return sum(leaves(one) for one in branch.below) or 1


def sheets(root: Branch) -> list[Branch]:
    """Return a chart in parts of which each can be read on a sheet, the root on each of them.

    What hangs under it stays together. What is too large for that is drawn closed there, and
    opened on sheets of its own after them.
    """
    if leaves(root) <= LEAVES:
        return [root]
    parts: list[list[Branch]] = [[]]
    for one in root.below:
        shown = one if leaves(one) <= LEAVES else replace(one, below=(), more=len(one.below))
        if sum(leaves(other) for other in parts[-1]) + leaves(shown) > LEAVES:
            parts.append([])
        parts[-1].append(shown)
    large = [one for one in root.below if leaves(one) > LEAVES]
    own = [sheet for one in large for sheet in sheets(one)]
    return [*(replace(root, below=tuple(part)) for part in parts), *own]


def lines(name: str) -> tuple[str, ...]:
    """Return a name in one line or two, as a box holds it; what goes beyond is cut."""
    if across(name) <= TWO:
        return (name,)
    first = _fitting(name, TWO)
    rest = name[len(first) :].strip()
    if across(rest) > TWO:
        rest = f"{_fitting(rest, TWO - 1).rstrip()}…"
    return first.rstrip(), rest


def _fitting(name: str, room: float) -> str:
    """Return the beginning that a line holds; no word is broken that could stand on the next."""
    end = max(n for n in range(len(name) + 1) if across(name[:n]) <= room)
    is_inside = end < len(name) and name[end].isascii() and name[end - 1].isascii()
    gap = name.rfind(" ", 0, end + 1) if is_inside else -1
    return name[:gap] if gap > 0 else name[:end]


def across(text: str) -> float:
    """Return how wide a text is, a Chinese character being one."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WF" else NARROW for one in text)


def layout(root: Branch) -> tuple[tuple[Box, ...], float, float]:
    """Return the boxes with the width and height of the whole.

    Leaves stand one under another; whatever has something under it stands in their middle.
    """
    boxes: list[Box] = []
    deepest = _place(root, 0, 0.0, boxes)
    width = max(box.x for box in boxes) + WIDE
    return tuple(boxes), width, deepest[1] - DOWN


def _place(branch: Branch, depth: int, top: float, boxes: list[Box]) -> tuple[float, float]:
    """Place a branch from ``top`` on; return the middle of its box and where the next begins."""
    x = depth * (WIDE + ACROSS)
    if not branch.below:
        boxes.append(_box(branch, x, top))
        return top + HIGH / 2, top + HIGH + DOWN
    middles: list[float] = []
    first = len(boxes)
    begin = top
    for one in branch.below:
        middle, top = _place(one, depth + 1, top, boxes)
        middles.append(middle)
    middle = max((middles[0] + middles[-1]) / 2, begin + HIGH / 2)
    _join(boxes, first, middles, x + WIDE + ACROSS, middle)
    boxes.append(_box(branch, x, middle - HIGH / 2))
    return middle, top


def _join(boxes: list[Box], first: int, middles: Sequence[float], x: float, from_y: float) -> None:
    """Draw the lines from a box to those right below it."""
    wanted = set(middles)
    for number in range(first, len(boxes)):
        box = boxes[number]
        if box.x == x and box.y + HIGH / 2 in wanted and box.from_y is None:
            boxes[number] = Box(
                box.x, box.y, box.name, box.kind, box.is_commanded, box.more, from_y
            )


def _box(branch: Branch, x: float, y: float) -> Box:
    return Box(x, y, branch.name, branch.kind, branch.is_commanded, branch.more, None)

"""How many grids a part can have, and why it may have no answer (网格数)."""

import math
from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from quanyu.regions.engine.parts import Part
from quanyu.regions.engine.terms import NONE, Floats, Impossible, Ints, Wishes

MOSTLY = 0.8
"""Where fewer have a grid today, its number of grids says nothing."""


def how_many(part: Part, wishes: Wishes, *, today: bool) -> int:
    """Return the number of grids: near today's if that is asked, else near the target."""
    large = part.households > wishes.high
    alone, rest = int(large.sum()), float(part.households[~large].sum())
    low, high = _bounds(rest, wishes)
    wanted = max(1 - min(alone, 1), round(rest / wishes.target))
    if today and _covered(part) > MOSTLY:
        wanted = len(part.labels) - alone
    number = alone + (min(max(wanted, low), high) if low <= high else max(wanted, 1 - alone))
    locked = len(np.unique(part.today[part.locked]))
    return max(1, locked, min(number, len(part)))


def worth_trying(part: Part, wishes: Wishes, *, today: bool) -> list[int]:
    """Return the numbers of grids to try until all are in range; one if they can never be."""
    first = how_many(part, wishes, today=today)
    around = (first, first, first + 1, first - 1)
    return [first, *(number for number in around if can_be(part, wishes, number))]


def why_not(part: Part, wishes: Wishes, households: Floats) -> Iterator[Impossible]:
    """Name what keeps a drawn part from the wished numbers; nothing if all its grids are right."""
    if ((households >= wishes.low) & (households <= wishes.high)).all():
        return
    total = int(part.households.sum())
    large = np.flatnonzero(part.households > wishes.high)
    rest = float(part.households.sum() - part.households[large].sum())
    if len(large):
        units = tuple(int(unit) for unit in part.units[large])
        yield Impossible(part.community, "large_building", total, units)
    elif total < wishes.low:
        yield Impossible(part.community, "few", total)
    elif not _fits(rest, wishes):
        yield Impossible(part.community, "between", total)
    else:
        yield Impossible(part.community, "not_found", total)


def torn(part: Part, grid: Ints) -> Iterator[Impossible]:
    """Name a part in which locked units of one grid do not come together."""
    if not part.locked.any():
        return
    same = grid[part.source] == grid[part.neighbour]
    i, j = part.source[same], part.neighbour[same]
    graph = coo_array((np.ones(len(i), np.int8), (i, j)), shape=(len(part), len(part)))
    pieces = connected_components(graph, directed=False)[0]
    if pieces > len(np.unique(grid)):
        units = tuple(int(unit) for unit in part.units[part.locked])
        yield Impossible(part.community, "apart", int(part.households.sum()), units)


def can_be(part: Part, wishes: Wishes, number: int) -> bool:
    """Say whether so many grids can all be in range, by the sum alone."""
    total, locked = part.households.sum(), len(np.unique(part.today[part.locked]))
    fits = number * wishes.low <= total <= number * wishes.high
    return bool(fits and max(1, locked) <= number <= len(part))


def _covered(part: Part) -> float:
    """Return the share of households that have a grid today."""
    return float(part.households[part.today != NONE].sum() / max(part.households.sum(), 1.0))


def has_today(part: Part) -> bool:
    """Say whether any unit has a grid today."""
    return bool((part.today != NONE).any())


def _fits(households: float, wishes: Wishes) -> bool:
    low, high = _bounds(households, wishes)
    return low <= high


def _bounds(households: float, wishes: Wishes) -> tuple[int, int]:
    return math.ceil(households / wishes.high), math.floor(households / wishes.low)

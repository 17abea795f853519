"""Which findings of a check nobody has been told of before, and how the keeper is told (新问题)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

NEAR: Final = 0.0005
"""Degrees, some fifty metres: a gap so near to one of yesterday is the same, re-drawn a little."""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a finding is told from others of the same check (问题的标记)."""

    fault: str
    path: str
    other_path: str
    building: str
    lon: float | None
    lat: float | None


def fresh(now: Sequence[Mark], before: Iterable[Mark]) -> list[bool]:
    """Return for each finding whether the check before had none like it; each counts once."""
    known: dict[tuple[str, ...], list[Mark]] = defaultdict(list)
    for one in before:
        known[_kind(one)].append(one)
    found = []
    for one in now:
        like = next((old for old in known[_kind(one)] if _is_near(one, old)), None)
        if like is not None:
            known[_kind(one)].remove(like)
        found.append(like is None)
    return found


def _kind(one: Mark) -> tuple[str, ...]:
    return one.fault, one.path, one.other_path, one.building


def _is_near(one: Mark, old: Mark) -> bool:
    # A building is known by its key, and what has no shape by its place alone.
    if one.building or one.lon is None or old.lon is None:
        return True
    return abs(one.lon - old.lon) < NEAR and abs((one.lat or 0) - (old.lat or 0)) < NEAR


FAULTY: Final = "grid_check.fresh"

declare(
    Topic(
        FAULTY,
        Group.ASSIGNED,
        _("网格检查发现新问题"),
        _("{place}的网格有 {count} 处新问题"),
        _("{day}检查{place}的网格，新发现 {count} 处问题，现有 {total} 处。请在网格检查里改好。"),
        ("place", "day", "count", "total"),
    ),
)

"""Which numbers of matters are kept ready, and which of them answers a list (汇总口径).

A number ready for every question would be as many rows as there are matters. So each grain keeps
what is often asked where there is much of it; for what is seldom asked, or small, the rows are
counted, and where that is too much the page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quanyu.events.rules import Filters

CITY, AREA, STREET, COMMUNITY = range(2, 6)
"""Levels, as the number of codes in the path of a place: ``34/01/`` is the city."""


@dataclass(frozen=True, slots=True)
class Grain:
    """One way to add up: down to which level, by which length of class, by day or not (口径)."""

    name: str
    lowest: int
    by_class: bool = False
    by_major: bool = False
    by_day: bool = False


GRAINS = (
    Grain("place", COMMUNITY),
    Grain("class", STREET, by_class=True),
    Grain("day", AREA, by_day=True),
    Grain("major", CITY, by_major=True, by_day=True),
)
"""The cheapest first."""

UNKNOWN = (
    *("body", "unit", "channel", "due", "words", "urgent"),
    *("figure", "period", "without"),
)
"""What the roll-up says nothing of."""


def level(path: str) -> int:
    """Return how deep a place lies."""
    return path.count("/")


def above(path: str, deepest: int) -> str:
    """Return the place at this level that holds a place; itself where it lies no deeper."""
    return "/".join(path.split("/")[:deepest]) + "/" if level(path) > deepest else path


def major(code: str) -> str:
    """Return the first part of a class: two digits, behind a P for what is a part."""
    return code[: 3 if code.startswith("P") else 2]


def answering(filters: Filters, *, levels: Sequence[int]) -> Grain | None:
    """Return the grain that answers a list of places at these levels, or None."""
    if any(getattr(filters, name) for name in UNKNOWN) or filters.state in {"late", "mine"}:
        return None
    deepest = max(levels, default=COMMUNITY + 1)
    return next((g for g in GRAINS if deepest <= g.lowest and _answers(g, filters)), None)


def _answers(grain: Grain, filters: Filters) -> bool:
    asks_day = bool(filters.since or filters.until)
    if asks_day and not grain.by_day:
        return False
    if not filters.category:
        return not grain.by_class and not grain.by_major and grain.by_day == asks_day
    return grain.by_class or (grain.by_major and filters.category == major(filters.category))

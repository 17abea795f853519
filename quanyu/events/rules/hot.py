"""When so many matters of a kind at a place are more than usual (热点). No database, no clock.

Places and kinds alone: never who reported.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quanyu.events.rules import PARTS_OF_A_STREET
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop as _

WEEKS = 8
"""The weeks that are looked at."""

YEAR = 365
"""The days from whose rest one knows what is usual."""

SHORTEST_BEFORE = 56
"""With fewer days before, nobody can say what is usual."""

LEAST = 5
"""Fewer matters are no hot issue, however rare they are."""

TWICE = 2.0
"""So many times what is usual, at least."""

CHANCE = 0.001
"""As seldom as this, at most, so many come by chance where that is usual."""

RAREST = 0.5
"""What is usual where there was nothing before: half a matter, for nothing is never certain."""

ONE_GRID = 2 / 3
"""With this share of a community's matters in one hot grid, the grid is named alone."""

OPENED_BY = frozenset(
    {Role.DISPATCHER, Role.COMMANDER, Role.DISTRICT_ADMIN, Role.COMMUNITY_SECRETARY}
)
"""Who sees what has piled up, and may set it aside."""

READ_BY = OPENED_BY | {Role.HANDLER}
"""Who opens the page: the lead body of a campaign finds the campaign there."""

ASIDE: Mapping[str, str] = MappingProxyType(
    {
        "known": _("原因清楚，已经在办"),
        "season": _("季节性，每年如此"),
        "misfiled": _("类别分错，不是一类事"),
        "counting": _("统计原因，如集中补录"),
    }
)
"""Why somebody sets a hot issue aside; a code, so that nobody writes of people here."""

Key = tuple[str, str]
"""A place and a class."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many matters of a class a place had in the last weeks, and in the days before."""

    recent: int
    before: int


@dataclass(frozen=True, slots=True)
class Hot:
    """More matters of a kind at a place than usual."""

    place: str
    category: str
    count: int
    usual: float


def usual(before: int, *, days: int) -> float:
    """Return how many the weeks usually bring, from so many in so many days before."""
    return before * WEEKS * 7 / days if days else 0.0


def chance(count: int, expected: float) -> float:
    """Return how likely so many or more come by chance where ``expected`` are usual (Poisson)."""
    mean = max(expected, RAREST)
    below = sum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(count))
    return min(1.0, max(0.0, 1.0 - below))


def is_hot(count: int, expected: float) -> bool:
    """Answer whether so many are enough, clearly more than usual, and hardly by chance."""
    enough = count >= LEAST and count >= TWICE * expected
    return enough and chance(count, expected) <= CHANCE


def hot(counted: Mapping[Key, Counts], *, days: int) -> list[Hot]:
    """Return the hot issues among the counts of grids and communities, in their order.

    A community is named, or the one grid that makes it hot; never both, and nothing is chained:
    each place is judged by its own counts.
    """
    if days < SHORTEST_BEFORE:
        return []
    whole = _summed(counted)
    found = {key: one for key, one in _judged(whole, days).items() if _may_be_named(key[0])}
    alone = {key for key in found if _is_grid(key[0]) and _is_most_of(key, whole)}
    behind = {(community_of(place), kind) for place, kind in alone}
    kept = [
        one
        for key, one in found.items()
        if (key in alone if _is_grid(key[0]) else key not in behind)
    ]
    return sorted(kept, key=lambda one: (one.place, one.category))


def _judged(whole: Mapping[Key, Counts], days: int) -> dict[Key, Hot]:
    made = {
        key: Hot(*key, count=one.recent, usual=usual(one.before, days=days))
        for key, one in whole.items()
    }
    return {key: one for key, one in made.items() if is_hot(one.count, one.usual)}


def _summed(counted: Mapping[Key, Counts]) -> dict[Key, Counts]:
    """Return the counts of every place as counted, and of each community with all its grids."""
    whole: dict[Key, Counts] = {}
    for (place, kind), one in counted.items():
        for key in {(place, kind), (community_of(place), kind)}:
            so_far = whole.get(key, Counts(0, 0))
            whole[key] = Counts(so_far.recent + one.recent, so_far.before + one.before)
    return whole


def _is_most_of(key: Key, whole: Mapping[Key, Counts]) -> bool:
    place, kind = key
    return whole[key].recent >= ONE_GRID * whole[community_of(place), kind].recent


def _may_be_named(place: str) -> bool:
    """Answer whether a place is a community or a grid: what lies above was not placed."""
    return place.count("/") > PARTS_OF_A_STREET


def _is_grid(place: str) -> bool:
    return place.count("/") > PARTS_OF_A_STREET + 1


def community_of(path: str) -> str:
    """Return the community of a place, or the place itself where it is larger."""
    return "/".join(path.split("/")[: PARTS_OF_A_STREET + 1]).rstrip("/") + "/"


def known_reasons() -> Collection[str]:
    """Return the codes of the reasons for setting a hot issue aside."""
    return ASIDE.keys()

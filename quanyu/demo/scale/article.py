"""What the founding article counts of the organisation net, and how it falls on places (验收数)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from quanyu.demo.scale.sharing import shared
from quanyu.demo.texts import DATA

FILE = DATA / "article.json"
LEAST_MEMBERS = 3
"""Full members of a branch of its own."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are to be in the whole city."""

    grids: int
    grid_branches: int
    building_groups: int
    grid_workers: int
    street_members: int
    community_members: int
    property_firms: int
    property_organisations: int
    property_members: int
    centres: Mapping[str, int]
    departments: Sequence[tuple[str, str]]
    departments_of_the_demo: Sequence[str]

    def less(self, there: Mapping[str, int]) -> "Counts":
        """Return what is still to be made where some are there."""
        left: dict[str, Any] = {
            name: getattr(self, name) - n for name, n in there.items() if name in SCALED
        }
        centres = {level: n - there[f"centres_{level}"] for level, n in self.centres.items()}
        return replace(self, **left, centres=centres)

    def scaled(self, grids: int) -> "Counts":
        """Return as much as falls on so many of the grids: a part of the city, for a test."""

        def part(number: int) -> int:
            return round(number * grids / self.grids)

        whole: dict[str, Any] = {name: part(getattr(self, name)) for name in SCALED}
        centres = {level: part(number) for level, number in self.centres.items()}
        return replace(self, **whole, centres=centres)


SCALED = (
    "grids",
    "grid_branches",
    "building_groups",
    "grid_workers",
    "street_members",
    "community_members",
    "property_firms",
    "property_organisations",
    "property_members",
)


@cache
def counts() -> Counts:
    """Return what the article counts."""
    said = json.loads(FILE.read_text(encoding="utf-8"))
    return Counts(**{name: value for name, value in said.items() if not name.startswith("source")})


# ------------------------------------------------------------------ how it falls on places


@dataclass(frozen=True, slots=True)
class CommunityShare:
    """What of it one community gets."""

    path: str
    grids: Sequence[str]
    branches: Sequence[Sequence[str]]
    """The grids that each branch covers; a joint one covers several."""
    groups: int
    workers: Sequence[int]
    """By grid."""
    members: int
    firms: Sequence[int]
    """Members of the party organisation of each property firm; 0 for a firm without one."""
    has_centre: bool
    has_quarter_centre: bool


@dataclass(frozen=True, slots=True)
class StreetShare:
    """What of it one street gets."""

    path: str
    members: int
    has_centre: bool
    communities: Sequence[CommunityShare]


def falls(
    on: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    houses: Mapping[str, int],
    counts: Counts,
    seed: int,
) -> list[StreetShare]:
    """Share the counts out among streets and communities, by their grids.

    :param on: grids of each community of each street
    :param houses: how many buildings stand in each community
    """
    places = [(path, grids) for below in on.values() for path, grids in below.items()]
    weights = [len(grids) for _path, grids in places]
    each = [1] * len(places)
    branches = shared(counts.grid_branches, weights, most=weights)
    groups = shared(counts.building_groups, weights, most=[houses[path] for path, _ in places])
    members = shared(counts.community_members, weights)
    firms = _firms(counts, weights, seed=seed)
    centres = shared(counts.centres["community"], weights, most=each)
    quarters = shared(counts.centres["quarter"], weights, most=each)
    workers = iter(shared(counts.grid_workers, [1] * sum(weights)))
    shares = {
        path: CommunityShare(
            path,
            grids,
            _covered(grids, branches[at]),
            groups[at],
            [next(workers) for _grid in grids],
            members[at],
            firms[at],
            bool(centres[at]),
            bool(quarters[at]),
        )
        for at, (path, grids) in enumerate(places)
    }
    size = [sum(map(len, below.values())) for below in on.values()]
    seats = shared(counts.street_members, size)
    houses_of = shared(counts.centres["street"], size, most=[1] * len(size))
    return [
        StreetShare(street, seats[at], bool(houses_of[at]), [shares[path] for path in below])
        for at, (street, below) in enumerate(on.items())
    ]


def _covered(grids: Sequence[str], branches: int) -> list[Sequence[str]]:
    """Cut the grids of a community into as many runs as it has branches: threes, then ones."""
    runs, begin, over = [], 0, len(grids) - branches
    for left in range(branches, 0, -1):
        # As few joint branches as can be; the last takes whatever is left.
        more = over if left == 1 else min(2, over)
        runs.append(grids[begin : begin + 1 + more])
        begin, over = begin + 1 + more, over - more
    return runs


def _firms(counts: Counts, weights: Sequence[int], *, seed: int) -> list[list[int]]:
    """Return the firms of each community, by the members of their party organisations."""
    chance = np.random.default_rng([seed, 6])
    with_party = counts.property_organisations
    usual = chance.lognormal(0.0, 0.5, with_party).tolist()
    more = shared(counts.property_members - LEAST_MEMBERS * with_party, usual)
    members = [LEAST_MEMBERS + one for one in more]
    members += [0] * (counts.property_firms - with_party)
    drawn = iter(chance.permutation(members).tolist())
    several = shared(counts.property_firms, weights)
    return [[next(drawn) for _firm in range(many)] for many in several]

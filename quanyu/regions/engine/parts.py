"""Communities taken apart: what hangs together inside one is drawn by itself (分社区)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from quanyu.regions.engine.terms import NONE, Flags, Floats, Ints, Units


@dataclass(frozen=True)
class Part:
    """Units of one community that hang together, numbered from 0, neighbours in a ring."""

    community: int
    units: Ints
    """The number of each in the whole."""
    households: Floats
    area: Floats
    perimeter: Floats
    x: Floats
    y: Floats
    estate: Ints
    """From 0; a unit without one is an estate by itself."""
    start: Ints
    """The neighbours of unit u stand from start[u] to start[u + 1]."""
    source: Ints
    neighbour: Ints
    back: Ints
    """Where the same pair stands from the other side."""
    shared: Floats
    road: Flags
    linked: Flags
    """Whether this neighbour touches the next one in the ring."""
    today: Ints
    """Today's grids of this part, from 0; -1 for none."""
    labels: Ints
    """The number in the whole of each of today's grids."""
    locked: Flags

    def __len__(self) -> int:
        """Return how many units there are."""
        return len(self.units)


@dataclass(frozen=True)
class _Pairs:
    """Each pair of neighbours from both sides, sorted by part, unit and direction."""

    source: Ints
    target: Ints
    shared: Floats
    road: Flags


def take_apart(units: Units) -> list[Part]:
    """Return the parts, by community."""
    inside = units.community[units.edges_i] == units.community[units.edges_j]
    inside &= units.edges_i != units.edges_j
    kept = np.flatnonzero(inside)
    i, j = units.edges_i[kept], units.edges_j[kept]
    size = len(units)
    graph = coo_array((np.ones(len(i), np.int8), (i, j)), shape=(size, size))
    number, part = connected_components(graph, directed=False)
    order = np.lexsort((np.arange(size), part, units.community))
    pairs = _both_ways(units, kept, part)
    ends = np.flatnonzero(np.diff(part[order])) + 1
    members = np.split(order, ends) if size else []
    first = np.searchsorted(part[pairs.source], np.arange(number + 1))
    local = np.empty(size, np.int64)
    return [_part(units, pairs, one, local, *first[part[one[0]] :][:2]) for one in members]


def _both_ways(units: Units, kept: Ints, part: Ints) -> _Pairs:
    i, j = units.edges_i[kept], units.edges_j[kept]
    source, target = np.concatenate([i, j]), np.concatenate([j, i])
    angle = np.arctan2(units.y[target] - units.y[source], units.x[target] - units.x[source])
    order = np.lexsort((target, angle, source, part[source]))
    shared, road = np.tile(units.edge_m[kept], 2), np.tile(units.edge_is_road[kept], 2)
    return _Pairs(source[order], target[order], shared[order], road[order])


def _part(units: Units, pairs: _Pairs, members: Ints, local: Ints, low: int, high: int) -> Part:
    size = len(members)
    local[members] = np.arange(size)
    source, neighbour = local[pairs.source[low:high]], local[pairs.target[low:high]]
    start = np.searchsorted(source, np.arange(size + 1))
    labels, today = _numbered(units.today[members])
    return Part(
        community=int(units.community[members[0]]),
        units=members,
        households=units.households[members].astype(np.float64),
        area=units.area_m2[members].astype(np.float64),
        perimeter=units.perimeter_m[members].astype(np.float64),
        x=units.x[members].astype(np.float64),
        y=units.y[members].astype(np.float64),
        estate=_estates(units.estate[members]),
        start=start.astype(np.int64),
        source=source,
        neighbour=neighbour,
        back=_back(source, neighbour, size),
        shared=pairs.shared[low:high].astype(np.float64),
        road=pairs.road[low:high],
        linked=_linked(source, neighbour, start, size),
        today=today,
        labels=labels,
        locked=units.locked[members] & (today != NONE),
    )


def _numbered(today: Ints) -> tuple[Ints, Ints]:
    """Return today's grids, and for each unit which of them is its own."""
    labels = np.unique(today[today != NONE])
    return labels, np.where(today == NONE, NONE, np.searchsorted(labels, today))


def _estates(estate: Ints) -> Ints:
    alone = estate == NONE
    named = np.where(alone, estate.max(initial=0) + 1 + np.arange(len(estate)), estate)
    return np.unique(named, return_inverse=True)[1].astype(np.int64)


def _back(source: Ints, neighbour: Ints, size: int) -> Ints:
    there, here = np.argsort(source * size + neighbour), np.argsort(neighbour * size + source)
    back = np.empty(len(source), np.int64)
    back[here] = there
    return back


def _linked(source: Ints, neighbour: Ints, start: Ints, size: int) -> Flags:
    """Say for each neighbour of each unit whether it touches the next one around the unit."""
    after = np.arange(len(source)) + 1
    last = after == start[source + 1]
    after = np.where(last, start[source], after)
    known, asked = source * size + neighbour, neighbour * size + neighbour[after]
    return np.isin(asked, known)

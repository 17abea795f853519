"""One community of a made city: its estates and buildings, and its grids as the solver draws them.

How many grids a community has is settled first, by its people; it is then built for so many
households that this number fits, and the solver draws. Where the solver comes to another number,
or leaves a grid out of range, the community is built anew from the next seed. No grid is made
but by the solver.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from quanyu.demo.scale import names
from quanyu.demo.scale.layout import Lot
from quanyu.demo.scale.settlement import (
    HIGH_RISE,
    METRES_A_BUILDING,
    VILLAGE,
    WALK_UP,
    Block,
    Box,
    Chance,
    Road,
    Rows,
    build,
    cut,
    kind_of,
    parcels,
    units,
)
from quanyu.regions.engine import Units, Wishes, draw
from quanyu.regions.engine.terms import Floats, Ints
from quanyu.regions.rules import Kind, layouts
from quanyu.regions.rules.grids import part_of
from quanyu.regions.rules.planning import grid_name

SHARES = (0.64, 0.265, 0.095)
"""Of blocks with walk-ups, high-rises, and of urban villages."""

A_BUILDING = (float(np.mean(WALK_UP)), float(np.mean(HIGH_RISE)), float(np.mean(VILLAGE)))
"""Households in a building of each kind, about."""

FOOTPRINTS = ((24.0, 6.5), (15.0, 9.0), (7.0, 6.0))
"""Half a building's length and depth in metres, of each kind."""

OF_THE_WAY = 0.22
"""Half a building is at most so much of the way to the next: it stands up to a quarter off."""

MOVES = 300
"""Tries of the solver for each building; more make prettier borders."""

MOST_TRIES = 12
FINE = 1e-3
"""Metres: what lies nearer than this is one place, so that blocks join without a slit."""

ROW = 250.0
"""Metres from north to south within which grids are numbered from west to east."""


class NoFit(Exception):
    """A community whose grids did not come out, however often it was built (没有合适的聚落)."""


@dataclass(frozen=True)
class Wanted:
    """A community to be built (待建社区)."""

    path: str
    lot: Lot
    number: int
    """Which of the city it is, for names."""
    grids: int
    households: int


@dataclass(frozen=True)
class Quarter:
    """A community as it was built and drawn (社区)."""

    border: shapely.Polygon
    grids: Sequence[layouts.Grid]
    houses: Sequence[layouts.House]
    road: layouts.Road
    tries: int


@dataclass(frozen=True)
class _Built:
    """Blocks and buildings in the box of a community."""

    road: Road
    kinds: Sequence[int]
    rows: Sequence[Rows]
    households: Ints
    plots: Sequence[shapely.Polygon]

    @property
    def points(self) -> Floats:
        return np.concatenate([one.points for one in self.rows])

    @property
    def block(self) -> Ints:
        """The number of each building's block."""
        return np.repeat(np.arange(len(self.rows)), [len(one.points) for one in self.rows])


def settle(wanted: Wanted, wishes: Wishes) -> Quarter:
    """Build a community and have its grids drawn.

    :raises NoFit: if the number of grids that is wanted cannot be had
    """
    for tries in range(MOST_TRIES):
        built = _built(wanted, np.random.default_rng([wishes.seed, int(wanted.lot.code), tries]))
        drawn = draw(_units(built, wanted), wishes)
        grid = np.unique(drawn.grid, return_inverse=True)[1]
        if not drawn.impossible and grid.max() + 1 == wanted.grids:
            return _quarter(wanted, built, grid, tries + 1)
    raise NoFit(f"{wanted.lot.code}: {wanted.grids} grids, {wanted.households} households")


# ------------------------------------------------------------------ building


def _built(wanted: Wanted, chance: Chance) -> _Built:
    road, blocks = cut(0, wanted.lot.box, chance)
    kinds = [kind_of(chance, SHARES) for _ in blocks]
    usual = sum(
        _area(block) / METRES_A_BUILDING[kind] * A_BUILDING[kind]
        for block, kind in zip(blocks, kinds, strict=True)
    )
    sparse = usual / wanted.households
    rows = [
        build(block.box, kind, chance, sparse=sparse)
        for block, kind in zip(blocks, kinds, strict=True)
    ]
    plots = [
        plot
        for block, row in zip(blocks, rows, strict=True)
        for plot in parcels(row.points, block.box)
    ]
    counts = np.concatenate([np.array(row.households) for row in rows])
    return _Built(road, kinds, rows, scaled(counts, wanted.households), plots)


def _area(block: Block) -> float:
    x0, y0, x1, y1 = block.box
    return (x1 - x0) * (y1 - y0)


def scaled(counts: Ints, total: int) -> Ints:
    """Return numbers in the same proportion, none below one, that come to a total."""
    share = counts / counts.sum() * (total - len(counts))
    found: Ints = np.floor(share).astype(np.int64) + 1
    rest = np.argsort(found - 1 - share, kind="stable")[: total - int(found.sum())]
    found[rest] += 1
    return found


def _units(built: _Built, wanted: Wanted) -> Units:
    sizes = [len(row.points) for row in built.rows]
    owners = [(0, estate, size) for estate, size in enumerate(sizes)]
    made = units(list(built.plots), built.households.tolist(), built.points, owners, [built.road])
    # The dice of the solver depend on the community's number.
    return replace(made, community=np.full(len(made), int(wanted.lot.code)))


# ------------------------------------------------------------------ as it lies


def _quarter(wanted: Wanted, built: _Built, grid: Ints, tries: int) -> Quarter:
    number = _numbered(built.points, grid)
    paths = {
        n: f"{wanted.path}{part_of(Kind.BASE_GRID, n + 1)}" for n in range(int(number.max()) + 1)
    }
    road = names.road(wanted.number)
    return Quarter(
        border=shapely.Polygon(wanted.lot.laid(_corners(wanted.lot.box))),
        grids=[_grid(wanted, built, number == n, n + 1, path) for n, path in paths.items()],
        houses=_houses(wanted, built, [paths[n] for n in number.tolist()]),
        road=layouts.Road(road.name, road.name_en, is_main=True, shape=_line(wanted.lot, built)),
        tries=tries,
    )


def _numbered(points: Floats, grid: Ints) -> Ints:
    """Return the grids numbered from north to south, and from west to east."""
    count = np.bincount(grid)
    x, y = (np.bincount(grid, points[:, axis]) / count for axis in (0, 1))
    order = np.lexsort((x, -np.floor(y / ROW)))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    return number[grid]


def _grid(wanted: Wanted, built: _Built, mine: Ints, number: int, path: str) -> layouts.Grid:
    land = shapely.union_all(
        [built.plots[n] for n in np.flatnonzero(mine).tolist()], grid_size=FINE
    )
    return layouts.Grid(
        path=path,
        number=number,
        name=grid_name(path),
        name_en=f"Grid {number}",
        households=int(built.households[mine].sum()),
        shape=shapely.transform(land, wanted.lot.laid),
    )


def _houses(wanted: Wanted, built: _Built, paths: Sequence[str]) -> list[layouts.House]:
    shapes = shapely.transform(_footprints(built), wanted.lot.laid)
    first = np.cumsum([0, *(len(row.points) for row in built.rows)])
    road = names.road(wanted.number).name
    return [
        layouts.House(
            grid=paths[n],
            estate=names.estate(wanted.number, block, built.kinds[block]),
            number=str(n - first[block] + 1),
            road=road,
            door=str(block * 2 + 6),
            households=int(built.households[n]),
            shape=shapes[n],
        )
        for n, block in enumerate(built.block.tolist())
    ]


def _footprints(built: _Built) -> Floats:
    half = np.array(
        [
            np.minimum(FOOTPRINTS[kind], OF_THE_WAY * np.array(row.apart))
            for kind, row in zip(built.kinds, built.rows, strict=True)
        ]
    )[built.block]
    low, high = built.points - half, built.points + half
    return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))


def _line(lot: Lot, built: _Built) -> shapely.LineString:
    x0, y0, x1, y1 = lot.box
    at = built.road.at
    ends = [(at, y0), (at, y1)] if built.road.axis == 0 else [(x0, at), (x1, at)]
    return shapely.LineString(lot.laid(np.array(ends)))


def _corners(box: Box) -> Floats:
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])

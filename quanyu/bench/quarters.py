"""A settlement of the benches, entered into a city's tree: streets, communities, grids, buildings.

The grids here are for drawing, not for judging: each community is halved by households along its
longer side until a part has about as many as a grid should; the border runs between buildings,
so it has as many corners as a real one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.apps import apps
from numpy.typing import NDArray

from quanyu.demo.scale.settlement import settlement
from quanyu.regions.rules import Level

COMMUNITIES, SEED = 545, 4
GRIDS, BUILDINGS = 5_800, 60_000
AREA = "34/01/90/"
"""A county-level city that there is not, so that nothing else lies in it."""

A_STREET = 8
SINCE = date(2024, 1, 1)
ORIGIN = (116.95, 31.62)
METRES = (94_700.0, 111_320.0)
"""Metres a degree, here along and up."""

FOOTPRINT = (22.0, 7.0)
"""Half a building's length and depth in metres."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Quarter:
    """One community: its buildings in metres, the parcels around them, and each one's grid."""

    number: int
    points: Numbers
    households: NDArray[np.int64]
    grid: NDArray[np.int64]
    parcels: Sequence[Any]

    @property
    def street(self) -> str:
        """The path of the street it lies in."""
        return f"{AREA}{self.number // A_STREET + 1:03d}/"

    @property
    def path(self) -> str:
        """Its own path."""
        return f"{self.street}{self.number % A_STREET + 1:03d}/"

    def grids(self) -> dict[str, Any]:
        """Return its grids by path."""
        parcels = np.array(self.parcels, dtype=object)
        found = np.unique(self.grid)
        return {
            f"{self.path}g{place + 1:03d}/": shapely.union_all(parcels[self.grid == one])
            for place, one in enumerate(found)
        }


def fill(*, grids: int = GRIDS, buildings: int = BUILDINGS) -> dict[str, int]:
    """Write the settlement into the tree; say how much there is of what."""
    units = settlement(COMMUNITIES, SEED)
    quarters = list(_quarters(units, grids))
    models = {name: apps.get_model(f"regions.{name}") for name in ("Region", "Building")}
    rows, houses = [], []
    streets: dict[str, list[Any]] = {}
    for quarter in quarters:
        inside = quarter.grids()
        whole = shapely.union_all(list(inside.values()))
        streets.setdefault(quarter.street, []).append(whole)
        rows.append(_region(models["Region"], quarter.path, whole))
        rows += [_region(models["Region"], path, shape) for path, shape in inside.items()]
        houses += _houses(models["Building"], quarter, sorted(inside))
    rows += [
        _region(models["Region"], path, shapely.union_all(parts)) for path, parts in streets.items()
    ]
    chance = np.random.default_rng(SEED)
    kept = np.sort(chance.choice(len(houses), min(buildings, len(houses)), replace=False))
    models["Region"].objects.bulk_create(rows, batch_size=1_000)
    models["Building"].objects.bulk_create([houses[one] for one in kept], batch_size=2_000)
    drawn = sum(len(np.unique(quarter.grid)) for quarter in quarters)
    return {"communities": len(quarters), "grids": drawn, "buildings": len(kept)}


def _quarters(units: Any, grids: int) -> Iterator[Quarter]:
    """Give the communities, grids shared out among them by their households."""
    whole = np.column_stack([units.x, units.y])
    many = np.bincount(units.community, units.households)
    share = np.cumsum(many) / many.sum() * grids
    wanted = np.diff(np.rint(share), prepend=0).astype(int)
    for number in range(len(many)):
        mine = np.flatnonzero(units.community == number)
        points, households = whole[mine], units.households[mine]
        grid = np.zeros(len(mine), dtype=np.int64)
        _halve(points, households, np.arange(len(mine)), max(1, int(wanted[number])), grid)
        yield Quarter(number, points, households, grid, _parcels(points))


def _halve(
    points: Numbers,
    households: NDArray[np.int64],
    mine: NDArray[np.intp],
    parts: int,
    grid: NDArray[np.int64],
) -> None:
    """Cut some buildings into so many parts; the second half is numbered after the first."""
    if parts == 1 or len(mine) < 2:
        return
    axis = int(np.ptp(points[mine], axis=0).argmax())
    order = mine[np.argsort(points[mine, axis], kind="stable")]
    first = parts // 2
    reached = np.cumsum(households[order]) / households[order].sum()
    cut = min(max(1, int(np.searchsorted(reached, first / parts))), len(order) - 1)
    grid[order[cut:]] += first
    _halve(points, households, order[:cut], first, grid)
    _halve(points, households, order[cut:], parts - first, grid)


def _parcels(points: Numbers) -> list[Any]:
    """Return what lies nearest to each building, in degrees, within the community's box."""
    box = shapely.box(*shapely.total_bounds(shapely.multipoints(points))).buffer(15, join_style=2)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=box, ordered=True)
    )
    return list(shapely.transform(shapely.intersection(cells, box), _degrees))


def _degrees(metres: Numbers) -> Numbers:
    return metres / METRES + ORIGIN


def _region(model: Any, path: str, shape: Any) -> Any:
    levels = {4: Level.STREET, 5: Level.COMMUNITY, 6: Level.GRID}
    kinds = {4: "street", 5: "residents_committee", 6: "base_grid"}
    depth = path.count("/")
    parts = path.split("/")
    return model(
        code=path.replace("/", "").replace("g", "1"),
        scheme="local" if depth == 6 else "stat",
        level=levels[depth],
        kind=kinds[depth],
        name=f"第{'·'.join(parts[3:-1])}{['街道', '社区', '网格'][depth - 4]}",
        name_en=f"No. {' '.join(parts[3:-1])}",
        path=path,
        parent_path="/".join(parts[:-2]) + "/",
        shape=shape.wkb,
        is_sample=True,
        valid_from=SINCE,
    )


def _houses(model: Any, quarter: Quarter, paths: Sequence[str]) -> list[Any]:
    length, depth = FOOTPRINT
    x, y = quarter.points.T
    outlines = shapely.box(x - length, y - depth, x + length, y + depth)
    shapes = shapely.transform(outlines, _degrees)
    places = np.unique(quarter.grid, return_inverse=True)[1]
    at = _degrees(quarter.points)
    return [
        model(
            region_path=paths[places[number]],
            name=f"{number + 1}幢",
            address=f"示例城{quarter.path}{number + 1}幢",
            lon=at[number, 0],
            lat=at[number, 1],
            shape=shapes[number].wkb,
            households=int(quarter.households[number]),
            is_sample=True,
        )
        for number in range(len(x))
    ]

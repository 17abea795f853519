"""From houses on a map to a drawing that a page can show (草图)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from quanyu.regions.engine.cells import cells
from quanyu.regions.engine.draw import draw
from quanyu.regions.engine.figures import figures
from quanyu.regions.engine.terms import NONE, Floats, Impossible, Ints, Units, Wishes
from quanyu.regions.rules.planning import NEW

METRES_A_DEGREE = 111_320.0
DIGITS = 6
"""Of a degree in what a page draws: about a decimetre."""


@dataclass(frozen=True, slots=True)
class House:
    """A building as the engine needs it; ``grid`` is the key of today's grid, or nothing."""

    key: str
    lon: float
    lat: float
    households: int
    estate: str
    grid: str


@dataclass(frozen=True, slots=True)
class Terrain:
    """One community: its houses, its border and main roads as WKB, where open matters lie."""

    houses: Sequence[House]
    boundary: bytes | None = None
    main_roads: Sequence[bytes] = ()
    matters: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing in plain values: ``today`` and ``grid`` are numbers in ``grids``, -1 for none."""

    buildings: list[str]
    today: list[int]
    grid: list[int]
    grids: list[dict[str, Any]]
    figures: dict[str, dict[str, Any]]
    impossible: list[dict[str, Any]]
    shapes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Plane:
    """Metres around a middle, east and north: flat enough for one community."""

    lon: float
    lat: float

    @property
    def wide(self) -> float:
        return METRES_A_DEGREE * math.cos(math.radians(self.lat))

    def laid(self, degrees: Floats) -> Floats:
        """Return points in metres."""
        middle = np.array([self.lon, self.lat])
        return np.asarray((degrees - middle) * np.array([self.wide, METRES_A_DEGREE]))

    def back(self, metres: Floats) -> Floats:
        """Return points in degrees."""
        scaled = metres / np.array([self.wide, METRES_A_DEGREE])
        return np.asarray(np.round(scaled + np.array([self.lon, self.lat]), DIGITS))


def sketch(terrain: Terrain, wishes: Wishes, locks: Mapping[str, str]) -> Sketch:
    """Draw one community around what is locked, and say what came of it.

    :param locks: the key of a house to the key of the grid in which it must stay: the path of one
        of today's, or ``new:1``
    """
    houses = sorted(terrain.houses, key=lambda house: house.key)
    if not houses:
        return Sketch([], [], [], [], {}, [], {})
    locks = {house.key: locks[house.key] for house in houses if house.key in locks}
    units, polygons, plane = _units(terrain, houses)
    keys = sorted({house.grid for house in houses if house.grid} | set(locks.values()))
    start = [locks.get(house.key, house.grid) for house in houses]
    drawn = draw(
        replace(
            units,
            today=_numbers(start, keys),
            locked=np.array([house.key in locks for house in houses]),
        ),
        wishes,
    )
    told = _labels(keys, drawn.grid)
    names = sorted({*keys, *told}, key=_in_order)
    grid, was = _numbers(told, names), _numbers([house.grid for house in houses], names)
    units = replace(units, today=was)
    return Sketch(
        buildings=[house.key for house in houses],
        today=was.tolist(),
        grid=grid.tolist(),
        grids=_grids(names, units, was, grid, _loads(terrain, plane, units)),
        figures={
            "today": _told(units, _alone(was), wishes),
            "proposal": _told(units, grid, wishes),
        },
        impossible=[_why(one, houses) for one in drawn.impossible],
        shapes=_shapes(houses, polygons, plane, was, grid),
    )


def _numbers(names: Sequence[str], known: Sequence[str]) -> Ints:
    number = {name: n for n, name in enumerate(known)}
    return np.array([number.get(name, NONE) for name in names], np.int64)


def _labels(keys: Sequence[str], grid: Ints) -> list[str]:
    """Return the key of each house's grid as drawn; a fresh number becomes the next new key."""
    by_number = dict(enumerate(keys))
    free = (f"{NEW}{n}" for n in range(1, len(grid) + len(keys) + 2) if f"{NEW}{n}" not in keys)
    for number in dict.fromkeys(grid.tolist()):
        if number not in by_number:
            by_number[number] = next(free)
    return [by_number[number] for number in grid.tolist()]


def _in_order(key: str) -> tuple[bool, int, str]:
    number = key.removeprefix(NEW)
    return key.startswith(NEW), int(number) if key.startswith(NEW) else 0, key


def _units(terrain: Terrain, houses: Sequence[House]) -> tuple[Units, Any, _Plane]:
    spots = np.array([(house.lon, house.lat) for house in houses])
    plane = _Plane(float(spots[:, 0].mean()), float(spots[:, 1].mean()))
    flat = plane.laid(spots)
    estates = sorted({house.estate for house in houses} - {""})
    units, polygons = cells(
        flat[:, 0],
        flat[:, 1],
        np.array([house.households for house in houses], np.int64),
        _numbers([house.estate for house in houses], estates),
        None if terrain.boundary is None else shapely.make_valid(_laid(terrain.boundary, plane)),
        [_laid(road, plane) for road in terrain.main_roads],
    )
    return units, polygons, plane


def _laid(shape: bytes, plane: _Plane) -> Any:
    return shapely.transform(shapely.from_wkb(shape), plane.laid)


def _alone(was: Ints) -> Ints:
    """Return today's grids, each house without one as a grid by itself."""
    return np.where(was == NONE, len(was) + np.arange(len(was)), was)


def _loads(terrain: Terrain, plane: _Plane, units: Units) -> Ints:
    """Count the open matters nearest to each house."""
    loads = np.zeros(len(units), np.int64)
    if terrain.matters:
        tree = cKDTree(np.stack([units.x, units.y], axis=1))
        nearest = tree.query(plane.laid(np.array(terrain.matters)))[1]
        np.add.at(loads, nearest, 1)
    return loads


def _grids(
    names: Sequence[str], units: Units, was: Ints, grid: Ints, loads: Ints
) -> list[dict[str, Any]]:
    """Return what each grid has before and after; None where it does not stand."""
    return [
        {
            "key": key,
            "before": _sum(units.households, was == n),
            "after": _sum(units.households, grid == n),
            "matters_before": int(loads[was == n].sum()),
            "matters_after": int(loads[grid == n].sum()),
            "buildings": int((grid == n).sum()),
        }
        for n, key in enumerate(names)
    ]


def _sum(households: Ints, members: Any) -> int | None:
    return int(households[members].sum()) if members.any() else None


def _told(units: Units, grid: Ints, wishes: Wishes) -> dict[str, Any]:
    """Return the figures of one drawing, with what a sum over communities needs beside them."""
    moved = (units.today != NONE) & (units.today != grid)
    return asdict(figures(units, grid, wishes)) | {
        "households": int(units.households.sum()),
        "moved_households": int(units.households[moved].sum()),
        "moved_buildings": int(moved.sum()),
        "estates": len(set(units.estate[units.estate != NONE].tolist())),
    }


def _why(one: Impossible, houses: Sequence[House]) -> dict[str, Any]:
    return {
        "reason": one.reason,
        "households": one.households,
        "buildings": [houses[unit].key for unit in one.units[:20]],
    }


def _shapes(
    houses: Sequence[House], polygons: Any, plane: _Plane, was: Ints, grid: Ints
) -> dict[str, Any]:
    """Return what the two maps draw, as GeoJSON: grids of today and of the drawing, and cells."""
    cell = [
        (
            shapely.transform(polygons[n], plane.back),
            {"key": house.key, "n": n, "today": int(was[n]), "grid": int(grid[n])},
        )
        for n, house in enumerate(houses)
    ]
    return {
        "today": _dissolved(polygons, was, plane),
        "proposal": _dissolved(polygons, grid, plane),
        "cells": _collected(cell),
    }


def _dissolved(polygons: Any, labels: Ints, plane: _Plane) -> dict[str, Any]:
    found = []
    for label in np.unique(labels[labels != NONE]).tolist():
        members = [polygons[n] for n in np.flatnonzero(labels == label)]
        whole = shapely.union_all(members)
        found.append((shapely.transform(whole, plane.back), {"grid": label}))
    return _collected(found)


def _collected(shapes: Sequence[tuple[Any, dict[str, Any]]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(shape)}
            for shape, told in shapes
        ],
    }

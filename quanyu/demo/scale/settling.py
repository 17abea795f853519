"""The streets of a made city, built and drawn side by side, written one by one (造城)."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely

from quanyu.demo import geometry
from quanyu.demo.cast import CITY, STREET
from quanyu.demo.scale import names
from quanyu.demo.scale.census import counted
from quanyu.demo.scale.layout import Area, Lot, laid_out
from quanyu.demo.scale.quarters import MOVES, Quarter, Wanted, settle
from quanyu.demo.scale.settlement import Box
from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting
from quanyu.regions import actions, queries
from quanyu.regions.engine import Wishes
from quanyu.regions.rules import Kind, ancestry, layouts, path_of

JOB = "demo.scale"
GRIDS = 5_800
"""Base grids of the whole city, those of the demo street among them (domain.md 0.3)."""

URBAN = range(1, 200)
"""Last three digits of a residents' committee in the statistical code (domain.md 1.1)."""

INNER = frozenset({Kind.DISTRICT, Kind.ZONE})


@dataclass(frozen=True)
class Street:
    """A street to be built: its communities, and what is wanted of each (待建街道)."""

    path: str
    area: str
    wanted: Sequence[Wanted]


def planned(*, seed: int, grids: int = GRIDS) -> list[Street]:
    """Return every street with urban communities but the demo's own, and what is wanted there."""
    areas = _areas()
    lots = laid_out(areas, _hole(), seed)
    lots = {code: lots[code] for code in sorted(lots)}
    free = grids - len(queries.households_in(STREET))
    sizes = counted(lots, grids=free, target=Wishes().target, seed=seed)
    number = {code: place for place, code in enumerate(lots)}
    return [
        Street(
            path_of(street),
            area.path,
            [Wanted(path_of(code), lots[code], number[code], *sizes[code]) for code in codes],
        )
        for area in areas
        for street, codes in area.streets.items()
    ]


def _areas() -> list[Area]:
    found = []
    for area in queries.children(CITY):
        streets = {
            street.code: codes
            for street in queries.children(area.path)
            if street.path != STREET and (codes := _urban(street.path))
        }
        if streets:
            found.append(Area(area.path, area.kind in INNER, streets))
    return found


def _urban(street: str) -> list[str]:
    codes = [one.code for one in queries.children(street)]
    return [code for code in codes if int(code[-3:]) in URBAN]


def _hole() -> Box:
    """Return the box of the demo street in metres from its middle."""
    [street] = [one for one in geometry.shipped() if one["properties"]["kind"] == "street"]
    bounds = shapely.geometry.shape(street["geometry"]).bounds
    west, south, east, north = geometry.metres(np.array(bounds).reshape(2, 2)).ravel().tolist()
    return west, south, east, north


# ------------------------------------------------------------------ building and writing


def missing(streets: Iterable[Street]) -> list[Street]:
    """Return the streets that are not built yet: a build cut short goes on where it stopped."""
    built = {ancestry(path)[3] for path in queries.households_in(CITY)}
    return [one for one in streets if one.path not in built]


def lay(
    streets: Sequence[Street], *, seed: int, at: datetime
) -> Iterator[tuple[Street, Sequence[Quarter]]]:
    """Build and write street after street, each in a transaction of its own."""
    wishes = Wishes(seed=seed, moves=MOVES)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        built = pool.map(lambda street: [settle(one, wishes) for one in street.wanted], streets)
        for street, quarters in zip(streets, built, strict=True):
            with acting(system(CITY, job=JOB)) as builder:
                actions.lay_street(layout=_layout(street, quarters), actor=builder, at=at)
            yield street, quarters


def _layout(street: Street, quarters: Sequence[Quarter]) -> layouts.Layout:
    borders = {
        one.path: quarter.border for one, quarter in zip(street.wanted, quarters, strict=True)
    }
    return layouts.Layout(
        street=street.path,
        borders={street.path: shapely.union_all(list(borders.values())), **borders},
        grids=[grid for quarter in quarters for grid in quarter.grids],
        houses=[house for quarter in quarters for house in quarter.houses],
        roads=[*(quarter.road for quarter in quarters), *_avenues(street)],
    )


def _avenues(street: Street) -> Iterator[layouts.Road]:
    """Give the lines of the lattice along the street's communities, each under one name."""
    sides: Mapping[int, list[shapely.LineString]] = defaultdict(list)
    for one in street.wanted:
        for line, side in _sides(one.lot):
            sides[line].append(side)
    for line, pieces in sorted(sides.items()):
        name = names.avenue(line)
        whole = shapely.line_merge(shapely.union_all(pieces))
        yield layouts.Road(name.name, name.name_en, is_main=True, shape=whole)


def _sides(lot: Lot) -> Iterator[tuple[int, shapely.LineString]]:
    """Give the south and the west side of a community with the number of their line."""
    x0, y0, x1, y1 = lot.box
    south, west = [(x0, y0), (x1, y0)], [(x0, y0), (x0, y1)]
    for line, ends in ((2 * lot.row, south), (2 * lot.column + 1, west)):
        yield line, shapely.LineString(lot.laid(np.array(ends)))

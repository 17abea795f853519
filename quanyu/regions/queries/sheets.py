"""The shapes of one place for a map on paper: true to scale, in metres from its middle (纸图)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import get_language
from numpy.typing import NDArray

from quanyu.kernel.access.rules import upper
from quanyu.kernel.errors import Denied
from quanyu.regions.models import Building, Region, Road
from quanyu.regions.queries import tree
from quanyu.regions.rules import Level, level_of

Shapes = NDArray[np.object_]

_METRES_A_DEGREE = 111_320.0
AROUND = 0.6
"""Share of its own extent by which what lies around a place is drawn too."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name and where it stands, in metres from the middle."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a map on paper is drawn from; metres east and north of the middle."""

    name: str
    level: Level
    width: float
    height: float
    place: Any
    around: Shapes
    communities: Shapes
    grids: Shapes
    buildings: Shapes
    roads: Shapes
    main_roads: Shapes
    road_names: Sequence[str]
    """What the lesser and then the main roads are called."""

    labels: Sequence[Label]
    houses: Sequence[Label]
    is_sample: bool
    edition: str


def drawing(path: str) -> Drawing:
    """Return what is drawn of a street, a community or a grid.

    :raises Denied: if there is no such place, or nobody has drawn it
    """
    row = Region.objects.standing().filter(path=path, shape__isnull=False).first()
    if row is None or level_of(path) not in INSIDE:
        raise Denied
    whole = shapely.from_wkb(bytes(row.shape or b""))
    metres = _Metres(whole)
    place = metres.of(np.array([whole]))[0]
    west, south, east, north = place.bounds
    names, inside = _inside(path, row.level)
    laid = metres.of(inside)
    found = _buildings(path)
    buildings = metres.of(np.array([shape for _name, shape in found], dtype=object))
    (lesser, roads), (greater, main) = _roads(path)
    mark = tree.edition()
    return Drawing(
        name=tree.place_names([path])[path],
        level=Level(row.level),
        width=east - west,
        height=north - south,
        place=place,
        around=metres.of(_around(path, whole)),
        communities=metres.of(_shapes(path, Level.COMMUNITY)),
        grids=metres.of(_shapes(path, Level.GRID)),
        buildings=buildings,
        roads=metres.of(roads),
        main_roads=metres.of(main),
        road_names=[*lesser, *greater],
        labels=_labels(names, laid),
        houses=_labels([name for name, _shape in found], buildings),
        is_sample=row.is_sample,
        edition=mark.hex[-6:] if mark else "",
    )


INSIDE = {Level.STREET: Level.COMMUNITY, Level.COMMUNITY: Level.GRID, Level.GRID: Level.GRID}
"""What of a place is named on its map."""


class _Metres:
    """From longitude and latitude to metres, flat around the middle of a shape."""

    def __init__(self, shape: Any) -> None:
        west, south, east, north = shape.bounds
        self._middle = np.array([(west + east) / 2, (south + north) / 2])
        along = np.cos(np.radians(self._middle[1])) * _METRES_A_DEGREE
        self._size = np.array([along, _METRES_A_DEGREE])

    def of(self, shapes: Shapes) -> Shapes:
        moved: Shapes = shapely.transform(shapes, lambda at: (at - self._middle) * self._size)
        return moved


def _shapes(path: str, level: Level) -> Shapes:
    rows = Region.objects.standing().within(path).filter(level=level, shape__isnull=False)
    return _read(rows.order_by("path").values_list("shape", flat=True))


def _inside(path: str, level: str) -> tuple[list[str], Shapes]:
    rows = Region.objects.standing().within(path)
    rows = rows.filter(level=INSIDE[Level(level)], shape__isnull=False).order_by("path")
    found = list(rows.values_list("path", "shape"))
    return [tree.label(one) for one, _shape in found], _read([shape for _one, shape in found])


def _around(path: str, whole: Any) -> Shapes:
    """Return the neighbours of a place, of its own level, that its map shows."""
    rows = Region.objects.standing().filter(level=level_of(path), shape__isnull=False)
    near = _read(rows.exclude(path=path).order_by("path").values_list("shape", flat=True))
    west, south, east, north = whole.bounds
    aside = AROUND * (east - west), AROUND * (north - south)
    box = shapely.box(west - aside[0], south - aside[1], east + aside[0], north + aside[1])
    kept: Shapes = near[shapely.intersects(near, box)]
    return kept


def _buildings(path: str) -> list[tuple[str, Any]]:
    """Return the buildings of a place; under its estate's name a number says which."""
    rows = Building.objects.standing().within(path).filter(shape__isnull=False)
    found = rows.order_by("region_path", "name").values_list("name", "estate_name", "shape")
    return [
        (name.removeprefix(estate) or name, shapely.from_wkb(bytes(shape or b"")))
        for name, estate, shape in found
    ]


def _roads(path: str) -> list[tuple[list[str], Shapes]]:
    """Return the lesser and the main roads of the street that a place lies in, with names."""
    street = "/".join(path.split("/")[:4]) + "/"
    rows = Road.objects.filter(region_path__gte=street, region_path__lt=upper(street))
    is_english = (get_language() or "").startswith("en")
    return [
        (
            [(is_english and english) or name for name, english, _shape in found],
            _read([shape for *_names, shape in found]),
        )
        for found in (
            list(rows.filter(is_main=one).order_by("name").values_list("name", "name_en", "shape"))
            for one in (False, True)
        )
    ]


def _read(stored: Any) -> Shapes:
    shapes = [shapely.from_wkb(bytes(one or b"")) for one in stored]
    return np.array(shapes, dtype=object)


def _labels(names: Sequence[str], shapes: Shapes) -> list[Label]:
    spots = shapely.get_coordinates(shapely.point_on_surface(shapes)) if len(shapes) else []
    return [Label(name, x, y) for name, (x, y) in zip(names, spots, strict=True)]

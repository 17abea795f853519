"""Where a point lies: its grid, the nearest building, the box of a map (点落网格)."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.conf import settings

from quanyu.kernel.editions import Kept
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import tree
from quanyu.regions.queries.locator import Locator, Paths, Points, from_wkb
from quanyu.regions.rules import Place
from quanyu.regions.rules.grids import COVERING

NEAR = 80.0
"""Metres within which a building counts as the one meant."""

_METRES_A_DEGREE = 111_320.0

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""


MIDDLE_OF_CHINA: Box = (104.0, 33.0, 108.0, 37.0)
"""Where a map opens in a city of which no grid is drawn yet."""


@dataclass(frozen=True, slots=True)
class Near:
    """The building nearest to a point, and how far off it is."""

    region_path: str
    name: str
    address: str
    metres: int
    is_sample: bool


def _grids_of_today() -> Locator:
    # A base grid goes before a dedicated one that lies in it; a micro-grid answers for no point.
    grids = Region.objects.standing().filter(kind__in=COVERING)
    rows = grids.order_by("path").values_list("path", "shape")
    return from_wkb([(path, bytes(shape)) for path, shape in rows if shape is not None])


_locator: Kept[Locator] = Kept(_grids_of_today, edition=tree.edition)


def forget() -> None:
    """Read the grids anew at the next question: this process has just changed them."""
    _locator.forget()


def locate(points: Points) -> Paths:
    """Return the grid of each point (longitude, latitude in WGS-84), "" outside of all."""
    return _locator.get().locate(points)


def locate_point(lon: float, lat: float) -> Place:
    """Return where a point lies; outside every grid it is the city itself."""
    return tree.place(_locator.get().locate_point(lon, lat) or settings.QUANYU_CITY)


def nearest_building(lon: float, lat: float, *, metres: float = NEAR) -> Near | None:
    """Return the building nearest to a point, or None when none stands within ``metres``."""
    up = metres / _METRES_A_DEGREE
    shrink = float(np.cos(np.radians(lat)))
    aside = up / max(shrink, 0.01)
    around = Building.objects.filter(
        lon__range=(lon - aside, lon + aside), lat__range=(lat - up, lat + up)
    )
    houses = list(around.values_list("region_path", "name", "address", "is_sample", "lon", "lat"))
    if not houses:
        return None
    spots = np.array([house[4:] for house in houses], dtype=np.float64)
    away = np.hypot((spots[:, 0] - lon) * shrink, spots[:, 1] - lat) * _METRES_A_DEGREE
    nearest = int(away.argmin())
    if away[nearest] > metres:
        return None
    path, name, address, is_sample, *_ = houses[nearest]
    return Near(path, name, address, round(float(away[nearest])), is_sample)


def building_at(lon: float, lat: float) -> tuple[UUID, str] | None:
    """Return the building whose middle a point is, to a metre, and the grid it is recorded in."""
    step = 0.00001
    found = Building.objects.standing().filter(
        lon__range=(lon - step, lon + step), lat__range=(lat - step, lat + step)
    )
    return found.values_list("id", "region_path").order_by("id").first()


def bounds(path: str) -> Box:
    """Return the box in which a map of a place opens: its grids, or all that there are."""
    return _locator.get().bounds(path) or MIDDLE_OF_CHINA

"""What a map of the city shows in a box, as the list beside it says it (图上所见)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _

from quanyu.kernel.errors import Denied
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import tiles, tree
from quanyu.regions.queries.locating import Box
from quanyu.regions.queries.tiles.outlines import to_lonlat, to_units
from quanyu.regions.rules import KIND_WORDS, Kind, Level

MOST = 100
"""What a list beside a map holds; nearer in there is less."""

GRIDS_FROM, BUILDINGS_FROM = 13.0, 15.5
"""From which zoom on the list is of grids, and of buildings."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One place or building on the map: what it is called, what it is, where its name stands."""

    key: str
    """A path that ends in a slash, or a building's key."""

    name: str
    detail: str
    path: str
    lon: float
    lat: float
    households: int | None


@dataclass(frozen=True, slots=True)
class View:
    """What lies in view: the first of it, and how much there is (视野)."""

    level: str
    rows: Sequence[Sight]
    total: int


def in_view(box: Box, zoom: float) -> View:
    """Return what the map shows in a box at a zoom: communities, grids or buildings."""
    if zoom >= BUILDINGS_FROM:
        return _buildings(box)
    level = Level.GRID if zoom >= GRIDS_FROM else Level.COMMUNITY
    outlines = tiles.sheet().places[level]
    west, south, east, north = box
    low, high = to_units(np.array([[west, north], [east, south]]))
    spots = outlines.spots
    here = np.flatnonzero(((spots >= low) & (spots <= high)).all(axis=1))
    first = here[:MOST].tolist()
    paths = [str(outlines.facts[one][0]) for one in first]
    return View(level.value, _sights(paths, to_lonlat(spots[first]).tolist()), len(here))


def sight(key: str) -> Sight:
    """Return one place by its path, or one building by its key.

    :raises Denied: if the map shows no such thing
    """
    if not key.endswith("/"):
        return _building(key)
    for outlines in tiles.sheet().places.values():
        for number, facts in enumerate(outlines.facts):
            if facts[0] == key:
                at = to_lonlat(outlines.spots[number : number + 1]).tolist()
                return _sights([key], at)[0]
    raise Denied


def extent(key: str) -> Box | None:
    """Return the box around a place that the map shows, None where it has no outline."""
    for outlines in tiles.sheet().places.values():
        for number, facts in enumerate(outlines.facts):
            if facts[0] == key:
                (west, north), (east, south) = to_lonlat(outlines.boxes[number].reshape(2, 2))
                return float(west), float(south), float(east), float(north)
    return None


def _sights(paths: Sequence[str], spots: Sequence[Sequence[float]]) -> list[Sight]:
    rows = Region.objects.standing().filter(path__in=paths)
    facts = {
        path: (kind, many) for path, kind, many in rows.values_list("path", "kind", "households")
    }
    return [
        Sight(
            path,
            tree.label(path),
            _(KIND_WORDS[Kind(facts[path][0])]),
            path,
            spot[0],
            spot[1],
            facts[path][1],
        )
        for path, spot in zip(paths, spots, strict=True)
        if path in facts
    ]


_FACTS = ("id", "name", "address", "region_path", "lon", "lat", "households")


def _buildings(box: Box) -> View:
    west, south, east, north = box
    inside = {"lon__range": (west, east), "lat__range": (south, north)}
    rows = Building.objects.standing().filter(**inside)
    found = rows.order_by("region_path", "name", "id").values_list(*_FACTS)[:MOST]
    shown = [_housed(*row) for row in found]
    return View("building", shown, rows.count() if len(shown) == MOST else len(shown))


def _building(key: str) -> Sight:
    try:
        wanted = UUID(key)
    except ValueError as fault:
        raise Denied from fault
    row = Building.objects.standing().filter(pk=wanted).values_list(*_FACTS).first()
    if row is None:
        raise Denied
    return _housed(*row)


def _housed(
    key: UUID, name: str, address: str, path: str, lon: float, lat: float, households: int
) -> Sight:
    return Sight(key.hex, name, address, path, lon, lat, households)

"""The net by place: grids by how a branch covers them, and the bodies of each place (按地点看)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import upper
from quanyu.organisations.models import Cover, Footing
from quanyu.organisations.queries.coverage import CoveredGrid
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules import KIND_WORDS, BodyKind
from quanyu.organisations.rules.covering import Tie
from quanyu.regions import queries as regions
from quanyu.regions.queries import past


@dataclass(frozen=True, slots=True)
class Stood:
    """A body that stood in a place on a day."""

    id: UUID
    name: str
    kind_name: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with the bodies that stood there, and about where it lies (地点)."""

    path: str
    name: str
    bodies: tuple[Stood, ...]
    lon: float | None
    lat: float | None


def spots(place: str, *, on: date) -> tuple[Spot, ...]:
    """Return the places within one in which bodies stood on a day, itself first."""
    rows = Footing.objects.on(on).filter(region_path__gte=place, region_path__lt=upper(place))
    held: dict[str, list[Stood]] = {}
    fields = ("region_path", "body", "name", "name_en", "kind")
    for path, key, name, english, kind in rows.order_by("region_path", "name").values_list(*fields):
        kind_name = _(KIND_WORDS[BodyKind(kind)])
        held.setdefault(path, []).append(Stood(key, in_language(name, english), kind_name))
    middles = _middles(held, on=on)
    return tuple(
        Spot(path, regions.label(path), tuple(bodies), *middles.get(path, (None, None)))
        for path, bodies in held.items()
    )


def _middles(paths: Collection[str], *, on: date) -> Mapping[str, tuple[float, float]]:
    """Return a point inside each place that has a border."""
    found = {}
    for path, shape in past.outlines_on(list(paths), day=on).items():
        point = shapely.point_on_surface(shape)
        found[path] = (round(point.x, 6), round(point.y, 6))
    return found


def grids_of(body: UUID, *, on: date) -> frozenset[str]:
    """Return the paths of the grids that a body covered on a day."""
    rows = Cover.objects.on(on).filter(body=body, tie=Tie.GRID)
    return frozenset(rows.values_list("region_path", flat=True))


def drawn(
    grids: Sequence[CoveredGrid], places: Sequence[Spot], *, on: date, mine: Collection[str] = ()
) -> dict[str, Any]:
    """Return grids and places as the map draws them; ``mine`` are those of the body looked at."""
    shapes = past.outlines_on([one.path for one in grids], day=on)
    features = [
        {
            "type": "Feature",
            "properties": {
                "covered": one.covered.value,
                "title": one.name,
                "detail": one.body or one.covered_name,
                "mine": one.path in mine,
            },
            "geometry": shapely.geometry.mapping(shapes[one.path]),
        }
        for one in grids
        if one.path in shapes
    ]
    features += [
        {
            "type": "Feature",
            "properties": {
                "count": len(spot.bodies),
                "title": spot.name,
                "detail": "\n".join(body.name for body in spot.bodies[:NAMED]),
            },
            "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
        }
        for spot in places
        if spot.lon is not None
    ]
    return {"type": "FeatureCollection", "features": features}


NAMED = 8
"""So many bodies of a place are named on the map; the list beside it has them all."""

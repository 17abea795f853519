"""The ground of a map: communities, grids, buildings and roads (底图)."""

from collections.abc import Sequence

import numpy as np
import shapely

from quanyu.kernel.access.rules import upper
from quanyu.regions import rules
from quanyu.regions.models import Building, Region, Road
from quanyu.regions.queries.locating import Box

LAYERS = ("communities", "grids", "buildings", "roads")
"""What :func:`geojson` can draw, from the ground up."""


def geojson(
    path: str, *, box: Box | None = None, layers: Sequence[str] = LAYERS
) -> dict[str, dict[str, object]]:
    """Return one feature collection a layer, of what lies within ``path`` and touches ``box``."""
    return {layer: _collection(_DRAWN[layer](path), box) for layer in layers}


_Drawn = list[tuple[dict[str, object], bytes]]


def _communities(path: str) -> _Drawn:
    return _regions(path, rules.Level.COMMUNITY)


def _grids(path: str) -> _Drawn:
    return _regions(path, rules.Level.GRID)


def _regions(path: str, level: rules.Level) -> _Drawn:
    rows = Region.objects.standing().within(path).filter(level=level, shape__isnull=False)
    fields = ("path", "code", "name", "name_en", "households", "is_sample", "shape")
    return _draw(list(rows.order_by("path").values_list(*fields)), fields)


def _buildings(path: str) -> _Drawn:
    rows = Building.objects.standing().filter(
        region_path__gte=path, region_path__lt=upper(path), shape__isnull=False
    )
    fields = ("region_path", "name", "estate_name", "address", "is_sample", "shape")
    said = ("region_path", "name", "estate", "address", "is_sample", "shape")
    return _draw(list(rows.order_by("region_path", "name").values_list(*fields)), said)


def _roads(path: str) -> _Drawn:
    # A road belongs to a street; a grid's map shows the roads of its street.
    street = rules.ancestry(path)[:4][-1]
    rows = Road.objects.filter(region_path__gte=street, region_path__lt=upper(street))
    fields = ("name", "name_en", "is_main", "is_sample", "shape")
    return _draw(list(rows.order_by("region_path", "name").values_list(*fields)), fields)


_DRAWN = {
    "communities": _communities,
    "grids": _grids,
    "buildings": _buildings,
    "roads": _roads,
}


def _draw(rows: Sequence[Sequence[object]], fields: Sequence[str]) -> _Drawn:
    names = fields[:-1]
    return [
        (dict(zip(names, row[:-1], strict=True)), bytes(row[-1]))  # type: ignore[call-overload]
        for row in rows
    ]


def _collection(drawn: _Drawn, box: Box | None) -> dict[str, object]:
    shapes = np.atleast_1d(shapely.from_wkb([shape for _, shape in drawn]))
    if box is None:
        touches = np.ones(len(drawn), dtype=np.bool_)
    else:
        touches = shapely.intersects(shapes, shapely.box(*box))
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": shapely.geometry.mapping(shape),
        }
        for (properties, _), shape, is_in in zip(drawn, shapes, touches, strict=True)
        if is_in
    ]
    return {"type": "FeatureCollection", "features": features}

"""What one tile of the map holds, from outlines kept here and buildings of the database (出图)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from quanyu.regions.models import Building
from quanyu.regions.queries.tiles.encoding import Layer, Rings, Shape, Value, encode
from quanyu.regions.queries.tiles.outlines import (
    Outlines,
    Shapes,
    Sheet,
    lay,
    points,
    projected,
    to_units,
)
from quanyu.regions.rules import Level
from quanyu.regions.rules.tiles import (
    BUFFER,
    BUILDINGS_FROM,
    ESTATE_NAMES_FROM,
    ESTATES_FROM,
    EXTENT,
    LAST_ZOOM,
    MAIN_ROADS_FROM,
    NAMES_FROM,
    OUTLINES_FROM,
    ROADS_FROM,
    Tile,
)

LAYERS = {Level.STREET: "streets", Level.COMMUNITY: "communities", Level.GRID: "grids"}
REACH = 256
"""Units beyond the edge in which a building's point may lie whose outline comes in: 76 metres at
the last zoom."""


def make(tile: Tile, sheet: Sheet) -> bytes:
    """Return a tile; nothing where nothing lies."""
    return encode(_layers(tile, sheet))


def _layers(tile: Tile, sheet: Sheet) -> Iterator[Layer]:
    """Give the layers from the ground up."""
    for level, name in LAYERS.items():
        if tile.z >= OUTLINES_FROM[level]:
            yield _outlined(name, sheet.places[level], tile)
    if tile.z >= ESTATES_FROM:
        yield _outlined("estates", sheet.estates, tile)
    if tile.z >= MAIN_ROADS_FROM:
        yield _roads(sheet.roads, tile)
    if tile.z >= BUILDINGS_FROM:
        yield from _buildings(tile)
    yield from _named(tile, sheet)


def _named(tile: Tile, sheet: Sheet) -> Iterator[Layer]:
    for level, first in NAMES_FROM.items():
        if tile.z >= first:
            yield _names(level.value, sheet.places[level], tile)
    if tile.z >= ESTATE_NAMES_FROM:
        yield _names("estate", sheet.estates, tile)


def _outlined(name: str, outlines: Outlines, tile: Tile) -> Layer:
    rings, whose = outlines.within(tile, is_area=True)
    return Layer(
        name, Shape.POLYGON, rings, [outlines.said(one, "path", "id", "kind") for one in whose]
    )


def _roads(roads: Outlines, tile: Tile) -> Layer:
    rings, whose = roads.within(tile, is_area=False)
    said = [roads.said(one, *roads.terms) for one in whose]
    if tile.z < ROADS_FROM:
        shown = [number for number, one in enumerate(said) if one["is_main"]]
        rings = _only(rings, shown)
    return Layer("roads", Shape.LINE, rings, said)


def _only(rings: Rings, features: Sequence[int]) -> Rings:
    """Keep the runs of some features."""
    stays = np.isin(rings.owner, features)
    count = np.diff(rings.starts)
    corner = np.repeat(stays, count)
    starts = np.append(0, np.cumsum(count[stays]))
    return Rings(rings.x[corner], rings.y[corner], starts, rings.owner[stays])


def _names(kind: str, outlines: Outlines, tile: Tile) -> Layer:
    spots, whose = outlines.named(tile)
    said = [outlines.said(one, "path", "id", "name", "name_en") for one in whose]
    return Layer(f"{kind}_names", Shape.POINT, spots, said)


# ------------------------------------------------------------------ buildings


def _buildings(tile: Tile) -> Iterator[Layer]:
    """Read the buildings of a tile by the index on their points; no process keeps them all."""
    west, south, east, north = tile.box(max(BUFFER, REACH >> LAST_ZOOM - tile.z))
    inside = {"lon__range": (west, east), "lat__range": (south, north)}
    rows = Building.objects.standing().filter(**inside)
    found = rows.order_by("id").values_list("id", "name", "lon", "lat", "shape")
    drawn = [row for row in found if row[4] is not None]
    if drawn:
        yield _drawn(drawn, tile)
    bare = [row for row in found if row[4] is None]
    if bare:
        yield _bare(bare, tile)


def _drawn(rows: Sequence[Any], tile: Tile) -> Layer:
    shapes = projected(shapely.from_wkb(np.array([bytes(row[4]) for row in rows], dtype=object)))
    here = _touching(shapes, tile)
    laid = lay(shapes[here], is_area=True)
    at = np.rint(laid.corners).astype(np.int64) >> LAST_ZOOM - tile.z
    at -= np.array(tile.corner, dtype=np.int64)
    starts, owner = laid.starts.astype(np.int64), laid.owner.astype(np.int64)
    rings = Rings(at[:, 0], at[:, 1], starts, owner)
    return Layer("buildings", Shape.POLYGON, rings, [_said(rows[one], tile) for one in here])


def _touching(shapes: Shapes, tile: Tile) -> list[int]:
    shift = LAST_ZOOM - tile.z
    low = np.array(tile.corner) - BUFFER << shift
    high = np.array(tile.corner) + EXTENT + BUFFER << shift
    boxes = shapely.bounds(shapes)
    touches = (boxes[:, :2] <= high).all(axis=1) & (boxes[:, 2:] >= low).all(axis=1)
    found: list[int] = np.flatnonzero(touches).tolist()
    return found


def _bare(rows: Sequence[Any], tile: Tile) -> Layer:
    """Draw as points what has no outline; each stands in one tile alone."""
    units = to_units(np.array([row[2:4] for row in rows], dtype=np.float64))
    at = units.astype(np.int64) >> LAST_ZOOM - tile.z
    at -= np.array(tile.corner, dtype=np.int64)
    here = np.flatnonzero(((at >= 0) & (at < EXTENT)).all(axis=1))
    said = [_said(rows[one], tile) for one in here.tolist()]
    return Layer("building_points", Shape.POINT, points(at[here]), said)


def _said(row: Sequence[Any], tile: Tile) -> dict[str, Value]:
    said: dict[str, Value] = {"id": row[0].hex}
    return said | {"name": row[1]} if tile.z >= LAST_ZOOM else said

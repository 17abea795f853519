"""Read the features of a map file as rows: GeoJSON and GeoPackage (读取图形文件).

Runs in the process that reads uploaded files, like the reader of spreadsheets beside it.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry

from quanyu.kernel.tables.rules import DEGREES, GEOMETRY, Format, shape_text

NAMED = (
    "urn:ogc:def:crs:OGC:1.3:CRS84",
    "urn:ogc:def:crs:EPSG::4326",
    "urn:ogc:def:crs:EPSG::4490",
)


MISSHAPEN = (AttributeError, LookupError, RecursionError, TypeError)
"""What a geometry that is none raises while it is read."""


class Askew(Exception):
    """The coordinates are in another system than degrees (坐标系不符)."""


class Bare(Exception):
    """No layer of the file has shapes (没有图形)."""


def rows(raw: Path, form: Format) -> Iterator[list[str]]:
    """Give the head and then one row a feature, its geometry as well-known text.

    :raises Askew: if the file is not in degrees
    :raises Bare: if it holds no layer with shapes
    :raises ValueError: if it cannot be read
    """
    return _geojson(raw) if form is Format.GEOJSON else _geopackage(raw)


def _geojson(raw: Path) -> Iterator[list[str]]:
    whole = _object(_parsed(raw))
    listed = whole.get("features")
    if not isinstance(listed, list):
        raise Bare
    said = _object(_object(whole.get("crs")).get("properties")).get("name", NAMED[0])
    if said not in (*NAMED, *DEGREES):
        raise Askew
    features = [_object(one) for one in listed]
    held = [_object(one.get("properties")) for one in features]
    names = [name for name in dict.fromkeys(chain.from_iterable(held)) if name != GEOMETRY]
    yield [*names, GEOMETRY]
    for one, told in zip(features, held, strict=True):
        yield [*(_text(told.get(name)) for name in names), _drawn(one.get("geometry"))]


def _parsed(raw: Path) -> Any:
    try:
        return json.loads(raw.read_text(encoding="utf-8-sig"))
    except RecursionError as fault:
        raise ValueError("too deep") from fault


def _object(value: Any) -> dict[str, Any]:
    """Return an object; null counts as an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 (the file is at fault, and not who calls)
    return value


def _drawn(geometry: Any) -> str:
    if not geometry:
        return ""
    try:
        return shape_text(shapely.geometry.shape(geometry))
    except (shapely.errors.ShapelyError, *MISSHAPEN) as fault:
        raise ValueError("no geometry") from fault


def _geopackage(raw: Path) -> Iterator[list[str]]:
    # GDAL goes by the name of a file.
    named = raw.with_name(f"{raw.name}.gpkg")
    named.symlink_to(raw)
    try:
        yield from _layer(named)
    finally:
        named.unlink()


def _layer(path: Path) -> Iterator[list[str]]:
    import pyogrio  # noqa: PLC0415 (tens of megabytes: only where such a file comes)
    from pyogrio import raw as ogr  # noqa: PLC0415

    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind]
        if not layers:
            raise Bare
        meta, _fids, shapes, held = ogr.read(path, layer=layers[0], force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise ValueError("no layer") from fault
    if meta["crs"] not in DEGREES:
        raise Askew
    names = [str(name) for name in meta["fields"]]
    yield [*names, GEOMETRY]
    drawn = ["" if shape is None else shape_text(shapely.from_wkb(shape)) for shape in shapes]
    for number, shape in enumerate(drawn):
        yield [*(_text(column[number]) for column in held), shape]


def _text(value: Any) -> str:
    """Return a value as a cell holds it; a number without its empty decimals."""
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or plain != plain:  # noqa: PLR0124 (what is no number is not itself)
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return str(plain).strip()

"""A border as somebody gives it: GeoJSON as text, in one of the known systems (边界的文本)."""

import json
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.coordinates import SYSTEMS, on_earth
from quanyu.regions.rules.grids import WrongGrid

LONGEST: Final = 1_000_000
"""Signs of one border: some tens of thousands of corners."""

SINGLE: Final = ("Polygon", "MultiPolygon")


def read_border(text: str, *, system: str = "wgs84") -> BaseGeometry:
    """Return the one polygon that a GeoJSON text holds, in WGS-84.

    A geometry, a feature, or a collection of one feature; heights are left out.

    :raises WrongGrid: saying what the text is not
    """
    if system not in SYSTEMS:
        raise WrongGrid(_("没有这种坐标系"), field="system", value=system, allowed=sorted(SYSTEMS))
    if len(text) > LONGEST:
        raise WrongGrid(
            _("边界最多 {most} 个字符"), field="shape", value=len(text), most=f"{LONGEST:,}"
        )
    shape = _shape(_geometry(_parsed(text)))
    return shapely.transform(
        shape, lambda points: [on_earth(lon, lat, system=system) for lon, lat in points]
    )


def border_text(shape: BaseGeometry) -> str:
    """Return a border as GeoJSON text, to be changed and sent back."""
    return str(shapely.to_geojson(shape))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise WrongGrid(
            _("边界须为 GeoJSON"), field="shape", value=text[:40], allowed=["GeoJSON"]
        ) from fault


def _geometry(given: Any) -> Any:
    """Return the one geometry of a feature or a collection."""
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise WrongGrid(
                _("文件里须只有一个面；多个网格请在网格列表里导入"),
                field="shape",
                value=len(features) if isinstance(features, list) else "",
                allowed=["1"],
            )
        given = features[0]
    if isinstance(given, dict) and given.get("type") == "Feature":
        given = given.get("geometry")
    if not isinstance(given, dict) or given.get("type") not in SINGLE:
        kind = given.get("type") if isinstance(given, dict) else given
        raise WrongGrid(
            _("边界须为一个闭合的面"), field="shape", value=str(kind)[:40], allowed=["Polygon"]
        )
    return given


def _shape(given: Any) -> BaseGeometry:
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(given)))
    except (ValueError, TypeError, shapely.errors.GEOSException) as fault:
        raise WrongGrid(
            _("边界须为一个闭合的面"), field="shape", value=str(given)[:40], allowed=["Polygon"]
        ) from fault
    parts = shapely.get_parts(shape)
    if len(parts) != 1:
        raise WrongGrid(
            _("边界须为一个闭合的面"), field="shape", value=len(parts), allowed=["Polygon"]
        )
    return parts[0]

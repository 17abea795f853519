"""What every map of ours lies on: our tiles, and the operator's base map if there is one (底图)."""

import json
import math
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from quanyu.regions import queries as regions
from quanyu.regions.rules.base_map import BaseMap, WrongBaseMap, read_base_map
from quanyu.regions.rules.coordinates import shifted

_METRES_A_DEGREE = 111_320.0


def base_map() -> BaseMap | None:
    """Return the base map that is set, if any.

    :raises ImproperlyConfigured: if the setting describes none
    """
    return _read(settings.QUANYU_BASE_MAP)


@lru_cache(maxsize=1)
def _read(text: str) -> BaseMap | None:
    try:
        return read_base_map(text)
    except WrongBaseMap as fault:
        raise ImproperlyConfigured(f"QUANYU_BASE_MAP: {fault}") from None


def map_ground() -> dict[str, str]:
    """Return what a page tells its maps: where tiles come from, and what lies under them."""
    base = base_map()
    return {
        "tiles": f"/map/tiles/{regions.tiles.edition()}/{{z}}/{{x}}/{{y}}.mvt",
        "base": json.dumps(_told(base), ensure_ascii=False) if base else "",
        "shift": _shift(base) if base and base.is_shifted else "",
    }


def _told(base: BaseMap) -> dict[str, Any]:
    return {
        "tiles": base.tiles,
        "attribution": base.attribution,
        "tileSize": base.tile_size,
        "maxzoom": base.max_zoom,
    }


def _shift(base: BaseMap) -> str:
    """Say how far a base map in GCJ-02 lies off in this city; it is shown, not hidden."""
    west, south, east, north = regions.bounds(settings.QUANYU_CITY)
    lon, lat = (west + east) / 2, (south + north) / 2
    there = shifted((lon, lat))
    across = (there[0] - lon) * math.cos(math.radians(lat))
    metres = round(math.hypot(across, there[1] - lat) * _METRES_A_DEGREE, -1)
    return gettext("底图是 GCJ-02 坐标，与网格和楼栋错开约 {metres} 米，不能据此定位").format(
        metres=f"{metres:.0f}"
    )

"""Points as Chinese map services give them, put back on the earth (坐标转换). Arithmetic alone.

GCJ-02 shifts a point inside China by a published formula; BD-09 shifts it once more. CGCS2000 and
WGS-84 differ by centimetres, and count as one.
"""

from collections.abc import Callable, Mapping
from math import atan2, cos, pi, sin, sqrt
from types import MappingProxyType
from typing import Final

from quanyu.kernel.errors import gettext_noop as _

Point = tuple[float, float]
"""Longitude, latitude."""

AXIS: Final = 6_378_245.0
ECCENTRICITY: Final = 0.006_693_421_622_965_943
BAIDU: Final = pi * 3000 / 180
CLOSE: Final = 1e-9
ROUNDS: Final = 30


def on_earth(lon: float, lat: float, *, system: str) -> Point:
    """Return a point in WGS-84, to seven decimals: a centimetre."""
    found = SYSTEMS[system]((lon, lat))
    return round(found[0], 7), round(found[1], 7)


def shifted(point: Point) -> Point:
    """Return where GCJ-02 puts a point of WGS-84."""
    lon, lat = point
    if not (73 < lon < 136 and 3 < lat < 54):
        return point
    x, y = lon - 105, lat - 35
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    angle = lat / 180 * pi
    bend = 1 - ECCENTRICITY * sin(angle) ** 2
    north = north * 180 / (AXIS * (1 - ECCENTRICITY) / (bend * sqrt(bend)) * pi)
    east = east * 180 / (AXIS / sqrt(bend) * cos(angle) * pi)
    return lon + east, lat + north


def unshifted(point: Point) -> Point:
    """Return the point of WGS-84 that GCJ-02 puts here, by going back until it fits."""
    lon, lat = point
    for _round in range(ROUNDS):
        there = shifted((lon, lat))
        off = there[0] - point[0], there[1] - point[1]
        lon, lat = lon - off[0], lat - off[1]
        if abs(off[0]) < CLOSE and abs(off[1]) < CLOSE:
            break
    return lon, lat


def from_baidu(point: Point) -> Point:
    """Return the point of WGS-84 that BD-09 puts here."""
    x, y = point[0] - 0.0065, point[1] - 0.006
    far = sqrt(x * x + y * y) - 0.00002 * sin(y * BAIDU)
    turn = atan2(y, x) - 0.000003 * cos(x * BAIDU)
    return unshifted((far * cos(turn), far * sin(turn)))


def to_baidu(point: Point) -> Point:
    """Return where BD-09 puts a point of WGS-84."""
    lon, lat = shifted(point)
    far = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * BAIDU)
    turn = atan2(lat, lon) + 0.000003 * cos(lon * BAIDU)
    return far * cos(turn) + 0.0065, far * sin(turn) + 0.006


def _as_it_is(point: Point) -> Point:
    return point


SYSTEMS: Final[Mapping[str, Callable[[Point], Point]]] = MappingProxyType(
    {"wgs84": _as_it_is, "cgcs2000": _as_it_is, "gcj02": unshifted, "bd09": from_baidu}
)
"""The systems of coordinates that a file or another system may speak."""

SYSTEM_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "wgs84": _("WGS-84"),
        "cgcs2000": _("CGCS2000（国家 2000）"),
        "gcj02": _("GCJ-02（高德、腾讯）"),
        "bd09": _("BD-09（百度）"),
    }
)

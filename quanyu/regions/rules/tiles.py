"""The squares of a map: how they are named, where they lie, what each shows (矢量瓦片)."""

import math
from dataclasses import dataclass

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.kinds import Level

FIRST_ZOOM, LAST_ZOOM = 8, 16
"""Farther out nothing of a city can be told apart; nearer, a browser draws the last one larger."""

EXTENT = 4096
"""Units along the side of a tile, as the vector tile specification has it by default."""

BUFFER = 64
"""Units by which shapes reach over the edge, so that no line shows where tiles meet."""

WORLD = EXTENT << LAST_ZOOM
"""Units along the equator at the last zoom: 0.15 metres each."""

BANDS = (9, 11, 13, LAST_ZOOM)
"""Zooms for which outlines are generalised once; a zoom between takes the next finer."""

HALF_A_PIXEL = 4
"""Units a line may be off: a tile is drawn 512 pixels wide."""

BUILDINGS_FROM = 15
ESTATES_FROM, ESTATE_NAMES_FROM = 14, 15
MAIN_ROADS_FROM, ROADS_FROM = 11, 14
OUTLINES_FROM = {Level.STREET: FIRST_ZOOM, Level.COMMUNITY: 10, Level.GRID: 12}
NAMES_FROM = {Level.STREET: 10, Level.COMMUNITY: 12, Level.GRID: 14}
"""From which zoom borders and names of a level are drawn."""

_NORTHERNMOST = 85.0511287798066


class NoTile(Refusal):
    """No tile of this map bears such numbers (没有这块瓦片)."""

    status = 404


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the map: zoom, column from the west, row from the north (瓦片)."""

    z: int
    x: int
    y: int

    @property
    def corner(self) -> tuple[int, int]:
        """The north-western corner, in the units of this zoom."""
        return self.x * EXTENT, self.y * EXTENT

    def box(self, buffer: float = 0) -> tuple[float, float, float, float]:
        """Return west, south, east, north in degrees, ``buffer`` units wider all round."""
        aside = buffer / EXTENT
        west, north = degrees(self.x - aside, self.y - aside, self.z)
        east, south = degrees(self.x + 1 + aside, self.y + 1 + aside, self.z)
        return west, south, east, north


def read_tile(z: str, x: str, y: str) -> Tile:
    """Return the tile that three numbers of an address name.

    :raises NoTile: if they are no numbers, or beyond the map
    """
    if not all(part.isascii() and part.isdigit() and len(part) < 9 for part in (z, x, y)):
        raise _no_tile(z, x, y)
    tile = Tile(int(z), int(x), int(y))
    if not FIRST_ZOOM <= tile.z <= LAST_ZOOM or max(tile.x, tile.y) >= 1 << tile.z:
        raise _no_tile(z, x, y)
    return tile


def _no_tile(z: str, x: str, y: str) -> NoTile:
    return NoTile(
        _("没有这块瓦片：级别为 {first} 至 {last}，行列号从 0 起，小于 2 的级别次方"),
        field="tile",
        value=f"{z}/{x}/{y}"[:60],
        first=FIRST_ZOOM,
        last=LAST_ZOOM,
    )


def degrees(x: float, y: float, z: int) -> tuple[float, float]:
    """Return longitude and latitude of a point counted in tiles of a zoom."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))
    return x / 2**z * 360 - 180, lat


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """Return the tile that holds a point."""
    held = max(-_NORTHERNMOST, min(_NORTHERNMOST, lat))
    side = 1 << z
    down = (1 - math.asinh(math.tan(math.radians(held))) / math.pi) / 2 * side
    across = (lon + 180) / 360 * side
    return Tile(z, min(side - 1, max(0, int(across))), min(side - 1, max(0, int(down))))


def band(z: int) -> int:
    """Return the zoom whose generalised outlines serve ``z``."""
    return next(one for one in BANDS if one >= z)

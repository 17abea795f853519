"""The map in vector tiles, made in the process and kept by edition (矢量瓦片)."""

from quanyu.regions.queries.tiles.keeping import clear, edition, folder, tile
from quanyu.regions.queries.tiles.making import make
from quanyu.regions.queries.tiles.outlines import forget, sheet

__all__ = ["clear", "edition", "folder", "forget", "make", "sheet", "tile"]

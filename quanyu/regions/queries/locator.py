"""Which grid a point lies in, by a tree of polygons held in the process (点落网格)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Points = NDArray[np.float64]
Paths = NDArray[np.str_]


class Locator:
    """Polygons and their paths, searched together.

    On a shared border several polygons hold the point: the lowest path wins, whatever order they
    came in, so that the same point always lies in the same grid. Outside all of them it is "".
    """

    def __init__(self, paths: Sequence[str], shapes: Sequence[Any] | NDArray[Any]) -> None:
        order = np.argsort(np.array(paths, dtype=np.str_), kind="stable")
        self._shapes = np.asarray(shapes, dtype=object)[order]
        # One more at the end: where no polygon holds the point.
        self._paths: Paths = np.append(np.array(paths, dtype=np.str_)[order], "")
        self._tree = shapely.STRtree(self._shapes)
        # Prepared polygons answer in the logarithm of their corners; the tree alone would not.
        shapely.prepare(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    def locate(self, points: Points) -> Paths:
        """Return the path of the grid that holds each point (longitude, latitude), or ""."""
        given = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        which, near = self._tree.query(shapely.points(given))
        is_in = shapely.intersects_xy(self._shapes[near], given[which, 0], given[which, 1])
        lowest = np.full(len(given), len(self._shapes), dtype=np.intp)
        np.minimum.at(lowest, which[is_in], near[is_in])
        found: Paths = self._paths[lowest]
        return found

    def bounds(self, place: str) -> tuple[float, float, float, float] | None:
        """Return the box around the grids within a place; around all, when it has none."""
        within = np.char.startswith(self._paths[:-1], place)
        shapes = self._shapes[within] if within.any() else self._shapes
        if not len(shapes):
            return None
        west, south, east, north = shapely.total_bounds(shapes)
        return float(west), float(south), float(east), float(north)

    def locate_point(self, lon: float, lat: float) -> str:
        """Return the path of the grid that holds one point, or ""."""
        return str(self.locate(np.array([[lon, lat]]))[0])


def from_wkb(rows: Sequence[tuple[str, bytes]]) -> Locator:
    """Return a locator over stored boundaries, as pairs of path and well-known binary."""
    shapes = shapely.from_wkb([shape for _, shape in rows])
    return Locator([path for path, _ in rows], np.atleast_1d(shapes))

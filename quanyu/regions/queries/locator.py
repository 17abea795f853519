"""Which grid a point lies in, by the boxes and borders held in the process (点落网格).

As objects of the geometry library a city's 5,800 borders take tens of megabytes of each web
worker, which places one point at a time: it keeps them as they are stored, and reads the two or
three whose box holds the point. Who places thousands at once has the tree made, and it stays.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Points = NDArray[np.float64]
Paths = NDArray[np.str_]
Hits = tuple[NDArray[np.intp], NDArray[np.intp]]

FEW = 64
"""Points up to which looking through the boxes one by one is quicker than making the tree."""

BATCH = 400
"""Borders that are read together: their objects are gone again before the next ones come."""


class Locator:
    """Polygons and their paths, searched together.

    On a shared border several polygons hold the point: the lowest path wins, whatever order they
    came in, so that the same point always lies in the same grid. Outside all of them it is "".
    """

    def __init__(self, paths: Sequence[str], stored: Sequence[bytes]) -> None:
        named = np.array(paths, dtype=np.str_)
        order = np.argsort(named, kind="stable")
        self._stored = [stored[number] for number in order]
        self._boxes = _boxes(self._stored)
        # One more at the end: where no polygon holds the point.
        self._paths: Paths = np.append(named[order], "")

    def __len__(self) -> int:
        return len(self._stored)

    def locate(self, points: Points) -> Paths:
        """Return the path of the grid that holds each point (longitude, latitude), or ""."""
        given = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        which, near = self._one_by_one(given) if len(given) <= FEW else self._together(given)
        lowest = np.full(len(given), len(self), dtype=np.intp)
        np.minimum.at(lowest, which, near)
        found: Paths = self._paths[lowest]
        return found

    def bounds(self, place: str) -> tuple[float, float, float, float] | None:
        """Return the box around the grids within a place; around all, when it has none."""
        within = np.char.startswith(self._paths[:-1], place)
        boxes = self._boxes[within] if within.any() else self._boxes
        if not len(boxes):
            return None
        west, south = np.nanmin(boxes[:, :2], axis=0)
        east, north = np.nanmax(boxes[:, 2:], axis=0)
        return float(west), float(south), float(east), float(north)

    def locate_point(self, lon: float, lat: float) -> str:
        """Return the path of the grid that holds one point, or ""."""
        return str(self.locate(np.array([[lon, lat]]))[0])

    def _one_by_one(self, given: Points) -> Hits:
        west, south, east, north = self._boxes.T
        which: list[int] = []
        found: list[int] = []
        for number, (lon, lat) in enumerate(given):
            near = np.flatnonzero((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))
            shapes = _read([self._stored[one] for one in near])
            is_in = shapely.intersects_xy(shapes, lon, lat)
            found += near[is_in].tolist()
            which += [number] * int(is_in.sum())
        return np.array(which, dtype=np.intp), np.array(found, dtype=np.intp)

    def _together(self, given: Points) -> Hits:
        shapes, tree = self._drawn
        which, near = tree.query(shapely.points(given))
        is_in = shapely.intersects_xy(shapes[near], given[which, 0], given[which, 1])
        return which[is_in], near[is_in]

    @cached_property
    def _drawn(self) -> tuple[NDArray[Any], shapely.STRtree]:
        shapes = _read(self._stored)
        # Prepared polygons answer in the logarithm of their corners; the tree alone would not.
        shapely.prepare(shapes)
        return shapes, shapely.STRtree(shapes)


def from_wkb(rows: Sequence[tuple[str, bytes]]) -> Locator:
    """Return a locator over stored boundaries, as pairs of path and well-known binary."""
    return Locator([path for path, _ in rows], [shape for _, shape in rows])


def _read(stored: Sequence[bytes]) -> NDArray[Any]:
    found: NDArray[Any] = shapely.from_wkb(np.array(stored, dtype=object))
    return found


def _boxes(stored: Sequence[bytes]) -> NDArray[np.float64]:
    batches = [stored[at : at + BATCH] for at in range(0, len(stored), BATCH)]
    boxes = [shapely.bounds(_read(batch)) for batch in batches]
    return np.concatenate([np.zeros((0, 4)), *boxes])

"""The borders of places that are joined or divided (调整后的边界). Shapes in, shapes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import shapely

from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules import topology
from quanyu.regions.rules.changes import WrongOperation

SLIVER = 0.001
"""Of the smaller of two shapes: so much may overlap where borders were drawn by hand."""

ROUNDING = 0.000005
"""Half a metre, in degrees: borders drawn side by side come as near as this."""

Shape = Any
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Laid:
    """A base grid's ground: as a step is given it, or as it stays."""

    path: str
    shape: Shape
    step: int = 0
    """The number of the step that is about it; none is about what stays."""


def joined(shapes: Sequence[Shape | None]) -> Shape | None:
    """Return the whole of some shapes; None where one of them is not known."""
    if not shapes or any(shape is None for shape in shapes):
        return None
    return shapely.union_all(list(shapes))


def divided(area: Shape, points: Mapping[str, Points]) -> dict[str, Shape]:
    """Return an area divided among targets: each spot goes where the nearest building goes.

    Every corner of the area is given out, and none twice.
    """
    spots = [(x, y, target) for target, given in points.items() for x, y in given]
    single = {(x, y): target for x, y, target in spots}
    if len(set(single.values())) < 2:
        return dict.fromkeys(single.values(), area)
    many = shapely.multipoints(np.array(list(single), dtype=np.float64))
    cells = shapely.get_parts(shapely.voronoi_polygons(many, extend_to=area))
    owners = list(single.values())
    # Of each cell the one building that stands in it.
    tree = shapely.STRtree(cells)
    which, cell = tree.query(shapely.points(list(single)), predicate="intersects")
    parts: dict[str, list[Shape]] = {}
    for spot, number in zip(which, cell, strict=True):
        parts.setdefault(owners[spot], []).append(cells[number])
    return {
        target: shapely.intersection(shapely.union_all(own), area) for target, own in parts.items()
    }


def fills(area: Shape | None, shapes: Sequence[Shape]) -> bool:
    """Answer whether shapes cover an area and no more; of one that is not known, always."""
    if area is None:
        return True
    off = shapely.area(shapely.symmetric_difference(shapely.union_all(list(shapes)), area))
    return bool(off <= SLIVER * shapely.area(area))


def pieces(shape: Shape | None) -> int:
    """Return of how many areas a border is made that do not touch along a line.

    Areas that meet in a corner alone are two; a gap as wide as coordinates are rounded is none.
    """
    if shape is None or len(shapely.get_parts(shape)) < 2:
        return 1
    closed = shapely.buffer(shapely.buffer(shape, ROUNDING), -2 * ROUNDING)
    return len(shapely.get_parts(closed))


def check_apart(shapes: Mapping[str, Shape]) -> None:
    """Refuse shapes that cover the same ground.

    :raises WrongOperation: with the two places that overlap
    """
    for (one, mine), (other, theirs) in combinations(shapes.items(), 2):
        shared = shapely.area(shapely.intersection(mine, theirs))
        if shared > SLIVER * min(shapely.area(mine), shapely.area(theirs)):
            raise overlap(one, other)


def overlap(one: str, other: str) -> WrongOperation:
    """Return the refusal that names two places whose borders overlap."""
    return WrongOperation(_("{value} 与 {other} 的边界重叠"), field="shape", value=one, other=other)


def overlapping(given: Sequence[Laid], stays: Sequence[Laid]) -> Iterator[tuple[Laid, Laid, Shape]]:
    """Give every given border that meets a base grid of another step or of none, and what of it.

    Of two that are given, the later comes first. What one step is given is compared by itself.
    """
    every = [*given, *(one for one in stays if shapely.is_valid(one.shape))]
    tree = shapely.STRtree([one.shape for one in every])
    pairs = tree.query([one.shape for one in given], predicate="intersects")
    for i, j in sorted(zip(*pairs.tolist(), strict=True)):
        mine, other = given[i], every[j]
        if mine.step != other.step and (j < i or j >= len(given)):
            yield mine, other, topology.polygons(shapely.intersection(mine.shape, other.shape))


def check_inside(area: Shape | None, shapes: Mapping[str, Shape]) -> None:
    """Refuse a shape that is none, or that reaches out of what is divided.

    :raises WrongOperation: with the place whose shape it is
    """
    for path, shape in shapes.items():
        if not shapely.is_valid(shape) or shapely.is_empty(shape) or not _is_ground(shape):
            raise WrongOperation(
                _("{value} 的边界不是有效的面，例如自相交"),
                field="shape",
                value=path,
                allowed=["Polygon", "MultiPolygon"],
            )
        if area is not None:
            out = shapely.area(shapely.difference(shape, area))
            if out > SLIVER * shapely.area(shape):
                raise WrongOperation(
                    _("{value} 的边界超出了所调整的地方"), field="shape", value=path
                )


def _is_ground(shape: Shape) -> bool:
    return shapely.get_type_id(shape) in {
        shapely.GeometryType.POLYGON,
        shapely.GeometryType.MULTIPOLYGON,
    }

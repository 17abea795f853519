"""Where polygons overlap, leave gaps or stick out, and in which of them a point lies (拓扑检查).

Shapes are WGS-84 degrees; areas are square metres, true to a thousandth within a city.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.grids import Profile, Size, WrongGrid, size_of
from quanyu.regions.rules.kinds import Kind

METRES_A_DEGREE: Final = 111_320.0
MOST_GAPS: Final = 50
"""Gaps of one community that are listed one by one, the largest first."""


class Fault(StrEnum):
    """What is wrong with how grids lie (问题类型)."""

    BUILDING_IN_NONE = "building_in_none"
    BUILDING_IN_TWO = "building_in_two"
    BUILDING_ELSEWHERE = "building_elsewhere"
    OVERLAP = "overlap"
    GAP = "gap"
    STICKS_OUT = "sticks_out"
    NO_SHAPE = "no_shape"
    NOT_DRAWN = "not_drawn"
    WRONG_SHAPE = "wrong_shape"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"


WARNINGS: Final = frozenset({Fault.TOO_LARGE, Fault.TOO_SMALL})
"""What may be so for a reason; everything else must be put right."""

APART: Final = frozenset({Fault.NOT_DRAWN})
"""What nobody has begun: no fault, counted and listed for itself, so that it drowns none."""

FAULT_WORDS: Final = {
    Fault.BUILDING_IN_NONE: _("楼栋不在任何基础网格"),
    Fault.BUILDING_IN_TWO: _("楼栋同时在几个基础网格"),
    Fault.BUILDING_ELSEWHERE: _("登记的网格与所在网格不一致"),
    Fault.OVERLAP: _("基础网格重叠"),
    Fault.GAP: _("社区内未划入网格"),
    Fault.STICKS_OUT: _("网格超出社区边界"),
    Fault.NO_SHAPE: _("没有边界"),
    Fault.NOT_DRAWN: _("还没有划边界和网格"),
    Fault.WRONG_SHAPE: _("边界有误"),
    Fault.TOO_LARGE: _("户数和人口都超过上限"),
    Fault.TOO_SMALL: _("户数和人口都低于下限"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One community or grid as the check sees it (待查图形)."""

    path: str
    kind: str
    shape: BaseGeometry | None
    households: int | None = None
    residents: int | None = None

    @property
    def community(self) -> str:
        """Return the community's path: a grid's without its last part."""
        return "/".join(self.path.split("/")[:5]) + "/"


@dataclass(frozen=True, slots=True)
class House:
    """One building as the check sees it (待查楼栋)."""

    key: str
    path: str
    """The grid that is recorded."""
    lon: float
    lat: float
    has_dwellings: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is wrong, and where (问题)."""

    fault: Fault
    path: str
    other_path: str = ""
    building: str = ""
    area_m2: float = 0.0
    shape: BaseGeometry | None = None
    """The overlap, the gap or what sticks out; a point for a building."""


def area_m2(shape: BaseGeometry) -> float:
    """Return the area of a small shape in degrees, in square metres."""
    if shape.is_empty:
        return 0.0
    shrink = float(np.cos(np.radians(shape.centroid.y)))
    return float(shape.area) * METRES_A_DEGREE**2 * shrink


def polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape without the lines and points that two borders have in common."""
    return shapely.union_all(_parts(shape))


# ------------------------------------------------------------------ one polygon


def check_polygon(shape: BaseGeometry, *, field: str = "shape") -> None:
    """Refuse what is no simple polygon on earth: no hole is cut by its own line, no corner crossed.

    :raises WrongGrid: saying what is wrong and where
    """
    if shape.geom_type != "Polygon" or shape.is_empty:
        raise WrongGrid(
            _("边界须为一个闭合的面"), field=field, value=shape.geom_type, allowed=["Polygon"]
        )
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise WrongGrid(
            _("坐标不是经纬度；须为 WGS-84 或 CGCS2000 的度"),
            field=field,
            value=f"{west:.1f}, {south:.1f}",
            allowed=["EPSG:4326", "EPSG:4490"],
        )
    if not shape.is_valid:
        raise WrongGrid(
            _("边界自相交或不闭合：{where}"),
            field=field,
            value=shapely.is_valid_reason(shape),
            where=shapely.is_valid_reason(shape),
        )


def check_inside(
    shape: BaseGeometry, community: BaseGeometry | None, *, tolerance_m2: float
) -> None:
    """Refuse a grid that sticks out of its community by more than the tolerance.

    A community without a boundary cannot be stuck out of; the check of the grids names it.

    :raises WrongGrid: saying by how much
    """
    if community is None:
        return
    outside = area_m2(shape.difference(community))
    if outside > tolerance_m2:
        raise WrongGrid(
            _("网格超出社区边界 {area} 平方米，容差 {tolerance}"),
            field="shape",
            value=f"{outside:.0f}",
            area=f"{outside:.0f}",
            tolerance=f"{tolerance_m2:.0f}",
        )


def check_apart(
    shape: BaseGeometry, others: Iterable[tuple[str, BaseGeometry]], *, tolerance_m2: float
) -> None:
    """Refuse a base grid that overlaps another one by more than the tolerance.

    :param others: name and shape of the other base grids
    :raises WrongGrid: naming the first one, and by how much
    """
    for name, other in others:
        common = area_m2(shape.intersection(other))
        if common > tolerance_m2:
            raise WrongGrid(
                _("与{name}重叠 {area} 平方米，容差 {tolerance}"),
                field="shape",
                value=name,
                name=name,
                area=f"{common:.0f}",
                tolerance=f"{tolerance_m2:.0f}",
            )


# ------------------------------------------------------------------ all of them


def examine(
    communities: Sequence[Ground],
    grids: Sequence[Ground],
    houses: Sequence[House],
    *,
    around: Sequence[Ground] = (),
    profile: Profile,
) -> list[Found]:
    """Return everything that is wrong with how these grids lie, the same order every time.

    :param around: base grids of the neighbourhood, in which a building may lie by mistake
    """
    gridded = {ground.community for ground in grids}
    blank = [one.path for one in communities if one.shape is None and one.path not in gridded]
    begun = [one for one in communities if one.path not in blank]
    found = [*_unshaped([*begun, *grids]), *(Found(Fault.NOT_DRAWN, path) for path in blank)]
    sound = [ground for ground in grids if _is_sound(ground)]
    base = [ground for ground in sound if ground.kind == Kind.BASE_GRID]
    near = [ground for ground in around if _is_sound(ground)]
    for community in communities:
        if _is_sound(community):
            own = [ground for ground in sound if ground.community == community.path]
            found += _sticking_out(community, own, profile)
            found += _gaps(community, own, profile)
    found += _overlaps(base, near, profile)
    dedicated = [ground for ground in sound if ground.kind == Kind.DEDICATED_GRID]
    found += _buildings(houses, [*base, *near], dedicated)
    found += _sizes([ground for ground in grids if ground.kind == Kind.BASE_GRID], profile)
    return found


def _is_sound(ground: Ground) -> bool:
    return ground.shape is not None and not ground.shape.is_empty and ground.shape.is_valid


def _unshaped(grounds: Iterable[Ground]) -> Iterable[Found]:
    for ground in grounds:
        if ground.shape is None or ground.shape.is_empty:
            yield Found(Fault.NO_SHAPE, ground.path)
        elif not ground.shape.is_valid:
            yield Found(Fault.WRONG_SHAPE, ground.path, shape=ground.shape)


def _sticking_out(community: Ground, grids: Sequence[Ground], profile: Profile) -> list[Found]:
    found = []
    for grid in grids:
        outside = polygons(_shape(grid).difference(_shape(community)))
        area = area_m2(outside)
        if area > profile.tolerance_m2:
            found.append(
                Found(Fault.STICKS_OUT, grid.path, community.path, area_m2=area, shape=outside)
            )
    return found


def _gaps(community: Ground, grids: Sequence[Ground], profile: Profile) -> list[Found]:
    covering = [_shape(grid) for grid in grids if grid.kind != Kind.MICRO_GRID]
    rest = _shape(community).difference(shapely.union_all(covering))
    parts = [(area_m2(part), part) for part in _parts(rest)]
    wide = sorted((one for one in parts if one[0] > profile.tolerance_m2), key=lambda one: -one[0])
    return [
        Found(Fault.GAP, community.path, area_m2=area, shape=part)
        for area, part in wide[:MOST_GAPS]
    ]


def _overlaps(base: Sequence[Ground], near: Sequence[Ground], profile: Profile) -> list[Found]:
    every = [*base, *near]
    if not every:
        return []
    shapes = np.array([_shape(ground) for ground in every], dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes[: len(base)], predicate="intersects")
    pairs = sorted(
        (every[i].path, every[j].path, int(i), int(j))
        for i, j in zip(one, other, strict=True)
        if i < j
    )
    found = []
    for path, other_path, i, j in pairs:
        common = polygons(shapes[i].intersection(shapes[j]))
        area = area_m2(common)
        if area > profile.tolerance_m2:
            found.append(Found(Fault.OVERLAP, path, other_path, area_m2=area, shape=common))
    return found


def _buildings(
    houses: Sequence[House], base: Sequence[Ground], dedicated: Sequence[Ground]
) -> list[Found]:
    points = shapely.points([house.lon for house in houses], [house.lat for house in houses])
    points = np.atleast_1d(points) if len(houses) else np.empty(0, dtype=object)
    touching = _lying(points, base, predicate="intersects")
    inside = _lying(points, base, predicate="within")
    beside = _lying(points, dedicated, predicate="intersects")
    found = []
    for number, house in enumerate(houses):
        fault = _misplaced(house, touching[number], inside[number], is_beside=bool(beside[number]))
        if fault:
            kind, path, other = fault
            found.append(Found(kind, path, other, building=house.key, shape=points[number]))
    return found


def _misplaced(
    house: House, touching: Sequence[str], inside: Sequence[str], *, is_beside: bool
) -> tuple[Fault, str, str] | None:
    if not touching:
        # A school or a mall without dwellings may lie in a dedicated grid alone.
        is_at_home = is_beside and not house.has_dwellings
        return None if is_at_home else (Fault.BUILDING_IN_NONE, house.path, "")
    if len(inside) > 1:
        return Fault.BUILDING_IN_TWO, inside[0], inside[1]
    if house.path not in touching:
        return Fault.BUILDING_ELSEWHERE, house.path, touching[0]
    return None


def _lying(points: np.ndarray, grids: Sequence[Ground], *, predicate: str) -> list[list[str]]:
    """Return for each point the paths of the grids it lies in, in order."""
    found: list[list[str]] = [[] for _point in points]
    if not grids or not len(points):
        return found
    tree = shapely.STRtree([_shape(ground) for ground in grids])
    for point, grid in zip(*tree.query(points, predicate=predicate), strict=True):
        found[point].append(grids[grid].path)
    return [sorted(paths) for paths in found]


def _sizes(grids: Sequence[Ground], profile: Profile) -> list[Found]:
    words = {Size.TOO_LARGE: Fault.TOO_LARGE, Size.TOO_SMALL: Fault.TOO_SMALL}
    said = [(grid, size_of(grid.households, grid.residents, profile.sizes)) for grid in grids]
    return [Found(words[size], grid.path, shape=grid.shape) for grid, size in said if size in words]


def _shape(ground: Ground) -> BaseGeometry:
    assert ground.shape is not None  # noqa: S101 (only sound ones come here)
    return ground.shape


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"] or []

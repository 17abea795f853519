"""Units out of points or parcels: whose land is whose, who lies beside whom (单元与邻接)."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon

from quanyu.regions.engine.terms import NONE, Flags, Floats, Ints, Units

Shapes = NDArray[np.object_]
LEAST_SHARED = 0.5
"""Metres: who touches at less than this is no neighbour."""
APART = 0.5
"""Metres around one place on which several buildings that stand there are put."""
ROOM = 30.0
"""Metres of land around the outermost buildings where no border of the community is known."""


def cells(
    x: Floats,
    y: Floats,
    households: Ints,
    estate: Ints,
    boundary: Polygon | MultiPolygon | None,
    roads: Sequence[LineString] = (),
    *,
    community: int = 0,
) -> tuple[Units, Shapes]:
    """Return units of one community, each with the land that lies nearest to its point.

    The land ends at the boundary, or near the hull of the points if there is none. A point outside
    is taken to stand at the boundary's nearest place; several at one place stand side by side.
    Two neighbours lie beyond a main road from each other if a line between their points crosses it.
    """
    land = boundary if boundary is not None else _around(x, y)
    points = _apart(_inside(x, y, land))
    shapes = _shares(points, land)
    units = _units(shapes, points, households, estate, roads, np.full(len(x), community))
    return units, shapes


def parcels(
    shapes: Shapes,
    households: Ints,
    estate: Ints,
    community: Ints,
    roads: Sequence[LineString] = (),
    *,
    gap_m: float = 0.0,
) -> Units:
    """Return units whose land is known; parcels up to `gap_m` apart count as neighbours."""
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return _units(shapes, points, households, estate, roads, community, gap_m)


def gathered(several: Sequence[Units]) -> Units:
    """Return the units of several communities as one; estates are told apart by community."""
    names = ("households", "area_m2", "perimeter_m", "x", "y", "community", "today", "locked")
    whole = {name: np.concatenate([getattr(one, name) for one in several]) for name in names}
    before = np.cumsum([0, *(len(one) for one in several)])
    estates = np.cumsum([0, *(one.estate.max(initial=NONE) + 1 for one in several)])
    for name in ("edge_m", "edge_is_road"):
        whole[name] = np.concatenate([getattr(one, name) for one in several])
    for name in ("edges_i", "edges_j"):
        pairs = zip(several, before, strict=False)
        whole[name] = np.concatenate([getattr(one, name) + first for one, first in pairs])
    estate = [
        np.where(one.estate == NONE, NONE, one.estate + first)
        for one, first in zip(several, estates, strict=False)
    ]
    return Units(estate=np.concatenate(estate), **whole)


def borders(shapes: Shapes, gap_m: float = 0.0) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of shapes that lie beside each other, and the metres that they share."""
    near = {"predicate": "dwithin", "distance": gap_m} if gap_m else {"predicate": "intersects"}
    i, j = shapely.STRtree(shapes).query(shapes, **near)
    once = i < j
    i, j = i[once], j[once]
    shared = _facing(shapes[i], shapes[j], gap_m) if gap_m else _touching(shapes[i], shapes[j])
    kept = shared > LEAST_SHARED
    return i[kept], j[kept], shared[kept]


def _touching(one: Shapes, other: Shapes) -> Floats:
    return np.asarray(shapely.length(shapely.intersection(one, other)))


def _facing(one: Shapes, other: Shapes, gap_m: float) -> Floats:
    """Return how long two shapes run along each other within the gap."""
    here = shapely.intersection(shapely.boundary(one), shapely.buffer(other, gap_m))
    there = shapely.intersection(shapely.boundary(other), shapely.buffer(one, gap_m))
    return np.asarray(np.minimum(shapely.length(here), shapely.length(there)))


def _units(
    shapes: Shapes,
    points: Floats,
    households: Ints,
    estate: Ints,
    roads: Sequence[LineString],
    community: Ints,
    gap_m: float = 0.0,
) -> Units:
    i, j, shared = borders(shapes, gap_m)
    return Units(
        households=np.asarray(households),
        area_m2=shapely.area(shapes),
        perimeter_m=shapely.length(shapes),
        x=points[:, 0],
        y=points[:, 1],
        estate=np.asarray(estate),
        community=np.asarray(community),
        edges_i=i,
        edges_j=j,
        edge_m=shared,
        edge_is_road=_crosses(points[i], points[j], roads),
        today=np.full(len(shapes), NONE),
        locked=np.zeros(len(shapes), np.bool_),
    )


def _crosses(one: Floats, other: Floats, roads: Sequence[LineString]) -> Flags:
    """Say for each pair of points whether a road lies between them."""
    crossed = np.zeros(len(one), np.bool_)
    if len(roads) and len(one):
        links = shapely.linestrings(np.stack([one, other], axis=1))
        which, _ = shapely.STRtree(list(roads)).query(links, predicate="intersects")
        crossed[which] = True
    return crossed


def _around(x: Floats, y: Floats) -> Polygon:
    return shapely.MultiPoint(np.column_stack([x, y])).convex_hull.buffer(ROOM, quad_segs=4)


def _inside(x: Floats, y: Floats, land: Any) -> Floats:
    """Return the points; one outside the land is put at its nearest place."""
    points: Floats = np.column_stack([x, y]).astype(np.float64)
    outside = ~shapely.intersects_xy(land, points[:, 0], points[:, 1])
    if outside.any():
        lines = shapely.shortest_line(shapely.points(points[outside]), land)
        points[outside] = shapely.get_coordinates(lines)[1::2]
    return points


def _apart(points: Floats) -> Floats:
    """Put those that stand on one place on a small circle around it."""
    _, place, count = np.unique(points.round(2), axis=0, return_inverse=True, return_counts=True)
    place = place.ravel()
    order = np.argsort(place, kind="stable")
    nth = np.empty(len(points), np.int64)
    nth[order] = np.arange(len(points)) - (np.cumsum(count) - count)[place[order]]
    angle = nth * math.tau / count[place] + 0.1
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * APART
    return np.where((count[place] > 1)[:, None], points + ring, points)


def _shares(points: Floats, land: Any) -> Shapes:
    """Return for each point the land that lies nearest to it, in one piece."""
    if len(points) < 2:
        return np.array([land] * len(points), dtype=object)
    whole = shapely.voronoi_polygons(
        shapely.MultiPoint(points), extend_to=land.buffer(ROOM), ordered=True
    )
    found = shapely.intersection(shapely.get_parts(whole), land)
    return _in_one_piece(found, points)


def _in_one_piece(found: Shapes, points: Floats) -> Shapes:
    """Give what a bay of the boundary cuts off to the neighbour that shares most with it."""
    pieces, owner = shapely.get_parts(found, return_index=True)
    polygons = (shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > 0)
    pieces, owner = pieces[polygons], owner[polygons]
    away = shapely.distance(pieces, shapely.points(points)[owner])
    order = np.lexsort((-shapely.area(pieces), away, owner))
    pieces, owner = pieces[order], owner[order]
    main = np.concatenate([[True], np.diff(owner) != 0])
    shapes = np.array([Polygon()] * len(found), dtype=object)
    shapes[owner[main]] = pieces[main]
    _give_all(shapes, list(pieces[~main]), list(owner[~main]))
    return shapes


def _give_all(shapes: Shapes, pieces: list[Any], owners: list[Any]) -> None:
    """Give each piece to whoever touches it; one behind another comes in a later round."""
    while pieces:
        left = [
            (piece, owner)
            for piece, owner in zip(pieces, owners, strict=True)
            if not _given(shapes, piece)
        ]
        if len(left) == len(pieces):  # nobody touches them: crumbs, or land on an island
            for piece, owner in left:
                shapes[owner] = shapely.union(shapes[owner], piece)
            return
        pieces, owners = [piece for piece, _ in left], [owner for _, owner in left]


def _given(shapes: Shapes, piece: Any) -> bool:
    """Give a piece to the shape that shares most with it, so that one polygon is made."""
    shared = shapely.length(shapely.intersection(shapes, piece))
    taker = int(np.argmax(shared))
    joined = shapely.union(shapes[taker], piece)
    if shared[taker] <= 0 or joined.geom_type != "Polygon":
        return False
    shapes[taker] = joined
    return True

"""Outlines of places and roads as plain numbers, generalised, kept in the process (轮廓).

5,800 polygons as objects of the geometry library take 27 MB of each web worker; as whole numbers
in one array they take 3. Buildings stay in the database: they are read by the box of a tile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import intern

import numpy as np
import shapely
from django.db.models import Q
from numpy.typing import NDArray

from quanyu.kernel.editions import Kept
from quanyu.regions.models import Estate, Region, Road
from quanyu.regions.queries import tree
from quanyu.regions.queries.tiles.encoding import Ints, Rings, Said, Value
from quanyu.regions.rules import Level, short_name
from quanyu.regions.rules.tiles import (
    BANDS,
    BUFFER,
    ESTATES_FROM,
    EXTENT,
    HALF_A_PIXEL,
    LAST_ZOOM,
    MAIN_ROADS_FROM,
    OUTLINES_FROM,
    WORLD,
    Tile,
    band,
)

Small = NDArray[np.int32]
Shapes = NDArray[np.object_]
Flags = NDArray[np.bool_]

Facts = tuple[Value, ...]

BATCH = 400


@dataclass(frozen=True, slots=True)
class Runs:
    """Corners of many shapes at one zoom, in units of the last zoom, run after run."""

    corners: Small
    starts: Small
    owner: Small
    part: Small
    """Which polygon a ring belongs to; its first ring is the outer one."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """Some hundreds or thousands of shapes of one kind, and what is said of each."""

    terms: Sequence[str]
    facts: Sequence[Facts]
    """What is known of each, in the order of the terms, its key first: thousands of tuples are a
    fifth of as many dictionaries."""

    boxes: Small
    """West, north, east, south of each, in units of the last zoom."""

    spots: Small
    """Where the name of each stands: a point inside."""

    bands: Mapping[int, Runs]

    def said(self, number: int, *terms: str) -> Said:
        """Return some of what is known of one shape, as a tile says it."""
        known = zip(self.terms, self.facts[number], strict=True)
        return {term: value for term, value in known if term in terms and value != ""}

    def within(self, tile: Tile, *, is_area: bool) -> tuple[Rings, list[int]]:
        """Return what of these shapes lies in a tile, in its units, and whose each is."""
        low, high = _edges(tile)
        boxes = self.boxes
        west, north, east, south = boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
        touches = (west <= high[0]) & (east >= low[0]) & (north <= high[1]) & (south >= low[1])
        whole = touches & (west >= low[0]) & (east <= high[0])
        whole &= (north >= low[1]) & (south <= high[1])
        runs = self.bands[band(tile.z)]
        inside, theirs = _taken(runs, whole, tile)
        crossing, others = _cut(runs, touches & ~whole, tile, is_area=is_area)
        return _joined(inside, crossing, len(theirs)), theirs + others

    def named(self, tile: Tile) -> tuple[Rings, list[int]]:
        """Return the spots of names in a tile: each name stands in one tile alone."""
        corner = np.array(tile.corner, dtype=np.int64)
        at = (self.spots.astype(np.int64) >> LAST_ZOOM - tile.z) - corner
        here = np.flatnonzero(((at >= 0) & (at < EXTENT)).all(axis=1))
        return points(at[here]), here.tolist()


def points(at: Ints) -> Rings:
    """Return runs of one corner each."""
    count = np.arange(len(at) + 1)
    return Rings(at[:, 0], at[:, 1], count, count[:-1])


def _edges(tile: Tile) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the buffered corners of a tile in units of the last zoom."""
    x, y = tile.corner
    shift = LAST_ZOOM - tile.z
    low = (x - BUFFER << shift, y - BUFFER << shift)
    return low, (x + EXTENT + BUFFER << shift, y + EXTENT + BUFFER << shift)


def _taken(runs: Runs, wanted: Flags, tile: Tile) -> tuple[Rings, list[int]]:
    """Return the runs of the wanted shapes in units of the tile, their owners numbered anew."""
    chosen = wanted[runs.owner]
    count = np.diff(runs.starts)
    corners = runs.corners[np.repeat(chosen, count)].astype(np.int64)
    shift = LAST_ZOOM - tile.z
    half = 1 << shift >> 1
    at = (corners + half >> shift) - np.array(tile.corner, dtype=np.int64)
    starts = np.append(0, np.cumsum(count[chosen], dtype=np.int64))
    whose, owner = np.unique(runs.owner[chosen], return_inverse=True)
    return Rings(at[:, 0], at[:, 1], starts, owner.astype(np.int64)), whose.tolist()


def _cut(runs: Runs, wanted: Flags, tile: Tile, *, is_area: bool) -> tuple[Rings, list[int]]:
    """Return what of the wanted shapes lies inside the buffered tile."""
    chosen = wanted[runs.owner]
    count = np.diff(runs.starts)
    owner, part = runs.owner[chosen], runs.part[chosen]
    if not len(owner):
        return _NOTHING, []
    corners = runs.corners[np.repeat(chosen, count)].astype(np.float64)
    at = corners / (1 << LAST_ZOOM - tile.z) - np.array(tile.corner, dtype=np.float64)
    run = np.repeat(np.arange(len(owner)), count[chosen])
    if is_area:
        shapes, whose = _polygons(at, run, part, owner)
    else:
        shapes, whose = shapely.linestrings(at, indices=run), owner
    clipped = shapely.clip_by_rect(shapes, -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    laid = lay(clipped, is_area=is_area)
    lasting, number = np.unique(whose[laid.owner], return_inverse=True)
    at_last = np.rint(laid.corners).astype(np.int64)
    starts = laid.starts.astype(np.int64)
    rings = Rings(at_last[:, 0], at_last[:, 1], starts, number.astype(np.int64))
    return rings, lasting.tolist()


def _polygons(
    at: NDArray[np.float64], run: Ints, part: Small, owner: Small
) -> tuple[Shapes, Small]:
    rings = shapely.linearrings(at, indices=run)
    is_outer = np.diff(part, prepend=-1) != 0
    # The first ring of each number is the outer one, the others are its holes.
    return shapely.polygons(rings, indices=np.cumsum(is_outer) - 1), owner[is_outer]


def _joined(one: Rings, other: Rings, features: int) -> Rings:
    return Rings(
        np.concatenate([one.x, other.x]),
        np.concatenate([one.y, other.y]),
        np.concatenate([one.starts, other.starts[1:] + one.starts[-1]]),
        np.concatenate([one.owner, other.owner + features]),
    )


_NONE: Ints = np.zeros(0, dtype=np.int64)
_NOTHING = Rings(_NONE, _NONE, np.zeros(1, dtype=np.int64), _NONE)


# ------------------------------------------------------------------ from shapes to numbers


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database holds of some shapes."""

    terms: Sequence[str]
    facts: list[Facts]
    stored: list[bytes]


@dataclass(frozen=True, slots=True)
class Laid:
    """Corners of shapes as they are, run after run."""

    corners: NDArray[np.float64]
    starts: Small
    owner: Small
    part: Small


_AREA, _LINE = 3, 1


def lay(shapes: Shapes, *, is_area: bool) -> Laid:
    """Take shapes apart; of a mixture only areas, or only lines, are kept."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    deeper, upper = shapely.get_parts(parts, return_index=True)  # a collection may hold several
    fits = shapely.get_type_id(deeper) == (_AREA if is_area else _LINE)
    parts, owner = deeper[fits], owner[upper[fits]]
    runs, part = parts, np.arange(len(parts))
    if is_area:
        runs, part = shapely.get_rings(_wound(parts), return_index=True)
    corners, run = shapely.get_coordinates(runs, return_index=True)
    starts = np.append(0, np.cumsum(np.bincount(run, minlength=len(runs))))
    return Laid(
        corners,
        starts.astype(np.int32),
        owner[part].astype(np.int32),
        part.astype(np.int32),
    )


def _wound(polygons: Shapes) -> Shapes:
    """Turn outer rings the way that the specification asks for, where y grows downwards."""
    turned: Shapes = shapely.orient_polygons(polygons, exterior_cw=False)
    return turned


def projected(shapes: Shapes) -> Shapes:
    """Return shapes in units of the last zoom, from longitude and latitude."""
    moved: Shapes = shapely.transform(shapes, to_units)
    return moved


def to_units(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of the map (spherical Mercator) in units of the last zoom."""
    across = (lonlat[:, 0] + 180) / 360
    down = (1 - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / np.pi) / 2
    return np.column_stack([across, down]) * WORLD


def to_lonlat(units: Small) -> NDArray[np.float64]:
    """Return points in units of the last zoom as longitude and latitude."""
    share = units.astype(np.float64) / WORLD
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * share[:, 1]))))
    return np.column_stack([share[:, 0] * 360 - 180, lat])


def outlines(rows: Rows, *, first: int, is_area: bool) -> Outlines:
    """Return stored shapes as numbers, generalised for every zoom from ``first`` on.

    Some hundreds at a time: as objects of the geometry library they are ten times as large.
    """
    zooms = [zoom for zoom in sorted(BANDS, reverse=True) if zoom >= band(first)]
    batches = [rows.stored[at : at + BATCH] for at in range(0, len(rows.stored), BATCH)]
    taken = [_generalised(batch, zooms, is_area=is_area) for batch in batches or [[]]]
    return Outlines(
        rows.terms,
        rows.facts,
        np.concatenate([boxes for boxes, _spots, _bands in taken]),
        np.concatenate([spots for _boxes, spots, _bands in taken]),
        {zoom: _chained([bands[zoom] for *_both, bands in taken], BATCH) for zoom in zooms},
    )


def _generalised(
    stored: Sequence[bytes], zooms: Sequence[int], *, is_area: bool
) -> tuple[Small, Small, dict[int, Runs]]:
    shapes = projected(np.atleast_1d(shapely.from_wkb(np.array(stored, dtype=object))))
    spots = shapely.get_coordinates(shapely.point_on_surface(shapes))
    boxes = shapely.bounds(shapes)
    outward = np.concatenate([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])], axis=1)
    bands = {}
    for zoom in zooms:
        shapes = shapely.simplify(shapes, HALF_A_PIXEL << LAST_ZOOM - zoom)
        laid = lay(shapes, is_area=is_area)
        corners = np.rint(laid.corners).astype(np.int32)
        bands[zoom] = Runs(corners, laid.starts, laid.owner, laid.part)
    return outward.astype(np.int32), spots.astype(np.int32), bands


def _chained(runs: Sequence[Runs], batch: int) -> Runs:
    """Return the runs of all batches as one, numbered on."""
    corners = np.cumsum([0, *(len(one.corners) for one in runs)], dtype=np.int32)
    parts = np.cumsum([0, *(one.part.max(initial=-1) + 1 for one in runs)], dtype=np.int32)
    each = list(enumerate(runs))
    starts = [one.starts[:-1] + corners[number] for number, one in each]
    return Runs(
        np.concatenate([one.corners for one in runs]),
        np.append(np.concatenate(starts), corners[-1]).astype(np.int32),
        np.concatenate([one.owner + batch * number for number, one in each]).astype(np.int32),
        np.concatenate([one.part + parts[number] for number, one in each]).astype(np.int32),
    )


# ------------------------------------------------------------------ what the process keeps


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every outline of one edition of the tree (一版轮廓)."""

    edition: str
    places: Mapping[Level, Outlines]
    estates: Outlines
    roads: Outlines


def mark() -> str:
    """Return the edition that outlines are of now; reading none of them."""
    return _mark.get()


def sheet() -> Sheet:
    """Return the outlines as they stand; the first time in an edition they are all generalised."""
    return _sheet.get()


def forget() -> None:
    """Read the outlines anew at the next question: this process has just changed them."""
    _sheet.forget()
    _mark.forget()


def _drawn() -> Sheet:
    # The mark is read before what it marks: a change in between makes the next sheet.
    edition = _marked()
    places = {level: _places(level) for level in OUTLINES_FROM}
    return Sheet(edition, places, _estates(), _roads())


def _marked() -> str:
    edition = tree.edition()
    return edition.hex if edition else "none"


def _places(level: Level) -> Outlines:
    rows = Region.objects.standing().filter(level=level, shape__isnull=False).order_by("path")
    found = rows.values_list("path", "kind", "name", "name_en", "shape")
    read = Rows(("path", "kind", "name", "name_en"), [], [])
    for path, kind, name, name_en, shape in found.iterator(chunk_size=1_000):
        read.facts.append((path, intern(kind), short_name(name), name_en))
        read.stored.append(bytes(shape or b""))
    return outlines(read, first=OUTLINES_FROM[level], is_area=True)


def _estates() -> Outlines:
    """Return the estates; of one without an outline the name alone is drawn, at its point."""
    is_drawn = Q(shape__isnull=False) | Q(lon__isnull=False, lat__isnull=False)
    rows = Estate.objects.standing().filter(is_drawn).order_by("region_path", "name")
    found = rows.values_list("id", "name", "name_en", "shape", "lon", "lat")
    read = Rows(("id", "name", "name_en"), [], [])
    for key, name, name_en, shape, lon, lat in found.iterator(chunk_size=1_000):
        read.facts.append((key.hex, name, name_en))
        read.stored.append(bytes(shape) if shape else shapely.Point(lon, lat).wkb)
    return outlines(read, first=ESTATES_FROM, is_area=True)


def _roads() -> Outlines:
    rows = Road.objects.order_by("region_path", "name")
    found = rows.values_list("is_main", "name", "name_en", "shape")
    read = Rows(("is_main", "name", "name_en"), [], [])
    for is_main, name, name_en, shape in found.iterator(chunk_size=1_000):
        read.facts.append((is_main, name, name_en))
        read.stored.append(bytes(shape))
    return outlines(read, first=MAIN_ROADS_FROM, is_area=False)


_mark: Kept[str] = Kept(_marked, edition=tree.edition)
_sheet: Kept[Sheet] = Kept(_drawn, edition=tree.edition)

"""Reads of the tree of places. Public reference data: no actor is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import shapely
from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language, gettext

from quanyu.kernel.access.rules import upper
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.editions import Kept
from quanyu.regions import rules
from quanyu.regions.models import Building, Edition, Region, Road
from quanyu.regions.queries.locator import Locator, Paths, Points, from_wkb
from quanyu.regions.rules import Crumb, Place

__all__ = ["Locator", "Paths", "Points", "from_wkb"]

EDITION = "regions"
NEAR = 80.0
"""Metres within which a building counts as the one meant."""

LAYERS = ("communities", "grids", "buildings", "roads")
"""What :func:`geojson` can draw, from the ground up."""

_METRES_A_DEGREE = 111_320.0

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""


MIDDLE_OF_CHINA: Box = (104.0, 33.0, 108.0, 37.0)
"""Where a map opens in a city of which no grid is drawn yet."""


@dataclass(frozen=True, slots=True)
class Child:
    """One place right below another, as a list shows it."""

    path: str
    name: str
    name_en: str
    code: str
    level: str
    kind: str
    households: int | None
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A place or a building that a search names."""

    path: str
    name: str
    name_en: str
    detail: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Near:
    """The building nearest to a point, and how far off it is."""

    region_path: str
    name: str
    address: str
    metres: int
    is_sample: bool


def _crumbs() -> dict[str, Crumb]:
    rows = Region.objects.standing().values_list("path", "name", "name_en")
    return {path: Crumb(path, rules.short_name(name), english) for path, name, english in rows}


def _grids_of_today() -> Locator:
    grids = Region.objects.standing().filter(level=rules.Level.GRID)
    rows = grids.order_by("path").values_list("path", "shape")
    return from_wkb([(path, bytes(shape)) for path, shape in rows if shape is not None])


def _edition() -> UUID | None:
    return Edition.objects.filter(name=EDITION).values_list("mark", flat=True).first()


_names: Kept[dict[str, Crumb]] = Kept(_crumbs, edition=_edition)
_locator: Kept[Locator] = Kept(_grids_of_today, edition=_edition)


def edition() -> UUID | None:
    """Return the mark of the tree as it stands; another one means that it was re-drawn."""
    return _edition()


def forget() -> None:
    """Read the tree anew at the next question: this process has just changed it."""
    _names.forget()
    _locator.forget()


# ------------------------------------------------------------------ where a point lies


def locate(points: Points) -> Paths:
    """Return the grid of each point (longitude, latitude in WGS-84), "" outside of all."""
    return _locator.get().locate(points)


def locate_point(lon: float, lat: float) -> Place:
    """Return where a point lies; outside every grid it is the city itself."""
    return place(_locator.get().locate_point(lon, lat) or settings.QUANYU_CITY)


def nearest_building(lon: float, lat: float, *, metres: float = NEAR) -> Near | None:
    """Return the building nearest to a point, or None when none stands within ``metres``."""
    up = metres / _METRES_A_DEGREE
    shrink = float(np.cos(np.radians(lat)))
    aside = up / max(shrink, 0.01)
    around = Building.objects.filter(
        lon__range=(lon - aside, lon + aside), lat__range=(lat - up, lat + up)
    )
    houses = list(around.values_list("region_path", "name", "address", "is_sample", "lon", "lat"))
    if not houses:
        return None
    spots = np.array([house[4:] for house in houses], dtype=np.float64)
    away = np.hypot((spots[:, 0] - lon) * shrink, spots[:, 1] - lat) * _METRES_A_DEGREE
    nearest = int(away.argmin())
    if away[nearest] > metres:
        return None
    path, name, address, is_sample, *_ = houses[nearest]
    return Near(path, name, address, round(float(away[nearest])), is_sample)


def bounds(path: str) -> Box:
    """Return the box in which a map of a place opens: its grids, or all that there are."""
    return _locator.get().bounds(path) or MIDDLE_OF_CHINA


# ------------------------------------------------------------------ names and the tree


def breadcrumb(path: str) -> tuple[Crumb, ...]:
    """Return the way down to ``path`` from the city: its parts that the tree knows."""
    crumbs = _names.get()
    way = rules.ancestry(path)
    known = [crumbs[step] for step in way if step in crumbs]
    return tuple(known[1:] if len(way) > 1 else known)


def place(path: str) -> Place:
    """Return ``path`` with the names on the way down to it."""
    return Place(path, breadcrumb(path))


def places(paths: Iterable[str]) -> dict[str, Place]:
    """Return the names of many paths at once, for a list; no query for each."""
    return {path: place(path) for path in set(paths)}


@audit.place_names.answered_by
@codes.place_names.answered_by
@accounts.place_names.answered_by
def place_names(paths: Sequence[str]) -> dict[str, str]:
    """Return what these places are called, in the reader's language; a grid with its community."""
    return {path: _apart(path) for path in paths}


@accounts.places_called.answered_by
def places_called(text: str) -> dict[str, str]:
    """Return the places whose name, English name or code holds ``text``; a few of them."""
    found = _search_places(text, within=settings.QUANYU_CITY, limit=20)
    return {one.path: rules.short_name(one.name) for one in found}


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts on places are called in the log."""
    return {
        "region.import": gettext("载入区划"),
        "region.found": gettext("新设区划"),
        "region.draw": gettext("划定边界"),
    }


def label(path: str) -> str:
    """Return the name of a place in the reader's language; of an unknown one its path."""
    crumb = _names.get().get(path)
    if crumb is None:
        return path
    is_english = (get_language() or "").startswith("en")
    return crumb.name_en if is_english and crumb.name_en else crumb.name


def _apart(path: str) -> str:
    """Return a name that tells a place from others: every community has a first grid."""
    if not is_known(path) or rules.level_of(path) is not rules.Level.GRID:
        return label(path)
    return " ".join(label(crumb.path) for crumb in breadcrumb(path)[-2:])


def below(path: str) -> list[Crumb]:
    """Return the places right below a path, from the process, in the order of their codes."""
    depth = path.count("/") + 1
    crumbs = _names.get()
    found = (p for p in crumbs if p.startswith(path) and p.count("/") == depth)
    return [crumbs[p] for p in sorted(found)]


@audit.places_below.answered_by
def places_below(paths: Sequence[str]) -> dict[str, str]:
    """Return what these places are called, and those just below each."""
    found = [*paths, *(crumb.path for path in paths for crumb in below(path))]
    return {path: label(path) for path in found}


def is_known(path: str) -> bool:
    """Tell whether the tree holds ``path`` today."""
    return path in _names.get()


def children(path: str) -> list[Child]:
    """Return the places right below ``path``, in the order of their codes."""
    rows = Region.objects.standing().filter(parent_path=path).order_by("path")
    fields = ("path", "name", "name_en", "code", "level", "kind", "households", "is_sample")
    return [
        Child(path, rules.short_name(name), *rest)
        for path, name, *rest in rows.values_list(*fields)
    ]


def history(path: str) -> list[tuple[str, date, date | None]]:
    """Return the names a place has borne, with their days, the newest first."""
    rows = Region.objects.filter(path=path).order_by("-valid_from")
    return list(rows.values_list("name", "valid_from", "valid_to"))


def name_on(path: str, day: date) -> str:
    """Return what a place was called on ``day``, or "" when it did not exist."""
    rows = Region.objects.on(day).filter(path=path)
    return rows.values_list("name", flat=True).first() or ""


def count(path: str) -> dict[str, int]:
    """Return how many places of each level stand within ``path``."""
    levels = Region.objects.standing().within(path).values_list("level", flat=True)
    tally = dict.fromkeys([level.value for level in rules.Level], 0)
    for level in levels:
        tally[level] += 1
    return tally


def search(text: str, *, within: str = "", limit: int = 20) -> list[Found]:
    """Return places and then buildings that bear ``text`` in their name, code or address."""
    words = text.strip()
    if not words:
        return []
    within = within or settings.QUANYU_CITY
    found = _search_places(words, within=within, limit=limit)
    return (found + _search_buildings(words, within=within, limit=limit))[:limit]


COMMUNITY_PARTS = 5
"""Province, city, area, street, community: ``34/01/04/001/001/``."""


def named_in(text: str) -> str:
    """Return the community whose name stands in an address, the longest first; else nothing."""
    names = {
        path: rules.bare_name(crumb.name)
        for path, crumb in _names.get().items()
        if path.count("/") == COMMUNITY_PARTS
    }
    found = [path for path, name in names.items() if len(name) > 1 and name in text]
    return max(found, key=lambda path: (len(names[path]), path), default="")


def _search_places(words: str, *, within: str, limit: int) -> list[Found]:
    named = Q(name__contains=words) | Q(name_en__icontains=words) | Q(code__startswith=words)
    rows = Region.objects.standing().within(within).filter(named).order_by("path")[:limit]
    return [
        Found(path, name, english, place(rules.parent(path)).name, lon, lat)
        for path, name, english, lon, lat in rows.values_list(
            "path", "name", "name_en", "lon", "lat"
        )
    ]


def _search_buildings(words: str, *, within: str, limit: int) -> list[Found]:
    inside = Q(region_path__gte=within, region_path__lt=upper(within))
    rows = Building.objects.filter(inside, address__contains=words).order_by("region_path", "name")
    return [
        Found(path, name, "", address, lon, lat)
        for path, name, address, lon, lat in rows.values_list(
            "region_path", "name", "address", "lon", "lat"
        )[:limit]
    ]


# ------------------------------------------------------------------ the map


def geojson(
    path: str, *, box: Box | None = None, layers: Sequence[str] = LAYERS
) -> dict[str, dict[str, object]]:
    """Return one feature collection a layer, of what lies within ``path`` and touches ``box``."""
    return {layer: _collection(_DRAWN[layer](path), box) for layer in layers}


_Drawn = list[tuple[dict[str, object], bytes]]


def _communities(path: str) -> _Drawn:
    return _regions(path, rules.Level.COMMUNITY)


def _grids(path: str) -> _Drawn:
    return _regions(path, rules.Level.GRID)


def _regions(path: str, level: rules.Level) -> _Drawn:
    rows = Region.objects.standing().within(path).filter(level=level, shape__isnull=False)
    fields = ("path", "code", "name", "name_en", "households", "is_sample", "shape")
    return _draw(list(rows.order_by("path").values_list(*fields)), fields)


def _buildings(path: str) -> _Drawn:
    rows = Building.objects.filter(
        region_path__gte=path, region_path__lt=upper(path), shape__isnull=False
    )
    fields = ("region_path", "name", "estate", "address", "is_sample", "shape")
    return _draw(list(rows.order_by("region_path", "name").values_list(*fields)), fields)


def _roads(path: str) -> _Drawn:
    # A road belongs to a street; a grid's map shows the roads of its street.
    street = rules.ancestry(path)[:4][-1]
    rows = Road.objects.filter(region_path__gte=street, region_path__lt=upper(street))
    fields = ("name", "name_en", "is_main", "is_sample", "shape")
    return _draw(list(rows.order_by("region_path", "name").values_list(*fields)), fields)


_DRAWN = {
    "communities": _communities,
    "grids": _grids,
    "buildings": _buildings,
    "roads": _roads,
}


def _draw(rows: Sequence[Sequence[object]], fields: Sequence[str]) -> _Drawn:
    names = fields[:-1]
    return [
        (dict(zip(names, row[:-1], strict=True)), bytes(row[-1]))  # type: ignore[call-overload]
        for row in rows
    ]


def _collection(drawn: _Drawn, box: Box | None) -> dict[str, object]:
    shapes = np.atleast_1d(shapely.from_wkb([shape for _, shape in drawn]))
    if box is None:
        touches = np.ones(len(drawn), dtype=np.bool_)
    else:
        touches = shapely.intersects(shapes, shapely.box(*box))
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": shapely.geometry.mapping(shape),
        }
        for (properties, _), shape, is_in in zip(drawn, shapes, touches, strict=True)
        if is_in
    ]
    return {"type": "FeatureCollection", "features": features}

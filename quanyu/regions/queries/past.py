"""What stood where on a day, and what became of a place (沿革)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import shapely
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from quanyu.kernel.access.rules import upper
from quanyu.regions.models import Building, Passage, Region, Siting
from quanyu.regions.queries import tree
from quanyu.regions.rules import Kind, Level


@dataclass(frozen=True, slots=True)
class Became:
    """A place that ended, gave a part away or was made of another, on a day (沿革)."""

    origin: str
    target: str
    on: date
    change: str
    is_heir: bool
    reorganisation_id: UUID


def became(path: str) -> list[Became]:
    """Return into what a place went, the latest day first; nothing while it goes on whole."""
    return _passages(Q(origin=path))


def made_of(path: str) -> list[Became]:
    """Return of what a place was made, the latest day first."""
    return _passages(Q(target=path))


def _passages(which: Q) -> list[Became]:
    rows = Passage.objects.filter(which).order_by("-on", "-is_heir", "target", "origin")
    fields = ("origin", "target", "on", "change", "is_heir", "reorganisation_id")
    return [Became(*row) for row in rows.values_list(*fields)]


def today_of(path: str) -> str:
    """Return the path that a place of the past goes by today; "" when nothing followed it."""
    seen: set[str] = set()
    while path not in seen:
        seen.add(path)
        if tree.is_known(path):
            return path
        heir = Passage.objects.filter(origin=path, is_heir=True).exclude(target=path)
        path = heir.order_by("-on").values_list("target", flat=True).first() or path
    return ""


def place_on(building_id: UUID, day: date) -> str:
    """Return in which place a building stood on a day; "" before anybody knew."""
    return places_on([building_id], day).get(building_id, "")


def places_on(buildings: Iterable[UUID], day: date) -> dict[UUID, str]:
    """Return in which place buildings stood on a day; none of those nobody knew of yet."""
    rows = Siting.objects.on(day).filter(building__in=list(buildings))
    return dict(rows.values_list("building", "region_path"))


@dataclass(frozen=True, slots=True)
class GridOn:
    """A grid as it stood on a day."""

    path: str
    parent_path: str
    code: str
    name: str
    name_en: str
    kind: str


def grids_on(places: Iterable[str], *, day: date) -> list[GridOn]:
    """Return the grids that stood in some places on a day, in the order of paths."""
    within = Q(pk__in=[])
    for place in places:
        within |= Q(path__gte=place, path__lt=upper(place))
    rows = Region.objects.on(day).filter(within, level=Level.GRID).order_by("path")
    fields = ("path", "parent_path", "code", "name", "name_en", "kind")
    return [GridOn(*row) for row in rows.values_list(*fields)]


def outlines_on(paths: Collection[str], *, day: date) -> dict[str, BaseGeometry]:
    """Return the borders of some places as they stood on a day; those without one are left out."""
    rows = Region.objects.on(day).filter(path__in=paths).exclude(shape=None)
    found = list(rows.values_list("path", "shape"))
    drawn = shapely.from_wkb([bytes(shape or b"") for _path, shape in found])
    return {path: shape for (path, _shape), shape in zip(found, drawn, strict=True)}


def base_grids_among(paths: Iterable[str], *, day: date) -> set[str]:
    """Return which of these were base grids on a day, not dedicated or micro ones (基础网格)."""
    rows = Region.objects.on(day).filter(path__in=list(paths), kind=Kind.BASE_GRID)
    return set(rows.values_list("path", flat=True))


def codes_of(paths: Iterable[str]) -> dict[str, str]:
    """Return the codes of places by path, of those that are gone too."""
    rows = Region.objects.filter(path__in=list(paths)).order_by("valid_from")
    return dict(rows.values_list("path", "code"))


def grids_coded(codes: Iterable[str]) -> dict[str, str]:
    """Return the paths of the grids of these codes that stand."""
    rows = Region.objects.standing().filter(code__in=list(codes), level=Level.GRID)
    return dict(rows.values_list("code", "path"))


def grids_among(paths: Iterable[str]) -> set[str]:
    """Return which of these paths are grids that stand."""
    rows = Region.objects.standing().filter(path__in=list(paths), level=Level.GRID)
    return set(rows.values_list("path", flat=True))


def buildings_coded(codes: Iterable[str]) -> dict[str, tuple[UUID, str]]:
    """Return key and place of the buildings of these codes that stand."""
    rows = Building.objects.filter(code__in=list(codes), valid_to__isnull=True)
    return {
        code: (key, place) for code, key, place in rows.values_list("code", "pk", "region_path")
    }


def buildings_in(place: str) -> list[tuple[UUID, str, str]]:
    """Return key, grid and address of the buildings that stand in a place, in order."""
    rows = Building.objects.standing().within(place).order_by("region_path", "code", "pk")
    return list(rows.values_list("pk", "region_path", "address"))

"""What stood where on a day, and what became of a place (沿革)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from quanyu.regions.models import Passage, Siting
from quanyu.regions.queries import tree


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
    rows = Siting.objects.on(day).filter(building=building_id)
    return rows.values_list("region_path", flat=True).first() or ""

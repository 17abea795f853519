"""The grids that stand, as a list for a page, a file or a map's program (网格列表)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.tables.rules import shape_text
from quanyu.regions.models import GridFinding, Region
from quanyu.regions.queries import checking, tree
from quanyu.regions.rules import KIND_WORDS, Level
from quanyu.regions.rules.grids import GRID_KINDS
from quanyu.regions.rules.kinds import Kind
from quanyu.regions.rules.topology import APART
from quanyu.regions.tables import FINDINGS, GRIDS

PAGE = 100


@dataclass(frozen=True, slots=True)
class GridPage:
    """One page of the grids; ``after`` opens the next one, "" when this is the last."""

    rows: list[Region]
    after: str
    count: int


def grids_asked(asked: Mapping[str, str], *, actor: Actor) -> QuerySet[Region]:
    """Return the grids that stand where the actor works, as the address narrows them."""
    reach = Q(pk__in=[])
    for low, high in actor.ranges:
        reach |= Q(path__gte=low, path__lt=high)
    rows = Region.objects.standing().filter(reach, level=Level.GRID)
    if asked.get("place"):
        rows = rows.within(asked["place"])
    if asked.get("kind") in set(GRID_KINDS):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("q"):
        said = asked["q"].strip()
        named = Q(name__contains=said) | Q(name_en__icontains=said)
        rows = rows.filter(named | Q(code__startswith=said))
    return rows.order_by("path")


def grid_page(asked: Mapping[str, str], *, actor: Actor, after: str = "") -> GridPage:
    """Return one page of the grids; ``after`` is the last path of the page before."""
    rows = grids_asked(asked, actor=actor)
    found = list(rows.filter(path__gt=after)[: PAGE + 1])
    more = found[PAGE - 1].path if len(found) > PAGE else ""
    return GridPage(found[:PAGE], more, rows.order_by().count())


@GRIDS.read_by
def grid_values(rows: Sequence[Region], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each grid holds by the columns of its list, words in the reader's language."""
    return [values(row) | {"kind": _(KIND_WORDS[Kind(row.kind)])} for row in rows]


def values(row: Region) -> dict[str, Any]:
    """Return what a grid holds, its kind as a code."""
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "community": tree.label(row.parent_path),
        "kind": row.kind,
        "households": row.households,
        "residents": row.residents,
        "start": row.valid_from,
        "shape": shape_text(shapely.from_wkb(bytes(row.shape))) if row.shape else "",
    }


def findings_asked(asked: Mapping[str, str], *, actor: Actor) -> QuerySet[GridFinding, GridFinding]:
    """Return the findings of the newest check of a street, as the address narrows them."""
    place = asked.get("place") or (actor.places[0] if actor.places else "")
    streets = checking.streets(place) if place.count("/") >= checking.STREET_PARTS else []
    check = checking.last_check(streets[0], actor=actor) if streets else None
    rows = GridFinding.objects.visible_to(actor).filter(check_of=check.id if check else None)
    rows = rows.filter(path__startswith=place)
    fault = asked.get("fault")
    rows = rows.filter(fault=fault) if fault else rows.exclude(fault__in=APART)
    return rows.select_related("check_of").order_by("number")


@FINDINGS.read_by
def finding_values(rows: Sequence[GridFinding], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each finding holds by the columns of its list."""
    found = []
    for row in rows:
        one = checking.finding(row)
        found.append(
            {
                "number": one.number,
                "fault": one.fault_name,
                "place": one.place_name,
                "other": one.other_name,
                "building": one.building,
                "area": round(one.area_m2),
                "checked": row.check_of.done_at,
                "shape": shape_text(shapely.from_wkb(bytes(row.shape))) if row.shape else "",
            }
        )
    return found

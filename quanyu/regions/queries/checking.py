"""What a check of the grids looks at, and what it found (网格检查)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, upper
from quanyu.regions.models import Building, GridCheck, GridFinding, Region
from quanyu.regions.queries import tree
from quanyu.regions.rules import Level, ancestry
from quanyu.regions.rules.kinds import Kind
from quanyu.regions.rules.topology import APART, FAULT_WORDS, WARNINGS, Fault, Ground, House

STREET_PARTS = 4


@dataclass(frozen=True, slots=True)
class Terrain:
    """Everything of one street that a check looks at (检查范围)."""

    communities: list[Ground]
    grids: list[Ground]
    houses: list[House]
    around: list[Ground]
    """Base grids of the neighbouring streets."""
    names: Mapping[str, str]
    """What the buildings are called, by key."""


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One look at a street's grids, as a page shows it (网格检查)."""

    id: UUID
    region_path: str
    edition: UUID | None
    tolerance_m2: int
    asked_at: datetime
    done_at: datetime | None
    communities: int
    grids: int
    buildings: int
    faults: int
    warnings: int
    undrawn: int
    new_faults: int
    is_of_today: bool
    """Nothing was re-drawn since."""


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """One finding, as a list shows it (网格问题)."""

    number: int
    fault: str
    fault_name: str
    is_warning: bool
    is_apart: bool
    """Nobody has drawn there yet."""
    path: str
    place_name: str
    other_path: str
    other_name: str
    building: str
    area_m2: float
    lon: float | None
    lat: float | None
    is_new: bool


def streets(place: str) -> list[str]:
    """Return the streets of a place, or the street it lies in, by their paths."""
    if place.count("/") >= STREET_PARTS:
        found = ancestry(place)[STREET_PARTS - 1]
        return [found] if tree.is_known(found) else []
    rows = Region.objects.standing().within(place).filter(level=Level.STREET)
    return list(rows.order_by("path").values_list("path", flat=True))


def gridded() -> list[str]:
    """Return the streets in which grids stand, by their paths."""
    grids = Region.objects.standing().filter(level=Level.GRID).order_by("parent_path")
    homes = grids.values_list("parent_path", flat=True).distinct()
    return sorted({ancestry(path)[STREET_PARTS - 1] for path in homes})


def ground(street: str) -> Terrain:
    """Return the communities, grids and buildings of a street as they stand today."""
    rows = Region.objects.standing().within(street)
    fields = ("path", "kind", "shape", "households", "residents")
    communities = rows.filter(level=Level.COMMUNITY).order_by("path").values_list(*fields)
    grids = rows.filter(level=Level.GRID).order_by("path").values_list(*fields)
    inside = Building.objects.standing().within(street)
    houses = list(inside.order_by("region_path", "name", "id"))
    return Terrain(
        communities=[_ground(row) for row in communities],
        grids=[_ground(row) for row in grids],
        houses=[
            House(str(house.pk), house.region_path, house.lon, house.lat, house.households > 0)
            for house in houses
        ],
        around=_around(street, fields),
        names={str(house.pk): house.name for house in houses},
    )


def _around(street: str, fields: tuple[str, ...]) -> list[Ground]:
    area = ancestry(street)[STREET_PARTS - 2]
    rows = Region.objects.standing().within(area).filter(kind=Kind.BASE_GRID)
    rows = rows.exclude(path__gte=street, path__lt=upper(street)).exclude(shape=None)
    return [_ground(row) for row in rows.order_by("path").values_list(*fields)]


def _ground(row: Any) -> Ground:
    path, kind, shape, households, residents = row
    drawn = shapely.from_wkb(bytes(shape)) if shape is not None else None
    return Ground(path, kind, drawn, households, residents)


# ------------------------------------------------------------------ what was found


def last_check(street: str, *, actor: Actor) -> CheckEntry | None:
    """Return the newest finished check of a street."""
    rows = GridCheck.objects.visible_to(actor).filter(region_path=street)
    row = rows.exclude(done_at=None).order_by("-done_at").first()
    return _entry(row, tree.edition()) if row else None


def last_checks(place: str, *, actor: Actor) -> list[CheckEntry]:
    """Return the newest finished check of each street of a place."""
    rows = GridCheck.objects.visible_to(actor).exclude(done_at=None)
    rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    newest = rows.order_by("region_path", "-done_at").distinct("region_path")
    edition = tree.edition()
    return [_entry(row, edition) for row in newest]


def is_under_way(place: str, *, actor: Actor) -> bool:
    """Answer whether a check waits or runs in a place."""
    rows = GridCheck.objects.visible_to(actor).filter(done_at=None)
    return rows.filter(region_path__gte=place, region_path__lt=upper(place)).exists()


def findings(
    check_id: UUID, *, fault: str = "", within: str = "", actor: Actor
) -> list[FindingEntry]:
    """Return what a check found, faults before warnings; in one community where asked.

    What nobody has drawn yet is listed when it is asked for, not among the rest.
    """
    rows = GridFinding.objects.visible_to(actor).filter(check_of=check_id).defer("shape")
    rows = rows.filter(fault=fault) if fault else rows.exclude(fault__in=APART)
    rows = rows.filter(path__gte=within, path__lt=upper(within)) if within else rows
    entries = [finding(row) for row in rows.order_by("number")]
    return sorted(entries, key=lambda one: (one.is_warning, one.number))


def tally(check_id: UUID, *, within: str = "", actor: Actor) -> dict[str, int]:
    """Return how many findings of each kind there are, in the kinds' order."""
    rows = GridFinding.objects.visible_to(actor).filter(check_of=check_id)
    rows = rows.filter(path__gte=within, path__lt=upper(within)) if within else rows
    said = list(rows.values_list("fault", flat=True))
    return {fault.value: said.count(fault) for fault in Fault if fault in said}


def finding_shapes(check_id: UUID, *, within: str = "", actor: Actor) -> dict[str, object]:
    """Return the findings as a collection of features, for the map."""
    rows = GridFinding.objects.visible_to(actor).filter(check_of=check_id).exclude(shape=None)
    rows = rows.filter(path__gte=within, path__lt=upper(within)) if within else rows
    features = []
    for row in rows.order_by("number"):
        shape = shapely.from_wkb(bytes(row.shape or b""))
        one = finding(row)
        features.append(
            {
                "type": "Feature",
                "id": row.number,
                "properties": {
                    "number": row.number,
                    "fault": row.fault,
                    "warning": one.is_warning,
                    "title": one.fault_name,
                    "place": one.building or one.place_name,
                },
                "geometry": shapely.geometry.mapping(shape),
            }
        )
    return {"type": "FeatureCollection", "features": features}


def finding(row: GridFinding) -> FindingEntry:
    """Return a row as a value."""
    names = tree.place_names([path for path in (row.path, row.other_path) if path])
    return FindingEntry(
        number=row.number,
        fault=row.fault,
        fault_name=_(FAULT_WORDS[Fault(row.fault)]),
        is_warning=row.fault in WARNINGS,
        is_apart=row.fault in APART,
        path=row.path,
        place_name=names[row.path],
        other_path=row.other_path,
        other_name=names.get(row.other_path, ""),
        building=row.building_name,
        area_m2=row.area_m2,
        lon=row.lon,
        lat=row.lat,
        is_new=row.is_new,
    )


def _entry(row: GridCheck, edition: UUID | None) -> CheckEntry:
    return CheckEntry(
        id=row.id,
        region_path=row.region_path,
        edition=row.edition,
        tolerance_m2=row.tolerance_m2,
        asked_at=row.asked_at,
        done_at=row.done_at,
        communities=row.communities,
        grids=row.grids,
        buildings=row.buildings,
        faults=row.faults,
        warnings=row.warnings,
        undrawn=row.undrawn,
        new_faults=row.new_faults,
        is_of_today=row.edition == edition,
    )

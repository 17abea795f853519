"""One place, estate or building as a page shows it, with what stands in it (地点与房屋)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from quanyu.kernel.access.rules import upper
from quanyu.kernel.errors import Denied
from quanyu.regions import rules
from quanyu.regions.models import Alias, Building, Dwelling, Estate, Region, Siting, Unit
from quanyu.regions.queries import tree
from quanyu.regions.queries.listed import counted
from quanyu.regions.rules import Crumb

MOST = 200
"""Buildings of one grid or estate that are shown at once; the list has them all."""


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """One place of the tree (区划)."""

    path: str
    name: str
    name_en: str
    code: str
    civil_code: str
    scheme: str
    level: str
    kind: str
    admin_level: str
    urban_rural: str
    households: int | None
    is_sample: bool
    valid_from: date
    way: tuple[Crumb, ...]
    aliases: tuple[str, ...]
    children: tuple[tree.Child, ...]
    estates: tuple["EstateLine", ...]
    buildings: tuple["BuildingLine", ...]
    named: tuple[tuple[str, date, date | None], ...]
    """The names it has borne, the newest first."""
    counted: Mapping[str, int]
    """How many buildings and households stand in it."""
    dwellings: int
    has_more_dwellings: bool
    """Whether there are more than so many: a city's are not counted each time."""


@dataclass(frozen=True, slots=True)
class EstateLine:
    """An estate in a list (小区)."""

    code: str
    name: str
    name_en: str
    buildings: int
    households: int


@dataclass(frozen=True, slots=True)
class BuildingLine:
    """A building in a list (楼栋)."""

    id: UUID
    code: str
    name: str
    region_path: str
    status: str
    floors: int | None
    households: int
    dwellings: int


@dataclass(frozen=True, slots=True)
class EstateShown:
    """One estate and what stands in it (小区)."""

    row: Estate
    way: tuple[Crumb, ...]
    plates: tuple[str, ...]
    aliases: tuple[str, ...]
    grids: tuple[str, ...]
    buildings: tuple[BuildingLine, ...]


@dataclass(frozen=True, slots=True)
class Stair:
    """One staircase and its homes, floor by floor from the top (单元)."""

    number: str
    floors: tuple[tuple[int, tuple[str, ...]], ...]
    count: int


@dataclass(frozen=True, slots=True)
class BuildingShown:
    """One building, its staircases, and the grids it stood in (楼栋)."""

    row: Building
    way: tuple[Crumb, ...]
    plates: tuple[str, ...]
    aliases: tuple[str, ...]
    stairs: tuple[Stair, ...]
    sitings: tuple[tuple[str, date, date | None], ...]
    """Where it stood, the last first."""


def place_shown(path: str) -> PlaceShown:
    """Return one place as its page shows it.

    :raises Denied: if the tree has none there today
    """
    row = Region.objects.standing().filter(path=path).first()
    if row is None:
        raise Denied
    is_community = row.level == rules.Level.COMMUNITY
    is_grid = row.level == rules.Level.GRID
    dwellings, has_more = _dwellings(path)
    return PlaceShown(
        path=row.path,
        name=rules.short_name(row.name),
        name_en=row.name_en,
        code=row.code,
        civil_code=row.civil_code,
        scheme=row.scheme,
        level=row.level,
        kind=row.kind,
        admin_level=row.admin_level or row.level,
        urban_rural=row.urban_rural,
        households=row.households,
        is_sample=row.is_sample,
        valid_from=row.valid_from,
        way=tree.breadcrumb(path),
        aliases=_aliases(region_path=path, estate=None, building=None),
        children=tuple(tree.children(path)),
        estates=_estates(path) if is_community else (),
        buildings=_buildings(_inside(path)) if is_grid else (),
        named=tuple(tree.history(path)),
        counted=_counted(path),
        dwellings=dwellings,
        has_more_dwellings=has_more,
    )


def estate_shown(code: str) -> EstateShown:
    """Return one estate as its page shows it.

    :raises Denied: if there is none of that code
    """
    row = Estate.objects.filter(code=code).first()
    if row is None:
        raise Denied
    buildings = _buildings(Q(estate=row), order=("number",))
    return EstateShown(
        row,
        tree.breadcrumb(row.region_path),
        _plates(row),
        _aliases(estate=row),
        tuple(dict.fromkeys(one.region_path for one in buildings)),
        buildings,
    )


def building_shown(key: UUID) -> BuildingShown:
    """Return one building as its page shows it.

    :raises Denied: if there is none of that key
    """
    row = Building.objects.select_related("estate", "merged_into").filter(pk=key).first()
    if row is None:
        raise Denied
    sitings = Siting.objects.filter(building=row).order_by("-valid_from")
    return BuildingShown(
        row,
        tree.breadcrumb(row.region_path),
        _plates(row),
        _aliases(building=row),
        _stairs(row),
        tuple(sitings.values_list("region_path", "valid_from", "valid_to")),
    )


def _inside(path: str) -> Q:
    return Q(region_path__gte=path, region_path__lt=upper(path))


def _counted(path: str) -> dict[str, int]:
    buildings = Building.objects.standing().filter(_inside(path))
    found = buildings.aggregate(buildings=Count("id"), households=Sum("households"))
    return {"buildings": found["buildings"], "households": found["households"] or 0}


def _dwellings(path: str) -> tuple[int, bool]:
    inside = Q(building__region_path__gte=path, building__region_path__lt=upper(path))
    return counted(Dwelling.objects.filter(inside))


def _plates(row: Estate | Building) -> tuple[str, ...]:
    plates = [plate for plate in row.addresses.all() if plate.valid_to is None]
    return tuple(sorted(str(plate) for plate in plates))


def _aliases(**owner: Any) -> tuple[str, ...]:
    return tuple(Alias.objects.filter(**owner).order_by("text").values_list("text", flat=True))


def _estates(path: str) -> tuple[EstateLine, ...]:
    standing = Q(buildings__valid_to__isnull=True)
    rows = Estate.objects.standing().filter(_inside(path)).order_by("name")
    rows = rows.annotate(
        count=Count("buildings", filter=standing),
        homes=Sum("buildings__households", filter=standing),
    )
    return tuple(
        EstateLine(code, name, english, count, homes or 0)
        for code, name, english, count, homes in rows.values_list(
            "code", "name", "name_en", "count", "homes"
        )
    )


def _buildings(which: Q, *, order: Sequence[str] = ("name",)) -> tuple[BuildingLine, ...]:
    rows = list(Building.objects.filter(which).order_by("status", *order)[:MOST])
    homes = dict(
        Dwelling.objects.filter(building__in=rows).values_list("building").annotate(Count("id"))
    )
    lines = [
        BuildingLine(
            row.pk,
            row.code or "",
            row.name,
            row.region_path,
            row.status,
            row.floors,
            row.households,
            homes.get(row.pk, 0),
        )
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda one: (one.status != "active", len(one.name), one.name)))


def _stairs(building: Building) -> tuple[Stair, ...]:
    rows = Dwelling.objects.filter(building=building).order_by("-floor", "room")
    stairs: dict[str, dict[int, list[str]]] = {
        number: {}
        for number in Unit.objects.filter(building=building).values_list("number", flat=True)
    }
    for number, floor, room in rows.values_list("unit__number", "floor", "room"):
        stairs.setdefault(number or "", {}).setdefault(floor, []).append(room)
    return tuple(
        Stair(
            number,
            tuple((floor, tuple(rooms)) for floor, rooms in floors.items()),
            sum(len(rooms) for rooms in floors.values()),
        )
        for number, floors in sorted(stairs.items(), key=lambda one: (len(one[0]), one[0]))
    )

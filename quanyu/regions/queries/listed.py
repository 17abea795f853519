"""The lists of estates, buildings and homes, as pages and files have them (小区、楼栋、房列表)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import shapely
from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import upper
from quanyu.kernel.tables.rules import shape_text
from quanyu.regions import rules
from quanyu.regions.models import Address, Building, Dwelling, Estate
from quanyu.regions.queries import tree
from quanyu.regions.rules.addresses import comparable
from quanyu.regions.rules.standard import NONE
from quanyu.regions.tables import BUILDINGS, DWELLINGS, ESTATES

PAGE = 100
COUNT_TO: Final = 10_000
"""So many rows are counted for a page, and of more it is said that there are at least so many: to
count the dwellings of a city takes two seconds of the database each time."""
ESTATE_ORDERS = {
    "code": ("code",),
    "name": ("name", "code"),
    "place": ("region_path", "code"),
}
BUILDING_ORDERS = {
    "code": ("code", "id"),
    "estate": ("estate_name", "id"),
    "place": ("region_path", "name", "id"),
}
"""By what the lists are ordered, and the fields of it."""
DWELLING_ORDER = ("building_id", "id")
"""As an index has them: a city has millions."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``after`` opens the next one, "" when this is the last."""

    rows: list[Any]
    after: str
    count: int
    is_more: bool
    """Whether there are more than the count says."""


# ------------------------------------------------------------------ estates


def estates_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Estate]:
    """Return every estate that the page of this address shows, in its order."""
    rows = Estate.objects.all() if asked.get("standing") == "all" else Estate.objects.on(on)
    if asked.get("place"):
        rows = rows.filter(_inside(asked["place"]))
    if asked.get("q"):
        said = asked["q"].strip()
        spoken = Q(aliases__text__contains=comparable(said))
        named = Q(name__contains=said) | Q(name_en__icontains=said) | Q(code__startswith=said)
        rows = rows.filter(named | spoken).distinct()
    return rows.order_by(*_order(ESTATE_ORDERS, asked, "place"))


def estate_page(asked: Mapping[str, str], *, on: date, after: str = "") -> Page:
    """Return one page of the estates; ``after`` is what the page before gave."""
    order = _order(ESTATE_ORDERS, asked, "place")
    return _page(estates_asked(asked, on=on), order, after)


@ESTATES.read_by
def estates_read(rows: Sequence[Estate], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each estate holds by the columns of its list."""
    keys = [row.pk for row in rows]
    counted = {
        key: (buildings, households)
        for key, buildings, households in Building.objects.standing()
        .filter(estate__in=keys)
        .values_list("estate")
        .annotate(Count("id"), Sum("households"))
    }
    whole = Estate.objects.filter(pk__in=keys).prefetch_related(_plates(), "aliases").in_bulk()
    found = []
    for row in rows:
        buildings, households = counted.get(row.pk, (0, 0))
        found.append(
            estate_values(whole[row.pk])
            | {
                "place": tree.label(row.region_path),
                "buildings": buildings,
                "households": households,
                "sample": row.is_sample,
            }
        )
    return found


def estate_values(row: Estate) -> dict[str, Any]:
    """Return what an import may set of an estate, as it stands."""
    plates = [plate for plate in row.addresses.all() if plate.valid_to is None]
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "community": row.region_path.replace("/", ""),
        "plates": "、".join(sorted(str(plate) for plate in plates)),
        "aliases": "、".join(sorted(alias.text for alias in row.aliases.all())),
        "lon": _degrees(row.lon),
        "lat": _degrees(row.lat),
        "crs": "wgs84",
        "outline": _outline(row.shape),
        "start": row.valid_from,
        "end": row.valid_to,
    }


# ------------------------------------------------------------------ buildings


def buildings_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Building]:
    """Return every building that the page of this address shows, in its order."""
    rows = Building.objects.all() if asked.get("standing") == "all" else Building.objects.on(on)
    rows = rows.select_related("estate", "merged_into")
    if asked.get("place"):
        rows = rows.filter(_inside(asked["place"]))
    if asked.get("estate"):
        rows = rows.filter(estate__code=asked["estate"])
    if asked.get("q"):
        said = asked["q"].strip()
        rows = rows.filter(Q(address__contains=said) | Q(code__startswith=said))
    return rows.order_by(*_order(BUILDING_ORDERS, asked, "place"))


def building_page(asked: Mapping[str, str], *, on: date, after: str = "") -> Page:
    """Return one page of the buildings; ``after`` is what the page before gave."""
    order = _order(BUILDING_ORDERS, asked, "place")
    return _page(buildings_asked(asked, on=on), order, after)


@BUILDINGS.read_by
def buildings_read(rows: Sequence[Building], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each building holds by the columns of its list."""
    keys = [row.pk for row in rows]
    homes = dict(
        Dwelling.objects.filter(building__in=keys).values_list("building").annotate(Count("id"))
    )
    whole = Building.objects.filter(pk__in=keys).select_related("estate", "merged_into")
    held = whole.prefetch_related(_plates()).in_bulk()
    paths = {row.region_path for row in rows}
    codes, places = tree.codes_of(paths), tree.place_names(list(paths))
    return [
        building_values(held[row.pk], codes)
        | {
            "address": row.address,
            "estate_name": row.estate_name,
            "place": places[row.region_path],
            "dwellings": homes.get(row.pk, 0),
            "status": _(rules.STATUS_WORDS[rules.Status(row.status)]),
            "sample": row.is_sample,
        }
        for row in rows
    ]


def building_values(row: Building, codes: Mapping[str, str]) -> dict[str, Any]:
    """Return what an import may set of a building, as it stands.

    :param codes: those of the places in which buildings stand, by path
    """
    path = row.region_path
    is_grid = rules.level_of(path) is rules.Level.GRID
    community = rules.parent(path) if is_grid else path
    plates = [plate for plate in row.addresses.all() if plate.valid_to is None]
    return {
        "code": row.code,
        "estate": row.estate.code if row.estate else NONE,
        "number": f"{row.number}幢" if row.number else NONE,
        "name": row.name,
        "community": community.replace("/", ""),
        "grid": codes.get(path, "") if is_grid else "",
        "plates": "、".join(sorted(str(plate) for plate in plates)),
        "lon": _degrees(row.lon),
        "lat": _degrees(row.lat),
        "door_lon": _degrees(row.door_lon),
        "door_lat": _degrees(row.door_lat),
        "crs": "wgs84",
        "floors": row.floors,
        "households": row.households,
        "status": row.status,
        "merged_into": str(row.merged_into.code or "") if row.merged_into else "",
        "outline": _outline(row.shape),
        "start": row.valid_from,
        "end": row.valid_to,
    }


# ------------------------------------------------------------------ dwellings


def dwellings_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Dwelling]:
    """Return every dwelling of the buildings that an address of their list asks for."""
    buildings = buildings_asked(asked, on=on).order_by().values("pk")
    return Dwelling.objects.filter(building__in=buildings).order_by(*DWELLING_ORDER)


def dwelling_page(asked: Mapping[str, str], *, on: date, after: str = "") -> Page:
    """Return one page of the dwellings; ``after`` is what the page before gave."""
    return _page(dwellings_asked(asked, on=on), DWELLING_ORDER, after)


@DWELLINGS.read_by
def dwellings_read(rows: Sequence[Dwelling], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each dwelling holds by the columns of its list."""
    keys = [row.pk for row in rows]
    whole = Dwelling.objects.filter(pk__in=keys).select_related("building", "unit").in_bulk()
    held = [whole[key] for key in keys]
    places = tree.place_names([row.building.region_path for row in held])
    return [
        dwelling_values(row)
        | {"address": row.building.address, "place": places[row.building.region_path]}
        for row in held
    ]


def dwelling_values(row: Dwelling) -> dict[str, Any]:
    """Return what an import may set of a dwelling, as it stands."""
    return {
        "building": str(row.building.code or ""),
        "unit": f"{row.unit.number}单元" if row.unit else NONE,
        "floor": f"{row.floor}层",
        "room": row.room,
    }


# ------------------------------------------------------------------ all of them


def _plates() -> "Prefetch[Any]":
    return Prefetch("addresses", queryset=Address.objects.standing())


def _inside(path: str) -> Q:
    return Q(region_path__gte=path, region_path__lt=upper(path))


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".")


def _outline(shape: object) -> str:
    if shape is None:
        return ""
    return shape_text(shapely.from_wkb(bytes(shape)))  # type: ignore[call-overload]


def _order(
    orders: Mapping[str, tuple[str, ...]], asked: Mapping[str, str], usual: str
) -> tuple[str, ...]:
    return orders.get(asked.get("sort", ""), orders[usual])


def _page(rows: QuerySet[Any], order: tuple[str, ...], after: str) -> Page:
    found = list(rows.filter(_later(order, after))[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    more = "~".join(str(getattr(last, name)) for name in order) if last else ""
    return Page(found[:PAGE], more, *counted(rows))


def counted(rows: QuerySet[Any]) -> tuple[int, bool]:
    """Return how many rows there are, as far as is worth counting, and whether there are more."""
    found = rows.order_by()[: COUNT_TO + 1].count()
    return min(found, COUNT_TO), found > COUNT_TO


def _later(order: tuple[str, ...], after: str) -> Q:
    """Return what comes after a row, given the values of its order."""
    parts = after.split("~")
    if len(parts) != len(order) or not _are_keys(parts, order):
        return Q()
    later, same = Q(), Q()
    for name, value in zip(order, parts, strict=True):
        later |= same & Q(**{f"{name}__gt": value})
        same &= Q(**{name: value})
    return later


def _are_keys(parts: Sequence[str], order: tuple[str, ...]) -> bool:
    named = zip(parts, order, strict=True)
    return all(_is_key(part) for part, name in named if name in {"id", "building_id"})


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

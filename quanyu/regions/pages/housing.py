"""The pages of places and of what stands in them: places, estates, buildings (地点与房屋)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, asked, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Table
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.tables import http as tables
from quanyu.regions import queries, rules
from quanyu.regions.pages import drawing
from quanyu.regions.queries import housing, listed
from quanyu.regions.rules import KIND_WORDS, LEVEL_WORDS, STATUS_WORDS, URBAN_RURAL
from quanyu.regions.tables import BUILDINGS, DWELLINGS, ESTATES

FEW = 20
SYSTEMS = {
    "gbt2260": "GB/T 2260",
    "stat": gettext_noop("统计用区划代码"),
    "local": gettext_noop("本市编码"),
}


@ESTATES.narrowed_by
def estates_narrowed(given: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every estate that the page of this address shows, in its order."""
    return listed.estates_asked(given, on=timezone.localdate(at))


@BUILDINGS.narrowed_by
def buildings_narrowed(given: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every building that the page of this address shows, in its order."""
    return listed.buildings_asked(given, on=timezone.localdate(at))


@DWELLINGS.narrowed_by
def dwellings_narrowed(given: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every dwelling that the page of this address shows, in its order."""
    return listed.dwellings_asked(given, on=timezone.localdate(at))


# ------------------------------------------------------------------ the tree


@require_GET
@hidden_if_denied
def places(request: HttpRequest) -> HttpResponse:
    """Show one place with what is in it; a typed address leads to what it names."""
    actor = actor_of(request)
    given = asked(request, "place", "q")
    path = given.get("place") or next(iter(actor.places), str(settings.QUANYU_CITY))
    shown = housing.place_shown(path)
    context: dict[str, Any] = {
        "section": "places",
        "shown": shown,
        "name": _either(shown.name, shown.name_en),
        "above": [_step(crumb) for crumb in shown.way[:-1]],
        "facts": _facts(shown),
        "children": [_child(child) for child in shown.children],
        "estates": [_estate_line(one) for one in shown.estates],
        "buildings": [_building_line(one) for one in shown.buildings],
        "named": shown.named if len(shown.named) > 1 else (),
        "ways": _ways("places", path),
        "acts": drawing.acts(path, actor),
        "q": given.get("q", ""),
        "now": timezone.localtime(),
    }
    if given.get("q"):
        context |= _found(given["q"])
    return answer(request, "regions/places.html", context)


def _found(text: str) -> dict[str, Any]:
    known = queries.recognise(text)
    hits = [
        {"name": one.name, "detail": one.detail, "url": _at(one.path)}
        for one in queries.search(text, limit=FEW)
    ]
    if known.building_id:
        hits = [
            {"name": known.name, "detail": known.reason, "url": _building_url(known.building_id)},
            *(one for one in hits if one["name"] != known.name),
        ]
    return {"hits": hits, "reason": known.reason}


def _facts(shown: housing.PlaceShown) -> list[tuple[str, str]]:
    is_apart = shown.admin_level != shown.level
    told = [
        (_("统计代码") if shown.scheme == "stat" else _("代码"), shown.code),
        (_("民政代码"), shown.civil_code),
        (_("代码体系"), _(SYSTEMS.get(shown.scheme, shown.scheme))),
        (_("类型"), _(KIND_WORDS[rules.Kind(shown.kind)])),
        (_("层级"), _(LEVEL_WORDS[rules.Level(shown.level)])),
        (_("行政级别"), _(LEVEL_WORDS[rules.Level(shown.admin_level)]) if is_apart else ""),
        (_("城乡分类"), _(URBAN_RURAL.get(shown.urban_rural, "")) if shown.urban_rural else ""),
        (_("俗称"), _comma().join(shown.aliases)),
        (_("户数"), _number(shown.households)),
        (_("楼栋"), _number(shown.counted["buildings"])),
        (_("房"), _dwellings(shown)),
    ]
    return [(label, words) for label, words in told if words]


def _dwellings(shown: housing.PlaceShown) -> str:
    said = _number(shown.dwellings)
    return _("至少 {n}").format(n=said) if shown.has_more_dwellings else said


# ------------------------------------------------------------------ one estate, one building


@require_GET
@hidden_if_denied
def estate(request: HttpRequest, code: str) -> HttpResponse:
    """Show one estate: its plates, what people call it, its buildings."""
    shown = housing.estate_shown(code)
    row = shown.row
    context = {
        "section": "places",
        "name": _either(row.name, row.name_en),
        "row": row,
        "above": [_step(crumb) for crumb in shown.way],
        "facts": [
            (_("小区代码"), row.code),
            (_("门牌"), _comma().join(shown.plates) or "—"),
            (_("俗称"), _comma().join(shown.aliases) or "—"),
            (_("网格"), _comma().join(queries.label(path) for path in shown.grids) or "—"),
            (_("楼栋"), _number(len(shown.buildings))),
            (_("户数"), _number(sum(one.households for one in shown.buildings))),
        ],
        "buildings": [_building_line(one) for one in shown.buildings],
        "ways": _ways("estates", row.region_path),
        "now": timezone.localtime(),
    }
    return answer(request, "regions/estate.html", context)


@require_GET
@hidden_if_denied
def building(request: HttpRequest, building_id: UUID) -> HttpResponse:
    """Show one building: staircases and homes, and the grids it stood in with their days."""
    shown = housing.building_shown(building_id)
    row = shown.row
    context = {
        "section": "places",
        "row": row,
        "above": [_step(crumb) for crumb in shown.way],
        "estate_url": reverse("desk_estate", args=[row.estate.code]) if row.estate else "",
        "status": _(STATUS_WORDS[rules.Status(row.status)]),
        "facts": [
            (_("楼栋代码"), row.code or "—"),
            (_("地址"), row.address),
            (_("门牌"), _comma().join(shown.plates) or "—"),
            (_("俗称"), _comma().join(shown.aliases) or "—"),
            (_("地上层数"), _number(row.floors) or "—"),
            (_("户数"), _number(row.households)),
            (_("房"), _number(sum(stair.count for stair in shown.stairs))),
            (_("并入"), row.merged_into.address if row.merged_into else ""),
            (_("原坐标系"), row.given_in.upper()),
        ],
        "stairs": shown.stairs,
        "sitings": [
            {"name": queries.place_names([path])[path], "url": _at(path), "from": since, "to": to}
            for path, since, to in shown.sitings
        ],
        "who_url": f"{reverse('desk_who')}?{urlencode({'building': row.pk})}",
        "ways": _ways("buildings", row.region_path),
        "now": timezone.localtime(),
    }
    return answer(request, "regions/building.html", context)


# ------------------------------------------------------------------ lists


@require_GET
@hidden_if_denied
def estates(request: HttpRequest) -> HttpResponse:
    """List the estates; the address holds filters, order and columns."""
    return _list(
        request,
        ESTATES,
        listed.estate_page,
        lambda rows, at: listed.estates_read(rows, at=at),
        lambda row: reverse("desk_estate", args=[row.code]),
    )


@require_GET
@hidden_if_denied
def buildings(request: HttpRequest) -> HttpResponse:
    """List the buildings; the address holds filters, order and columns."""
    return _list(
        request,
        BUILDINGS,
        listed.building_page,
        lambda rows, at: listed.buildings_read(rows, at=at),
        lambda row: _building_url(row.pk),
    )


@require_GET
@hidden_if_denied
def dwellings(request: HttpRequest) -> HttpResponse:
    """List the dwellings of buildings; the address holds filters and columns."""
    return _list(
        request,
        DWELLINGS,
        listed.dwelling_page,
        lambda rows, at: listed.dwellings_read(rows, at=at),
        lambda row: _building_url(row.building_id),
    )


def _list(request: HttpRequest, table: Table, page_of: Any, read: Any, url: Any) -> HttpResponse:
    if preferred := tables.begin(request, table):
        return preferred
    actor, at = actor_of(request), timezone.now()
    given = table.asked(request.GET.dict())
    page = page_of(given, on=timezone.localdate(at), after=request.GET.get("after", ""))
    ends = [column.key for column in table.columns[:2]]
    context = {
        **tables.sheet(
            request,
            table,
            page,
            read(page.rows, at),
            _fields(table, given, actor),
            at=at,
            order="place",
            links=lambda row: dict.fromkeys(ends, url(row)),
        ),
        "section": "places",
        "sub": _("已拆除、已并入的留着，可以在状态里选出来"),
        "is_more": page.is_more,
        "ways": _ways(table.name, given.get("place", "")),
    }
    return answer(request, "regions/listed.html", context)


def _fields(table: Table, given: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    places = queries.places_to_pick(actor.places, given.get("place", ""))
    ended, home = {"all": _("含已失效的")}, reverse(table.page)
    found = [
        search(_("搜索"), given),
        pick("place", _("地方"), places, asked=given, home=home),
        pick("standing", _("状态"), ended, asked=given, home=home, empty=_("在用的")),
    ]
    if given.get("estate"):
        found.append({"name": "estate", "kind": "hidden", "value": given["estate"]})
    return found


# ------------------------------------------------------------------ words and addresses


def _ways(here: str, place: str) -> list[dict[str, Any]]:
    """Return the ways to look at a place."""
    at = f"?{urlencode({'place': place})}" if place else ""
    named = (
        ("places", _("区划"), reverse("desk_places")),
        ("estates", _("小区"), reverse("desk_estates")),
        ("buildings", _("楼栋"), reverse("desk_buildings")),
        ("dwellings", _("房"), reverse("desk_dwellings")),
    )
    return [{"label": label, "url": f"{url}{at}", "on": key == here} for key, label, url in named]


def _step(crumb: rules.Crumb) -> dict[str, str]:
    return {"name": _either(crumb.name, crumb.name_en), "url": _at(crumb.path)}


def _child(child: Any) -> dict[str, Any]:
    return {
        "name": _either(child.name, child.name_en),
        "code": child.code,
        "kind": _(KIND_WORDS[rules.Kind(child.kind)]),
        "households": _number(child.households),
        "url": _at(child.path),
    }


def _estate_line(one: housing.EstateLine) -> dict[str, Any]:
    return {
        "name": _either(one.name, one.name_en),
        "code": one.code,
        "buildings": _number(one.buildings),
        "households": _number(one.households),
        "url": reverse("desk_estate", args=[one.code]),
    }


def _building_line(one: housing.BuildingLine) -> dict[str, Any]:
    return {
        "name": one.name,
        "code": one.code,
        "grid": queries.label(one.region_path),
        "status": _(STATUS_WORDS[rules.Status(one.status)]) if one.status != "active" else "",
        "floors": _number(one.floors),
        "households": _number(one.households),
        "dwellings": _number(one.dwellings),
        "url": _building_url(one.id),
    }


def _at(path: str) -> str:
    return f"{reverse('desk_places')}?{urlencode({'place': path})}"


def _building_url(key: UUID) -> str:
    return reverse("desk_building", args=[key])


def _either(name: str, english: str) -> str:
    return english if english and (get_language() or "").startswith("en") else name


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _comma() -> str:
    return ", " if (get_language() or "").startswith("en") else "、"

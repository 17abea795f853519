"""The desk's list and its map: two views of one query."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from quanyu.events import actions, queries, schemas
from quanyu.events.pages import behind, shown
from quanyu.events.pages.desk import REPORTING
from quanyu.events.queries import asked_counts, clock, clusters, desk, values, words
from quanyu.events.queries.lists import COUNT_TO
from quanyu.events.rules import Channel, Filters
from quanyu.events.rules import words as words_of
from quanyu.events.tables import MATTERS
from quanyu.events.workflow import State
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    field,
    hidden_if_denied,
    is_htmx,
    option,
    parsed,
)
from quanyu.kernel.access.http import asked as asked_of
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.tables import http as tables
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions

NAMES = {"q": "words", "class": "category"}
"""Short names in the address for what the query calls otherwise."""

SOME = "NUMBER"
"""Any number, where the address of a matter is asked for once and for all of them."""

ALL = "all"
"""The view of everything, open or not; without any word the list shows what is open."""

Asked = dict[str, str]


@require_GET
@hidden_if_denied
def matters(request: HttpRequest) -> HttpResponse:
    """List the matters within reach; the address holds every filter."""
    if preferred := tables.begin(request, MATTERS):
        return preferred
    actor, at, asked = actor_of(request), timezone.now(), _asked(request)
    filters = _filters(asked)
    after = request.GET.get("after", "")
    listing = tables.listing(request, MATTERS, MATTERS.asked(asked), actor=actor, order="due")
    page = queries.page(filters, actor=actor, at=at, after=after)
    counts = queries.counts(actor=actor, at=at)
    bodies = desk.body_names(page.rows, filters.body)
    is_plain = MATTERS.asked(asked) in ({"state": "open"}, {"state": ALL})
    context = {
        "section": "matters",
        "views": _views(asked, counts),
        "filters": [
            *_fields(asked, filters, actor=actor, at=at),
            *tables.kept(listing["keep"]),
        ],
        "query": asked,
        **_number(request, asked, page, at=at),
        "sought": words_of.sought(filters.words),
        "sort_words": _("最近上报的在前") if filters.sort == "new" else _("按到期时间，先到在前"),
        "clear_url": "" if is_plain else _address("desk_matters", {"state": ALL}),
        "map_url": _address("desk_map", asked),
        "report_url": reverse("desk_report") if actor.roles & REPORTING else "",
        "rows": [shown.row(event, at=at, bodies=bodies) for event in page.rows],
        **listing,
        "pages": _pages(request, asked, page),
        "counts": {"open": counts["open"]},
        "now": timezone.localtime(at),
    }
    name = "events/_matters.html" if is_htmx(request) else "events/matters.html"
    return answer(request, name, context)


@require_GET
@hidden_if_denied
def desk_map(request: HttpRequest) -> HttpResponse:
    """Show the same query on the map, with the list beside it."""
    actor, at, asked = actor_of(request), timezone.now(), _asked(request)
    filters = _filters(asked)
    page = queries.page(filters, actor=actor, at=at)
    counts = queries.counts(actor=actor, at=at)
    bodies = desk.body_names(page.rows, filters.body)
    rows = [shown.row(event, at=at, bodies=bodies) for event in page.rows]
    context = {
        "section": "map",
        "data_url": _address("desk_map_data", asked),
        "bounds": _bounds(rows, _ground(actor)),
        "chips": _chips(asked, counts),
        "filters": [],
        "rows": rows,
        "total": f"{page.count:,}",
        "is_least": not page.is_exact,
        "list_url": _address("desk_matters", asked),
        "cut": bool(page.next),
        "now": timezone.localtime(at),
    }
    return answer(request, "events/map.html", context)


@require_http_methods(["GET", "POST"])
@hidden_if_denied
def matters_count(request: HttpRequest) -> HttpResponse:
    """Have the list counted by the worker, for who asked for it; tell how far it is."""
    actor, at, asked = actor_of(request), timezone.now(), _asked(request)
    if request.method == "POST":
        _filters(asked)  # refuses what no list is narrowed to
        actions.ask_count(asked=_given(asked), hat=_hat(request), actor=actor, at=at)
    if not is_htmx(request):
        return redirect(_address("desk_matters", asked))
    total = request.GET.get("least", "")
    context = _counting(request, asked, total if total.replace(",", "").isdigit() else "", at=at)
    return answer(request, "events/_counted.html", context)


def _counting(request: HttpRequest, asked: Asked, total: str, *, at: datetime) -> dict[str, Any]:
    """Return what stands where the number of a list stands that is too long to be counted."""
    actor = actor_of(request)
    found = asked_counts.newest(_given(asked), hat=_hat(request), actor=actor, at=at)
    waits = found is not None and asked_counts.is_waiting(found)
    number = None if found is None else found.number
    return {
        "total": total,
        "count_url": _address("desk_matters_count", asked, least=total),
        "list_url": _address("desk_matters", asked),
        "is_counting": waits,
        "is_too_long": found is not None and not waits and number is None,
        "counted": None if number is None else f"{number:,}",
        "counted_at": found.counted_at if found is not None else None,
        "now": timezone.localtime(at),
    }


def _number(request: HttpRequest, asked: Asked, page: queries.Page, *, at: datetime) -> Any:
    total = f"{page.count:,}"
    return {"total": total} if page.is_exact else _counting(request, asked, total, at=at)


def _hat(request: HttpRequest) -> str:
    seat = seat_of(request)
    return seat.hat.key if seat.hat else ""


def _given(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what the address asks for by the names of the query."""
    known = schemas.FilterIn.model_fields
    given = {NAMES.get(name, name): value for name, value in asked.items() if value != ALL}
    return {name: value for name, value in given.items() if name in known and name != "sort"}


@require_GET
@hidden_if_denied
def map_data(request: HttpRequest) -> HttpResponse:
    """Return what the map draws of the query, as GeoJSON: matters, or how many lie where."""
    actor, at, asked = actor_of(request), timezone.now(), _asked(request)
    return JsonResponse(drawn(_filters(asked), box=_box(request), actor=actor, at=at))


def drawn(
    filters: Filters, *, box: clusters.Box | None, actor: Actor, at: datetime
) -> dict[str, Any]:
    """Return the map's layer as GeoJSON, with how many it holds."""
    layer = clusters.layer(filters, actor=actor, at=at, box=box)
    features = _features(layer.points, at=at)
    features += [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(one.lon, 6), round(one.lat, 6)]},
            "properties": {"count": one.number},
        }
        for one in layer.clusters
    ]
    return {
        "type": "FeatureCollection",
        "features": features,
        "count": layer.count,
        "told": _layer_words(layer),
        "cut": bool(layer.clusters),
    }


def _layer_words(layer: clusters.Layer) -> str:
    """Return how many are on the map, and what else a reader must know to trust it."""
    shown_, without = layer.count - layer.without, layer.without
    said = [
        _("地图上 {n} 件").format(n=f"{shown_:,}")
        if layer.is_exact
        else _("只数到这里：地图上 {n} 件，还有没画的").format(n=f"{shown_:,}")
    ]
    said += [_("{n} 件没有点位，只在列表里").format(n=f"{without:,}")] if without else []
    said += [_("圆圈是一片的件数，不分是否超时；放大后逐件画")] if layer.clusters else []
    return _("；").join(said)


def _box(request: HttpRequest) -> clusters.Box | None:
    """Return the part of the map that is seen; None where none is named, or what is none."""
    try:
        west, south, east, north = map(float, request.GET.get("bbox", "").split(","))
    except ValueError:
        return None
    return west, south, east, north


def _features(points: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
    """Return some hundred matters as points; what all of them have is looked up once."""
    before, after = reverse("desk_matter", args=[SOME]).split(SOME)
    labels = {code: shown.state(code)["label"] for code in {point.state for point in points}}
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [point.lon, point.lat]},
            "properties": {
                "number": point.number,
                "title": point.title,
                "url": f"{before}{quote(point.number)}{after}",
                "state": point.state,
                "state_label": labels[point.state],
                "level": shown.emphasised(point, at=at),
                "due": due.at.isoformat() if (due := clock.due(point, at=at)) else "",
            },
        }
        for point in points
    ]


# ------------------------------------------------------------------ what was asked


def _asked(request: HttpRequest) -> Asked:
    """Return what the address asks for; when it asks for nothing, what is open."""
    chosen = tables.columns_asked(request)
    asked = asked_of(request, *MATTERS.parameters) or {"state": "open"}
    return asked | ({tables.COLUMNS: chosen} if chosen else {})


def _filters(asked: Mapping[str, str]) -> Filters:
    given = {NAMES.get(name, name): value for name, value in asked.items() if value != ALL}
    return parsed(schemas.FilterIn, given, labels={}).filters()


@MATTERS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every matter that the page of this address shows, in its order."""
    filters = _filters(asked)
    return queries.ordered(queries.narrowed(filters, actor=actor, at=at), filters)


@MATTERS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    fields = _fields(dict(asked), _filters(asked), actor=actor, at=at)
    return [
        (str(one["label"]), str(one.get("word", one["value"]))) for one in fields if one.get("on")
    ]


def _address(name: str, asked: Mapping[str, str], **changes: str) -> str:
    query = {k: v for k, v in {**asked, **changes}.items() if v}
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)


def _pages(request: HttpRequest, asked: Asked, page: queries.Page) -> dict[str, str]:
    following = _address("desk_matters", asked, after=page.next) if page.next else ""
    begun = request.GET.get("after", "")
    return {"next_url": following, "first_url": _address("desk_matters", asked) if begun else ""}


def _views(asked: Asked, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    names = {
        "open": (_("在办"), counts["open"]),
        "late": (_("已超时"), _to_most(counts["late"])),
        "returned": (_("待裁定"), counts["returned"]),
        "mine": (_("我经手的"), ""),
        "ended": (_("已了结"), ""),
        ALL: (_("全部"), ""),
    }
    rest = {name: value for name, value in asked.items() if name not in {"state", "due"}}
    return [
        {
            "key": key,
            "label": label,
            "count": count,
            "url": _address("desk_matters", rest, state=key),
            "current": asked.get("state", ALL) == key,
        }
        for key, (label, count) in names.items()
    ]


def _to_most(count: int) -> int | str:
    """Return a number that is counted no further than some thousands."""
    return count if count <= COUNT_TO else f"{COUNT_TO:,}+"


def _chips(asked: Asked, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    names = {
        "open": ("due", _("在办"), counts["open"]),
        "late": ("late", _("已超时"), _to_most(counts["late"])),
        "filed": ("wait", _("待派遣"), counts["filed"]),
        "handling": ("move", _("处置中"), counts["handling"]),
        "checking": ("check", _("核查中"), counts["checking"]),
    }
    return [
        {
            "key": sign,
            "label": label,
            "count": count,
            "url": _address("desk_map", asked, state=key),
            "on": asked.get("state") == key,
        }
        for key, (sign, label, count) in names.items()
    ]


def _fields(
    asked: Asked,
    filters: Filters,
    *,
    actor: Actor,
    at: datetime,
) -> list[dict[str, Any]]:
    """Return the filters: a body is searched for by name, for a city has ten thousand."""
    dues = {
        "late": _("已超时"),
        "soon": _("四个工作时内到期"),
        "today": _("今天到期"),
        "days": _("三天内到期"),
    }
    channels = {channel.value: values.channel_words(channel) for channel in Channel}
    states = {"open": _("在办"), "late": _("已超时"), "ended": _("已了结"), "mine": _("我经手的")}
    states |= {state.value: str(state.label) for state in State}
    found = [
        _picked("state", _("状态"), asked, states),
        _picked("due", _("到期"), asked, dues),
        _picked("class", _("类别"), asked, _majors(at=at) | _chosen_class(asked, at=at)),
        _picked("place", _("辖区"), asked, _places(actor, asked)),
        _picked("channel", _("来源"), asked, channels),
        *_body(asked, filters),
    ]
    found += behind.fields(asked, clear=_address("desk_matters", behind.cleared(asked)))
    return [_searched("q", _("搜索"), asked), _searched("unit", _("单位"), asked), *found]


def _searched(name: str, label: str, asked: Asked) -> dict[str, Any]:
    value = asked.get(name, "")
    return field(name, label, "search", value=value, required=False, on=bool(value))


def _picked(name: str, label: str, asked: Asked, options: Mapping[str, str]) -> dict[str, Any]:
    value = asked.get(name, "")
    rest = {k: v for k, v in asked.items() if k != name}
    return field(
        name,
        label,
        "select",
        value=value,
        required=False,
        empty_value=ALL if name == "state" else "",
        options=[option(key, words_) for key, words_ in options.items()],
        on=bool(value) and value != ALL,
        word=options.get(value, value),
        clear_url=_address("desk_matters", rest or {"state": ALL}),
    )


def _majors(*, at: datetime) -> dict[str, str]:
    return {key: words.class_words(key, at=at) for key in queries.majors(on=words.day(at))}


def _chosen_class(asked: Asked, *, at: datetime) -> dict[str, str]:
    chosen = asked.get("class", "")
    return {chosen: words.class_words(chosen, at=at)} if chosen else {}


def _places(actor: Actor, asked: Asked) -> dict[str, str]:
    """Return the places one step below those I see, and the one that is chosen."""
    found = {path: regions.label(path) for path in actor.places}
    for path in actor.places:
        found |= {crumb.path: regions.label(crumb.path) for crumb in regions.below(path)}
    chosen = asked.get("place", "")
    return found | ({chosen: regions.label(chosen)} if chosen else {})


def _body(asked: Asked, filters: Filters) -> list[dict[str, Any]]:
    """Return the one body that a link or a figure asks for, as a chip that can be taken away."""
    names = organisations.body_names([filters.body]) if filters.body else {}
    return [_picked("body", _("单位"), asked, {str(key): name}) for key, name in names.items()]


def _ground(actor: Actor) -> str:
    return actor.places[0] if actor.places else ""


def _bounds(rows: list[dict[str, Any]], place: str) -> list[float]:
    """Return the box around the listed points; without any that of the place."""
    points = [(row["lon"], row["lat"]) for row in rows if row["lon"] is not None]
    if not points:
        return list(regions.bounds(place))
    east, north = [p[0] for p in points], [p[1] for p in points]
    pad = 0.004
    return [min(east) - pad, min(north) - pad, max(east) + pad, max(north) + pad]

"""Which grids have a branch: the figures, the list behind each, and the links as a file (覆盖)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel import paging
from quanyu.kernel.access.http import actor_of, answer, asked, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.tables import http as tables
from quanyu.organisations.pages.net import body_address, day_of
from quanyu.organisations.queries import coverage as found
from quanyu.organisations.queries import formed, joined
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.covering import COVERED_WORDS, TIE_WORDS
from quanyu.organisations.tables import COVERS
from quanyu.regions import queries as regions

MOST = 200
"""So many firms are listed at once; a place narrows them."""


@require_GET
@hidden_if_denied
def coverage(request: HttpRequest) -> HttpResponse:
    """Show how many grids have a branch of their own, a joint one or none, and which."""
    actor, on = actor_of(request), day_of(request)
    given = asked(request, "place", "way", "on", "firms")
    whole = found.coverage(actor, on=on, place=given.get("place", ""))
    way = given.get("way", "")
    rows = whole.of(way)
    shown, after = paging.part(rows, request.GET.get("after", ""))
    more = {**given, "after": after} if after else None
    context = {
        "section": "coverage",
        "on": on,
        "today": timezone.localdate(),
        "total": len(whole.grids),
        "figures": [
            {
                "label": _(COVERED_WORDS[one]),
                "count": count,
                "share": f"{count / len(whole.grids):.0%}" if whole.grids else "",
                "url": _address({**given, "way": one.value}),
                "is_on": way == one.value,
            }
            for one, count in whole.figures.items()
        ]
        + _others(whole, given),
        "all_url": _address({k: v for k, v in given.items() if k != "way"}),
        "way": way,
        "rows": [
            {
                "grid": row,
                "url": body_address(row.body_id, on) if row.body_id else "",
                "map_url": f"{reverse('desk_city_map')}?place={row.path}",
            }
            for row in shown
        ],
        "count": len(rows),
        "filters": [_place_field(given, actor)],
        **_firms(given, actor, on=on),
        "hosts": [
            {
                "host": one,
                "place": regions.label(one.place),
                "url": body_address(one.id, on),
            }
            for one in joined.hosts(actor=actor, on=on, place=given.get("place", ""))
        ],
        "clear_url": reverse("desk_coverage") if given else "",
        "pages": {"next_url": _address(more) if more else ""},
        "now": timezone.localtime(),
    }
    return answer(request, "organisations/coverage.html", context)


def _others(whole: found.Coverage, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the figure of the grids that are no base grids, where there are any."""
    if not whole.others:
        return []
    return [
        {
            "label": _("专属网格和微网格"),
            "count": len(whole.others),
            "share": "",
            "url": _address({**given, "way": found.OTHERS}),
            "is_on": given.get("way") == found.OTHERS,
        }
    ]


def _firms(given: Mapping[str, str], actor: Actor, *, on: date) -> dict[str, Any]:
    """Return how many property firms have a party organisation of their own, and which."""
    whole = formed.units(BodyKind.PROPERTY_FIRM, actor=actor, on=on, place=given.get("place", ""))
    ways = {"all": _("物业服务企业"), formed.WITH: _("有党组织"), formed.WITHOUT: _("没有党组织")}
    way = given.get("firms", "")
    lists = {key: whole.of("" if key == "all" else key) for key in ways}
    return {
        "firm_figures": [
            {
                "label": label,
                "count": len(lists[key]),
                "url": f"{_address({**given, 'firms': key})}#firms",
                "is_on": way == key,
            }
            for key, label in ways.items()
        ],
        "firm_members": whole.members,
        "firms": [
            {
                "unit": one,
                "place": regions.label(one.place),
                "url": body_address(one.id, on),
                "party_url": body_address(one.party_id, on) if one.party_id else "",
            }
            for one in lists.get(way, ())[:MOST]
        ],
        "firms_left": max(0, len(lists.get(way, ())) - MOST),
    }


def _address(given: Mapping[str, str]) -> str:
    return f"{reverse('desk_coverage')}?{urlencode(dict(given))}"


def _place_field(given: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    places = regions.places_to_pick(actor.stations, given.get("place", ""))
    return pick("place", _("辖区"), places, asked=given, home=reverse("desk_coverage"))


# ------------------------------------------------------------------ the links as a list


@COVERS.narrowed_by
def narrowed(asked_for: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every link that the page of this address shows, in its order."""
    return found.covers_asked(asked_for, on=timezone.localdate(at))


@COVERS.told_by
def told(asked_for: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_fields(asked_for, actor))


@require_GET
@hidden_if_denied
def covers(request: HttpRequest) -> HttpResponse:
    """List what branches and groups cover; the address holds filters and columns."""
    if preferred := tables.begin(request, COVERS):
        return preferred
    actor, at = actor_of(request), timezone.now()
    given = COVERS.asked(request.GET.dict())
    rows = found.covers_asked(given, on=timezone.localdate(at))
    page = paging.page_of(rows, request.GET.get("after", ""))
    values, fields = found.cover_values(page.rows, at=at), _fields(given, actor)
    context = {
        **tables.sheet(request, COVERS, page, values, fields, at=at, links=_to_body),
        "section": "coverage",
        "sub": _("党支部覆盖哪些网格，党小组覆盖哪些楼栋；结束的留着"),
    }
    return answer(request, "tables/list.html", context)


def _to_body(row: Any) -> dict[str, str]:
    return {"body_name": reverse("desk_organisation", args=[row.body_id])}


def _fields(given: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    ties = {tie: _(words) for tie, words in TIE_WORDS.items()}
    places = regions.places_to_pick(actor.stations, given.get("place", ""))
    ended, home = {"all": _("含已结束的")}, reverse("desk_covers")
    return [
        search(_("搜索"), given),
        pick("tie", _("关系"), ties, asked=given, home=home),
        pick("place", _("辖区"), places, asked=given, home=home),
        pick("standing", _("状态"), ended, asked=given, home=home, empty=_("在用的")),
    ]

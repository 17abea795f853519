"""What the check of the grids found, on the map and in a list beside it (网格检查页面)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    asked,
    hidden_if_denied,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.regions import actions, queries
from quanyu.regions.queries import checking, profiles
from quanyu.regions.rules import KEEPERS
from quanyu.regions.rules.topology import APART, FAULT_WORDS, WARNINGS, Fault
from quanyu.regions.tables import FINDINGS

STREET_PARTS = 4


@read_or_write
@hidden_if_denied
def checks(request: HttpRequest) -> HttpResponse:
    """Show the findings of a street; who keeps the grids may have them looked at again."""
    actor, at = actor_of(request), timezone.now()
    place = _place(request.GET.get("place", ""), actor)

    def ask() -> HttpResponse:
        done = actions.ask_check(place=place, actor=actor, at=at)
        messages.success(request, _("已排队检查 {n} 个街道，做完会列在这里").format(n=len(done)))
        return HttpResponseRedirect(_address(place))

    return answered(request, ask, lambda no: _page(request, place, actor, at=at, no=no))


@require_GET
@hidden_if_denied
def findings(request: HttpRequest) -> HttpResponse:
    """Return the findings of the newest check of a street as features, for the map."""
    actor = actor_of(request)
    place = _place(request.GET.get("place", ""), actor)
    check = checking.last_check(_street(place), actor=actor)
    if check is None:
        raise Http404
    return JsonResponse(checking.finding_shapes(check.id, within=place, actor=actor))


def _page(
    request: HttpRequest, place: str, actor: Actor, *, at: datetime, no: Refusal | None
) -> HttpResponse:
    given = asked(request, "fault")
    is_street = place.count("/") >= STREET_PARTS
    check = checking.last_check(_street(place), actor=actor) if is_street else None
    tally = checking.tally(check.id, within=place, actor=actor) if check else {}
    rows = (
        checking.findings(check.id, fault=given.get("fault", ""), within=place, actor=actor)
        if check
        else []
    )
    profile = profiles.profile(place, on=timezone.localdate(at))
    context = {
        "section": "grids",
        "place": place,
        "place_name": queries.label(place),
        "places": _places(place, actor),
        "check": check,
        "streets": [] if is_street else _streets(place, actor),
        "is_under_way": checking.is_under_way(place, actor=actor),
        "may_ask": bool(actor.roles_at(place) & KEEPERS),
        "ask_url": _address(place),
        "chips": _chips(place, tally, given.get("fault", "")),
        "undrawn": sum(tally.get(fault, 0) for fault in APART),
        "undrawn_url": f"{_address(place)}&{urlencode({'fault': Fault.NOT_DRAWN.value})}",
        "rows": rows,
        "total": f"{len(rows):,}",
        "profile": profile,
        "data_url": f"{reverse('desk_grid_findings')}?{urlencode({'place': place})}",
        "export_url": _export_url(place, given) if is_street else "",
        "bounds": queries.bounds(place),
        "now": timezone.localtime(at),
    }
    return answer(request, "regions/checks.html", context, no)


def _export_url(place: str, given: dict[str, str]) -> str:
    asked_for = urlencode({"place": place, **given})
    return f"{reverse('desk_export_new', args=[FINDINGS.name])}?{asked_for}"


def _chips(place: str, tally: dict[str, int], fault: str) -> list[dict[str, Any]]:
    whole = {
        "label": _("全部"),
        "count": sum(count for key, count in tally.items() if key not in APART),
        "url": _address(place),
        "on": not fault,
        "is_warning": False,
    }
    return [
        whole,
        *(
            {
                "label": _(FAULT_WORDS[Fault(key)]),
                "count": count,
                "url": f"{_address(place)}&{urlencode({'fault': key})}",
                "on": key == fault,
                "is_warning": key in WARNINGS,
            }
            for key, count in tally.items()
        ),
    ]


def _streets(place: str, actor: Actor) -> list[dict[str, Any]]:
    """Return the streets of a larger place with what their newest check found."""
    done = {one.region_path: one for one in checking.last_checks(place, actor=actor)}
    return [
        {
            "name": queries.label(path),
            "url": _address(path),
            "check": done.get(path),
        }
        for path in checking.streets(place)
    ]


def _places(place: str, actor: Actor) -> list[dict[str, Any]]:
    """Return the places to choose from: one's own, and those around the one that is shown."""
    found = dict.fromkeys(actor.places)
    for path in actor.places:
        found |= dict.fromkeys(crumb.path for crumb in queries.below(path))
    found |= dict.fromkeys([place])
    return [
        {"path": path, "name": queries.label(path), "on": path == place}
        for path in found
        if STREET_PARTS - 1 <= path.count("/") <= STREET_PARTS + 1
    ]


def _place(given: str, actor: Actor) -> str:
    """Return the place asked for, or where the actor works; a grid stands for its community."""
    path = given or (actor.places[0] if actor.places else "")
    path = "/".join(path.split("/")[: STREET_PARTS + 1]) + "/" if path.count("/") > 5 else path
    is_own = any(path.startswith(own) or own.startswith(path) for own in actor.places)
    if not queries.is_known(path) or not is_own:
        raise Http404
    return path


def _street(place: str) -> str:
    return "/".join(place.split("/")[:STREET_PARTS]) + "/"


def _address(place: str) -> str:
    return f"{reverse('desk_grids')}?{urlencode({'place': place})}"

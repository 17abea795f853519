"""The net by place: a map of grids and bodies, with the list beside it (按地点看)."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.organisations import queries
from quanyu.organisations.pages.net import body_address, day_of, first
from quanyu.organisations.queries import coverage as covering
from quanyu.organisations.queries import net, on_map
from quanyu.organisations.rules.covering import COVERED_WORDS, Covered
from quanyu.regions import queries as regions
from quanyu.regions.rules import Level, level_of

WIDER = frozenset({Level.PROVINCE, Level.CITY, Level.AREA})
"""Of these the map shows the way to what is below: their grids are too many to be drawn."""


@require_GET
@hidden_if_denied
def shown(request: HttpRequest) -> HttpResponse:
    """Show grids by how they are covered, and where bodies stand, on a day."""
    actor, on = actor_of(request), day_of(request)
    looked = _body(request)
    place = _place(request, actor, looked, on)
    is_wide = level_of(place) in WIDER
    whole = _whole(actor, place, on)
    mine = on_map.grids_of(looked.id, on=on) if looked else frozenset()
    spots = () if is_wide else on_map.spots(place, on=on)
    context = {
        "section": "net",
        "place": place,
        "place_name": regions.label(place),
        "places": _places(place, actor),
        "on": on,
        "today": timezone.localdate(),
        "body": looked,
        "body_url": body_address(looked.id, on) if looked else "",
        "whole_url": _address(place, on),
        "figures": [
            {"label": _(COVERED_WORDS[one]), "count": count, "key": one.value}
            for one, count in whole.figures.items()
        ],
        "total": len(whole.grids),
        "below": _below(place, on) if is_wide else [],
        "spots": [] if looked else [_spot(one, on) for one in spots],
        "grids": [] if is_wide else _grids(whole, on, mine=mine if looked else None),
        "data_url": "" if is_wide else _address(place, on, looked, name="desk_organisation_ground"),
        "bounds": regions.bounds(place),
        "is_wide": is_wide,
        "now": timezone.localtime(),
    }
    return answer(request, "organisations/on_map.html", context)


@require_GET
@hidden_if_denied
def ground(request: HttpRequest) -> HttpResponse:
    """Return the same grids and places as features, for the map."""
    actor, on = actor_of(request), day_of(request)
    looked = _body(request)
    place = _place(request, actor, looked, on)
    if level_of(place) in WIDER:
        raise Denied
    whole = _whole(actor, place, on)
    mine = on_map.grids_of(looked.id, on=on) if looked else frozenset()
    spots = () if looked else on_map.spots(place, on=on)
    own = [one for one in whole.others if one.path in mine]
    return JsonResponse(on_map.drawn([*whole.grids, *own], spots, on=on, mine=mine))


# ------------------------------------------------------------------ inside


def _whole(actor: Actor, place: str, on: date) -> covering.Coverage:
    """Return how the grids of a place were covered; none for who has no part in it."""
    if not actor.roles_at(place):
        return covering.Coverage(())
    return covering.coverage(actor, on=on, place=place)


def _body(request: HttpRequest) -> queries.BodyEntry | None:
    """Return the body that the address asks for.

    :raises Denied: if there is none
    """
    asked = request.GET.get("body", "")
    if not asked:
        return None
    try:
        found = queries.body(UUID(asked))
    except ValueError:
        raise Denied from None
    if found is None:
        raise Denied
    return found


def _place(request: HttpRequest, actor: Actor, looked: queries.BodyEntry | None, on: date) -> str:
    """Return what the map shows: what is asked for, where the body stood, or where one works.

    :raises Denied: if there is no such place
    """
    asked = request.GET.get("place", "")
    if looked and not asked:
        here = net.node(looked.id, on=on)
        asked = here.region_path if here else looked.region_path
        # Of what stands in a grid or a community, the street is shown: a branch may cover several.
        while level_of(asked) not in {*WIDER, Level.STREET}:
            asked = f"{asked.rstrip('/').rpartition('/')[0]}/"
    place = asked or first(actor.stations) or str(settings.QUANYU_CITY)
    if not regions.is_known(place):
        raise Denied
    return place


def _address(
    place: str,
    on: date,
    looked: queries.BodyEntry | None = None,
    *,
    name: str = "desk_organisation_map",
) -> str:
    asked = {"place": place} | ({"on": on.isoformat()} if on != timezone.localdate() else {})
    return f"{reverse(name)}?{urlencode(asked | ({'body': str(looked.id)} if looked else {}))}"


def _places(place: str, actor: Actor) -> list[dict[str, Any]]:
    own = list(actor.stations)
    below = [crumb.path for path in own for crumb in regions.below(path)]
    paths = dict.fromkeys([*own, *below, place])
    return [option(path, regions.label(path)) | {"on": path == place} for path in paths]


def _below(place: str, on: date) -> list[dict[str, str]]:
    return [
        {"name": regions.label(crumb.path), "url": _address(crumb.path, on)}
        for crumb in regions.below(place)
    ]


def _spot(spot: on_map.Spot, on: date) -> dict[str, Any]:
    return {
        "spot": spot,
        "bodies": [{"body": one, "url": body_address(one.id, on)} for one in spot.bodies],
    }


def _grids(
    whole: covering.Coverage, on: date, *, mine: frozenset[str] | None
) -> list[dict[str, Any]]:
    """Return the grids of the list: those of the body looked at, or all."""
    return [
        {
            "grid": one,
            "url": body_address(one.body_id, on) if one.body_id else "",
            "is_open": one.covered == Covered.NONE,
        }
        for one in (whole.grids if mine is None else (*whole.grids, *whole.others))
        if mine is None or one.path in mine
    ]

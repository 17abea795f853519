"""Pick a body by name, first letters of its sounds, or code, out of any number (选择单位)."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, field, hidden_if_denied, option
from quanyu.kernel.errors import Refusal
from quanyu.organisations import queries
from quanyu.organisations.queries import led, net
from quanyu.organisations.queries.party_words import body_label
from quanyu.regions import queries as regions

MOST = 20
BY_KEY = "key"
"""What a form of another package takes: the key of a body, where ours take its code."""


@require_GET
@hidden_if_denied
def pick(request: HttpRequest) -> HttpResponse:
    """Return what a search found, as choices of the field that asked."""
    name = request.GET.get("name", "")
    said, is_key = said_in(request, name), request.GET.get("by") == BY_KEY
    found = net.find(said, on=timezone.localdate()) if said else ()
    context = {
        "field": {"name": name, "value": "", "required": False},
        "said": said,
        "options": [node_option(one, is_key=is_key) for one in found[:MOST]],
        "is_more": len(found) > MOST,
    }
    return TemplateResponse(request, "organisations/_pick.html", context)


@require_GET
@hidden_if_denied
def pick_many(request: HttpRequest) -> HttpResponse:
    """Return the bodies ticked so far, ticked, and after them what a search found."""
    name, on = request.GET.get("name", ""), timezone.localdate()
    said, ticked = said_in(request, name), request.GET.getlist(name)
    found = net.find(said, on=on) if said else ()
    if said:
        rows = led.bodies_of([*ticked, *(str(one.id) for one in found[:MOST])])
    else:
        rows = led.callable_bodies(actor=actor_of(request), on=on, chosen=ticked)
    context = {
        "field": {"name": name, "value": ticked},
        "options": [body_option(row) for row in rows],
        "said": said,
        "none": not found,
        "is_more": len(found) > MOST,
    }
    return TemplateResponse(request, "organisations/_pick_many.html", context)


def body_option(row: Any) -> dict[str, str]:
    """Return a body as a choice, with where it is."""
    return option(row.pk, body_label(row), regions.label(row.region_path))


def pick_url(name: str) -> str:
    """Return where a field of this name searches."""
    return f"{reverse('desk_organisation_pick')}?{urlencode({'name': name})}"


def many_url(name: str) -> str:
    """Return where a field of this name, of which many may be ticked, searches."""
    return f"{reverse('desk_organisation_pick_many')}?{urlencode({'name': name})}"


def pick_field(
    name: str, label: str, no: Refusal | None, given: Any, *, empty: str = ""
) -> dict[str, Any]:
    """Return a field that takes one body: the one chosen before, or what a search finds.

    :param empty: how it is said that there is none; without it there must be one
    """
    value = given.get(name, "")
    held = queries.body_by_code(value) if value else None
    chosen = (
        option(held.code, held.label, f"{held.code} {regions.label(held.region_path)}")
        if held
        else None
    )
    return field(
        name,
        label,
        "pick",
        no=no,
        value=held.code if held else "",
        required=not empty,
        url=pick_url(name),
        options=[*([chosen] if chosen else []), *([option("", empty)] if empty else [])],
        placeholder=_("名称、拼音首字母或代码"),
    )


def said_in(request: HttpRequest, name: str) -> str:
    """Return what somebody typed to find a body for the field of this name."""
    return request.GET.get(f"{name}_q", "").strip()


def node_option(one: net.Node, *, is_key: bool) -> dict[str, str]:
    """Return a body that was found as a choice, by its key or its code."""
    note = f"{one.kind_name} · {regions.label(one.region_path)} · {one.code}"
    return option(one.id if is_key else one.code, one.name, note)

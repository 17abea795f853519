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
from quanyu.organisations.queries import net
from quanyu.regions import queries as regions

MOST = 20
BY_KEY = "key"
"""What a form of another package takes: the key of a body, where ours take its code."""
OPEN_POST = "open-post"
"""Not a choice of a form: each body leads to the form that opens a post of it."""


@require_GET
@hidden_if_denied
def pick(request: HttpRequest) -> HttpResponse:
    """Return what a search found, as choices of the field that asked."""
    name = request.GET.get("name", "")
    said = request.GET.get(f"{name}_q", "").strip()
    leads, is_key = name == OPEN_POST, request.GET.get("by") == BY_KEY
    found = net.find(said, on=timezone.localdate()) if said else ()
    if leads:
        actor = actor_of(request)
        found = tuple(one for one in found if actor.roles_at(one.region_path))
    context = {
        "field": {"name": name, "value": "", "required": False},
        "said": said,
        "leads": leads,
        "options": [_option(one, is_key=is_key) for one in found[:MOST]],
        "is_more": len(found) > MOST,
        "new_url": reverse("desk_post_new"),
    }
    return TemplateResponse(request, "organisations/_pick.html", context)


def pick_url(name: str) -> str:
    """Return where a field of this name searches."""
    return f"{reverse('desk_organisation_pick')}?{urlencode({'name': name})}"


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


def _option(one: net.Node, *, is_key: bool) -> dict[str, str]:
    note = f"{one.kind_name} · {regions.label(one.region_path)} · {one.code}"
    return option(one.id if is_key else one.code, one.name, note)

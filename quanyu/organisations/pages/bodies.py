"""The bodies that act, as a list that is filtered, taken out and brought in (单位列表)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.tables import http as tables
from quanyu.organisations import queries
from quanyu.organisations.queries.party_words import body_label
from quanyu.organisations.rules import KIND_WORDS
from quanyu.organisations.tables import BODIES
from quanyu.regions import queries as regions


@BODIES.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every body that the page of this address shows, in its order."""
    return queries.bodies_asked(asked, on=timezone.localdate(at))


@BODIES.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_fields(asked, actor))


@require_GET
@hidden_if_denied
def bodies(request: HttpRequest) -> HttpResponse:
    """List the bodies; the address holds filters, order and columns."""
    if preferred := tables.begin(request, BODIES):
        return preferred
    actor, at = actor_of(request), timezone.now()
    asked = BODIES.asked(request.GET.dict())
    page = queries.body_page(asked, on=timezone.localdate(at), after=request.GET.get("after", ""))
    values, fields = queries.body_values(page.rows, at=at), _fields(asked, actor)
    # A file has both names; a page shows the one in the reader's language.
    for value, row in zip(values, page.rows, strict=True):
        value["name"] = body_label(row)
    context = {
        **tables.sheet(request, BODIES, page, values, fields, at=at, order="code", links=_to_body),
        "section": "bodies",
        "sub": _("谁来办：党组织、部门、街道、派驻机构、居委会、企业；撤销的留着"),
    }
    return answer(request, "tables/list.html", context)


def _fields(asked: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    kinds = {kind.value: _(words) for kind, words in KIND_WORDS.items()}
    places = regions.places_to_pick(actor.stations, asked.get("place", ""))
    ended, home = {"all": _("含已撤销的")}, reverse("desk_bodies")
    return [
        search(_("搜索"), asked),
        pick("kind", _("类型"), kinds, asked=asked, home=home),
        pick("place", _("辖区"), places, asked=asked, home=home),
        pick("standing", _("状态"), ended, asked=asked, home=home, empty=_("在用的")),
    ]


def _to_body(row: Any) -> dict[str, str]:
    return {"name": reverse("desk_organisation", args=[row.pk])}

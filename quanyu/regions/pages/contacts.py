"""Who serves the grids: a list, a file, an appointment, a leaving (网格联系人页面)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quanyu.kernel import paging
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    read_or_write,
    sentence,
)
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import http as tables
from quanyu.kernel.tables.queries import address
from quanyu.regions import actions, queries
from quanyu.regions.actions.contacts import CONTACT_KEEPERS
from quanyu.regions.queries import contacts as found
from quanyu.regions.queries.checking import STREET_PARTS
from quanyu.regions.rules.contacts import POST_WORDS, WrongContact
from quanyu.regions.tables import CONTACTS


@CONTACTS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every service that the page of this address shows, in its order."""
    return found.contacts_asked(asked, on=timezone.localdate(at), actor=actor)


@CONTACTS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_filters(asked, actor))


@read_or_write
@hidden_if_denied
def contacts(request: HttpRequest) -> HttpResponse:
    """List who serves the grids within reach; who keeps them may appoint somebody."""
    actor, at = actor_of(request), timezone.now()
    if request.method == "GET" and (preferred := tables.begin(request, CONTACTS)):
        return preferred

    def appoint() -> HttpResponse:
        _appointed(request, actor, at=at)
        messages.success(request, _("已登记，从写明的日子起生效"))
        return HttpResponseRedirect(reverse("desk_grid_contacts"))

    return answered(request, appoint, lambda no: _page(request, actor, at=at, no=no))


@require_POST
@hidden_if_denied
def end(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Let somebody leave a post."""
    at = timezone.now()
    try:
        actions.end_contact(
            contact_id=contact_id,
            end=_day(request.POST.get("end", "")),
            actor=actor_of(request),
            at=at,
        )
        messages.success(request, _("已登记卸任"))
    except Refusal as no:
        messages.error(request, sentence(no))
    return HttpResponseRedirect(reverse("desk_grid_contacts"))


def _appointed(request: HttpRequest, actor: Actor, *, at: datetime) -> None:
    given = request.POST
    username = given.get("account", "").strip()
    actions.appoint_contact(
        path=given.get("place", ""),
        post=given.get("post", ""),
        name=given.get("name", ""),
        account=accounts.keys_meant([username])[username] if username else None,
        start=_day(given.get("start", "")),
        actor=actor,
        at=at,
    )


def _page(request: HttpRequest, actor: Actor, *, at: datetime, no: Refusal | None) -> HttpResponse:
    asked = CONTACTS.asked(request.GET.dict())
    today = timezone.localdate(at)
    rows = found.contacts_asked(asked, on=today, actor=actor).select_related("account")
    page = paging.page_of(rows, request.GET.get("after", ""))
    values, fields = found.contact_values(page.rows, at=at), _filters(asked, actor)
    sheet = tables.sheet(request, CONTACTS, page, values, fields, at=at)
    keeps = any(CONTACT_KEEPERS & actor.roles_at(path) for path in actor.places)
    context = {
        **sheet,
        "section": "grid_contacts",
        "rows": [
            {"cells": cells, "end_url": _end_url(row, actor)}
            for cells, row in zip(sheet["rows"], page.rows, strict=True)
        ],
        "today": today,
        "form": _form(request, asked, actor, no, today=today) if keeps else None,
    }
    return answer(request, "regions/contacts.html", context, no)


def _end_url(row: Any, actor: Actor) -> str:
    may = row.valid_to is None and CONTACT_KEEPERS & actor.roles_at(row.region_path)
    return reverse("desk_grid_contact_end", args=[row.pk]) if may else ""


def _filters(asked: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    places = queries.places_to_pick(actor.places, asked.get("place", ""))
    posts = {one.value: _(words) for one, words in POST_WORDS.items()}
    ended, home = {"all": _("含已卸任的")}, reverse("desk_grid_contacts")
    return [
        search(_("姓名"), asked),
        pick("place", _("辖区"), places, asked=asked, home=home),
        pick("post", _("岗位"), posts, asked=asked, home=home),
        pick("standing", _("状态"), ended, asked=asked, home=home, empty=_("在任的")),
    ]


def _form(
    request: HttpRequest,
    asked: Mapping[str, str],
    actor: Actor,
    no: Refusal | None,
    *,
    today: date,
) -> dict[str, Any]:
    given = request.POST
    within = asked.get("place") or (actor.places[0] if actor.places else "")
    is_near = within.count("/") >= STREET_PARTS
    grids = queries.grids_in(within) if is_near else {}
    return {
        "url": f"{reverse('desk_grid_contacts')}?{address(asked)}",
        "title": _("任命"),
        "fields": [
            field(
                "place",
                _("网格"),
                "select",
                value=given.get("place", ""),
                options=[option(path, name) for path, name in grids.items()],
                help="" if is_near else _("网格太多，请先在“辖区”里选到街道或社区"),
                no=no,
            ),
            field(
                "post",
                _("岗位"),
                "select",
                value=given.get("post", ""),
                options=[option(one.value, _(words)) for one, words in POST_WORDS.items()],
                no=no,
            ),
            field("name", _("姓名"), value=given.get("name", ""), maxlength=40, no=no),
            field(
                "account",
                _("用户名"),
                value=given.get("account", ""),
                required=False,
                help=_("有账号的填用户名，任免时通知本人"),
                maxlength=60,
                no=no,
            ),
            field(
                "start",
                _("任职日期"),
                "date",
                value=given.get("start") or today.isoformat(),
                no=no,
            ),
        ],
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    no = WrongContact(_("日期有误"), field="start", value=text)
    return meant(date.fromisoformat, text, otherwise=no)

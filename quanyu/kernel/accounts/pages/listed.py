"""The people, as a list that is filtered, saved as a view, taken out and brought in (人员列表)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import actor_of, field, meant, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.pages.forms import role_options
from quanyu.kernel.accounts.tables import PEOPLE
from quanyu.kernel.columns import framed

COLUMNS = "cols"


@PEOPLE.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return everybody whom the page of this address shows, in its order."""
    return queries.people_asked(asked, actor=actor, at=at)


@PEOPLE.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return [(str(one["label"]), _word(one)) for one in _fields(asked, actor) if one.get("on")]


def listed(request: HttpRequest, *, current: UUID | None) -> dict[str, object]:
    """Return what the list of people shows: its rows, filters, views, columns and files."""
    actor, at = actor_of(request), timezone.now()
    asked, chosen = PEOPLE.asked(request.GET.dict()), framed().columns_asked(request)
    after = request.GET.get("after", "")
    wrong = rules.WrongName(_("没有这一页"), field="after")
    page = queries.people_page(
        asked,
        actor=actor,
        at=at,
        after=meant(UUID, after, otherwise=wrong) if after else None,
    )
    listing = framed().listing(request, PEOPLE, asked, actor=actor, order="username")
    kept = {**asked, **({COLUMNS: chosen} if chosen else {})}
    values = queries.people_values(page.rows, at=at)
    cells = PEOPLE.cells(chosen, values)
    hidden = [{"name": k, "kind": "hidden", "value": v} for k, v in listing["keep"]]
    return {
        **listing,
        "filters": [*_fields(asked, actor), *hidden],
        "clear_url": reverse("desk_people") if asked else "",
        "total": f"{page.count:,}",
        "rows": [
            {
                "cells": row,
                "url": f"{reverse('desk_person', args=[account.pk])}{_query(kept)}",
                "current": account.pk == current,
                "is_active": account.is_active,
                "is_demo": account.is_demo,
            }
            for account, row in zip(page.rows, cells, strict=True)
        ],
        "pages": {"next_url": f"{reverse('desk_people')}{_query({**kept, 'after': page.after})}"}
        if page.after
        else None,
    }


def _query(kept: Mapping[str, str]) -> str:
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"?{query}" if query else ""


def _fields(asked: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    text = asked.get("q", "")
    places = queries.places_over(actor, asked.get("place", ""))
    choices = {
        "role": (_("角色"), [option(one["value"], one["label"]) for one in role_options()]),
        "place": (_("辖区"), [option(path, name) for path, name in places.items()]),
        "state": (_("状态"), [option(key, _(words)) for key, words in queries.STATES.items()]),
        "means": (_("登录方式"), [option(key, _(words)) for key, words in queries.MEANS.items()]),
    }
    found = [field("q", _("姓名或用户名"), "search", value=text, required=False, on=bool(text))]
    for name, (label, options) in choices.items():
        rest = {key: value for key, value in asked.items() if key != name}
        found.append(
            field(
                name,
                label,
                "select",
                value=asked.get(name, ""),
                required=False,
                options=options,
                on=name in asked,
                clear_url=f"{reverse('desk_people')}{_query(rest)}",
            )
        )
    return found


def _word(shown: Mapping[str, Any]) -> str:
    options = {one["value"]: one["label"] for one in shown.get("options", ())}
    return str(options.get(shown["value"], shown["value"]))

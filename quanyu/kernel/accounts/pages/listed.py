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

from quanyu.kernel.access.http import actor_of, key_of
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries
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
    return said(_fields(asked, actor))


def listed(request: HttpRequest, *, current: UUID | None) -> dict[str, object]:
    """Return what the list of people shows: its rows, filters, views, columns and files."""
    actor, at = actor_of(request), timezone.now()
    asked, chosen = PEOPLE.asked(request.GET.dict()), framed().columns_asked(request)
    page = queries.people_page(
        asked,
        actor=actor,
        at=at,
        after=key_of(request.GET.get("after", "")),
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
    roles = {str(one["value"]): str(one["label"]) for one in role_options()}
    states = {key: _(words) for key, words in queries.STATES.items()}
    means = {key: _(words) for key, words in queries.MEANS.items()}
    places = queries.places_over(actor, asked.get("place", ""))
    home = reverse("desk_people")
    return [
        search(_("姓名或用户名"), asked),
        pick("role", _("角色"), roles, asked=asked, home=home),
        pick("place", _("辖区"), places, asked=asked, home=home),
        pick("state", _("状态"), states, asked=asked, home=home),
        pick("means", _("登录方式"), means, asked=asked, home=home),
    ]

"""What the three lists of this package show alike (列表页)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.gateway import queries
from quanyu.kernel.access.http import answer
from quanyu.kernel.access.narrowing import pick
from quanyu.kernel.columns import Table
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import http as tables

Asked = Mapping[str, str]


def listed(
    request: HttpRequest,
    table: Table,
    template: str,
    page: queries.Page,
    values: list[dict[str, Any]],
    *,
    at: datetime,
    no: Refusal | None = None,
    **more: Any,
) -> HttpResponse:
    """Return the page of one list."""
    fields, links = more.pop("fields"), more.pop("links", None)
    context = {
        **tables.sheet(request, table, page, _named(values), fields, at=at, links=links),
        "section": table.name,
        "total": page.total,
        "ways": _ways(table.page),
        **more,
    }
    return answer(request, template, context, no)


def _named(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Call a source by its name; its code is for the file that is read in again."""
    names = {one.code: queries.label(one) for one in queries.sources()}
    return [value | {"source": names.get(value["source"], value["source"])} for value in values]


def to_matter(row: Any) -> dict[str, str]:
    """Let the number of a matter lead to it."""
    return {"matter": reverse("desk_matter", args=[row.event.number])}


def _ways(here: str) -> list[dict[str, Any]]:
    names = {
        "desk_orders": _("收到的工单"),
        "desk_answers": _("对外答复"),
        "desk_matches": _("代码对照"),
    }
    return [
        {"url": reverse(name), "label": label, "current": name == here}
        for name, label in names.items()
    ]


def by_source(asked: Asked, home: str) -> dict[str, Any]:
    """Return the field that narrows a list to one system."""
    known = {row.code: queries.label(row) for row in queries.sources()}
    return pick("source", _("来源系统"), known, asked=asked, home=home)

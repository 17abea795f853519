"""What the three lists of this package show alike (列表页)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.gateway import queries
from quanyu.kernel.access.http import actor_of, answer
from quanyu.kernel.access.narrowing import pick
from quanyu.kernel.columns import Table
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import http as tables
from quanyu.kernel.tables.queries import address

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
    actor, asked = actor_of(request), table.asked(request.GET.dict())
    chosen = tables.columns_asked(request)
    listing = tables.listing(request, table, asked, actor=actor)
    whole = {**asked, tables.COLUMNS: chosen, "after": page.after}
    url = reverse(table.page)
    context = {
        "section": table.name,
        "title": _(table.title),
        "filters": [*more.pop("fields"), *tables.kept(listing["keep"])],
        "clear_url": url if asked else "",
        "total": page.total,
        **listing,
        "rows": _linked(_named(tables.cells(table, chosen, values)), more.pop("links", [])),
        "pages": {"next_url": f"{url}?{address(whole)}" if page.after else ""},
        "ways": _ways(table.page),
        "now": timezone.localtime(at),
        **more,
    }
    return answer(request, template, context, no)


def _named(rows: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Call a source by its name; its code is for the file that is read in again."""
    names = {row.code: queries.label(row) for row in queries.sources()}
    for cells in rows:
        for cell in cells:
            if cell["key"] == "source":
                cell["value"] = names.get(cell["value"], cell["value"])
    return rows


def _linked(rows: list[list[dict[str, Any]]], links: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Let the number of a matter lead to it."""
    for cells, url in zip(rows, links, strict=False):
        for cell in cells:
            if cell["key"] == "matter":
                cell["url"] = url
    return rows


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

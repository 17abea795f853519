"""What the page of a declared list shows beside its rows: columns, order, views, files (列表页)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import actor_of, is_htmx
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Column, Frame, Table, framed_by
from quanyu.kernel.tables import queries

COLUMNS = "cols"
"""The word in the address under which the chosen columns stand."""

Asked = Mapping[str, str]


def columns_asked(request: HttpRequest) -> str:
    """Return the chosen columns as one word, whether the address has them once or one by one."""
    return ",".join(part for part in request.GET.getlist(COLUMNS) if part)[:400]


def begin(request: HttpRequest, table: Table) -> HttpResponse | None:
    """Lead who comes without any wish to the view with which they want to begin."""
    if request.GET or is_htmx(request):
        return None
    asked = queries.default_view(table.name, actor=actor_of(request))
    return HttpResponseRedirect(f"{reverse(table.page)}?{asked}") if asked else None


def listing(
    request: HttpRequest, table: Table, asked: Asked, *, actor: Actor, order: str = ""
) -> dict[str, Any]:
    """Return what the templates of a list take: ``columns``, ``tools`` and ``saved``.

    :param asked: what the list is narrowed and ordered by, without the columns
    :param order: the word of the order that holds when the address names none
    """
    chosen = columns_asked(request)
    shown = table.chosen(chosen)
    columns = {COLUMNS: chosen} if chosen else {}
    whole = {**asked, **columns}
    found = queries.views(table.name, actor=actor)
    return {
        "columns": [_head(one, table, whole, asked.get("sort") or order) for one in shown],
        "keep": [(name, whole[name]) for name in (COLUMNS, "sort") if whole.get(name)],
        "saved": [_view(view, table, whole) for view in found],
        "tools": {
            "page_url": reverse(table.page),
            "hidden": [(name, value) for name, value in asked.items() if value],
            "choices": [_choice(one, shown) for one in _in_order(table, shown)],
            "is_chosen": bool(chosen),
            "usual_url": _address(table, asked),
            "save_url": reverse("desk_view_save", args=[table.name]),
            "asked": queries.address(whole),
            "may_share": queries.may_share(actor),
            "own": [_view(view, table, whole) for view in found if view.is_own],
            "import_url": _import_url(table, actor),
            "export_url": f"{reverse('desk_export_new', args=[table.name])}?{urlencode(whole)}",
        },
    }


class Found(Protocol):
    """One page of a list: its rows, how many there are in all, and what opens the next page."""

    @property
    def rows(self) -> Sequence[Any]:
        """Return the rows of this page."""

    @property
    def count(self) -> int:
        """Return how many there are in all."""

    @property
    def after(self) -> str:
        """Return what opens the next page; "" when this is the last."""


def sheet(
    request: HttpRequest,
    table: Table,
    found: Found,
    values: list[dict[str, Any]],
    fields: Sequence[Mapping[str, Any]],
    *,
    at: datetime,
    order: str = "",
    links: Callable[[Any], Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """Return all that the page of a list takes: filters, columns, rows, count, the way on.

    :param values: what the columns show of each row
    :param fields: the filters above the list
    :param links: gives of a row the addresses to which its cells lead, by the key of the column
    """
    asked, chosen = table.asked(request.GET.dict()), columns_asked(request)
    listed = listing(request, table, asked, actor=actor_of(request), order=order)
    whole = {**asked, COLUMNS: chosen, "after": found.after}
    rows, home = table.cells(chosen, values), reverse(table.page)
    if links is not None:
        rows = [_linked(cells, links(row)) for cells, row in zip(rows, found.rows, strict=True)]
    return {
        "title": _(table.title),
        "filters": [*fields, *kept(listed["keep"])],
        "clear_url": home if asked else "",
        "total": f"{found.count:,}",
        **listed,
        "rows": rows,
        "pages": {"next_url": _address(table, whole) if found.after else ""},
        "now": timezone.localtime(at),
    }


framed_by(Frame(begin, listing, columns_asked))


def _linked(cells: list[dict[str, Any]], urls: Mapping[str, str]) -> list[dict[str, Any]]:
    return [cell | {"url": urls[cell["key"]]} if urls.get(cell["key"]) else cell for cell in cells]


def kept(fields: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Return hidden fields of a filter form, so that columns and order outlast a filter."""
    return [{"name": name, "kind": "hidden", "value": value} for name, value in fields]


def _head(column: Column, table: Table, whole: Asked, order: str) -> dict[str, Any]:
    is_sorted = bool(column.sort) and column.sort == order
    way = "descending" if column.is_falling else "ascending"
    return {
        "key": column.key,
        "label": _(column.label),
        "kind": column.kind.value,
        "sorted": way if is_sorted else "",
        "sort_url": _address(table, {**whole, "sort": column.sort}) if column.sort else "",
    }


def _in_order(table: Table, shown: tuple[Column, ...]) -> list[Column]:
    """Return the columns to choose from: the chosen ones first, in their order."""
    return [*shown, *(column for column in table.columns if column not in shown)]


def _choice(column: Column, shown: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "key": column.key,
        "label": _(column.label),
        "is_on": column in shown,
        "is_fixed": column.is_fixed,
    }


def _view(view: queries.View, table: Table, whole: Asked) -> dict[str, Any]:
    return {
        "name": view.name,
        "url": _address(table, view.asked),
        "current": dict(view.asked) == dict(whole),
        "is_own": view.is_own,
        "is_default": view.is_default,
        "is_shared": view.is_shared,
        "drop_url": reverse("desk_view_drop", args=[view.id]) if view.is_own else "",
    }


def _import_url(table: Table, actor: Actor) -> str:
    may = table.takes and table.kept_by & actor.roles
    return reverse("desk_import_new", args=[table.name]) if may else ""


def _address(table: Table, asked: Asked) -> str:
    query = queries.address(asked)
    return f"{reverse(table.page)}?{query}" if query else reverse(table.page)

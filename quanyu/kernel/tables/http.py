"""What the page of a declared list shows beside its rows: columns, order, views, files (列表页)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
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


def cells(table: Table, chosen: str, rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the rows of a list cell by cell, as the general template shows them."""
    return table.cells(chosen, rows)


framed_by(Frame(begin, listing, columns_asked))


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

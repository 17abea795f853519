"""The page of a list, and what is done with a form that was sent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, answered, field, meant, read_or_write
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import actions, queries, rules
from quanyu.kernel.codes.pages import forms, shown
from quanyu.kernel.codes.pages.shown import LIMITS, WORKFLOW
from quanyu.kernel.codes.rules import (
    FLAGS_OF,
    NotInForce,
    WrongCode,
    WrongLimit,
    WrongStart,
)
from quanyu.kernel.codes.tables import CODES
from quanyu.kernel.errors import Refusal


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Lead to the first list."""
    first = queries.lists(on=timezone.localdate())
    return HttpResponseRedirect(reverse("desk_code_list", args=[first[0].key if first else LIMITS]))


@read_or_write
def code_list(request: HttpRequest, list_key: str) -> HttpResponse:
    """Show one list on a day, the history of a code, and the form of a change."""
    actor, at = actor_of(request), timezone.now()

    def change() -> HttpResponse:
        if list_key == LIMITS:
            _limit_set(request.POST, actor, at=at)
        else:
            _changed(list_key, request.POST, actor, at=at)
        messages.success(request, _("已登记，从写明的日子起生效；以前的留着"))
        return HttpResponseRedirect(reverse("desk_code_list", args=[list_key]))

    return answered(request, change, lambda no: _page(request, list_key, actor, at=at, no=no))


# ------------------------------------------------------------------ what was sent


def _changed(list_key: str, given: Mapping[str, str], actor: Actor, *, at: datetime) -> None:
    start, code = _day(given.get("start", "")), given.get("code", "").strip()
    facts: dict[str, Any] = {"list_key": list_key, "code": code, "actor": actor, "at": at}
    if given.get("ends"):
        actions.end_code(end=start, **facts)
        return
    name, name_en = given.get("name", ""), given.get("name_en", "")
    clause = _key(given.get("clause", ""))
    if given.get("new"):
        attributes = _flags(list_key, given, {})
        facts |= {"clause_id": clause, "parent": given.get("parent", "")}
        actions.add_code(start=start, name=name, name_en=name_en, attributes=attributes, **facts)
        return
    held = queries.known(list_key, code)
    if held is None:
        raise NotInForce(_("代码 {code} 不在用"), field="code", value=code, code=code)
    attributes = _flags(list_key, given, held.attributes)
    changes = {"name": name, "name_en": name_en, "clause": clause, "attributes": attributes}
    actions.change_code(start=start, changes=changes, **facts)


def _flags(
    list_key: str, given: Mapping[str, str], held: Mapping[str, object]
) -> dict[str, object]:
    flags = FLAGS_OF.get(list_key, frozenset())
    kept = {name: value for name, value in held.items() if name not in flags}
    return kept | {flag: True for flag in sorted(flags) if given.get(flag)} | _weight(given)


def _weight(given: Mapping[str, str]) -> dict[str, object]:
    words = given.get("weight", "").strip()
    return {"weight": int(words) if words.isdecimal() else words} if words else {}


def _limit_set(given: Mapping[str, str], actor: Actor, *, at: datetime) -> None:
    no = WrongLimit(_("时限是一个整数"), field="amount", value=given.get("amount"))
    flow, dot, stage = given.get("stage", "").partition(".")
    actions.set_limit(
        workflow=flow if dot else WORKFLOW,
        stage=stage if dot else flow,
        amount=meant(int, given.get("amount", ""), otherwise=no),
        unit=given.get("unit", ""),
        start=_day(given.get("start", "")),
        class_prefix=given.get("class_prefix", "").strip(),
        clause_id=_key(given.get("clause", "")),
        actor=actor,
        at=at,
    )


def _day(text: str) -> date:
    no = WrongStart(_("请填写生效日期"), field="start", value=text)
    return meant(date.fromisoformat, text, otherwise=no)


def _key(text: str) -> UUID | None:
    if not text:
        return None
    return meant(UUID, text, otherwise=WrongCode(_("没有这一条款"), field="clause", value=text))


# ------------------------------------------------------------------ the page


def _page(
    request: HttpRequest,
    list_key: str,
    actor: Actor,
    *,
    at: datetime,
    no: Refusal | None = None,
) -> HttpResponse:
    today = timezone.localdate(at)
    on = _asked_day(request.GET.get("on", ""), today)
    held = queries.lists(on=on)
    known = {entry.key: entry for entry in held}
    if list_key not in {*known, LIMITS}:
        raise Http404
    may_edit = bool(actions.KEEPERS & actor.roles_at(settings.QUANYU_CITY))
    than = _asked_day(request.GET.get("than", ""), on)
    rows = () if list_key == LIMITS else queries.list_codes(list_key, on=on)
    limits = queries.limits(on=on)
    context = {
        "section": "codes",
        "lists": shown.lists(held, list_key, len(limits)),
        "list": shown.heading(known.get(list_key)),
        "on": on,
        "on_field": field("on", _("哪一天的"), "date", value=on.isoformat(), required=False),
        "than_field": field(
            "than",
            _("与哪一天比"),
            "date",
            value=than.isoformat() if than != on else "",
            required=False,
        ),
        "differences": _differences(list_key, on, than) if than != on else None,
        "rows": [shown.row(entry, request, may_edit=may_edit) for entry in rows],
        "history": shown.history(list_key, request.GET.get("history", "")),
        "form": forms.form(request, list_key, no, at=at) if may_edit else None,
        "may_edit": may_edit,
        "export_url": _export_url(list_key, on),
        "import_url": _import_url(list_key) if may_edit else "",
        "limits": None,
        "now": timezone.localtime(at),
    }
    if list_key == LIMITS:
        context["limits"] = context["rows"] = [shown.limit(entry) for entry in limits]
    return answer(request, "codes/lists.html", context, no)


@CODES.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> QuerySet[Any]:
    """Return the codes of the list and day that the page shows."""
    on = _asked_day(asked.get("on", ""), timezone.localdate(at))
    return queries.listed(asked.get("list", ""), on=on)


@CODES.read_by
def read(rows: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
    """Return what the file says of some codes."""
    return [shown.written(queries.code_entry(row)) for row in rows]


def _differences(list_key: str, one: date, other: date) -> dict[str, Any]:
    """Return what a list says otherwise on the later of two days."""
    first, last = sorted((one, other))
    if list_key == LIMITS:
        found = rules.limit_differences(queries.limits(on=first), queries.limits(on=last))
        rows = [shown.limit_difference(row) for row in found]
    else:
        before, after = (queries.list_codes(list_key, on=day) for day in (first, last))
        rows = [shown.code_difference(row) for row in rules.code_differences(before, after)]
    return {"rows": rows, "first": first, "last": last}


def _export_url(list_key: str, on: date) -> str:
    if list_key == LIMITS:
        return ""
    asked = urlencode({"list": list_key, "on": on.isoformat()})
    return f"{reverse('desk_export_new', args=[CODES.name])}?{asked}"


def _import_url(list_key: str) -> str:
    return "" if list_key == LIMITS else reverse("desk_import_new", args=[CODES.name])


def _asked_day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        return today

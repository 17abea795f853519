"""Code lists and limits as they hold on a day; an administrator changes them with a start date."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from quanyu.kernel.access.http import actor_of, answer, field, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import actions, queries
from quanyu.kernel.codes.rules import (
    CLASS_LISTS,
    FLAGS,
    UNITS,
    ClauseEntry,
    CodeEntry,
    LimitEntry,
    NotInForce,
    WrongCode,
    WrongLimit,
    WrongStart,
)
from quanyu.kernel.errors import Refusal

LIMITS = "limits"
WORKFLOW = "event"


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Lead to the first list."""
    first = queries.lists(on=timezone.localdate())
    return HttpResponseRedirect(reverse("desk_code_list", args=[first[0].key if first else LIMITS]))


@require_http_methods(["GET", "HEAD", "POST"])
def code_list(request: HttpRequest, list_key: str) -> HttpResponse:
    """Show one list on a day, the history of a code, and the form of a change."""
    actor, at = actor_of(request), timezone.now()
    if request.method != "POST":
        return _page(request, list_key, actor, at=at)
    try:
        if list_key == LIMITS:
            _limit_set(request.POST, actor, at=at)
        else:
            _changed(list_key, request.POST, actor, at=at)
    except Refusal as no:
        return _page(request, list_key, actor, at=at, no=no)
    messages.success(request, _("已登记，从写明的日子起生效；以前的留着"))
    return HttpResponseRedirect(reverse("desk_code_list", args=[list_key]))


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
    kept = {name: value for name, value in held.items() if name not in FLAGS}
    if list_key not in CLASS_LISTS:
        return kept
    return kept | {flag: True for flag in sorted(FLAGS) if given.get(flag)}


def _limit_set(given: Mapping[str, str], actor: Actor, *, at: datetime) -> None:
    try:
        amount = int(given.get("amount", ""))
    except ValueError as fault:
        raise WrongLimit(_("时限是一个整数"), field="amount", value=given.get("amount")) from fault
    actions.set_limit(
        workflow=WORKFLOW,
        stage=given.get("stage", ""),
        amount=amount,
        unit=given.get("unit", ""),
        start=_day(given.get("start", "")),
        class_prefix=given.get("class_prefix", "").strip(),
        clause_id=_key(given.get("clause", "")),
        actor=actor,
        at=at,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise WrongStart(_("请填写生效日期"), field="start", value=text) from fault


def _key(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as fault:
        raise WrongCode(_("没有这一条款"), field="clause", value=text) from fault


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
    rows = () if list_key == LIMITS else queries.list_codes(list_key, on=on)
    limits = queries.limits(on=on)
    context = {
        "section": "codes",
        "lists": _lists(held, list_key, len(limits)),
        "list": _list(known.get(list_key)),
        "on": on,
        "on_field": field("on", _("哪一天的"), "date", value=on.isoformat(), required=False),
        "rows": [_row(entry, request, may_edit=may_edit) for entry in rows],
        "history": _history(list_key, request.GET.get("history", "")),
        "form": _form(request, list_key, no, at=at) if may_edit else None,
        "may_edit": may_edit,
        "limits": None,
        "now": timezone.localtime(at),
    }
    if list_key == LIMITS:
        context["limits"] = context["rows"] = [_limit(entry) for entry in limits]
    return answer(request, "codes/lists.html", context, no)


def _asked_day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        return today


def _lists(held: Sequence[queries.ListEntry], current: str, limits: int) -> list[dict[str, Any]]:
    found = [(entry.key, queries.label(entry), entry.in_force) for entry in held]
    found.append((LIMITS, pgettext("list", "时限"), limits))
    return [
        {
            "key": key,
            "label": label,
            "count": count,
            "url": reverse("desk_code_list", args=[key]),
            "current": key == current,
        }
        for key, label, count in found
    ]


def _list(entry: queries.ListEntry | None) -> dict[str, str]:
    if entry is None:
        note = _("地方细的优先，其次类别长的；停用后用更宽的一条")
        return {"key": LIMITS, "label": pgettext("list", "时限"), "note": note}
    return {
        "key": entry.key,
        "label": queries.label(entry),
        "note": entry.note_in(get_language() or ""),
    }


def _row(entry: CodeEntry, request: HttpRequest, *, may_edit: bool) -> dict[str, Any]:
    url = reverse("desk_code_list", args=[entry.list])
    chosen = request.GET.get("edit", request.GET.get("history", ""))
    return {
        "code": entry.shown,
        "label": queries.label(entry),
        "label_en": entry.name_en,
        "clause": _clause(entry.clause),
        "from": entry.valid_from,
        "to": entry.valid_to,
        "attributes": [words for flag, words in flag_words().items() if entry.has(flag)]
        + ([_("本市已改")] if entry.is_edited else []),
        "history_url": f"{url}?{urlencode({'history': entry.code})}",
        "edit_url": f"{url}?{urlencode({'edit': entry.code})}" if may_edit else "",
        "current": entry.code == chosen,
    }


def _clause(clause: ClauseEntry | None) -> str:
    if clause is None:
        return ""
    return queries.cited(clause) + (_("（示例）") if clause.is_sample else "")


def flag_words() -> dict[str, str]:
    """Return what each flag of a class is called."""
    return {
        "verification_required": _("须先核实"),
        "evidence_required": _("须附照片"),
        "safety": _("涉及安全"),
        "emergency": _("应急"),
    }


def _limit(entry: LimitEntry) -> dict[str, Any]:
    held = _class(entry.class_prefix)
    return {
        "stage": _stages().get(entry.stage, entry.stage),
        "class_label": f"{held.shown} {queries.label(held)}" if held else entry.class_prefix,
        "limit": limit_words(entry.amount, entry.unit),
        "place": _place(entry.place_path),
        "clause": _clause(entry.clause),
        "from": entry.valid_from,
    }


def _class(code: str) -> CodeEntry | None:
    found = (queries.known(listed, code) for listed in CLASS_LISTS)
    return next((entry for entry in found if entry is not None), None)


def _stages() -> dict[str, str]:
    names: dict[str, str] = {}
    for answered in queries.stage_names.ask(WORKFLOW):
        names |= answered
    return names


def _place(path: str) -> str:
    if not path:
        return _("全市")
    names = [found[path] for found in queries.place_names.ask([path]) if path in found]
    return names[0] if names else path


def limit_words(amount: int, unit: str) -> str:
    """Return a limit as people say it."""
    said = {
        "minutes": ngettext("{n} 分钟", "{n} 分钟", amount),
        "working_minutes": ngettext("{n} 工作分钟", "{n} 工作分钟", amount),
        "working_hours": ngettext("{n} 工作时", "{n} 工作时", amount),
        "working_days": ngettext("{n} 个工作日", "{n} 个工作日", amount),
        "hours": ngettext("{n} 小时", "{n} 小时", amount),
        "days": ngettext("{n} 天", "{n} 天", amount),
    }
    return said[unit].format(n=amount)


def unit_words() -> dict[str, str]:
    """Return what the units of a limit are called."""
    names = [_("分钟"), _("工作分钟"), _("工作时"), _("工作日"), _("小时"), _("天")]
    return dict(zip(UNITS, names, strict=True))


def _history(list_key: str, code: str) -> dict[str, Any] | None:
    rows = queries.history(list_key, code) if code and list_key != LIMITS else ()
    if not rows:
        return None
    told = [
        {
            "label": queries.label(row),
            "from": row.valid_from,
            "to": row.valid_to,
            "clause": _clause(row.clause),
        }
        for row in rows
    ]
    return {"code": rows[0].shown, "label": queries.label(rows[0]), "rows": told}


# ------------------------------------------------------------------ the forms


def _form(
    request: HttpRequest, list_key: str, no: Refusal | None, *, at: datetime
) -> dict[str, Any] | None:
    if list_key == LIMITS:
        return _limit_form(request, no, at=at)
    code = request.POST.get("code", request.GET.get("edit", ""))
    held = queries.known(list_key, code) if code and not request.POST.get("new") else None
    if held is not None:
        return _change_form(request, held, no, at=at)
    return _new_form(request, list_key, no, at=at)


def _new_form(
    request: HttpRequest, list_key: str, no: Refusal | None, *, at: datetime
) -> dict[str, Any]:
    given = request.POST
    fields = [
        field("new", "", "hidden", value="1"),
        field("code", _("代码"), no=no, value=given.get("code", ""), maxlength=40),
        field("name", _("名称"), no=no, value=given.get("name", ""), maxlength=120),
        _english(given.get("name_en", ""), no),
        *_flag_fields(list_key, {flag: given.get(flag) for flag in FLAGS}),
        _clauses(given.get("clause", ""), no),
        _start(given.get("start", ""), no, at=at),
    ]
    return {
        "title": _("加一条"),
        "url": reverse("desk_code_list", args=[list_key]),
        "fields": fields,
    }


def _change_form(
    request: HttpRequest, held: CodeEntry, no: Refusal | None, *, at: datetime
) -> dict[str, Any]:
    given = request.POST
    clause = given.get("clause", "") or _clause_key(held)
    url = reverse("desk_code_list", args=[held.list])
    flags = given or held.attributes
    fields = [
        field("code", "", "hidden", value=held.code),
        field("name", _("名称"), no=no, value=given.get("name", held.name), maxlength=120),
        _english(given.get("name_en", held.name_en), no),
        *_flag_fields(held.list, flags),
        _clauses(clause, no),
        _start(given.get("start", ""), no, at=at),
        field(
            "ends",
            _("从这一天起停用"),
            "checkbox",
            required=False,
            value=given.get("ends", ""),
            help=_("勾选后只看生效日期，名称不改"),
        ),
    ]
    title = _("改 {code} {name}").format(code=held.shown, name=queries.label(held))
    return {"title": title, "url": url, "fields": fields, "cancel_url": url}


def _clause_key(held: CodeEntry) -> str:
    if held.clause is None:
        return ""
    wanted = (held.clause.document, held.clause.number)
    found = (c for c in queries.clauses() if (c.document.title, c.number) == wanted)
    return next((str(clause.id) for clause in found), "")


def _english(value: str, no: Refusal | None) -> dict[str, object]:
    return field("name_en", _("英文名称"), no=no, value=value, required=False, maxlength=160)


def _flag_fields(list_key: str, held: Mapping[str, object]) -> list[dict[str, object]]:
    if list_key not in CLASS_LISTS:
        return []
    return [
        field(flag, words, "checkbox", required=False, value=bool(held.get(flag)))
        for flag, words in flag_words().items()
    ]


def _clauses(value: str, no: Refusal | None) -> dict[str, object]:
    options = [option(c.id, queries.cited(queries.clause_entry(c))) for c in queries.clauses()]
    return field("clause", _("依据"), "select", no=no, value=value, required=False, options=options)


def _start(value: str, no: Refusal | None, *, at: datetime) -> dict[str, object]:
    today = timezone.localdate(at).isoformat()
    return field("start", _("生效日期"), "date", no=no, value=value or today)


def _limit_form(request: HttpRequest, no: Refusal | None, *, at: datetime) -> dict[str, Any]:
    given = request.POST
    stages = [option(key, label) for key, label in _stages().items()]
    units = [option(key, label) for key, label in unit_words().items()]
    fields = [
        field("stage", _("环节"), "select", no=no, value=given.get("stage", ""), options=stages),
        field(
            "class_prefix",
            _("类别代码"),
            no=no,
            value=given.get("class_prefix", ""),
            required=False,
            help=_("不填为全部；填大类或小类，如 01、0102、P"),
        ),
        field("amount", _("数量"), "number", no=no, value=given.get("amount", "")),
        field(
            "unit",
            pgettext("of a limit", "单位"),
            "select",
            no=no,
            value=given.get("unit", "working_days"),
            options=units,
        ),
        _clauses(given.get("clause", ""), no),
        _start(given.get("start", ""), no, at=at),
    ]
    return {
        "title": _("设一个时限"),
        "url": reverse("desk_code_list", args=[LIMITS]),
        "fields": fields,
    }

"""The forms of a code and of a limit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.http import field, option
from quanyu.kernel.codes import queries
from quanyu.kernel.codes.pages.shown import LIMITS, flag_words, stage_choices, unit_words
from quanyu.kernel.codes.rules import ALL_FLAGS, FLAGS_OF, WEIGHTS, CodeEntry
from quanyu.kernel.errors import Refusal


def form(
    request: HttpRequest, list_key: str, no: Refusal | None, *, at: datetime
) -> dict[str, Any] | None:
    """Return the form of a change: of a limit, of a code, or of a new one."""
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
        *_flag_fields(list_key, {flag: given.get(flag) for flag in ALL_FLAGS}),
        *_weight_field(list_key, given.get("weight", ""), no),
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
        *_weight_field(held.list, flags.get("weight", ""), no),
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
    flags = FLAGS_OF.get(list_key, frozenset())
    return [
        field(flag, words, "checkbox", required=False, value=bool(held.get(flag)))
        for flag, words in flag_words().items()
        if flag in flags
    ]


def _weight_field(list_key: str, value: object, no: Refusal | None) -> list[dict[str, object]]:
    if list_key != WEIGHTS:
        return []
    return [field("weight", _("权重"), "number", no=no, value=value, required=False)]


def _clauses(value: str, no: Refusal | None) -> dict[str, object]:
    options = [option(c.id, queries.cited(queries.clause_entry(c))) for c in queries.clauses()]
    return field("clause", _("依据"), "select", no=no, value=value, required=False, options=options)


def _start(value: str, no: Refusal | None, *, at: datetime) -> dict[str, object]:
    today = timezone.localdate(at).isoformat()
    return field("start", _("生效日期"), "date", no=no, value=value or today)


def _limit_form(request: HttpRequest, no: Refusal | None, *, at: datetime) -> dict[str, Any]:
    given = request.POST
    choices = [option(key, label) for key, label in stage_choices().items()]
    units = [option(key, label) for key, label in unit_words().items()]
    fields = [
        field("stage", _("环节"), "select", no=no, value=given.get("stage", ""), options=choices),
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

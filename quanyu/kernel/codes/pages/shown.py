"""What the pages of lists and limits show, and how it is called."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from quanyu.kernel.codes import queries
from quanyu.kernel.codes.rules import (
    CLASS_LISTS,
    UNITS,
    ClauseEntry,
    CodeEntry,
    Difference,
    LimitEntry,
)

LIMITS = "limits"
WORKFLOW = "event"
BESIDE = {"whistle": "whistle_kind", "card": "card_level"}
"""The other workflows with limits, and the list by whose codes each is limited."""


def lists(held: Sequence[queries.ListEntry], current: str, limits: int) -> list[dict[str, Any]]:
    """Return every list to choose from, and the limits beside them."""
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


def heading(entry: queries.ListEntry | None) -> dict[str, str]:
    """Return what stands over one list."""
    if entry is None:
        note = _("地方细的优先，其次类别长的；停用后用更宽的一条")
        return {"key": LIMITS, "label": pgettext("list", "时限"), "note": note}
    return {
        "key": entry.key,
        "label": queries.label(entry),
        "note": entry.note_in(get_language() or ""),
    }


def row(entry: CodeEntry, request: HttpRequest, *, may_edit: bool) -> dict[str, Any]:
    """Return one code as a row."""
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
        + _weight(entry)
        + ([_("本市已改")] if entry.is_edited else []),
        "history_url": f"{url}?{urlencode({'history': entry.code})}",
        "edit_url": f"{url}?{urlencode({'edit': entry.code})}" if may_edit else "",
        "current": entry.code == chosen,
    }


def _weight(entry: CodeEntry) -> list[str]:
    weight = entry.attributes.get("weight")
    return [] if weight is None else [_("权重 {n}").format(n=weight)]


def written(entry: CodeEntry) -> dict[str, Any]:
    """Return one code as a file says it: the code as it is kept, so that it is found again."""
    marks = [words for flag, words in flag_words().items() if entry.has(flag)] + _weight(entry)
    return {
        "list": entry.list,
        "code": entry.code,
        "name": entry.name,
        "name_en": entry.name_en,
        "parent": entry.parent,
        "marks": pgettext("between items", "、").join(marks),
        "clause": _clause(entry.clause),
        "from": entry.valid_from,
        "to": entry.valid_to,
        "edited": entry.is_edited,
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
        "public_space": _("路过就看得见"),
        "stops_clock": _("停表"),
    }


def limit(entry: LimitEntry) -> dict[str, Any]:
    """Return one limit as a row."""
    return {
        "stage": stages(entry.workflow).get(entry.stage, entry.stage),
        "class_label": _limited(entry),
        "limit": limit_words(entry.amount, entry.unit),
        "place": _place(entry.place_path),
        "clause": _clause(entry.clause),
        "from": entry.valid_from,
    }


def _limited(entry: LimitEntry) -> str:
    """Return for which class, kind or level a limit holds."""
    if entry.workflow in BESIDE:
        one = queries.known(BESIDE[entry.workflow], entry.class_prefix)
        return queries.label(one) if one else entry.class_prefix
    held = _class(entry.class_prefix)
    return f"{held.shown} {queries.label(held)}" if held else entry.class_prefix


def _class(code: str) -> CodeEntry | None:
    found = (queries.known(listed, code) for listed in CLASS_LISTS)
    return next((entry for entry in found if entry is not None), None)


def stages(workflow: str = WORKFLOW) -> dict[str, str]:
    """Return what the stages of a workflow are called; without one, of a matter."""
    return queries.stages(workflow)


def stage_choices() -> dict[str, str]:
    """Return every stage that a limit can be set for, as a form sends it."""
    others = {f"{flow}.{key}": name for flow in BESIDE for key, name in stages(flow).items()}
    return stages() | others


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
        "times": ngettext("{n} 次", "{n} 次", amount),
        "percent": _("{n} %"),
    }
    return said[unit].format(n=amount)


def unit_words() -> dict[str, str]:
    """Return what the units of a limit are called."""
    names = [_("分钟"), _("工作分钟"), _("工作时"), _("工作日"), _("小时"), _("天")]
    names += [pgettext("of a limit", "次"), pgettext("of a limit", "%")]
    return dict(zip(UNITS, names, strict=True))


def code_difference(found: Difference[CodeEntry]) -> dict[str, Any]:
    """Return one code as it was and as it is."""
    row = found.after or found.before
    words = {
        "name": _("名称"),
        "name_en": _("英文名称"),
        "parent": _("上级"),
        "attributes": _("标记"),
        "clause": _("依据"),
    }
    return _difference(found, row.shown if row else "", words) | {
        "was": _code_words(found.before),
        "now": _code_words(found.after),
    }


def limit_difference(found: Difference[LimitEntry]) -> dict[str, Any]:
    """Return one limit as it was and as it is."""
    row = found.after or found.before
    held = limit(row) if row else {}
    what = " ".join(filter(None, [held.get("stage"), held.get("class_label"), held.get("place")]))
    words = {"amount": _("数量"), "unit": pgettext("of a limit", "单位"), "clause": _("依据")}
    was, now = (limit(one)["limit"] if one else "" for one in (found.before, found.after))
    return _difference(found, what, words) | {"was": was, "now": now}


def _difference(
    found: Difference[CodeEntry] | Difference[LimitEntry], what: str, words: Mapping[str, str]
) -> dict[str, Any]:
    kinds = {"added": _("新增"), "ended": _("停用"), "changed": _("变更")}
    row = found.after or found.before
    return {
        "kind": found.kind,
        "label": kinds[found.kind],
        "what": what,
        "fields": [words[name] for name in found.changed],
        "from": found.after.valid_from if found.after else found.before and found.before.valid_to,
        "clause": _clause(row.clause) if row else "",
    }


def _code_words(entry: CodeEntry | None) -> str:
    if entry is None:
        return ""
    flags = [words for flag, words in flag_words().items() if entry.has(flag)]
    return pgettext("between clauses", "；").join([queries.label(entry), *flags])


def history(list_key: str, code: str) -> dict[str, Any] | None:
    """Return every row that a code ever had, if one is asked for."""
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

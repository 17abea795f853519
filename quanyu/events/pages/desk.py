"""The first page of the staff's desk: my work (我的工作)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from quanyu.events.pages import (
    appointing,
    calling,
    shown,
    together,
)
from quanyu.events.queries import (
    clock,
    desk,
)
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    hidden_if_denied,
)
from quanyu.kernel.access.rules import Actor, Role
from quanyu.regions import queries as regions

REPORTING = frozenset({Role.GRID_WORKER, Role.COMMUNITY_OFFICER, Role.OPERATOR, Role.WINDOW_CLERK})

GROUPS = ("send_out", *desk.FIRST[1:], *together.TASKS)
"""The groups of my work after what is late or soon due, in the order of the workflow."""


@require_GET
@hidden_if_denied
def my_work(request: HttpRequest) -> HttpResponse:
    """Show what I must do, what is late first, then what is soon due, then act by act."""
    actor, at = actor_of(request), timezone.now()
    tasks = desk.work(actor=actor)
    waiting = desk.waiting(actor=actor, without=[task.event.pk for task in tasks])
    bodies = desk.body_names([*(task.event for task in tasks), *waiting], *actor.bodies)
    parts = together.tasks(actor=actor, at=at)
    own = [*(_task(task, actor=actor, at=at, bodies=bodies) for task in tasks), *parts]
    rows = sorted(own, key=_urgency)
    context = {
        "section": "work",
        "place": _where(actor, bodies),
        "next": _next(rows),
        "groups": _groups(rows),
        "calendar": {
            "days": clock.week(at=at, place=_place(actor)),
            "note": clock.next_holiday(at=at, place=_place(actor)),
        },
        "waiting": [_waiting(event, at=at, bodies=bodies) for event in waiting],
        "called": calling.work(actor=actor, at=at),
        "appointments": appointing.work(actor=actor, at=at),
        "news": [_missing(year) for year in clock.missing_years(at=at)],
        "report_url": reverse("desk_report") if actor.roles & REPORTING else "",
        "counts": {"work": len(rows)},
        "now": timezone.localtime(at),
    }
    return answer(request, "events/my_work.html", context)


def _missing(year: int) -> dict[str, str]:
    """Return the alarm of a year whose holidays nobody has entered (日历缺年告警)."""
    return {
        "title": _("{year} 年的放假安排还没有录入").format(year=year),
        "note": _("先按周一至周五计算；国务院通知公布后由系统管理员或区级统筹录入"),
    }


def _task(task: Any, *, actor: Actor, at: datetime, bodies: Mapping[Any, str]) -> dict[str, Any]:
    event = task.event
    row = shown.row(event, at=at, bodies=bodies)
    parts = [event.number, row["place"], row["class_label"], row["body"]]
    row["meta"] = " · ".join(part for part in parts if part)
    row["verb"], row["act"] = task.verb, shown.verb_words(task.verb)
    if event.state == "returned":
        # To be decided: the same body keeps it, or another one gets it.
        row["verb"], row["act"] = "insist", _("裁定")
    decided = {
        "extend": _("审批延期"),
        "suspend": _("审批挂账"),
        "suspend_on": _("复核挂账"),
    }
    row["act"] = decided.get(row["verb"], row["act"])
    if row["verb"] == "conclude":
        row |= together.before_meeting(event, actor=actor, at=at)
    return row


def _urgency(row: Mapping[str, Any]) -> tuple[int, bool, float]:
    order = {"late": 0, "soon": 1}
    due = row["due"]
    level = order.get(due.level, 2) if due else 3
    return level, not row["urgent"], due.at.timestamp() if due else 0.0


def _groups(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows in groups; every row stands in exactly one."""
    late = [row for row in rows if row["due"] and row["due"].level == "late"]
    soon = [row for row in rows if row["due"] and row["due"].level == "soon"]
    rest = [row for row in rows if not row["due"] or not row["due"].level]
    found = [
        _group("late", _("已超时"), late, "alert-triangle", _("时限不因退回而重计")),
        _group("soon", _("即将超时"), soon, "clock-exclamation", _("剩余不足时限的四成")),
    ]
    found += [
        _group(verb, _to_do(verb), [row for row in rest if row["verb"] == verb], "", "")
        for verb in GROUPS
    ]
    return [group for group in found if group["rows"]]


def _group(
    key: str, label: str, rows: Sequence[dict[str, Any]], icon: str, note: str
) -> dict[str, Any]:
    icon = icon or shown.ICONS.get(key, "checklist")
    return {"key": key, "label": label, "rows": rows, "icon": icon, "note": note, "count": None}


def _to_do(verb: str) -> str:
    names = {
        "send_out": _("待受理派遣"),
        "accept": _("待受理"),
        "request_verification": _("待请人核实"),
        "verify": _("待核实"),
        "file": _("待立案"),
        "dispatch": _("待派遣"),
        "insist": _("待裁定"),
        "take_answer": _("等外单位答复"),
        "extend": _("待审批延期"),
        "suspend": _("待审批挂账"),
        "suspend_on": _("待复核挂账"),
        "acknowledge": _("待签收"),
        "handle": _("待处置"),
        "check": _("待核查"),
        "close": _("待结案"),
        "settle": _("可现场办结"),
        "conclude": _("待会商定案"),
        **together.to_do(),
    }
    return names[verb]


def _next(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not rows:
        return None
    row = rows[0]
    reasons = {
        "late": _("先办它，因为已经超时。"),
        "soon": _("先办它，因为时限快到了。"),
    }
    why = reasons.get(row["due"].level if row["due"] else "", _("按到期先后，它最先到期。"))
    why = _("先办它，因为有人身安全风险。") if row["urgent"] else why
    return {
        "title": row["title"],
        "verb": row["act"],
        "url": row["url"],
        "why": why,
        "due": row["due"],
        "urgent": row["urgent"],
        "number": row["number"],
    }


def _waiting(event: Any, *, at: datetime, bodies: Mapping[Any, str]) -> dict[str, str]:
    due = clock.due(event, at=at)
    parts = [bodies.get(event.body_id, ""), shown.state(event.state)["label"]]
    if due is not None and due.level == "late":
        parts.append(_("已超时"))
    return {
        "title": event.title,
        "url": reverse("desk_matter", args=[event.number]),
        "note": " · ".join(part for part in parts if part),
    }


def _where(actor: Actor, bodies: Mapping[Any, str]) -> str:
    names = [regions.label(path) for path in actor.places]
    names += [bodies[key] for key in actor.bodies if key in bodies]
    return pgettext("between items", "、").join(names)


def _place(actor: Actor) -> str:
    return actor.places[0] if actor.places else ""

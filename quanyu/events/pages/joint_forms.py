"""The fields of joint handling and consultations, and what a form of lists sends (协办、会商)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanyu.events.pages import choosing
from quanyu.events.pages.asked import Desk
from quanyu.events.queries import joint, joint_words
from quanyu.events.queries.sentences import run_on
from quanyu.events.rules.joint import LONGEST_DECISION, LONGEST_PLACE, LONGEST_TASK
from quanyu.kernel.access.http import field, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import ZONE, local
from quanyu.kernel.codes import queries as codes
from quanyu.organisations import queries as organisations

MANY = ("invited", "attended")
"""What is chosen several times over."""

MOMENTS = ("meets_at", "held_at")
PART = "part_"
"""Before the key of a body in the minutes: what it is asked to do."""

ASKS: Mapping[str, Sequence[str]] = {
    "join": ["body", "task", "days"],
    "move_lead": ["body", "reason"],
    "convene": ["question", "invited", "meets_at", "where"],
    "reconvene": ["meets_at", "where"],
    "conclude": ["held_at", "attended", "people", "decision", "body", "reason", "clause", "parts"],
    "call_off": ["reason"],
}
LESS_MEANT = ("join", "convene", "reconvene", "move_lead", "call_off")

MINUTE = len("2026-01-01T00:00")

LABELS: Mapping[str, Any] = {
    "task": gettext_lazy("要办哪一部分"),
    "unneeded": gettext_lazy("为什么不再需要"),
    "meets_at": gettext_lazy("什么时候开"),
    "where": gettext_lazy("在哪里开"),
    "held_at": gettext_lazy("实际什么时候开的"),
    "invited": gettext_lazy("请哪些单位"),
    "attended": gettext_lazy("到会单位"),
    "people": gettext_lazy("到会人数"),
    "decision": gettext_lazy("决定"),
    "clause": gettext_lazy("依据条款"),
    "parts": gettext_lazy("分给其他单位的事"),
}


def typed(post: QueryDict) -> dict[str, Any]:
    """Return what a form sent: lists, moments in the city's zone, parts by their body."""
    given: dict[str, Any] = dict(post.dict())
    given |= {name: post.getlist(name) for name in MANY if name in post}
    given |= {name: _zoned(given[name]) for name in MOMENTS if given.get(name)}
    parts = [
        {"body": name.removeprefix(PART), "task": str(said)}
        for name, said in post.items()
        if name.startswith(PART) and str(said).strip()
    ]
    return given | ({"parts": parts} if parts else {})


def notes() -> dict[str, str]:
    """Return what stands beside the button of each act."""
    return {
        "join": _("事项仍是一件，牵头单位不变；协办单位看得到事项，只办自己的一部分"),
        "move_lead": _("首接单位牵头到底，除非写明理由换；时限不重新计"),
        "convene": _("请有关单位一起定由谁办；派出过的，时限照走"),
        "reconvene": _("受邀单位会收到新的时间和地点；会商的时限不变"),
        "conclude": _("写下纪要就派给牵头单位，分给其他单位的事一并请办"),
        "call_off": _("不开了，回到待派遣"),
    }


def is_to_come(event: Any, *, actor: Actor, at: datetime) -> bool:
    """Answer whether the meeting of a matter is still to be held."""
    key = event.consulting
    return key is not None and joint.consultation(key, actor=actor).meets_at > at


def _meeting(desk_: Desk) -> Any:
    return joint.consultation(desk_.event.consulting, actor=desk_.actor)


def _zoned(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).isoformat()


def _one(desk_: Desk, verb: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    label = more.pop("label", LABELS.get(name, ""))
    more.setdefault("value", desk_.typed(verb, name))
    return field(name, str(label), kind, no=desk_.refusal(verb), **more)


def _words(name: str, *, rows: int, most: int, label: Any = "") -> "Drawn":
    def drawn(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
        said = str(label or LABELS[name])
        return _one(desk_, verb, name, "textarea", rows=rows, maxlength=most, label=said)

    return drawn


def _bodies(
    desk_: Desk,
    *,
    first: Mapping[UUID, str] | None = None,
    without: Sequence[Any] = (),
    chosen: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the bodies that may be called, in ranks: by duty, or as named first."""
    here = [one for one in desk_.here if one.id not in without]
    reasons = _named(desk_) if first is None else first
    return choosing.ranked(here, reasons=reasons, place=desk_.event.region_path, chosen=chosen)


def _named(desk_: Desk) -> dict[UUID, str]:
    """Return who has the matter, who gave it back, and whom the duty list names, each with why."""
    event = desk_.event
    found: dict[UUID, str] = {}
    if event.body_id:
        found[event.body_id] = _("现在的承办单位")
    found |= {key: _("退回过") for key in event.handed_back_by if key not in found}
    for holder in desk_.named:
        told = found.get(holder.body_id, "")
        found[holder.body_id] = run_on((told, holder.reason))
    return found


def _body(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    owing = [row.body_id for row in desk_.owing]
    chosen = [str(desk_.typed(verb, "body"))]
    more = _bodies(desk_, without=[desk_.event.body_id, *owing], chosen=chosen)
    return _one(desk_, verb, "body", "radio", label=_("协办单位"), **more)


def _days(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    told = _("不填按通常的时限，不晚于事项到期")
    return _one(desk_, verb, "days", "number", label=_("给几个工作日"), required=False, help=told)


def _new_lead(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    event = desk_.event
    named = {row.body_id for row in (*desk_.named, *desk_.owing)}
    known = organisations.body_names(sorted(named - {event.body_id}))
    options = [option(key, label) for key, label in known.items()]
    told = _("权责清单写明的单位，或已在协办的单位")
    return _one(desk_, verb, "body", "select", label=_("新的牵头单位"), options=options, help=told)


def _meets_at(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    usual = (local(desk_.at) + timedelta(days=1)).replace(hour=9, minute=30)
    value = str(desk_.typed(verb, "meets_at", usual.isoformat()))[:MINUTE]
    return _one(desk_, verb, "meets_at", "instant", value=value)


def _held_at(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    usual = local(min(_meeting(desk_).meets_at, desk_.at)).isoformat()
    value = str(desk_.typed(verb, "held_at", usual))[:MINUTE]
    return _one(desk_, verb, "held_at", "instant", value=value)


def _where(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    return _one(desk_, verb, "where", "text", maxlength=LONGEST_PLACE)


def _invited(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    told = _("前面的是权责清单写明的和退回过的单位；受邀单位会商期间看得到这件事")
    more = _bodies(desk_, chosen=desk_.typed(verb, "invited", []))
    return _one(desk_, verb, "invited", "checks", help=told, **more)


def _attended(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    called = _called(desk_)
    value = desk_.typed(verb, "attended", [])
    return _one(desk_, verb, "attended", "checks", options=called, value=value)


def _people(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    return _one(desk_, verb, "people", "number", help=_("只记人数，不记姓名"))


def _lead(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    invited = dict.fromkeys(_meeting(desk_).invited, "") if desk_.event.consulting else {}
    more = _bodies(desk_, first=invited, chosen=[str(desk_.typed(verb, "body"))])
    return _one(desk_, verb, "body", "radio", label=_("由谁牵头"), **more)


def _clause(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    options = [option(c.id, codes.cited(codes.clause_entry(c))) for c in codes.clauses()]
    return _one(desk_, verb, "clause", "select", required=False, options=options)


def _parts(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    said = {one["body"]: one["task"] for one in desk_.typed(verb, "parts", [])}
    options = [{**one, "note": said.get(one["value"], "")} for one in _called(desk_)]
    told = _("没有分到事的单位留空；牵头单位不用写")
    return _one(desk_, verb, "parts", "parts", required=False, options=options, help=told)


def _unneeded(desk_: Desk, verb: str, holders: Sequence[Any]) -> dict[str, Any]:
    owing = desk_.owing
    if not owing:
        return {}
    who = joint_words.listed(joint.names([row.body_id for row in owing]))
    told = _("{who}还没有答复。不等了，在这里写明理由，协办随之撤回").format(who=who)
    return _one(
        desk_,
        verb,
        "unneeded",
        "textarea",
        rows=2,
        required=False,
        maxlength=LONGEST_TASK,
        help=told,
    )


def _called(desk_: Desk) -> list[dict[str, str]]:
    """Return the bodies called to the meeting that waits for its minutes."""
    if desk_.event.consulting is None:
        return []
    invited = _meeting(desk_).invited
    known = organisations.body_names(invited)
    return [option(key, known[key]) for key in invited if key in known]


Drawn = Callable[[Any, str, Sequence[Any]], dict[str, Any]]

FIELDS: Mapping[str, Drawn] = {
    "join.body": _body,
    "join.days": _days,
    "task": _words("task", rows=2, most=LONGEST_TASK),
    "move_lead.body": _new_lead,
    "convene.question": _words(
        "question", rows=2, most=LONGEST_TASK, label=gettext_lazy("要议定什么")
    ),
    "meets_at": _meets_at,
    "where": _where,
    "held_at": _held_at,
    "invited": _invited,
    "attended": _attended,
    "people": _people,
    "decision": _words("decision", rows=3, most=LONGEST_DECISION),
    "conclude.body": _lead,
    "conclude.reason": _words(
        "reason", rows=2, most=LONGEST_TASK, label=gettext_lazy("依据什么这样定")
    ),
    "clause": _clause,
    "parts": _parts,
    "unneeded": _unneeded,
}

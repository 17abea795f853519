"""What was said of parts and at consultations, as the desk reads it (协办、会商)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from quanyu.events.workflow.joint import PART
from quanyu.kernel.calendar.rules import local


def of(facts: Mapping[str, Any], bodies: Mapping[UUID, str]) -> list[str]:
    """Return what a step of a part or a consultation holds, in words."""
    said: dict[str, Callable[[Any], str]] = {
        "task": lambda value: _("要办：{task}").format(task=value),
        "part_due": lambda value: _("{time} 前答复").format(time=moment(_read(value))),
        "meets_at": lambda value: meeting(_read(value), str(facts.get("where", ""))),
        "held_at": lambda value: _("{time} 开会").format(time=moment(_read(value))),
        "invited": lambda value: _("请{bodies}参加").format(bodies=named(value, bodies)),
        "attended": lambda value: _("到会：{bodies}").format(bodies=named(value, bodies)),
        "people": lambda value: people(int(value)),
        "decision": lambda value: _("决定：{words}").format(words=value),
    }
    return [word(facts[name]) for name, word in said.items() if facts.get(name)]


def topics() -> dict[str, str]:
    """Return what the acts on a part are called in the log."""
    names = {f"event.{verb}_part": _(PART.label(verb)) for verb in PART.verbs}
    names |= {"event.part_overdue": _("协办逾期"), "event.go_on_parts": _("协办期限续走")}
    names |= {"event.remind_part": _("协办逐级提醒")}
    return names | {"event.recount_part": _("按日历重新计算协办期限")}


def bodies_in(steps: Iterable[Any]) -> list[UUID]:
    """Return the bodies that some steps name as called, come, or put aside."""
    named: list[str] = []
    for step in steps:
        for name in ("invited", "attended"):
            named += step.facts.get(name, [])
        named += [step.facts["was"]] if step.facts.get("was") else []
    return [UUID(key) for key in named]


def meeting(at: datetime, where: str) -> str:
    """Return when and where one meets."""
    return _("{time}，{where}").format(time=moment(at), where=where)


def people(count: int) -> str:
    """Return how many people came."""
    return ngettext("{n} 人到会", "{n} 人到会", count).format(n=count)


def moment(at: datetime) -> str:
    """Return a moment by day and minute."""
    return date_format(local(at), pgettext("date format", "n月j日 H:i"))


def listed(names: Sequence[str]) -> str:
    """Return some names in one line."""
    return pgettext("between items", "、").join(names)


def named(keys: Sequence[str], bodies: Mapping[UUID, str]) -> str:
    """Return some bodies by name, in one line."""
    return listed([bodies[UUID(key)] for key in keys if UUID(key) in bodies])


def _read(value: object) -> datetime:
    return datetime.fromisoformat(str(value))

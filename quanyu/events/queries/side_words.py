"""What was said on the side paths, as the desk and as the reporter read it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from quanyu.events.models import EventStep
from quanyu.events.queries import leaving_words
from quanyu.events.queries.sentences import run_on
from quanyu.events.rules.fair import OUTCOMES, RatedBy
from quanyu.events.rules.side import Asking
from quanyu.kernel.codes import queries as codes

LISTED = {"whistle_kind": "whistle_kind", "card_level": "card_level"}
"""The facts that are codes of a list, and of which."""

OPEN_TO_ALL = frozenset({"extend", "suspend", "suspend_on", "ask", "answer", "supplement"})
"""The acts whose words the reporter reads too."""


def of(facts: Mapping[str, Any]) -> list[str]:
    """Return what a step of a side path holds, in words; its plain sentences are not among them."""
    parts = [_code(listed, str(facts[name])) for name, listed in LISTED.items() if facts.get(name)]
    if facts.get("times"):
        count = int(facts["times"])
        parts.append(ngettext("第 {n} 次催办", "第 {n} 次催办", count).format(n=count))
    if facts.get("days"):
        parts.append(_days(int(facts["days"])))
    if facts.get("ground"):
        parts.append(leaving_words.ground(str(facts["ground"])))
    if facts.get("review_date"):
        day = date.fromisoformat(str(facts["review_date"]))
        parts.append(_("{day}再看").format(day=_day(day)))
    parts += _fair(facts)
    if facts.get("promise"):
        parts.append(_("答应反映人：{words}").format(words=facts["promise"]))
    return parts + leaving_words.of(facts)


def _fair(facts: Mapping[str, Any]) -> list[str]:
    """Return what was said of closing: answers by telephone, hints, what leaves the rates."""
    parts = []
    if facts.get("source") == RatedBy.CALL:
        parts.append(_("回访电话"))
    if facts.get("call") in OUTCOMES:
        parts.append(_(OUTCOMES[str(facts["call"])]))
    if facts.get("out_for"):
        parts.append(_code("reason_exclude", str(facts["out_for"])))
    if facts.get("hints"):
        count = len(str(facts["hints"]).split())
        parts.append(
            ngettext("答复核对有 {n} 条提示", "答复核对有 {n} 条提示", count).format(n=count)
        )
    if facts.get("hints_seen") == "yes":
        parts.append(_("提示已看过"))
    return parts


def open_to_all(step: EventStep) -> str:
    """Return the words of a step that the reporter reads, or nothing."""
    if step.verb in leaving_words.OPEN:
        return run_on(leaving_words.open_to_all(step.verb, step.facts))
    if step.verb not in OPEN_TO_ALL:
        return ""
    facts = step.facts
    parts = of({name: facts[name] for name in facts if name != "promise"})
    said = ("reason", "promise", "question", "answer", "words")
    parts += [str(facts[name]) for name in said if facts.get(name)]
    return run_on(parts)


def asked(event: Any) -> str:
    """Return what waits for a decision, in words, or nothing."""
    if event.asking == Asking.EXTENSION:
        return run_on([_days(event.asked_days or 0), event.asked_words])
    if event.asking == Asking.SUSPENSION:
        facts = {"ground": event.asked_ground, "review_date": event.asked_until}
        return run_on(of(facts | {"promise": event.asked_words}))
    return ""


def _days(count: int) -> str:
    return ngettext("延长 {n} 个工作日", "延长 {n} 个工作日", count).format(n=count)


def _code(listed: str, code: str) -> str:
    entry = codes.known(listed, code)
    return codes.label(entry) if entry else code


def _day(day: date) -> str:
    return date_format(day, pgettext("date format", "n月j日"))

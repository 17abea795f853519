"""Calls and cards as notices, the log and the limits name them, and who is told (告知)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from quanyu.events.models import SupervisionCard, WhistleCall
from quanyu.events.rules import cards as card_rules
from quanyu.events.rules import whistle as rules
from quanyu.events.rules.calling import Whom
from quanyu.events.workflow.cards import CARD, RAISERS
from quanyu.events.workflow.whistle import CALL
from quanyu.kernel.access.rules import Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.codes import queries as codes
from quanyu.regions import queries as regions

NAMED = 2
"""So many steps of the way down to a place name it: street and grid, not province and city."""


def told_of_call(call: WhistleCall, whom: Whom, *, about: UUID | None, at: datetime) -> list[UUID]:
    """Return whom a step of a call concerns, now.

    :param about: the one body that the step is about
    """
    if whom is Whom.CALLED:
        return handlers(call.bodies, at=at)
    if whom is Whom.ONE:
        return handlers([about] if about else [], at=at)
    return _staying(call.called_by, _holders([*CALL.opened_by], call.region_path, at=at))


def told_of_card(card: SupervisionCard, whom: Whom, *, at: datetime) -> list[UUID]:
    """Return whom a step of a card concerns, now."""
    if whom is Whom.ONE:
        return handlers([card.body_id] if card.body_id else [], at=at)
    return _staying(card.raised_by, _holders(RAISERS, card.region_path, at=at))


def handlers(bodies: Iterable[UUID], *, at: datetime) -> list[UUID]:
    """Return who handles in some bodies."""
    found = {key for body in bodies for key in accounts.holders(Role.HANDLER, body=body, at=at)}
    return sorted(found)


def _holders(roles: Iterable[str], path: str, *, at: datetime) -> list[UUID]:
    return sorted({key for role in roles for key in accounts.holders(role, path=path, at=at)})


def _staying(who: UUID | None, others: list[UUID]) -> list[UUID]:
    """Return who did it, if they still hold a post that may; else all who hold one."""
    return [who] if who in others and who is not None else others


def call_words(call: WhistleCall) -> dict[str, object]:
    """Return the short public words of a call: its kind and place, nothing anybody said."""
    return _words(rules.KINDS, call.kind, "kind", call.region_path) | {
        "number": call.number,
        "due_at": call.answer_due_at.isoformat(),
    }


def card_words(card: SupervisionCard) -> dict[str, object]:
    """Return the short public words of a card: its level and place, nothing anybody said."""
    return _words(card_rules.LEVELS, card.level, "level", card.region_path) | {
        "number": card.number,
        "due_at": card.answer_due_at.isoformat(),
    }


def _words(listed: str, code: str, name: str, path: str) -> dict[str, object]:
    entry = codes.known(listed, code)
    steps = regions.breadcrumb(path)[-NAMED:]
    return {
        name: entry.name if entry else code,
        f"{name}_en": entry.name_en if entry else code,
        "place": "".join(step.name for step in steps),
        "place_en": ", ".join(step.name_en or step.name for step in reversed(steps)),
    }


def is_emergency(call: WhistleCall) -> bool:
    """Answer whether a call breaks through quiet hours."""
    entry = codes.known(rules.KINDS, call.kind)
    return entry is not None and entry.has("emergency")


def code_words(listed: str, code: str) -> str:
    """Return a code of one of our lists by name, in the reader's language."""
    entry = codes.known(listed, code)
    return codes.label(entry) if entry else code


@codes.stage_names.answered_by
def stage_names(workflow: str) -> dict[str, str]:
    """Return what a limit of a call or a card is for."""
    found = {
        CALL.name: {
            rules.CALLED: gettext("吹哨后报到"),
            rules.REPEAT: gettext("同一地方同类再吹哨算重复，间隔不超过"),
        },
        CARD.name: {
            card_rules.RAISED: gettext("督办单答复"),
            card_rules.OVERDUE: gettext("超期多久建议督办"),
        },
    }
    return found.get(workflow, {})


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts on calls and cards are called in the log."""
    names = {f"{CALL.name}.{verb}": gettext(CALL.label(verb)) for verb in CALL.verbs}
    names |= {f"{CARD.name}.{verb}": gettext(CARD.label(verb)) for verb in CARD.verbs}
    names |= {"whistle.start": gettext("吹哨"), "whistle.overdue": gettext("吹哨逾期未报到")}
    names |= {f"{name}.remind": gettext("逐级提醒") for name in (CALL.name, CARD.name)}
    names |= {f"{name}.recount": gettext("按日历重新计算期限") for name in (CALL.name, CARD.name)}
    names |= {"card.start": gettext("督办"), "card.overdue": gettext("督办单逾期未答复")}
    names |= {"event.whistle": gettext("吹哨"), "event.whistle_end": gettext("收哨")}
    names |= {"event.card": gettext("督办"), "event.card_accept": gettext("认可答复")}
    names |= {"event.card_escalate": gettext("升级督办")}
    return names | {"event.card_withdraw": gettext("撤回督办")}

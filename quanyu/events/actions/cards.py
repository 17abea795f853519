"""A body is urged by a card, answers, and the card is accepted or raised further (督办)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries as events
from quanyu.events.actions.common import new_number
from quanyu.events.models import Event, SupervisionCard, WhistleCall
from quanyu.events.queries import cards as queries
from quanyu.events.queries import whistle
from quanyu.events.rules import cards as rules
from quanyu.events.rules import whistle as calls
from quanyu.events.rules.cards import AlreadyOpen, Charge
from quanyu.events.workflow.cards import CardState
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.workflow.actions import move, note, start

TOLD_AS: Mapping[str, str] = {
    CardState.RAISED: "card",
    CardState.ACCEPTED: "card_accept",
    CardState.ESCALATED: "card_escalate",
    CardState.WITHDRAWN: "card_withdraw",
}
"""As what a matter's story tells of a card, by where it stands."""

NO_MATTER = _("没有找到编号“{value}”的事项")


@transaction.atomic
def raise_card(*, charge: Charge, actor: Actor, at: datetime) -> SupervisionCard:
    """Urge a body about a matter, or about a whistle call it did not answer (督办).

    :raises Denied: if the call is out of reach
    :raises Refusal: if level, ground or body do not allow it, or one is open already
    """
    rules.check_level(charge.level, levels=queries.levels(at=at))
    event, call = _about(charge, actor=actor)
    rules.check_ground(
        charge.ground,
        grounds=queries.grounds(at=at),
        is_late=event is not None and queries.is_late(event, at=at),
        call=whistle.is_missing(charge.body, call, actor=actor, at=at) if call else None,
    )
    rules.check_body(charge.body, involved=_involved(event, call))
    demand = calls.said(charge.demand, field="demand")
    card = SupervisionCard(
        number=new_number(at),
        region_path=(event or call).region_path,  # type: ignore[union-attr]
        body_id=charge.body,
        event=event,
        call=call,
        level=charge.level,
        ground=charge.ground,
        demand=demand,
    )
    _open(card, actor=actor, at=at)
    return card


@transaction.atomic
def answer(*, card_id: UUID, words: str, actor: Actor, at: datetime) -> SupervisionCard:
    """Answer a card: what was done about it (答复督办).

    :raises Denied: if there is no such card within reach
    """
    card = queries.one(card_id, actor=actor, lock=True)
    card.answer = calls.said(words, field="words")
    card.answered_at, card.answered_by = at, actor.id
    card.first_answered_at = card.first_answered_at or at
    move(card, "answer", actor=actor, at=at, words=card.answer)
    return card


@transaction.atomic
def accept(*, card_id: UUID, words: str = "", actor: Actor, at: datetime) -> SupervisionCard:
    """Accept the answer; the card is over (认可答复).

    :raises Denied: if there is no such card within reach
    """
    return _end(card_id, "accept", words, actor=actor, at=at, least=0)


@transaction.atomic
def send_back(*, card_id: UUID, words: str, actor: Actor, at: datetime) -> SupervisionCard:
    """Have it answered anew, with the reason and a new answer-by (退回重答).

    :raises Denied: if there is no such card within reach
    """
    card = queries.one(card_id, actor=actor, lock=True)
    why = calls.said(words, field="words")
    _set_clock(card, at=at)
    card.sent_back += 1
    move(card, "send_back", actor=actor, at=at, words=why)
    return card


@transaction.atomic
def escalate(*, card_id: UUID, words: str, actor: Actor, at: datetime) -> SupervisionCard:
    """End a card and raise the next level about the same (升级督办).

    :returns: the new card
    :raises Denied: if there is no such card within reach
    :raises Refusal: if it is the highest level, or one of the next is open already
    """
    before = queries.one(card_id, actor=actor)
    level = rules.above(before.level, levels=queries.levels(at=at))
    card = _end(card_id, "escalate", words, actor=actor, at=at)
    following = SupervisionCard(
        number=new_number(at),
        region_path=card.region_path,
        body_id=card.body_id,
        event_id=card.event_id,
        call_id=card.call_id,
        level=level,
        ground=card.ground,
        demand=card.ended_words,
        raised_from=card,
    )
    _open(following, actor=actor, at=at)
    return following


@transaction.atomic
def withdraw(*, card_id: UUID, words: str, actor: Actor, at: datetime) -> SupervisionCard:
    """Take a card back, with the reason (撤回督办).

    :raises Denied: if there is no such card within reach
    """
    return _end(card_id, "withdraw", words, actor=actor, at=at)


@transaction.atomic
def tell_matter(*, card_id: UUID, actor: Actor, at: datetime) -> bool:
    """Write how a card stands into the story of its matter, once; answer whether it was not there.

    :raises Denied: if there is no such card within reach
    """
    card = queries.one(card_id, actor=actor)
    verb = TOLD_AS.get(card.state, "")
    if not verb or queries.is_told(card, verb, actor=actor):
        return False
    words = card.demand if verb == "card" else card.ended_words
    _tell_matter(card, verb, words, actor=actor, at=at)
    return True


# ------------------------------------------------------------------ inside


def _about(charge: Charge, *, actor: Actor) -> tuple[Event | None, WhistleCall | None]:
    """Return the matter or the call, locked: of two who raise at once the second sees the first."""
    if charge.call is not None:
        return None, whistle.one(charge.call, actor=actor, lock=True)
    try:
        found = events.by_number(charge.matter.strip(), actor=actor)
    except Denied as fault:
        raise Invalid(NO_MATTER, field="matter", value=charge.matter) from fault
    return get(Event, found.pk, actor=actor, lock=True), None


def _involved(event: Event | None, call: WhistleCall | None) -> list[UUID | None]:
    if event is not None:
        return [event.body_id, *event.handed_back_by, *event.shared_with]
    return [*call.bodies] if call is not None else []


def _hold(card: SupervisionCard, *, actor: Actor) -> None:
    """Lock what a card is about before the card itself, in the order of raising one.

    A matter that has gone to another queue is out of reach: the card is the raiser's all the same.
    """
    if card.event_id is not None:
        with suppress(Denied):
            get(Event, card.event_id, actor=actor, lock=True)
    elif card.call_id is not None:
        whistle.one(card.call_id, actor=actor, lock=True)


def _open(card: SupervisionCard, *, actor: Actor, at: datetime) -> None:
    """Write a new card with its clock, and into the story of its matter."""
    if queries.has_open(card, actor=actor):
        raise AlreadyOpen(rules.OPEN_ALREADY, field="level", value=card.level)
    card.raised_at, card.raised_by = at, actor.id
    card.first_due_at = _set_clock(card, at=at)
    start(card, actor=actor, at=at, level=card.level, ground=card.ground, words=card.demand)
    _tell_matter(card, "card", card.demand, actor=actor, at=at)


def _set_clock(card: SupervisionCard, *, at: datetime) -> datetime:
    """Give it so long from now, and return when that is over."""
    clock = queries.clock(card, at=at)
    card.answer_amount, card.answer_unit = clock.limit.amount, clock.limit.unit.value
    card.answer_clause_id, card.answer_due_at = clock.clause_id, clock.due_at
    return clock.due_at


def _end(
    card_id: UUID, verb: str, words: str, *, actor: Actor, at: datetime, least: int = 2
) -> SupervisionCard:
    before = queries.one(card_id, actor=actor)
    _hold(before, actor=actor)
    card = queries.one(card_id, actor=actor, lock=True)
    card.ended_words = calls.said(words, field="words", least=least)
    card.ended_at = at
    move(card, verb, actor=actor, at=at, words=card.ended_words)
    _tell_matter(card, f"card_{verb}", card.ended_words, actor=actor, at=at)
    return card


def _tell_matter(
    card: SupervisionCard, verb: str, words: str, *, actor: Actor, at: datetime
) -> None:
    """Write a card into the story of its matter; out of reach, the worker does it."""
    if card.event_id is None:
        return
    try:
        event = get(Event, card.event_id, actor=actor, lock=True)
    except Denied:
        announce("card.told_elsewhere", card, at=at)
        return
    role = min(queries.RAISED_BY & actor.roles_on(event) or {Role.SYSTEM})
    facts = {"card": card.number, "card_level": card.level, "words": words}
    note(event, verb, actor=actor, at=at, role=role, body=card.body_id, **facts)

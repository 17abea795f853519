"""Several bodies put one matter right: one leads, each other has a part (联合处置)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.events import queries as events
from quanyu.events.actions.common import check_reason, with_actor
from quanyu.events.models import Event, JointPart
from quanyu.events.queries import joint as queries
from quanyu.events.queries import owed, precedents
from quanyu.events.rules import check_handler
from quanyu.events.rules import joint as rules
from quanyu.events.rules.joint import PartState
from quanyu.events.workflow.joint import PART
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import Limit
from quanyu.kernel.errors import Invalid
from quanyu.kernel.files import actions as files
from quanyu.kernel.files.rules import Purpose
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.workflow.actions import move, note
from quanyu.kernel.workflow.spec import NotAllowed


@transaction.atomic
def join(
    *,
    event_id: UUID,
    body: UUID,
    task: str,
    actor: Actor,
    at: datetime,
    days: int | None = None,
) -> Event:
    """Ask one more body for a part of a matter; who has it leads on (请单位协办).

    :param days: working days for it; without, the usual time, at most the matter's own
    :raises NotJoined: if it leads, owes a part already, or has no seat here
    :raises Invalid: if the part would outlast the matter
    """
    event = get(Event, event_id, actor=actor, lock=True)
    limit, due = _checked(event, body, days, actor=actor, at=at)
    said = rules.check_words(task, field="task", most=rules.LONGEST_TASK)
    event.dispatched_by = with_actor(event.dispatched_by, actor)
    move(event, "join", actor=actor, at=at, body=body, task=said, part_due=due)
    ask_part(event, body, said, limit=limit, due=due, actor=actor, at=at)
    seat(event, actor=actor)
    return event


@transaction.atomic
def move_lead(*, event_id: UUID, body: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Give the lead to another body, with the reason; else who got it first keeps it (换牵头单位).

    :raises WrongHandler: if neither the duty list names it nor it has a part in the matter
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if body == event.body_id:
        raise Invalid(rules.LEAD_SAME, field="body", value=str(body))
    holders = precedents.holders(event, event.category, at=at)
    named = {one.body_id: one.name for one in holders}
    joined = {one.body_id for one in queries.live(event, actor=actor)}
    check_handler(body, allowed={*named, *joined}, names=list(named.values()))
    was, event.body_id = event.body_id, body
    event.dispatched_by = with_actor(event.dispatched_by, actor)
    move(event, "move_lead", actor=actor, at=at, body=body, reason=reason, was=was)
    lead(event, actor=actor, at=at)
    return event


def acknowledge_part(*, event_id: UUID, part_id: UUID, actor: Actor, at: datetime) -> Event:
    """Sign for a part (签收协办)."""
    facts = {"taken_at": at, "taken_by": actor.id}
    return _act("acknowledge", event_id, part_id, sets=facts, actor=actor, at=at)


@transaction.atomic
def answer_part(
    *,
    event_id: UUID,
    part_id: UUID,
    outcome: str,
    actor: Actor,
    at: datetime,
    photos: Sequence[Any] = (),
) -> Event:
    """Tell what was done of a part; the lead answers the whole (答复协办)."""
    said = rules.check_words(outcome, field="outcome", most=rules.LONGEST_DECISION)
    sets = {"answered_at": at, "outcome": said}
    event = _act("answer", event_id, part_id, sets=sets, told={"outcome": said}, actor=actor, at=at)
    if photos:
        row = queries.part(event, part_id, actor=actor)
        files.take_all(photos, owner=row, purpose=Purpose.HANDLE, actor=actor, at=at)
    return event


@transaction.atomic
def hand_back_part(
    *, event_id: UUID, part_id: UUID, legal_ground: str, reason: str, actor: Actor, at: datetime
) -> Event:
    """Return a part once, on a listed ground; the dispatcher decides (退回协办)."""
    check_reason("reason_hand_back", legal_ground, field="legal_ground", at=at)
    said = rules.check_words(reason, field="reason", most=rules.LONGEST_TASK)
    told = {"legal_ground": legal_ground, "reason": said}
    sets = {**told, "handed_back": 1}
    return _act("hand_back", event_id, part_id, sets=sets, told=told, actor=actor, at=at)


def insist_part(*, event_id: UUID, part_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Decide that a body keeps the part it handed back (维持协办)."""
    return _act("insist", event_id, part_id, told={"reason": reason}, actor=actor, at=at)


@transaction.atomic
def extend_part(
    *, event_id: UUID, part_id: UUID, days: int, reason: str, actor: Actor, at: datetime
) -> Event:
    """Give a part so many working days from now, never beyond the matter's own end (延长协办).

    :raises Invalid: if it would outlast the matter: extend that first
    """
    event = get(Event, event_id, actor=actor, lock=True)
    row = queries.part(event, part_id, actor=actor)
    rules.check_days(days)
    limit = queries.limit_in(event, days, since=at)
    wanted = queries.due_in(event, limit, body=row.body_id, since=at)
    due = rules.part_due(wanted, whole=event.due_at, at=at, is_chosen=True)
    sets = {"since": at, "amount": limit.amount, "unit": limit.unit.value, "due_at": due}
    sets |= {"resumed_at": None, "resumed_left": None, "told_at": None, "rung": 0}
    told = {"days": days, "reason": reason, "part_due": due}
    return _act("extend", event_id, part_id, sets=sets, told=told, actor=actor, at=at)


def withdraw_part(
    *, event_id: UUID, part_id: UUID, reason: str, actor: Actor, at: datetime
) -> Event:
    """Ask for a part no more, with the reason (撤回协办)."""
    sets = {"withdrawn_at": at, "withdrawn_reason": reason}
    return _act(
        "withdraw", event_id, part_id, sets=sets, told={"reason": reason}, actor=actor, at=at
    )


@transaction.atomic
def go_on_parts(*, event_id: UUID, actor: Actor, at: datetime) -> int:
    """Give the open parts back what they had left when their matter stood still; return how many.

    Repeating it changes nothing: a part knows when it last went on.
    """
    event = get(Event, event_id, actor=actor, lock=True)
    stood = queries.stood_since(event, actor=actor)
    if stood is None:
        return 0
    since, until = stood
    rows = [
        row
        for row in queries.live(event, actor=actor)
        if row.asked_at <= since and (row.resumed_at is None or row.resumed_at < until)
    ]
    for row in rows:
        _resume(row, since=since, until=until)
        row.next_rung_at = owed.next_at(row)
        row.save(update_fields=["due_at", "resumed_at", "resumed_left", "next_rung_at"])
        facts = {"part": row.pk, "due": row.due_at}
        record("event.go_on_parts", event, actor=actor, at=at, facts=facts)
    return len(rows)


# ------------------------------------------------------------------ for the other verbs


def ask_part(
    event: Event,
    body: UUID,
    task: str,
    *,
    limit: Limit,
    due: datetime,
    actor: Actor,
    at: datetime,
) -> JointPart:
    """Write down a part that was checked, and let its body be told."""
    row = JointPart(
        event=event, body_id=body, task=task, asked_at=at, asked_by=actor.id, since=at, due_at=due
    )
    row.amount, row.unit = limit.amount, limit.unit.value
    row.next_rung_at = owed.next_at(row)
    row.save(force_insert=True)
    announce("part.join", row, at=at)
    return row


def checked(
    event: Event, body: UUID, days: int | None, *, live: set[UUID], at: datetime
) -> tuple[Limit, datetime]:
    """Return how long a part of this body would be given, and when it would be due.

    :raises NotJoined: if it may not be asked for one
    :raises Invalid: if the part would outlast the matter
    """
    rules.check_days(days)
    known = {one.id for one in queries.here(event, at=at)}
    most = event.most(rules.PARTS)
    rules.check_asked(body, lead=event.body_id, here=known, live=live, most=most)
    limit = queries.limit_in(event, days, since=at)
    wanted = queries.due_in(event, limit, body=body, since=at)
    due = rules.part_due(wanted, whole=event.due_at, at=at, is_chosen=days is not None)
    return limit, due


def end_parts(event: Event, *, unneeded: str, actor: Actor, at: datetime) -> None:
    """Withdraw the parts still open, for the reason the lead gives; none may be open without.

    :raises PartsOpen: if parts are open and no reason is given
    """
    rows = queries.live(event, actor=actor)
    named = queries.names([row.body_id for row in rows])
    why = rules.check_whole(named, unneeded=unneeded)
    for row in rows:
        _withdraw(event, row, why, role=Role.HANDLER, actor=actor, at=at)
    if rows:
        seat(event, actor=actor)


def drop_parts(event: Event, reason: str, *, actor: Actor, at: datetime) -> None:
    """Withdraw the parts still open of a matter that ends or leaves, for its own reason."""
    rows = queries.live(event, actor=actor) if event.open_parts else []
    dispatched_by, roles = event.dispatched_by, actor.roles_on(event)
    for row in rows:
        role = min(rules.CONVENERS & roles or roles)
        _withdraw(event, row, reason, role=role, actor=actor, at=at)
    if rows:
        event.dispatched_by = dispatched_by  # to end it is not to hand it out
        event.save(update_fields=["dispatched_by"])
        seat(event, actor=actor)


def lead(event: Event, *, actor: Actor, at: datetime) -> None:
    """Take in the part of a body that has become the lead, and seat everybody anew."""
    for row in queries.live(event, actor=actor):
        if row.body_id == event.body_id:
            role = min(rules.CONVENERS & actor.roles_on(event))
            _withdraw(event, row, rules.BECAME_LEAD, role=role, actor=actor, at=at)
    seat(event, actor=actor)


def set_free(event: Event, *, actor: Actor) -> None:
    """Let no body have it, and none see it for the one that had it: the desk decides anew."""
    event.body_id, event.is_outside, event.stops_outside = None, False, False
    event.save(update_fields=["body_id", "is_outside", "stops_outside"])
    seat(event, actor=actor)


def seat(event: Event, *, actor: Actor) -> None:
    """Keep on the row how many parts are open and which bodies see it besides the lead."""
    event.shared_with = sorted(queries.called_to(event, actor=actor))
    event.open_parts = len(queries.live(event, actor=actor))
    event.save(update_fields=["shared_with", "open_parts"])


# ------------------------------------------------------------------ inside


def _checked(
    event: Event, body: UUID, days: int | None, *, actor: Actor, at: datetime
) -> tuple[Limit, datetime]:
    owing = {row.body_id for row in queries.live(event, actor=actor)}
    return checked(event, body, days, live=owing, at=at)


@transaction.atomic
def _act(
    verb: str,
    event_id: UUID,
    part_id: UUID,
    *,
    sets: Mapping[str, Any] | None = None,
    told: Mapping[str, object] | None = None,
    actor: Actor,
    at: datetime,
) -> Event:
    """Take one arrow of a part under the lock of its matter, and write it into the one story."""
    event = get(Event, event_id, actor=actor, lock=True)
    row = queries.part(event, part_id, actor=actor)
    if event.state not in events.OPEN:
        raise NotAllowed(rules.OVER, value=verb)
    facts = dict(told or {})
    given = [name for name, value in facts.items() if value not in (None, "")]
    arrow = PART.arrow(verb, row, actor=actor, given=given)
    role = min(set(arrow.by) & actor.roles_on(row))  # type: ignore[arg-type]
    for name, value in (sets or {}).items():
        setattr(row, name, value)
    _keep(event, row, verb, PartState(arrow.target), role=role, told=facts, actor=actor, at=at)
    seat(event, actor=actor)
    return event


def _withdraw(
    event: Event, row: JointPart, reason: str, *, role: str, actor: Actor, at: datetime
) -> None:
    row.withdrawn_at, row.withdrawn_reason = at, reason
    told = {"reason": reason}
    _keep(event, row, "withdraw", PartState.WITHDRAWN, role=role, told=told, actor=actor, at=at)


def _keep(
    event: Event,
    row: JointPart,
    verb: str,
    target: PartState,
    *,
    role: str,
    told: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> None:
    row.state = target
    row.next_rung_at = owed.next_at(row)
    row.save()
    if role == Role.HANDLER:
        event.handled_by = with_actor(event.handled_by, actor)
    else:
        event.dispatched_by = with_actor(event.dispatched_by, actor)
    event.save(update_fields=["handled_by", "dispatched_by"])
    facts = {"part": row.pk, "body": row.body_id, **told}
    note(event, f"{verb}_part", actor=actor, at=at, role=role, **facts)
    announce(f"part.{verb}", row, at=at)


def _resume(row: JointPart, *, since: datetime, until: datetime) -> None:
    """Let the clock of a part go on with what was left; one that had run out stays late."""
    left = owed.part_left(row, at=since)
    row.resumed_at, row.resumed_left = until, max(left, 0)
    if left > 0:
        row.due_at = max(row.due_at, owed.part_resumed(row, left, until=until))

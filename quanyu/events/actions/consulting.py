"""A hard matter goes to a meeting of bodies, and comes back with minutes (疑难会商)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from django.db import transaction

from quanyu.events.actions.common import drop_asked, with_actor
from quanyu.events.actions.joint import ask_part, checked, lead, seat
from quanyu.events.models import Consultation, Event
from quanyu.events.queries import joint as queries
from quanyu.events.queries import standing
from quanyu.events.rules import joint as rules
from quanyu.events.rules.side import days_between
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Invalid
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.workflow.actions import move, note, told
from quanyu.kernel.workflow.spec import Overtaken

ANSWERED = frozenset({State.HANDLED, State.CHECKING})


class Asked(TypedDict):
    """A part that the minutes give to a body besides the lead (会商分工)."""

    body: UUID
    task: str
    days: NotRequired[int | None]


@transaction.atomic
def convene(
    *,
    event_id: UUID,
    question: str,
    meets_at: datetime,
    where: str,
    invited: Sequence[UUID],
    actor: Actor,
    at: datetime,
) -> Event:
    """Call bodies together over a hard matter; invited, they see it (召集会商).

    What was asked for and not decided lapses, and so does a question to the reporter; what was
    suspended is so no more. What was answered already is done again, and counts so (返工).

    :raises Invalid: if the meeting is in the past, or fewer than two bodies are invited
    """
    event = get(Event, event_id, actor=actor, lock=True)
    known = {one.id for one in queries.here(event, at=at)}
    rules.check_meeting(meets_at, invited, here=known, at=at)
    said = rules.check_words(question, field="question", most=rules.LONGEST_TASK)
    there = rules.check_words(where, field="where", least=2, most=rules.LONGEST_PLACE)
    bodies = sorted(set(invited))
    if event.state in standing.AWAY:
        event.suspended_days += days_between(local(event.state_since).date(), local(at).date())
    event.question, event.stands_until = "", None
    event.reworked += event.state in ANSWERED
    drop_asked(event)
    event.consulted += 1
    facts = {"question": said, "meets_at": meets_at, "where": there}
    move(event, "convene", actor=actor, at=at, **facts, invited=[str(body) for body in bodies])
    row = Consultation(
        event=event,
        question=said,
        meets_at=meets_at,
        place=there,
        invited=bodies,
        convened_at=at,
        convened_by=actor.id,
    )
    row.save(force_insert=True)
    event.consulting = row.pk
    event.save(update_fields=["consulting"])
    seat(event, actor=actor)
    announce("consultation.convene", row, at=at)
    return event


@transaction.atomic
def reconvene(
    *, event_id: UUID, meets_at: datetime, where: str, actor: Actor, at: datetime
) -> Event:
    """Put the meeting off to another time or place; its limit goes on (会商改期)."""
    event = get(Event, event_id, actor=actor, lock=True)
    row = _open(event, actor=actor)
    rules.check_meeting(meets_at, row.invited, here=row.invited, at=at)
    there = rules.check_words(where, field="where", least=2, most=rules.LONGEST_PLACE)
    move(event, "reconvene", actor=actor, at=at, meets_at=meets_at, where=there)
    row.meets_at, row.place = meets_at, there
    row.save(update_fields=["meets_at", "place"])
    announce("consultation.reconvene", row, at=at)
    return event


@transaction.atomic
def conclude(
    *,
    event_id: UUID,
    attended: Sequence[UUID],
    people: int,
    decision: str,
    body: UUID,
    reason: str,
    actor: Actor,
    at: datetime,
    held_at: datetime | None = None,
    clause: UUID | None = None,
    parts: Sequence[Asked] = (),
) -> Event:
    """Write the minutes, and hand the matter to the lead they name, and the parts (会商定案).

    The lead need not stand in the duty list: that it does not say, or says too much, is why one
    met. The list itself is mended by its own rules.

    :param held_at: when one met, where that was not when one was called
    :raises Invalid: if one has not met yet, nobody came, or others came than were invited
    :raises NotJoined: if the lead or a body with a part has no seat here
    """
    event = get(Event, event_id, actor=actor, lock=True)
    row = _open(event, actor=actor)
    rules.check_attended(attended, people, invited=row.invited)
    rules.check_here(body, here={one.id for one in queries.here(event, at=at)})
    said = rules.check_words(decision, field="decision", most=rules.LONGEST_DECISION)
    why = rules.check_words(reason, field="reason", most=rules.LONGEST_TASK)
    row.meets_at = held_at or row.meets_at
    rules.check_held(row.meets_at, called=row.convened_at, at=at)
    there = sorted(set(attended))
    row.attended, row.people, row.body_id = there, people, body
    row.decision, row.reason, row.clause_id = said, why, _clause(clause)
    _end(event, row, actor=actor, at=at)
    facts = {"decision": said, "body": body, "reason": why, "people": people}
    facts |= {"held_at": row.meets_at}
    came = [str(one) for one in there]
    move(event, "conclude", actor=actor, at=at, **facts, attended=came, clause=clause)
    event.body_id = body
    event.dispatched_by = with_actor(event.dispatched_by, actor)
    move(event, "dispatch", actor=actor, at=at, body=body)
    lead(event, actor=actor, at=at)
    _hand_out(event, parts, actor=actor, at=at)
    announce("consultation.conclude", row, at=at)
    return event


@transaction.atomic
def call_off(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Hold no meeting; the matter waits to be dispatched again (取消会商).

    One that a body had already goes back to it by ``insist``.
    """
    event = get(Event, event_id, actor=actor, lock=True)
    end_meeting(event, actor=actor, at=at)
    move(event, "call_off", actor=actor, at=at, reason=reason)
    return event


def end_meeting(event: Event, *, actor: Actor, at: datetime) -> None:
    """Call off the meeting that is still to be held, if there is one."""
    if event.consulting is None:
        return
    row = _open(event, actor=actor)
    row.is_called_off = True
    _end(event, row, actor=actor, at=at)
    announce("consultation.call_off", row, at=at)


def _open(event: Event, *, actor: Actor) -> Consultation:
    if event.consulting is None:
        raise told(event, Overtaken(rules.NO_MEETING, value="conclude"))
    return queries.consultation(event.consulting, actor=actor)


def _end(event: Event, row: Consultation, *, actor: Actor, at: datetime) -> None:
    row.ended_at, row.ended_by = at, actor.id
    row.save()
    event.consulting = None
    seat(event, actor=actor)


def _hand_out(event: Event, parts: Sequence[Asked], *, actor: Actor, at: datetime) -> None:
    """Ask for the parts that the minutes name; the story tells each as it tells any other."""
    for one in parts:
        live = {row.body_id for row in queries.live(event, actor=actor)}
        limit, due = checked(event, one["body"], one.get("days"), live=live, at=at)
        said = rules.check_words(one["task"], field="parts", most=rules.LONGEST_TASK)
        ask_part(event, one["body"], said, limit=limit, due=due, actor=actor, at=at)
        facts = {"body": one["body"], "task": said, "part_due": due}
        role = min(rules.CONVENERS & actor.roles_on(event))
        note(event, "join", actor=actor, at=at, role=role, **facts)
    if parts:
        seat(event, actor=actor)


def _clause(clause: UUID | None) -> UUID | None:
    if clause is not None and clause not in {one.id for one in codes.clauses()}:
        raise Invalid(rules.NO_CLAUSE, field="clause", value=str(clause))
    return clause

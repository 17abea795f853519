"""Hand a matter to a body outside this system, and take its answer back (转系统外单位、移送)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.events import rules
from quanyu.events.actions.common import attach, check_reason, with_actor
from quanyu.events.actions.joint import drop_parts, end_parts, seat, set_free
from quanyu.events.models import Event, Letter
from quanyu.events.queries import gone as queries
from quanyu.events.rules import leaving
from quanyu.events.rules.leaving import Ending, Kind
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import days, due, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Invalid
from quanyu.kernel.files.rules import Purpose
from quanyu.kernel.workflow import clocks
from quanyu.kernel.workflow.actions import move


@transaction.atomic
def hand_outside(
    *,
    event_id: UUID,
    body: UUID,
    ground: str,
    letter: str,
    promised_on: date,
    actor: Actor,
    at: datetime,
) -> Event:
    """Hand a matter to a body that is not in this system; our desk still owns it (转系统外单位).

    Until the day that was promised the clock of this state runs; the span runs on as well, or
    stands still where the listed ground says so.

    :raises Invalid: if body or ground is not listed, or the day is past or too far off
    """
    event = get(Event, event_id, actor=actor, lock=True)
    check_reason("reason_outside", ground, field="ground", at=at)
    _check_outsider(body, at=at)
    _check_promised(event, promised_on, at=at)
    today, said = local(at).date(), rules.check_text(letter)
    entry = codes.code("reason_outside", ground, on=today)
    event.body_id, event.is_outside = body, True
    event.stops_outside = entry is not None and entry.has("stops_clock")
    event.outside += 1
    event.dispatched_by = with_actor(event.dispatched_by, actor)
    facts = {"body": body, "ground": ground, "promised_on": promised_on.isoformat()}
    move(event, "hand_outside", actor=actor, at=at, **facts)
    clocks.agree(event, days((promised_on - today).days), at=at)
    event.save()
    seat(event, actor=actor)
    _write(
        event,
        Kind.OUTSIDE,
        said,
        to=body,
        actor=actor,
        at=at,
        ground=ground,
        promised_on=promised_on,
    )
    return event


@transaction.atomic
def take_answer(
    *,
    event_id: UUID,
    answered_by: str,
    answered_on: date,
    answer: str,
    actor: Actor,
    at: datetime,
    photos: Sequence[Any] = (),
) -> Event:
    """Write down what the body outside has done; it goes on to be checked (外单位办结).

    :raises Invalid: if the day is before the letter, or to come
    :raises PartsOpen: if one of our bodies still owes a part of it
    """
    event = get(Event, event_id, actor=actor, lock=True)
    said = rules.check_text(answer)
    if event.state == State.OUTSIDE:
        sent, today = local(event.state_since).date(), local(at).date()
        leaving.check_answered(answered_on, sent=sent, today=today)
    if event.open_parts:
        end_parts(event, unneeded="", actor=actor, at=at)
    event.outcome = said
    facts = {"answered_by": answered_by, "answered_on": answered_on, "answer": said}
    come_in(event, Ending.DONE, actor=actor, at=at, **facts)
    told = {"answered_by": answered_by, "answered_on": answered_on.isoformat(), "answer": said}
    move(event, "take_answer", actor=actor, at=at, **told)
    attach(event, photos, Purpose.ANSWER, actor=actor, at=at)
    return event


@transaction.atomic
def take_back(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Take a matter back from the body outside, to be dispatched anew (收回重派)."""
    event = get(Event, event_id, actor=actor, lock=True)
    come_in(event, Ending.BACK, actor=actor, at=at, answer=reason)
    move(event, "take_back", actor=actor, at=at, reason=reason)
    set_free(event, actor=actor)
    return event


@transaction.atomic
def send_back(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Have what a body outside did not do properly dispatched anew (退回重派)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.reworked += 1
    move(event, "send_back", actor=actor, at=at, reason=reason)
    set_free(event, actor=actor)
    return event


@transaction.atomic
def forward(
    *, event_id: UUID, body: UUID, reason: str, reply: str, actor: Actor, at: datetime
) -> Event:
    """Forward what another jurisdiction answers for; the reporter is told where to (移送其他辖区).

    :raises Invalid: if the authority is not in the register
    """
    event = get(Event, event_id, actor=actor, lock=True)
    _check_outsider(body, at=at)
    event.body_id, event.is_outside = body, True
    event.reply, event.closed_at = reply, at
    move(event, "forward", actor=actor, at=at, body=body, reason=reason, reply=reply)
    drop_parts(event, reason, actor=actor, at=at)
    seat(event, actor=actor)
    _write(event, Kind.FORWARD, reason, to=body, actor=actor, at=at)
    return event


@transaction.atomic
def come_back(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Take on what the other side refused; it is looked at from the beginning (移送被退回)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.closed_at, event.reply = None, ""
    come_in(event, Ending.BACK, actor=actor, at=at, answer=reason)
    move(event, "come_back", actor=actor, at=at, reason=reason)
    set_free(event, actor=actor)
    return event


def come_in(event: Event, ending: Ending, *, actor: Actor, at: datetime, **answer: Any) -> None:
    """End the letter that waits, and count the days outside; the caller holds the matter's lock."""
    event.outside_days = queries.outside_days(event, on=local(at).date())
    letter = queries.waiting_letter(event, actor=actor)
    if letter is None:
        return
    letter.ending, letter.ended_at = ending, at
    for name, value in answer.items():
        setattr(letter, name, value)
    letter.save()


def _write(
    event: Event, kind: Kind, text: str, *, to: UUID, actor: Actor, at: datetime, **more: Any
) -> None:
    Letter(
        event=event,
        number=len(queries.letters(event, actor=actor)) + 1,
        kind=kind,
        body_id=to,
        text=text,
        stops_clock=event.stops_outside,
        sent_at=at,
        sent_by=actor.id,
        **more,
    ).save(force_insert=True)


def _check_outsider(body: UUID, *, at: datetime) -> None:
    standing = {one.id: one.label for one in queries.outsiders(on=local(at).date())}
    if body not in standing:
        raise Invalid(
            leaving.NO_SUCH_OUTSIDER,
            field="body",
            value=str(body),
            allowed=sorted(standing.values()),
        )


def _check_promised(event: Event, promised: date, *, at: datetime) -> None:
    limit, _clause = clocks.limit_of(event, State.OUTSIDE, at=at)
    today = local(at).date()
    last = local(due(limit, since=at, calendar=calendar.calendar(at))).date() if limit else today
    leaving.check_promised(promised, today=today, last=last)

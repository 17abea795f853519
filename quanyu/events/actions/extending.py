"""More time, asked by the body and decided by another person (延期)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events.actions.common import asks, drop_asked
from quanyu.events.models import Event
from quanyu.events.rules import side
from quanyu.events.rules.side import Asking
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.workflow import clocks
from quanyu.kernel.workflow.actions import move


@transaction.atomic
def ask_extension(*, event_id: UUID, days: int, reason: str, actor: Actor, at: datetime) -> Event:
    """Ask for so many working days more, before the time has run out (申请延期).

    :raises Invalid: if it has run out, or more is wanted than one extension may give
    """
    event = get(Event, event_id, actor=actor, lock=True)
    limit, _clause = clocks.limit_of(event, side.EXTENSION, at=at)
    side.check_days(days, limit=limit or side.FALLBACK[side.EXTENSION])
    side.check_in_time(event.due_at, at=at)
    move(event, "ask_extension", actor=actor, at=at, days=days, reason=reason)
    asks(event, Asking.EXTENSION, words=reason, actor=actor)
    event.asked_days = days
    event.save()
    return event


@transaction.atomic
def extend(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Grant the working days that were asked for; the due time moves by the calendar (同意延期).

    :raises Invalid: if the time has run out meanwhile
    """
    event = get(Event, event_id, actor=actor, lock=True)
    days, reason, due = event.asked_days, event.asked_words, event.due_at
    move(event, "extend", actor=actor, at=at, days=days, reason=reason, due_was=due)
    side.check_in_time(due, at=at)
    clocks.extend(event, days or 0)
    event.extended += 1
    drop_asked(event)
    event.save()
    return event


@transaction.atomic
def keep_due(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Leave the due time as it is, with the reason (不同意延期)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "keep_due", actor=actor, at=at, reason=reason)
    drop_asked(event)
    event.save()
    return event

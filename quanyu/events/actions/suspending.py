"""Let a matter stand for a listed ground until a day of review, with a promise (挂账)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from quanyu.events.actions.common import asks, check_reason, drop_asked
from quanyu.events.models import Event
from quanyu.events.queries import standing
from quanyu.events.rules import side
from quanyu.events.rules.side import Asking
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import due, local
from quanyu.kernel.workflow import clocks
from quanyu.kernel.workflow.actions import move

WAKES = {State.SUSPENDED: "review", State.QUERIED: "go_on", State.WAITING: "go_on"}
"""What the timer does with what stands still until now."""


@transaction.atomic
def ask_suspension(
    *,
    event_id: UUID,
    ground: str,
    review_date: date,
    promise: str,
    actor: Actor,
    at: datetime,
) -> Event:
    """Ask to let it stand: the condition, the day of review, the promise to all (申请挂账).

    :raises Invalid: if the ground is not listed, or the day of review is past or too far off
    """
    event = get(Event, event_id, actor=actor, lock=True)
    check_reason("reason_suspend", ground, field="ground", at=at)
    _check_review(event, review_date, at=at)
    facts = {"ground": ground, "review_date": review_date.isoformat(), "promise": promise}
    move(event, "ask_suspension", actor=actor, at=at, **facts)
    asks(event, Asking.SUSPENSION, words=promise, actor=actor)
    event.asked_ground, event.asked_until = ground, review_date
    event.save()
    return event


@transaction.atomic
def suspend(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Let it stand until the day of review; the clock stands still (同意挂账)."""
    event = get(Event, event_id, actor=actor, lock=True)
    review, promise, ground = event.asked_until, event.asked_words, event.asked_ground
    if review is not None:
        _check_review(event, review, at=at)
        event.stands_until = standing.review_on(review)
    event.promise, event.suspended = promise, event.suspended + 1
    facts = {"ground": ground, "review_date": str(review or ""), "promise": promise}
    move(event, "suspend", actor=actor, at=at, **facts)
    drop_asked(event)
    event.save()
    return event


@transaction.atomic
def keep_on(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Have it done now, with the reason (不同意挂账)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "keep_on", actor=actor, at=at, reason=reason)
    drop_asked(event)
    event.save()
    return event


@transaction.atomic
def wake(*, event_id: UUID, actor: Actor, at: datetime) -> bool:
    """On its day, have what is suspended wait for a decision, and wait for no answer any more.

    A suspended matter never goes on by itself; a question nobody answered holds up nothing.

    Somebody may have acted since it was found due: under the lock it is looked at again.
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if event.stands_until is None or event.stands_until > at:
        return False
    if event.state == State.SUSPENDED:
        _count_days(event, at=at)
    event.question, event.stands_until = "", None
    move(event, WAKES[State(event.state)], actor=actor, at=at)
    return True


@transaction.atomic
def suspend_on(
    *, event_id: UUID, review_date: date, promise: str, actor: Actor, at: datetime
) -> Event:
    """Let it stand on until another day, with a promise anew (继续挂账)."""
    event = get(Event, event_id, actor=actor, lock=True)
    _check_review(event, review_date, at=at)
    _count_days(event, at=at)
    event.promise, event.stands_until = promise, standing.review_on(review_date)
    facts = {"review_date": review_date.isoformat(), "promise": promise}
    move(event, "suspend_on", actor=actor, at=at, **facts)
    return event


@transaction.atomic
def resume(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Have it done: the clock goes on with what was left (恢复办理)."""
    event = get(Event, event_id, actor=actor, lock=True)
    _count_days(event, at=at)
    event.stands_until = None
    move(event, "resume", actor=actor, at=at, reason=reason)
    return event


def _count_days(event: Event, *, at: datetime) -> None:
    event.suspended_days += side.days_between(local(event.state_since).date(), local(at).date())


def _check_review(event: Event, review: date, *, at: datetime) -> None:
    found, _clause = clocks.limit_of(event, side.SUSPENSION, at=at)
    limit = found or side.FALLBACK[side.SUSPENSION]
    last = local(due(limit, since=at, calendar=calendar.calendar(at))).date()
    side.check_review(review, today=local(at).date(), last=last)

"""Calling reporters back, never about one's own work (回访)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries as events
from quanyu.events.actions.closing import rate
from quanyu.events.models import Callback, Event
from quanyu.events.queries import closing as queries
from quanyu.events.rules import fair
from quanyu.events.rules.fair import Ended
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.workflow.actions import note
from quanyu.kernel.workflow.spec import NotAllowed


@transaction.atomic
def queue_call(*, event_id: UUID, actor: Actor, at: datetime) -> Callback | None:
    """Put what is done on the list of call-backs, if its reporter agreed and it is drawn (回访).

    Nobody is called who left no number, did not agree, or has answered by then.
    """
    event = get(Event, event_id, actor=actor, lock=True)
    share = queries.share(event, at=at)
    if event.state not in queries.CALLED or not fair.in_sample(event.pk, share):
        return None
    if not _agreed(event, actor=actor) or _is_on_the_list(event, actor=actor, at=at):
        return None
    call = Callback(
        event=event,
        queued_at=at,
        next_at=queries.allowed(event, at=queries.ends(event, fair.CALL_WAIT, at=at)),
        until=queries.ends(event, fair.CALL_UNTIL, at=at),
        most_tries=queries.count(event, fair.CALLS, at=at),
    )
    call.save(force_insert=True)
    note(event, "queue_call", actor=actor, at=at, role=Role.SYSTEM)
    return call


def _is_on_the_list(event: Event, *, actor: Actor, at: datetime) -> bool:
    """Answer whether this closing is on the list; a call about one before it is let be."""
    call = queries.callback(event, actor=actor)
    if call is None or call.queued_at >= event.state_since:
        return call is not None
    call.ended_at, call.ended = at, Ended.LAPSED
    call.save(update_fields=["ended_at", "ended"])
    return False


def _agreed(event: Event, *, actor: Actor) -> bool:
    contact = events.contact_of(event, actor=actor)
    return contact is not None and contact.phone is not None and contact.may_ask_back


@transaction.atomic
def take_call(*, event_id: UUID, actor: Actor, at: datetime) -> Callback:
    """Take a call to make, before anybody else does (领取回访).

    :raises OwnCall: if the caller dispatched, handled or checked the matter
    :raises CallTaken: if somebody else is calling just now
    :raises NotNow: if it is quiet, or before the time that was agreed
    """
    event, call, role = _call(event_id, actor=actor)
    fair.check_caller(event, actor)
    if event.called_by != actor.id and fair.is_held(event.called_by, call.taken_at, at=at):
        raise fair.CallTaken(fair.TAKEN, field="callback", value=event.number)
    _check_time(event, call, at=at)
    event.called_by, call.taken_at = actor.id, at
    event.save(update_fields=["called_by"])
    call.save(update_fields=["taken_at"])
    note(event, "take_call", actor=actor, at=at, role=role)
    return call


def _check_time(event: Event, call: Callback, *, at: datetime) -> None:
    if call.next_at > at:
        raise fair.NotNow(fair.TOO_EARLY, field="callback", when=_moment(call.next_at))
    allowed = queries.allowed(event, at=at)
    if allowed > at:
        raise fair.NotNow(fair.QUIET_NOW, field="callback", when=_moment(allowed))


@transaction.atomic
def leave_call(*, event_id: UUID, actor: Actor, at: datetime) -> Callback:
    """Put a call back on the list that one has not made (放回)."""
    event, call, role = _taken(event_id, actor=actor)
    _let_go(event, call, at=at)
    note(event, "leave_call", actor=actor, at=at, role=role)
    return call


@transaction.atomic
def miss_call(*, event_id: UUID, outcome: str, actor: Actor, at: datetime) -> Callback:
    """Write down that nobody was spoken to; it is tried again, or let be (没打通).

    :raises Invalid: if the outcome is none of the list
    """
    event, call, role = _taken(event_id, actor=actor)
    call.tries += 1
    ended = fair.after_call(outcome, call.tries, most=call.most_tries)
    again = queries.allowed(event, at=queries.ends(event, fair.CALL_AGAIN, at=at))
    call.next_at = again if ended is None else call.next_at
    call.ended_at, call.ended = (at, ended) if ended else (None, "")
    _let_go(event, call, at=at)
    note(event, "miss_call", actor=actor, at=at, role=role, call=outcome, tries=call.tries)
    return call


@transaction.atomic
def hear(
    *,
    event_id: UUID,
    solved: bool,
    treated: int,
    actor: Actor,
    at: datetime,
    comment: str = "",
) -> Event:
    """Write down the two answers that the reporter gave on the telephone (回访评价).

    :raises NotAllowed: if this call is not the actor's
    """
    _taken(event_id, actor=actor)
    return rate(
        event_id=event_id, solved=solved, treated=treated, comment=comment, actor=actor, at=at
    )


@transaction.atomic
def end_call(*, event_id: UUID, actor: Actor, at: datetime) -> None:
    """Let a call be whose last day is over (回访到期)."""
    event = get(Event, event_id, actor=actor, lock=True)
    call = queries.callback(event, actor=actor)
    if call is None or call.until > at:
        return
    call.ended_at, call.ended = at, Ended.LAPSED
    _let_go(event, call, at=at)
    note(event, "end_call", actor=actor, at=at, role=Role.SYSTEM)


def _let_go(event: Event, call: Callback, *, at: datetime) -> None:
    event.called_by, call.taken_at = None, None
    event.save(update_fields=["called_by"])
    call.save()


def _call(event_id: UUID, *, actor: Actor) -> tuple[Event, Callback, str]:
    """Return the matter, locked, its waiting call, and the role under which it is called.

    :raises NotAllowed: if the actor does not call here
    """
    event = get(Event, event_id, actor=actor, lock=True)
    roles = fair.CALLERS & actor.roles_on(event)
    if not roles:
        raise NotAllowed(fair.NOT_YOURS, value="callback", allowed=sorted(fair.CALLERS))
    return event, queries.open_callback(event, actor=actor), min(roles)


def _taken(event_id: UUID, *, actor: Actor) -> tuple[Event, Callback, str]:
    event, call, role = _call(event_id, actor=actor)
    if event.called_by != actor.id:
        raise NotAllowed(fair.NOT_TAKEN, value="callback")
    return event, call, role


def _moment(when: datetime) -> str:
    return f"{local(when):%m-%d %H:%M}"

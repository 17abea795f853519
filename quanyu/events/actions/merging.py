"""One matter reported twice is handled once, and each reporter is answered (并案)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries
from quanyu.events.actions.closing import promise_reopening
from quanyu.events.actions.joint import drop_parts
from quanyu.events.models import Event
from quanyu.events.queries import gone, merging
from quanyu.events.rules import joint, side
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.actions import move

PROMISES = frozenset({"close_with", "settle_with", "force_with"})
"""What ends a matter whose reporter is told until when it may be done again."""


@transaction.atomic
def merge(*, event_id: UUID, main: str, actor: Actor, at: datetime) -> Event:
    """Have a matter handled with another one that says the same (并案).

    :param main: the number of the matter that goes on
    :raises Invalid: if that one is unknown here, not open, or merged itself
    """
    get(Event, event_id, actor=actor)
    into = merging.key_of(main, actor=actor)
    rows = queries.held({event_id, into}, actor=actor)
    if not {event_id, into} <= rows.keys():
        raise Denied
    event, whole = rows[event_id], rows[into]
    has_own = merging.has_merged(event, actor=actor)
    side.check_main(
        is_other=event.pk != whole.pk,
        is_open=merging.is_open(whole),
        has_own=has_own,
        number=main,
    )
    event.merged_into = whole
    move(event, "merge", actor=actor, at=at, main=whole.number)
    drop_parts(event, joint.MERGED, actor=actor, at=at)
    return event


@transaction.atomic
def unmerge(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Take a matter out again on the same day; it is looked at from the beginning (撤销并案).

    :raises Invalid: if it was merged on another day
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if event.state == State.MERGED:
        side.check_same_day(local(event.state_since).date(), local(at).date())
    event.merged_into = None
    move(event, "unmerge", actor=actor, at=at, reason=reason)
    return event


@transaction.atomic
def follow_main(*, event_id: UUID, actor: Actor, at: datetime) -> str:
    """End a merged matter as the main one ended; one that was turned down sets it free.

    :returns: the act, or nothing when the main one is under way again
    """
    event, main = _with_main(event_id, actor=actor)
    if main is None or event.state != State.MERGED:
        return ""
    verb = side.ENDS_WITH.get(main.state, "")
    if verb == "unmerge":
        event.merged_into = None
        move(event, verb, actor=actor, at=at, reason=str(State(main.state).value))
    elif verb:
        event.outcome, event.closed_at = main.outcome, at
        # Whom it comes back to when this reporter says that it is not solved.
        event.body_id, event.category = main.body_id, main.category
        event.dispatched_by, event.handled_by = main.dispatched_by, main.handled_by
        event.checked_by = main.checked_by
        if verb in PROMISES:
            promise_reopening(event, at=at)
        event.is_outside, event.reply = main.is_outside, main.reply
        facts = {"outcome": main.outcome or None, "reply": main.reply or None}
        closing = gone.last_closing(main, actor=actor) if verb == "force_with" else None
        move(event, verb, actor=actor, at=at, **facts, ground=closing.ground if closing else None)
    return verb


@transaction.atomic
def go_on_with_main(*, event_id: UUID, actor: Actor, at: datetime) -> bool:
    """Have a merged matter wait for the main one again, whose forced closing was undone.

    One that goes on by itself since, or whose main one was ended unsolved again, is let be. If
    that has ended otherwise by now, this one ends with it: nobody would come back to it.
    """
    event, main = _with_main(event_id, actor=actor)
    if main is None or event.state != State.FORCED or main.state == State.FORCED:
        return False
    event.closed_at, event.reply, event.outcome = None, "", ""
    event.is_outside, event.reopen_until = False, None
    move(event, "overrule_with", actor=actor, at=at, main=main.number)
    follow_main(event_id=event_id, actor=actor, at=at)
    return True


def _with_main(event_id: UUID, *, actor: Actor) -> tuple[Event, Event | None]:
    """Return a matter and the main one, both locked; how that one stands decides what is done.

    One that was taken out or merged into another meanwhile stands alone: that act has its follower.
    """
    main = get(Event, event_id, actor=actor).merged_into_id
    rows = queries.held([key for key in (event_id, main) if key], actor=actor)
    event = rows.get(event_id)
    if event is None:
        raise Denied
    return event, rows.get(main) if main and event.merged_into_id == main else None

"""What checkers and reporters say of it (核查、评价)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.events.actions.common import attach, with_actor
from quanyu.events.actions.joint import set_free
from quanyu.events.models import Event
from quanyu.events.queries import closing as queries
from quanyu.events.queries import replies
from quanyu.events.rules import fair, side
from quanyu.events.rules.fair import Ended, RatedBy
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move

HINTS_FIRST = _("答复核对有提示，请看过并勾选“已看过”再结案，或返工")


@transaction.atomic
def check(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Take a handled matter to check, never one's own (开始核查)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.checked_by = with_actor(event.checked_by, actor)
    move(event, "check", actor=actor, at=at)
    return event


@transaction.atomic
def close(
    *,
    event_id: UUID,
    evidence: str,
    actor: Actor,
    at: datetime,
    photos: Sequence[Any] = (),
    shown: bool = False,
    seen: bool = False,
) -> Event:
    """Confirm on evidence, or by calling the reporter, that it is done (结案).

    :param shown: whether the hints of the reply check stood before the checker
    :param seen: whether the checker says to have read them
    :raises Invalid: if there are hints that were shown and not read
    """
    event = get(Event, event_id, actor=actor, lock=True)
    hints = replies.hints(event, event.outcome, actor=actor, at=at)
    if hints and shown and not seen:
        raise Invalid(HINTS_FIRST, field="seen")
    event.closed_at = at
    event.checked_by = with_actor(event.checked_by, actor)
    promise_reopening(event, at=at)
    facts = replies.facts(hints, seen=seen)
    move(event, "close", actor=actor, at=at, evidence=evidence, **facts)
    attach(event, photos, "check", actor=actor, at=at)
    return event


def promise_reopening(event: Event, *, at: datetime) -> None:
    """Keep on the matter until when and how often it may be done again; not yet written.

    What was promised at the first closing stands, whatever the rule has become since.
    """
    if event.most_reopens is None:
        event.most_reopens = event.most(side.REOPENS)
    event.reopen_until = queries.ends(event, fair.REOPEN, at=at)


@transaction.atomic
def rework(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Send it back to be done properly; the clock goes on (返工)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.reworked += 1
    event.checked_by = with_actor(event.checked_by, actor)
    move(event, "rework", actor=actor, at=at, reason=reason)
    return event


@transaction.atomic
def rate(
    *,
    event_id: UUID,
    solved: bool,
    treated: int,
    actor: Actor,
    at: datetime,
    comment: str = "",
) -> Event:
    """Answer the two questions: is it solved, were you treated well (评价).

    The reporter answers, or somebody else who has the reporter on the telephone and writes it
    down. Unsolved has it done again, whatever the second answer, while the promise of closing
    holds; after that both answers are kept all the same. The reporter may correct them so long.

    :param treated: 3 well, 2 so-so, 1 badly
    :raises ReopenOver: if answers are corrected after the days promised at closing
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if treated not in {1, 2, 3}:
        raise Invalid(_("请选一项：满意、一般、不满意"), field="treated", value=treated)
    if event.state == State.RATED:
        queries.check_reopening(event, at=at)
    by = RatedBy.SELF if Role.RESIDENT in actor.roles_on(event) else RatedBy.CALL
    again = not solved and queries.is_reopenable(event, at=at)
    said: dict[str, Any] = {"treated": treated, "source": by.value}
    event.solved, event.treated, event.rated_by = solved, treated, by.value
    if again:
        said |= _reopened(comment)
        event.closed_at = None
    else:
        said |= {"solved": "yes" if solved else "no", "comment": comment}
    verb = ("appeal" if event.is_outside else "reopen") if again else "rate"
    move(event, verb, actor=actor, at=at, **said)
    if again:  # counted after the guard has seen how often it was
        event.reopened += 1
        event.save(update_fields=["reopened"])
    if verb == "appeal":
        set_free(event, actor=actor)
    _end_call(event, by, actor=actor, at=at)
    return event


def _reopened(comment: str) -> dict[str, str]:
    """Return what is told with having it done again.

    :raises Invalid: if it was not said what is not solved
    """
    if not comment.strip():
        raise Invalid(_("请写一句哪里没解决，好接着办"), field="comment")
    return {"reason": comment}


def _end_call(event: Event, by: RatedBy, *, actor: Actor, at: datetime) -> None:
    """Let nobody call any more: the answers are there, by whichever way."""
    call = queries.callback(event, actor=actor)
    if call is not None:
        by_call = by is RatedBy.CALL
        call.ended_at, call.ended = at, Ended.REACHED if by_call else Ended.SELF
        call.tries += by_call
        call.save(update_fields=["ended_at", "ended", "tries"])
    if event.called_by is not None:
        event.called_by = None
        event.save(update_fields=["called_by"])

"""What checkers and reporters say of it (核查、评价)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.events.actions.common import attach
from quanyu.events.models import Event
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move


@transaction.atomic
def check(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Take a handled matter to check, never one's own (开始核查)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "check", actor=actor, at=at)
    return event


@transaction.atomic
def close(
    *, event_id: UUID, evidence: str, actor: Actor, at: datetime, photos: Sequence[Any] = ()
) -> Event:
    """Confirm on evidence, or by calling the reporter, that it is done (结案)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.closed_at = at
    move(event, "close", actor=actor, at=at, evidence=evidence)
    attach(event, photos, "check", actor=actor, at=at)
    return event


@transaction.atomic
def rework(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Send it back to be done properly; the clock goes on (返工)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.reworked += 1
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

    Unsolved has it done again, whatever the second answer; both answers are kept.

    :param treated: 3 well, 2 so-so, 1 badly
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if treated not in {1, 2, 3}:
        raise Invalid(_("请选一项：满意、一般、不满意"), field="treated", value=treated)
    event.solved, event.treated = solved, treated
    if solved:
        move(event, "rate", actor=actor, at=at, solved="yes", treated=treated, comment=comment)
    else:
        event.reopened += 1
        event.closed_at = None
        _check_said(comment)
        move(event, "reopen", actor=actor, at=at, reason=comment, treated=treated)
    return event


def _check_said(comment: str) -> None:
    if not comment.strip():
        raise Invalid(_("请写一句哪里没解决，好接着办"), field="comment")

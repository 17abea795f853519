"""What the reporter says later, through another system or by telephone (补充、催办、撤回、重办)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries, rules
from quanyu.events.actions.joint import drop_parts, set_free
from quanyu.events.models import Event
from quanyu.events.queries import closing
from quanyu.events.rules import fair, forwarded
from quanyu.events.workflow import BEFORE_DISPATCH, State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move, note
from quanyu.kernel.workflow.spec import NotAllowed

ASKED = frozenset({State.QUERIED, State.WAITING})


@transaction.atomic
def supplement(*, event_id: UUID, words: str, actor: Actor, at: datetime) -> Event:
    """Write down what the reporter adds; where they were asked, it is the answer (补充).

    :raises BadText: if too little or too much was said
    """
    event = get(Event, event_id, actor=actor, lock=True)
    said = rules.check_text(words)
    if event.state in ASKED:
        event.question, event.stands_until = "", None
        move(event, "answer", actor=actor, at=at, answer=said)
    else:
        note(event, "supplement", actor=actor, at=at, role=_adding(event, actor), words=said)
    return event


@transaction.atomic
def urge(*, event_id: UUID, times: int, actor: Actor, at: datetime, words: str = "") -> Event:
    """Count that the reporter urges, and tell whoever has the matter (催办).

    :param times: how often they urge in this one message
    :raises NotAllowed: if the matter has ended
    """
    event = get(Event, event_id, actor=actor, lock=True)
    role = _adding(event, actor)
    if event.closed_at is not None:
        raise NotAllowed(_("已经办结的事项不能催办；没解决请退回重办"), value="urge")
    event.urged += max(times, 1)
    event.save(update_fields=["urged"])
    facts = {"times": event.urged, "words": words.strip()[: rules.LONGEST_TEXT] or None}
    note(event, "urge", actor=actor, at=at, role=role, **facts)
    return event


@transaction.atomic
def withdraw(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Take back what the source has withdrawn: struck out before dispatch, told of after (撤回)."""
    event = get(Event, event_id, actor=actor, lock=True)
    if event.state in BEFORE_DISPATCH:
        event.closed_at = at
        move(event, "withdraw", actor=actor, at=at, reason=reason)
        drop_parts(event, reason, actor=actor, at=at)
    else:
        note(event, "withdrawn", actor=actor, at=at, role=_adding(event, actor), reason=reason)
    return event


@transaction.atomic
def redo(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Have an answer that the source does not take worked on again, with its reason (退回重办).

    What was closed is handled again and counts as reopened; what was refused or settled on the
    spot is looked at anew.

    :raises ReopenOver: if the days promised at closing are over
    """
    event = get(Event, event_id, actor=actor, lock=True)
    closing.check_reopening(event, at=at)
    event.closed_at, event.reply = None, ""
    is_anew = event.is_outside or event.state == State.FORCED
    facts = {"reason": reason, "sent_back": "yes"}
    move(event, "appeal" if is_anew else "redo", actor=actor, at=at, **facts)
    event.reopened += 1  # after the guard has seen how often it was
    event.called_by = None
    event.save(update_fields=["reopened", "called_by"])
    call = closing.callback(event, actor=actor)
    if call is not None:
        call.ended_at, call.ended = at, fair.Ended.LAPSED
        call.save(update_fields=["ended_at", "ended"])
    if is_anew:
        set_free(event, actor=actor)
    return event


@transaction.atomic
def hide_reporter(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Keep unknown to the body that handles it who reported a matter, from now on (要求保密)."""
    event = get(Event, event_id, actor=actor, lock=True)
    role = _adding(event, actor)
    contact = queries.contact_of(event, actor=actor)
    if contact is not None:
        contact.is_confidential = True
        contact.save(update_fields=["is_confidential"])
    note(event, "hide_reporter", actor=actor, at=at, role=role)
    return event


def _adding(event: Event, actor: Actor) -> str:
    roles = forwarded.ADDS & actor.roles_on(event)
    if not roles:
        raise NotAllowed(_("这一步不归您办"), allowed=sorted(forwarded.ADDS))
    return min(roles)

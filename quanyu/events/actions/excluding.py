"""Leaving a matter out of the rates: asked by one, decided by another, never closing it (剔除)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import rules
from quanyu.events.actions.common import check_reason, person
from quanyu.events.models import Event, Exclusion
from quanyu.events.queries import closing as queries
from quanyu.events.rules import fair
from quanyu.events.rules.fair import Decision
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.workflow.actions import note
from quanyu.kernel.workflow.spec import NotAllowed

LISTED = "reason_exclude"


@transaction.atomic
def ask_exclusion(
    *, event_id: UUID, ground: str, words: str, actor: Actor, at: datetime
) -> Exclusion:
    """Ask that a matter leave the rates, on a listed ground (申请剔除).

    :raises Refusal: if one waits already, or the matter is in no rate anyway
    """
    event, role = _matter(event_id, fair.ASK_EXCLUSION, actor=actor)
    check_reason(LISTED, ground, field="ground", at=at)
    if event.state in {State.VOID, State.MERGED}:
        raise Refusal(fair.NOT_COUNTED, value=event.state)
    for decision, sentence in (
        (Decision.WAITING, fair.ASKED_BEFORE),
        (Decision.EXCLUDED, fair.EXCLUDED_BEFORE),
    ):
        if queries.exclusion(event, decision, actor=actor) is not None:
            raise Refusal(sentence, value=event.number)
    said = rules.check_text(words)
    asked = Exclusion(
        event=event,
        reason=ground,
        asked_words=said,
        asked_by=person(actor, "exclusion", by=fair.ASK_EXCLUSION),
        asked_at=at,
        body_id=event.body_id,
    )
    asked.save(force_insert=True)
    note(event, "ask_exclusion", actor=actor, at=at, role=role, out_for=ground, words=said)
    return asked


@transaction.atomic
def exclude(*, event_id: UUID, words: str, actor: Actor, at: datetime) -> Exclusion:
    """Let a matter leave the rates; what the reporter gets is the same (同意剔除).

    :raises OwnExclusion: if the actor asked, worked on it or belongs to the body that did
    """
    event, asked, role = _asked(event_id, actor=actor)
    _decide(asked, Decision.EXCLUDED, words, actor=actor, at=at)
    event.excluded_reason = asked.reason
    event.save(update_fields=["excluded_reason"])
    said = {"out_for": asked.reason, "words": asked.decided_words}
    note(event, "exclude", actor=actor, at=at, role=role, **said)
    return asked


@transaction.atomic
def keep_counted(*, event_id: UUID, words: str, actor: Actor, at: datetime) -> Exclusion:
    """Leave a matter in the rates, with the reason (不同意剔除).

    :raises OwnExclusion: if the actor asked, worked on it or belongs to the body that did
    """
    event, asked, role = _asked(event_id, actor=actor)
    _decide(asked, Decision.KEPT, words, actor=actor, at=at)
    said = {"out_for": asked.reason, "words": asked.decided_words}
    note(event, "keep_counted", actor=actor, at=at, role=role, **said)
    return asked


@transaction.atomic
def count_again(*, event_id: UUID, words: str, actor: Actor, at: datetime) -> Exclusion:
    """Take a matter into the rates again, with the reason (撤销剔除).

    :raises Refusal: if it was not left out
    """
    event, role = _matter(event_id, fair.REVIEWERS, actor=actor)
    stands = queries.exclusion(event, Decision.EXCLUDED, actor=actor)
    if stands is None:
        raise Refusal(fair.NOT_EXCLUDED, value=event.number)
    fair.check_reviewer(event, stands, actor)
    stands.decision, stands.undone_words = Decision.COUNTED, rules.check_text(words)
    stands.undone_by, stands.undone_at = actor.id, at
    stands.save()
    event.excluded_reason = ""
    event.save(update_fields=["excluded_reason"])
    said = {"out_for": stands.reason, "words": stands.undone_words}
    note(event, "count_again", actor=actor, at=at, role=role, **said)
    return stands


def _decide(
    asked: Exclusion, decision: Decision, words: str, *, actor: Actor, at: datetime
) -> None:
    if not words.strip():
        raise Invalid(fair.WHY_DECIDED, field="words")
    asked.decision, asked.decided_words = decision, rules.check_text(words)
    asked.decided_by, asked.decided_at = actor.id, at
    asked.save()


def _matter(event_id: UUID, roles: frozenset[str], *, actor: Actor) -> tuple[Event, str]:
    """Return the matter, locked, and the role under which it is done.

    :raises NotAllowed: if it is another role's
    """
    event = get(Event, event_id, actor=actor, lock=True)
    held = roles & actor.roles_on(event)
    if not held:
        raise NotAllowed(fair.NOT_YOURS, value="exclusion", allowed=sorted(roles))
    return event, min(held)


def _asked(event_id: UUID, *, actor: Actor) -> tuple[Event, Exclusion, str]:
    event, role = _matter(event_id, fair.REVIEWERS, actor=actor)
    asked = queries.exclusion(event, Decision.WAITING, actor=actor)
    if asked is None:
        raise Refusal(fair.NOT_ASKED, value=event.number)
    fair.check_reviewer(event, asked, actor)
    return event, asked, role

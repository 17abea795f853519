"""Tell, level by level, that a limit runs out or has run out (逐级提醒)."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from quanyu.events.actions.listing import learn_words
from quanyu.events.models import Event, RungTold
from quanyu.events.queries import escalating, telling
from quanyu.events.queries.escalating import Found
from quanyu.events.rules import escalating as rules
from quanyu.events.rules.escalating import Whom
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.workflow import ladder, rungs
from quanyu.kernel.workflow.actions import overdue
from quanyu.kernel.workflow.ladder import Moment
from quanyu.kernel.workflow.rungs import Ticking

logger = logging.getLogger(__name__)

PUT_OFF: Final = timedelta(hours=1)
"""A matter that cannot be told of waits so long: those behind it do not wait with it."""


@transaction.atomic
def escalate(*, event_id: UUID, actor: Actor, at: datetime) -> int:
    """Tell whom the rungs of this matter name that are due, each person once; return how many.

    Repeating it tells nobody again: how far up each ladder people were told stands in the row.

    :raises Denied: if there is no such matter within reach
    """
    return _climb(get(Event, event_id, actor=actor, lock=True), actor=actor, at=at)


@transaction.atomic
def escalate_due(*, actor: Actor, at: datetime) -> bool:
    """Tell of the matters that wait longest; answer whether there may be more.

    One that fails is put off and logged: it holds up no other.
    """
    events = escalating.due(actor=actor, at=at)
    for event in events:
        try:
            with transaction.atomic():
                _climb(event, actor=actor, at=at)
        except Exception:
            logger.exception("matter %s: its rungs could not be told", event.number)
            Event.objects.visible_to(actor).filter(pk=event.pk).update(next_rung_at=at + PUT_OFF)
    return len(events) == escalating.BATCH


def _climb(event: Event, *, actor: Actor, at: datetime) -> int:
    """Announce what ran out, tell of every rung reached, and set when the next is due."""
    told: list[RungTold] = []
    for one in rungs.ticking(event):
        if one.due < at and one.told_at is None:
            overdue(event, clock=one.name, actor=actor, at=at)
        passed = ladder.reached(rungs.moments(event, one), climbed=one.climbed, at=at)
        told += _tell(event, one, passed, actor=actor, at=at)
        if passed:
            setattr(event, f"{one.name}_rung", passed[-1].number)
    event.next_rung_at = rungs.next_at(event)
    event.save(update_fields=["stage_rung", "span_rung", "next_rung_at"])
    if told:
        RungTold.objects.bulk_create(told)
        steps = sorted({f"{row.stage}.{row.number}" for row in told})
        facts = {"steps": steps, "count": sum(row.account_id is not None for row in told)}
        record("event.escalate", event, actor=actor, at=at, facts=facts)
    return sum(row.account_id is not None for row in told)


def _tell(
    event: Event, one: Ticking, passed: Sequence[Moment], *, actor: Actor, at: datetime
) -> list[RungTold]:
    """Tell of the rungs that one clock has reached; return what is to be kept of it."""
    meant = [moment for moment in passed if rules.is_meant(moment.rung.whom, state=event.state)]
    found = [escalating.people(event, moment.rung.whom, at=at) for moment in meant]
    once = rules.highest([each.people for each in found])
    kept: list[RungTold] = []
    for moment, each, people in zip(meant, found, once, strict=True):
        if each.people and not people:
            continue  # all of them are told of a higher rung in this very moment
        if each.level == Whom.LEADER:
            _show(event, actor=actor, at=at)
        kept += _told(event, one, moment, Found(each.level, people), actor=actor, at=at)
    return kept


def _show(event: Event, *, actor: Actor, at: datetime) -> None:
    """Let the body above see what its people are asked to see to; it gets no act on it.

    No line of the story says so, and so nobody else would let it be found by its words.
    """
    above = escalating.body_above(event)
    if above is not None and above not in event.shared_with:
        event.shared_with = [*event.shared_with, above]
        event.save(update_fields=["shared_with"])
        learn_words(keys=[event.pk], actor=actor, at=at)


def _told(
    event: Event, one: Ticking, moment: Moment, found: Found, *, actor: Actor, at: datetime
) -> list[RungTold]:
    """Tell one rung to its people and who stands in for them."""
    run, rung = escalating.run_of(event, one), moment.rung
    news = News(
        topic=f"event.{rung.words}",
        subject=label(event),
        occasion=f"{run}.{rung.number}",
        region_path=event.region_path,
        link=f"/desk/matters/{event.number}",
        words=escalating.said(event, one, rung.whom, found, at=at),
        is_urgent=telling.is_urgent(event),
    )
    rows = notices.tell(news, to=found.people, actor=actor, at=at) if found.people else []
    whom = [(row.account_id, row.on_behalf_of_id) for row in rows] or [(None, None)]
    return [
        RungTold(
            event=event,
            stage=one.stage,
            run=run,
            number=rung.number,
            whom=rung.whom,
            level=found.level if account else "",
            words=rung.words,
            due_at=one.due,
            account_id=account,
            on_behalf_of=principal,
            told_at=at,
        )
        for account, principal in whom
    ]

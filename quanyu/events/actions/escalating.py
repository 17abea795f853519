"""Tell, level by level, that a limit runs out or has run out (逐级提醒)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from quanyu.events.actions.listing import learn_words
from quanyu.events.models import Event, RungTold
from quanyu.events.models.escalating import Told
from quanyu.events.queries import escalating, telling
from quanyu.events.queries.escalating import Found
from quanyu.events.rules import escalating as rules
from quanyu.events.rules.escalating import Whom
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.codes.rules.rungs import RungEntry
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.workflow import ladder, rungs
from quanyu.kernel.workflow.actions import overdue
from quanyu.kernel.workflow.ladder import Moment
from quanyu.kernel.workflow.rungs import Ticking

T = TypeVar("T", bound=Told)
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
        told += tell(one, passed, _telling(event, one, actor=actor, at=at), actor=actor, at=at)
        if passed:
            setattr(event, f"{one.name}_rung", passed[-1].number)
    event.next_rung_at = rungs.next_at(event)
    event.save(update_fields=["stage_rung", "span_rung", "next_rung_at"])
    return keep(told, "event.escalate", event, actor=actor, at=at)


def _telling(event: Event, one: Ticking, *, actor: Actor, at: datetime) -> "Telling[RungTold]":
    def news(rung: RungEntry, found: Found) -> News:
        return News(
            topic=f"event.{rung.words}",
            subject=label(event),
            occasion=f"{escalating.run_of(event, one)}.{rung.number}",
            region_path=event.region_path,
            link=f"/desk/matters/{event.number}",
            words=escalating.said(event, one, rung.whom, found, at=at),
            is_urgent=telling.is_urgent(event),
        )

    def people(whom: str) -> Found:
        found = escalating.people(event, whom, at=at)
        if found.level == Whom.LEADER:
            _show(event, actor=actor, at=at)
        return found

    return Telling(
        run=escalating.run_of(event, one),
        is_meant=lambda whom: rules.is_meant(whom, state=event.state),
        people=people,
        news=news,
        row=lambda: RungTold(event=event),
    )


def _show(event: Event, *, actor: Actor, at: datetime) -> None:
    """Let the body above see what its people are asked to see to; it gets no act on it.

    No line of the story says so, and so nobody else would let it be found by its words.
    """
    above = escalating.body_above(event)
    if above is not None and above not in event.shared_with:
        event.shared_with = [*event.shared_with, above]
        event.save(update_fields=["shared_with"])
        learn_words(keys=[event.pk], actor=actor, at=at)


# ------------------------------------------------------------------ for what runs beside a matter


@dataclass(frozen=True, slots=True)
class Telling(Generic[T]):
    """How the rungs of one clock are told: whom, in which words, and what is kept of it."""

    run: str
    is_meant: Callable[[str], bool]
    people: Callable[[str], Found]
    news: Callable[[RungEntry, Found], News]
    row: Callable[[], T]


def tell(
    one: Ticking, passed: Sequence[Moment], telling: Telling[T], *, actor: Actor, at: datetime
) -> list[T]:
    """Tell of the rungs that one clock has reached; return what is to be kept of it."""
    meant = [moment for moment in passed if telling.is_meant(moment.rung.whom)]
    found = [telling.people(moment.rung.whom) for moment in meant]
    once = rules.highest([each.people for each in found])
    kept: list[T] = []
    for moment, each, people in zip(meant, found, once, strict=True):
        if each.people and not people:
            continue  # all of them are told of a higher rung in this very moment
        who = Found(each.level, people)
        kept += _told(one, moment.rung, who, telling, actor=actor, at=at)
    return kept


def keep(told: Sequence[T], topic: str, about: Model, *, actor: Actor, at: datetime) -> int:
    """Keep which rungs were told to whom, and return how many people were told."""
    if not told:
        return 0
    type(told[0]).objects.visible_to(actor).bulk_create(told)
    count = sum(row.account_id is not None for row in told)
    facts = {"steps": sorted({f"{row.stage}.{row.number}" for row in told}), "count": count}
    record(topic, about, actor=actor, at=at, facts=facts)
    return count


def _told(
    one: Ticking, rung: RungEntry, found: Found, telling: Telling[T], *, actor: Actor, at: datetime
) -> list[T]:
    """Tell one rung to its people and who stands in for them."""
    news = telling.news(rung, found)
    rows = notices.tell(news, to=found.people, actor=actor, at=at) if found.people else []
    whom = [(row.account_id, row.on_behalf_of_id) for row in rows] or [(None, None)]
    kept = [telling.row() for _each in whom]
    for row, (account, principal) in zip(kept, whom, strict=True):
        row.stage, row.run, row.number = one.stage, telling.run, rung.number
        row.whom, row.level = rung.whom, found.level if account else ""
        row.words, row.due_at, row.told_at = rung.words, one.due, at
        row.account_id, row.on_behalf_of = account, principal
    return kept

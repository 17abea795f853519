"""Tell of the clocks of parts, calls and cards, and reckon them anew (协办、吹哨、督办的期限)."""

import logging
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from quanyu.events.actions import escalating
from quanyu.events.actions.escalating import Telling
from quanyu.events.models import JointPart, RungTold, SupervisionCard, WhistleCall
from quanyu.events.models.escalating import CallRungTold, CardRungTold, Told
from quanyu.events.queries import owed as queries
from quanyu.events.queries.escalating import Found
from quanyu.events.queries.owed import Row
from quanyu.events.rules.escalating import Whom
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.codes.rules.rungs import RungEntry
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.notices.actions import News
from quanyu.kernel.workflow import ladder, rungs
from quanyu.kernel.workflow.actions import note, overdue, recount
from quanyu.kernel.workflow.rungs import Ticking

logger = logging.getLogger(__name__)
KINDS: Final = tuple(queries.KINDS)


@transaction.atomic
def escalate_owed(*, kind: str, key: UUID, actor: Actor, at: datetime) -> int:
    """Tell whom the rungs of this part, call or card name that are due, each person once.

    Repeating it tells nobody again: how far up its ladder people were told stands in the row.

    :returns: how many were told
    :raises Denied: if there is no such one within reach
    """
    row = queries.held(kind, key, actor=actor)
    told: list[Told] = []
    for one in queries.ticking(row):
        if one.due < at and one.told_at is None:
            _overdue(row, actor=actor, at=at)
        passed = ladder.reached(rungs.moments(row, one), climbed=one.climbed, at=at)
        how = _telling(row, one, actor=actor, at=at)
        told += escalating.tell(one, passed, how, actor=actor, at=at)
        if passed:
            _climbed(row, passed[-1].number)
    row.next_rung_at = queries.next_at(row)
    row.save()
    topic, about = _recorded(row)
    return escalating.keep(told, topic, about, actor=actor, at=at)


def escalate_owed_due(*, kind: str, actor: Actor, at: datetime) -> bool:
    """Tell of those of a kind that wait longest; answer whether there may be more.

    Each is a transaction of its own: what is due first may belong to any matter, and whoever holds
    several holds them by key. One that fails is put off and logged: it holds up no other.
    """
    with acting(actor):
        keys = queries.due(kind, actor=actor, at=at)
    for key in keys:
        try:
            with acting(actor):
                escalate_owed(kind=kind, key=key, actor=actor, at=at)
        except Exception:
            logger.exception("%s %s: its rungs could not be told", kind, key)
            with acting(actor):
                _put_off(kind, key, actor=actor, until=at + escalating.PUT_OFF)
    return len(keys) == queries.BATCH


@transaction.atomic
def announce_owed_moved(*, since: date, actor: Actor, at: datetime) -> int:
    """Announce each part, call and card that is owed to another time by the calendar as it is now.

    :param since: the first date that has changed
    :returns: how many
    """
    moved = [(kind, row) for kind in KINDS for row in queries.moved(kind, since=since, actor=actor)]
    for kind, row in moved:
        announce(f"{kind}.moved_by_calendar", row, at=at)
    return len(moved)


@transaction.atomic
def recount_owed(*, kind: str, key: UUID, actor: Actor, at: datetime) -> bool:
    """Reckon the clock of a part, a call or a card by the calendar as it is now (重新计算期限).

    Repeating it changes nothing. The story says what was and what is.

    :raises Denied: if there is no such one within reach
    """
    row = queries.held(kind, key, actor=actor)
    if not queries.ticking(row):
        return False
    was, now = queries.end_of(row), queries.ends(row)
    if was == now:
        return False
    _move(row, now, actor=actor, at=at)
    return True


# ------------------------------------------------------------------ inside


def _move(row: Row, now: datetime, *, actor: Actor, at: datetime) -> None:
    if isinstance(row, JointPart):
        facts = {"part": row.pk, "body": row.body_id, "span_was": row.due_at, "span_now": now}
        row.due_at, row.told_at = now, None
        row.next_rung_at = queries.next_at(row)
        row.save()
        note(row.event, "recount_part", actor=actor, at=at, role=Role.SYSTEM, **facts)
        return
    if isinstance(row, SupervisionCard) and not row.sent_back:
        row.first_due_at = now
    row.answer_due_at = now
    row.save()
    recount(row, actor=actor, at=at)


def _overdue(row: Row, *, actor: Actor, at: datetime) -> None:
    """Announce once that the time is over."""
    if not isinstance(row, JointPart):
        overdue(row, clock="stage", actor=actor, at=at)
        return
    row.told_at = at
    record("event.part_overdue", row.event, actor=actor, at=at, facts={"part": row.pk})
    announce("part.overdue", row, at=at)


def _climbed(row: Row, number: int) -> None:
    if isinstance(row, JointPart):
        row.rung = number
    else:
        row.stage_rung = number


def _telling(row: Row, one: Ticking, *, actor: Actor, at: datetime) -> Telling[Told]:
    def news(rung: RungEntry, found: Found) -> News:
        return News(
            topic=f"{row.workflow.name}.{rung.words}",
            subject=label(row),
            occasion=f"{queries.occasion(one)}.{rung.number}",
            region_path=row.region_path,
            link=queries.link(row),
            words=queries.said(row, rung.whom, found, actor=actor, at=at),
            is_urgent=queries.is_urgent(row),
        )

    return Telling(
        run=queries.run_of(row, one),
        is_meant=lambda whom: whom != Whom.HANDS or queries.is_owing(row),
        people=lambda whom: queries.people(row, whom, actor=actor, at=at),
        news=news,
        row=partial(_kept, row),
    )


def _kept(row: Row) -> Told:
    """Return an empty row of whom a rung was told, under what it belongs to."""
    if isinstance(row, JointPart):
        return RungTold(event=row.event)
    return CallRungTold(call=row) if isinstance(row, WhistleCall) else CardRungTold(card=row)


def _recorded(row: Row) -> tuple[str, Model]:
    """Return under which topic the log keeps it, and of what: a part's is its matter's."""
    if isinstance(row, JointPart):
        return "event.remind_part", row.event
    return f"{row.workflow.name}.remind", row


def _put_off(kind: str, key: UUID, *, actor: Actor, until: datetime) -> None:
    rows = queries.KINDS[kind].objects.visible_to(actor)
    rows.filter(pk=key).update(next_rung_at=until)

"""End a matter unsolved, say so honestly, and have some of it looked at again (强制结案、抽查)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries as events
from quanyu.events import rules
from quanyu.events.actions.closing import promise_reopening
from quanyu.events.actions.common import check_reason, drop_asked, person
from quanyu.events.actions.joint import drop_parts, set_free
from quanyu.events.actions.outside import come_in
from quanyu.events.models import Draw, Event, ForceClosing
from quanyu.events.queries import closing, standing
from quanyu.events.queries import gone as queries
from quanyu.events.rules import leaving
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move, note
from quanyu.kernel.workflow.spec import Guarded, NotAllowed


@transaction.atomic
def force_close(
    *, event_id: UUID, ground: str, reason: str, reply: str, actor: Actor, at: datetime
) -> Event:
    """End a matter that cannot be solved; the reporter is told so, and may ask again (强制结案).

    :raises Invalid: if the ground is not listed
    """
    event = get(Event, event_id, actor=actor, lock=True)
    check_reason("reason_force", ground, field="ground", at=at)
    event.suspended_days = standing.suspended_days(event, on=local(at).date())
    event.reply, event.closed_at = reply, at
    promise_reopening(event, at=at)
    event.question, event.stands_until = "", None
    drop_asked(event)
    come_in(event, leaving.Ending.STOPPED, actor=actor, at=at)
    move(event, "force_close", actor=actor, at=at, ground=ground, reason=reason, reply=reply)
    drop_parts(event, reason, actor=actor, at=at)
    by = person(actor, "force_close", by=[Role.COMMANDER])
    ForceClosing(event=event, ground=ground, reason=reason, closed_by=by, at=at).save(
        force_insert=True
    )
    return event


@transaction.atomic
def appeal(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Have what was ended unsolved done after all: the dispatcher decides anew by whom (要求重办).

    :raises BadText: if nothing was said
    :raises ReopenOver: if the days promised at closing are over
    """
    event = get(Event, event_id, actor=actor, lock=True)
    closing.check_reopening(event, at=at)
    event.solved, event.closed_at, event.reply = False, None, ""
    move(event, "appeal", actor=actor, at=at, reason=rules.check_text(reason))
    event.reopened += 1  # after the guard has seen how often it was
    event.save(update_fields=["reopened"])
    set_free(event, actor=actor)
    return event


@transaction.atomic
def overrule(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Undo a forced closing from above: it is dispatched anew, its clock goes on (撤销强制结案)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.closed_at, event.reply = None, ""
    move(event, "overrule", actor=actor, at=at, reason=reason)
    set_free(event, actor=actor)
    return event


@transaction.atomic
def draw(
    *, region_path: str, until: datetime, seed: str, actor: Actor, at: datetime
) -> Draw | None:
    """Draw which forced closings of a district are looked at again, by a seed that is kept (抽查).

    Of every closing before ``until`` that no draw has held yet; the seed comes after them all.

    :returns: the draw, or nothing when there is nothing to draw from
    """
    waiting = queries.undrawn(region_path, before=until, actor=actor)
    matters = events.held(waiting.values_list("event_id", flat=True), actor=actor)
    found = queries.undrawn(region_path, before=until, actor=actor, lock=True)
    rows = [row for row in found if row.event_id in matters]
    if not rows:
        return None
    held = queries.sampling(region_path, on=local(at).date())
    keys = [row.pk for row in rows]
    picked = set(leaving.chosen(keys, seed=seed, share=held.share, few=held.few))
    drawn = Draw(
        region_path=region_path,
        until=until,
        seed=seed,
        share=held.share,
        few=held.few,
        population=len(rows),
        drawn=len(picked),
        at=at,
    )
    drawn.save(force_insert=True)
    for row in rows:
        row.draw, row.is_drawn = drawn, row.pk in picked
        row.save(update_fields=["draw", "is_drawn"])
        if row.is_drawn:
            note(matters[row.event_id], "sample", actor=actor, at=at, role=Role.SYSTEM)
    facts = {"seed": seed, "population": len(rows), "drawn": len(picked), "share": held.share}
    record("event.draw", drawn, actor=actor, at=at, facts=facts)
    return drawn


@transaction.atomic
def review_closing(
    *, closing_id: UUID, in_order: bool, words: str, actor: Actor, at: datetime
) -> ForceClosing:
    """Say whether a forced closing was in order; one that was not is done after all (抽查复查).

    :raises NotAllowed: if it was not drawn, was looked at before, or is one's own
    """
    key = queries.closing(closing_id, actor=actor).event_id
    event = get(Event, key, actor=actor, lock=True)
    row = queries.closing(closing_id, actor=actor, lock=True)
    role = _reviewing(row, event, actor)
    row.in_order, row.words = in_order, rules.check_text(words)
    row.reviewed_by, row.reviewed_at = actor.id, at
    row.save(update_fields=["in_order", "words", "reviewed_by", "reviewed_at"])
    verb = "audit" if in_order else "fault"
    note(event, verb, actor=actor, at=at, role=role, words=row.words)
    if not in_order and event.state == State.FORCED:
        overrule(event_id=event.pk, reason=row.words, actor=actor, at=at)
    return row


def _reviewing(row: ForceClosing, event: Event, actor: Actor) -> str:
    """Return as what somebody looks at it again, or refuse."""
    roles = leaving.REVIEWERS & actor.roles_on(event)
    if not roles:
        raise NotAllowed(
            _("这一步不归您办"), value="review_closing", allowed=sorted(leaving.REVIEWERS)
        )
    if not row.is_drawn or row.in_order is not None:
        raise Guarded(leaving.NOT_DRAWN, value="review_closing")
    if actor.id == row.closed_by or not rules.is_not_ones_own(event, actor):
        raise Guarded(leaving.REVIEWING_OWN, value="review_closing")
    return min(roles)

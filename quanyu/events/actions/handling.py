"""What is done on the spot and by the body that answers (核实、处置)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.events import rules
from quanyu.events.actions.closing import promise_reopening
from quanyu.events.actions.common import attach, check_reason, drop_asked, with_actor
from quanyu.events.actions.joint import end_parts
from quanyu.events.models import Event
from quanyu.events.queries import photos as pictures
from quanyu.events.queries import replies
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.files.rules import Purpose
from quanyu.kernel.workflow.actions import move, note
from quanyu.kernel.workflow.spec import NotAllowed

TAKEN_BY: Mapping[str, tuple[Role, Purpose]] = {
    State.VERIFYING: (Role.GRID_WORKER, Purpose.VERIFY),
    State.HANDLING: (Role.HANDLER, Purpose.HANDLE),
    State.CHECKING: (Role.CHECKER, Purpose.CHECK),
}
"""Who takes pictures in which state, and what they are of."""


@transaction.atomic
def verify(
    *, event_id: UUID, finding: str, actor: Actor, at: datetime, photos: Sequence[Any] = ()
) -> Event:
    """Tell what was found on the spot (核实)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.is_verified = True
    move(event, "verify", actor=actor, at=at, finding=finding)
    attach(event, photos, "verify", actor=actor, at=at)
    return event


@transaction.atomic
def settle(
    *, event_id: UUID, outcome: str, actor: Actor, at: datetime, photos: Sequence[Any] = ()
) -> Event:
    """Put it right on the spot (现场办结); counted apart from matters that were filed."""
    event = get(Event, event_id, actor=actor, lock=True)
    _check_evidence(event, photos, at=at)
    event.outcome, event.closed_at = outcome, at
    promise_reopening(event, at=at)
    event.handled_by = with_actor(event.handled_by, actor)
    move(event, "settle", actor=actor, at=at, outcome=outcome)
    attach(event, photos, "handle", actor=actor, at=at)
    return event


@transaction.atomic
def acknowledge(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Sign for the matter (签收); the clock has run since it was dispatched."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.handled_by = with_actor(event.handled_by, actor)
    move(event, "acknowledge", actor=actor, at=at)
    return event


@transaction.atomic
def hand_back(
    *, event_id: UUID, legal_ground: str, reason: str, actor: Actor, at: datetime
) -> Event:
    """Return the matter once, on a legal ground; the dispatcher decides (退回)."""
    event = get(Event, event_id, actor=actor, lock=True)
    check_reason("reason_hand_back", legal_ground, field="legal_ground", at=at)
    body = event.body_id
    facts = {"legal_ground": legal_ground, "reason": reason, "body": body}
    move(event, "hand_back", actor=actor, at=at, **facts)
    event.handed_back_by = [*event.handed_back_by, body]  # type: ignore[list-item]
    event.save(update_fields=["handed_back_by"])
    return event


@transaction.atomic
def handle(
    *,
    event_id: UUID,
    outcome: str,
    actor: Actor,
    at: datetime,
    photos: Sequence[Any] = (),
    unneeded: str = "",
) -> Event:
    """Tell what was done, for all who had a part (处置反馈).

    :param unneeded: why the parts that nobody answered yet are not needed
    :raises PartsOpen: if there are such parts and no reason is given
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if event.open_parts or unneeded.strip():
        end_parts(event, unneeded=unneeded, actor=actor, at=at)
    _check_evidence(event, photos, at=at)
    event.outcome = outcome
    drop_asked(event)
    event.handled_by = with_actor(event.handled_by, actor)
    facts = replies.facts(replies.hints(event, outcome, actor=actor, at=at))
    move(event, "handle", actor=actor, at=at, outcome=outcome, **facts)
    attach(event, photos, "handle", actor=actor, at=at)
    return event


@transaction.atomic
def add_photos(*, event_id: UUID, photos: Sequence[Any], actor: Actor, at: datetime) -> Event:
    """Add pictures to the step one is at (补充照片): looking, handling or checking.

    :raises NotAllowed: if this step is not the actor's
    """
    event = get(Event, event_id, actor=actor, lock=True)
    role, purpose = TAKEN_BY.get(event.state, (None, None))
    if role is None or purpose is None or role not in actor.roles_on(event):
        raise NotAllowed(_("这一步不归您办"), value="photos")
    attach(event, photos, purpose, actor=actor, at=at)
    note(event, "photos", actor=actor, at=at, role=role, count=len(photos))
    return event


def _check_evidence(event: Event, photos: Sequence[Any], *, at: datetime) -> None:
    """Ask for a picture of what was done only where the class says so, and by which clause."""
    entry = codes.class_of(event.category, on=local(at).date())
    if entry is None or not entry.has("evidence_required") or photos:
        return
    taken = pictures.photos(event).get(Purpose.HANDLE, ())
    if any(picture.at >= event.state_since for picture in taken):  # not of what was sent back
        return
    raise Invalid(rules.EVIDENCE, field="photos", basis=codes.cited(entry.clause))

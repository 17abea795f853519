"""The only code that writes a state."""

import os
from datetime import datetime
from uuid import UUID

from django.db import models

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.workflow import clocks
from quanyu.kernel.workflow.models import Case
from quanyu.kernel.workflow.spec import Move, Overtaken


def start(case: Case, *, actor: Actor, at: datetime, **facts: object) -> None:
    """Save a new case in its first state.

    :raises NotAllowed: if the actor may not open one here
    """
    roles = actor.opening_roles(case)
    case.workflow.check_opening(roles)
    role = min(set(case.workflow.opened_by) & roles)
    arrow = Move("start", "", (), case.workflow.start, (role,))
    _enter(case, arrow, role=role, actor=actor, at=at, facts=facts)


def move(case: Case, verb: str, *, actor: Actor, at: datetime, **facts: object) -> None:
    """Take one arrow: check it, write it, record it, announce it. The caller holds the lock.

    :raises Overtaken: if somebody was faster; its parts tell who did what, and when
    :raises NotAllowed: if the actor, a guard or a missing fact forbids it
    """
    given = [name for name, value in facts.items() if value not in (None, "")]
    try:
        arrow = case.workflow.arrow(verb, case, actor=actor, given=given)
    except Overtaken as refusal:
        raise told(case, refusal) from refusal
    role = min(set(arrow.by) & actor.roles_on(case))
    _enter(case, arrow, role=role, actor=actor, at=at, facts=facts)


def told(case: Case, refusal: Overtaken) -> Overtaken:
    """Return the refusal with what happened in between."""
    last = case.step_model.objects.filter(case_id=case.pk).order_by("-number").first()
    if last is not None:
        refusal.parts |= {"verb": last.verb, "name": last.actor_name, "at": last.at}
        refusal.parts |= {"role": last.role, "state": case.state}
    return refusal


def note(
    case: Case, verb: str, *, actor: Actor, at: datetime, role: str = "", **facts: object
) -> None:
    """Write one line into the story that moves nothing: placed, said, looked at."""
    arrow = Move(verb, "", (), case.state, (role,))
    case.version += 1
    case.save(update_fields=["version"])
    _tell(case, arrow, source=case.state, role=role, actor=actor, at=at, facts=facts)


def overdue(case: Case, *, clock: str, actor: Actor, at: datetime) -> None:
    """Announce once that a clock of this case has run out (逾期告知)."""
    field = "stage_told_at" if clock == "stage" else "due_told_at"
    setattr(case, field, at)
    case.save(update_fields=[field])
    verb = case.workflow.escalates
    topic = f"{case.workflow.name}.{verb}"
    record(topic, case, actor=actor, at=at, facts={"clock": clock})
    announce(topic, case, at=at)


def _enter(
    case: Case, arrow: Move, *, role: str, actor: Actor, at: datetime, facts: dict[str, object]
) -> None:
    source = case.state
    case.state, case.state_since = arrow.target, at
    case.version += 1
    clocks.enter(case, verb=arrow.verb, at=at)
    case.save(force_insert=case.version == 1)
    _tell(case, arrow, source=source, role=role, actor=actor, at=at, facts=facts)


def _tell(
    case: Case,
    arrow: Move,
    *,
    source: str,
    role: str,
    actor: Actor,
    at: datetime,
    facts: dict[str, object],
) -> None:
    kept = {name: _plain(value) for name, value in facts.items() if value is not None}
    salt = os.urandom(16)
    case.step_model(
        case_id=case.pk,
        number=case.version,
        verb=arrow.verb,
        source=source,
        target=case.state,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        role=role,
        at=at,
        facts=kept,
        salt=salt,
    ).save(force_insert=True)
    topic = f"{case.workflow.name}.{arrow.verb}"
    change = {"from": source, "to": case.state}
    record(topic, case, actor=actor, at=at, facts=kept | change, salt=salt)
    announce(topic, case, at=at)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return str(value.pk) if isinstance(value, models.Model) else value

"""The only code that writes a state."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import models

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import build, record
from quanyu.kernel.audit.models import Record
from quanyu.kernel.jobs.actions import announce, jobs
from quanyu.kernel.workflow import clocks, gate, rungs, storage
from quanyu.kernel.workflow.models import Case, Step
from quanyu.kernel.workflow.spec import Move, Overtaken

C = TypeVar("C", bound=Case)


def start(
    case: Case,
    *,
    actor: Actor,
    at: datetime,
    beside: Sequence[models.Model] = (),
    **facts: object,
) -> None:
    """Save a new case in its first state, and what must stand beside it.

    :raises NotAllowed: if the actor may not open one here
    """
    roles = actor.opening_roles(case)
    case.workflow.check_opening(roles)
    role = min(set(case.workflow.opened_by) & roles)
    arrow = Move("start", "", (), case.workflow.start, (role,))
    _stand(case, arrow, at=at)
    step, kept = _lines(case, arrow, source="", role=role, actor=actor, at=at, facts=facts)
    heard = jobs(f"{case.workflow.name}.{arrow.verb}", case, at=at)
    storage.keep(case, step, kept, beside=beside, jobs=heard)


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
    if arrow.burdens:
        gate.check(f"{case.workflow.name}.{verb}", case.region_path)
    role, source = min(set(arrow.by) & actor.roles_on(case)), case.state
    _stand(case, arrow, at=at)
    case.save()
    _tell(case, arrow, source=source, role=role, actor=actor, at=at, facts=facts)


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


def note_all(
    cases: Mapping[C, Mapping[str, object]],
    verb: str,
    *,
    fields: Sequence[str],
    actor: Actor,
    at: datetime,
    role: str = "",
) -> None:
    """Write one line into each of many stories, and these fields of the cases, all in bulk.

    :param cases: each with the facts of its line; their kind is one, and the caller holds them
    """
    if not cases:
        return
    steps, records = [], []
    for case, facts in cases.items():
        case.version += 1
        arrow = Move(verb, "", (), case.state, (role,))
        step, kept = _lines(
            case, arrow, source=case.state, role=role, actor=actor, at=at, facts=dict(facts)
        )
        steps.append(step)
        records.append(kept)
    kind = type(next(iter(cases)))
    kind._default_manager.bulk_update(list(cases), [*fields, "version"])
    storage.keep_all(steps)
    storage.keep_all(records)
    for case in cases:
        announce(f"{case.workflow.name}.{verb}", case, at=at)


def recount(case: Case, *, actor: Actor, at: datetime) -> bool:
    """Reckon the running clocks by the calendar as it is now; say so in the story if one moved."""
    was = {"stage": case.stage_due_at, "span": case.due_at}
    if not clocks.recount(case):
        return False
    now = {"stage": case.stage_due_at, "span": case.due_at}
    moved = [name for name in was if was[name] != now[name]]
    case.save()
    facts = {f"{name}_was": was[name] for name in moved}
    facts |= {f"{name}_now": now[name] for name in moved}
    note(case, "recount", actor=actor, at=at, role=Role.SYSTEM, **facts)
    return True


def overdue(case: Case, *, clock: str, actor: Actor, at: datetime) -> None:
    """Announce once that a clock of this case has run out (逾期告知)."""
    field = "stage_told_at" if clock == "stage" else "due_told_at"
    setattr(case, field, at)
    case.next_rung_at = rungs.next_at(case)
    case.save(update_fields=[field, "next_rung_at"])
    verb = case.workflow.escalates
    topic = f"{case.workflow.name}.{verb}"
    record(topic, case, actor=actor, at=at, facts={"clock": clock})
    announce(topic, case, at=at)


def _stand(case: Case, arrow: Move, *, at: datetime) -> None:
    """Put the case where the arrow leads and set its clocks; not yet written."""
    case.version += 1
    if case.state == arrow.target:
        return  # an act that stays where it is begins no stage anew
    case.state, case.state_since = arrow.target, at
    clocks.enter(case, verb=arrow.verb, at=at)


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
    step, kept = _lines(case, arrow, source=source, role=role, actor=actor, at=at, facts=facts)
    step.save(force_insert=True)
    kept.save(force_insert=True)
    announce(f"{case.workflow.name}.{arrow.verb}", case, at=at)


def _lines(
    case: Case,
    arrow: Move,
    *,
    source: str,
    role: str,
    actor: Actor,
    at: datetime,
    facts: dict[str, object],
) -> tuple[Step, Record]:
    """Return one act's two rows, not yet written: its line in the story and its evidence."""
    kept = {name: _plain(value) for name, value in facts.items() if value is not None}
    salt = os.urandom(16)
    step = case.step_model(
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
    )
    topic = f"{case.workflow.name}.{arrow.verb}"
    facts = kept | {"from": source, "to": case.state}
    return step, build(topic, case, actor=actor, at=at, facts=facts, salt=salt)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return str(value.pk) if isinstance(value, models.Model) else value

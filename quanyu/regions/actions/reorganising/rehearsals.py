"""Have a re-organisation rehearsed by a job, and keep what it finds (预演)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.workflow.spec import NotAllowed
from quanyu.regions import queries
from quanyu.regions.models import Rehearsal, Reorganisation
from quanyu.regions.queries import rehearsed
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.workflow import WAITING


class NotRehearsed(Refusal):
    """It has begun, or is over: there is nothing left to rehearse."""


@transaction.atomic
def rehearse(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> Reorganisation:
    """Have it rehearsed anew, on the ground as it stands now (重新预演).

    :raises NotRehearsed: if it has begun, or is over
    :raises NotAllowed: if the actor has no move to make in it
    :raises Denied: if it is out of reach
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    if actor.id is None or not actor.roles_at(row.region_path):
        raise Denied
    if row.state not in WAITING:
        raise NotRehearsed(_("已开始生效或已了结，不再预演"), field="state", value=row.state)
    if not reads.offers(row, actor=actor):
        raise NotAllowed(_("重新预演由可以办理这项调整的人提出"))
    rows = Rehearsal.objects.visible_to(actor).filter(reorganisation=row)
    rows.update(asked_at=at, done_at=None, done=0, total=0, told={})
    announce("reorganisation.rehearse", row, at=at)
    record("reorganisation.rehearse", row, actor=actor, at=at, facts={})
    return row


@transaction.atomic
def open_rehearsal(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> Reorganisation | None:
    """Note that a rehearsal begins; return nothing when there is one already (预演开始).

    :raises Denied: if the actor is not the system
    """
    row = _of_system(reorganisation_id, actor)
    number = rehearsed.version(row, actor=actor)
    held = Rehearsal.objects.visible_to(actor).filter(reorganisation=row).first()
    if row.state not in WAITING or (held and held.done_at and held.version == number):
        return None
    fresh = {"version": number, "asked_at": at, "edition": str(queries.edition())}
    fresh |= {"done": 0, "total": 0, "done_at": None, "told": {}}
    Rehearsal.objects.visible_to(actor).update_or_create(reorganisation=row, defaults=fresh)
    return row


@transaction.atomic
def note_rehearsal(
    *, reorganisation_id: UUID, done: int, total: int, actor: Actor, at: datetime
) -> None:
    """Note how many of the places are drawn (预演进度).

    :raises Denied: if the actor is not the system
    """
    row = _of_system(reorganisation_id, actor)
    rows = Rehearsal.objects.visible_to(actor).filter(reorganisation=row, done_at=None)
    rows.update(done=done, total=total)


@transaction.atomic
def keep_rehearsal(
    *, reorganisation_id: UUID, told: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    """Keep what a rehearsal has found, unless what it is of has changed meanwhile (存入预演).

    :param told: by language, what :func:`rehearsed.told` gives, or why it does not hold together
    :raises Denied: if the actor is not the system
    """
    row = _of_system(reorganisation_id, actor)
    number = rehearsed.version(row, actor=actor)
    rows = Rehearsal.objects.visible_to(actor).filter(reorganisation=row, version=number)
    if rows.filter(done_at=None).update(told=dict(told), done_at=at):
        facts = {"version": number}
        record("reorganisation.keep_rehearsal", row, actor=actor, at=at, facts=facts)


def forget_rehearsal(row: Reorganisation, *, actor: Actor) -> None:
    """Let go what was found, with the names in it: it has begun, or is over."""
    Rehearsal.objects.visible_to(actor).filter(reorganisation=row).delete()


def _of_system(key: UUID, actor: Actor) -> Reorganisation:
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    return reads.one(key, actor=actor, lock=True)

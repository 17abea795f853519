"""Take effect: one batch a call, so that a job that was killed goes on where it stood (生效).

What the tree itself needs is done here, in the order of ``OWN``. Who stands above follows by the
message ``reorganisation.placed``, each at its own stage, and tells how far it has come.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.workflow.actions import move
from quanyu.regions.actions.reorganising.applying import redraw
from quanyu.regions.actions.reorganising.batches import Batch
from quanyu.regions.actions.reorganising.deciding import release
from quanyu.regions.actions.reorganising.housing import move_estates, rehouse
from quanyu.regions.actions.reorganising.rehearsals import forget_rehearsal
from quanyu.regions.actions.reorganising.serving import move_contacts
from quanyu.regions.models import Reorganisation, Stage
from quanyu.regions.queries import following
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.workflow import ReorganisationState as S

TREE, HOUSES, ESTATES, SERVING, GRANTS = "places", "buildings", "estates", "contacts", "grants"
OWN = (TREE, HOUSES, ESTATES, SERVING, GRANTS)
AT_ONCE = 1_000
"""Rows of one batch: some hundred milliseconds of locks."""


@transaction.atomic
def begin(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> Reorganisation:
    """Begin to take effect on its day, or give it back if it does not hold together any more.

    A second time it does nothing.

    :raises Denied: if the actor is not the system
    """
    _check_system(actor)
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    if row.state != S.APPROVED or row.effective_date > timezone.localdate(at):
        return row
    try:
        with transaction.atomic():
            _begin(row, actor=actor, at=at)
    except Refusal as no:
        row = reads.one(reorganisation_id, actor=actor, lock=True)
        _set_back(row, no, actor=actor, at=at)
    return row


@transaction.atomic
def proceed(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> bool:
    """Do the next batch of what the tree needs; answer whether there is more to do.

    :raises Denied: if the actor is not the system
    """
    _check_system(actor)
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    if row.state != S.TAKING:
        return False
    rows = Stage.objects.visible_to(actor).filter(reorganisation=row, name__in=OWN)
    stage = rows.filter(done_at=None).order_by("number").first()
    if stage is None:
        return False
    _note(stage, DONE_BY[stage.name](row, stage, actor, at), at=at)
    if stage.done_at and stage.name == OWN[-1]:
        announce("reorganisation.placed", row, at=at)
        _finish(row, actor=actor, at=at)
        return False
    return True


@transaction.atomic
def follow(
    *,
    reorganisation_id: UUID,
    name: str,
    batch: Callable[[UUID | None], Batch],
    actor: Actor,
    at: datetime,
) -> bool:
    """Let a follower do its next batch after the row it saw last; answer whether there is more.

    The stage is locked meanwhile: of two jobs one waits, and goes on where the other came to.

    :raises Denied: if the actor is not the system
    """
    _check_system(actor)
    stages = Stage.objects.visible_to(actor).select_for_update(of=("self",))
    stage = stages.filter(reorganisation=reorganisation_id, name=name).first()
    if stage is None or stage.done_at is not None:
        return False
    _note(stage, batch(stage.after), at=at)
    if stage.done_at is None:
        return True
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    _finish(row, actor=actor, at=at)
    return False


def _begin(row: Reorganisation, *, actor: Actor, at: datetime) -> None:
    """Write the tree in the transaction that begins: what is refused there has begun nothing."""
    reads.outcome(row, actor=actor)
    row.begun_at = at
    move(row, "begin", actor=actor, at=at)
    forget_rehearsal(row, actor=actor)
    names = [*OWN, *following.followers()]
    stages = Stage.objects.bulk_create(
        Stage(reorganisation=row, number=number, name=name) for number, name in enumerate(names)
    )
    _note(stages[0], _tree(row, stages[0], actor, at), at=at)


# ------------------------------------------------------------------ the stages of its own


def _tree(row: Reorganisation, stage: Stage, actor: Actor, at: datetime) -> Batch:
    outcome = redraw(row, reads.operations(row, actor=actor), at=at)
    facts: dict[str, object] = {
        "ended": list(outcome.ended),
        "begun": [one.path for one in outcome.born],
    }
    record("region.reorganise", row, actor=actor, at=at, facts=facts)
    return Batch(len(outcome.ended), len(outcome.born), None, is_last=True)


def _houses(row: Reorganisation, stage: Stage, actor: Actor, at: datetime) -> Batch:
    return rehouse(row, stage.after, most=AT_ONCE, actor=actor, at=at)


def _estates(row: Reorganisation, stage: Stage, actor: Actor, at: datetime) -> Batch:
    return move_estates(row)


def _serving(row: Reorganisation, stage: Stage, actor: Actor, at: datetime) -> Batch:
    return move_contacts(row, stage.after, actor=actor, at=at)


def _grants(row: Reorganisation, stage: Stage, actor: Actor, at: datetime) -> Batch:
    done = accounts.move_grants(
        ways=following.heirs(row.pk),
        is_moving=row.moves_grants,
        reason=_("区划调整：{title}").format(title=row.title),
        most=AT_ONCE // 10,
        actor=actor,
        at=at,
    )
    return Batch(done, done, None, is_last=done < AT_ONCE // 10)


_Stage = Callable[[Reorganisation, Stage, Actor, datetime], Batch]
DONE_BY: Mapping[str, _Stage] = MappingProxyType(
    {TREE: _tree, HOUSES: _houses, ESTATES: _estates, SERVING: _serving, GRANTS: _grants}
)


# ------------------------------------------------------------------ inside


def _check_system(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied


def _note(stage: Stage, batch: Batch, *, at: datetime) -> None:
    stage.looked += batch.looked
    stage.changed += batch.changed
    stage.after = batch.after or stage.after
    stage.done_at = at if batch.is_last else None
    stage.save(update_fields=["looked", "changed", "after", "done_at"])


def _set_back(row: Reorganisation, no: Refusal, *, actor: Actor, at: datetime) -> None:
    """Give it back to its makers: the ground has changed since it was approved."""
    row.approved_by = row.approved_at = None
    told = str(no)
    move(row, "set_back", actor=actor, at=at, words=told, field=no.field, value=str(no.value))
    release(row, actor=actor)


def _finish(row: Reorganisation, *, actor: Actor, at: datetime) -> None:
    """End it once every stage is done, of its own and of its followers."""
    left = Stage.objects.visible_to(actor).filter(reorganisation=row, done_at=None)
    if row.state != S.TAKING or left.exists():
        return
    row.ended_at = at
    move(row, "finish", actor=actor, at=at)
    release(row, actor=actor)

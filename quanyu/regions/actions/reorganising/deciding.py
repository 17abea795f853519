"""Submit a re-organisation, and decide about another's (提交与批准)."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move
from quanyu.regions import rules
from quanyu.regions.actions.reorganising.rehearsals import forget_rehearsal
from quanyu.regions.models import Claim, Region, Reorganisation
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.rules.changes import Outcome, Taken

LONGEST = 500


@transaction.atomic
def submit(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> Reorganisation:
    """Hand a draft to who decides; from now on nobody changes it (提交批准).

    :raises WrongOperation: if its operations do not hold together
    :raises NotAllowed: if it is no draft, or not the actor's place
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    row.submitted_by = actor.id
    move(row, "submit", actor=actor, at=at)
    _check_day(row, at=at)
    outcome = reads.outcome(row, actor=actor)
    row.of_communities = any(
        rules.level_of(path) is not rules.Level.GRID for path in outcome.touched
    )
    row.save(update_fields=["of_communities"])
    return row


@transaction.atomic
def take_back(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> Reorganisation:
    """Take back what was submitted and is not decided, to change it (收回修改).

    :raises NotAllowed: if it is decided already, or not the actor's place
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    move(row, "take_back", actor=actor, at=at)
    return row


@transaction.atomic
def approve(
    *, reorganisation_id: UUID, words: str = "", actor: Actor, at: datetime
) -> Reorganisation:
    """Approve what another made and submitted; it takes effect on its day (批准).

    From now on no other re-organisation may touch the same places until this one is done.

    :raises NotAllowed: if the actor made it, or it is for the district to decide
    :raises WrongOperation: if its operations no longer hold together
    :raises Taken: if another one that is approved touches the same place
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    row.approved_by, row.approved_at = actor.id, at
    move(row, "approve", actor=actor, at=at, words=_said(words, least=0))
    _check_day(row, at=at)
    _claim(row, reads.outcome(row, actor=actor))
    return row


@transaction.atomic
def send_back(*, reorganisation_id: UUID, words: str, actor: Actor, at: datetime) -> Reorganisation:
    """Give it back to be changed, with the reason (退回修改).

    :raises NotAllowed: if the actor may not
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    move(row, "send_back", actor=actor, at=at, words=_said(words))
    return row


@transaction.atomic
def refuse(*, reorganisation_id: UUID, words: str, actor: Actor, at: datetime) -> Reorganisation:
    """Refuse it for good, with the reason (不予批准).

    :raises NotAllowed: if the actor may not
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    row.ended_at = at
    move(row, "refuse", actor=actor, at=at, words=_said(words))
    forget_rehearsal(row, actor=actor)
    return row


@transaction.atomic
def withdraw(*, reorganisation_id: UUID, words: str, actor: Actor, at: datetime) -> Reorganisation:
    """Withdraw it before it has begun; what it touched is free again (撤回).

    :raises NotAllowed: if it has begun, or not the actor's place
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    row.ended_at = at
    move(row, "withdraw", actor=actor, at=at, words=_said(words))
    forget_rehearsal(row, actor=actor)
    release(row, actor=actor)
    return row


def release(row: Reorganisation, *, actor: Actor) -> None:
    """Let others touch the places again."""
    Claim.objects.visible_to(actor).filter(reorganisation=row).delete()


def _claim(row: Reorganisation, outcome: Outcome) -> None:
    """Keep others away from what it touches: the database lets a place be claimed once."""
    # Where grids are founded, the community whose free ground they take has no way out of it.
    touched = outcome.touched | {way.origin for way in outcome.ways}
    # Who draws a grid has locked its row: of the two, the second sees what the first has done.
    standing = Region.objects.standing().filter(path__in=touched).order_by("path")
    list(standing.select_for_update().values_list("pk", flat=True))
    names = {one.path: one.name for one in outcome.born}
    rows = [
        Claim(
            reorganisation=row,
            path=path,
            name=names.get(path, ""),
            title=row.title,
            effective_date=row.effective_date,
        )
        for path in sorted(touched)
    ]
    try:
        with transaction.atomic():
            Claim.objects.bulk_create(rows, batch_size=2_000)
    except IntegrityError as fault:
        raise Taken(
            _("另一项已批准的区划调整涉及同一个地方，等它生效或撤回后再批准"),
            field="operations",
            value=row.title,
        ) from fault


def _check_day(row: Reorganisation, *, at: datetime) -> None:
    today = timezone.localdate(at)
    if row.effective_date < today:
        raise Invalid(
            _("生效日期 {value} 已过，请改为今天或以后"),
            field="effective_date",
            value=row.effective_date.isoformat(),
            allowed=[f"{today.isoformat()}…"],
        )


def _said(words: str, *, least: int = 2) -> str:
    told = " ".join(words.split())
    if not least <= len(told) <= LONGEST:
        raise Invalid(
            _("意见须有 {least} 至 {most} 个字"),
            field="words",
            value=told[:LONGEST],
            least=least,
            most=LONGEST,
        )
    return told

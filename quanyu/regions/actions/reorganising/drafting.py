"""Write a re-organisation down, step by step or all at once (起草区划调整)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from os.path import commonpath
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move, start
from quanyu.regions import queries, rules
from quanyu.regions.models import Allotment, Operation, Reorganisation, Target
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.queries.outlines import check_drawn
from quanyu.regions.rules import changes
from quanyu.regions.rules.changes import LONGEST, WrongOperation
from quanyu.regions.rules.reorganising import settle

AT_A_TIME = 2_000
"""Rows in one statement."""

LEAST = {"title": 2, "reason": 2, "ground": 2, "document": 0}
WORDS = {
    "title": _("标题"),
    "reason": _("理由"),
    "ground": _("调整依据"),
    "document": _("批文"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a re-organisation says of itself (区划调整的说明)."""

    title: str
    reason: str
    ground: str
    effective_date: date
    document: str = ""
    moves_grants: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One operation as it comes in, with the shapes that are given (well-known binary)."""

    operation: changes.Operation
    shapes: Mapping[str, bytes] = field(default_factory=dict)


@transaction.atomic
def draft(*, wanted: Wanted, region_path: str, actor: Actor, at: datetime) -> Reorganisation:
    """Begin a re-organisation of places inside one place (起草).

    :raises NotAllowed: if the actor may not in this place
    :raises Invalid: if a text is missing or too long, or the day is past
    """
    if not actor.roles_at(region_path) or not queries.is_known(region_path):
        raise Denied
    words = check_wanted(wanted, at=at)
    row = Reorganisation(
        region_path=region_path,
        effective_date=wanted.effective_date,
        moves_grants=wanted.moves_grants,
        made_by=actor.id,
        made_at=at,
        **words,
    )
    start(row, actor=actor, at=at, title=row.title, effective_date=str(row.effective_date))
    return row


@transaction.atomic
def amend(*, reorganisation_id: UUID, wanted: Wanted, actor: Actor, at: datetime) -> Reorganisation:
    """Say anew what a draft is about, and from which day (修改说明).

    :raises NotAllowed: if it is no draft any more, or not the actor's place
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    words = check_wanted(wanted, at=at)
    for name, value in words.items():
        setattr(row, name, value)
    row.effective_date, row.moves_grants = wanted.effective_date, wanted.moves_grants
    move(row, "amend", actor=actor, at=at, what="words", effective_date=str(row.effective_date))
    return row


@transaction.atomic
def add_operation(
    *, reorganisation_id: UUID, step: Step, actor: Actor, at: datetime
) -> Reorganisation:
    """Add one operation to a draft; it must hold together with those before it (加一步).

    :raises WrongOperation: if it does not; field, value and what is allowed are named
    :raises NotAllowed: if it is no draft any more, or not the actor's place
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    move(row, "amend", actor=actor, at=at, what="add", change=step.operation.change)
    _check_within(row.region_path, [step])
    before = reads.operations(row, actor=actor)
    told = [*(one.operation for one in before), step.operation]
    ground = reads.ground(told, row.effective_date)
    settle(told, ground)
    kept = Operation.objects.visible_to(actor).filter(reorganisation=row)
    last = kept.order_by("-number").values_list("number", flat=True).first()
    check_drawn([*before, *_keep(row, (last or 0) + 1, [step])], ground)
    return row


@transaction.atomic
def drop_operation(
    *, reorganisation_id: UUID, operation_id: UUID, actor: Actor, at: datetime
) -> Reorganisation:
    """Take one operation out of a draft (删一步).

    :raises Denied: if there is no such operation
    :raises NotAllowed: if it is no draft any more, or not the actor's place
    """
    row = reads.one(reorganisation_id, actor=actor, lock=True)
    kept = Operation.objects.visible_to(actor).filter(reorganisation=row, pk=operation_id).first()
    if kept is None:
        raise Denied
    move(row, "amend", actor=actor, at=at, what="drop", change=kept.change)
    kept.delete()
    return row


@transaction.atomic
def propose(
    *,
    wanted: Wanted,
    steps: Sequence[Step],
    drawn_by: Iterable[UUID] = (),
    actor: Actor,
    at: datetime,
) -> Reorganisation:
    """Draft a whole re-organisation at once, for who has drawn it elsewhere (由规划方案生成).

    It stands in the smallest place around all that it touches, is rehearsed, submitted and
    approved like any other.

    :param drawn_by: who had a part in what is proposed; none of them approves it
    :raises WrongOperation: if its operations do not hold together
    """
    region_path = _around(steps)
    row = draft(wanted=wanted, region_path=region_path, actor=actor, at=at)
    row.drawn_by = sorted(set(drawn_by))
    row.save(update_fields=["drawn_by"])
    drawn = _keep(row, 1, steps)
    told = [one.operation for one in drawn]
    check_drawn(drawn, reads.ground(told, row.effective_date))
    reads.settled(told, row.effective_date)
    return row


def check_wanted(wanted: Wanted, *, at: datetime) -> dict[str, str]:
    """Return the texts as they are kept.

    :raises Invalid: if one is missing or too long, or the day is past
    """
    words = _said(wanted)
    _check_day(wanted.effective_date, at=at)
    return words


# ------------------------------------------------------------------ inside


def _said(wanted: Wanted) -> dict[str, str]:
    """Return the texts as they are kept.

    :raises Invalid: if one is missing or too long
    """
    found = {}
    for name, longest in LONGEST.items():
        value = " ".join(str(getattr(wanted, name)).split())
        if not LEAST[name] <= len(value) <= longest:
            raise Invalid(
                _("{what}须有 {least} 至 {most} 个字"),
                field=name,
                value=value[:longest],
                what=WORDS[name],
                least=LEAST[name],
                most=longest,
            )
        found[name] = value
    return found


def _check_day(day: date, *, at: datetime) -> None:
    today = timezone.localdate(at)
    if day < today:
        raise Invalid(
            _("生效日期不得早于今天 {today}；过去的日子不再改写"),
            field="effective_date",
            value=day.isoformat(),
            allowed=[f"{today.isoformat()}…"],
            today=today.isoformat(),
        )


def _touched(step: Step) -> list[str]:
    return [*step.operation.sources, *(one.path for one in step.operation.targets)]


def _check_within(place: str, steps: Sequence[Step]) -> None:
    """Refuse what lies outside the place of the re-organisation, or is that place itself."""
    for path in (path for step in steps for path in _touched(step)):
        if not path.startswith(place) or path == place:
            raise WrongOperation(
                _("{value} 不在本次调整的辖区 {place} 之内"),
                field="sources",
                value=path,
                allowed=[f"{place}…"],
                place=place,
            )


def _around(steps: Sequence[Step]) -> str:
    """Return the smallest place around all that is touched, and above each of it."""
    parents = [rules.parent(rules.check_path(path)) for step in steps for path in _touched(step)]
    if not parents:
        raise WrongOperation(_("还没有写任何一步调整"), field="operations")
    return f"{commonpath(parents)}/"


def _keep(row: Reorganisation, first: int, steps: Sequence[Step]) -> list[reads.Drawn]:
    """Add steps, numbered from the first: a city's plan has one for every community."""
    kept = Operation.objects.bulk_create(
        Operation(
            reorganisation=row,
            number=number,
            change=step.operation.change,
            sources=list(step.operation.sources),
        )
        for number, step in enumerate(steps, start=first)
    )
    Target.objects.bulk_create(
        (
            Target(
                operation=one,
                number=place,
                path=target.path,
                name=target.name.strip(),
                name_en=target.name_en.strip(),
                shape=step.shapes.get(target.path),
            )
            for one, step in zip(kept, steps, strict=True)
            for place, target in enumerate(step.operation.targets)
        ),
        batch_size=AT_A_TIME,
    )
    Allotment.objects.bulk_create(
        (
            Allotment(operation=one, unit=unit, path=path)
            for one, step in zip(kept, steps, strict=True)
            for unit, path in step.operation.homes.items()
        ),
        batch_size=AT_A_TIME,
    )
    return [
        reads.Drawn(one.pk, one.number, step.operation, step.shapes)
        for one, step in zip(kept, steps, strict=True)
    ]

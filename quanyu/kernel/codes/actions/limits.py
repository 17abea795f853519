"""Change a limit: with a start date, a clause and a record; nothing is overwritten."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes import queries, rules
from quanyu.kernel.codes.actions.keeping import (
    check_clause,
    check_keeper,
    lock,
    renew,
    take_back,
    today_of,
)
from quanyu.kernel.codes.models import STANDING, Limit
from quanyu.kernel.codes.rules import NotInForce
from quanyu.kernel.errors import gettext_noop as _


@transaction.atomic
def set_limit(
    *,
    workflow: str,
    stage: str,
    amount: int,
    unit: str,
    start: date,
    class_prefix: str = "",
    place: str = "",
    clause_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> Limit:
    """Set a time limit from ``start`` on; the old one ends that day (设定时限).

    :raises NotKeeper: if the actor does not administer the place it shall hold at
    :raises WrongLimit: if it is no limit
    :raises WrongStart: if ``start`` is past, or not after the last change
    """
    check_keeper(actor, place or settings.QUANYU_CITY)
    stages = {name for names in queries.stage_names.ask(workflow) for name in names}
    rules.check_bearing(stage, class_prefix, stages=sorted(stages))
    counted = {stage: u for one in queries.counted_stages.ask(workflow) for stage, u in one.items()}
    rules.check_counted(stage, unit, counted=counted)
    rules.check_limit(amount, unit, place=place)
    check_clause(clause_id)
    lock()
    rows = _limits(workflow, stage, class_prefix, place)
    last = rows.last()
    rules.check_start(start, today=today_of(at), last=last.valid_from if last else None)
    rows.filter(valid_to=None).update(valid_to=start)
    row = Limit.objects.create(
        workflow=workflow,
        stage=stage,
        class_prefix=class_prefix,
        place_path=place,
        amount=amount,
        unit=unit,
        valid_from=start,
        clause_id=clause_id,
        is_edited=True,
    )
    facts = {"amount": amount, "unit": unit, "start": start.isoformat()}
    record("codes.set_limit", row, actor=actor, at=at, facts=facts)
    renew()
    return row


@transaction.atomic
def end_limit(
    *,
    workflow: str,
    stage: str,
    end: date,
    class_prefix: str = "",
    place: str = "",
    actor: Actor,
    at: datetime,
) -> Limit:
    """Let a limit hold up to ``end``; the next general one takes its place (停用时限).

    :raises NotInForce: if there is none without end
    """
    check_keeper(actor, place or settings.QUANYU_CITY)
    lock()
    row = _limits(workflow, stage, class_prefix, place).filter(valid_to=None).first()
    if row is None:
        raise NotInForce(_("没有这样的在用时限"), field="stage", value=stage)
    rules.check_start(end, today=today_of(at), last=row.valid_from)
    row.valid_to = end
    row.save(update_fields=["valid_to"])
    record("codes.end_limit", row, actor=actor, at=at, facts={"end": end.isoformat()})
    renew()
    return row


@transaction.atomic
def withdraw_limit(
    *,
    workflow: str,
    stage: str,
    class_prefix: str = "",
    place: str = "",
    actor: Actor,
    at: datetime,
) -> Limit:
    """Take back the last change or end of a limit that has not come yet (撤回未生效时限).

    :raises NothingPlanned: if there is none: what has held is history
    """
    check_keeper(actor, place or settings.QUANYU_CITY)
    lock()
    row = take_back(_limits(workflow, stage, class_prefix, place), at=at)
    facts = {"start": row.valid_from.isoformat(), "withdrawn": row.withdrawn_at is not None}
    record("codes.withdraw_limit", row, actor=actor, at=at, facts=facts)
    renew()
    return row


def _limits(workflow: str, stage: str, class_prefix: str, place: str) -> QuerySet[Limit]:
    return Limit.objects.filter(
        STANDING, workflow=workflow, stage=stage, class_prefix=class_prefix, place_path=place
    ).order_by("valid_from")

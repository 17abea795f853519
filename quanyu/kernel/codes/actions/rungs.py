"""Change a rung of a ladder: with a start date, a clause and a record; nothing is overwritten."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.codes import queries
from quanyu.kernel.codes.actions.keeping import (
    check_clause,
    check_keeper,
    lock,
    renew,
    take_back,
    today_of,
)
from quanyu.kernel.codes.models import STANDING, Rung
from quanyu.kernel.codes.rules import NotInForce
from quanyu.kernel.codes.rules import rungs as rules
from quanyu.kernel.errors import gettext_noop as _


@transaction.atomic
def set_rung(
    *,
    workflow: str,
    number: int,
    side: str,
    amount: int,
    unit: str,
    whom: str,
    words: str,
    start: date,
    stage: str = rules.ANY_STAGE,
    class_prefix: str = "",
    clause_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> Rung:
    """Set whom clocks that begin from ``start`` on tell; the old rung ends that day (设定提醒步骤).

    :raises NotKeeper: if the actor does not administer the whole city
    :raises WrongRung: if it is no rung
    :raises WrongStart: if ``start`` is not to come, or not after the last change
    """
    check_keeper(actor, settings.QUANYU_CITY)
    named = queries.named_rungs(workflow)
    known = rules.Known(*(sorted(named[kind]) for kind in queries.NAMED))
    rules.check_rung(
        stage=stage,
        class_prefix=class_prefix,
        number=number,
        whom=whom,
        words=words,
        known=known,
    )
    rules.check_distance(side, amount, unit)
    check_clause(clause_id)
    lock()
    rows = _rungs(workflow, stage, class_prefix, number)
    last = rows.last()
    rules.check_begins(start, today=today_of(at), last=last.valid_from if last else None)
    rows.filter(valid_to=None).update(valid_to=start)
    row = Rung.objects.create(
        workflow=workflow,
        stage=stage,
        class_prefix=class_prefix,
        number=number,
        side=side,
        amount=amount,
        unit=unit,
        whom=whom,
        words=words,
        valid_from=start,
        clause_id=clause_id,
        is_edited=True,
    )
    facts = {"side": side, "amount": amount, "unit": unit, "whom": whom}
    record("codes.set_rung", row, actor=actor, at=at, facts=facts | {"start": start.isoformat()})
    renew()
    return row


@transaction.atomic
def end_rung(
    *,
    workflow: str,
    number: int,
    end: date,
    stage: str = rules.ANY_STAGE,
    class_prefix: str = "",
    actor: Actor,
    at: datetime,
) -> Rung:
    """Let a rung bear on no clock that begins from ``end`` on (停用提醒步骤).

    :raises NotKeeper: if the actor does not administer the whole city
    :raises NotInForce: if there is none without end
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    row = _rungs(workflow, stage, class_prefix, number).filter(valid_to=None).first()
    if row is None:
        raise NotInForce(_("没有这样的在用步骤"), field="number", value=number)
    rules.check_begins(end, today=today_of(at), last=row.valid_from)
    row.valid_to = end
    row.save(update_fields=["valid_to"])
    record("codes.end_rung", row, actor=actor, at=at, facts={"end": end.isoformat()})
    renew()
    return row


@transaction.atomic
def withdraw_rung(
    *,
    workflow: str,
    number: int,
    stage: str = rules.ANY_STAGE,
    class_prefix: str = "",
    actor: Actor,
    at: datetime,
) -> Rung:
    """Take back the last change or end of a rung that has not come yet (撤回未生效步骤).

    :raises NotKeeper: if the actor does not administer the whole city
    :raises NothingPlanned: if there is none: what has held is history
    """
    check_keeper(actor, settings.QUANYU_CITY)
    lock()
    row = take_back(_rungs(workflow, stage, class_prefix, number), at=at)
    facts = {"start": row.valid_from.isoformat(), "withdrawn": row.withdrawn_at is not None}
    record("codes.withdraw_rung", row, actor=actor, at=at, facts=facts)
    renew()
    return row


def _rungs(workflow: str, stage: str, class_prefix: str, number: int) -> QuerySet[Rung]:
    rows = Rung.objects.filter(STANDING, workflow=workflow, stage=stage)
    return rows.filter(class_prefix=class_prefix, number=number).order_by("valid_from")

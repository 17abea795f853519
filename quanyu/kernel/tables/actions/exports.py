"""Ask for a file, let it be made, hand it out (导出)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.columns import Column, Table
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.tables import queries, rules
from quanyu.kernel.tables.models import Export
from quanyu.kernel.tables.rules import UNDER_WAY, NotNow, NotOpen, State, WrongFile

TAKING = 0x100D
"""The lock under which what one account takes out is counted."""


@transaction.atomic
def export(
    *,
    table: str,
    asked: Mapping[str, str],
    columns: str,
    format: str,  # noqa: A002 - the word in the form and in the row
    language: str,
    hat: str = "",
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> Export:
    """Ask for a file of exactly what the page of this address shows (申请导出).

    A large file with people's own words in it waits for the leave of somebody who leads the place.

    :raises Denied: if the actor does not open the list
    :raises WrongFile: if there is no such format
    :raises NotOpen: if leave is needed and nothing is said of what the file is for
    """
    held = queries.opened(table, actor=actor)
    _check_format(format, held)
    chosen = held.chosen(columns)
    _one_at_a_time(queries.person(actor))
    count = held.narrowed(asked, actor=actor, at=at).order_by().count()
    must_wait = _needs_leave(chosen, count, actor=actor, at=at)
    _check_reason(reason, must_wait=must_wait)
    made = Export(
        account_id=queries.person(actor),
        hat=hat,
        region_path=queries.above(actor),
        table=table,
        format=format,
        language=language,
        state=State.ASKED if must_wait else State.WAITING,
        at=at,
        total=count,
        asked=queries.address(asked),
        columns=[column.key for column in chosen],
        reason=reason.strip(),
        is_personal=_is_personal(chosen),
    )
    made.save(force_insert=True)
    facts = {"table": table, "filters": sorted(asked), "rows": count, "leave": must_wait}
    record("tables.export", made, actor=actor, at=at, facts=facts)
    if not must_wait:
        announce("tables.export", made, at=at)
    return made


@transaction.atomic
def approve(*, export_id: UUID, actor: Actor, at: datetime) -> Export:
    """Let another person have a large file; it bears that person's name on every page (批准导出).

    :raises Denied: if it is not for this actor to decide
    :raises NotNow: if it does not wait for leave
    """
    export = _asked(export_id, actor=actor)
    export.state, export.approved_by, export.approved_at = State.WAITING, actor.id, at
    export.save(update_fields=["state", "approved_by", "approved_at"])
    record("tables.approve", export, actor=actor, at=at, facts={"rows": export.total})
    announce("tables.export", export, at=at)
    return export


@transaction.atomic
def refuse(*, export_id: UUID, actor: Actor, at: datetime) -> Export:
    """Refuse another person a large file (不批准导出).

    :raises Denied: if it is not for this actor to decide
    :raises NotNow: if it does not wait for leave
    """
    export = _asked(export_id, actor=actor)
    export.state, export.ended_at = State.REFUSED, at
    export.save(update_fields=["state", "ended_at"])
    record("tables.refuse", export, actor=actor, at=at)
    return export


@transaction.atomic
def cancel(*, export_id: UUID, actor: Actor, at: datetime) -> Export:
    """Call off an export of one's own; the worker stops at its next batch (取消导出).

    :raises Denied: if it is not one's own
    :raises NotNow: if it is no longer under way
    """
    export = queries.one(Export, export_id, actor=actor, lock=True)
    if export.state not in UNDER_WAY | {State.ASKED}:
        raise NotNow(_("这次导出已经结束"))
    export.state, export.ended_at = State.CANCELLED, at
    export.save(update_fields=["state", "ended_at"])
    record("tables.cancel", export, actor=actor, at=at)
    return export


@transaction.atomic
def fetch(*, export_id: UUID, actor: Actor, at: datetime) -> Export:
    """Hand a finished file to who asked for it; what opens the list is asked again (取走文件).

    :raises Denied: if it is not one's own, or neither list nor place are still open to this person
    :raises NotNow: if there is no file, or no longer
    """
    export = queries.one(Export, export_id, actor=actor)
    queries.opened(export.table, actor=actor)
    if not export.region_path.startswith(queries.above(queries.asker(export, at=at))):
        raise Denied  # moved to another place since: what was theirs to read is no longer
    if export.state != State.DONE or not queries.made(export).exists():
        raise NotNow(_("文件不在了：没有做完，或保留期已过"))
    record("tables.fetch", export, actor=actor, at=at, facts={"sha256": export.sha256})
    return export


# ------------------------------------------------------------------ the worker's


@transaction.atomic
def begin(*, export_id: UUID, actor: Actor, at: datetime) -> Export | None:
    """Take an export that waits, or that a killed worker left; None when there is nothing to do."""
    export = Export.objects.visible_to(actor).select_for_update().filter(pk=export_id).first()
    if export is None or export.state not in UNDER_WAY:
        return None
    export.state, export.began_at, export.done = State.RUNNING, at, 0
    export.save(update_fields=["state", "began_at", "done"])
    return export


def tell(*, export_id: UUID, done: int, actor: Actor) -> bool:
    """Write down how far the worker is; answer whether to go on."""
    rows = Export.objects.visible_to(actor).filter(pk=export_id)
    if rows.filter(state=State.RUNNING).update(done=done):
        return True
    return not rows.filter(state=State.CANCELLED).exists()


@transaction.atomic
def finish(
    *, export_id: UUID, rows: int, size: int, sha256: str, actor: Actor, at: datetime
) -> bool:
    """Open a finished file to who asked; answer no when it was called off meanwhile."""
    export = _running(export_id, actor=actor)
    if export is None:
        return False
    export.state, export.ended_at, export.ends_at = State.DONE, at, at + rules.KEPT
    export.done = export.total = rows
    export.size, export.sha256 = size, sha256
    export.save()
    facts = {"table": export.table, "rows": rows, "sha256": sha256}
    record("tables.finish", export, actor=actor, at=at, facts=facts)
    return True


@transaction.atomic
def fail(*, export_id: UUID, no: Refusal | Denied, actor: Actor, at: datetime) -> None:
    """Keep of an export that cannot be made why not."""
    export = _running(export_id, actor=actor)
    if export is None:
        return
    export.state, export.ended_at = State.FAILED, at
    export.sentence = no.sentence if isinstance(no, Refusal) else _("您现在不能打开这个列表")
    export.parts = {k: str(v) for k, v in no.parts.items()} if isinstance(no, Refusal) else {}
    export.save(update_fields=["state", "ended_at", "sentence", "parts"])
    record("tables.fail", export, actor=actor, at=at)


def check_leave(export: Export, columns: Sequence[Column], rows: int) -> None:
    """Refuse to make a file that has outgrown what was asked without leave.

    :raises NotOpen: if so
    """
    most = settings.QUANYU_EXPORT_ROWS
    if export.approved_by is None and rules.needs_leave(columns, rows, before=0, most=most):
        raise NotOpen(
            _("现在有 {rows} 行，超过 {most} 行，请重新申请并等待批准"), rows=rows, most=most
        )


# ------------------------------------------------------------------ inside


def _asked(export_id: UUID, *, actor: Actor) -> Export:
    export = queries.approvable(export_id, actor=actor, lock=True)
    if export.state != State.ASKED:
        raise NotNow(_("这次导出已经有了决定"))
    return export


def _running(export_id: UUID, *, actor: Actor) -> Export | None:
    rows = Export.objects.visible_to(actor).select_for_update()
    return rows.filter(pk=export_id, state=State.RUNNING).first()


def _one_at_a_time(account: UUID) -> None:
    """Let one export of this account be counted at a time, so that none slips past the others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [TAKING, str(account)])


def _check_format(text: str, table: Table) -> None:
    offered = queries.formats(table)
    if text not in offered:
        raise WrongFile(_("没有这种文件格式"), field="format", value=text, allowed=[*offered])


def _is_personal(columns: Sequence[Column]) -> bool:
    return any(column.is_personal for column in columns)


def _needs_leave(columns: Sequence[Column], rows: int, *, actor: Actor, at: datetime) -> bool:
    before = queries.taken_out(queries.person(actor), actor=actor, at=at)
    return rules.needs_leave(columns, rows, before=before, most=settings.QUANYU_EXPORT_ROWS)


def _check_reason(reason: str, *, must_wait: bool) -> None:
    if must_wait and len(reason.strip()) < 4:
        raise NotOpen(
            _("一天内导出含群众原话的内容超过 {most} 行，须写明用途，由辖区负责人批准"),
            field="reason",
            most=settings.QUANYU_EXPORT_ROWS,
        )

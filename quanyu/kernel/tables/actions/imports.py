"""Bring a file in, confirm it, give it up; and what the worker finds in it (导入)."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.tables import queries, rules
from quanyu.kernel.tables.models import Import
from quanyu.kernel.tables.rules import UNDER_WAY, NotNow, State, WrongFile

CHUNK = 64 * 1024


@transaction.atomic
def bring(
    *, table: str, upload: Any, language: str, hat: str = "", actor: Actor, at: datetime
) -> Import:
    """Bring in a file of rows; it is read and weighed, and nothing is written yet (上传).

    :raises Denied: if the actor keeps no such list
    :raises WrongFile: if it is empty, too large, or by its content no table
    """
    held = queries.kept(table, actor=actor)
    taken = Import(
        account_id=queries.person(actor),
        hat=hat,
        region_path=queries.place_of(actor),
        table=held.name,
        language=language,
        state=State.WAITING,
        at=at,
    )
    _keep(taken, upload)
    taken.save(force_insert=True)
    record("tables.bring", taken, actor=actor, at=at, facts={"table": table, "size": taken.size})
    announce("tables.bring", taken, at=at)
    return taken


@transaction.atomic
def confirm(*, import_id: UUID, actor: Actor, at: datetime) -> Import:
    """Let what the dry run has told be written, all of it or nothing (确认导入).

    :raises Denied: if it is not one's own, or one keeps the list no longer
    :raises NotNow: if there is nothing to confirm, or its file is gone
    """
    taken = queries.one(Import, import_id, actor=actor, lock=True)
    queries.kept(taken.table, actor=actor)
    if taken.state != State.CHECKED or not queries.uploaded(taken).exists():
        raise NotNow(_("这份文件现在不能确认：没有通过核对，或保留期已过"))
    taken.state, taken.is_confirmed, taken.done = State.WAITING, True, 0
    taken.save(update_fields=["state", "is_confirmed", "done"])
    record("tables.confirm", taken, actor=actor, at=at, facts={"basis": taken.basis})
    announce("tables.confirm", taken, at=at)
    return taken


@transaction.atomic
def give_up(*, import_id: UUID, actor: Actor, at: datetime) -> Import:
    """Give up a file that was brought in; nothing of it is written (放弃导入).

    :raises Denied: if it is not one's own
    :raises NotNow: if it is written already, or given up
    """
    taken = queries.one(Import, import_id, actor=actor, lock=True)
    if taken.state not in UNDER_WAY | {State.CHECKED, State.WRONG}:
        raise NotNow(_("这次导入已经结束"))
    taken.state, taken.ended_at = State.CANCELLED, at
    taken.save(update_fields=["state", "ended_at"])
    record("tables.give_up", taken, actor=actor, at=at)
    transaction.on_commit(lambda: queries.forget(taken))
    return taken


# ------------------------------------------------------------------ the worker's


@transaction.atomic
def start(*, import_id: UUID, is_confirmed: bool, actor: Actor, at: datetime) -> Import | None:
    """Take a file that waits, or that a killed worker left; None when there is nothing to do."""
    taken = Import.objects.visible_to(actor).select_for_update().filter(pk=import_id).first()
    if taken is None or taken.state not in UNDER_WAY or taken.is_confirmed != is_confirmed:
        return None
    taken.state, taken.began_at, taken.done = State.RUNNING, at, 0
    taken.save(update_fields=["state", "began_at", "done"])
    return taken


def tell_import(*, import_id: UUID, done: int, actor: Actor) -> bool:
    """Write down how far the worker is; answer whether to go on."""
    rows = Import.objects.visible_to(actor).filter(pk=import_id)
    if rows.filter(state=State.RUNNING).update(done=done):
        return True
    return not rows.filter(state=State.CANCELLED).exists()


@transaction.atomic
def judged(
    *, import_id: UUID, found: Mapping[str, Any], no: Refusal | None, actor: Actor, at: datetime
) -> None:
    """Keep what a dry run found: what it would do, or what is wrong."""
    taken = _running(import_id, actor=actor)
    if taken is None:
        return
    for name, value in found.items():
        setattr(taken, name, value)
    taken.state = State.WRONG if taken.wrong else State.CHECKED
    taken.is_confirmed, taken.ends_at = False, at + rules.KEPT
    _say(taken, no)
    taken.save()
    facts = {name: found[name] for name in ("total", "new", "changed", "same", "wrong")}
    record("tables.judge", taken, actor=actor, at=at, facts=facts)


def took_in(
    *, taken: Import, found: Mapping[str, Any], worker: Actor, actor: Actor, at: datetime
) -> None:
    """Close an import in the transaction that wrote its rows; those rows are ``actor``'s.

    :raises NotNow: if it was called off meanwhile, so that nothing stays written
    """
    running = _running(taken.pk, actor=actor)
    if running is None:
        raise NotNow(_("这次导入已经结束"))
    for name, value in found.items():
        setattr(running, name, value)
    running.state, running.ended_at = State.DONE, at
    _say(running, None)
    running.save()
    facts = {name: found[name] for name in ("total", "new", "changed", "same", "basis")}
    record("tables.take", running, actor=actor, at=at, facts=facts)


@transaction.atomic
def turn_down(*, import_id: UUID, no: Refusal | Denied, actor: Actor, at: datetime) -> None:
    """Keep of a file that cannot be taken why not."""
    taken = _running(import_id, actor=actor)
    if taken is None:
        return
    taken.state, taken.ended_at = State.FAILED, at
    _say(taken, no if isinstance(no, Refusal) else NotNow(_("您现在不能维护这个列表")))
    taken.save(update_fields=["state", "ended_at", "sentence", "parts"])
    record("tables.turn_down", taken, actor=actor, at=at)


# ------------------------------------------------------------------ inside


def _say(taken: Import, no: Refusal | None) -> None:
    taken.sentence = no.sentence if no else ""
    taken.parts = {name: str(part) for name, part in no.parts.items()} if no else {}


def _running(import_id: UUID, *, actor: Actor) -> Import | None:
    rows = Import.objects.visible_to(actor).select_for_update()
    return rows.filter(pk=import_id, state=State.RUNNING).first()


def _keep(taken: Import, upload: Any) -> None:
    """Put an upload on the disk, for good, before its row commits; by its content it is a table."""
    most = settings.QUANYU_FILE_BYTES
    _check_bytes(int(getattr(upload, "size", 0) or 0), most=most)
    path = queries.uploaded(taken)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with path.open("xb") as target:
            for chunk in upload.chunks(CHUNK):
                taken.size += len(chunk)
                _check_bytes(taken.size, most=most)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        with path.open("rb") as raw:
            taken.format = rules.check_start(raw.read(CHUNK))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _check_bytes(size: int, *, most: int) -> None:
    if size > most:
        raise WrongFile(_("文件超过 {most} MB，请分成几份"), field="file", most=most // 2**20)

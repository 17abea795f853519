"""Take a file, finish or refuse it, and sweep what is left behind."""

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.files import queries, rules
from quanyu.kernel.files.models import File, State
from quanyu.kernel.files.rules import Made, Size
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.actions import erases
from quanyu.kernel.privacy.queries import Declared

CHUNK = 64 * 1024
AT_ONCE = 500
"""Pictures erased in one transaction, at most."""
ORPHANED = timedelta(days=1)
"""A raw upload without a waiting row is deleted when it is older than this."""


def take(
    upload: Any,
    *,
    owner: models.Model | str,
    purpose: str,
    actor: Actor,
    at: datetime,
    folder: Path | None = None,
) -> File:
    """Take one file for a row; see :func:`take_all`."""
    return take_all([upload], owner=owner, purpose=purpose, actor=actor, at=at, folder=folder)[0]


@transaction.atomic
def take_all(
    uploads: Sequence[Any],
    *,
    owner: models.Model | str,
    purpose: str,
    actor: Actor,
    at: datetime,
    folder: Path | None = None,
) -> list[File]:
    """Take several files for a row at one act, in a fixed number of statements.

    Each is on the disk for good before its row commits, and is shown to nobody before the worker
    has made it anew. The caller has checked that the actor may act on the owner.

    :param uploads: what a request brings, or anything to ``read()``; ``name`` is used in sentences
    :param owner: the row, or its label ``events.event:<id>``
    :raises TooManyFiles: if the act brings more than its share
    :raises TooLarge: if one is over the limit
    :raises WrongType: if one is by its content no picture that is taken
    :raises TooManyPixels: if one would unpack to more than we decode
    :raises Damaged: if one is empty or its header senseless
    """
    kind, _colon, key = (owner if isinstance(owner, str) else label(owner)).rpartition(":")
    owned = File.objects.filter(owner_id=UUID(key), purpose=purpose).exclude(state=State.REFUSED)
    rules.check_count(owned.count(), len(uploads), most=settings.QUANYU_FILES_AT_ONCE)
    files = [
        _kept(upload, folder=folder or queries.root(), owner=(kind, UUID(key)), purpose=purpose)
        for upload in uploads
    ]
    for file in files:
        file.taken_by, file.at = actor.id, at
    if files:
        File.objects.bulk_create(files)
        facts = {"files": len(files), "purpose": purpose}
        record("files.take", f"{kind}:{key}", actor=actor, at=at, facts=facts)
        announce("files.take", files[0], at=at)
    return files


@transaction.atomic
def finish(file_id: UUID, made: Made, *, actor: Actor, at: datetime) -> None:
    """Put what the worker made into its place; done once, it stays as it is."""
    file = _still_waiting(file_id)
    if file is None:
        return
    for size, source in ((Size.FULL, made.full), (Size.THUMBNAIL, made.thumbnail)):
        _settle(source, rules.ready_path(queries.root(), file.pk, size))
    full = rules.ready_path(queries.root(), file.pk, Size.FULL)
    with full.open("rb") as stored:
        file.sha256 = hashlib.file_digest(stored, "sha256").hexdigest()
    file.type, file.size = "image/jpeg", full.stat().st_size
    file.width, file.height, file.state = made.width, made.height, State.READY
    file.save(update_fields=["type", "size", "width", "height", "sha256", "state"])
    _forget_raw(file)
    record("files.finish", file.owner, actor=actor, at=at, facts={"sha256": file.sha256})


@transaction.atomic
def refuse(file_id: UUID, *, reason: str, actor: Actor, at: datetime) -> None:
    """Keep of a picture that cannot be made only the reason; done once, it stays as it is."""
    file = _still_waiting(file_id)
    if file is None:
        return
    file.state, file.reason = State.REFUSED, reason
    file.save(update_fields=["state", "reason"])
    _forget_raw(file)
    record("files.refuse", file.owner, actor=actor, at=at, facts={"reason": reason})


def sweep(*, actor: Actor, at: datetime) -> int:
    """Delete raw uploads that no waiting row needs any more; return how many.

    They are left by a transaction that rolled back, or by a worker killed after its commit.
    """
    old = [path for path in _raw_files() if _age(path, at=at) > ORPHANED]
    needed = queries.still_waiting(UUID(path.name) for path in old if _is_key(path.name))
    orphans = [path for path in old if path.name not in {str(key) for key in needed}]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


@erases("files.file.picture")
def erase(entry: Declared, before: datetime) -> int:
    """Mark the next pictures whose end has come as erased, and delete the bytes of those before.

    A row commits first, its bytes go with the next batch or the next night: killed in between,
    nothing shows what is no longer there, and nothing stays on the disk unseen. The hash stays:
    it proves what a picture was to somebody who still holds it, and tells nobody else anything.
    """
    _forget_bytes()
    keys = queries.due_to_go(before=before, most=AT_ONCE)
    return File.objects.filter(pk__in=keys, state=State.READY).update(
        state=State.ERASED, taken_by=None
    )


def resume(*, at: datetime) -> int:
    """Announce again the files whose job was lost; return how many."""
    waiting = list(queries.left_behind(at=at))
    for file in waiting:
        announce("files.take", file, at=at)
    return len(waiting)


def _forget_bytes() -> None:
    keys = queries.not_yet_gone(most=AT_ONCE)
    for key in keys:
        for size in Size:
            rules.ready_path(queries.root(), key, size).unlink(missing_ok=True)
    File.objects.filter(pk__in=keys).update(size=None)


def _kept(upload: Any, *, folder: Path, owner: tuple[str, UUID], purpose: str) -> File:
    name = rules.shown_name(str(getattr(upload, "name", "") or ""))
    most = settings.QUANYU_FILE_BYTES
    told = getattr(upload, "size", None)
    if isinstance(told, int):
        rules.check_bytes(told, name=name, most=most)
    key = uuid7()
    path = rules.waiting_path(folder, key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with path.open("xb") as target:
            size = _copy(upload, target, most=most)
            rules.check_bytes(size, name=name, most=most)
            target.flush()
            os.fsync(target.fileno())
        with path.open("rb") as source:
            header = rules.check_picture(source, name=name)
        _fsync_folder(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return File(
        id=key,
        owner_type=owner[0],
        owner_id=owner[1],
        purpose=purpose,
        original_type=header.type,
        original_size=size,
    )


def _copy(upload: Any, target: BinaryIO, *, most: int) -> int:
    """Copy in small pieces and stop one piece after the limit: memory and disk stay bounded."""
    size = 0
    for chunk in _chunks(upload):
        size += len(chunk)
        target.write(chunk)
        if size > most:
            break
    return size


def _chunks(upload: Any) -> Iterator[bytes]:
    if hasattr(upload, "chunks"):
        yield from upload.chunks(CHUNK)
        return
    while chunk := upload.read(CHUNK):
        yield chunk


def _still_waiting(file_id: UUID) -> File | None:
    return File.objects.select_for_update().filter(pk=file_id, state=State.WAITING).first()


def _settle(source: Path, target: Path) -> None:
    """Put a finished picture where it is served from; after a crash it is whole or not there."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as whole:
        os.fsync(whole.fileno())
    source.replace(target)
    _fsync_folder(target.parent)


def _forget_raw(file: File) -> None:
    raw = rules.waiting_path(queries.root(), file.pk)
    transaction.on_commit(partial(raw.unlink, missing_ok=True))


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _raw_files() -> Iterator[Path]:
    folder = queries.root() / "waiting"
    return folder.iterdir() if folder.is_dir() else iter(())


def _age(path: Path, *, at: datetime) -> timedelta:
    with contextlib.suppress(FileNotFoundError):
        return at - datetime.fromtimestamp(path.stat().st_mtime, tz=at.tzinfo)
    return timedelta()


def _is_key(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True

"""Which files a row has, and who may open one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.kernel.files import rules
from quanyu.kernel.files.models import File, State
from quanyu.kernel.files.rules import Size
from quanyu.kernel.questions import Question

LEFT_BEHIND = timedelta(minutes=10)
"""A file that waits longer than this has lost its job."""

may_open: Question[[File, Actor], bool] = Question("may_open", default=False)
"""May this actor open this file? The domain it belongs to answers; all others say no."""

ended: Question[[datetime], Mapping[str, "models.QuerySet[Any]"]] = Question("ended", default={})
"""Which rows have come to their end before this instant? Each domain answers with the keys of its
own, under the name by which files know it; what is open has no end."""


def root() -> Path:
    """Return the folder of all files."""
    return Path(settings.QUANYU_HOME) / "files"


def openable(file_id: UUID, *, actor: Actor) -> File:
    """Return one file that is ready and that this actor may open.

    :raises Denied: if there is none, it is not ready, or no domain lets this actor open it
    """
    file = File.objects.filter(pk=file_id, state=State.READY).first()
    if file is None or not any(may_open.ask(file, actor)):
        raise Denied
    return file


def stored(file: File, size: Size) -> Path:
    """Return where a ready file lies."""
    return rules.ready_path(root(), file.pk, size)


def of(owner_id: UUID) -> list[File]:
    """Return the files of one row in the order they came. The caller holds the row."""
    return list(File.objects.filter(owner_id=owner_id).order_by("id"))


def of_all(owner_ids: Iterable[UUID]) -> Mapping[UUID, list[File]]:
    """Return the ready files of many rows in one statement. The caller holds the rows."""
    found: dict[UUID, list[File]] = defaultdict(list)
    for file in File.objects.filter(owner_id__in=list(owner_ids), state=State.READY).order_by("id"):
        found[file.owner_id].append(file)
    return found


def waiting_beside(file_id: UUID) -> list[UUID]:
    """Return this file and those of the same row that wait to be made."""
    same = File.objects.filter(pk=file_id).values("owner_id")
    waiting = File.objects.filter(owner_id__in=same, state=State.WAITING).order_by("id")
    return list(waiting.values_list("pk", flat=True))


def left_behind(*, at: datetime) -> models.QuerySet[File]:
    """Return the files whose job was lost, one hundred at a time."""
    return File.objects.filter(state=State.WAITING, at__lt=at - LEFT_BEHIND).order_by("id")[:100]


def due_to_go(*, before: datetime, most: int) -> list[UUID]:
    """Return ready files of rows that have ended before this instant, some at a time."""
    due = models.Q(pk__in=[])
    for answer in ended.ask(before):
        for owner_type, keys in answer.items():
            due |= models.Q(owner_type=owner_type, owner_id__in=keys)
    rows = File.objects.filter(due, state=State.READY).order_by("id")
    return list(rows.values_list("pk", flat=True)[:most])


def not_yet_gone(*, most: int) -> list[UUID]:
    """Return erased files whose bytes may still lie on the disk: a size is known of them."""
    rows = File.objects.filter(state=State.ERASED, size__isnull=False).order_by("id")
    return list(rows.values_list("pk", flat=True)[:most])


def still_waiting(keys: Iterable[UUID]) -> set[UUID]:
    """Return which of these files wait to be made."""
    rows = File.objects.filter(pk__in=list(keys), state=State.WAITING)
    return set(rows.values_list("pk", flat=True))

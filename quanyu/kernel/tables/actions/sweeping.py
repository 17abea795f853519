"""Erase files whose time has come, and give up what nobody works on (清理)."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.actions import erases
from quanyu.kernel.privacy.queries import Declared
from quanyu.kernel.tables import queries, rules
from quanyu.kernel.tables.models import Export, Import, Paper
from quanyu.kernel.tables.rules import UNDER_WAY, State

LOST = timedelta(hours=6)
"""A job that nobody has finished after this time is not coming back."""


@transaction.atomic
def sweep(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Erase every file past its time, and give up what a lost job left; rows privacy empties."""
    done = {"files": _erase_files(before=at - rules.KEPT), "lost": 0}
    for model in (Export, Import):
        done["lost"] += _give_up(model, actor=actor, at=at)
    if any(done.values()):
        record("tables.sweep", "tables.export", actor=actor, at=at, facts=done)
    return done


@erases("tables.export.file")
@erases("tables.import.file")
def erase(entry: Declared, before: datetime) -> int:
    """Erase the files whose end has come; the timer does so every hour."""
    return _erase_files(before=before)


def _erase_files(*, before: datetime) -> int:
    """Erase by the files' own age: none stays because its row is gone or was never written."""
    folder = queries.folder()
    if not folder.is_dir():
        return 0
    old = [path for path in folder.iterdir() if _made(path) < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _made(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _give_up(model: type[Paper], *, actor: Actor, at: datetime) -> int:
    lost = model.objects.visible_to(actor).filter(state__in=UNDER_WAY, at__lt=at - LOST)
    keys: list[UUID] = list(lost.values_list("pk", flat=True))
    for key in keys:
        paper = model.objects.visible_to(actor).select_for_update().get(pk=key)
        paper.state, paper.ended_at = State.FAILED, at
        paper.sentence = _("系统没有做完，请重新申请")
        paper.save(update_fields=["state", "ended_at", "sentence"])
    return len(keys)

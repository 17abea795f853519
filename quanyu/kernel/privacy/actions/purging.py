"""Erase what was kept to its end: field by field, batch by batch (到期清除)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeAlias

from django.db import connection, models
from django.db.models.functions import Cast, Concat

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.audit.actions import record
from quanyu.kernel.privacy import queries, rules, walls
from quanyu.kernel.privacy.models import Purge
from quanyu.kernel.privacy.queries import Declared

Eraser: TypeAlias = Callable[[Declared, datetime], int]
"""Erases one batch of one field inside the caller's transaction; says how many, 0 for the end."""

BATCH = 1_000
"""Rows erased in one transaction, at most."""

Heir: TypeAlias = Callable[..., object]
"""Puts right what was made of some rows' values, by their keys, when the values are gone."""

_erasers: dict[str, Eraser] = {}
_heirs: dict[str, list[Heir]] = {}
logger = logging.getLogger(__name__)


def erases(label: str) -> Callable[[Eraser], Eraser]:
    """Let the purge call this for a field whose values are no column: the bytes of a file."""

    def keep(eraser: Eraser) -> Eraser:
        _erasers[label] = eraser
        return eraser

    return keep


def made_of(*labels: str) -> Callable[[Heir], Heir]:
    """Have the purge call this with ``keys, actor, at`` where it has erased one of these fields.

    It is called in the same transaction: what was made of a value is gone when the value is.
    """

    def keep(heir: Heir) -> Heir:
        for label in labels:
            _heirs.setdefault(label, []).append(heir)
        return heir

    return keep


def purge(*, actor: Actor, at: datetime) -> Purge:
    """Erase every personal value whose end has come, and write the report.

    Each batch is a transaction of its own, with its count in the report and its audit record:
    killed on the way, it has erased what it says, and the next purge goes on. A field that cannot
    be erased is named in the report and holds up no other. Repeating it erases nothing more.
    """
    began = monotonic()
    with acting(actor):
        report = Purge.objects.create(at=at)
    for entry in queries.fields():
        if entry.personal.ends != "timer":
            _sweep(report, entry, actor=actor, at=at)
    report.seconds, report.is_finished = round(monotonic() - began, 3), True
    with acting(actor):
        report.save(update_fields=["counts", "seconds", "is_finished"])
    return report


def _sweep(report: Purge, entry: Declared, *, actor: Actor, at: datetime) -> None:
    report.counts[entry.label] = 0
    last: Any = None
    is_over = False
    try:
        while not is_over:
            with acting(actor):
                count, last = _batch(entry, after=last, actor=actor, at=at)
                is_over = last is None
                if count:
                    _write_down(report, entry, count, actor=actor, at=at)
    except Exception as fault:
        # One field that cannot be erased must not keep all others; the report names it.
        logger.exception("could not erase %s", entry.label)
        report.failures[entry.label] = type(fault).__name__
        with acting(actor):
            report.save(update_fields=["failures"])


def _write_down(report: Purge, entry: Declared, count: int, *, actor: Actor, at: datetime) -> None:
    counts = report.counts | {entry.label: report.counts[entry.label] + count}
    Purge.objects.filter(pk=report.pk).update(counts=counts)
    facts = {entry.label: count}
    record("privacy.purge", report, actor=actor, at=at, changed=[entry.label], facts=facts)
    report.counts = counts


def _batch(entry: Declared, *, after: Any, actor: Actor, at: datetime) -> tuple[int, Any]:
    """Erase the next rows by key; return how many, and the last key, None when none are left."""
    before = at - timedelta(days=entry.days)
    if eraser := _erasers.get(entry.label):
        count = eraser(entry, before)
        return count, count or None
    due = _due(entry, before=before)
    due = due.filter(pk__gt=after) if after is not None else due
    keys = list(due.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0, None
    count = _erase(entry, keys, before=before)
    for heir in _heirs.get(entry.label, ()):
        heir(keys=keys, actor=actor, at=at)
    return count, keys[-1] if len(keys) == BATCH else None


def _due(entry: Declared, *, before: datetime) -> models.QuerySet[Any]:
    rows = entry.model._base_manager.filter(**{f"{entry.personal.since}__lte": before})
    if entry.personal.ends == "row":
        return rows
    left = _left(entry)
    rows = rows.filter(**{f"{entry.name}__isnull": False}).exclude(**{entry.name: left})
    return rows.exclude(**{entry.name: ""}) if entry.personal.ends == "fade" else rows


def _left(entry: Declared) -> Any:
    """Return what stands in the place of an erased value."""
    if entry.personal.ends == "fade":
        return rules.FADED
    if entry.personal.ends == "code":
        key = Cast("pk", models.CharField())
        return Concat(models.Value("gone-"), key, output_field=models.CharField())
    field: Any = entry.model._meta.get_field(entry.name)
    return None if field.null else field.get_default()


def _erase(entry: Declared, keys: list[Any], *, before: datetime) -> int:
    """Erase these rows, if their end has still come: one may have been opened anew meanwhile."""
    if walls.needs_eraser(entry):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {walls.eraser_of(entry)}(%s)", [keys])
            return int(cursor.fetchone()[0])
    rows = _due(entry, before=before).filter(pk__in=keys)
    if entry.personal.ends == "row":
        return rows.delete()[1].get(entry.model._meta.label, 0)
    nothing = {entry.name: _left(entry)} | ({entry.index: None} if entry.index else {})
    return rows.update(**nothing)

"""The storage step of a new case: row, story, audit and jobs in one prepared statement (落库).

One statement instead of four: the state, the rules and the clocks were settled before, in
Python; here is only what must be written together. It is the same for every kind of case.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection, models

from quanyu.kernel.access import prepared
from quanyu.kernel.audit.models import Record
from quanyu.kernel.jobs.actions import DEFER_CALL
from quanyu.kernel.workflow.models import Case, Step

PLAIN = frozenset(
    {
        models.BooleanField,
        models.CharField,
        models.FloatField,
        models.IntegerField,
        models.PositiveIntegerField,
        models.PositiveSmallIntegerField,
        models.TextField,
        models.UUIDField,
    }
)
"""Kinds of column whose value the driver sends as it stands on the row; the server checks it."""


def keep(
    case: Case,
    step: Step,
    record: Record,
    *,
    beside: Sequence[models.Model] = (),
    jobs: Sequence[Any] = (),
) -> None:
    """Write a new case with its first step, its audit record, what stands beside it, and its jobs.

    :param jobs: the values of the queue's own call; empty when nobody listens
    """
    rows: tuple[models.Model, ...] = (case, step, record, *beside)
    statement = _statement(tuple(type(row) for row in rows), with_jobs=bool(jobs))
    given = [value for row in rows for value in _values(row)]
    prepared.fetch(statement, [*given, *jobs])
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


@lru_cache(maxsize=64)
def _statement(kinds: tuple[type[models.Model], ...], *, with_jobs: bool) -> str:
    inserts = ", ".join(f"w{n} AS ({_insert(kind)})" for n, kind in enumerate(kinds))
    return f"WITH {inserts} SELECT {DEFER_CALL if with_jobs else '1'}"


def _insert(kind: type[models.Model]) -> str:
    fields = kind._meta.concrete_fields
    columns = ", ".join(str(field.column) for field in fields)
    values = ", ".join(f"%s::{_type(field)}" for field in fields)
    return f"INSERT INTO {kind._meta.db_table} ({columns}) VALUES ({values})"  # noqa: S608 (our names)


def _type(field: Any) -> str:
    """Return the type of a column, so that a null and an empty list have one too."""
    kind = str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))
    return kind.split(" COLLATE", maxsplit=1)[0]


def _values(row: models.Model) -> list[Any]:
    return [read(row) for read in _readers(type(row))]


@lru_cache(maxsize=64)
def _readers(kind: type[models.Model]) -> tuple[Callable[[Any], Any], ...]:
    return tuple(_reader(field) for field in kind._meta.concrete_fields)


def _reader(field: Any) -> Callable[[Any], Any]:
    """Return how a column's value is read; what the server takes as it is goes as it is."""
    if type(field) in PLAIN:
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connection)

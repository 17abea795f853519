"""The storage step of a new case: row, story, audit and jobs in one prepared statement (落库).

One statement instead of four: the state, the rules and the clocks were settled before, in
Python; here is only what must be written together. It is the same for every kind of case.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, TypeAlias
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from quanyu.kernel.access import prepared
from quanyu.kernel.audit.models import Record
from quanyu.kernel.jobs.actions import DEFER_CALL
from quanyu.kernel.workflow.models import Case, Step

Reader: TypeAlias = Callable[[Any, Any], Any]
"""From a row and the connection it goes to, the value of one column."""

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
    here = connections[DEFAULT_DB_ALIAS]
    given = [read(row, here) for row in rows for read in _readers(type(row))]
    prepared.fetch(statement, [*given, *jobs])
    for row in rows:
        row._state.adding = False
        row._state.db = here.alias


def keep_all(rows: Sequence[models.Model]) -> None:
    """Write many new rows of one table in one statement: what is written together in bulk.

    They go as one JSON text, which the server takes apart by the table's own types: ten times
    less work here than a value at a time. Row security holds each of them.
    """
    if not rows:
        return
    fields = type(rows[0])._meta.concrete_fields
    names = [(str(field.column), field.attname) for field in fields]
    told = [
        {column: value for column, name in names if (value := getattr(row, name)) is not None}
        for row in rows
    ]
    given = json.dumps(told, default=_told, ensure_ascii=False)
    columns = ", ".join(column for column, _name in names)
    table = type(rows[0])._meta.db_table
    prepared.fetch(
        f"WITH written AS (INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 (our names)
        f" FROM json_populate_recordset(NULL::{table}, %s::text::json)) SELECT 1",
        [given],
    )


def _told(value: object) -> str:
    """Return a value as the server reads it out of JSON."""
    if isinstance(value, date):  # a moment is one too
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"it is not known how this is told to the server: {type(value).__name__}")


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


@lru_cache(maxsize=64)
def _readers(kind: type[models.Model]) -> tuple[Reader, ...]:
    return tuple(_reader(field) for field in kind._meta.concrete_fields)


def _moment(name: str, row: Any, here: Any) -> datetime | None:
    """Return a moment; one that does not say where it is one would mean another on each server."""
    value: datetime | None = getattr(row, name)
    if value is not None and value.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
    return value


def _reader(field: Any) -> Reader:
    """Return how a column's value is read; what the server takes as it is goes as it is."""
    if type(field) is models.DateTimeField and not (field.auto_now or field.auto_now_add):
        return partial(_moment, field.attname)

    def plain(row: Any, here: Any) -> Any:
        return getattr(row, field.attname)

    def prepared_for(row: Any, here: Any) -> Any:
        return field.get_db_prep_save(field.pre_save(row, add=True), here)

    return plain if type(field) in PLAIN else prepared_for

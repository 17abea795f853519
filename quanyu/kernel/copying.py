"""Write many new rows of one table at once (成批写入)."""

from collections.abc import Iterable, Sequence

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def copy_in(
    table: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write rows by COPY, a fifth of the time of inserts; the caller has checked and records.

    The database's constraints hold as ever. It refuses a table with row security.

    :param columns: names of the database's columns; each row has a value for each
    """
    into = f"COPY {table._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(into) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def copy_all(rows: Sequence[models.Model]) -> None:
    """Write new rows as they are; see :func:`copy_in`."""
    if not rows:
        return
    fields = rows[0]._meta.concrete_fields
    names = [field.attname for field in fields]
    columns = [str(field.column) for field in fields]
    copy_in(type(rows[0]), columns, ([_value(row, name) for name in names] for row in rows))
    for row in rows:
        row._state.adding = False


def _value(row: models.Model, name: str) -> object:
    """Return what a field holds; of one that was not given, what the database would put there."""
    value = getattr(row, name)
    if isinstance(value, DatabaseDefault):
        return value.expression.value  # type: ignore[attr-defined]
    return value

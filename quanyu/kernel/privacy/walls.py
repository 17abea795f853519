"""Let the application erase, and only erase, in a table that it may not change (清除函数).

The story of a matter is written once: the application's role has no right to update it. What was
kept to its end must go from it all the same. So the owner of the schema leaves one function per
field that empties it, can put nothing else there, and touches no row that has not ended. Built
after every migration.
"""

from typing import Any

from django.conf import settings

from quanyu.kernel.access.reach import declared
from quanyu.kernel.access.walls import ROLE
from quanyu.kernel.privacy import queries, rules
from quanyu.kernel.privacy.queries import Declared

SUFFICES = {"row": {"all"}}
UPDATED = {"all", "insert update"}


def needs_eraser(entry: Declared) -> bool:
    """Answer whether the application's role has no right of its own to erase this field."""
    told = entry.personal
    if told.ends in {"timer", "file"}:
        return False
    return declared(entry.model).writes not in SUFFICES.get(told.ends, UPDATED)


def eraser_of(entry: Declared) -> str:
    """Return the name of the function that erases this field."""
    return f"erase_{entry.model._meta.db_table}_{entry.name}"


def build(connection: Any) -> None:
    """Leave the functions in the schema."""
    with connection.cursor() as cursor:
        for entry in filter(needs_eraser, queries.fields()):
            for statement in _statements(entry, connection):
                cursor.execute(statement)


def _statements(entry: Declared, connection: Any) -> list[str]:
    meta = entry.model._meta
    key = meta.pk
    name = f"{eraser_of(entry)}({key.db_type(connection)}[])"
    where = f"WHERE {key.column} = ANY ($1) AND {_ended(entry)}"
    act = f"UPDATE {meta.db_table} SET {_nothing(entry)} {where}"  # noqa: S608 (our names)
    if entry.personal.ends == "row":
        act = f"DELETE FROM {meta.db_table} {where}"  # noqa: S608 (our names)
    body = f"WITH gone AS ({act} RETURNING 1) SELECT count(*) FROM gone"  # noqa: S608 (the same)
    return [
        f"CREATE OR REPLACE FUNCTION {name} RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = {settings.QUANYU_SCHEMA}, pg_temp AS $$ {body} $$",
        f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {name} TO {ROLE}",
    ]


def _ended(entry: Declared) -> str:
    """Return the condition that the time for which the field is kept runs: what is open has none.

    How long it runs is a setting of the day, and so the purge's to say.
    """
    meta = entry.model._meta
    first, _, then = entry.personal.since.partition("__")
    field: Any = meta.get_field(first)
    if not then:
        return f"{field.column} IS NOT NULL"
    parent = field.related_model._meta
    ends = parent.get_field(then).column
    return (
        f"EXISTS (SELECT FROM {parent.db_table} parent WHERE parent.{parent.pk.column}"
        f" = {meta.db_table}.{field.column} AND parent.{ends} IS NOT NULL)"
    )


def _nothing(entry: Declared) -> str:
    field: Any = entry.model._meta.get_field(entry.name)
    if entry.personal.ends == "fade":
        left = f"'{rules.FADED}'"
    elif entry.personal.ends == "code":
        left = f"'gone-' || {entry.model._meta.pk.column}"
    else:
        left = "NULL" if field.null else _empty(field)
    index = f", {entry.index} = NULL" if entry.index else ""
    return f"{field.column} = {left}{index}"


def _empty(field: Any) -> str:
    return "'{}'" if field.get_default() in ({}, []) else "''"

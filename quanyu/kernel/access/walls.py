"""The second wall: the application's role, its rights per table, and row security (行级安全).

Built anew after every migration from the models' own declarations, so that the query and the
policy say the same. Runs as the owner of the schema.
"""

import re
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from quanyu.kernel.access.reach import (
    Access,
    Reach,
    Under,
    declared,
    found_by,
    found_under,
    said_in,
    shared_of,
)
from quanyu.kernel.access.rules import MOST_PLACES
from quanyu.kernel.access.scope import part

ROLE = "quanyu_app"

VERBS = {
    "none": "SELECT",
    "insert": "SELECT, INSERT",
    "insert update": "SELECT, INSERT, UPDATE",
    "all": "SELECT, INSERT, UPDATE, DELETE",
}

READ = re.compile(r"split_part\(current_setting\('[^']+', true\), '\|', \d+\)")
"""What :func:`part` gives."""

DATED = "TABLE (key uuid, moment timestamptz)"
"""What the owner's function gives that is asked for the newest first."""

BODIES = f"string_to_array(nullif({part('bodies')}, ''), ',')::uuid[]"


def build(connection: Any) -> None:
    """Give the application's role its rights and set every table's policies."""
    with connection.cursor() as cursor:
        for schema in (settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA):
            cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}")
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                for statement in _statements(model):
                    cursor.execute(statement)
        _shut_functions(cursor)


def _shut_functions(cursor: Any) -> None:
    """Let the owner's functions find their tables in our schemas alone, asked by our role alone.

    Where no path says otherwise, a session's own temporary tables come first, before the catalogue:
    a view of the same name, made by the application's role, would be read with the owner's rights.
    """
    schemas = [settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA]
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " WHERE p.prosecdef AND r.rolname = current_user"
        " AND p.pronamespace::regnamespace::text = ANY (%s)",
        [schemas],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"ALTER FUNCTION {name} SET search_path = {', '.join(schemas)}, pg_temp")
        cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {ROLE}")


def _statements(model: type[models.Model]) -> list[str]:
    access, table = declared(model), model._meta.db_table
    rights = [
        f"REVOKE ALL ON {table} FROM {ROLE}",
        f"GRANT {VERBS[access.writes]} ON {table} TO {ROLE}",
    ]
    if access.rows is None:
        return rights
    seen = _seen(model, access.rows)
    return [
        *rights,
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS within_reach ON {table}",
        f"DROP POLICY IF EXISTS opened ON {table}",
        f"CREATE POLICY within_reach ON {table} TO {ROLE} USING ({seen})",
        *_opening(model, access),
        *_finding(model, access),
    ]


def _seen(model: type[models.Model], rows: Reach | Under) -> str:
    if isinstance(rows, Under):
        parent = rows.parent_model._meta.db_table
        column = f"{rows.field}_id"  # a foreign key
        return f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {column})"
    return _seen_by(rows)


def _seen_by(rows: Reach) -> str:
    return " OR ".join([*_place_doors(rows), *_other_doors(rows)])


def _seen_at_once(rows: Reach) -> str:
    """Return the same policy, with the reach read once and not for each row.

    For the owner's functions, which go by their own index. In a policy it would leave the planner
    without any idea how many rows a reach keeps.
    """
    return READ.sub(r"(SELECT \g<0>)", _seen_by(rows))


def _place_doors(rows: Reach) -> list[str]:
    circle = f"{rows.circle}_" if rows.circle else ""
    return [
        f"({place} >= {part(f'{circle}from{n}')} AND {place} < {part(f'{circle}to{n}')})"
        for place in rows.places
        for n in range(MOST_PLACES)
    ]


def _other_doors(rows: Reach) -> list[str]:
    doors = []
    if rows.body:
        doors.append(f"{rows.body} = ANY ({BODIES})")
    if rows.bodies:
        doors.append(f"{rows.bodies} && {BODIES}")
    if rows.own:
        doors.append(f"{rows.own} = nullif({part('account')}, '')::uuid")
    if rows.jobs:
        doors.append(f"{part('job')} = '1'")
    if rows.code:
        doors.append(f"id = nullif({part('row')}, '')::uuid")
    return doors


def _finding(model: type[models.Model], access: Access) -> list[str]:
    """Return the owner's functions that go by an index where row security lets nobody.

    Only comparisons that cannot leak use an index before the policy has had its say. Each function
    says the policy itself: it gives keys within the reach of the session, and nothing else.
    """
    table, rows = model._meta.db_table, access.rows
    if isinstance(rows, Reach) and rows.bodies:
        body = f"SELECT id FROM {table} WHERE {rows.bodies} && {BODIES}"  # noqa: S608 (our names)
        return [_function(f"{shared_of(model)}()", "SETOF uuid", body, "ROWS 100")]
    if not isinstance(rows, Under) or not access.searched:
        return []
    parent, key = rows.parent_model, f"{rows.field}_id"
    seen = _seen_at_once(_reach_of(parent))
    within = (
        f"EXISTS (SELECT FROM {parent._meta.db_table} parent"
        f" WHERE parent.id = {table}.{key} AND ({seen}))"
    )
    # What is wider goes by the index; what is sought never does: of a truth no index knows.
    words = (
        f"{access.searched} @@ wider AND (wider = sought OR ({access.searched} @@ sought) IS TRUE)"
    )
    found = f"SELECT {key} FROM {table} WHERE {words} AND {within} LIMIT most"  # noqa: S608
    dated = (
        f"SELECT {key}, dated.moment FROM {table} CROSS JOIN LATERAL ("  # noqa: S608 (our names)
        f"SELECT {access.dated} AS moment FROM {parent._meta.db_table} parent"
        f" WHERE parent.id = {table}.{key} AND ({seen})) dated WHERE {words} LIMIT most"
    )
    # The signs are a condition of their own: the index leaps along with the rarer of both.
    under = dated.replace(words, f"{access.searched} @@ signs AND {words}")
    # Rows first: the index of words would look through the whole city for the few that are asked.
    said = (
        f"WITH {table} AS MATERIALIZED (SELECT * FROM {table} WHERE {key} = ANY (keys))"  # noqa: S608
        f" SELECT {key} FROM {table} WHERE {access.searched} @@ sought AND {within}"
    )
    given = "wider tsquery, sought tsquery, most integer"
    return [
        f"DROP FUNCTION IF EXISTS {found_by(model)}(tsquery, integer)",
        _function(f"{found_by(model)}({given})", "SETOF uuid", found),
        _function(f"{found_under(model)}({given})", DATED, dated),
        _function(f"{found_under(model)}(signs tsquery, {given})", DATED, under),
        _function(f"{said_in(model)}(keys uuid[], sought tsquery)", "SETOF uuid", said, "ROWS 100"),
    ]


def _reach_of(model: type[models.Model]) -> Reach:
    rows = declared(model).reach
    if isinstance(rows, Under):
        raise TypeError(f"{model.__name__} has no doors of its own")
    return rows


def _function(name: str, returns: str, body: str, more: str = "") -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name} RETURNS {returns} LANGUAGE sql STABLE SECURITY DEFINER"
        f" {more} SET search_path = {settings.QUANYU_SCHEMA}, pg_temp AS $$ {body} $$"
    )


def _opening(model: type[models.Model], access: Access) -> list[str]:
    """Return the policy for new rows: a reporter, who sees nothing, may open a case in the city."""
    if not access.opened_by_anyone:
        return []
    table = model._meta.db_table
    if isinstance(access.rows, Under):
        check = "true"  # its foreign key holds it to a case, and a case is opened once
    else:
        check = f"region_path >= {part('open_from')} AND region_path < {part('open_to')}"
    return [f"CREATE POLICY opened ON {table} FOR INSERT TO {ROLE} WITH CHECK ({check})"]

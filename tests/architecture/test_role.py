"""The application … acts as a role that passes no policy by (应用角色)."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from quanyu.kernel.access.reach import declared
from quanyu.kernel.access.walls import VERBS

OURS = [model for model in apps.get_models() if model.__module__.startswith("quanyu.")]
SCOPED = [model for model in OURS if declared(model).rows is not None]
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

pytestmark = pytest.mark.django_db


def test_is_quanyu_app() -> None:
    assert _one("SELECT current_user") == "quanyu_app"


def test_has_no_attribute_that_sees_through_row_security() -> None:
    found = _one(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin"
        " FROM pg_roles WHERE rolname = current_user"
    )

    assert found is False


def test_owns_nothing() -> None:
    owned = "SELECT count(*) FROM pg_{0} WHERE {1} = current_user::regrole"
    parts = {"class": "relowner", "namespace": "nspowner", "proc": "proowner", "type": "typowner"}
    found = {name: _one(owned.format(name, column)) for name, column in parts.items()}

    assert found == dict.fromkeys(parts, 0)


def test_makes_no_function_of_the_owner_run_code_of_its_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.who() RETURNS text LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN 'ran as ' || current_user; END $$"
        )
        cursor.execute(
            "CREATE TEMP VIEW pg_stat_activity AS SELECT 0 AS pid,"
            " pg_temp.who() AS application_name, '' AS state, now() AS xact_start,"
            " '' AS wait_event_type, '' AS wait_event,"
            " '' AS query, current_database() AS datname, 'client backend' AS backend_type"
        )

    assert "ran as quanyu" not in _all("SELECT program FROM operations_activity()")


def test_alone_may_call_the_owners_functions_and_they_look_in_no_other_schema() -> None:
    found = _functions()

    assert {name.partition("(")[0] for name, *_rest in found} >= {
        "event_by_code",
        "event_main_of",
        "operations_activity",
    }
    for name, path, is_open, is_ours in found:
        assert path is not None, name
        assert path[0].replace(" ", "").endswith(",pg_temp"), name
        assert (is_open, is_ours) == (False, True), name


def _functions() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.oid::regprocedure::text, p.proconfig,"
            " has_function_privilege('public', p.oid, 'EXECUTE'),"
            " has_function_privilege(current_user, p.oid, 'EXECUTE')"
            " FROM pg_proc p WHERE p.prosecdef"
            " AND p.pronamespace = ANY (current_schemas(false)::text[]::regnamespace[]::oid[])"
        )
        return cursor.fetchall()


def test_is_a_member_of_no_other_role() -> None:
    assert _one("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole") == 0


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_is_held_back_by_row_security(model: type[models.Model]) -> None:
    table = model._meta.db_table

    assert _one(f"SELECT row_security_active('{table}')") is True


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_meets_no_policy_but_those_of_the_declaration(model: type[models.Model]) -> None:
    opened = ["opened"] if declared(model).opened_by_anyone else []
    found = _all(
        "SELECT polname FROM pg_policy WHERE polrelid = %s::regclass ORDER BY 1",
        model._meta.db_table,
    )

    assert found == sorted([*opened, "within_reach"])


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_may_do_what_the_model_declares_and_no_more(model: type[models.Model]) -> None:
    asked = "SELECT has_table_privilege(current_user, %s, %s)"
    found = {right for right in RIGHTS if _one(asked, model._meta.db_table, right)}

    assert found == set(VERBS[declared(model).writes].split(", "))


def _one(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0]


def _all(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return [row[0] for row in cursor.fetchall()]

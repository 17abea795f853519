"""The migrated database … keeps the rules that let it grow past one machine (库结构六条规则)."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

IDENTITY = {
    "account_emailaddress": "allauth's own table; empty with us: no mail address is asked for",
    "account_emailconfirmation": "allauth's own table; empty with us",
    "auth_group": "Django's own table; empty with us: rights come from grants",
    "auth_group_permissions": "Django's own table; empty with us",
    "auth_permission": "Django's own table, a few rows a release",
    "django_content_type": "Django's own table, one row a model",
    "django_migrations": "Django's own table, one row a migration",
    "socialaccount_socialaccount": "allauth's own table; empty with us: identities are ours",
    "socialaccount_socialapp": "allauth's own table; empty with us: the provider is a setting",
    "socialaccount_socialtoken": "allauth's own table; empty with us: no token is kept",
    "mfa_authenticator": "allauth's own table, one row a second factor",
}
"""Tables that number their rows by themselves: none is ours, and none grows with the city."""

pytestmark = pytest.mark.django_db


def test_defers_no_constraint() -> None:
    assert _rows("SELECT conname FROM pg_constraint WHERE condeferrable AND {city}") == []


def test_numbers_no_rows_of_ours() -> None:
    found = _rows(
        "SELECT relname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid"
        " WHERE relkind = 'r' AND relnamespace = '{schema}'::regnamespace"
        " AND attnum > 0 AND NOT attisdropped"
        " AND (attidentity <> '' OR pg_get_serial_sequence(relname, attname) IS NOT NULL)"
    )

    assert set(found) <= set(IDENTITY)


def test_has_no_function_that_trusts_the_search_path() -> None:
    found = _rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = '{schema}'::regnamespace"
        # What makes a range of ours is PostgreSQL's own and looks nothing up.
        " AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'internal')"
        " AND NOT EXISTS (SELECT FROM unnest(proconfig) s WHERE s LIKE 'search_path=%')"
    )

    assert found == []


def test_has_no_key_from_one_schema_into_another() -> None:
    found = _rows(
        "SELECT conname FROM pg_constraint c JOIN pg_class f ON f.oid = c.confrelid"
        " JOIN pg_class t ON t.oid = c.conrelid"
        " WHERE contype = 'f' AND f.relnamespace <> t.relnamespace"
    )

    assert found == []


def test_has_no_trigger_of_ours() -> None:
    found = _rows(
        "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
        " WHERE NOT tgisinternal AND relnamespace = '{schema}'::regnamespace"
    )

    assert found == []


def test_inherits_no_table_and_holds_no_foreign_one() -> None:
    found = _rows(
        "SELECT relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace"
        " AND (relkind IN ('f', 'p') OR relispartition"
        " OR oid IN (SELECT inhrelid FROM pg_inherits))"
    )

    assert found == []


def test_has_no_view_over_other_schemas() -> None:
    found = _rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm')"
        " AND relnamespace = '{schema}'::regnamespace"
    )

    assert found == []


def test_needs_no_extension() -> None:
    assert _rows("SELECT extname FROM pg_extension") == ["plpgsql"]


def test_compares_every_path_byte_by_byte() -> None:
    found = _rows(
        "SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class c ON attrelid = c.oid"
        " JOIN pg_collation l ON l.oid = attcollation"
        " WHERE relkind = 'r' AND attname ~ '(^|_)path$' AND collname <> 'C'"
        " AND relnamespace = '{schema}'::regnamespace"
    )

    assert found == []


def _rows(statement: str) -> list[Any]:
    city = f"connamespace = '{settings.QUANYU_SCHEMA}'::regnamespace"
    with connection.cursor() as cursor:
        cursor.execute(
            statement.replace("{schema}", settings.QUANYU_SCHEMA).replace("{city}", city)
        )
        return [row[0] for row in cursor.fetchall()]

"""Migrate brings a database to this release and leaves a newer one alone (数据库升级)."""

import pytest
from django.db import connections

from quanyu.kernel.operations import migrate
from quanyu.kernel.operations.faults import Fault

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_leaves_a_database_of_a_newer_release_alone() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("insert into django_migrations values (999999, 'events', '9999_new', now())")

    with pytest.raises(Fault) as refused:
        migrate.run(alias="owner")

    assert "events.9999_new" in refused.value.sentence("zh")


def test_changes_nothing_the_second_time() -> None:
    migrate.run(alias="owner")

    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from pg_roles where rolname = 'quanyu_app'")
        assert cursor.fetchone() == (1,)


def test_makes_a_role_that_owns_nothing() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select current_user, (select count(*) from pg_class c join pg_roles r"
            " on r.oid = c.relowner where r.rolname = current_user)"
        )
        assert cursor.fetchone() == ("quanyu_app", 0)


def test_lets_the_application_use_the_cache_table() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("select has_table_privilege('web_cache', 'insert, update, delete')")
        assert cursor.fetchone() == (True,)

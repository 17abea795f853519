"""The database and the cast (测试用的数据库与人物)."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

from quanyu.kernel.operations import migrate

ROOT = Path(__file__).resolve().parents[1]
SHANGHAI = ZoneInfo("Asia/Shanghai")
KEPT = {"django_migrations", "django_content_type"}


def owner(database: str = "") -> psycopg.Connection[Any]:
    """Return a connection of the schema's owner, outside Django."""
    parts = urlsplit(settings.DATABASE_URL)
    return psycopg.connect(
        settings.DATABASE_URL,
        dbname=database or parts.path.lstrip("/"),
        autocommit=True,
        options=f"-c search_path={settings.QUANYU_SCHEMA},{settings.QUANYU_QUEUE_SCHEMA}",
    )


def _fingerprint() -> str:
    """Return what the template database depends on: migrations and everything that makes walls."""
    whole = hashlib.sha256()
    parts = ["migrations", "models.py", "kernel/access", "kernel/jobs/schema.py", "operations"]
    for path in sorted((ROOT / "quanyu").rglob("*.py")):
        if any(part in path.as_posix() for part in parts):
            whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _template() -> str:
    """Return the migrated template database of this state of the code, made when there is none."""
    name = f"quanyu_template_{_fingerprint()}"
    with owner() as maker:
        maker.execute("SELECT pg_advisory_lock(hashtext('quanyu template'))")
        found = maker.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            _make(maker, name)
    return name


def _make(maker: psycopg.Connection[Any], name: str) -> None:
    draft = f"{name}_draft"
    for old in (draft, name):
        maker.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
    maker.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(draft)))
    connections["owner"].settings_dict["NAME"] = draft
    migrate.run(alias="owner")
    connections["owner"].close()
    maker.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(draft), sql.Identifier(name)
        )
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Give this run a database of its own, copied from the template."""
    name = f"quanyu_test_{os.getpid()}"
    with django_db_blocker.unblock():
        template = _template()
        with owner() as maker:
            _drop(maker, name)
            maker.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = name
            settings.DATABASES[alias]["NAME"] = name
        yield
        connections["default"].close()
        connections["default"].close_pool()
        connections["owner"].close()
        with owner() as maker:
            _drop(maker, name)


def _drop(maker: psycopg.Connection[Any], name: str) -> None:
    maker.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def truncate() -> None:
    """Empty every table as the owner: the application's role may not."""
    with owner(connections["default"].settings_dict["NAME"]) as cleaner:
        tables = cleaner.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY (%s)",
            [[settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA]],
        ).fetchall()
        names = [sql.Identifier(s, t) for s, t in tables if t not in KEPT]
        cleaner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)))


@pytest.fixture(autouse=True, scope="session")
def truncated_by_the_owner() -> Iterator[None]:
    """Let tests with real commits clean up as the owner."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: truncate())
    yield
    patch.undo()


@pytest.fixture
def at() -> datetime:
    """A Monday morning."""
    return datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)

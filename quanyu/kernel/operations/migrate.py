"""Bring the database to this release: roles, schemas, tables, queue, walls (数据库升级)."""

from collections.abc import Mapping, Sequence

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import errors, sql

from quanyu.kernel.access import walls
from quanyu.kernel.jobs import schema as queue
from quanyu.kernel.operations import doctor
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.privacy import walls as erasers

APP_ROLE = "quanyu_app"


def run(*, alias: str = "owner") -> None:
    """Bring the database behind this alias to the state that the code expects."""
    connection = connections[alias]
    check_role(connection)
    with connection.cursor() as cursor:
        # Two starts at once: the second waits and then finds nothing left to do.
        cursor.execute("select pg_advisory_lock(hashtext('quanyu migrate'))")
    try:
        make_schemas(connection)
        make_app_role(connection)
        check_release(connection)
        call_command("migrate", database=alias, verbosity=0, interactive=False)
        queue.build(connection)
        make_cache_table(alias)
        walls.build(connection)
        show_migrations(connection)
        erasers.build(connection)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtext('quanyu migrate'))")


def check_role(connection: BaseDatabaseWrapper) -> None:
    """Refuse a server too old for us, or a role that row security does not hold back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('server_version_num')::int, rolname, rolsuper, rolbypassrls"
            " from pg_roles where rolname = session_user"
        )
        doctor.check_role(*cursor.fetchone())


def check_release(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that a newer release has already migrated."""
    applied: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        applied.setdefault(app, []).append(name)
    check_applied(applied)


def check_applied(applied: Mapping[str, Sequence[str]]) -> None:
    """Refuse migrations, by app, that this release does not know."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {config.label for config in apps.get_app_configs()}
    known = set(loader.disk_migrations) | set(loader.replacements)
    unknown = sorted(
        f"{app}.{name}"
        for app, names in applied.items()
        for name in names
        if app in ours and (app, name) not in known
    )
    if unknown:
        raise Fault("data_of_newer_release", found=", ".join(unknown))


def make_schemas(connection: BaseDatabaseWrapper) -> None:
    """Make the schema of the jurisdiction and that of the queue."""
    with connection.cursor() as cursor:
        for name in (settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA):
            statement = sql.SQL("create schema if not exists {}").format(sql.Identifier(name))
            cursor.execute(statement.as_string())


def make_app_role(connection: BaseDatabaseWrapper) -> None:
    """Make the role that server, worker and tests act as, and let the owner act as it."""
    if not _is_there(connection):
        _create(connection)
    if not _may_act(connection):
        _grant(connection)


def _is_there(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select from pg_roles where rolname = %s", [APP_ROLE])
        return cursor.fetchone() is not None


def _create(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        # A role belongs to the whole server, and the lock above to one database alone: two
        # databases may be made at once, so the loser of that race goes on with what is there.
        try:
            cursor.execute(
                f"""do $$ begin
                    create role {APP_ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole;
                exception when duplicate_object or unique_violation then null; end $$"""
            )
        except Exception as problem:
            if isinstance(problem.__cause__, errors.InsufficientPrivilege):
                raise Fault(
                    "role_not_created", owner=connection.settings_dict["USER"], role=APP_ROLE
                ) from problem
            raise


def _may_act(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        # PostgreSQL 15 has one kind of membership; from 16 on SET is granted by itself.
        cursor.execute(
            "select pg_has_role(current_user, %s, case when"
            " current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)",
            [APP_ROLE],
        )
        return bool(cursor.fetchone()[0])


def _grant(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"grant {APP_ROLE} to current_user")
        except Exception as problem:
            if _may_act(connection):
                return
            if isinstance(problem.__cause__, errors.InsufficientPrivilege):
                cursor.execute("select current_user")
                raise Fault(
                    "role_not_granted", owner=cursor.fetchone()[0], role=APP_ROLE
                ) from problem
            raise


def show_migrations(connection: BaseDatabaseWrapper) -> None:
    """Let the application read which migrations were run, to say what is missing."""
    with connection.cursor() as cursor:
        cursor.execute(f"grant select on django_migrations to {APP_ROLE}")


def make_cache_table(alias: str) -> None:
    """Make the table of a cache that is kept in the database, if the settings name one."""
    backends = [cache["BACKEND"] for cache in settings.CACHES.values()]
    if any(backend.endswith("DatabaseCache") for backend in backends):
        call_command("createcachetable", database=alias, verbosity=0)
        with connections[alias].cursor() as cursor:
            for name in {cache["LOCATION"] for cache in settings.CACHES.values()}:
                cursor.execute(f"grant all on {name} to {APP_ROLE}")

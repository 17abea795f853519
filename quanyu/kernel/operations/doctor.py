"""Say in plain words what is wrong with this machine (体检).

Each examination gives the same fault that strikes where a start meets it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from quanyu.kernel.operations import embedded
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home
from quanyu.kernel.tables.machine import can_print

OLDEST_PYTHON = (3, 11)
OLDEST_SERVER = 150000
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The browsers that tests can use, the cheapest first: the shell draws no windows of its own."""

ADDRESS = "postgresql://USER:PASSWORD@HOST:PORT/NAME"

Examination = Callable[[], object]


def examine(examinations: Sequence[Examination]) -> list[Fault]:
    """Make every examination and give all faults found, not the first alone."""
    return [fault for each in examinations for fault in _faults(each)]


def _faults(examination: Examination) -> Iterator[Fault]:
    try:
        examination()
    except Fault as fault:
        yield fault


def check_python() -> None:
    """Refuse a Python that is too old."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise Fault("python_too_old", found=".".join(str(n) for n in sys.version_info[:3]))


def check_home(path: Path) -> None:
    """Refuse a home that cannot be written, without making it."""
    path = path.expanduser().absolute()
    while not path.exists():
        path = path.parent
    # As root every folder looks writable to access(2), also on a read-only disk: so write.
    probe = path / ".quanyu-probe"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        raise Fault("home_not_writable", path=path) from problem


def check_data(home: Home) -> None:
    """Refuse data of another major version of PostgreSQL."""
    embedded.Database(home).check_version()


def check_database(url: str) -> None:
    """Refuse a database server that is too old, or a role that sees through row security."""
    check_role(*_role(url)[:4])


def check_test_server(url: str) -> None:
    """Refuse a server on which no tests can run: they make databases and a role of their own."""
    found = _role(url)
    check_role(*found[:4])
    if not all(found[4:]):
        raise Fault("role_makes_no_tests", role=found[1])


def check_owner(url: str) -> None:
    """Refuse a role that cannot make our schema and tables in this database.

    :raises Fault: if it may make no schema, or another role owns what is there
    """
    with connected(url) as connection:
        row = connection.execute(
            "select current_database(), current_user,"
            " has_database_privilege(current_database(), 'CREATE'),"
            " not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            "  where n.nspname = any (%s) and c.relkind in ('r', 'p')"
            "  and not pg_has_role(current_user, c.relowner, 'USAGE'))",
            [[os.environ.get("QUANYU_SCHEMA") or "city"]],
        ).fetchone()
    if row is not None and not (row[2] and row[3]):
        raise Fault("not_the_owner", database=row[0], role=row[1])


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Give a connection to the database, outside Django.

    :raises Fault: it cannot be reached; the address, which holds a password, is not repeated
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            yield connection
    except psycopg.OperationalError as problem:
        detail = str(problem).strip().splitlines()[-1]
        raise Fault("database_unreachable", detail=detail) from problem
    except psycopg.ProgrammingError as problem:
        if problem.sqlstate:
            raise
        raise Fault("database_unreachable", detail=ADDRESS) from None


def _role(url: str) -> tuple[int, str, bool, bool, bool, bool]:
    with connected(url) as connection:
        row = connection.execute(
            "select current_setting('server_version_num')::int, rolname, rolsuper,"
            " rolbypassrls, rolcreatedb, rolcreaterole"
            " from pg_roles where rolname = session_user"
        ).fetchone()
    if row is None:  # nobody signs in as a role that is not there
        raise Fault("database_unreachable", detail="session_user")
    return row[0], row[1], row[2], row[3], row[4], row[5]


def check_role(version: int, name: str, is_super: object, bypasses: object) -> None:
    """Refuse what a server says about itself and about our role on it."""
    if version < OLDEST_SERVER:
        raise Fault("server_too_old", found=version // 10000)
    if is_super:
        raise Fault("superuser_role", role=name)
    if bypasses:
        raise Fault("bypassrls_role", role=name)


def check_chromium() -> None:
    """Refuse a machine on which no browser test can run."""
    if not any(shutil.which(name) for name in CHROMIUMS):
        raise Fault("chromium_missing")


def check_fonts() -> None:
    """Refuse a machine on which Chinese would show as empty boxes."""
    lister = shutil.which("fc-list")
    if lister is None:
        raise Fault("fonts_missing")
    found = subprocess.run(  # noqa: S603 - a path that `which` gave
        [lister, ":lang=zh-cn", "family"], capture_output=True, check=False
    )
    if not found.stdout.strip():
        raise Fault("fonts_missing")


def check_pango() -> None:
    """Refuse a machine on which no PDF can be made."""
    if not can_print():
        raise Fault("pango_missing")


def on_this_machine(path: Path, port: int, url: str) -> list[Examination]:
    """List the examinations of a machine that is to run Quanyu."""
    home = Home(path.expanduser().absolute())
    listed: list[Examination] = [
        check_python,
        lambda: check_home(home.path),
        lambda: homes.check_space(home.path),
        lambda: check_data(home),
    ]
    # While Quanyu itself runs in this home, the port is rightly taken.
    if not (home.path / "lock").exists() or not homes.is_held(home):
        listed.append(lambda: homes.check_port(port))
    if url:
        listed += [lambda: check_database(url), lambda: check_owner(url)]
    return listed


def for_tests() -> list[Examination]:
    """List what the browser tests need besides."""
    return [check_chromium, check_fonts, check_pango]

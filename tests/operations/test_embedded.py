"""The embedded database keeps what was committed and asks for a password (内置数据库)."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from quanyu.kernel.operations.embedded import ADMIN, NAME, Database
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home
from tests.operations.conftest import until

OWN = "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = "


def test_gives_the_owner_no_way_around_row_security(embedded: Database) -> None:
    with psycopg.connect(embedded.url) as connection:
        found = connection.execute(OWN + "current_user").fetchone()

    assert found == (False, False, True, True)


def test_sorts_by_code_point_and_folds_by_unicode(embedded: Database) -> None:
    with psycopg.connect(embedded.url) as connection:
        found = connection.execute(
            "select datlocprovider, datlocale, datctype, lower('Ä') from pg_database"
            " where datname = current_database()"
        ).fetchone()

    assert found == ("b", "C.UTF-8", "C.UTF-8", "ä")


def test_refuses_a_wrong_password(embedded: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://{ADMIN}:wrong@127.0.0.1:{embedded.port}/{NAME}")


def test_keeps_its_passwords_to_itself(embedded: Database) -> None:
    files = list(embedded.home.postgres.glob("*.password"))

    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_keeps_committed_rows_when_killed(embedded: Database) -> None:
    assert embedded.child is not None
    assert embedded.child.process is not None
    with psycopg.connect(embedded.url) as connection:
        connection.execute("create table if not exists kept (number int)")
        connection.execute("insert into kept values (1)")

    os.kill(embedded.child.process.pid, signal.SIGKILL)
    until(lambda: not embedded.is_running(), "the end of the server")
    embedded.revive()

    with psycopg.connect(embedded.url) as connection:
        assert connection.execute("select count(*) >= 1 from kept").fetchone() == (True,)


def test_takes_another_port_when_its_own_is_taken(home: Home, embedded: Database) -> None:
    other = Database(home)
    home.postgres.mkdir()
    (home.postgres / "port").write_text(str(embedded.port))

    other.start()
    other.stop()

    assert other.port != embedded.port


def test_starts_after_an_interrupted_first_start(home: Home) -> None:
    half = home.postgres / "data" / "base"
    half.mkdir(parents=True)
    database = Database(home)

    database.start()
    answered = database.answers()
    database.stop()

    assert answered


@pytest.mark.parametrize(("found", "words"), [(99, "更新"), (9, "旧版本")])
def test_refuses_data_of_another_version(home: Home, found: int, words: str) -> None:
    _write_version(home.postgres / "data", found)

    with pytest.raises(Fault) as refused:
        Database(home).start()

    assert words in refused.value.sentence("zh")


def _write_version(data: Path, found: int) -> None:
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text(f"{found}\n")

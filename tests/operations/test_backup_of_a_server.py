"""A city on a PostgreSQL of one's own is backed up and restored there, or into a newer one."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from quanyu.events import actions
from quanyu.kernel.access.rules import REPORTER, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.files import actions as files
from quanyu.kernel.files import jobs
from quanyu.kernel.operations import archive, backup, keyring
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import Fault
from tests.conftest import owner
from tests.kernel.files.conftest import OWNER, picture, upload
from tests.operations import archives
from tests.operations.conftest import command

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.timeout(120),
]
Take = Callable[..., tuple[int, dict[str, Any]]]
SECRETS = {
    "QUANYU_SECRET_KEY": secrets.token_urlsafe(48),
    "QUANYU_FIELD_KEYS": json.dumps(settings.QUANYU_FIELD_KEYS),
    "QUANYU_INDEX_KEY": settings.QUANYU_INDEX_KEY,
}


def address(name: str) -> str:
    """Return the address of a database on the server of the tests."""
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    """The folder of a city that keeps its rows on a server."""
    settings.QUANYU_HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture
def city(home: Path, said: actions.Report, at: Any) -> str:
    """A city with one matter and one photo; its database."""
    with acting(REPORTER):
        actions.report(said=said, actor=REPORTER, at=at)
    with acting(system(settings.QUANYU_CITY, job="tests")) as actor:
        photo = upload(picture())
        kept = files.take(photo, owner=OWNER, purpose="report", actor=actor, at=at)
    with acting(actor):
        jobs.make(kept.id, at)
    return str(connections["default"].settings_dict["NAME"])


@pytest.fixture
def taken(city: str, home: Path) -> Take:
    """Take a backup of that city."""

    def take() -> tuple[int, dict[str, Any]]:
        code, printed, said = command(
            "backup", "--home", home, QUANYU_DATABASE_URL=address(city), **SECRETS
        )
        assert printed, said
        return code, json.loads(printed)

    return take


@pytest.fixture
def empty() -> Iterator[str]:
    """An empty database on the same server."""
    name = f"quanyu_restored_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    with owner() as maker:
        maker.execute(drop)
        maker.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        maker.execute(drop)


def test_gives_the_same_on_the_same_server(
    taken: Take, city: str, empty: str, tmp_path: Path
) -> None:
    code, told = taken()
    new = tmp_path / "new"

    again, printed, said = command(
        *("restore", told["path"], "--home", new, "--database", address(empty)), **SECRETS
    )

    assert (code, again, told["files"]) == (0, 0, 2), said
    assert json.loads(printed)["rows"] == told["rows"]
    with owner(city) as one, owner(empty) as other:
        found, restored = backup.count(one), backup.count(other)
    differing = {name for name in found if found[name] != restored[name]}
    # The one record and its seal that each of the two writes afterwards; and migrate lists anew
    # the rights that Django knows, which the tests' own truncation has emptied.
    assert differing <= {"city.audit_record", "city.audit_seal", "city.auth_permission"}
    assert [path.name for path in sorted((new / "files/ready").glob("*/*"))] == [
        path.name for path in sorted((tmp_path / "home/files/ready").glob("*/*"))
    ]


def test_gives_the_same_in_a_home_with_a_database_of_its_own(taken: Take, tmp_path: Path) -> None:
    _, told = taken()

    code, printed, said = command("restore", told["path"], "--home", tmp_path / "new", **SECRETS)

    assert code == 0
    assert "QUANYU_URL" in said
    assert json.loads(printed)["rows"] == told["rows"]


def test_refuses_a_database_that_is_not_empty(taken: Take, city: str, tmp_path: Path) -> None:
    _, told = taken()
    with owner(city) as connection:
        before = backup.count(connection)

    code, _, said = command(
        *("restore", told["path"], "--home", tmp_path / "new", "--database", address(city)),
        **SECRETS,
    )

    assert (code, f"{city}." in said, (tmp_path / "new").exists()) == (49, True, False)
    with owner(city) as connection:
        assert backup.count(connection) == before


def test_that_fails_leaves_an_empty_database(taken: Take, empty: str, tmp_path: Path) -> None:
    _, told = taken()
    rows = {"city.events_event": 7}
    file = archives.retold(Path(told["path"]), tmp_path / "other.tar", rows=rows)

    code, _, said = command(
        *("restore", file, "--home", tmp_path / "new", "--database", address(empty)), **SECRETS
    )

    assert (code, "目标已清空" in said) == (50, True)
    with owner(empty) as connection:
        found = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname IN ('city', 'queue')"
        ).fetchall()
    assert found == []


def test_that_finds_no_whole_dump_leaves_an_empty_database(
    taken: Take, empty: str, tmp_path: Path
) -> None:
    """The file is whole, and the dump in it ends too early: nothing of it is committed."""
    _, told = taken()
    manifest, held = archives.opened(Path(told["path"]))
    kept = {name: held[name] for name in held if name.startswith("files/")}
    dump = held["database.dump"]
    short = archives.write(
        tmp_path / "short.tar", told=manifest, files=kept, database=dump[: len(dump) * 3 // 4]
    )

    code, _, said = command(
        *("restore", short, "--home", tmp_path / "new", "--database", address(empty)), **SECRETS
    )

    assert (code, "目标已清空" in said) == (50, True)
    with owner(empty) as connection:
        assert backup.count(connection) == {}


def test_says_which_photo_was_lost_before(taken: Take, home: Path, tmp_path: Path) -> None:
    for path in (home / "files/ready").glob("*/*-full.jpg"):
        path.unlink()

    code, told = taken()
    again, printed, _ = command("restore", told["path"], "--home", tmp_path / "new", **SECRETS)

    assert (code, told["lost"]) == (1, 1)
    assert (again, json.loads(printed)["lost"]) == (0, 1)


def test_says_that_the_log_was_changed_before(taken: Take, city: str, tmp_path: Path) -> None:
    taken()
    with owner(city) as connection:
        connection.execute(
            "UPDATE audit_record SET topic = 'other' WHERE id IN"
            " (SELECT unnest(members) FROM audit_seal ORDER BY number LIMIT 1)"
        )
    _, told = taken()

    code, printed, said = command("restore", told["path"], "--home", tmp_path / "new", **SECRETS)

    assert (code, json.loads(printed)["faults"] > 0, "备份之前已被改动" in said) == (52, True, True)


def test_removes_what_a_killed_one_left(home: Path, city: str, settings: Any, at: Any) -> None:
    kept = homes.prepare(home)
    for name, days in (("backup-old", 2), ("backup-new", 0)):
        (home / name).mkdir()
        (home / name / "raw").touch()
        moment = at.timestamp() - days * 86400
        os.utime(home / name, (moment, moment))
    actor = system(settings.QUANYU_CITY, job="tests")

    backup.take(home=kept, url=address(city), folder=home / "to", actor=actor, at=at)

    assert [path.name for path in home.glob("backup-*")] == ["backup-new"]


def test_asks_for_every_key_that_sealed_before_and_during_it(
    home: Path, city: str, settings: Any, at: Any
) -> None:
    """A rotation adds and retires keys while the city is at work."""
    kept = homes.prepare(home)
    settings.QUANYU_KEYS_FILE = str(keyring.file_of(kept))
    first = homes.keys(kept)
    homes.add_field_key(kept)
    actor = system(settings.QUANYU_CITY, job="tests")

    taken = backup.take(home=kept, url=address(city), folder=home / "to", actor=actor, at=at)

    told = archive.read(Path(taken.path)).keys
    assert told == keyring.marks(homes.keys(kept))
    with pytest.raises(Fault):
        keyring.check(told, first)


def test_keeps_no_upload_that_the_worker_was_faster_with(
    home: Path, said: actions.Report, at: Any
) -> None:
    """A row that waits in the snapshot has its raw upload; one without is lost, and told once."""
    with acting(system(settings.QUANYU_CITY, job="tests")) as actor:
        whole, lost = (
            files.take(upload(picture()), owner=OWNER, purpose="report", actor=actor, at=at)
            for _ in range(2)
        )
    (home / f"files/waiting/{lost.id}").unlink()
    kept = home / "kept"
    kept.mkdir()
    url = address(str(connections["default"].settings_dict["NAME"]))

    with backup.still(url, root=home / "files", waiting=kept) as (_, missed):
        assert missed == {lost.id}

    assert [path.name for path in kept.iterdir()] == [str(whole.id)]

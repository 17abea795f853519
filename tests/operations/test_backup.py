"""A city at work is backed up and lives on elsewhere, the same in rows and files (备份与恢复)."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from quanyu.kernel.operations import archive, backup
from quanyu.kernel.operations.embedded import Database
from quanyu.kernel.operations.home import Home
from quanyu.kernel.privacy.seals import read_ring
from tests.operations import archives
from tests.operations.conftest import Demo, command, free_port, outside, until

pytestmark = pytest.mark.timeout(240)

OWN = ("audit_record", "audit_seal")
"""Tables into which a restore writes that it was made."""

PHOTOS = 10
"""So many photos of the small demo, at least, are looked at and kept before the backup begins."""

WALLS = {
    "policies": "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies",
    "row security": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
    " WHERE relnamespace::regnamespace::text IN ('city', 'queue')",
    "rights on tables": "SELECT relname, grantee::regrole::text, privilege_type FROM pg_class,"
    " aclexplode(relacl) WHERE relnamespace::regnamespace::text IN ('city', 'queue')",
    "rights on functions": "SELECT proname, grantee, privilege_type, prosecdef, proconfig::text"
    " FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
    " WHERE pronamespace::regnamespace::text IN ('city', 'queue') AND grantee = 0",
    "rights on schemas": "SELECT nspname, grantee::regrole::text, privilege_type"
    " FROM pg_namespace, aclexplode(nspacl) WHERE nspname IN ('city', 'queue')",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace::regnamespace::text IN ('city', 'queue')",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname IN ('city', 'queue')",
    "owners": "SELECT relname FROM pg_class WHERE relowner::regrole::text = 'quanyu_app'",
}


@dataclass
class Twins:
    """A city and its restored twin."""

    home: Home
    file: Path
    other: Home
    codes: list[str]
    taken: dict[str, Any]
    said: str
    restored: dict[str, Any]
    told: str
    found: dict[str, int]
    """The rows of each table before anybody used the restored city."""


@pytest.fixture(scope="module")
def twins(built_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The demo city, backed up while residents report, and restored into a home of its own."""
    if not built_demo.is_up():
        built_demo.start()
    until(lambda: _ready(built_demo.home) >= PHOTOS, "the worker has looked at the photos")
    folder = tmp_path_factory.mktemp("backup")
    with built_demo.under_reports() as codes:
        before = list(codes)
        code, printed, said = command(
            "backup", "--home", built_demo.home.path, "--to", folder / "backups"
        )
        assert code == 0, said
    taken = json.loads(printed)
    keys = built_demo.home.path / "secrets.json"
    other = Home(folder / "other")
    code, printed, problem = command(
        *("restore", taken["path"], "--home", other.path, "--keys", keys)
    )
    assert code == 0, problem
    database = Database(other)
    database.start()
    yield Twins(
        home=built_demo.home,
        file=Path(taken["path"]),
        other=other,
        codes=before,
        taken=taken,
        said=said,
        restored=json.loads(printed),
        told=problem,
        found=counted(other, archive.read(Path(taken["path"])).rows),
    )
    database.stop()


def _ready(home: Home) -> int:
    [(number,)] = rows(home, "SELECT count(*) FROM files_file WHERE state = 'ready'")
    return int(number)


def counted(home: Home, names: Iterable[str]) -> dict[str, int]:
    """Count the rows of each table of a running database."""
    with psycopg.connect(Database(home).url) as connection:
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # type: ignore[index]  # noqa: S608
            for name in names
        }


def rows(home: Home, query: str) -> list[tuple[Any, ...]]:
    """Ask the running database of a home."""
    path = "-c search_path=city,queue"
    with psycopg.connect(Database(home).url, options=path) as connection:
        return sorted(connection.execute(query).fetchall(), key=repr)


def plain(found: list[tuple[Any, ...]]) -> set[str]:
    """Return what was found without the brackets and casts that PostgreSQL adds when it rereads."""
    return {re.sub(r"::(character varying|text)|[][() ]", "", repr(row)) for row in found}


def test_gives_every_table_the_rows_that_it_had(twins: Twins) -> None:
    told, found = archive.read(twins.file).rows, dict(twins.found)

    for name in OWN:
        assert found.pop(f"city.{name}") == told.pop(f"city.{name}") + 1
    assert found == told
    assert told["city.events_event"] >= 60 + len(twins.codes)
    assert twins.taken["rows"] == twins.restored["rows"]
    assert "QUANYU_URL" in twins.told


def test_takes_no_session_along(twins: Twins) -> None:
    assert rows(twins.other, "SELECT 1 FROM django_session") == []


@pytest.mark.parametrize("wall", WALLS)
def test_leaves_every_wall_standing(wall: str, twins: Twins) -> None:
    assert plain(rows(twins.other, WALLS[wall])) == plain(rows(twins.home, WALLS[wall]))


def test_gives_every_photo_the_bytes_that_it_had(twins: Twins) -> None:
    query = "SELECT id::text, sha256 FROM files_file WHERE state = 'ready'"
    told = {(key, mark) for key, mark in rows(twins.other, query)}
    ready = sorted((twins.other.path / "files/ready").glob("*/*-full.jpg"))

    found = {
        (path.name.removesuffix("-full.jpg"), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in ready
    }

    assert len(found) >= PHOTOS
    assert found == told


def test_opens_a_sealed_contact_with_the_keys_kept_apart(twins: Twins) -> None:
    keys = json.loads((twins.other.path / "secrets.json").read_text())
    ring = read_ring(json.loads(keys["QUANYU_FIELD_KEYS"]), index_key=keys["QUANYU_INDEX_KEY"])
    sealed = rows(twins.other, "SELECT id, phone FROM events_contact WHERE phone IS NOT NULL")

    opened = {ring.open(bytes(token), place=f"events.contact.phone:{key}") for key, token in sealed}

    assert opened
    assert all(phone.isdigit() for phone in opened)


def test_holds_no_key(twins: Twins) -> None:
    keys = json.loads((twins.home.path / "secrets.json").read_text())
    field = json.loads(keys["QUANYU_FIELD_KEYS"])["1"]
    content = twins.file.read_bytes()

    found = [k for k in (field, *keys.values()) if k.encode() in content]

    assert found == []
    assert "密钥不在备份里" in twins.said
    assert str(twins.home.path / "secrets.json") in twins.said


def test_gives_a_log_that_is_whole_from_the_head_that_the_backup_names(twins: Twins) -> None:
    code, printed, _ = command(
        *("audit", "verify", "--witnessed", twins.taken["head"], "--home", twins.other.path),
        QUANYU_DATABASE_URL=Database(twins.other).url,
    )

    assert (code, json.loads(printed)["faults"]) == (0, [])


def test_serves_what_was_acknowledged_before_the_backup(twins: Twins) -> None:
    port = free_port()
    words = [sys.executable, "-P", "-m", "quanyu.project.command", "serve"]
    environment = outside(
        QUANYU_DATABASE_URL=Database(twins.other).url, QUANYU_CODES_A_MINUTE="100000"
    )
    serving = subprocess.Popen(
        [*words, "--home", str(twins.other.path), "--port", str(port), "--workers", "1"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    twin = Demo(twins.other.path)
    twin.port = port
    try:
        until(twin.is_ready, "the restored city")
        found = twin.follow(twins.codes)
    finally:
        serving.terminate()
        serving.wait(60)

    assert found == {200}


def test_is_remembered_by_its_home(twins: Twins) -> None:
    last = backup.last(twins.home.path)

    assert last is not None
    assert (last.path, last.bytes) == (str(twins.file), twins.file.stat().st_size)
    assert rows(twins.home, "SELECT topic FROM audit_record WHERE topic = 'operations.backup'")


def test_refuses_a_home_that_is_in_use(twins: Twins) -> None:
    code, _, said = command("restore", twins.file, "--home", twins.home.path)

    assert (code, "已有数据" in said) == (49, True)


def test_asks_for_the_keys_that_were_kept_apart(twins: Twins, tmp_path: Path) -> None:
    code, _, said = command("restore", twins.file, "--home", tmp_path / "new")

    assert (code, "--keys" in said, (tmp_path / "new").exists()) == (48, True, False)


def test_refuses_other_keys(twins: Twins, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(archives.KEYS))

    code, _, said = command("restore", twins.file, "--home", tmp_path / "new", "--keys", keys)

    assert (code, "1, index" in said, (tmp_path / "new").exists()) == (48, True, False)


def test_writes_the_keys_into_a_private_file_of_their_own(twins: Twins, tmp_path: Path) -> None:
    kept = tmp_path / "keys.json"

    code, _, _ = command("backup", "keys", "--to", kept, "--home", twins.home.path)
    again, _, said = command("backup", "keys", "--to", kept, "--home", twins.home.path)

    assert (code, again, kept.stat().st_mode & 0o777) == (0, 2, 0o600)
    assert "--to" in said
    assert json.loads(kept.read_text()) == json.loads(
        (twins.home.path / "secrets.json").read_text()
    )


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ({"rows": {"city.events_event": 1}}, 50, "rows:"),
        ({"migrations": {"events": ["9999_new"]}}, 15, "events.9999_new"),
        ({"city": "11/01/"}, 46, "QUANYU_CITY"),
        ({"schemas": ["public", "queue"]}, 46, "QUANYU_SCHEMA"),
    ],
    ids=lambda given: "".join(given) if isinstance(given, dict) else None,
)
def test_that_fails_leaves_an_empty_home(
    told: dict[str, Any], code: int, words: str, twins: Twins, tmp_path: Path
) -> None:
    file = archives.retold(twins.file, tmp_path / "other.tar", **told)
    new, keys = tmp_path / "new", twins.home.path / "secrets.json"

    found, _, said = command("restore", file, "--home", new, "--keys", keys)

    assert (found, words in said) == (code, True), said
    assert [path for path in new.rglob("*") if path.name not in {"logs", "running", "lock"}] == [
        new / "logs/postgres.log"
    ]


def test_needs_a_folder_to_be_written_into(twins: Twins, tmp_path: Path) -> None:
    taken = tmp_path / "a file"
    taken.touch()

    code, _, said = command("backup", "--to", taken, "--home", twins.home.path)

    assert (code, str(taken) in said) == (42, True)


def test_needs_a_city_to_back_up(tmp_path: Path) -> None:
    code, _, said = command("backup", "--home", tmp_path / "none")

    assert (code, "没有可备份的城市" in said, (tmp_path / "none").exists()) == (41, True, False)

"""The database into a file and back, by PostgreSQL's own programs (数据库转储)."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg import conninfo

from quanyu.kernel.operations import embedded
from quanyu.kernel.operations.faults import Fault

# Where Debian, Red Hat and macOS put the programs of each major version.
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
HEAD = re.compile(rb"(SET |SELECT pg_catalog\.set_config|--|\\restrict|\s*$)")
UNKNOWN = {b"SET transaction_timeout = 0;\n": 17}
"""What newer programs say at the head of every dump, and the first server that knows it."""


@dataclass(frozen=True, order=True)
class Tools:
    """PostgreSQL's client programs of one major version."""

    major: int
    folder: Path

    def program(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.folder / name)


def tools(least: int) -> Tools:
    """Choose the oldest programs that know this version: what they write is read the farthest.

    :raises Fault: if this machine has none
    """
    known = sorted(each for each in _installed() if each.major >= least)
    if not known:
        raise Fault("postgres_programs_missing", major=least)
    return known[0]


def _installed() -> Iterator[Tools]:
    yield Tools(embedded.version(), embedded.binaries())
    on_path = shutil.which("pg_dump")
    folders = [folder for place in PLACES for folder in Path("/").glob(place[1:])]
    for folder in [*folders, *([Path(on_path).parent] if on_path else [])]:
        if all((folder / name).exists() for name in ("pg_dump", "pg_restore", "psql")):
            done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's
                [folder / "pg_dump", "--version"], capture_output=True, text=True, check=False
            )
            if found := re.search(r"\) (\d+)", done.stdout):
                yield Tools(int(found[1]), folder)


def dump(
    url: str,
    *,
    using: Tools,
    snapshot: str,
    schemas: Sequence[str],
    without_rows: Sequence[str],
    target: Path,
) -> None:
    """Write the schemas as one snapshot sees them, rights and policies included.

    :raises Fault: if the database cannot be read, or the disk is full
    """
    words = [
        *(using.program("pg_dump"), "--format=custom", "--no-owner", "--no-password"),
        *(f"--snapshot={snapshot}", "--lock-wait-timeout=60s", f"--file={target}"),
        *(f"--schema={name}" for name in schemas),
        *(f"--exclude-table-data={name}" for name in without_rows),
    ]
    address, environment = _address(url)
    done = subprocess.run(  # noqa: S603 - the words are our own
        [*words, f"--dbname={address}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Fault("backup_failed", detail=_last(done.stderr))


def load(url: str, *, using: Tools, server: int, source: Path) -> None:
    """Read a dump into a database in one transaction: all of it, or nothing.

    :raises Fault: if the database does not take it
    """
    address, environment = _address(url)
    reading = [using.program("pg_restore"), "--no-owner", "--file=-", str(source)]
    writing = [
        using.program("psql"),
        "--no-psqlrc",
        "--quiet",
        "--no-password",
        "--output=/dev/null",
    ]
    with tempfile.TemporaryFile("w+") as said:
        reader = subprocess.Popen(  # noqa: S603 - the words are our own
            reading, stdout=subprocess.PIPE, stderr=said, env=environment
        )
        writer = subprocess.Popen(  # noqa: S603 - the words are our own
            [*writing, "--set=ON_ERROR_STOP=1", f"--dbname={address}"],
            stdin=subprocess.PIPE,
            stderr=said,
            env=environment,
        )
        is_whole = _pour(reader, writer, server=server)
        if writer.wait() or not is_whole:
            said.seek(0)
            raise Fault("restore_failed", detail=_last(said.read()))


def _pour(
    reader: "subprocess.Popen[bytes]", writer: "subprocess.Popen[bytes]", *, server: int
) -> bool:
    """Pass everything on, and end with COMMIT only when the reader came to its own end."""
    if reader.stdout is None or writer.stdin is None:  # never: both were asked for
        return False
    try:
        with reader.stdout as source, writer.stdin as target:
            target.write(b"BEGIN;\n")
            _pass_head(source, target, server=server)
            shutil.copyfileobj(source, target, 2**20)
            is_whole = reader.wait() == 0
            # At the end of its input psql leaves; what was begun and not committed is undone.
            target.write(b"COMMIT;\n" if is_whole else b"")
    except BrokenPipeError:
        reader.kill()
        reader.wait()
        return False
    return is_whole


def _pass_head(source: IO[bytes], target: IO[bytes], *, server: int) -> None:
    """Pass on the settings at the head, without those that the server does not know."""
    for said in source:
        if UNKNOWN.get(said, 0) <= server:
            target.write(said)
        if not HEAD.match(said):
            return


def _address(url: str) -> tuple[str, dict[str, str]]:
    """Return the address without its password, which no list of processes shall show."""
    parts = conninfo.conninfo_to_dict(url)
    password = str(parts.pop("password", None) or "")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = {**kept, "LC_ALL": "C.UTF-8", "PGPASSWORD": password}
    return conninfo.make_conninfo("", **parts), environment


def _last(words: str) -> str:
    said = [line.strip() for line in words.splitlines() if line.strip()]
    errors = [line for line in said if "ERROR" in line or "error:" in line]
    return (errors or said or ["?"])[0]

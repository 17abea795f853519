"""Fill an empty place from a backup and prove that it holds the same (恢复)."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.audit import actions as audit
from quanyu.kernel.audit import queries as log
from quanyu.kernel.operations import archive, backup, dump, migrate, stored
from quanyu.kernel.operations.archive import Manifest
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home
from quanyu.kernel.operations.target import Target, begun

MOST_NAMED = 5
"""So many differences are named; their number is told in any case."""


@dataclass(frozen=True)
class Restored:
    """What a restore found (恢复结果)."""

    taken_at: str
    release: str
    tables: int
    rows: int
    files: int
    bytes: int
    lost: int
    seals: int
    head: str
    faults: int
    waiting_jobs: int


def fill(target: Target, *, url: str, actor: Actor, at: datetime) -> Restored:
    """Bring everything of a backup into the empty target, and compare.

    :param url: the database, of its owner
    :raises Fault: if anything is not as the manifest says
    """
    manifest, home = target.manifest, target.home
    _check_settings(manifest)
    owner = connections["owner"]
    migrate.check_role(owner)
    migrate.check_applied(manifest.migrations)
    migrate.make_app_role(owner)
    files, size = _unpack(target)
    _load(target, url)
    _compare_rows(url, manifest)
    _compare_files(url, home, manifest)
    migrate.run(alias="owner")
    _seal(manifest, actor=actor, at=at)
    verdict = log.verify(witnessed=manifest.head)
    return Restored(
        taken_at=manifest.at,
        release=manifest.release,
        tables=len(manifest.rows),
        rows=sum(manifest.rows.values()),
        files=files,
        bytes=size,
        lost=len(manifest.lost),
        seals=verdict.seals,
        head=verdict.head,
        faults=len(verdict.faults),
        waiting_jobs=_waiting_jobs(url),
    )


def _check_settings(manifest: Manifest) -> None:
    found = (manifest.city, *manifest.schemas)
    names = ("QUANYU_CITY", "QUANYU_SCHEMA", "QUANYU_QUEUE_SCHEMA")
    for name, told in zip(names, found, strict=True):
        ours = getattr(settings, name)
        if told != ours:
            raise Fault("backup_of_another_city", name=name, found=told, ours=ours)


def _load(target: Target, url: str) -> None:
    source = target.home.restoring / archive.DATABASE
    with psycopg.connect(url, autocommit=True) as connection:
        begun(target.home).touch()
        for name in target.manifest.schemas:  # made by an administrator, and empty
            statement = sql.SQL("DROP SCHEMA IF EXISTS {} RESTRICT").format(sql.Identifier(name))
            connection.execute(statement)
        server = connection.info.server_version // 10000
        dump.load(url, using=target.tools, server=server, source=source)
        source.unlink()
        connection.execute("ANALYZE")


# ------------------------------------------------------------------ unpacking


class _Unpacking:
    """Opens where each member goes, one after the other."""

    def __init__(self, home: Home) -> None:
        self.home, self.files, self.bytes = home, 0, 0
        self.out: IO[bytes] | None = None

    def __call__(self, name: str) -> IO[bytes]:
        self.close()
        is_file = name.startswith(archive.FILES)
        path = (self.home.path if is_file else self.home.restoring) / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.files += is_file
        self.out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        return self.out

    def close(self) -> None:
        """Close the last one."""
        if self.out is not None:
            self.bytes += self.out.tell()
            self.out.close()


def _unpack(target: Target) -> tuple[int, int]:
    """Write every member to its place; each is hashed once more on the way."""
    (target.home.path / archive.FILES).mkdir(mode=0o700, exist_ok=True)
    with closing(_Unpacking(target.home)) as unpacking:
        again = archive.read(target.file, into=unpacking)
    if again != target.manifest:
        raise Fault("backup_damaged", path=target.file, detail=archive.MANIFEST)
    os.sync()
    return unpacking.files, unpacking.bytes


# ------------------------------------------------------------------ comparing


def _compare_rows(url: str, manifest: Manifest) -> None:
    with backup.open_snapshot(url) as snapshot:
        found = backup.count(snapshot)
    tables = sorted({*found, *manifest.rows})
    differing = [name for name in tables if found.get(name) != manifest.rows.get(name)]
    _refuse(differing, "rows")


def _compare_files(url: str, home: Home, manifest: Manifest) -> None:
    """Find for every row its file, with the hash that the row holds."""
    known = {*manifest.lost, *manifest.gone}
    with backup.open_snapshot(url) as snapshot:
        with snapshot.cursor("ready") as rows:
            rows.execute(stored.READY_ROWS)
            ledger = stored.Ledger(iter(rows))
            for parts, mark in _listed(home.restoring / archive.LIST):
                ledger.saw(parts, mark)
            ledger.close()
        waiting = [row[0] for row in snapshot.execute(stored.WAITING_ROWS)]
    raw = home.path / archive.FILES / stored.WAITING
    lost: list[UUID] = [key for key in waiting if not (raw / str(key)).exists()]
    wrong = sorted({str(key) for key in (*ledger.lost, *ledger.other, *lost)} - known)
    _refuse(wrong, "files")


def _listed(file: Path) -> Iterator[tuple[stored.Place, str]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            mark, _, name = line.rstrip("\n").partition("  ")
            yield tuple(name.split("/")[1:]), mark


def _refuse(differing: list[str], what: str) -> None:
    if differing:
        named = ", ".join(differing[:MOST_NAMED])
        raise Fault("restore_failed", detail=f"{what}: {len(differing)} ≠ ({named})")


def _seal(manifest: Manifest, *, actor: Actor, at: datetime) -> None:
    """Bind what no seal bound when the backup was taken, and this restore itself.

    A record that committed late is told from one slipped in by the number of its transaction,
    and that is another one here.
    """
    with acting(actor):
        facts = {"taken_at": manifest.at, "head": manifest.head}
        subject = f"backup:{manifest.head[:12]}"
        audit.record("operations.restore", subject, actor=actor, at=at, facts=facts)
        while audit.seal(at=at):
            pass


def _waiting_jobs(url: str) -> int:
    with backup.open_snapshot(url) as snapshot:
        row = snapshot.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        ).fetchone()
    return int(row[0]) if row else 0

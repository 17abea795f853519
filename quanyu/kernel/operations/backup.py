"""Take a backup while the city is at work: one snapshot of the database, then its files (备份).

The keys are never in it; see ``keyring``.
"""

import io
import json
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg import sql

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.audit import actions as audit
from quanyu.kernel.operations import archive, dump, keyring, stored
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.archive import Manifest, Writer
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home

WITHOUT_ROWS = ("django_session", "accounts_sessionrow", "web_cache")
"""Sign-ins and short memory: who finds a backup shall not find an open session in it."""

TOLD = "backups.jsonl"
KEPT = "backup-"
LEFT_BEHIND = 24 * 3600
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Taken:
    """One backup, as the home remembers it (一次备份)."""

    path: str
    at: str
    seconds: float
    bytes: int
    rows: int
    files: int
    seals: int
    head: str
    seal: str
    lost: int


def last(home: Path | None = None) -> Taken | None:
    """Return the newest backup of this home, None if there was none."""
    file = Path(home or settings.QUANYU_HOME) / TOLD
    lines = file.read_text().splitlines() if file.exists() else []
    return Taken(**json.loads(lines[-1])) if lines else None


def take(*, home: Home, url: str, folder: Path, actor: Actor, at: datetime) -> Taken:
    """Write one backup into a folder, whole or not at all, while server and worker go on.

    :raises Fault: if there is nothing to back up, no room, or the database cannot be read
    """
    began = datetime.now(at.tzinfo)
    _seal(actor=actor, at=at)
    keys = _marks()
    _sweep(home, at=at)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise Fault("backup_failed", detail=f"{folder}: {problem.strerror}") from problem
    root = home.path / "files"
    path = folder / _name(at)
    with (
        tempfile.TemporaryDirectory(prefix=KEPT, dir=home.path) as kept,
        still(url, root=root, waiting=Path(kept)) as (snapshot, lost),
    ):
        _check_room(snapshot, root=root, folder=folder)
        taking = _Taking(snapshot, url, root=root, waiting=Path(kept), lost=lost, keys=keys)
        manifest, writer = taking.write(path, at=at)
    taken = Taken(
        path=str(path.absolute()),
        at=manifest.at,
        seconds=round((datetime.now(at.tzinfo) - began).total_seconds(), 1),
        bytes=path.stat().st_size,
        rows=sum(manifest.rows.values()),
        files=writer.files,
        seals=manifest.seals,
        head=manifest.head,
        seal=writer.seal,
        lost=len(manifest.lost),
    )
    _remember(taken, home=home, actor=actor, at=at)
    return taken


def _sweep(home: Home, *, at: datetime) -> None:
    """Remove what a killed backup kept of raw uploads: they may have been erased since."""
    for left in home.path.glob(f"{KEPT}*"):
        if at.timestamp() - left.stat().st_mtime > LEFT_BEHIND:
            shutil.rmtree(left)


def _name(at: datetime) -> str:
    city = settings.QUANYU_CITY.strip("/").replace("/", "-")
    return f"quanyu-{city}-{at.astimezone():%Y%m%d-%H%M%S}.tar"


def _seal(*, actor: Actor, at: datetime) -> None:
    """Bind the log first, so that the head that the backup names covers it."""
    with acting(actor):
        while audit.seal(at=at):
            pass


def _remember(taken: Taken, *, home: Home, actor: Actor, at: datetime) -> None:
    facts = asdict(taken)
    with acting(actor):
        audit.record(
            "operations.backup", f"backup:{taken.seal[:12]}", actor=actor, at=at, facts=facts
        )
    with (home.path / TOLD).open("a") as told:
        told.write(json.dumps(facts, ensure_ascii=False) + "\n")


# ------------------------------------------------------------------ the snapshot

Snapshot = psycopg.Connection[Any]


@contextmanager
def still(url: str, *, root: Path, waiting: Path) -> Iterator[tuple[Snapshot, set[UUID]]]:
    """Give a snapshot of the database in which every raw upload was kept, and the lost ones.

    The worker deletes a raw upload after the row says so. One that was gone when we came for it
    is asked for again in a newer snapshot: there its row waits no more, or it is lost indeed.
    """
    gone: set[UUID] = set()
    while True:
        with open_snapshot(url) as snapshot:
            keys = [row[0] for row in snapshot.execute(stored.WAITING_ROWS)]
            missed = stored.keep_waiting(keys, root=root, into=waiting)
            if missed <= gone:
                yield snapshot, missed
                return
        gone |= missed


@contextmanager
def open_snapshot(url: str) -> Iterator[Snapshot]:
    """Give a connection of the owner's that sees one moment for as long as it is open."""
    with psycopg.connect(url, options=_path(), autocommit=True) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield connection


def _path() -> str:
    return f"-c search_path={settings.QUANYU_SCHEMA},{settings.QUANYU_QUEUE_SCHEMA}"


def count(connection: Snapshot) -> dict[str, int]:
    """Return the number of rows of every table of the city and the queue."""
    names = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY (%s) ORDER BY 1, 2",
        [[settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA]],
    ).fetchall()
    query = sql.SQL("SELECT count(*) FROM {}")
    return {
        f"{schema}.{table}": int(_one(connection, query.format(sql.Identifier(schema, table))))
        for schema, table in names
        if table not in WITHOUT_ROWS
    }


def _one(connection: Snapshot, query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _check_room(snapshot: Snapshot, *, root: Path, folder: Path) -> None:
    size = int(_one(snapshot, "SELECT pg_database_size(current_database())"))
    homes.check_space(folder, needed=(size + stored.space(root)) // 2**20)


# ------------------------------------------------------------------ the file


@dataclass
class _Taking:
    """One backup while it is written."""

    snapshot: Snapshot
    url: str
    root: Path
    waiting: Path
    lost: set[UUID]
    keys: dict[str, str]
    gone: set[UUID] = field(default_factory=set)

    def write(self, path: Path, *, at: datetime) -> tuple[Manifest, Writer]:
        """Write the archive; nothing of it stays when that fails."""
        server = int(_one(self.snapshot, "SHOW server_version_num")) // 10000
        using = dump.tools(server)
        writer = Writer(path)
        try:
            self._add_database(writer, using)
            with tempfile.TemporaryFile() as listed:
                self._add_files(writer, listed)
                manifest = self._manifest(at, server=server, tools=using.major)
                writer.finish(manifest, listed)
        except BaseException:
            writer.abandon()
            raise
        return manifest, writer

    def _add_database(self, writer: Writer, using: dump.Tools) -> None:
        half = writer.path.with_name(writer.path.name + ".database.half")
        try:
            dump.dump(
                self.url,
                using=using,
                snapshot=_one(self.snapshot, "SELECT pg_export_snapshot()"),
                schemas=(settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA),
                without_rows=[f"{settings.QUANYU_SCHEMA}.{name}" for name in WITHOUT_ROWS],
                target=half,
            )
            with half.open("rb") as source:
                writer.add(archive.DATABASE, source, size=half.stat().st_size)
        finally:
            half.unlink(missing_ok=True)

    def _add_files(self, writer: Writer, listed: BinaryIO) -> None:
        with self.snapshot.cursor("ready") as rows:
            rows.execute(stored.READY_ROWS)
            ledger = stored.Ledger(iter(rows))
            for parts, path in stored.taken(self.root, self.waiting):
                if ledger.knows(parts):
                    _add_file(writer, parts, path, ledger=ledger, listed=listed)
            ledger.close()
        with psycopg.connect(self.url, options=_path()) as now:
            still = {row[0] for row in now.execute(stored.STILL_READY, [ledger.lost])}
        self.gone = set(ledger.lost) - still
        self.lost |= {*still, *ledger.other}

    def _manifest(self, at: datetime, *, server: int, tools: int) -> Manifest:
        seals = self.snapshot.execute(
            "SELECT number, hash FROM audit_seal ORDER BY number DESC LIMIT 1"
        ).fetchone()
        migrations: dict[str, list[str]] = {}
        for app, name in self.snapshot.execute("SELECT app, name FROM django_migrations"):
            migrations.setdefault(app, []).append(name)
        number, head = seals or (0, "")
        return Manifest(
            city=settings.QUANYU_CITY,
            at=at.isoformat(),
            release=release(),
            postgres=server,
            tools=tools,
            schemas=[settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA],
            migrations={app: sorted(names) for app, names in migrations.items()},
            rows=count(self.snapshot),
            left_out=list(WITHOUT_ROWS),
            seals=number,
            head=head,
            # Whatever sealed before the snapshot, and whatever was retired after it.
            keys=self.keys | _marks(),
            lost=sorted(map(str, self.lost)),
            gone=sorted(map(str, self.gone)),
        )


def _add_file(
    writer: Writer, parts: stored.Place, path: Path, *, ledger: stored.Ledger, listed: BinaryIO
) -> None:
    name = archive.FILES + "/".join(parts)
    try:
        with path.open("rb") as source:
            size = source.seek(0, io.SEEK_END)
            source.seek(0)
            mark = writer.add(name, source, size=size)
    except FileNotFoundError:
        return  # deleted while we walked: the ledger tells whether a row misses it
    writer.files += 1
    listed.write(archive.line(name, mark))
    ledger.saw(parts, mark)


def _marks() -> dict[str, str]:
    """Return the marks of the keys in force now; a rotation may change them as we write."""
    told = {
        keyring.FIELDS: json.dumps(settings.QUANYU_FIELD_KEYS),
        keyring.INDEX: settings.QUANYU_INDEX_KEY,
    }
    file = settings.QUANYU_KEYS_FILE
    return keyring.marks(told | keyring.kept(Path(file)) if file else told)


def release() -> str:
    """Return the version of this Quanyu."""
    try:
        return metadata.version("quanyu")
    except metadata.PackageNotFoundError:
        told = tomllib.loads((ROOT / "pyproject.toml").read_text())
        return str(told["project"]["version"])

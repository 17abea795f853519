"""How the installation stands: one look at everything that an operator answers for."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.editions import Kept
from quanyu.kernel.jobs import queries as jobs
from quanyu.kernel.jobs.rules import Standing
from quanyu.kernel.operations import backup, rules
from quanyu.kernel.operations.actions import check_operator
from quanyu.kernel.operations.models import SlowStatement
from quanyu.kernel.operations.rules import Finding, Key, Level

OF_LATE = timedelta(days=1)
SHOWN = 10
"""Rows of each list on the page."""


class Disk(NamedTuple):
    """The room on the disk that holds the home."""

    free: int
    total: int


class Database(NamedTuple):
    """The database server, as it speaks of itself."""

    size: int
    used: int
    most: int
    version: str


class Table(NamedTuple):
    """One table with its indexes, and how many rows the database believes it has."""

    name: str
    size: int
    rows: int


class Session(NamedTuple):
    """One open transaction of another connection; its statement bears no value."""

    pid: int
    program: str
    state: str
    seconds: float
    waits_for: str
    blocked_by: list[int]
    blocked_seconds: float
    statement: str


class Backup(NamedTuple):
    """The newest backup that is known."""

    at: datetime
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that was looked at, and what follows from it."""

    at: datetime
    counts: Sequence[jobs.Count]
    silence: float | None
    disk: Disk
    database: Database
    slow_of_late: int
    sessions: Sequence[Session]
    backup: Backup | None
    seal: audit.State
    missing_years: tuple[int, ...]
    pending: tuple[str, ...]
    administrators: Mapping[str, int]
    findings: tuple[Finding, ...]

    def finding(self, key: Key) -> Finding:
        """Return what was found of one thing."""
        return next(found for found in self.findings if found.key is key)

    def jobs(self, *standings: Standing) -> int:
        """Return how many jobs stand one of these ways."""
        return sum(count.jobs for count in self.counts if count.standing in standings)

    @property
    def waited(self) -> float:
        """Return how many seconds the oldest job has been due."""
        return max((count.seconds for count in self.counts), default=0.0)

    @property
    def seal_age(self) -> float | None:
        """Return how many seconds ago the log was sealed last."""
        return _age(self.seal.last_at, self.at)

    @property
    def unsealed_for(self) -> float:
        """Return how many seconds the oldest record has waited for its seal."""
        return _age(self.seal.since, self.at) or 0.0

    @property
    def backup_age(self) -> float | None:
        """Return how many seconds ago the newest backup was made."""
        return _age(self.backup.at if self.backup else None, self.at)


def overview(*, actor: Actor, at: datetime) -> Overview:
    """Return how everything stands, for an operator.

    :raises Denied: if the actor is none
    """
    check_operator(actor)
    return look(at)


def look(at: datetime) -> Overview:
    """Look at everything: in about a dozen statements, none of which reads who somebody is."""
    seen: dict[str, Any] = {
        "counts": jobs.counts(),
        "silence": jobs.silence(),
        "disk": disk(),
        "database": _database(),
        "slow_of_late": SlowStatement.objects.filter(last_at__gte=at - OF_LATE).count(),
        "sessions": _sessions(),
        "backup": last_backup(),
        "seal": audit.state(),
        "missing_years": calendar.missing_years(at),
        "pending": pending(),
        "administrators": accounts.count_administrators(at=at),
    }
    unjudged = Overview(at=at, findings=(), **seen)
    return Overview(at=at, findings=_judged(unjudged), **seen)


alarms: Kept[tuple[Key, ...]] = Kept(
    lambda: tuple(f.key for f in look(timezone.now()).findings if f.level is Level.ACT),
    edition=timezone.now,  # always another: a look is good for a minute, then it is made anew
    seconds=60.0,
)
"""What an operator must act on, for the banner of every page of theirs."""


def disk() -> Disk:
    """Return the room on the disk of the home, where photos and the embedded database lie."""
    path = Path(settings.QUANYU_HOME)
    while not path.exists():
        path = path.parent
    usage = shutil.disk_usage(path)
    return Disk(usage.free, usage.total)


def last_backup() -> Backup | None:
    """Return the newest backup of this home, if there is one."""
    taken = backup.last()
    if taken is None:
        return None
    return Backup(datetime.fromisoformat(taken.at), Path(taken.path).name, taken.bytes)


def largest() -> list[Table]:
    """Return the largest tables of the city and the queue."""
    rows = _rows(
        "SELECT n.nspname || '.' || c.relname, pg_total_relation_size(c.oid),"
        " greatest(c.reltuples, 0)::bigint FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname = ANY (%s) ORDER BY 2 DESC LIMIT %s",
        [[settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA], SHOWN],
    )
    return [Table(*row) for row in rows]


def slowest(at: datetime) -> list[SlowStatement]:
    """Return the statements of the last week that took most time in all."""
    rows = SlowStatement.objects.filter(last_at__gte=at - timedelta(days=7))
    return list(rows.order_by("-milliseconds")[:SHOWN])


def pending() -> tuple[str, ...]:
    """Return the migrations of this release that the database has not had."""
    had = set(MigrationRecorder(connection).migration_qs.values_list("app", "name"))
    return tuple(sorted(f"{app}.{name}" for app, name in _ours() - had))


@lru_cache(maxsize=1)
def _ours() -> frozenset[tuple[str, str]]:
    """Return the migrations that the code brings; they do not change while it runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _database() -> Database:
    ((size, used, most, number),) = _rows(
        "SELECT pg_database_size(current_database()),"
        " (SELECT sum(numbackends) FROM pg_stat_database)::int,"
        " current_setting('max_connections')::int, current_setting('server_version')"
    )
    return Database(size, used, most, str(number).split()[0])


def _sessions() -> list[Session]:
    rows = _rows("SELECT * FROM operations_activity()")
    return [Session(*row) for row in rows]


def _judged(seen: Overview) -> tuple[Finding, ...]:
    blocked = max((one.blocked_seconds for one in seen.sessions), default=0.0)
    longest = max((one.seconds for one in seen.sessions), default=0.0)
    found = (
        rules.jobs(
            dead=seen.jobs(Standing.DEAD),
            failing=seen.jobs(Standing.FAILING),
            stalled=seen.jobs(Standing.STALLED),
            waited=seen.waited,
        ),
        rules.worker(seen.silence),
        rules.disk(free=seen.disk.free, total=seen.disk.total),
        rules.backup(seen.backup_age, is_demo=settings.QUANYU_DEMO),
        rules.seal(waited=seen.unsealed_for),
        rules.calendar(seen.missing_years, year=_year(seen.at)),
        rules.database(used=seen.database.used, most=seen.database.most),
        rules.activity(longest=longest, blocked=blocked),
        rules.statements(slow_of_late=seen.slow_of_late),
        rules.release(pending=len(seen.pending)),
        rules.administrators(
            security=seen.administrators[Role.SEC_ADMIN],
            system=seen.administrators[Role.SYS_ADMIN],
            audit=seen.administrators[Role.AUDIT_ADMIN],
        ),
    )
    return tuple(sorted(found, key=lambda finding: rules.ORDER[finding.level]))


def _year(at: datetime) -> int:
    day: date = timezone.localtime(at).date()
    return day.year


def _age(moment: datetime | None, at: datetime) -> float | None:
    return None if moment is None else max((at - moment).total_seconds(), 0.0)


def _rows(statement: str, given: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given or [])
        return list(cursor.fetchall())

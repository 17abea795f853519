"""What the operator must look at, and from when on: thresholds, levels, alarms (运行状态)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How urgent a finding is (紧要程度)."""

    FINE = "fine"
    LOOK = "look"
    ACT = "act"


ORDER = {Level.ACT: 0, Level.LOOK: 1, Level.FINE: 2}
MINUTE, HOUR = 60.0, 3600.0
GIB = 2**30


class Key(StrEnum):
    """What is looked at; each has its card on the page and its lines in the metrics."""

    JOBS = "jobs"
    WORKER = "worker"
    DISK = "disk"
    DATABASE = "database"
    STATEMENTS = "statements"
    ACTIVITY = "activity"
    BACKUP = "backup"
    SEAL = "seal"
    CALENDAR = "calendar"
    RELEASE = "release"
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands and why."""

    key: Key
    level: Level
    why: str = ""
    """Which of the cases it is; the page has a sentence and a next step for each."""


def level(value: float | None, *, look: float, act: float) -> Level:
    """Return the level of a value that is worse the larger it is; unknown is to be looked at."""
    if value is None:
        return Level.LOOK
    return Level.ACT if value >= act else Level.LOOK if value >= look else Level.FINE


def worst(levels: Iterable[Level]) -> Level:
    """Return the most urgent level; none at all is fine."""
    return min(levels, key=ORDER.__getitem__, default=Level.FINE)


def jobs(*, dead: int, failing: int, stalled: int, waited: float) -> Finding:
    """Judge the queue: a dead job waits for a decision, a long wait for a worker."""
    if dead:
        return Finding(Key.JOBS, Level.ACT, "dead")
    waiting = level(waited, look=5 * MINUTE, act=30 * MINUTE)
    if waiting is not Level.FINE:
        return Finding(Key.JOBS, waiting, "waited")
    return Finding(Key.JOBS, Level.LOOK, "failing") if failing or stalled else fine(Key.JOBS)


def worker(silence: float | None) -> Finding:
    """Judge the worker by its last sign of life."""
    if silence is None:
        return Finding(Key.WORKER, Level.ACT, "none")
    found = level(silence, look=MINUTE, act=2 * MINUTE)
    return Finding(Key.WORKER, found, "silent") if found is not Level.FINE else fine(Key.WORKER)


def disk(*, free: int, total: int) -> Finding:
    """Judge the room on a disk: a database that cannot write stops."""
    if free < GIB or free < total * 0.05:
        return Finding(Key.DISK, Level.ACT, "full")
    if free < 5 * GIB or free < total * 0.15:
        return Finding(Key.DISK, Level.LOOK, "filling")
    return fine(Key.DISK)


def database(*, used: int, most: int) -> Finding:
    """Judge the connections: without a free one nobody gets in."""
    found = level(used / max(most, 1), look=0.75, act=0.9)
    return Finding(Key.DATABASE, found, "full") if found is not Level.FINE else fine(Key.DATABASE)


def statements(*, slow_of_late: int) -> Finding:
    """Judge the slow statements of the last day; none stops the city by itself."""
    return Finding(Key.STATEMENTS, Level.LOOK, "slow") if slow_of_late else fine(Key.STATEMENTS)


def activity(*, longest: float, blocked: float) -> Finding:
    """Judge what runs now: a long transaction keeps others waiting and the tables from tidying."""
    waiting = level(blocked, look=10.0, act=MINUTE)
    if waiting is not Level.FINE:
        return Finding(Key.ACTIVITY, waiting, "blocked")
    found = level(longest, look=MINUTE, act=10 * MINUTE)
    return Finding(Key.ACTIVITY, found, "long") if found is not Level.FINE else fine(Key.ACTIVITY)


def backup(age: float | None, *, is_demo: bool) -> Finding:
    """Judge the newest backup; a demo city may do without."""
    if age is None:
        return Finding(Key.BACKUP, Level.LOOK if is_demo else Level.ACT, "none")
    found = level(age, look=26 * HOUR, act=50 * HOUR)
    return Finding(Key.BACKUP, found, "old") if found is not Level.FINE else fine(Key.BACKUP)


def seal(*, waited: float) -> Finding:
    """Judge the sealing of the log: what lies unsealed for long may be altered unseen.

    A quiet night makes no seal; the first record after it has waited for seconds alone.
    """
    found = level(waited, look=5 * MINUTE, act=15 * MINUTE)
    return Finding(Key.SEAL, found, "unsealed") if found is not Level.FINE else fine(Key.SEAL)


def calendar(missing: Iterable[int], *, year: int) -> Finding:
    """Judge the calendar: without this year's notice every time limit is a guess."""
    years = set(missing)
    if not years:
        return fine(Key.CALENDAR)
    return Finding(Key.CALENDAR, Level.ACT if year in years else Level.LOOK, "missing")


def release(*, pending: int) -> Finding:
    """Judge whether the database is at this release."""
    return Finding(Key.RELEASE, Level.ACT, "pending") if pending else fine(Key.RELEASE)


SECURITY_ENOUGH = 2
"""One security administrator extends no grant of the other's alone; of the others one will do."""


def administrators(*, security: int, system: int, audit: int) -> Finding:
    """Judge whether there are enough administrators of the whole city to go on without help."""
    if not (security and system and audit):
        return Finding(Key.ADMINISTRATORS, Level.LOOK, "none")
    if security < SECURITY_ENOUGH:
        return Finding(Key.ADMINISTRATORS, Level.LOOK, "few")
    return fine(Key.ADMINISTRATORS)


def fine(key: Key) -> Finding:
    """Return that nothing is to be done."""
    return Finding(key, Level.FINE, "fine")

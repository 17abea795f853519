"""The thresholds … say from when on an operator looks, and acts (紧要程度)."""

import pytest

from quanyu.kernel.operations import rules
from quanyu.kernel.operations.rules import GIB, HOUR, Level


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.FINE), (301, Level.LOOK), (1801, Level.ACT)]
)
def test_of_waiting(seconds: float, level: Level) -> None:
    assert rules.jobs(dead=0, failing=0, stalled=0, waited=seconds).level is level


@pytest.mark.parametrize(("free", "level"), [(500, Level.FINE), (100, Level.LOOK), (40, Level.ACT)])
def test_of_a_disk_of_a_thousand(free: int, level: Level) -> None:
    assert rules.disk(free=free * GIB, total=1000 * GIB).level is level


def test_of_a_small_disk() -> None:
    assert rules.disk(free=GIB - 1, total=2 * GIB).level is Level.ACT


@pytest.mark.parametrize(
    ("hours", "level"),
    [(1, Level.FINE), (27, Level.LOOK), (51, Level.ACT), (None, Level.ACT)],
)
def test_of_a_backup(hours: float | None, level: Level) -> None:
    age = None if hours is None else hours * HOUR

    assert rules.backup(age, is_demo=False).level is level


def test_of_a_demo_without_backup() -> None:
    assert rules.backup(None, is_demo=True).level is Level.LOOK


@pytest.mark.parametrize(
    ("waited", "level"), [(0, Level.FINE), (10, Level.FINE), (400, Level.LOOK), (1000, Level.ACT)]
)
def test_of_seals(waited: float, level: Level) -> None:
    assert rules.seal(waited=waited).level is level


@pytest.mark.parametrize(
    ("missing", "level"), [((), Level.FINE), ((2027,), Level.LOOK), ((2026, 2027), Level.ACT)]
)
def test_of_calendars(missing: tuple[int, ...], level: Level) -> None:
    assert rules.calendar(missing, year=2026).level is level


@pytest.mark.parametrize(
    ("longest", "blocked", "level"),
    [(5, 0, Level.FINE), (61, 0, Level.LOOK), (5, 11, Level.LOOK), (601, 0, Level.ACT)],
)
def test_of_transactions(longest: float, blocked: float, level: Level) -> None:
    assert rules.activity(longest=longest, blocked=blocked).level is level


@pytest.mark.parametrize(("used", "level"), [(10, Level.FINE), (75, Level.LOOK), (95, Level.ACT)])
def test_of_connections(used: int, level: Level) -> None:
    assert rules.database(used=used, most=100).level is level


def test_put_the_worst_first() -> None:
    assert rules.worst([Level.FINE, Level.ACT, Level.LOOK]) is Level.ACT
    assert rules.worst([]) is Level.FINE

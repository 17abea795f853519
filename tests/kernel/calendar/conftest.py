import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, system
from quanyu.kernel.calendar.rules import Day, Kind, WorkCalendar
from quanyu.kernel.editions import forget_everything
from quanyu.kernel.keys import uuid7


def _notices() -> WorkCalendar:
    days, years = {}, set()
    for file in (files("quanyu.kernel.calendar") / "data").iterdir():
        if file.name.endswith(".json"):
            notice = json.loads(file.read_text("utf-8"))
            years.add(notice["year"])
            for day in notice["days"]:
                when = date.fromisoformat(day["date"])
                working = Kind.MAKEUP if when.weekday() > 4 else Kind.WORKDAY
                kind = Kind.STATUTORY if day["isOffDay"] else working
                days[when] = Day(when, kind, day["name"])
    return WorkCalendar(days, frozenset(years))


@pytest.fixture(scope="session")
def official() -> WorkCalendar:
    """The calendar of the shipped notices, without a database."""
    return _notices()


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Read nothing that another test rolled back."""
    forget_everything()
    yield
    forget_everything()


@pytest.fixture
def clock() -> Actor:
    return system("34/01/", job="test")


@pytest.fixture
def keeper() -> Actor:
    """The system administrator of the whole city."""
    return Actor(ActorKind.PERSON, id=uuid7(), grants=frozenset({Grant("sys_admin", "34/01/")}))


@pytest.fixture
def stranger() -> Actor:
    """A system administrator of another city."""
    return Actor(ActorKind.PERSON, id=uuid7(), grants=frozenset({Grant("sys_admin", "34/02/")}))

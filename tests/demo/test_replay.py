"""replay … lets the demo city live on: the same seed, the same acts, by the real actions (回放)."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from quanyu.demo import cast, city, plan, replay
from quanyu.demo.replay import Pace, Played, Turn
from quanyu.demo.tale import REACHED
from quanyu.events.models import Event, EventStep
from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.seals import new_key
from quanyu.project import replay as command
from tests.conftest import truncate
from tests.demo.conftest import AT

OPENED = AT - timedelta(days=20)
PACE = Pace(AT - timedelta(days=10), AT, speed=0, rate=0.02, seed=7, most=50)


@pytest.fixture(scope="module")
def home(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A small city, opened some weeks ago."""
    made = tmp_path_factory.mktemp("home")
    keys = {"QUANYU_FIELD_KEYS": {"1": new_key()}, "QUANYU_INDEX_KEY": new_key()}
    with override_settings(QUANYU_HOME=made, **keys), django_db_blocker.unblock():
        ring.cache_clear()
        truncate()
        city.build(home=made, at=OPENED, scale="small")
        yield made
        truncate()
    ring.cache_clear()


@pytest.fixture
def planned(home: Path, db: None) -> list[Turn]:
    """What will be played."""
    return _planned(home, PACE)


def _planned(home: Path, pace: Pace) -> list[Turn]:
    found = city.standing(home, at=pace.until)
    assert found is not None
    return list(replay.turns(plan.drafts(found[1]), found[1], pace))


def test_plans_the_same_for_the_same_seed(home: Path, planned: list[Turn]) -> None:
    assert planned == _planned(home, PACE)


def test_plans_another_for_another_seed(home: Path, planned: list[Turn]) -> None:
    other = Pace(PACE.since, PACE.until, speed=0, rate=0.02, seed=8, most=50)

    assert planned != _planned(home, other)


def test_plans_every_act_in_its_time_and_order(planned: list[Turn]) -> None:
    moments = [turn.act.at for turn in planned]

    assert len({turn.number for turn in planned}) == 50
    assert all(one <= other for one, other in pairwise(moments))
    assert PACE.since <= moments[0] <= moments[-1] < PACE.until


def test_plays_what_was_planned_and_nothing_else(home: Path, planned: list[Turn]) -> None:
    played = replay.play(home, PACE)

    assert played is not None
    assert played.refused == {}
    assert played.reports == 50
    verbs = Counter(turn.act.verb for turn in planned)
    assert played.acts == verbs
    assert _states() == _foretold(planned)
    assert audit.verify().is_whole


def _states() -> Counter[str]:
    reader = system(cast.CITY, job="test")
    set_scope(reader)
    rows = Event.objects.visible_to(reader).filter(reported_at__gte=PACE.since)
    steps = EventStep.objects.visible_to(reader).filter(case__in=rows)
    assert not steps.filter(at__gte=PACE.until).exists()
    return Counter(rows.values_list("state", flat=True))


def _foretold(planned: list[Turn]) -> Counter[str]:
    last = {turn.number: REACHED[turn.act.verb] for turn in planned if turn.act.verb in REACHED}
    return Counter(last.values())


def test_waits_as_the_speed_asks(home: Path, db: None) -> None:
    clock = Clock()
    pace = Pace(AT - timedelta(hours=10), AT, speed=3600, rate=0.02, seed=7, most=5)

    played = replay.play(home, pace, wait=clock.sleep, clock=clock.read)

    last = max(turn.act.at for turn in _planned(home, pace))
    assert played is not None
    assert played.seconds == pytest.approx((last - pace.since).total_seconds() / 3600, abs=0.01)


def test_tells_what_was_done_when_it_is_stopped(home: Path, db: None) -> None:
    clock = Clock(stops_after=3)
    pace = Pace(AT - timedelta(hours=10), AT, speed=3600, rate=0.05, seed=7)
    played = Played()

    with pytest.raises(KeyboardInterrupt):
        replay.play(home, pace, wait=clock.sleep, clock=clock.read, played=played)

    assert 0 < played.told()["seconds"] < 10  # type: ignore[operator]


class Clock:
    """A clock on the wall that goes only while one waits."""

    def __init__(self, *, stops_after: int = 10**6) -> None:
        self.now, self.left = 0.0, stops_after

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        self.now += seconds


def test_never_plays_in_the_future() -> None:
    pace = Pace.up_to(AT, hours=24, speed=1000)

    assert pace.since + timedelta(seconds=86.4 * 1000) == pace.until == AT + timedelta(seconds=86.4)


def test_at_its_own_pace_begins_now() -> None:
    assert Pace.up_to(AT, hours=24, speed=1).since == AT


def test_plays_in_no_city_that_was_not_opened(tmp_path: Path, db: None) -> None:
    assert replay.play(tmp_path, PACE) is None


def test_refuses_a_real_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUANYU_DEMO", raising=False)

    with pytest.raises(Fault) as refused:
        command.run(tmp_path, speed=1, hours=1, rate=None, most=0, seed=1)

    assert refused.value.kind == "real_home"

"""The plan of a year: the same from the same seed, and nothing in it comes before its time."""

import re
from datetime import datetime
from itertools import pairwise

import pytest

from quanyu.demo import plan, texts
from quanyu.demo.plan import Life, Spot, World
from quanyu.kernel.calendar.rules import WEEKDAYS, Limit, working_days
from tests.conftest import SHANGHAI

MORNING = datetime(2026, 3, 11, 10, 15, tzinfo=SHANGHAI)
MOMENTS = [
    MORNING,
    datetime(2026, 10, 4, 3, 30, tzinfo=SHANGHAI),
    datetime(2027, 1, 1, 0, 0, 1, tzinfo=SHANGHAI),
]
STREET = [
    Spot("34/01/04/001/001/g001/", f"荷塘路{n}号", f"荷香苑{n}幢东侧", 117.23, 31.82)
    for n in range(60)
]
CITY = [
    Spot(f"34/01/02/001/{n:03d}/", f"某社区{n}", f"路口{n}", is_village=n % 3 == 0)
    for n in range(1, 90)
]


def three_days(class_code: str, moment: datetime) -> Limit:
    return working_days(3)


def lives_at(at: datetime) -> list[Life]:
    world = World(
        street=STREET,
        city=CITY,
        calendar=WEEKDAYS,
        limit_of=three_days,
        must_verify=lambda code: code in {"0101", "0409"},
        at=at,
    )
    return plan.plan(world)


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def told(request: pytest.FixtureRequest) -> tuple[datetime, list[Life]]:
    """A plan for a moment in office hours, one in a holiday night, one at new year."""
    return request.param, lives_at(request.param)


def test_the_same_seed_gives_the_same_plan() -> None:
    assert lives_at(MORNING) == lives_at(MORNING)


def test_nothing_happens_after_the_opening(told: tuple[datetime, list[Life]]) -> None:
    at, lives = told
    assert all(act.at < at for life in lives for act in life.acts)


def test_acts_follow_each_other(told: tuple[datetime, list[Life]]) -> None:
    for life in told[1]:
        assert all(one.at < next_.at for one, next_ in pairwise(life.acts))


def test_every_open_state_is_reached_as_often_as_wanted(
    told: tuple[datetime, list[Life]],
) -> None:
    states = [life.state for life in told[1]]
    assert {state: states.count(state) for state in plan.OPEN} == dict(plan.OPEN)


def test_a_season_is_kept(told: tuple[datetime, list[Life]]) -> None:
    seasonal = [life for life in told[1] if life.said.months]
    assert seasonal
    assert all(life.reported_at.month in life.said.months for life in seasonal)


def test_only_the_street_has_grid_workers(told: tuple[datetime, list[Life]]) -> None:
    for life in told[1]:
        if any(act.by in {"grid_worker", "community_officer"} for act in life.acts):
            assert life.spot.is_mapped


def test_a_class_that_must_be_verified_is(told: tuple[datetime, list[Life]]) -> None:
    dispatched = [
        {act.verb for act in life.acts}
        for life in told[1]
        if life.class_code in {"0101", "0409"} and life.state in plan.ADVANCED
    ]
    assert dispatched
    assert all("verify" in verbs for verbs in dispatched)


def test_names_and_telephones_are_made_up(told: tuple[datetime, list[Life]]) -> None:
    surnames, given = texts.phrases()["surname"], texts.phrases()["given"]
    contacts = [life.contact for life in told[1] if life.contact[1]]
    assert len({phone for _name, phone in contacts}) == len(contacts) > 150
    for name, phone in contacts:
        assert re.fullmatch(r"1380000\d{4}", phone)
        assert name[0] in surnames
        assert name[1:] in given


def test_no_slot_is_left_open(told: tuple[datetime, list[Life]]) -> None:
    assert not any("{" in life.text for life in told[1])

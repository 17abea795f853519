"""The plan of a year: the same from the same seed, and nothing in it comes before its time."""

import re
from datetime import datetime
from itertools import pairwise

import pytest

from quanyu.demo import plan, texts
from quanyu.demo.plan import Life
from quanyu.demo.tale import ADVANCED, REACHED, WATCHED, Spot, World
from quanyu.kernel.calendar import rules as calendar
from quanyu.kernel.calendar.rules import WEEKDAYS, Limit, Unit, hours, minutes, working_days
from quanyu.kernel.calendar.rules import working_hours as office
from tests.conftest import SHANGHAI

MORNING = datetime(2026, 3, 11, 10, 15, tzinfo=SHANGHAI)
MOMENTS = [
    MORNING,
    datetime(2026, 3, 11, 12, 0, tzinfo=SHANGHAI),
    datetime(2026, 3, 16, 8, 31, tzinfo=SHANGHAI),
    datetime(2026, 11, 22, 23, 10, tzinfo=SHANGHAI),
    datetime(2026, 10, 4, 3, 30, tzinfo=SHANGHAI),
    datetime(2027, 1, 1, 0, 0, 1, tzinfo=SHANGHAI),
]
"""A morning, a noon, a Monday's first minute, a Sunday night, a holiday night, New Year."""

STREET = [
    Spot("34/01/04/001/001/g001/", f"荷塘路{n}号", f"荷香苑{n}幢东侧", 117.23, 31.82)
    for n in range(60)
]
CITY = [
    Spot(f"34/01/02/001/{n:03d}/", f"某社区{n}", f"路口{n}", is_village=n % 3 == 0)
    for n in range(1, 90)
]


DESK = Limit(30, Unit.WORKING_MINUTES)
STAGES = {
    "reported": DESK,
    "verifying": office(4),
    "verified": DESK,
    "accepted": DESK,
    "filed": DESK,
    "dispatched": office(4),
    "returned": office(4),
    "handled": office(4),
    "checking": office(4),
}
HANDLING = {"0102": office(4), "0104": office(2), "04": hours(24), "23": hours(24), "P": None}
RUNS = {"dispatched", "returned", "handling"}


def limit_of(stage: str, class_code: str, moment: datetime) -> Limit | None:
    """The shipped limits, the notable ones of them."""
    if stage in {"reported", "accepted", "filed"} and class_code.startswith("04"):
        return minutes(10)
    if stage != "handling":
        return STAGES.get(stage)
    notable = (class_code[:length] for length in (4, 2, 1))
    known = next((prefix for prefix in notable if prefix in HANDLING), "")
    return HANDLING.get(known) or working_days(7 if known else 3)


def is_urgent(class_code: str) -> bool:
    return class_code[:2] in WATCHED or class_code in {"0110", "P0102"}


def lives_at(at: datetime) -> list[Life]:
    world = World(
        street=STREET,
        city=CITY,
        calendar=WEEKDAYS,
        limit_of=limit_of,
        must_verify=lambda code: code in {"0101", "0409"},
        is_urgent=is_urgent,
        at=at,
    )
    return plan.plan(world)


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def told(request: pytest.FixtureRequest) -> tuple[datetime, list[Life]]:
    """A plan for each of the moments."""
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


def test_few_open_matters_are_late_and_hardly_any_urgent_one(
    told: tuple[datetime, list[Life]],
) -> None:
    at, lives = told
    late = [life for life in open_ones(lives) if due(life) < at]
    assert 0.05 < len(late) / len(open_ones(lives)) <= 0.15
    assert sum(is_urgent(life.class_code) for life in late) <= 1


def test_what_is_late_is_late_by_hours_or_a_few_days(told: tuple[datetime, list[Life]]) -> None:
    at, lives = told
    late = [due(life) for life in open_ones(lives) if due(life) < at]
    days = [calendar.working_days_between(d.date(), at.date(), calendar=WEEKDAYS) for d in late]
    assert max(days) <= 10


def test_what_is_late_was_told_so(told: tuple[datetime, list[Life]]) -> None:
    at, lives = told
    for life in open_ones(lives):
        assert (life.acts[-1].verb == "tell_overdue") == (due(life) < at)


def test_no_open_matter_is_months_old(told: tuple[datetime, list[Life]]) -> None:
    at, lives = told
    assert max((at - life.reported_at).days for life in open_ones(lives)) < 45


def open_ones(lives: list[Life]) -> list[Life]:
    return [life for life in lives if life.state in plan.OPEN]


def due(life: Life) -> datetime:
    """When the nearest clock runs out, reckoned anew."""
    last = next(act for act in reversed(life.acts) if act.verb in REACHED)
    found = [last.due] if life.state in RUNS and last.due else []
    limit = None
    if life.state != "handling":
        limit = limit_of(life.state, life.class_code, last.at)
    if limit is not None:
        found.append(calendar.due(limit, since=last.at, calendar=WEEKDAYS))
    return min(found)


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
        if life.class_code in {"0101", "0409"} and life.state in ADVANCED
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

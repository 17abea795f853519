"""Notices are read once, and what the city has set stays (放假安排)."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import REPORTER, Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.calendar import actions, jobs, queries
from quanyu.kernel.calendar.actions import NotKeeper, TooLate, WrongNotice
from quanyu.kernel.calendar.rules import OFFICE, Kind, WrongWindows
from quanyu.kernel.errors import Invalid
from quanyu.kernel.keys import uuid7

pytestmark = pytest.mark.django_db

NEXT: Mapping[str, Any] = {
    "year": 2027,
    "papers": ["示例通知"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
    ],
}


@pytest.fixture
def loaded(clock: Actor, at: datetime) -> int:
    return actions.load_notices(actor=clock, at=at)


def test_all_years_shipped_are_known(loaded: int, at: datetime) -> None:
    calendar = queries.calendar(at)

    assert calendar.years == frozenset(range(2007, 2027))
    assert [calendar.working_days_of(year) for year in (2024, 2025, 2026)] == [251, 248, 248]


def test_loading_again_writes_nothing(loaded: int, clock: Actor, at: datetime) -> None:
    records = Record.objects.count()

    assert actions.load_notices(actor=clock, at=at) == 0
    assert Record.objects.count() == records


def test_loading_again_leaves_the_citys_own_day_alone(
    loaded: int, keeper: Actor, clock: Actor, at: datetime
) -> None:
    actions.set_day(
        day=date(2026, 10, 7),
        kind=Kind.WORKDAY,
        name="",
        source="市府办通知（示例）",
        actor=keeper,
        at=at,
    )

    actions.load_notices(actor=clock, at=at)

    assert queries.calendar(at).is_working(date(2026, 10, 7))


def test_an_administrator_reads_next_years_notice_without_a_release(
    loaded: int, keeper: Actor, at: datetime
) -> None:
    actions.load_notice(notice=NEXT, actor=keeper, at=at)

    calendar = queries.calendar(at)

    assert 2027 in calendar.years
    assert calendar.day(date(2027, 1, 3)).kind is Kind.MAKEUP


def test_an_amended_notice_mends_what_nobody_has_edited(
    loaded: int, keeper: Actor, at: datetime
) -> None:
    amended = {
        "year": 2026,
        "papers": [],
        "days": [{"name": "国庆节", "date": "2026-10-10", "isOffDay": True}],
    }

    assert actions.load_notice(notice=amended, actor=keeper, at=at) == 1
    assert not queries.calendar(at).is_working(date(2026, 10, 10))


@pytest.mark.parametrize(
    "notice",
    [
        {},
        {"year": 2027, "days": []},
        {"year": "x", "days": [{"name": "", "date": "2027-01-01", "isOffDay": True}]},
        {"year": 2027, "days": [{"name": "", "date": "2027-02-30", "isOffDay": True}]},
        {"year": 2027, "days": [{"name": "", "date": "2037-01-01", "isOffDay": True}]},
        {"year": 2027, "days": [{"name": "", "date": "2027-01-01", "isOffDay": "yes"}]},
        {"year": 2027, "days": ["2027-01-01"]},
    ],
)
def test_a_notice_that_says_nothing_sensible_is_refused(
    notice: Mapping[str, Any], keeper: Actor, at: datetime
) -> None:
    with pytest.raises(WrongNotice):
        actions.load_notice(notice=notice, actor=keeper, at=at)


def test_a_stranger_reads_no_notice(stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.load_notice(notice=NEXT, actor=stranger, at=at)


def test_a_stranger_sets_no_day(stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.set_day(
            day=date(2026, 10, 7), kind=Kind.WORKDAY, name="", source="x", actor=stranger, at=at
        )


def test_a_reporter_sets_no_hours(at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.set_hours(windows=["09:00-17:00"], start=at.date(), actor=REPORTER, at=at)


def test_a_day_is_set_with_what_it_rests_on(keeper: Actor, at: datetime) -> None:
    with pytest.raises(Invalid):
        actions.set_day(
            day=date(2026, 10, 7), kind=Kind.WORKDAY, name="", source=" ", actor=keeper, at=at
        )


def test_setting_a_day_is_recorded(keeper: Actor, at: datetime) -> None:
    actions.set_day(
        day=date(2026, 10, 7), kind=Kind.WORKDAY, name="", source="示例", actor=keeper, at=at
    )

    assert Record.objects.filter(topic="calendar.set_day", actor_id=keeper.id).exists()


def test_a_half_day_is_worked_in_its_own_windows(keeper: Actor, at: datetime) -> None:
    actions.set_day(
        day=date(2026, 9, 30),
        kind=Kind.WORKDAY,
        name="半日",
        source="示例",
        windows=["08:30-12:00"],
        actor=keeper,
        at=at,
    )

    assert [str(window) for window in queries.calendar(at).day(date(2026, 9, 30)).windows] == [
        "08:30-12:00"
    ]


def test_without_any_notice_monday_to_friday_are_worked_and_a_warning_is_logged_once(
    at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    later = at.replace(year=2041)

    with caplog.at_level(logging.WARNING):
        calendar = queries.calendar(later)
        queries.calendar(later)

    assert calendar.is_working(date(2041, 10, 1))
    assert len([line for line in caplog.messages if "2041" in line]) == 1


def test_a_missing_year_is_shown(loaded: int, at: datetime) -> None:
    assert queries.missing_years(at) == ()
    assert queries.missing_years(at.replace(month=11)) == (2027,)


def test_every_morning_the_missing_year_is_named(
    loaded: int, at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        jobs.alarm(at.replace(month=12))

    assert any("2027" in line for line in caplog.messages)


def test_hours_of_a_place_hold_below_it_and_from_their_day(keeper: Actor, at: datetime) -> None:
    start = at.date() + timedelta(days=7)
    actions.set_hours(windows=["09:00-17:00"], start=start, place="34/01/04/", actor=keeper, at=at)

    assert queries.hours(place="34/01/04/003/", on=at.date()) == OFFICE
    assert str(queries.hours(place="34/01/04/003/", on=start).windows[0]) == "09:00-17:00"
    assert queries.hours(place="34/01/02/", on=start) == OFFICE


def test_hours_of_a_body_go_before_those_of_its_place(keeper: Actor, at: datetime) -> None:
    body = uuid7()
    actions.set_hours(
        windows=["00:00-24:00"],
        every_day=True,
        start=at.date(),
        body=body,
        actor=keeper,
        at=at,
    )

    assert queries.hours(place="34/01/04/", body=body, on=at.date()).every_day
    assert not queries.hours(place="34/01/04/", on=at.date()).every_day


def test_new_hours_close_the_old(keeper: Actor, at: datetime) -> None:
    later = at.date() + timedelta(days=30)
    actions.set_hours(windows=["09:00-17:00"], start=at.date(), actor=keeper, at=at)
    actions.set_hours(windows=["10:00-16:00"], start=later, actor=keeper, at=at)

    assert str(queries.hours(on=at.date()).windows[0]) == "09:00-17:00"
    assert str(queries.hours(on=later).windows[0]) == "10:00-16:00"


def test_hours_do_not_change_in_the_past(keeper: Actor, at: datetime) -> None:
    with pytest.raises(TooLate):
        actions.set_hours(
            windows=["09:00-17:00"], start=at.date() - timedelta(days=1), actor=keeper, at=at
        )


@pytest.mark.parametrize("windows", [["17:00-09:00"], ["nine to five"], ["09:00"], []])
def test_hours_are_windows(windows: list[str], keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongWindows):
        actions.set_hours(windows=windows, start=at.date(), actor=keeper, at=at)

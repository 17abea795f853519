"""The working calendar knows holidays and make-up days (工作日历)."""

from datetime import date

import pytest

from quanyu.kernel.calendar.rules import (
    WEEKDAYS,
    Kind,
    WorkCalendar,
    add_working_days,
    missing_years,
    working_days_between,
)


@pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_the_published_number_of_working_days(
    official: WorkCalendar, year: int, count: int
) -> None:
    assert official.working_days_of(year) == count


@pytest.mark.parametrize(
    "day",
    [
        *("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
        *("2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28"),
        *("2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12"),
        *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    ],
)
def test_a_make_up_day_at_the_weekend_is_worked(official: WorkCalendar, day: str) -> None:
    assert official.day(date.fromisoformat(day)).kind is Kind.MAKEUP


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ],
)
def test_no_day_of_a_holiday_is_worked(official: WorkCalendar, first: str, last: str) -> None:
    span = range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1)

    assert not any(official.is_working(date.fromordinal(day)) for day in span)


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-04-30", 7, "2026-05-13"),
        ("2026-09-18", 7, "2026-09-29"),
        ("2026-09-18", 15, "2026-10-15"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2026-10-08", 15, "2026-10-28"),
    ],
)
def test_working_days_are_added_without_the_first(
    official: WorkCalendar, start: str, amount: int, end: str
) -> None:
    first = date.fromisoformat(start)

    last = add_working_days(first, amount, calendar=official)

    assert last.isoformat() == end
    assert working_days_between(first, last, calendar=official) == amount


def test_no_working_days_added_is_the_same_day(official: WorkCalendar) -> None:
    saturday = date(2026, 9, 26)

    assert add_working_days(saturday, 0, calendar=official) == saturday


def test_a_leap_day_is_a_day(official: WorkCalendar) -> None:
    assert add_working_days(date(2024, 2, 28), 1, calendar=official) == date(2024, 2, 29)


def test_the_last_days_of_a_year_may_stand_in_the_next_notice(official: WorkCalendar) -> None:
    assert not official.is_working(date(2018, 12, 31))


def test_an_unknown_year_works_monday_to_friday() -> None:
    assert [WEEKDAYS.is_working(date(2031, 3, day)) for day in range(3, 10)] == [
        *[True] * 5,
        *[False] * 2,
    ]


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 10, 31), ()),
        (date(2026, 11, 1), (2027,)),
        (date(2027, 1, 1), (2027,)),
        (date(2027, 12, 1), (2027, 2028)),
    ],
)
def test_next_year_is_missed_from_november(
    official: WorkCalendar, today: date, missing: tuple[int, ...]
) -> None:
    assert missing_years(official, today=today) == missing

"""A limit runs out when the rulebook says (时限届满)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.calendar.rules import (
    OFFICE,
    ROUND_THE_CLOCK,
    ZONE,
    Day,
    Hours,
    Kind,
    Limit,
    Unit,
    Window,
    WorkCalendar,
    WrongWindows,
    add_working_seconds,
    days,
    due,
    hours,
    minutes,
    next_working_moment,
    remaining,
    resumed,
    windows_on,
    working_days,
    working_hours,
    working_minutes,
    working_seconds,
    working_time,
)


def when(text: str) -> datetime:
    """Return a moment of 2026 in the city's time, written ``09-18 10:00``."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def _calendar() -> WorkCalendar:
    """The autumn of 2026, written out by hand."""
    off = [date(2026, 9, day) for day in (25, 26, 27)] + [
        date(2026, 10, day) for day in range(1, 8)
    ]
    exceptions = {day: Day(day, Kind.STATUTORY, "假") for day in off}
    for worked in (date(2026, 9, 20), date(2026, 10, 10)):
        exceptions[worked] = Day(worked, Kind.MAKEUP, "国庆节")
    half = date(2026, 9, 30)
    exceptions[half] = Day(half, Kind.WORKDAY, "半日", (Window.between("08:30", "12:00"),))
    return WorkCalendar(exceptions, frozenset({2026}))


AUTUMN = _calendar()
CROSSING_MIDNIGHT = Hours((Window.between("00:00", "04:00"), Window.between("20:00", "24:00")))


def test_the_clock_kept_from_the_first_dispatch_ends_on_29_september(
    official: WorkCalendar,
) -> None:
    assert due(working_days(7), since=when("09-18 10:00"), calendar=official) == when("09-29 10:00")


def test_a_clock_restarted_by_bouncing_would_end_on_8_october(official: WorkCalendar) -> None:
    assert due(working_days(7), since=when("09-21 10:00"), calendar=official) == when("10-08 10:00")


def test_a_bad_review_is_put_right_within_15_working_days(official: WorkCalendar) -> None:
    end = due(working_days(15), since=when("09-18 10:00"), calendar=official)

    assert end.date() == date(2026, 10, 15)


@pytest.mark.parametrize(
    ("limit", "since", "end"),
    [
        # within office hours, over lunch, over night, over the weekend
        (working_hours(2), "09-16 09:00", "09-16 11:00"),
        (working_hours(4), "09-16 11:00", "09-16 17:30"),
        (working_hours(4), "09-16 16:30", "09-17 11:30"),
        (working_hours(1), "09-18 17:00", "09-20 09:00"),
        (working_hours(1), "09-24 17:00", "09-28 09:00"),
        (working_minutes(30), "09-16 11:45", "09-16 14:45"),
        (working_minutes(30), "09-16 22:00", "09-17 09:00"),
        # a limit that fits exactly ends when the office shuts, not when it opens again
        (working_hours(3), "09-16 14:30", "09-16 17:30"),
        # natural time asks nobody
        (minutes(30), "09-16 23:45", "09-17 00:15"),
        (hours(24), "09-25 10:00", "09-26 10:00"),
        (days(3), "09-30 23:00", "10-03 23:00"),
        # working days: same time of day, within the windows
        (working_days(1), "09-16 10:00", "09-17 10:00"),
        (working_days(1), "09-16 06:00", "09-17 08:30"),
        (working_days(1), "09-16 13:00", "09-17 12:00"),
        (working_days(1), "09-16 20:00", "09-17 17:30"),
        (working_days(1), "09-29 16:00", "09-30 12:00"),
        # begun on a rest day or holiday: the last counted day until it shuts
        (working_days(1), "09-26 10:00", "09-28 17:30"),
        (working_days(2), "10-03 23:59", "10-09 17:30"),
        # begun on a make-up Sunday: an ordinary day
        (working_days(1), "09-20 10:00", "09-21 10:00"),
        # nothing at all: now, or when the office opens
        (working_days(0), "09-16 10:00", "09-16 10:00"),
        (working_days(0), "09-26 10:00", "09-28 08:30"),
        (working_hours(0), "09-16 22:00", "09-17 08:30"),
        (hours(0), "09-26 03:00", "09-26 03:00"),
    ],
)
def test_a_limit_ends_where_the_rulebook_says(limit: Limit, since: str, end: str) -> None:
    assert due(limit, since=when(since), calendar=AUTUMN) == when(end)


@pytest.mark.parametrize(
    ("limit", "since", "end"),
    [
        (working_hours(4), "09-26 22:00", "09-27 02:00"),
        (working_days(1), "09-24 23:30", "09-28 23:30"),
        (working_days(1), "09-26 10:00", "09-28 23:59"),
    ],
)
def test_a_shift_round_the_clock_works_through_holidays(limit: Limit, since: str, end: str) -> None:
    assert due(limit, since=when(since), calendar=AUTUMN, hours=ROUND_THE_CLOCK) == when(end)


def test_a_leap_day_is_counted(official: WorkCalendar) -> None:
    since = datetime(2024, 2, 28, 10, tzinfo=ZONE)

    assert due(working_days(2), since=since, calendar=official).date() == date(2024, 3, 1)


def test_the_answer_is_in_the_citys_time_whatever_the_question() -> None:
    since = when("09-18 10:00").astimezone(UTC)

    end = due(working_days(7), since=since, calendar=AUTUMN)

    assert end == when("09-29 10:00")
    assert end.tzinfo is ZONE


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(hours(1), since=datetime(2026, 9, 18, 10), calendar=AUTUMN)


def test_a_limit_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        working_days(-1)


@pytest.mark.parametrize("text", ["8", "08:3", "08:60", "25:00", "aa:bb", "", "-1:00"])
def test_a_window_is_written_as_times_of_day(text: str) -> None:
    with pytest.raises(WrongWindows):
        Window.between("00:00", text)


def test_windows_do_not_overlap() -> None:
    with pytest.raises(WrongWindows):
        Hours((Window.between("08:00", "12:00"), Window.between("11:00", "17:00")))


def test_a_unit_without_windows_is_refused() -> None:
    with pytest.raises(WrongWindows):
        Hours(())


@pytest.mark.parametrize(
    ("begin", "end", "seconds"),
    [
        ("09-16 08:00", "09-16 18:00", int(6.5 * 3600)),
        ("09-16 12:00", "09-16 14:30", 0),
        ("09-18 17:00", "09-20 09:00", 3600),
        ("09-20 09:00", "09-18 17:00", -3600),
        ("09-25 00:00", "09-28 00:00", 0),
        ("09-30 08:30", "10-08 08:30", int(3.5 * 3600)),
    ],
)
def test_working_seconds_leave_out_lunch_nights_and_holidays(
    begin: str, end: str, seconds: int
) -> None:
    assert working_seconds(when(begin), when(end), calendar=AUTUMN) == seconds


def test_what_is_left_at_a_stop_is_there_on_resumption() -> None:
    end = due(working_days(7), since=when("09-18 10:00"), calendar=AUTUMN)

    left = remaining(end, at=when("09-22 11:00"), unit=Unit.WORKING_DAYS, calendar=AUTUMN)
    later = resumed(left, at=when("10-08 11:00"), unit=Unit.WORKING_DAYS, calendar=AUTUMN)

    assert working_seconds(when("10-08 11:00"), later, calendar=AUTUMN) == left
    assert later > end


def test_a_late_clock_stays_late_over_a_pause() -> None:
    left = remaining(
        when("09-16 11:00"), at=when("09-16 15:30"), unit=Unit.WORKING_HOURS, calendar=AUTUMN
    )
    end = resumed(left, at=when("09-21 08:30"), unit=Unit.WORKING_HOURS, calendar=AUTUMN)

    assert left == -2 * 3600
    assert end == when("09-20 15:30")


def test_natural_time_left_is_natural_time() -> None:
    left = remaining(when("09-26 10:00"), at=when("09-25 10:00"), unit=Unit.HOURS, calendar=AUTUMN)

    assert left == 24 * 3600
    assert resumed(left, at=when("10-01 00:00"), unit=Unit.HOURS, calendar=AUTUMN) == when(
        "10-02 00:00"
    )


# -------------------------------------------------------------- properties

MOMENTS = st.datetimes(
    min_value=datetime(2026, 9, 1), max_value=datetime(2026, 10, 20), timezones=st.just(ZONE)
).map(lambda moment: moment.replace(microsecond=0))
UNITS = st.sampled_from(list(Unit))
WORKING = st.sampled_from([unit for unit in Unit if unit.is_working])
AMOUNTS = st.integers(0, 40)
SHIFTS = st.sampled_from([OFFICE, ROUND_THE_CLOCK, CROSSING_MIDNIGHT])


@given(one=MOMENTS, other=MOMENTS, amount=AMOUNTS, unit=UNITS, shift=SHIFTS)
def test_what_begins_later_never_ends_earlier(
    one: datetime, other: datetime, amount: int, unit: Unit, shift: Hours
) -> None:
    earlier, later = sorted([one, other])
    limit = Limit(amount, unit)

    first = due(limit, since=earlier, calendar=AUTUMN, hours=shift)
    second = due(limit, since=later, calendar=AUTUMN, hours=shift)

    assert first <= second


@given(since=MOMENTS, amount=AMOUNTS, more=AMOUNTS, unit=UNITS, shift=SHIFTS)
def test_a_longer_limit_never_ends_earlier(
    since: datetime, amount: int, more: int, unit: Unit, shift: Hours
) -> None:
    short = due(Limit(amount, unit), since=since, calendar=AUTUMN, hours=shift)
    long = due(Limit(amount + more, unit), since=since, calendar=AUTUMN, hours=shift)

    assert since.replace(second=0) <= short <= long


@given(
    since=MOMENTS,
    amount=AMOUNTS,
    unit=WORKING,
    shift=st.sampled_from([OFFICE, ROUND_THE_CLOCK]),
)
def test_a_working_limit_ends_within_a_working_window(
    since: datetime, amount: int, unit: Unit, shift: Hours
) -> None:
    end = due(Limit(amount, unit), since=since, calendar=AUTUMN, hours=shift)

    assert next_working_moment(end, calendar=AUTUMN, hours=shift) == end


@given(since=MOMENTS, amount=AMOUNTS)
def test_a_limit_in_working_days_ends_on_a_working_day(since: datetime, amount: int) -> None:
    end = due(working_days(amount), since=since, calendar=AUTUMN)

    assert windows_on(end.date(), calendar=AUTUMN)


@given(since=MOMENTS, seconds=st.integers(-900_000, 900_000), shift=SHIFTS)
def test_working_seconds_added_are_counted_again(
    since: datetime, seconds: int, shift: Hours
) -> None:
    end = add_working_seconds(since, seconds, calendar=AUTUMN, hours=shift)

    assert working_seconds(since, end, calendar=AUTUMN, hours=shift) == seconds


@given(a=MOMENTS, b=MOMENTS, c=MOMENTS, shift=SHIFTS)
def test_working_time_adds_up(a: datetime, b: datetime, c: datetime, shift: Hours) -> None:
    parts = [
        working_time(a, b, calendar=AUTUMN, hours=shift),
        working_time(b, c, calendar=AUTUMN, hours=shift),
    ]

    assert sum(parts, timedelta()) == working_time(a, c, calendar=AUTUMN, hours=shift)


@given(end=MOMENTS, stop=MOMENTS, pause=st.timedeltas(timedelta(0), timedelta(20)), unit=UNITS)
def test_a_pause_takes_nothing_away_and_gives_nothing(
    end: datetime, stop: datetime, pause: timedelta, unit: Unit
) -> None:
    again = (stop + pause).replace(microsecond=0)

    left = remaining(end, at=stop, unit=unit, calendar=AUTUMN)
    later = resumed(left, at=again, unit=unit, calendar=AUTUMN)

    assert remaining(later, at=again, unit=unit, calendar=AUTUMN) == left

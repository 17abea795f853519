"""The rungs of a ladder … are due in working time, in order, and the narrowest ladder holds."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.calendar.rules import WEEKDAYS, Limit, Unit, WorkCalendar, due, working_seconds
from quanyu.kernel.calendar.rules.days import Day, Kind
from quanyu.kernel.codes.rules import WrongStart, rungs
from quanyu.kernel.codes.rules.rungs import AFTER, BEFORE, RungEntry, WrongRung
from quanyu.kernel.workflow import ladder
from quanyu.kernel.workflow.ladder import Clock
from tests.conftest import SHANGHAI

BEGIN = date(2020, 1, 1)
NATIONAL_DAY = [date(2026, 10, day) for day in range(1, 8)]
YEAR = WorkCalendar(
    {
        **{day: Day(day, Kind.STATUTORY, "国庆节") for day in NATIONAL_DAY},
        **{day: Day(day, Kind.STATUTORY, "中秋节") for day in [date(2026, 9, 25)]},
        date(2026, 9, 20): Day(date(2026, 9, 20), Kind.MAKEUP),
        date(2026, 10, 10): Day(date(2026, 10, 10), Kind.MAKEUP),
    },
    frozenset({2026}),
)
"""The days of autumn 2026 as the State Council set them (domain.md section 3.5)."""


def rung(number: int, side: str, amount: int, unit: str, **more: Any) -> RungEntry:
    given: dict[str, Any] = {
        "stage": "handling",
        "whom": "hands",
        "words": "soon",
        "valid_from": BEGIN,
    } | more
    return RungEntry("event", number=number, side=side, amount=amount, unit=unit, **given)


def moment(day: int, hour: int, minute: int = 0, *, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


SINCE = moment(18, 10)
SEVEN_DAYS = Clock(Limit(7, Unit.WORKING_DAYS), SINCE, moment(29, 10))


@pytest.mark.parametrize(
    ("side", "amount", "unit", "expected"),
    [
        (BEFORE, 4, "working_hours", moment(28, 15)),
        (BEFORE, 1, "working_days", moment(28, 10)),
        (BEFORE, 3, "working_days", moment(23, 10)),
        (BEFORE, 24, "hours", moment(28, 10)),
        (AFTER, 0, "working_hours", moment(29, 10)),
        (AFTER, 4, "working_hours", moment(29, 16, 30)),
        (AFTER, 1, "working_days", moment(30, 10)),
        (AFTER, 2, "working_days", moment(8, 10, month=10)),
        (AFTER, 5, "working_days", moment(12, 10, month=10)),
        (AFTER, 10, "working_days", moment(19, 10, month=10)),
        (AFTER, 24, "hours", moment(30, 10)),
    ],
)
def test_are_reckoned_across_the_holidays(
    side: str, amount: int, unit: str, expected: datetime
) -> None:
    (found,) = ladder.moments([rung(1, side, amount, unit)], SEVEN_DAYS, calendar=YEAR)

    assert found.at == expected


def test_half_of_the_limit_is_half_its_working_time() -> None:
    (found,) = ladder.moments([rung(1, BEFORE, 50, "percent")], SEVEN_DAYS, calendar=YEAR)

    whole = working_seconds(SINCE, SEVEN_DAYS.due, calendar=YEAR)
    assert working_seconds(SINCE, found.at, calendar=YEAR) * 2 == whole


def test_a_share_is_of_the_limit_as_given_and_not_of_what_was_added() -> None:
    longer = Clock(SEVEN_DAYS.limit, SINCE, moment(9, 10, month=10))

    (found,) = ladder.moments([rung(1, BEFORE, 50, "percent")], longer, calendar=YEAR)

    whole = working_seconds(SINCE, SEVEN_DAYS.due, calendar=YEAR)
    assert working_seconds(found.at, longer.due, calendar=YEAR) * 2 == whole


def test_a_share_of_natural_hours_rests_on_no_day() -> None:
    clock = Clock(Limit(8, Unit.HOURS), moment(26, 22), moment(27, 6))

    (found,) = ladder.moments([rung(1, BEFORE, 50, "percent")], clock, calendar=YEAR)

    assert found.at == moment(27, 2)


def test_what_would_come_before_the_beginning_is_left_out() -> None:
    clock = Clock(Limit(2, Unit.WORKING_HOURS), moment(21, 9), moment(21, 11))
    rows = [rung(1, BEFORE, 4, "working_hours"), rung(2, AFTER, 0, "working_hours")]

    assert [one.number for one in ladder.moments(rows, clock, calendar=YEAR)] == [2]


RUNGS = st.builds(
    lambda side, amount, unit: (side, amount, unit),
    st.sampled_from([BEFORE, AFTER]),
    st.integers(1, 60),
    st.sampled_from(["minutes", "working_hours", "working_days", "hours", "days"]),
) | st.tuples(st.just(BEFORE), st.integers(1, 99), st.just("percent"))
CLOCKS = st.builds(
    lambda start, amount, unit: (moment(1, 0) + timedelta(minutes=start), Limit(amount, unit)),
    st.integers(0, 60 * 24 * 45),
    st.integers(1, 30),
    st.sampled_from(list(Unit)),
)


@given(st.lists(RUNGS, max_size=9), CLOCKS)
def test_come_in_their_order_and_never_before_the_beginning(
    said: list[tuple[str, int, str]], begun: tuple[datetime, Limit]
) -> None:
    since, limit = begun
    clock = Clock(limit, since, due(limit, since=since, calendar=YEAR))
    rows = [rung(number, *one) for number, one in enumerate(said, start=1)]

    found = ladder.moments(rows, clock, calendar=YEAR)

    assert all(one.at <= two.at and one.number < two.number for one, two in pairwise(found))
    assert all(one.at > since or one.rung.side == AFTER for one in found)
    assert all(one.at >= clock.due for one in found if one.rung.side == AFTER)


@given(st.lists(RUNGS, max_size=9), CLOCKS, st.integers(0, 60 * 24 * 60), st.integers(0, 9))
def test_none_is_reached_twice_and_none_before_its_time(
    said: list[tuple[str, int, str]],
    begun: tuple[datetime, Limit],
    minutes: int,
    climbed: int,
) -> None:
    since, limit = begun
    clock = Clock(limit, since, due(limit, since=since, calendar=YEAR))
    rows = [rung(number, *one) for number, one in enumerate(said, start=1)]
    found = ladder.moments(rows, clock, calendar=YEAR)
    at = since + timedelta(minutes=minutes)

    now = ladder.reached(found, climbed=climbed, at=at)

    assert all(one.number > climbed and one.at < at for one in now)
    last = now[-1].number if now else climbed
    assert ladder.reached(found, climbed=last, at=at) == ()


def test_once_it_is_late_nobody_is_told_that_it_soon_will_be() -> None:
    rows = [
        rung(1, BEFORE, 2, "working_days"),
        rung(2, BEFORE, 4, "working_hours"),
        rung(3, AFTER, 0, "working_hours"),
        rung(4, AFTER, 1, "working_days"),
    ]
    found = ladder.moments(rows, SEVEN_DAYS, calendar=YEAR)

    def numbers(at: datetime) -> list[int]:
        return [one.number for one in ladder.reached(found, climbed=0, at=at)]

    assert numbers(moment(29, 9)) == [2]
    assert numbers(moment(29, 11)) == [3]
    assert numbers(moment(30, 11)) == [3, 4]


# ------------------------------------------------------------------ which ladder


def test_a_class_with_a_ladder_of_its_own_has_no_rung_of_another() -> None:
    rows = [
        rung(1, BEFORE, 1, "hours", class_prefix=""),
        rung(2, AFTER, 1, "hours", class_prefix=""),
        rung(1, AFTER, 0, "hours", class_prefix="04"),
        rung(5, AFTER, 9, "hours", class_prefix="0403"),
        rung(1, AFTER, 0, "hours", stage="", class_prefix="0403"),
    ]

    def held(code: str, stage: str = "handling") -> list[tuple[str, int]]:
        found = rungs.ladder(rows, stage=stage, class_code=code, on=BEGIN)
        return [(one.class_prefix, one.number) for one in found]

    assert held("0102") == [("", 1), ("", 2)]
    assert held("0401") == [("04", 1)]
    assert held("0403") == [("0403", 5)]
    assert held("0403", stage="filed") == [("0403", 1)]
    assert held("0401", stage="filed") == []


CODES = st.sampled_from(["", "0", "01", "0102", "04", "0403"])


@given(
    st.lists(st.tuples(CODES, st.sampled_from(["", "handling"]), st.integers(1, 9)), max_size=12),
    CODES,
)
def test_the_most_specific_wins_as_a_whole(rows: list[tuple[str, str, int]], code: str) -> None:
    said = [rung(n, AFTER, 1, "hours", class_prefix=c, stage=s) for c, s, n in rows]

    found = rungs.ladder(said, stage="handling", class_code=code, on=BEGIN)

    fitting = [row for row in said if code.startswith(row.class_prefix)]
    assert bool(found) == bool(fitting)
    assert len({(row.stage, row.class_prefix) for row in found}) <= 1
    assert [row.number for row in found] == sorted(row.number for row in found)
    for row in found:
        own = [r for r in fitting if r.stage] or fitting
        assert row in own
        assert all(len(r.class_prefix) <= len(row.class_prefix) for r in own)


def test_a_rung_holds_from_its_day_to_its_end() -> None:
    rows = [
        rung(1, AFTER, 1, "hours", valid_to=date(2026, 4, 1)),
        rung(1, AFTER, 2, "hours", valid_from=date(2026, 4, 1)),
    ]

    def amount(on: date) -> int:
        return rungs.ladder(rows, stage="handling", class_code="", on=on)[0].amount

    assert amount(date(2026, 3, 31)) == 1
    assert amount(date(2026, 4, 1)) == 2


# ------------------------------------------------------------------ what is refused

KNOWN = rungs.Known(stages=["handling"], people=["hands"], words=["soon"])
RIGHT: dict[str, Any] = {
    "stage": "handling",
    "class_prefix": "01",
    "number": 1,
    "whom": "hands",
    "words": "soon",
}


def test_a_rung_as_it_must_be_is_taken() -> None:
    rungs.check_rung(**RIGHT, known=KNOWN)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stage", "lunch"),
        ("class_prefix", "01 or so"),
        ("number", 0),
        ("number", 10),
        ("whom", "everybody"),
        ("words", "shouting"),
    ],
)
def test_a_wrong_one_is_refused_by_its_field(field: str, value: object) -> None:
    with pytest.raises(WrongRung) as no:
        rungs.check_rung(**(RIGHT | {field: value}), known=KNOWN)

    assert no.value.field == field


@pytest.mark.parametrize(
    ("side", "amount", "unit", "field"),
    [
        ("around", 1, "hours", "side"),
        (BEFORE, 1, "times", "unit"),
        (BEFORE, 0, "hours", "amount"),
        (BEFORE, 100, "percent", "amount"),
        (AFTER, 50, "percent", "unit"),
        (AFTER, 4_001, "working_hours", "amount"),
    ],
)
def test_a_distance_that_is_none_is_refused(side: str, amount: int, unit: str, field: str) -> None:
    with pytest.raises(WrongRung) as no:
        rungs.check_distance(side, amount, unit)

    assert no.value.field == field


def test_a_change_bears_on_no_clock_that_runs() -> None:
    today = date(2026, 3, 2)

    with pytest.raises(WrongStart):
        rungs.check_begins(today, today=today)
    rungs.check_begins(date(2026, 3, 3), today=today)
    with pytest.raises(WrongStart):
        rungs.check_begins(date(2026, 3, 3), today=today, last=date(2026, 3, 3))


def test_without_a_calendar_offices_work_monday_to_friday() -> None:
    clock = Clock(Limit(1, Unit.WORKING_DAYS), moment(18, 10), moment(21, 10))

    (found,) = ladder.moments([rung(1, BEFORE, 4, "working_hours")], clock, calendar=WEEKDAYS)

    assert found.at == moment(18, 15)

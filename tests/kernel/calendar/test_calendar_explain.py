"""A due time explains itself (时限说明)."""

from datetime import date, datetime

import pytest
from django.utils import translation

from quanyu.kernel.calendar import queries
from quanyu.kernel.calendar.rules import (
    ZONE,
    Explanation,
    Holiday,
    WorkCalendar,
    due,
    explain,
    hours,
    working_days,
    working_hours,
)

FRIDAY = datetime(2026, 9, 18, 10, tzinfo=ZONE)


@pytest.fixture
def told(official: WorkCalendar) -> Explanation:
    limit = working_days(7)
    end = due(limit, since=FRIDAY, calendar=official)
    return explain(limit, since=FRIDAY, due=end, calendar=official)


def test_numbers_the_days_that_count(told: Explanation) -> None:
    numbered = {counted.day.date.day: counted.number for counted in told.days if counted.number}

    assert numbered == {20: 1, 21: 2, 22: 3, 23: 4, 24: 5, 28: 6, 29: 7}


def test_names_the_holiday_that_was_skipped(told: Explanation) -> None:
    assert told.holidays == (Holiday("中秋节", date(2026, 9, 25), date(2026, 9, 27)),)


def test_names_the_make_up_day_that_counted(told: Explanation) -> None:
    assert [day.date for day in told.makeup] == [date(2026, 9, 20)]


def test_tells_two_holidays_in_a_row_apart(official: WorkCalendar) -> None:
    limit = working_days(10)
    end = due(limit, since=FRIDAY, calendar=official)

    told = explain(limit, since=FRIDAY, due=end, calendar=official)

    assert [holiday.name for holiday in told.holidays] == ["中秋节", "国庆节"]


def test_counts_the_seconds_of_a_limit_in_hours(official: WorkCalendar) -> None:
    since = datetime(2026, 9, 16, 16, 30, tzinfo=ZONE)
    limit = working_hours(4)

    told = explain(
        limit, since=since, due=due(limit, since=since, calendar=official), calendar=official
    )

    assert [counted.seconds for counted in told.days] == [3600, 3 * 3600]


def test_says_nothing_of_days_in_natural_time(official: WorkCalendar) -> None:
    limit = hours(48)

    told = explain(
        limit, since=FRIDAY, due=due(limit, since=FRIDAY, calendar=official), calendar=official
    )

    assert told.days == ()


def test_admits_that_a_year_is_unknown(official: WorkCalendar) -> None:
    since = datetime(2026, 12, 30, 10, tzinfo=ZONE)
    limit = working_days(5)

    told = explain(
        limit, since=since, due=due(limit, since=since, calendar=official), calendar=official
    )

    assert told.unknown_years == (2027,)


def test_is_one_chinese_sentence(told: Explanation) -> None:
    with translation.override("zh-hans"):
        sentence = queries.words(told)

    assert sentence == (
        "9月29日 10:00 到期：自 9月18日 10:00 起 7 个工作日；"
        "跳过中秋节（9月25日至9月27日）；9月20日调休上班，计入"
    )


def test_names_a_single_day_off_once(official: WorkCalendar) -> None:
    since = datetime(2023, 4, 4, 10, tzinfo=ZONE)
    limit = working_days(1)
    told = explain(
        limit, since=since, due=due(limit, since=since, calendar=official), calendar=official
    )

    with translation.override("zh-hans"):
        sentence = queries.words(told)

    assert "跳过清明节（4月5日）" in sentence

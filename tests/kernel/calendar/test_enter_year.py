"""Entering a year's notice … takes the place of what was guessed (录入放假安排)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar import actions, queries, rules
from quanyu.kernel.calendar.models import CalendarDay
from quanyu.kernel.calendar.rules import Break, Kind, WrongBreak
from quanyu.kernel.errors import Invalid
from tests.conftest import person

NOW = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PAPER = "示例通知〔2026〕1号"
NEXT = 2027


def some(**changed: Break) -> tuple[Break, ...]:
    """Return breaks of 2027, invented; by name some of them another."""
    breaks: Mapping[str, Break] = {
        "元旦": Break("元旦", date(2027, 1, 1), date(2027, 1, 3)),
        "春节": Break("春节", date(2027, 2, 5), date(2027, 2, 12), (date(2027, 2, 14),)),
        "清明节": Break("清明节", date(2027, 4, 3), date(2027, 4, 5)),
        "劳动节": Break("劳动节", date(2027, 5, 1), date(2027, 5, 5), (date(2027, 5, 8),)),
        "端午节": Break("端午节", date(2027, 6, 9), date(2027, 6, 9)),
        "中秋节": Break("中秋节", date(2027, 9, 15), date(2027, 9, 15)),
        "国庆节": Break("国庆节", date(2027, 10, 1), date(2027, 10, 7), (date(2027, 10, 9),)),
    }
    return tuple({**breaks, **changed}.values())


@pytest.fixture
def keeper() -> Actor:
    return person(Role.SYS_ADMIN, "34/01/")


# ------------------------------------------------------------------ the rules


def test_gives_every_date_that_the_notice_changes() -> None:
    days = {day.date: day.kind for day in rules.days_of(NEXT, some())}

    assert days[date(2027, 2, 12)] is Kind.STATUTORY
    assert days[date(2027, 2, 14)] is Kind.MAKEUP
    assert len(days) == 3 + 9 + 3 + 6 + 1 + 1 + 8


def test_reads_back_the_breaks_it_was_given() -> None:
    assert rules.breaks_of(rules.days_of(NEXT, some())) == some()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        (Break("春节", date(2027, 2, 12), date(2027, 2, 5)), "last", "止日早于起日"),
        (Break("春节", date(2027, 2, 1), date(2027, 2, 16)), "last", "超过 15 天"),
        (Break("春节", date(2028, 2, 5), date(2028, 2, 12)), "first", "不在 2027 年"),
        (Break("春节", date(2027, 1, 2), date(2027, 1, 8)), "first", "写了两次"),
        (
            Break("春节", date(2027, 2, 5), date(2027, 2, 12), (date(2027, 2, 15),)),
            "worked",
            "不是周末",
        ),
        (Break("冬至", date(2027, 12, 22), date(2027, 12, 22)), "name", "还缺"),
    ],
)
def test_refuses_what_cannot_be_and_names_the_field(wrong: Break, field: str, words: str) -> None:
    with pytest.raises(WrongBreak, match=words) as refused:
        rules.days_of(NEXT, some(春节=wrong))

    assert refused.value.field == field


def test_takes_two_holidays_in_one_break_by_both_names() -> None:
    both = Break("国庆节、中秋节", date(2027, 10, 1), date(2027, 10, 8))
    breaks = [one for one in some() if one.name not in {"国庆节", "中秋节"}]

    assert len(rules.days_of(NEXT, [*breaks, both])) == 30


@given(first=st.integers(0, 300), length=st.integers(1, 15))
def test_a_break_is_as_long_as_from_its_first_to_its_last_day(first: int, length: int) -> None:
    begins = date(2027, 1, 5) + timedelta(days=first)

    days = Break("示例", begins, begins + timedelta(days=length - 1)).days()

    assert len(days) == length
    assert {day.kind for day in days} == {Kind.STATUTORY}


# ------------------------------------------------------------------ the verb


@pytest.mark.django_db
def test_ends_the_alarm(keeper: Actor) -> None:
    before = queries.missing_years(NOW)

    actions.enter_year(year=NEXT, breaks=some(), paper=PAPER, actor=keeper, at=NOW)

    assert before == (NEXT,)
    assert queries.missing_years(NOW) == ()


@pytest.mark.django_db
def test_again_takes_back_what_it_does_not_name_any_more(keeper: Actor) -> None:
    shorter = Break("春节", date(2027, 2, 5), date(2027, 2, 11))
    actions.enter_year(year=NEXT, breaks=some(), paper=PAPER, actor=keeper, at=NOW)

    actions.enter_year(year=NEXT, breaks=some(春节=shorter), paper=PAPER, actor=keeper, at=NOW)

    known = queries.calendar(NOW)
    assert known.is_working(date(2027, 2, 12))
    assert not known.is_working(date(2027, 2, 14))


@pytest.mark.django_db
def test_leaves_a_day_that_the_city_has_set_alone(keeper: Actor) -> None:
    facts: dict[str, Any] = {"kind": Kind.WORKDAY, "name": "值班", "source": "示例决定"}
    actions.set_day(day=date(2027, 2, 12), **facts, actor=keeper, at=NOW)

    actions.enter_year(year=NEXT, breaks=some(), paper=PAPER, actor=keeper, at=NOW)

    assert queries.calendar(NOW).is_working(date(2027, 2, 12))


@pytest.mark.django_db
def test_is_not_overwritten_by_what_a_release_brings(keeper: Actor) -> None:
    actions.enter_year(year=NEXT, breaks=some(), paper=PAPER, actor=keeper, at=NOW)
    shipped = {"year": NEXT, "days": [{"name": "元旦", "date": "2027-01-03", "isOffDay": False}]}

    actions.load_notice(notice=shipped, actor=keeper, at=NOW)

    assert CalendarDay.objects.get(date=date(2027, 1, 3)).kind == Kind.STATUTORY


@pytest.mark.django_db
def test_refuses_a_year_without_its_paper(keeper: Actor) -> None:
    with pytest.raises(Invalid, match="名称、文号或网址") as refused:
        actions.enter_year(year=NEXT, breaks=some(), paper=" ", actor=keeper, at=NOW)

    assert refused.value.field == "paper"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "place"), [(Role.DISPATCHER, "34/01/"), (Role.SYS_ADMIN, "34/01/04/")]
)
def test_refuses_a_stranger(role: Role, place: str) -> None:
    with pytest.raises(actions.NotKeeper):
        actions.enter_year(year=NEXT, breaks=some(), paper=PAPER, actor=person(role, place), at=NOW)

"""The weeks by which the newest matters that have some words are found (周次)."""

from hypothesis import given
from hypothesis import strategies as st

from quanyu.events.rules import words
from quanyu.events.rules.weeks import WIDEST, Weeks


@given(st.integers(0, 1_000), st.integers(0, 5_000))
def test_reach_the_first_in_few_steps_when_nothing_is_found(years: int, goal: int) -> None:
    weeks = Weeks(words.FIRST_WEEK + years * 52, words.FIRST_WEEK + years * 52 + 3)
    steps = 0
    while not weeks.is_last:
        weeks = weeks.next(goal=goal, found=0)
        steps += 1

    assert steps <= years * 52 // WIDEST + 3


@given(st.integers(words.FIRST_WEEK, words.LAST_WEEK), st.integers(-4, 2_000))
def test_to_come_are_told_by_how_their_numbers_begin(week: int, later: int) -> None:
    number = max(words.FIRST_WEEK, min(week + later, words.LAST_WEEK))
    begun = [one.split("'")[1] for one in words.weeks_from(week).split(" | ")]

    assert any(f"#{words.week_sign(number)}".startswith(one) for one in begun) == (number >= week)


def test_are_as_many_as_may_hold_what_is_wanted() -> None:
    weeks = Weeks(2_900, 2_904)

    assert weeks.next(goal=500, found=200) == Weeks(2_888, 2_900)  # 4 weeks, 500 / 200, 5 / 4


def test_are_one_where_one_holds_more_than_is_wanted() -> None:
    assert Weeks(2_900, 2_901).next(goal=10, found=1_000) == Weeks(2_899, 2_900)

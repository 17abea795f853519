"""What a code means … holds from one day to another (代码对照)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quanyu.gateway.rules import Meaning, meant

DAY = date(2026, 3, 2)
DAYS = st.integers(0, 40).map(lambda n: DAY + timedelta(days=n))
MEANINGS = st.builds(
    lambda code, start, length: Meaning(
        "class", "01", code, start, None if length is None else start + timedelta(days=length)
    ),
    st.sampled_from(["0101", "0102", "0103"]),
    DAYS,
    st.none() | st.integers(0, 20),
)


@given(st.lists(MEANINGS, max_size=6), DAYS)
def test_is_the_newest_that_holds_and_no_other(known: list[Meaning], day: date) -> None:
    holding = [one for one in known if one.holds(day)]
    found = meant(known, "class", "01", on=day)

    newest = max((one.valid_from for one in holding), default=None)
    assert (found == "") == (not holding)
    assert not found or found in {one.code for one in holding if one.valid_from == newest}


@given(st.lists(MEANINGS, max_size=6), MEANINGS, DAYS)
def test_of_yesterday_is_not_changed_by_what_begins_today(
    known: list[Meaning], new: Meaning, day: date
) -> None:
    if new.valid_from > day:
        before = meant(known, "class", "01", on=day)
        assert meant([*known, new], "class", "01", on=day) == before


@given(st.lists(MEANINGS, max_size=4), DAYS)
def test_of_another_code_says_nothing(known: list[Meaning], day: date) -> None:
    assert meant(known, "class", "02", on=day) == ""
    assert meant(known, "body", "01", on=day) == ""

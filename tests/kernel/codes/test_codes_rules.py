"""The nearest limit holds, and only what is sensible is stored (代码规则)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.calendar.rules import Unit
from quanyu.kernel.codes import rules
from quanyu.kernel.codes.rules import ClauseEntry, CodeEntry, LimitEntry

BEGIN = date(2020, 1, 1)
ON = date(2026, 3, 2)


def limit(
    amount: int, *, prefix: str = "", place: str = "", begin: date = BEGIN, end: date | None = None
) -> LimitEntry:
    return LimitEntry(
        workflow="event",
        stage="handling",
        amount=amount,
        unit="working_days",
        valid_from=begin,
        valid_to=end,
        class_prefix=prefix,
        place_path=place,
    )


def test_the_units_of_time_are_those_of_the_calendar() -> None:
    assert set(rules.TIMES) == set(Unit)
    assert set(rules.UNITS) == set(rules.LONGEST)


@pytest.mark.parametrize(
    ("stage", "unit"), [("extensions", "days"), ("handling", "times"), ("audit_share", "times")]
)
def test_a_count_is_no_time(stage: str, unit: str) -> None:
    counted = {"extensions": "times", "audit_share": "percent"}

    with pytest.raises(rules.WrongLimit) as refusal:
        rules.check_counted(stage, unit, counted=counted)

    assert refusal.value.field == "unit"


def test_nothing_at_all_may_be_allowed_but_no_time_at_all_may_not() -> None:
    rules.check_limit(0, "times", place="")

    with pytest.raises(rules.WrongLimit):
        rules.check_limit(0, "days", place="")


@pytest.mark.parametrize(
    ("limits", "amount"),
    [
        ([limit(1), limit(2, prefix="01")], 2),
        ([limit(1, prefix="0102"), limit(2, prefix="01")], 1),
        ([limit(1, prefix="0102"), limit(2, place="34/01/04/")], 2),
        ([limit(1, place="34/01/"), limit(2, place="34/01/04/")], 2),
        ([limit(1, place="34/01/02/"), limit(2)], 2),
        ([limit(1, prefix="P"), limit(2)], 2),
        ([limit(1, end=ON), limit(2, begin=ON)], 2),
        ([limit(1), limit(2, begin=date(2026, 3, 3))], 1),
    ],
)
def test_the_nearest_limit_holds(limits: list[LimitEntry], amount: int) -> None:
    found = rules.nearest(limits, class_code="0102", place="34/01/04/003/", on=ON)

    assert found is not None
    assert found.amount == amount


def test_where_no_limit_fits_there_is_none() -> None:
    assert rules.nearest([limit(1, prefix="02")], class_code="0102", place="", on=ON) is None


DATES = st.dates(date(2026, 1, 1), date(2026, 2, 1))


@given(a=DATES, b=DATES, c=DATES, d=DATES, on=DATES)
def test_rows_overlap_exactly_when_some_day_has_both(
    a: date, b: date, c: date, d: date, on: date
) -> None:
    one, other = limit(1, begin=a, end=b), limit(1, begin=c, end=d)

    assert rules.overlap(one, other) or not (rules.holds(one, on) and rules.holds(other, on))


@pytest.mark.parametrize("code", ["", "a b", "甲", "x" * 41, "a/b", "-x"])
def test_a_code_is_a_word_or_a_number(code: str) -> None:
    with pytest.raises(rules.WrongCode):
        rules.check_code(code, name="名")


def test_a_code_has_a_name() -> None:
    with pytest.raises(rules.WrongCode):
        rules.check_code("x", name="  ")


def test_a_photo_is_demanded_only_with_a_clause() -> None:
    with pytest.raises(rules.NeedsClause):
        rules.check_attributes("event_class", {"evidence_required": True}, clause=None)


def test_a_flag_is_yes_or_no() -> None:
    with pytest.raises(rules.WrongCode):
        rules.check_attributes("event_class", {"safety": "yes"}, clause=None)


@pytest.mark.parametrize(
    ("amount", "unit", "place"),
    [
        (0, "hours", ""),
        (-1, "hours", ""),
        (10**9, "working_days", ""),
        (1, "weeks", ""),
        (1, "hours", "34/01"),
    ],
)
def test_a_limit_without_sense_is_refused(amount: int, unit: str, place: str) -> None:
    with pytest.raises(rules.WrongLimit):
        rules.check_limit(amount, unit, place=place)


def test_a_name_falls_back_to_chinese() -> None:
    entry = CodeEntry(list="x", code="1", name="路灯", valid_from=BEGIN)

    assert entry.name_in("en") == "路灯"


def test_a_clause_is_cited_by_document_and_number() -> None:
    assert str(ClauseEntry("样表", "二")) == "《样表》二"


@pytest.mark.parametrize(
    ("number", "english"),
    [("六", "clause 6"), ("第十七条", "article 17"), ("第三条第二款", "第三条第二款")],
)
def test_a_clause_is_cited_as_english_cites_it(number: str, english: str) -> None:
    clause = rules.ClauseEntry("权责清单", number, document_en="List of duties")

    cited = clause.cited_in("en")

    assert cited == f"List of duties, {english}"


def test_a_clause_without_an_english_title_is_cited_in_chinese() -> None:
    clause = rules.ClauseEntry("权责清单", "六")

    cited = clause.cited_in("en")

    assert cited == "《权责清单》六"

"""A metric … is divided as it is declared, and says so (统计口径)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.figures import rules
from quanyu.kernel.figures.rules import (
    Basis,
    Grain,
    Measure,
    Metric,
    Reckoning,
    Registry,
    Set,
    Unit,
    holding,
    period,
    score,
    share,
)

BASES = {"day": Basis("day", "日期", "在本周期内")}
MEASURES = {code: Measure(code, code, code, "day") for code in ("done", "due")}
OLD = Metric("rate", "率", "done", "due", since=date(2026, 1, 1))
NEW = Metric("rate", "率", "due", "due", since=date(2026, 7, 1), version=2)
COUNT = Metric("count", "数", "done", unit=Unit.COUNT)
REGISTRY = Registry(
    "tests", BASES, MEASURES, {}, (NEW, OLD, COUNT), {"all": Set("all", "全部", ("rate", "count"))}
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [
        (14_577 - 2_159, 14_577, "85.19"),
        (16_604 - 443, 16_604, "97.33"),
        (16_780 - 443, 16_780, "97.36"),
        (96, 100, "96.00"),
        (70, 90, "77.78"),
        (78, 90, "86.67"),
        (1, 800, "0.13"),
        (0, 3, "0.00"),
    ],
)
def test_is_told_as_bulletins_print_it(numerator: int, denominator: int, printed: str) -> None:
    assert str(share(numerator, denominator)) == printed


@given(st.integers(min_value=0, max_value=10**7))
def test_is_blank_when_there_is_nothing_to_divide_by(numerator: int) -> None:
    assert share(numerator, 0) is None
    assert share(numerator, None) is None


def test_weighs_the_parts_of_a_score() -> None:
    shares = {"a": share(96, 100), "b": share(70, 90), "c": share(78, 90)}
    weights = {"a": Decimal(10), "b": Decimal(45), "c": Decimal(45)}

    assert str(score(shares, weights)) == "83.60"
    assert score(shares | {"a": None}, weights) is None
    assert score(shares, {}) is None


def test_holds_in_the_version_of_its_day() -> None:
    assert REGISTRY.metric("rate", on=date(2026, 6, 30)).version == 1
    assert REGISTRY.metric("rate", on=date(2026, 7, 1)).version == 2
    assert REGISTRY.metric("rate", on=date(2025, 1, 1)).version == 1


def test_may_not_name_what_is_not_declared() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Registry("tests", BASES, MEASURES, {}, (Metric("rate", "率", "nowhere"),), {})


def test_says_why_when_it_counts_nothing() -> None:
    with pytest.raises(ValueError, match="does not say why"):
        Metric("rate", "率")


def test_that_is_not_measured_stays_blank_whatever_was_counted() -> None:
    absent = Metric("rate", "率", absent="没有记录")

    (figure,) = rules.figures([absent], {"done": 3, "due": 4}, registry=REGISTRY, given=Reckoning())

    assert (figure.value, figure.text, figure.absent) == (None, "—", "没有记录")


def test_keeps_what_it_was_made_of() -> None:
    rate, count = rules.figures(
        [OLD, COUNT], {"done": 12_418, "due": 14_577}, registry=REGISTRY, given=Reckoning()
    )

    assert (rate.text, rate.numerator, rate.denominator) == ("85.19", 12_418, 14_577)
    assert count.text == "12,418"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-08-03", date(2026, 8, 3), date(2026, 8, 4)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_knows_the_period_of_an_address(text: str, since: date, until: date) -> None:
    assert (period(text).since, period(text).until) == (since, until)


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-Q5", "august", "26-08", "2026-8", "0000", "0001-01-01", "1899", "2200"],
)
def test_refuses_what_is_no_period(text: str) -> None:
    with pytest.raises(rules.WrongPeriod):
        period(text)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(Grain))
def test_leaves_no_gap_between_periods(day: date, grain: Grain) -> None:
    found = holding(day, grain)

    assert found.since <= day < found.until
    assert period(found.text) == found
    assert found.before().until == found.since
    assert found.after().before() == found

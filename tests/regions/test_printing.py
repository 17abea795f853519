"""A map on paper … comes out at the largest round scale that fits (打印比例)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.regions.rules import printing
from quanyu.regions.rules.printing import Paper, Turn

metres = st.floats(20, 60_000)


@settings(max_examples=40)
@given(metres, metres, st.sampled_from(Paper), st.sampled_from(Turn))
def test_fits_the_sheet_and_fills_it(wide: float, high: float, paper: Paper, turn: Turn) -> None:
    frame = printing.frame(paper, turn)

    number = printing.scale(wide, high, frame)

    share = max(wide / frame.width, high / frame.height) * 1000 / number
    assert 0.7 < share <= 1 - printing.AIR + 1e-9


@settings(max_examples=40)
@given(st.integers(100, 1_000_000))
def test_has_a_bar_of_a_round_length(number: int) -> None:
    metres = printing.bar(number)

    assert str(metres).rstrip("0") in {"1", "2", "5"}
    assert metres * 1000 / number <= printing.LONGEST_BAR


@pytest.mark.parametrize(
    ("wide", "high", "turn"), [(900, 300, Turn.LANDSCAPE), (300, 900, Turn.PORTRAIT)]
)
def test_lies_as_the_place_does(wide: float, high: float, turn: Turn) -> None:
    assert printing.turned(wide, high) is turn


def test_on_larger_paper_is_larger() -> None:
    small, large = (
        printing.scale(1700, 1200, printing.frame(paper, Turn.LANDSCAPE)) for paper in Paper
    )

    assert large < small

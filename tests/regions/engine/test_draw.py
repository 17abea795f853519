"""Drawing grids … (网格划分)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.regions.engine import Units, Wishes, draw, figures
from tests.regions.engine.plain import lattice

QUICK = Wishes(moves=200)


@st.composite
def settlements(draws: st.DrawFn) -> Units:
    columns, rows = draws(st.integers(2, 9)), draws(st.integers(1, 7))
    chance = np.random.default_rng(draws(st.integers(0, 2**32)))
    most = draws(st.sampled_from([40, 120, 700]))
    households = chance.integers(0, most, columns * rows)
    return lattice(columns, rows, households, communities=draws(st.integers(1, 2)))


@given(settlements())
@settings(max_examples=40)
def test_covers_all_units_with_grids_in_one_piece_of_one_community(units: Units) -> None:
    drawn = draw(units, QUICK)

    assert drawn.grid.min() >= 0
    assert figures(units, drawn.grid, QUICK).non_contiguous == 0


@given(settlements())
@settings(max_examples=40)
def test_leaves_no_grid_in_pieces_when_it_begins_from_any_grids_of_today(units: Units) -> None:
    torn = replace(units, today=np.arange(len(units)) * 7 % 5)

    drawn = draw(torn, QUICK)

    assert figures(torn, drawn.grid, QUICK).non_contiguous == 0


@given(settlements())
@settings(max_examples=10)
def test_is_the_same_for_any_number_of_processes(units: Units) -> None:
    one, three = draw(units, QUICK), draw(units, QUICK, processes=3)

    assert (one.grid == three.grid).all()
    assert one.impossible == three.impossible


@given(settlements())
@settings(max_examples=40)
def test_names_every_community_that_has_a_grid_out_of_range(units: Units) -> None:
    drawn = draw(units, QUICK)

    households = np.bincount(drawn.grid, units.households)[drawn.grid]
    wrong = (households < QUICK.low) | (households > QUICK.high)
    assert {one.community for one in drawn.impossible} == set(units.community[wrong].tolist())


@pytest.mark.parametrize(
    ("households", "reason"),
    [
        ([100, 90, 50, 20], "few"),
        ([140, 140, 140, 130], "between"),
        ([600, 120, 120, 120], "large_building"),
        ([299, 299, 299, 299], "not_found"),
    ],
)
def test_says_why_a_community_has_no_answer(households: list[int], reason: str) -> None:
    drawn = draw(lattice(2, 2, np.array(households)), QUICK)

    (found,) = drawn.impossible
    assert (found.reason, found.households) == (reason, sum(households))


def test_names_the_building_that_is_too_large() -> None:
    drawn = draw(lattice(2, 2, np.array([120, 120, 600, 120])), QUICK)

    assert drawn.impossible[0].units == (2,)
    assert len(set(drawn.grid.tolist())) == 2


def test_moves_nobody_while_todays_grids_are_right() -> None:
    units = lattice(8, 5, np.full(40, 50))
    today = draw(units, QUICK).grid + 100

    drawn = draw(replace(units, today=today), replace(QUICK, little_change=10.0, seed=9))

    assert (drawn.grid == today).all()


def test_moves_few_when_one_estate_grew() -> None:
    units = lattice(8, 5, np.full(40, 50))
    today = draw(units, QUICK).grid
    grown = np.where(today == today[0], 60, 50)

    changed = replace(units, today=today, households=grown)
    drawn = draw(changed, QUICK)

    found = figures(changed, drawn.grid, QUICK)
    assert found.in_range == 1.0
    assert found.moved < 0.1


def test_leaves_locked_units_in_their_grid() -> None:
    units = lattice(8, 5, np.full(40, 50))
    column = np.arange(40) % 8
    held = replace(units, today=np.where(column == 0, 7, -1), locked=column == 0)

    drawn = draw(held, replace(QUICK, little_change=0.0))

    assert set(drawn.grid[column == 0].tolist()) == {7}
    assert figures(held, drawn.grid, QUICK).in_range == 1.0


def test_names_locked_units_of_one_grid_that_cannot_meet() -> None:
    units = lattice(5, 1, np.full(5, 200))
    ends = np.isin(np.arange(5), (0, 4))
    middle = np.arange(5) == 2
    today = np.where(ends, 7, np.where(middle, 8, -1))

    drawn = draw(replace(units, today=today, locked=ends | middle), QUICK)

    assert (drawn.grid[[0, 2, 4]] == [7, 8, 7]).all()
    assert "apart" in {one.reason for one in drawn.impossible}


def test_tells_how_far_it_has_come() -> None:
    told: list[tuple[int, int]] = []
    units = lattice(6, 4, np.full(24, 50), communities=2)

    draw(units, QUICK, progress=lambda done, whole: told.append((done, whole)))

    assert told == [(1, 2), (2, 2)]


def test_draws_nothing_of_nothing() -> None:
    assert len(draw(lattice(0, 0, np.zeros(0, np.int64)), QUICK).grid) == 0


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("households", np.array([1, -1, 3, 4])),
        ("area_m2", np.array([1.0, np.nan, 1.0, 1.0])),
        ("estate", np.zeros(3, np.int64)),
    ],
)
def test_refuses_arrays_that_make_no_units(name: str, array: np.ndarray) -> None:
    with pytest.raises(ValueError, match=name):
        replace(lattice(2, 2, np.full(4, 10)), **{name: array})

"""Drawing grids … (网格划分)."""

import numpy as np
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
@settings(max_examples=40, deadline=None)
def test_covers_all_units_with_grids_in_one_piece_of_one_community(units: Units) -> None:
    drawn = draw(units, QUICK)

    assert drawn.grid.min() >= 0
    assert figures(units, drawn.grid, QUICK).non_contiguous == 0


@given(settlements())
@settings(max_examples=10, deadline=None)
def test_is_the_same_for_any_number_of_processes(units: Units) -> None:
    one, three = draw(units, QUICK), draw(units, QUICK, processes=3)

    assert (one.grid == three.grid).all()
    assert one.impossible == three.impossible


@given(settlements())
@settings(max_examples=40, deadline=None)
def test_names_every_community_that_has_a_grid_out_of_range(units: Units) -> None:
    drawn = draw(units, QUICK)

    households = np.bincount(drawn.grid, units.households)[drawn.grid]
    wrong = (households < QUICK.low) | (households > QUICK.high)
    named = {one.community for one in drawn.impossible}
    assert named == set(units.community[wrong].tolist())

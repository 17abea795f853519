"""The proven best … (精确求解)."""

from itertools import product

import numpy as np
import pytest

from quanyu.regions.engine import Units, Wishes, draw, figures, prove
from quanyu.regions.engine.draw import price
from quanyu.regions.engine.parts import take_apart
from tests.regions.engine.plain import lattice

WISHES = Wishes(moves=200, target=400)


def _all_drawings(units: Units, number: int) -> float:
    """Return the least cost over every labelling whatever that is whole and in range."""
    (part,) = take_apart(units)
    costs = []
    for labels in product(range(number), repeat=len(units)):
        grid = np.array(labels)
        found = figures(units, grid, WISHES)
        if found.grids == number and found.in_range == 1.0 and not found.non_contiguous:
            costs.append(price(part, WISHES, grid, number))
    return min(costs)


def test_equals_the_best_of_all_drawings_of_a_tiny_community() -> None:
    units = lattice(3, 3, np.array([90, 80, 100, 70, 110, 60, 90, 120, 80]))

    proven = prove(units, WISHES)

    assert proven.cost == pytest.approx(_all_drawings(units, 2))
    assert proven.gap == pytest.approx(0.0, abs=1e-6)


def test_is_never_dearer_than_what_is_drawn() -> None:
    units = lattice(7, 4, np.random.default_rng(5).integers(60, 110, 28))

    proven, drawn = prove(units, WISHES), draw(units, WISHES)

    assert proven.cost <= drawn.cost + 1e-9
    assert figures(units, proven.grid, WISHES).non_contiguous == 0


def test_is_not_claimed_where_there_is_no_answer() -> None:
    assert prove(lattice(2, 2, np.array([100, 90, 50, 20])), WISHES).gap is None

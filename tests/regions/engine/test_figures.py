"""The figures of grids are those of the union of their land, counted one by one (指标)."""

import math

import numpy as np
import pytest
import shapely

from quanyu.regions.engine import Wishes, figures
from tests.regions.engine.plain import lattice

WISHES = Wishes()


def test_equal_what_the_polygons_say() -> None:
    chance = np.random.default_rng(3)
    units = lattice(6, 5, chance.integers(20, 90, 30))
    grid = chance.integers(0, 4, 30)
    land = shapely.box(units.x, units.y, units.x + 100, units.y + 100)
    unions = [shapely.union_all(land[grid == number]) for number in range(4)]
    totals = [int(units.households[grid == number].sum()) for number in range(4)]

    found = figures(units, grid, WISHES)

    shapes = [4 * math.pi * one.area / one.length**2 for one in unions]
    assert found.polsby_popper == pytest.approx(np.mean(shapes))
    assert found.in_range == np.mean([300 <= total <= 500 for total in totals])
    assert found.grids == 4


def test_count_split_estates_roads_pieces_and_the_moved() -> None:
    units = lattice(4, 2, np.array([10, 10, 10, 10, 10, 10, 10, 10]))
    object.__setattr__(units, "today", np.array([0, 0, 1, 1, 0, 0, 1, 1]))

    found = figures(units, np.array([0, 0, 0, 1, 1, 0, 0, 1]), WISHES)

    assert found.split == 1.0  # both estates
    assert found.road == 0.5  # the first grid
    assert found.non_contiguous == 1  # the second one
    assert found.moved == 3 / 8

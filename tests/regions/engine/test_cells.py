"""Cells around points … (单元)."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.regions.engine import cells, gathered, parcels

LAND = shapely.Polygon([(0, 0), (600, 0), (600, 500), (320, 500), (300, 90), (280, 500), (0, 500)])
NONE = np.full(40, -1)
TEN = np.full(40, 10)


def _points(seed: int, number: int = 40) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.uniform(-40, 640, number), chance.uniform(-40, 540, number)


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_cover_the_land_once_each_in_one_piece(seed: int) -> None:
    x, y = _points(seed)

    units, shapes = cells(x, y, TEN, NONE, LAND)

    assert shapely.area(shapes).sum() == pytest.approx(LAND.area)
    assert shapely.union_all(shapes).area == pytest.approx(LAND.area)
    assert (shapely.get_type_id(shapes) == 3).all()
    assert units.area_m2.sum() == pytest.approx(LAND.area)


def test_stand_side_by_side_for_buildings_of_one_place() -> None:
    units, shapes = cells(np.full(40, 50.0), np.full(40, 60.0), TEN, NONE, LAND)

    assert (shapely.area(shapes) > 0).all()
    assert len(units) == 40


@pytest.mark.parametrize("number", [1, 2, 3])
def test_are_made_for_a_few_buildings_without_a_boundary(number: int) -> None:
    x = np.linspace(0, 50.0 * (number - 1), number)

    units, _ = cells(x, np.zeros(number), TEN[:number], NONE[:number], None)

    assert (units.area_m2 > 0).all()
    assert len(units.edges_i) == number - 1


def test_lie_beyond_a_road_that_crosses_between_their_points() -> None:
    x, y = np.array([0.0, 100.0, 200.0]), np.zeros(3)
    road = shapely.LineString([(150, -500), (150, 500)])

    units, _ = cells(x, y, TEN[:3], NONE[:3], None, [road])

    pairs = zip(units.edges_i.tolist(), units.edges_j.tolist(), strict=True)
    assert dict(zip(map(frozenset, pairs), units.edge_is_road.tolist(), strict=True)) == {
        frozenset({0, 1}): False,
        frozenset({1, 2}): True,
    }


def test_of_several_communities_stay_apart() -> None:
    x, y = _points(1)
    one, _ = cells(x, y, TEN, np.zeros(40, np.int64), LAND, community=0)
    other, _ = cells(x, y, TEN, np.zeros(40, np.int64), LAND, community=1)

    both = gathered([one, other])

    assert (both.community[both.edges_i] == both.community[both.edges_j]).all()
    assert len(set(both.estate.tolist())) == 2


def test_of_parcels_are_neighbours_across_a_gap() -> None:
    plots = shapely.box(np.array([0.0, 110.0]), 0.0, np.array([100.0, 210.0]), 100.0)
    few = TEN[:2], NONE[:2], np.zeros(2, np.int64)

    assert len(parcels(plots, *few).edges_i) == 0
    assert parcels(plots, *few, gap_m=15.0).edge_m.tolist() == pytest.approx([100.0], rel=0.2)

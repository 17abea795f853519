"""Examining grids … finds each seeded fault, and nothing on a clean street (网格拓扑检查)."""

from dataclasses import replace

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.regions.rules.grids import Profile
from quanyu.regions.rules.topology import Fault, Found, Ground, House, area_m2, examine

COMMUNITY = "34/01/04/001/001/"
STEP = 0.004
"""Some 400 metres."""


def place(number: int) -> str:
    return f"{COMMUNITY}g{number:03d}/"


def cell(column: int, row: int, *, more: float = 0.0) -> shapely.Geometry:
    west, south = 117 + column * STEP, 31.8 + row * STEP
    return shapely.box(west, south, west + STEP + more, south + STEP)


def clean() -> tuple[list[Ground], list[Ground], list[House]]:
    """Four grids in a square, each with a building in its middle."""
    cells = [cell(column, row) for row in (0, 1) for column in (0, 1)]
    community = Ground(COMMUNITY, "residents_committee", shapely.union_all(cells))
    grids = [
        Ground(place(number), "base_grid", shape, 400)
        for number, shape in enumerate(cells, start=1)
    ]
    houses = [
        House(f"b{number}", place(number), shape.centroid.x, shape.centroid.y)
        for number, shape in enumerate(cells, start=1)
    ]
    return [community], grids, houses


def faults(found: list[Found]) -> list[tuple[Fault, str, str]]:
    return [(one.fault, one.path, one.other_path) for one in found]


def test_finds_nothing_on_a_clean_street() -> None:
    communities, grids, houses = clean()

    assert examine(communities, grids, houses, profile=Profile()) == []


def test_finds_an_overlap_with_its_area() -> None:
    communities, grids, houses = clean()
    grids[0] = replace(grids[0], shape=cell(0, 0, more=STEP / 10))

    found = examine(communities, grids, houses, profile=Profile())

    assert faults(found) == [(Fault.OVERLAP, place(1), place(2))]
    assert found[0].area_m2 == pytest.approx(area_m2(cell(1, 0)) / 10, rel=0.01)


def test_finds_what_is_covered_by_no_grid() -> None:
    communities, grids, houses = clean()

    found = examine(communities, grids[:3], houses[:3], profile=Profile())

    assert faults(found) == [(Fault.GAP, COMMUNITY, "")]
    assert found[0].area_m2 == pytest.approx(area_m2(cell(1, 1)), rel=0.01)


def test_counts_a_dedicated_grid_as_cover_and_a_micro_grid_not() -> None:
    communities, grids, houses = clean()
    campus = replace(grids[3], path=f"{COMMUNITY}s001/", kind="dedicated_grid")
    block = replace(grids[3], path=f"{COMMUNITY}u001/", kind="micro_grid")

    covered = examine(communities, [*grids[:3], campus], houses[:3], profile=Profile())
    bare = examine(communities, [*grids[:3], block], houses[:3], profile=Profile())

    assert covered == []
    assert faults(bare) == [(Fault.GAP, COMMUNITY, "")]


def test_finds_a_grid_that_sticks_out_of_its_community() -> None:
    communities, grids, houses = clean()
    grids[1] = replace(grids[1], shape=cell(1, 0, more=STEP / 20))

    found = examine(communities, grids, houses, profile=Profile())

    assert faults(found) == [(Fault.STICKS_OUT, place(2), COMMUNITY)]


def test_finds_a_building_in_no_grid() -> None:
    communities, grids, houses = clean()
    houses.append(House("far", COMMUNITY, 118.0, 31.8))

    found = examine(communities, grids, houses, profile=Profile())

    assert faults(found) == [(Fault.BUILDING_IN_NONE, COMMUNITY, "")]
    assert found[0].building == "far"


def test_finds_a_building_in_two_grids() -> None:
    communities, grids, houses = clean()
    grids[0] = replace(grids[0], shape=cell(0, 0, more=STEP * 0.6))

    found = examine(communities, grids, houses, profile=Profile())

    assert (Fault.BUILDING_IN_TWO, place(1), place(2)) in faults(found)


def test_finds_a_building_that_is_recorded_in_another_grid() -> None:
    communities, grids, houses = clean()
    houses[0] = replace(houses[0], path=place(4))

    found = examine(communities, grids, houses, profile=Profile())

    assert faults(found) == [(Fault.BUILDING_ELSEWHERE, place(4), place(1))]


def test_finds_a_building_that_lies_in_a_neighbouring_street() -> None:
    communities, grids, houses = clean()
    beyond = Ground("34/01/04/002/001/g001/", "base_grid", cell(5, 5), 400)
    inside = beyond.shape.centroid if beyond.shape else shapely.Point()
    houses[0] = replace(houses[0], lon=inside.x, lat=inside.y)

    found = examine(communities, grids, houses, around=[beyond], profile=Profile())

    assert faults(found) == [(Fault.BUILDING_ELSEWHERE, place(1), beyond.path)]


def test_leaves_a_school_in_a_dedicated_grid_in_peace_and_no_dwelling() -> None:
    communities, grids, houses = clean()
    campus = replace(grids[3], path=f"{COMMUNITY}s001/", kind="dedicated_grid")
    school = replace(houses[3], path=campus.path, has_dwellings=False)
    home = replace(houses[3], key="home", path=campus.path)

    found = examine(
        communities, [*grids[:3], campus], [*houses[:3], school, home], profile=Profile()
    )

    assert [(one.fault, one.building) for one in found] == [(Fault.BUILDING_IN_NONE, "home")]


def test_finds_borders_that_are_missing_or_cross_themselves() -> None:
    communities, grids, houses = clean()
    bow = shapely.Polygon([(117, 31), (117.1, 31.1), (117.1, 31), (117, 31.1)])
    grids.append(Ground(place(5), "micro_grid", None))
    grids.append(Ground(place(6), "micro_grid", bow))

    found = examine(communities, grids, houses, profile=Profile())

    assert faults(found) == [
        (Fault.NO_SHAPE, place(5), ""),
        (Fault.WRONG_SHAPE, place(6), ""),
    ]


def test_tells_what_nobody_has_drawn_yet_from_a_border_that_is_missing() -> None:
    communities, grids, houses = clean()
    communities[0] = replace(communities[0], shape=None)
    communities.append(Ground("34/01/04/001/201/", "village", None))

    found = examine(communities, grids, houses, profile=Profile())

    assert faults(found) == [
        (Fault.NO_SHAPE, communities[0].path, ""),
        (Fault.NOT_DRAWN, "34/01/04/001/201/", ""),
    ]


def test_warns_of_a_size_that_fits_neither_by_households_nor_by_residents() -> None:
    communities, grids, houses = clean()
    grids[0] = replace(grids[0], households=520, residents=1_200)
    grids[1] = replace(grids[1], households=520, residents=900)
    grids[2] = replace(grids[2], households=250, residents=None)

    found = examine(communities, grids, houses, profile=Profile())

    assert faults(found) == [
        (Fault.TOO_LARGE, place(1), ""),
        (Fault.TOO_SMALL, place(3), ""),
    ]


@settings(max_examples=40)
@given(st.floats(0.0001, 0.4), st.integers(0, 60))
def test_says_of_an_overlap_exactly_when_it_is_beyond_the_tolerance(
    share: float, tolerance: int
) -> None:
    communities, grids, _houses = clean()
    grids[0] = replace(grids[0], shape=cell(0, 0, more=STEP * share))
    common = area_m2(grids[0].shape.intersection(grids[1].shape))  # type: ignore[union-attr]

    found = examine(communities, grids, [], profile=Profile(tolerance_m2=tolerance))

    assert [one.fault for one in found] == ([Fault.OVERLAP] if common > tolerance else [])

"""The rules of grids … code them by a profile, size them by households or residents (网格规则)."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from quanyu.regions.rules import grids
from quanyu.regions.rules.grids import GRID_KINDS, Profile, Size, Sizes, WrongGrid
from quanyu.regions.rules.kinds import Kind
from quanyu.regions.rules.topology import area_m2, check_polygon

COMMUNITY = "340104001001"
NO_TYPE = dict.fromkeys(GRID_KINDS, "")


def test_code_twelve_digits_one_of_type_and_three_of_sequence() -> None:
    code = grids.code_of(Profile(), COMMUNITY, Kind.DEDICATED_GRID, 7)

    assert code == "3401040010012007"


def test_code_by_another_profile_without_a_digit_of_type() -> None:
    profile = Profile(digits=NO_TYPE, width=2)

    assert grids.code_of(profile, COMMUNITY, Kind.BASE_GRID, 7) == "34010400100107"
    assert profile.length == 14


def test_give_the_lowest_number_that_none_ever_bore() -> None:
    number = grids.free_number(
        Profile(),
        COMMUNITY,
        Kind.BASE_GRID,
        paths=["g001/", "g002/", "g004/", "s003/"],
        codes=["3401040010011001", "3401040010011002", "3401040010011004"],
    )

    assert number == 3


def test_pass_over_a_code_that_another_profile_gave() -> None:
    profile = Profile(digits=NO_TYPE)

    number = grids.free_number(
        profile, COMMUNITY, Kind.DEDICATED_GRID, paths=["g001/"], codes=[f"{COMMUNITY}001"]
    )

    assert number == 2


def test_say_when_no_number_is_left() -> None:
    every = [f"g{number:03d}/" for number in range(1, 100)]

    with pytest.raises(grids.NoNumberLeft):
        grids.free_number(Profile(width=2), COMMUNITY, Kind.BASE_GRID, paths=every, codes=[])


@pytest.mark.parametrize(
    "profile",
    [
        Profile(digits={**NO_TYPE, Kind.BASE_GRID: "1"}),
        Profile(digits=dict.fromkeys(GRID_KINDS, "1")),
        Profile(digits=dict.fromkeys(GRID_KINDS, "甲")),
        Profile(width=4),
        Profile(tolerance_m2=-1),
        Profile(sizes=Sizes(households_low=500, households_high=300)),
        Profile(sizes=Sizes(residents_low=0)),
    ],
)
def test_refuse_a_profile_that_cannot_be_kept(profile: Profile) -> None:
    with pytest.raises(grids.WrongProfile):
        grids.check_profile(profile)


@pytest.mark.parametrize(
    ("households", "residents", "size"),
    [
        (501, 1001, Size.TOO_LARGE),
        (501, 1000, Size.FIT),
        (500, 1001, Size.FIT),
        (299, 599, Size.TOO_SMALL),
        (299, 600, Size.FIT),
        (300, 1, Size.FIT),
        (612, None, Size.TOO_LARGE),
        (268, None, Size.TOO_SMALL),
        (None, 5000, Size.FIT),
    ],
)
def test_size_a_grid_by_households_or_residents(
    households: int | None, residents: int | None, size: Size
) -> None:
    assert grids.size_of(households, residents, Sizes()) == size


@given(st.integers(0, 2_000), st.integers(0, 5_000))
def test_one_of_the_two_within_its_range_is_enough(households: int, residents: int) -> None:
    fits = 300 <= households <= 500 or 600 <= residents <= 1_000

    assert not fits or grids.size_of(households, residents, Sizes()) is Size.FIT


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon([(117, 31), (117.1, 31.1), (117.1, 31), (117, 31.1)]),
        shapely.LineString([(117, 31), (117.1, 31.1)]),
        shapely.box(500_000, 3_500_000, 500_100, 3_500_100),
        shapely.Polygon(),
    ],
    ids=["self-crossing", "a line", "metres", "nothing"],
)
def test_refuse_what_is_no_polygon_on_earth(shape: shapely.Geometry) -> None:
    with pytest.raises(WrongGrid):
        check_polygon(shape)


def test_measure_an_area_in_square_metres() -> None:
    side = 100 / 111_320
    square = shapely.box(117, 31.8, 117 + side / 0.8498925, 31.8 + side)

    assert area_m2(square) == pytest.approx(10_000, rel=1e-3)

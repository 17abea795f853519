"""A city at full size, out of one seed: here two of its streets, by the same path (全市规模)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.demo.cast import CITY, STREET
from quanyu.demo.net import TOP
from quanyu.demo.scale import article, census, growing, quarters, settling
from quanyu.demo.scale.layout import Area, laid_out
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting, set_scope
from quanyu.kernel.errors import Denied
from quanyu.kernel.operations.faults import Fault
from quanyu.organisations.actions import SAMPLE_DAY, NewBody, NewCover, cover_all, found_bodies
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.covering import Tie
from quanyu.regions import actions, queries
from quanyu.regions.engine import Wishes
from quanyu.regions.models import Building, Estate, GridFinding, Region, Siting
from quanyu.regions.rules import Kind, parent
from quanyu.regions.rules.grids import number_of
from quanyu.regions.rules.layouts import Layout
from tests.conftest import truncate
from tests.demo.conftest import AT

pytestmark = pytest.mark.django_db

HOLE = (-900.0, -750.0, 900.0, 550.0)


@dataclass(frozen=True)
class Grown:
    """Two streets of a city, and what growing said of them."""

    home: Path
    streets: list[str]
    wanted: dict[str, int]
    """Grids by community."""
    figures: dict[str, float]


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Grown]:
    """Let two streets grow once for all tests that look at them."""
    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock():
        truncate()
        _weave_demo_street()
        figures = growing.grow(home=home, at=AT, most_streets=2)
        streets = settling.planned(seed=growing.SEED)[:2]
        wanted = {one.path: one.grids for street in streets for one in street.wanted}
        yield Grown(home, [street.path for street in streets], wanted, dict(figures))
        truncate()


def _weave_demo_street() -> None:
    """Found some of what the demo brings itself: a branch with its grid, a group and a firm."""
    kinds = {
        TOP: BodyKind.PARTY_WORK_COMMITTEE,
        "own-branch": BodyKind.BRANCH,
        "own-group": BodyKind.PARTY_GROUP,
        "own-firm": BodyKind.PROPERTY_FIRM,
    }
    with acting(system(CITY, job="test")) as actor:
        bodies = [
            NewBody(code, kind, code, STREET, start=SAMPLE_DAY) for code, kind in kinds.items()
        ]
        branch = found_bodies(bodies=bodies, actor=actor, at=AT)[1]
        grid = next(one for one in queries.households_in(CITY) if one.startswith(STREET))
        cover_all(covers=[NewCover(branch.pk, Tie.GRID, grid)], actor=actor, at=AT)


@pytest.fixture
def grown(built: Grown, db: None) -> Grown:
    set_scope(system(CITY, job="test"))
    return built


def _grids(street: str) -> list[Region]:
    rows = Region.objects.standing().within(street).filter(kind=Kind.BASE_GRID)
    return list(rows.order_by("path"))


# ------------------------------------------------------------------ the whole city, on paper


def test_the_whole_city_is_planned_for_exactly_so_many_grids_and_communities() -> None:
    streets = settling.planned(seed=1)
    wanted = [one for street in streets for one in street.wanted]

    communities = {one.path for one in wanted} | {one.path for one in queries.children(STREET)}
    assert len(communities) == 1_046
    assert sum(one.grids for one in wanted) + len(_grids(STREET)) == settling.GRIDS
    assert 2_450_000 < sum(one.households for one in wanted) < 2_550_000
    assert all(300 * one.grids <= one.households <= 500 * one.grids for one in wanted)


def test_the_same_seed_gives_the_same_city_and_another_seed_another() -> None:
    one, same, other = (settling.planned(seed=seed) for seed in (1, 1, 2))

    assert _said(one) == _said(same)
    assert _said(one) != _said(other)


def _said(streets: list[settling.Street]) -> list[object]:
    return [
        (one.path, one.grids, one.households, one.lot.corners.tolist())
        for street in streets
        for one in street.wanted
    ]


@given(
    people=st.lists(st.floats(0.1, 1000), min_size=1, max_size=60),
    more=st.integers(0, 400),
)
@settings(max_examples=50)
def test_grids_are_shared_out_to_the_last_one(people: list[float], more: int) -> None:
    number = census.LEAST * len(people) + more

    found = census.apportioned(np.array(people), number)

    assert found.sum() == number
    assert found.min() >= census.LEAST


@given(counts=st.lists(st.integers(1, 99), min_size=1, max_size=60), more=st.integers(0, 5_000))
@settings(max_examples=50)
def test_households_are_scaled_to_their_total(counts: list[int], more: int) -> None:
    found = quarters.scaled(np.array(counts), len(counts) + more)

    assert found.sum() == len(counts) + more
    assert found.min() >= 1


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12), seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_every_community_has_ground_of_its_own_around_the_street(
    sizes: list[int], seed: int
) -> None:
    streets = {f"s{n}": [f"{n:03d}{k:03d}" for k in range(size)] for n, size in enumerate(sizes)}

    lots = laid_out([Area("a", is_inner=True, streets=streets)], HOLE, seed)

    shapes = [shapely.Polygon(lot.corners) for lot in lots.values()]
    apart = shapely.union_all([*shapes, shapely.box(*HOLE)]).area
    assert len(lots) == sum(sizes)
    assert apart == pytest.approx(sum(one.area for one in shapes) + shapely.box(*HOLE).area)


# ------------------------------------------------------------------ two streets, built


def test_each_community_gets_the_grids_it_was_planned_for(grown: Grown) -> None:
    grids = [grid for street in grown.streets for grid in _grids(street)]

    assert Counter(grid.parent_path for grid in grids) == grown.wanted
    assert len(grids) + len(_grids(STREET)) == grown.figures["grids"]
    assert all(300 <= (grid.households or 0) <= 500 for grid in grids)
    assert all(grid.is_sample for grid in grids)


def test_grids_are_coded_by_the_profile_one_after_another(grown: Grown) -> None:
    profile = queries.profiles.profile(grown.streets[0], on=AT.date())
    for community, number in grown.wanted.items():
        rows = Region.objects.standing().filter(parent_path=community)
        given = [
            number_of(profile, code, Kind.BASE_GRID) for code in rows.values_list("code", flat=True)
        ]
        assert sorted(given) == list(range(1, number + 1))


def test_every_building_stands_in_one_grid_which_its_point_lies_in(grown: Grown) -> None:
    for street in grown.streets:
        houses = list(Building.objects.standing().within(street))
        points = np.array([(house.lon, house.lat) for house in houses])

        assert [house.region_path for house in houses] == list(queries.locate(points))
        today = Siting.objects.filter(building__in=houses, valid_to=None)
        assert dict(today.values_list("building", "region_path")) == {
            house.pk: house.region_path for house in houses
        }
        estates = dict(Estate.objects.within(street).values_list("pk", "region_path"))
        assert all(estates[house.estate_id] == parent(house.region_path) for house in houses)


def test_households_add_up_from_the_buildings_to_the_street(grown: Grown) -> None:
    for street in grown.streets:
        houses = Building.objects.standing().within(street)
        counted: Counter[str] = Counter()
        for path, households in houses.values_list("region_path", "households"):
            counted[path] += households
        assert counted == {grid.path: grid.households for grid in _grids(street)}
        assert Region.objects.standing().get(path=street).households == counted.total()


def test_the_check_finds_no_gap_and_no_overlap(grown: Grown) -> None:
    assert (grown.figures["faults"], grown.figures["without_border"]) == (0, 0)
    assert not GridFinding.objects.visible_to(system(CITY, job="test")).exists()


def test_the_net_counted_from_records_is_the_one_planned(grown: Grown) -> None:
    found = grown.figures
    wanted = article.counts().scaled(int(found["grids"]))

    assert {name: found[name] for name in article.SCALED} == {
        name: getattr(wanted, name) for name in article.SCALED
    }
    assert {level: found[f"centres_{level}"] for level in wanted.centres} == wanted.centres
    assert found["departments"] == 32
    assert found["grids_own"] + found["grids_joint"] + found["grids_none"] == found["grids"]
    assert found["grids_none"] == len(_grids(STREET)) - 1  # the demo street has one branch here
    assert min(found["grids_own"], found["grids_joint"]) > 0


def test_a_second_time_changes_nothing(grown: Grown) -> None:
    before = Building.objects.count(), Region.objects.count(), Siting.objects.count()

    again = growing.grow(home=grown.home, at=AT, most_streets=2)

    assert {**again, "built_again": 0} == {**grown.figures, "built_again": 0}
    assert (Building.objects.count(), Region.objects.count(), Siting.objects.count()) == before


def test_another_seed_is_refused_where_a_city_stands(grown: Grown) -> None:
    with pytest.raises(Fault, match="another --home"):
        growing.grow(home=grown.home, at=AT, seed=2, most_streets=2)


def test_a_community_that_cannot_have_so_many_grids_is_named() -> None:
    [street, *_others] = settling.planned(seed=1)
    wanted = street.wanted[0]
    short = quarters.Wanted(wanted.path, wanted.lot, wanted.number, wanted.grids, 400)

    with pytest.raises(quarters.NoFit, match=wanted.lot.code):
        quarters.settle(short, Wishes(moves=10))


def test_a_stranger_lays_no_street(stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.lay_street(layout=Layout(STREET, {}, [], [], []), actor=stranger, at=at)

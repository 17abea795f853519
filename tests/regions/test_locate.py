"""A point lies in one grid, on a border too, or in none (点落网格)."""

import json
from datetime import datetime

import numpy as np
import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from quanyu.demo import geometry
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied
from quanyu.regions import actions, queries
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import Locator
from tests.conftest import person

LEFT, RIGHT = "34/01/04/001/001/g001/", "34/01/04/001/001/g002/"


@pytest.fixture
def pair() -> Locator:
    """Two squares that share the line x = 1, given in the wrong order."""
    return Locator([RIGHT, LEFT], [shapely.box(1, 0, 2, 1).wkb, shapely.box(0, 0, 1, 1).wkb])


@pytest.mark.parametrize(
    ("lon", "lat", "path"),
    [
        (0.5, 0.5, LEFT),
        (1.5, 0.5, RIGHT),
        (1.0, 0.5, LEFT),
        (1.0, 0.0, LEFT),
        (1.0, 1.0, LEFT),
        (2.0, 1.0, RIGHT),
        (0.0, 0.0, LEFT),
        (2.1, 0.5, ""),
        (float("nan"), 0.5, ""),
        (float("inf"), 0.5, ""),
    ],
)
def test_the_lowest_path_has_the_border(pair: Locator, lon: float, lat: float, path: str) -> None:
    assert pair.locate_point(lon, lat) == path


def test_a_batch_answers_in_the_order_it_was_asked(pair: Locator) -> None:
    points = np.array([[1.5, 0.5], [9.0, 9.0], [1.0, 0.5], [0.1, 0.1]])

    assert pair.locate(points).tolist() == [RIGHT, "", LEFT, LEFT]


def test_an_empty_batch_has_an_empty_answer(pair: Locator) -> None:
    assert pair.locate(np.empty((0, 2))).tolist() == []


def test_without_polygons_no_point_lies_anywhere() -> None:
    assert Locator([], []).locate_point(117.23, 31.82) == ""


@given(st.integers(0, 2**32 - 1))
def test_many_points_lie_where_one_by_one_they_lie(seed: int) -> None:
    chance = np.random.default_rng(seed)
    cells = [shapely.box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)]
    paths = [f"34/01/04/001/001/g{number:03d}/" for number in chance.permutation(9)]
    points = chance.integers(-1, 8, (int(chance.integers(30, 100)), 2)) / 2  # few, and many

    located = Locator(paths, [cell.wkb for cell in cells]).locate(points)

    expected = [
        min([p for p, c in zip(paths, cells, strict=True) if c.intersects(q)], default="")
        for q in shapely.points(points)
    ]
    assert located.tolist() == expected


def test_the_demo_point_lies_in_a_grid_of_its_street(db: None) -> None:
    found = queries.locate_point(*geometry.POINT)

    assert found.path.startswith("34/01/04/001/")
    assert [crumb.name for crumb in found.crumbs] == [
        "合肥市",
        "蜀山区",
        "三里庵街道",
        "绩溪路社区",
        "第六网格",
    ]


def test_a_point_outside_every_grid_lies_in_the_city(db: None) -> None:
    assert queries.locate_point(121.47, 31.23).path == "34/01/"


def test_without_any_geometry_a_point_lies_in_the_city(db: None) -> None:
    Region.objects.filter(level="grid").delete()
    queries.forget()

    assert queries.locate_point(*geometry.POINT).path == "34/01/"


def test_a_street_drawn_again_is_found_again(db: None, importer: Actor, at: datetime) -> None:
    Region.objects.filter(level="grid").delete()
    queries.forget()
    before = queries.locate_point(*geometry.POINT).path

    actions.load_street(actor=importer, at=at)

    assert (before, len(queries.locate_point(*geometry.POINT).crumbs)) == ("34/01/", 5)


def test_a_thousand_points_cost_no_query(db: None) -> None:
    queries.locate_point(*geometry.POINT)
    points = np.tile(np.array(geometry.POINT), (1_000, 1))

    with CaptureQueriesContext(connection) as asked:
        queries.places(queries.locate(points).tolist())

    assert len(asked) == 0


def test_grids_fill_their_communities_without_gap_or_overlap(db: None) -> None:
    rows = Region.objects.filter(shape__isnull=False).values_list("path", "shape")
    shapes = {path: shapely.from_wkb(bytes(shape or b"")) for path, shape in rows}
    grids = [shape for path, shape in shapes.items() if "g" in path]
    one, other = shapely.STRtree(grids).query(grids, predicate="overlaps")

    assert len(one) == len(other) == 0
    whole = shapely.union_all(grids)
    assert whole.symmetric_difference(shapes["34/01/04/001/"]).area < 1e-12
    assert len(whole.interiors) == 0


def test_every_building_stands_in_its_grid(db: None) -> None:
    rows = Building.objects.values_list("region_path", "lon", "lat")
    paths, points = [row[0] for row in rows], np.array([row[1:] for row in rows])

    assert queries.locate(points).tolist() == paths


def test_grids_hold_three_to_five_hundred_households(db: None) -> None:
    rows = Region.objects.filter(level="grid").values_list("households", flat=True)

    assert all(300 <= (households or 0) <= 500 for households in rows)


def test_everything_drawn_says_that_it_is_a_sample(db: None) -> None:
    assert not Region.objects.filter(shape__isnull=False, is_sample=False).exists()
    assert not Building.objects.filter(is_sample=False).exists()


def test_the_shipped_street_is_what_the_seed_draws() -> None:
    drawn = geometry.draw()["features"]
    shipped = json.loads(geometry.FILE.read_text(encoding="utf-8"))["features"]

    assert isinstance(drawn, list)
    assert [one["properties"] for one in drawn] == [one["properties"] for one in shipped]


def test_the_shipped_street_is_small() -> None:
    assert geometry.FILE.stat().st_size < 600_000


def test_loading_the_street_again_keeps_its_buildings(
    db: None, importer: Actor, at: datetime
) -> None:
    before = set(Building.objects.values_list("id", flat=True))

    again = actions.load_street(actor=importer, at=at)

    assert again == actions.Loaded(grids=44, estates=54, buildings=605, roads=17)
    assert set(Building.objects.values_list("id", flat=True)) == before


def test_the_street_needs_its_tree(db: None, importer: Actor, at: datetime) -> None:
    Region.objects.filter(path="34/01/04/001/").delete()

    with pytest.raises(Denied):
        actions.load_street(actor=importer, at=at)


def test_denies_a_stranger_the_street(db: None, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.load_street(actor=person(Role.SYS_ADMIN, "34/02/"), at=at)

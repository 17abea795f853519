"""Found, draw and end a grid … inside its community, apart from others (网格的设立与划定)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.regions import actions, queries
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import profiles
from quanyu.regions.rules import grids
from quanyu.regions.rules.grids import Profile, Sizes, WrongGrid
from quanyu.regions.rules.kinds import Kind
from tests.conftest import person

COMMUNITY = "34/01/04/001/001/"
GRID = f"{COMMUNITY}g001/"
DAY = date(2026, 3, 2)
SQUARE = shapely.box(117.2212, 31.8236, 117.2218, 31.8240)
"""Inside the first grid of the community."""

BOW = shapely.Polygon([(117.22, 31.82), (117.23, 31.83), (117.23, 31.82), (117.22, 31.83)])


@pytest.fixture
def keeper() -> Actor:
    return person(Role.COMMANDER, "34/01/04/001/")


@pytest.fixture
def far() -> Actor:
    """The same role in another district."""
    return person(Role.COMMANDER, "34/01/03/001/")


def shape_of(path: str) -> Any:
    row = Region.objects.standing().get(path=path)
    return shapely.from_wkb(bytes(row.shape or b""))


@pytest.fixture
def school(act: Any, keeper: Actor, at: datetime) -> Region:
    row: Region = act(
        actions.found_grid,
        community=COMMUNITY,
        kind="dedicated_grid",
        name="实验小学网格",
        shape=SQUARE,
        actor=keeper,
        at=at,
    )
    return row


def test_gives_the_next_free_code_of_its_kind(school: Region) -> None:
    assert (school.code, school.path) == ("3401040010012001", f"{COMMUNITY}s001/")
    assert queries.is_known(school.path)
    assert Record.objects.filter(topic="grid.found").count() == 1


def test_a_point_in_a_dedicated_grid_still_lies_in_its_base_grid(school: Region) -> None:
    middle = SQUARE.centroid

    assert queries.locate_point(middle.x, middle.y).path == GRID


def test_follows_the_profile_that_holds(act: Any, keeper: Actor, at: datetime) -> None:
    profile = Profile(digits=dict.fromkeys(grids.GRID_KINDS, ""))
    clerk = person(Role.DISTRICT_ADMIN, "34/01/04/")
    act(actions.set_profile, place="34/01/04/", profile=profile, actor=clerk, at=at)

    row = act(
        actions.found_grid,
        community=COMMUNITY,
        kind="micro_grid",
        name="一幢微网格",
        actor=keeper,
        at=at,
    )

    assert row.code == "340104001001001"


def test_never_gives_a_code_again(act: Any, school: Region, keeper: Actor, at: datetime) -> None:
    later = at + timedelta(days=9)
    act(actions.end_grid, path=school.path, actor=keeper, at=later)

    row = act(
        actions.found_grid,
        community=COMMUNITY,
        kind="dedicated_grid",
        name="实验小学网格",
        shape=SQUARE,
        actor=keeper,
        at=later,
    )

    assert row.code == "3401040010012002"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "street"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "第一网格"}, "name"),
        ({"community": "34/01/04/001/999/"}, "community"),
        ({"shape": shapely.box(117.0, 31.0, 117.1, 31.1)}, "shape"),
        ({"kind": "base_grid"}, "shape"),
        (
            {"shape": BOW},
            "shape",
        ),
        ({"start": date(2026, 3, 3)}, "start"),
        ({"start": date(2020, 1, 1)}, "start"),
    ],
    ids=[
        "unknown kind",
        "no name",
        "a name that is there",
        "no such community",
        "outside its community",
        "over another base grid",
        "self-crossing",
        "from tomorrow",
        "before its community",
    ],
)
def test_says_which_field_is_wrong(
    act: Any, keeper: Actor, at: datetime, given: dict[str, Any], field: str
) -> None:
    facts = {"community": COMMUNITY, "kind": "dedicated_grid", "name": "园区网格", "shape": SQUARE}

    with pytest.raises((WrongGrid, grids.WrongGridDay)) as no:
        act(actions.found_grid, **(facts | given), actor=keeper, at=at)

    assert no.value.field == field


def test_is_not_for_a_stranger(act: Any, far: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(
            actions.found_grid,
            community=COMMUNITY,
            kind="micro_grid",
            name="微网格",
            actor=far,
            at=at,
        )


def test_is_not_for_a_grid_worker(act: Any, grid_worker: Actor, at: datetime) -> None:
    with pytest.raises(grids.NotGridKeeper):
        act(
            actions.found_grid,
            community=COMMUNITY,
            kind="micro_grid",
            name="微网格",
            actor=grid_worker,
            at=at,
        )


# ------------------------------------------------------------------ draw


def test_keeps_the_border_before_with_its_days(act: Any, keeper: Actor, at: datetime) -> None:
    whole = shape_of(GRID)
    smaller = whole.intersection(shapely.box(117.22, 31.82, 117.2225, 31.83))

    act(actions.draw_grid, path=GRID, shape=smaller, actor=keeper, at=at)

    rows = list(Region.objects.filter(path=GRID).order_by("valid_from"))
    assert [(row.valid_from, row.valid_to) for row in rows] == [
        (date(2023, 6, 30), DAY),
        (DAY, None),
    ]
    assert shapely.from_wkb(bytes(rows[0].shape or b"")).equals(whole)
    assert shape_of(GRID).equals(smaller)


def test_houses_the_buildings_that_lie_in_the_new_border(
    act: Any, keeper: Actor, at: datetime
) -> None:
    second = f"{COMMUNITY}g002/"
    whole = shape_of(GRID)
    kept = whole.intersection(shapely.box(117.22, 31.82, 117.2225, 31.83))
    act(actions.draw_grid, path=GRID, shape=kept, actor=keeper, at=at)
    grown = shapely.union(shape_of(second), whole.difference(kept))
    before = Building.objects.filter(region_path=second).count()

    act(actions.draw_grid, path=second, shape=_one(grown), actor=keeper, at=at)

    moved = Building.objects.filter(region_path=second)
    assert moved.count() > before
    assert sum(moved.values_list("households", flat=True)) == (
        Region.objects.standing().get(path=second).households
    )


def test_says_on_which_day_the_households_were_counted(
    act: Any, keeper: Actor, at: datetime
) -> None:
    act(actions.draw_grid, path=GRID, shape=shape_of(GRID).buffer(-0.0001), actor=keeper, at=at)
    strayed = Building.objects.filter(region_path=f"{COMMUNITY}g002/")[0]
    Building.objects.filter(pk=strayed.pk).update(region_path=GRID)
    later = at + timedelta(days=9)

    border = shape_of(f"{COMMUNITY}g002/")
    act(actions.draw_grid, path=f"{COMMUNITY}g002/", shape=border, actor=keeper, at=later)

    assert Region.objects.standing().get(path=GRID).counted_on == later.date()


def test_refuses_a_border_over_another_base_grid(act: Any, keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongGrid, match="重叠"):
        act(
            actions.draw_grid,
            path=GRID,
            shape=shapely.union(shape_of(GRID), shape_of(f"{COMMUNITY}g002/")),
            actor=keeper,
            at=at,
        )


def test_draw_is_not_for_a_stranger(act: Any, far: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(actions.draw_grid, path=GRID, shape=SQUARE, actor=far, at=at)


# ------------------------------------------------------------------ end


def test_an_ended_grid_stays_in_the_history(
    act: Any, school: Region, keeper: Actor, at: datetime
) -> None:
    act(actions.end_grid, path=school.path, actor=keeper, at=at + timedelta(days=1))

    assert not queries.is_known(school.path)
    assert queries.name_on(school.path, DAY) == "实验小学网格"


def test_refuses_to_end_a_grid_with_buildings(act: Any, keeper: Actor, at: datetime) -> None:
    with pytest.raises(grids.StillHeld):
        act(actions.end_grid, path=GRID, actor=keeper, at=at)


def test_refuses_to_end_a_grid_on_the_day_it_began(
    act: Any, school: Region, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(grids.WrongGridDay):
        act(actions.end_grid, path=school.path, actor=keeper, at=at)


def test_end_is_not_for_a_stranger(act: Any, school: Region, far: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(actions.end_grid, path=school.path, actor=far, at=at)


# ------------------------------------------------------------------ the profile


def test_a_profile_holds_from_its_day_on(act: Any, at: datetime) -> None:
    clerk = person(Role.DISTRICT_ADMIN, "34/01/04/")
    mine = Profile(tolerance_m2=5, sizes=Sizes(residents_high=1_200))

    act(actions.set_profile, place="34/01/04/", profile=mine, actor=clerk, at=at)

    assert profiles.profile(GRID, on=DAY).tolerance_m2 == 5
    assert profiles.profile(GRID, on=DAY - timedelta(days=1)).tolerance_m2 == 20
    assert profiles.profile("34/01/03/001/", on=DAY).tolerance_m2 == 20


def test_a_profile_does_not_begin_before_the_one_that_holds(act: Any, at: datetime) -> None:
    clerk = person(Role.DISTRICT_ADMIN, "34/01/04/")
    act(actions.set_profile, place="34/01/04/", profile=Profile(), actor=clerk, at=at)

    with pytest.raises(grids.WrongGridDay):
        act(actions.set_profile, place="34/01/04/", profile=Profile(), actor=clerk, at=at)


def test_a_profile_is_not_for_a_stranger(act: Any, at: datetime) -> None:
    clerk = person(Role.DISTRICT_ADMIN, "34/01/03/")

    with pytest.raises(Denied):
        act(actions.set_profile, place="34/01/04/", profile=Profile(), actor=clerk, at=at)


def test_the_kinds_of_grids_are_told_by_their_paths() -> None:
    assert [grids.kind_of_part(part) for part in ("g001/", "s001/", "u001/", "001/")] == [
        Kind.BASE_GRID,
        Kind.DEDICATED_GRID,
        Kind.MICRO_GRID,
        None,
    ]


def _one(shape: Any) -> Any:
    """Return the polygon of a union, without the slivers of rounding."""
    return max(shapely.get_parts(shape.buffer(1e-7).buffer(-1e-7)), key=lambda part: part.area)

"""The tree on any day, what two days differ by, coverage and its lists (组织树、网格覆盖)."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions
from quanyu.organisations.models import Body, Footing
from quanyu.organisations.queries import net as found
from quanyu.organisations.queries.charting import chart
from quanyu.organisations.queries.coverage import coverage, covers_of
from quanyu.organisations.rules.chart import HIGH, Branch, layout, size
from quanyu.organisations.rules.covering import Covered
from quanyu.organisations.rules.net import Differs, Stood, differences
from quanyu.regions import actions as places
from quanyu.regions import queries as regions
from quanyu.regions.models import Building
from quanyu.regions.queries import answering
from tests.organisations.conftest import COMMUNITY, GRIDS, STREET, Net, person
from tests.organisations.posts import do
from tests.seat import browser_of


@pytest.fixture
def merged(net: Net, officer: Actor, at: datetime, on: date) -> Net:
    """Ninety days ago the first branch went into the second; both had a grid."""
    for body, grid in ((net.first, GRIDS[0]), (net.second, GRIDS[1])):
        actions.cover(
            body_id=body.pk,
            tie="grid",
            grid=grid,
            day=on - timedelta(days=300),
            actor=officer,
            at=at,
        )
    actions.merge_body(
        body_id=net.first.pk,
        into=net.second.pk,
        name="一二网格联合党支部",
        kind="joint_party_branch",
        day=on - timedelta(days=90),
        actor=officer,
        at=at,
    )
    return net


def names(rows: tuple[found.Node, ...]) -> list[str]:
    return [row.code for row in rows]


def test_the_tree_stands_as_it_stood_that_day(merged: Net, on: date) -> None:
    past = on - timedelta(days=200)

    assert names(found.below(merged.community.pk, on=past)) == ["net-first", "net-second"]
    assert names(found.below(merged.first.pk, on=past)) == ["net-group"]
    assert names(found.below(merged.community.pk, on=on)) == ["net-second"]
    assert names(found.below(merged.second.pk, on=on)) == ["net-group"]
    assert found.node(merged.first.pk, on=on) is None
    assert found.below(merged.community.pk, on=on - timedelta(days=500)) == ()


def test_the_way_up_and_the_roots(merged: Net, on: date) -> None:
    assert names(found.way_up(merged.group.pk, on=on)) == [
        "net-street",
        "net-community",
        "net-second",
    ]
    party = names(found.roots("party", on=on, place=STREET).rows)
    assert "net-street" in party
    assert "net-community" not in party
    assert "net-office" in names(found.roots("state", on=on, place=STREET).rows)
    assert found.roots("nothing", on=on).rows == ()


def test_a_commanded_agency_stands_under_its_street_too(
    net: Net, team: Body, commander: Actor, at: datetime, on: date
) -> None:
    key = team.pk
    actions.command_agency(agency_id=key, commander_id=net.office.pk, actor=commander, at=at)

    (node,) = found.below(net.office.pk, on=on)

    assert (node.id, node.is_commanded) == (key, True)
    street = found.node(net.office.pk, on=on)
    assert street is not None
    assert street.below == 1
    way = found.commander(key, on=on)
    assert way is not None
    assert way.id == net.office.pk


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("第二网格", ["net-second"]),
        ("dewgdzb", ["net-second"]),
        ("NET-SEC", ["net-second"]),
        ("第一网格", []),
        ("没有的", []),
        ("", []),
    ],
)
def test_is_found_by_name_letters_and_code(net: Net, on: date, said: str, codes: list[str]) -> None:
    wanted = [one.code for one in found.find(said, on=on) if one.code.startswith("net-")]

    assert wanted == (codes or (["net-first"] if said == "第一网格" else []))


def test_is_found_by_its_former_name(merged: Net, on: date) -> None:
    (node,) = [one for one in found.find("第二网格党支部", on=on) if one.code == "net-second"]

    assert (node.was, node.name) == ("第二网格党支部", "一二网格联合党支部")


def test_two_days_differ_by_what_was_done_between_them(merged: Net, on: date) -> None:
    rows = found.difference(on, on - timedelta(days=200), place=COMMUNITY)

    said = {row.body_id: set(row.in_what) for row in rows}
    assert said == {
        merged.first.pk: {Differs.ENDED},
        merged.second.pk: {Differs.RENAMED, Differs.RECAST},
        merged.group.pk: {Differs.HUNG},
    }
    assert found.difference(on, on, place=COMMUNITY) == ()


def test_several_bodies_are_asked_for_at_once(merged: Net, on: date) -> None:
    past = on - timedelta(days=200)
    keys = [merged.street.pk, merged.community.pk, merged.first.pk, merged.office.pk]

    with CaptureQueriesContext(connection) as one:
        alone = {keys[1]: found.below(keys[1], on=past)}
    with CaptureQueriesContext(connection) as all_of_them:
        together = found.below_each(keys, on=past)

    assert together == {key: found.below(key, on=past) for key in keys}
    assert together[keys[1]] == alone[keys[1]]
    assert len(all_of_them) == len(one)


def test_the_difference_is_that_of_all_who_stood_on_either_day(
    merged: Net, officer: Actor, at: datetime, on: date
) -> None:
    """Only the rows that hold on one of the days are read; nobody is lost by it."""
    renamed = on - timedelta(days=40)
    actions.rename_body(
        body_id=merged.second.pk, name="梧桐党支部", day=renamed, actor=officer, at=at
    )

    def stood(day: date) -> dict[Any, Stood]:
        fields = ("body", "name", "name_en", "kind", "region_path", "parent")
        rows = Footing.objects.on(day).order_by("region_path", "body").values_list(*fields)
        return {key: Stood(*rest) for key, *rest in rows}

    days = [on - timedelta(days=n) for n in (0, 39, 40, 41, 90, 91, 200, 900)]
    for early, late in itertools.combinations(sorted(days), 2):
        assert found.difference(late, early) == differences(stood(early), stood(late))


def test_a_body_tells_how_it_stood_and_where_it_went(merged: Net, on: date) -> None:
    assert [(step.change, step.name) for step in found.steps(merged.second.pk)] == [
        ("合并", "一二网格联合党支部"),
        ("设立", "第二网格党支部"),
    ]
    went = found.went_into(merged.first.pk)
    assert went is not None
    assert (went.id, went.on) == (merged.second.pk, on - timedelta(days=90))
    assert [way.id for way in found.made_of(merged.second.pk)] == [merged.first.pk]


# ------------------------------------------------------------------ coverage


def test_tells_own_joint_and_none_on_any_day(merged: Net, officer: Actor, on: date) -> None:
    now = coverage(officer, on=on, place=COMMUNITY)
    then = coverage(officer, on=on - timedelta(days=200), place=COMMUNITY)

    grids = len(regions.grids_in(COMMUNITY))
    assert now.figures == {Covered.OWN: 0, Covered.JOINT: 2, Covered.NONE: grids - 2}
    assert then.figures == {Covered.OWN: 2, Covered.JOINT: 0, Covered.NONE: grids - 2}
    assert {one.with_others for one in now.of("joint")} == {1}
    assert [one.place for one in covers_of(merged.second.pk, on=on)] == list(GRIDS[:2])


def test_counts_base_grids_and_the_others_apart(
    net: Net, commander: Actor, at: datetime, on: date
) -> None:
    square = shapely.box(117.2212, 31.8236, 117.2218, 31.8240)
    campus = do(
        places.found_grid,
        community=f"{STREET}001/",
        kind="dedicated_grid",
        name="实验小学网格",
        shape=square,
        actor=commander,
        at=at,
    )
    base = f"{STREET}001/g001/"
    for grid in (base, campus.path):
        do(
            actions.cover,
            body_id=net.first.pk,
            tie="grid",
            grid=grid,
            day=on,
            actor=commander,
            at=at,
        )

    whole = coverage(commander, on=on, place=f"{STREET}001/")

    assert [one.path for one in whole.of("others")] == [campus.path]
    assert campus.path not in {one.path for one in whole.grids}
    assert sum(whole.figures.values()) == len(whole.grids)
    assert {one.path: one.covered for one in whole.grids}[base] is Covered.OWN


def test_answers_for_a_place_on_its_day(merged: Net, commander: Actor, at: datetime) -> None:
    house = Building.objects.filter(region_path=GRIDS[0]).order_by("pk").first()
    assert house is not None
    on = timezone.localdate(at)
    facts: dict[str, Any] = {"body_id": merged.group.pk, "tie": "building", "day": on}
    do(actions.cover, building_id=house.pk, **facts, actor=commander, at=at)

    def told(day: date) -> list[tuple[str, str]]:
        asked = answering.Asked(building=house.pk)
        found = answering.who_answers(asked, on=day, actor=commander).standing
        return [(one.kind, one.title) for one in found if one.kind in {"branch", "group"}]

    assert told(on) == [("branch", "一二网格联合党支部"), ("group", "一幢党小组")]
    assert told(on - timedelta(days=200)) == [("branch", "第一网格党支部")]
    browser, asked = browser_of(commander), {"building": str(house.pk), "on": on.isoformat()}
    assert "一二网格联合党支部" in browser.get("/desk/who", asked).content.decode()
    told_out = browser.get("/api/v1/places/who", asked).json()["standing"]
    assert [one["kind"] for one in told_out][-2:] == ["branch", "group"]


SEATS = [
    (Role.PARTY_OFFICER, STREET),
    (Role.PARTY_OFFICER, COMMUNITY),
    (Role.COMMANDER, STREET),
    (Role.DISTRICT_ADMIN, "34/01/04/"),
    (Role.DISPATCHER, STREET),
    (Role.COMMUNITY_OFFICER, COMMUNITY),
    (Role.GRID_WORKER, GRIDS[0]),
    (Role.SYS_ADMIN, "34/01/"),
]


@pytest.mark.parametrize(("role", "place"), SEATS)
def test_every_figure_is_as_long_as_its_list_for_every_role(
    merged: Net, on: date, role: Role, place: str
) -> None:
    whole = coverage(person(role, place), on=on)

    assert whole.grids
    assert all(one.path.startswith(place) for one in whole.grids)
    assert sum(whole.figures.values()) == len(whole.grids) == len(whole.of(""))
    assert all(count == len(whole.of(way)) for way, count in whole.figures.items())


def test_denies_another_place(merged: Net, officer: Actor, stranger: Actor, on: date) -> None:
    with pytest.raises(Denied):
        coverage(stranger, on=on, place=COMMUNITY)
    with pytest.raises(Denied):
        coverage(officer, on=on, place="34/01/04/")


# ------------------------------------------------------------------ chart


def test_a_chart_holds_everything_below(merged: Net, on: date) -> None:
    root = found.node(merged.street.pk, on=on)
    assert root is not None

    drawn = chart(root, on=on)

    assert size(drawn) == 4
    assert [one.name for one in drawn.below[0].below] == ["一二网格联合党支部"]


def test_boxes_never_lie_on_each_other() -> None:
    leaf = Branch("叶", "")
    root = Branch("根", "", below=(Branch("甲", "", below=(leaf, leaf)), leaf, Branch("乙", "")))

    boxes, _wide, high = layout(root)

    assert len(boxes) == size(root)
    for column in {box.x for box in boxes}:
        tops = sorted(box.y for box in boxes if box.x == column)
        assert all(later - top >= HIGH for top, later in itertools.pairwise(tops))
    assert max(box.y for box in boxes) + HIGH <= high + 0.01
    assert sum(box.from_y is None for box in boxes) == 1

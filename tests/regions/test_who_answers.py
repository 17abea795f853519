"""Who answers for a place on a day … is answered from the history, never a fault (谁来负责)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import shapely

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations import actions as organisations
from quanyu.regions import actions
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import answering
from quanyu.regions.queries.answering import Answer, Asked, NoPlace
from quanyu.regions.rules import WrongPath
from tests.conftest import person

COMMUNITY = "34/01/04/001/001/"
GRID, SECOND = f"{COMMUNITY}g001/", f"{COMMUNITY}g002/"
DAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
CITY = system("34/01/", job="tests")


@pytest.fixture
def keeper() -> Actor:
    return person(Role.COMMANDER, "34/01/04/001/")


def answer(asked: Asked, on: date = DAY, actor: Actor = CITY) -> Answer:
    set_scope(actor)
    return answering.who_answers(asked, on=on, actor=actor)


@pytest.fixture
def served(act: Any, keeper: Actor, at: datetime) -> None:
    for path, name in ((GRID, "何平"), (SECOND, "苏梅")):
        act(
            actions.appoint_contact,
            path=path,
            post="leader",
            name=name,
            start=date(2026, 1, 5),
            actor=keeper,
            at=at,
        )


def leaders(found: Answer) -> list[str]:
    return [one.name for one in found.contacts]


def test_names_the_grid_the_contacts_and_the_bodies(served: None) -> None:
    found = answer(Asked(path=GRID))

    assert [step.name for step in found.way][-3:] == ["三里庵街道", found.way[-2].name, "第一网格"]
    assert [(grid.path, grid.kind) for grid in found.grids] == [(GRID, "base_grid")]
    assert leaders(found) == ["何平"]
    assert found.bodies[0].basis == "territory"
    assert all(GRID.startswith(one.place_path) for one in found.bodies)
    assert found.standing == ()
    assert found.notes == ()


def test_the_past_is_answered_from_the_history_of_the_building(
    act: Any, served: None, keeper: Actor, at: datetime
) -> None:
    house = Building.objects.filter(region_path=GRID).order_by("name").first()
    assert house is not None
    act(actions.place_building, building_id=house.pk, path=SECOND, actor=keeper, at=at)

    asked = Asked(building=house.pk)

    assert leaders(answer(asked)) == ["苏梅"]
    assert leaders(answer(asked, on=DAY - timedelta(days=1))) == ["何平"]


def test_the_past_is_answered_from_the_borders_of_that_day(
    act: Any, served: None, keeper: Actor, at: datetime
) -> None:
    row = Region.objects.standing().get(path=GRID)
    whole = shapely.from_wkb(bytes(row.shape or b""))
    kept = whole.intersection(shapely.box(117.22, 31.82, 117.2225, 31.83))
    point = whole.difference(kept).representative_point()
    act(actions.draw_grid, path=GRID, shape=kept, actor=keeper, at=at)

    asked = Asked(point=(point.x, point.y))

    assert answer(asked, on=DAY - WEEK).path == GRID
    assert answer(asked).path == ""
    assert answer(asked).notes


def test_a_point_is_answered_with_every_grid_it_lies_in(
    act: Any, served: None, keeper: Actor, at: datetime
) -> None:
    square = shapely.box(117.2212, 31.8236, 117.2218, 31.8240)
    campus = act(
        actions.found_grid,
        community=COMMUNITY,
        kind="dedicated_grid",
        name="实验小学网格",
        shape=square,
        actor=keeper,
        at=at,
    )
    middle = square.centroid

    found = answer(Asked(point=(middle.x, middle.y)))

    assert [grid.path for grid in found.grids] == [GRID, campus.path]
    assert answer(Asked(point=(middle.x, middle.y)), on=DAY - WEEK).grids[1:] == ()


def test_a_body_that_came_later_did_not_answer_then(act: Any, at: datetime) -> None:
    clerk = person(Role.DISTRICT_ADMIN, "34/01/04/")
    team = act(
        organisations.found_body,
        code="lamp-team",
        kind="stationed_agency",
        name="路灯养护队",
        place="34/01/04/001/",
        actor=clerk,
        at=at,
    )
    act(
        organisations.assign_duty,
        body_id=team.pk,
        class_prefix="01",
        place="34/01/04/001/",
        basis="territory",
        actor=clerk,
        at=at,
    )

    assert "路灯养护队" in [one.name for one in answer(Asked(path=GRID)).bodies]
    before = answer(Asked(path=GRID), on=DAY - timedelta(days=1))
    assert "路灯养护队" not in [one.name for one in before.bodies]


@pytest.mark.parametrize("day", [date(1949, 10, 1), date(2023, 6, 29)])
def test_a_day_before_the_records_says_so(served: None, day: date) -> None:
    house = Building.objects.filter(region_path=GRID).first()
    assert house is not None

    for asked in (Asked(path=GRID), Asked(building=house.pk), Asked(point=(house.lon, house.lat))):
        found = answer(asked, on=day)
        assert found.notes
        assert (found.grids, found.contacts, found.bodies) == ((), (), ())


def test_says_from_when_contacts_are_known(served: None) -> None:
    found = answer(Asked(path=GRID), on=date(2026, 1, 4))

    assert found.contacts == ()
    assert "2026-01-05" in found.notes[0]


def test_says_when_a_grid_was_ended(act: Any, keeper: Actor, at: datetime) -> None:
    row = act(
        actions.found_grid,
        community=COMMUNITY,
        kind="micro_grid",
        name="一幢",
        actor=keeper,
        at=at,
    )
    act(actions.end_grid, path=row.path, actor=keeper, at=at + WEEK)

    assert answer(Asked(path=row.path), on=DAY).grids[0].name == "一幢"
    assert "2026-03-09" in answer(Asked(path=row.path), on=DAY + WEEK).notes[0]


def test_an_address_means_its_building(served: None) -> None:
    house = Building.objects.filter(region_path=GRID).order_by("name").first()
    assert house is not None

    found = answer(Asked(address=house.address))

    assert (found.path, found.building) == (GRID, house.address)


@pytest.mark.parametrize(
    "asked",
    [Asked(address="没有这样的路 1 号"), Asked(address="网格"), Asked(building=uuid4()), Asked()],
    ids=["unknown", "several", "no such building", "nothing"],
)
def test_a_place_that_is_none_or_many_is_refused(db: None, asked: Asked) -> None:
    with pytest.raises(NoPlace):
        answer(asked)


def test_a_path_that_is_none_is_refused(db: None) -> None:
    with pytest.raises(WrongPath):
        answer(Asked(path="nowhere"))


def test_an_unknown_place_says_so(db: None) -> None:
    assert answer(Asked(path=f"{COMMUNITY}g099/")).notes


def test_contacts_are_not_told_to_a_stranger(served: None, stranger: Actor) -> None:
    found = answer(Asked(path=GRID), actor=stranger)

    assert found.contacts == ()
    assert found.bodies


def test_says_of_which_day_the_households_are(db: None) -> None:
    Region.objects.filter(path=GRID).update(counted_on=date(2026, 3, 20))

    first, second = (answer(Asked(path=path)).grids[0] for path in (GRID, SECOND))

    assert first.counted_on == date(2026, 3, 20)
    assert second.counted_on == second.valid_from

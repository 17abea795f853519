"""Have the grids of a street looked at … faults are stored with their edition (网格检查)."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import shapely
import shapely.affinity

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied
from quanyu.regions import actions, jobs, queries
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import checking
from quanyu.regions.rules.grids import NotGridKeeper
from quanyu.regions.rules.topology import Fault
from tests.conftest import person

STREET = "34/01/04/001/"
GRID = f"{STREET}001/g001/"
WORKER = system("34/01/", job="regions.check_grids")


@pytest.fixture
def keeper() -> Actor:
    return person(Role.COMMANDER, STREET)


def checked(act: Any, keeper: Actor, at: datetime) -> checking.CheckEntry:
    asked = act(actions.ask_check, place=STREET, actor=keeper, at=at)
    set_scope(WORKER)
    jobs.check_grids(asked[0].pk, at)
    set_scope(keeper)
    found = checking.last_check(STREET, actor=keeper)
    assert found is not None
    return found


def test_finds_nothing_on_the_clean_street(act: Any, keeper: Actor, at: datetime) -> None:
    done = checked(act, keeper, at)

    assert (done.faults, done.warnings) == (0, 0)
    assert (done.communities, done.grids, done.buildings) == (6, 44, 605)
    assert done.edition == queries.edition()
    assert done.is_of_today


def test_finds_every_seeded_fault_and_no_other(act: Any, keeper: Actor, at: datetime) -> None:
    second, third = f"{STREET}001/g002/", f"{STREET}002/g001/"
    _redraw(GRID, lambda shape: shapely.affinity.translate(shape, xoff=0.0003))
    _redraw(third, lambda shape: shape.buffer(-0.0001))
    Region.objects.filter(path=f"{STREET}003/g001/").update(households=620)
    houses = Building.objects.filter(region_path=f"{STREET}004/g001/").order_by("name")
    lost, wrong = houses[0], houses[1]
    Building.objects.filter(pk=lost.pk).update(lon=117.5, lat=31.9)
    Building.objects.filter(pk=wrong.pk).update(region_path=f"{STREET}004/g002/")

    done = checked(act, keeper, at)

    found = checking.findings(done.id, actor=keeper)
    said = {(one.fault, one.path) for one in found}
    assert {
        (Fault.OVERLAP, GRID),
        (Fault.GAP, f"{STREET}001/"),
        (Fault.STICKS_OUT, GRID) if _sticks_out() else (Fault.OVERLAP, GRID),
        (Fault.GAP, f"{STREET}002/"),
        (Fault.TOO_LARGE, f"{STREET}003/g001/"),
        (Fault.BUILDING_IN_NONE, f"{STREET}004/g001/"),
        (Fault.BUILDING_ELSEWHERE, f"{STREET}004/g002/"),
    } <= said
    touched = (f"{STREET}001/", f"{STREET}002/", f"{STREET}003/", f"{STREET}004/")
    assert all(one.path.startswith(touched) for one in found)
    assert second not in {path for fault, path in said if fault is Fault.NO_SHAPE}
    assert checking.tally(done.id, actor=keeper)["too_large"] == done.warnings == 1
    assert {one.building for one in found if one.building} >= {lost.name, wrong.name}
    shapes: Any = checking.finding_shapes(done.id, actor=keeper)
    assert len(shapes["features"]) == len(found)


def test_a_second_run_of_the_job_changes_nothing(act: Any, keeper: Actor, at: datetime) -> None:
    done = checked(act, keeper, at)
    set_scope(WORKER)

    jobs.check_grids(done.id, at)

    assert checking.last_check(STREET, actor=WORKER) == done


def test_says_when_the_tree_was_redrawn_since(act: Any, keeper: Actor, at: datetime) -> None:
    checked(act, keeper, at)
    act(
        actions.found_grid,
        community=f"{STREET}001/",
        kind="micro_grid",
        name="一幢",
        actor=keeper,
        at=at,
    )

    found = checking.last_check(STREET, actor=keeper)

    assert found is not None
    assert not found.is_of_today


def test_one_under_way_is_taken_instead_of_a_second(act: Any, keeper: Actor, at: datetime) -> None:
    first = act(actions.ask_check, place=STREET, actor=keeper, at=at)

    again = act(actions.ask_check, place=f"{STREET}001/", actor=keeper, at=at)

    assert [one.pk for one in again] == [one.pk for one in first]
    assert checking.is_under_way(STREET, actor=keeper)


def test_a_district_is_asked_street_by_street(act: Any, at: datetime) -> None:
    clerk = person(Role.DISTRICT_ADMIN, "34/01/04/")

    asked = act(actions.ask_check, place="34/01/04/", actor=clerk, at=at)

    assert len(asked) == queries.count("34/01/04/")["street"]


def test_is_not_for_a_stranger(act: Any, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(actions.ask_check, place=STREET, actor=stranger, at=at)


def test_is_not_for_a_grid_worker(act: Any, grid_worker: Actor, at: datetime) -> None:
    with pytest.raises(NotGridKeeper):
        act(actions.ask_check, place=STREET, actor=grid_worker, at=at)


def test_findings_are_not_for_a_stranger(
    act: Any, keeper: Actor, stranger: Actor, at: datetime
) -> None:
    Region.objects.filter(path=GRID).update(households=9_000)
    done = checked(act, keeper, at)
    set_scope(stranger)

    assert checking.findings(done.id, actor=stranger) == []
    assert checking.last_check(STREET, actor=stranger) is None


def test_runs_as_the_system_alone(act: Any, keeper: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(actions.run_check, check_id=uuid4(), actor=keeper, at=at)


def _redraw(path: str, change: Any) -> None:
    row = Region.objects.get(path=path)
    shape = change(shapely.from_wkb(bytes(row.shape or b"")))
    Region.objects.filter(pk=row.pk).update(shape=shapely.to_wkb(shape))


def _sticks_out() -> bool:
    home, grid = (
        shapely.from_wkb(bytes(Region.objects.get(path=path).shape or b""))
        for path in (f"{STREET}001/", GRID)
    )
    return not grid.within(home)

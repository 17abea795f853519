"""Have the grids of a street looked at … faults are stored with their edition (网格检查)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import shapely
import shapely.affinity
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied
from quanyu.kernel.notices.models import Notice
from quanyu.regions import actions, jobs, queries
from quanyu.regions.actions import checking as checking_actions
from quanyu.regions.models import Building, GridCheck, Region
from quanyu.regions.queries import checking
from quanyu.regions.rules.findings import FAULTY, Mark, fresh
from quanyu.regions.rules.grids import NotGridKeeper
from quanyu.regions.rules.topology import Fault
from tests.conftest import person
from tests.seat import browser_of

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


def test_what_nobody_has_drawn_is_one_line_with_its_list(
    act: Any, keeper: Actor, at: datetime
) -> None:
    street, undrawn = "34/01/04/002/", Region.objects.standing().filter(level="community")
    count = undrawn.filter(parent_path=street, shape=None).count()
    keeper = person(Role.COMMANDER, street)
    asked = act(actions.ask_check, place=street, actor=keeper, at=at)
    set_scope(WORKER)
    jobs.check_grids(asked[0].pk, at)
    set_scope(keeper)

    done = checking.last_check(street, actor=keeper)
    browser = browser_of(keeper)
    page = browser.get(f"/desk/grids?place={street}")
    listed = browser.get(f"/desk/grids?place={street}&fault=not_drawn")

    assert done is not None
    assert count > 0
    assert (done.undrawn, done.faults, done.new_faults) == (count, 0, 0)
    assert page.context["undrawn"] == count
    assert page.context["rows"] == []
    assert len(listed.context["rows"]) == count


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


def test_a_district_of_many_streets_is_read_at_once(act: Any, at: datetime) -> None:
    clerk = person(Role.DISTRICT_ADMIN, "34/01/04/")
    for row in act(actions.ask_check, place="34/01/04/", actor=clerk, at=at)[1:5]:
        act(actions.run_check, check_id=row.pk, actor=WORKER, at=at)

    with CaptureQueriesContext(connection) as asked:
        found = checking.last_checks("34/01/04/", actor=clerk)

    assert len(found) == 4
    assert len(asked) == 2


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


# ------------------------------------------------------------------ each night


def told(who: Actor) -> list[Notice]:
    set_scope(system("34/01/", job="tests"))
    return list(Notice.objects.filter(account_id=str(who.id), topic=FAULTY).order_by("made_at"))


@pytest.fixture
def commander(db: None, keeper: Actor) -> Actor:
    """The street's commander, with an account."""
    browser_of(keeper)
    return keeper


def by_night(at: datetime) -> None:
    set_scope(system("34/01/", job="regions.check_nightly"))
    jobs.check_nightly(at)
    for row in GridCheck.objects.filter(done_at=None):
        set_scope(WORKER)
        jobs.check_grids(row.pk, at)
        jobs.tell_keepers(row.pk, at)


def test_is_done_each_night_where_grids_stand(db: None, at: datetime) -> None:
    set_scope(system("34/01/", job="regions.check_nightly"))

    jobs.check_nightly(at)

    rows = GridCheck.objects.filter(done_at=None)
    assert [(one.region_path, one.asked_by) for one in rows] == [(STREET, None)]


def test_tells_the_keeper_of_what_is_new_and_once(commander: Actor, at: datetime) -> None:
    Building.objects.filter(pk=Building.objects.filter(region_path=GRID)[0].pk).update(lon=117.5)

    by_night(at)
    by_night(at + timedelta(days=1))

    (notice,) = told(commander)
    assert (notice.words["count"], notice.words["total"]) == (1, 1)
    assert notice.link == f"/desk/grids?place={STREET}"


def test_tells_of_a_second_fault_as_new(commander: Actor, at: datetime) -> None:
    houses = Building.objects.filter(region_path=GRID).order_by("pk")
    Building.objects.filter(pk=houses[0].pk).update(lon=117.5)
    by_night(at)
    Building.objects.filter(pk=houses[1].pk).update(lon=117.5)

    by_night(at + timedelta(days=1))

    assert [one.words["count"] for one in told(commander)] == [1, 1]
    set_scope(commander)
    newest = checking.last_check(STREET, actor=commander)
    assert newest is not None
    assert (newest.faults, newest.new_faults) == (2, 1)
    found = checking.findings(newest.id, actor=commander)
    assert [one.is_new for one in found if one.building == houses[1].name] == [True]


def test_does_not_tell_who_asked(commander: Actor, act: Any, at: datetime) -> None:
    Building.objects.filter(pk=Building.objects.filter(region_path=GRID)[0].pk).update(lon=117.5)

    done = checked(act, commander, at)
    set_scope(WORKER)
    jobs.tell_keepers(done.id, at)

    assert told(commander) == []


def test_is_asked_for_by_the_clock_alone(act: Any, keeper: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(checking_actions.ask_nightly, actor=keeper, at=at)


GAP = Mark("gap", "a/", "", "", 117.22, 31.82)


@pytest.mark.parametrize(
    ("now", "before", "is_new"),
    [
        ([GAP], [], [True]),
        ([GAP], [GAP], [False]),
        ([GAP, GAP], [GAP], [False, True]),
        ([GAP], [replace(GAP, lon=117.2203)], [False]),
        ([GAP], [replace(GAP, lon=117.23)], [True]),
        ([GAP], [replace(GAP, fault="overlap")], [True]),
        ([replace(GAP, building="x", lat=None)], [replace(GAP, building="x", lon=1.0)], [False]),
    ],
)
def test_what_is_new_is_what_had_none_like_it(
    now: list[Mark], before: list[Mark], is_new: list[bool]
) -> None:
    assert fresh(now, before) == is_new

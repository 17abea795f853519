"""Make, draw, paint and decide a plan of grids … beside today's, by two hands (网格方案)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.regions import actions, jobs
from quanyu.regions.actions import reorganising
from quanyu.regions.models import (
    Allotment,
    Building,
    Plan,
    PlanPart,
    Region,
    Reorganisation,
    Target,
)
from quanyu.regions.queries import planning as queries
from quanyu.regions.rules.planning import (
    MIDDLE,
    NotNow,
    Wanted,
    Weight,
    WrongPlan,
    check_wanted,
    wishes,
)
from tests.conftest import STREET, person

COMMUNITY = f"{STREET}001/"
DAY = date(2026, 3, 9)
PROPOSAL: dict[str, Any] = {"reason": "户数不均", "ground": "示例文件", "day": DAY, "names": {}}
CITY = system("34/01/", job="tests")


@pytest.fixture
def secretary() -> Actor:
    return person(Role.COMMUNITY_SECRETARY, COMMUNITY)


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER)


@pytest.fixture
def made(act: Any, secretary: Actor, at: datetime) -> Plan:
    row: Plan = act(
        actions.make_plan,
        place=COMMUNITY,
        title="春季优化",
        reason="",
        wanted=Wanted(low=60, high=200, target=120),
        actor=secretary,
        at=at,
    )
    return row


@pytest.fixture
def draw(at: datetime, django_capture_on_commit_callbacks: Any) -> Callable[[Plan], PlanPart]:
    """Return what the worker does, and the community as it then stands."""

    def drawn(row: Plan) -> PlanPart:
        jobs.draw_plan(row.pk, at)
        set_scope(CITY)
        part = queries.part(row, COMMUNITY, actor=CITY)
        assert part is not None
        return part

    return drawn


def told(part: PlanPart) -> dict[str, str]:
    """Return the key of the grid of each building as drawn."""
    return {
        str(key): part.grids[number]["key"]
        for key, number in zip(part.buildings, part.grid, strict=True)
    }


def test_draws_every_building_of_the_community_once(
    made: Plan, draw: Callable[[Plan], PlanPart]
) -> None:
    part = draw(made)

    standing = Building.objects.within(COMMUNITY).values_list("pk", flat=True)
    assert sorted(part.buildings) == sorted(standing)
    assert set(part.grid) <= set(range(len(part.grids)))
    assert part.figures["proposal"]["non_contiguous"] == 0


def test_the_figures_are_those_of_the_rows(made: Plan, draw: Callable[[Plan], PlanPart]) -> None:
    part = draw(made)

    sizes = dict(Building.objects.within(COMMUNITY).values_list("pk", "households"))
    moved = [
        key
        for key, was, now in zip(part.buildings, part.today, part.grid, strict=True)
        if was not in {-1, now}
    ]
    assert part.figures["proposal"]["moved_households"] == sum(sizes[key] for key in moved)
    assert sum(one["after"] or 0 for one in part.grids) == sum(sizes.values())
    assert sum(one["before"] or 0 for one in part.grids) == sum(sizes.values())


def test_a_second_run_changes_nothing(
    made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    first = draw(made)

    again = draw(made)

    assert (again.pk, again.drawn_at) == (first.pk, first.drawn_at)


def test_counts_the_open_matters_of_each_grid(
    act: Any,
    secretary: Actor,
    made: Plan,
    draw: Callable[[Plan], PlanPart],
    accepted: Any,
) -> None:
    part = draw(made)

    set_scope(CITY)
    open_here = queries.open_matters.ask(COMMUNITY, CITY)
    expected = sum(len(spots) for spots in open_here)
    assert sum(one["matters_after"] for one in part.grids) == expected


def test_a_painted_building_stays_where_it_was_put(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    before = told(draw(made))
    key, was = next(iter(before.items()))
    other = next(grid for grid in before.values() if grid != was)

    act(
        actions.paint,
        plan_id=made.pk,
        community=COMMUNITY,
        locks={key: other},
        actor=secretary,
        at=at,
    )
    part = draw(made)

    assert told(part)[key] == other
    assert part.locks == {key: other}
    assert part.round == 2


def test_undo_goes_back_to_the_drawing_before(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    first = draw(made)
    wanted = Wanted(low=100, high=300, target=200)
    act(actions.redraw, plan_id=made.pk, wanted=wanted, actor=secretary, at=at)
    draw(made)

    row = act(actions.undo, plan_id=made.pk, actor=secretary, at=at)

    set_scope(CITY)
    part = queries.part(made, COMMUNITY, actor=CITY)
    assert part is not None
    assert part.pk == first.pk
    assert (row.low, row.high, row.target) == (60, 200, 120)


def test_there_is_nothing_before_the_first(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    draw(made)

    with pytest.raises(NotNow):
        act(actions.undo, plan_id=made.pk, actor=secretary, at=at)


def test_nothing_is_changed_while_it_is_drawn(
    act: Any, secretary: Actor, made: Plan, at: datetime
) -> None:
    with pytest.raises(NotNow):
        act(actions.propose_plan, plan_id=made.pk, actor=secretary, at=at, **PROPOSAL)


def test_a_copy_is_another_plan_with_the_same_drawing(
    act: Any, commander: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    part = draw(made)

    copy = act(actions.copy_plan, plan_id=made.pk, title="另一个", actor=commander, at=at)

    set_scope(CITY)
    same = queries.part(copy, COMMUNITY, actor=CITY)
    assert same is not None
    assert (copy.copied_from_id, same.grid) == (made.pk, part.grid)


def test_becomes_a_reorganisation_that_another_decides(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    part = draw(made)

    row = act(actions.propose_plan, plan_id=made.pk, actor=secretary, at=at, **PROPOSAL)

    set_scope(CITY)
    proposed = Reorganisation.objects.get(pk=row.reorganisation_id)
    assert (row.standing, proposed.state, proposed.effective_date) == ("proposed", "draft", DAY)
    rows = zip(part.buildings, part.today, part.grid, strict=True)
    moved = {key for key, was, now in rows if was != now}
    homes = Allotment.objects.filter(operation__reorganisation=proposed)
    assert set(homes.values_list("unit", flat=True)) >= {str(key) for key in moved}


def test_taking_effect_puts_every_building_where_the_plan_drew_it(
    act: Any,
    secretary: Actor,
    made: Plan,
    draw: Callable[[Plan], PlanPart],
    at: datetime,
) -> None:
    part = draw(made)
    row = act(actions.propose_plan, plan_id=made.pk, actor=secretary, at=at, **PROPOSAL)

    key = row.reorganisation_id
    act(reorganising.submit, reorganisation_id=key, actor=secretary, at=at)
    district = person(Role.DISTRICT_ADMIN, "34/01/04/")
    act(reorganising.approve, reorganisation_id=key, actor=district, at=at)
    jobs.take_effect(key, at + timedelta(days=7))

    set_scope(CITY)
    grids = dict(Building.objects.within(COMMUNITY).values_list("pk", "region_path"))
    together: dict[int, set[str]] = {}
    for building, number in zip(part.buildings, part.grid, strict=True):
        together.setdefault(number, set()).add(grids[building])
    assert all(len(paths) == 1 for paths in together.values())
    assert len(set.union(*together.values())) == len(together)


def test_nothing_is_proposed_without_a_change(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    part = draw(made)
    set_scope(CITY)
    PlanPart.objects.filter(pk=part.pk).update(grid=part.today)

    with pytest.raises(WrongPlan):
        act(actions.propose_plan, plan_id=made.pk, actor=secretary, at=at, **PROPOSAL)


def test_beside_borders_drawn_by_hand_the_ground_is_divided_as_it_lies(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    part = draw(made)
    set_scope(CITY)
    # Strips, as a clerk draws them; and of the plan one pair of grids alone.
    home = shapely.from_wkb(bytes(Region.objects.standing().get(path=COMMUNITY).shape or b""))
    west, south, east, north = home.bounds
    grids = list(Region.objects.standing().filter(parent_path=COMMUNITY).order_by("lon"))
    wide = (east - west) / len(grids)
    for n, grid in enumerate(grids):
        strip = shapely.box(west + n * wide, south, west + (n + 1) * wide, north)
        grid.shape = shapely.to_wkb(shapely.intersection(home, strip))
        grid.save(update_fields=["shape"])
    rows = list(zip(part.today, part.grid, strict=True))
    pair = set(next((was, now) for was, now in rows if was not in {-1, now}))
    mixed = [now if {was, now} <= pair else was for was, now in rows]
    PlanPart.objects.filter(pk=part.pk).update(grid=mixed)

    row = act(actions.propose_plan, plan_id=made.pk, actor=secretary, at=at, **PROPOSAL)

    set_scope(CITY)
    targets = Target.objects.filter(operation__reorganisation=row.reorganisation_id)
    assert set(targets.values_list("shape", flat=True)) == {None}


def test_the_engine_alone_keeps_a_drawing(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    part = draw(made)

    with pytest.raises(Denied):
        act(actions.keep_drawing, part_id=part.pk, told={}, actor=secretary, at=at)
    set_scope(CITY)
    assert Record.objects.filter(topic="plan.draw", subject__contains=str(part.pk)).count() == 1


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        (actions.redraw, {"wanted": Wanted()}),
        (actions.paint, {"community": COMMUNITY, "locks": {}}),
        (actions.undo, {}),
        (actions.retry, {}),
        (actions.copy_plan, {"title": "甲"}),
        (actions.propose_plan, PROPOSAL),
        (actions.withdraw_plan, {}),
    ],
)
def test_a_stranger_does_not_know_that_it_exists(
    act: Any, stranger: Actor, made: Plan, at: datetime, verb: Any, more: dict[str, Any]
) -> None:
    with pytest.raises(Denied):
        act(verb, plan_id=made.pk, actor=stranger, at=at, **more)


def test_nobody_plans_where_they_may_not(act: Any, secretary: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(
            actions.make_plan,
            place=f"{STREET}002/",
            title="邻居",
            reason="",
            wanted=Wanted(),
            actor=secretary,
            at=at,
        )


def test_a_building_of_another_community_is_refused(
    act: Any, secretary: Actor, made: Plan, draw: Callable[[Plan], PlanPart], at: datetime
) -> None:
    draw(made)
    other = Building.objects.within(f"{STREET}002/").values_list("pk", flat=True)[0]

    with pytest.raises(WrongPlan) as no:
        act(
            actions.paint,
            plan_id=made.pk,
            community=COMMUNITY,
            locks={str(other): "new:1"},
            actor=secretary,
            at=at,
        )

    assert no.value.field == "building"


@given(low=st.integers(0, 2_500), high=st.integers(0, 2_500), target=st.integers(0, 2_500))
def test_sizes_are_taken_only_in_order(low: int, high: int, target: int) -> None:
    wanted = Wanted(low=low, high=high, target=target)
    fits = 50 <= low <= target <= high <= 2_000 and low < high

    try:
        taken = check_wanted(wanted) is wanted
    except WrongPlan:
        taken = False

    assert taken == fits


@given(grade=st.integers(0, 3))
def test_a_slider_to_the_right_weighs_more(grade: int) -> None:
    class Like:
        little_change = whole_estates = roads = compact = 1.0

    less = wishes(Wanted(weights={weight.value: grade for weight in Weight}), Like())
    more = wishes(Wanted(weights={weight.value: grade + 1 for weight in Weight}), Like())

    assert all(less[weight.value] < more[weight.value] for weight in Weight)
    assert wishes(Wanted(), Like())["compact"] == 1.0, MIDDLE

"""A plan … founds grids where none stand, takes in what stood in none, by four eyes (方案生效)."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.workflow.spec import Guarded
from quanyu.regions import actions, jobs, queries
from quanyu.regions.actions import reorganising
from quanyu.regions.models import (
    Building,
    Claim,
    Plan,
    PlanPart,
    Region,
    Reorganisation,
    Siting,
    Target,
)
from quanyu.regions.queries import planning as plans
from quanyu.regions.queries import rehearsing
from quanyu.regions.queries.sketches import sketch
from quanyu.regions.rules.changes import Taken
from quanyu.regions.rules.planning import NotNow, Wanted, grid_name
from tests.conftest import STREET, person
from tests.regions.conftest import EMPTY, SOUTH, WEST

GRIDDED = f"{STREET}001/"
DAY = date(2026, 3, 9)
PROPOSAL: dict[str, Any] = {"reason": "首次划分", "ground": "示例文件", "day": DAY, "names": {}}
CITY = system("34/01/", job="tests")


@pytest.fixture
def secretary() -> Actor:
    return person(Role.COMMUNITY_SECRETARY, EMPTY, name="吴静")


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER, "34/01/04/002/", name="郑强")


@pytest.fixture
def made(act: Any, imported: list[Building], secretary: Actor, at: datetime) -> Plan:
    wanted = Wanted(low=60, high=200, target=120)
    row: Plan = act(
        actions.make_plan,
        place=EMPTY,
        title="首次划分",
        reason="",
        wanted=wanted,
        actor=secretary,
        at=at,
    )
    return row


@pytest.fixture
def drawn(made: Plan, at: datetime) -> Plan:
    jobs.draw_plan(made.pk, at)
    return made


@pytest.fixture
def proposed(act: Any, drawn: Plan, secretary: Actor, at: datetime) -> Reorganisation:
    row = act(actions.propose_plan, plan_id=drawn.pk, actor=secretary, at=at, **PROPOSAL)
    set_scope(CITY)
    return Reorganisation.objects.get(pk=row.reorganisation_id)


@pytest.fixture
def decide(act: Any, at: datetime) -> Callable[[Reorganisation, Actor, Actor], None]:
    """Submit as one and approve as another; then the day comes."""

    def decided(row: Reorganisation, one: Actor, other: Actor) -> None:
        act(reorganising.submit, reorganisation_id=row.pk, actor=one, at=at)
        act(reorganising.approve, reorganisation_id=row.pk, actor=other, at=at)
        jobs.take_effect(row.pk, at + timedelta(days=7))
        set_scope(CITY)

    return decided


def test_founds_grids_where_none_stood(
    proposed: Reorganisation,
    decide: Callable[..., None],
    secretary: Actor,
    commander: Actor,
) -> None:
    decide(proposed, secretary, commander)

    grids = list(Region.objects.standing().filter(parent_path=EMPTY).order_by("path"))
    homes = Counter(Building.objects.within(EMPTY).values_list("region_path", flat=True))
    assert set(homes) == {grid.path for grid in grids}
    assert {grid.path: grid.households for grid in grids} == {
        path: 20 * count for path, count in homes.items()
    }
    assert [grid.code for grid in grids] == [
        f"340104002001{1_000 + n}" for n in range(1, len(grids) + 1)
    ]
    assert {(grid.level, grid.kind, grid.valid_from) for grid in grids} == {
        ("grid", "base_grid", DAY)
    }
    home = Region.objects.standing().get(path=EMPTY)
    assert home.households == 480


def test_covers_the_ground_of_the_community_once(
    proposed: Reorganisation, decide: Callable[..., None], secretary: Actor, commander: Actor
) -> None:
    decide(proposed, secretary, commander)

    home = Region.objects.standing().get(path=EMPTY)
    shapes = [
        shapely.from_wkb(bytes(one.shape or b""))
        for one in Region.objects.standing().filter(parent_path=EMPTY)
    ]
    ground = shapely.from_wkb(bytes(home.shape or b""))
    assert shapely.union_all(shapes).area == pytest.approx(ground.area, rel=1e-3)
    assert sum(one.area for one in shapes) == pytest.approx(ground.area, rel=1e-3)


def test_gives_way_to_a_grid_beside_where_no_border_is_known(
    act: Any, made: Plan, secretary: Actor, commander: Actor, at: datetime
) -> None:
    Region.objects.standing().filter(path=EMPTY).update(shape=None)
    # Of the ground that is taken around the outermost buildings this is a part.
    beside = shapely.box(WEST + 0.0056, SOUTH, WEST + 0.008, SOUTH + 0.004)
    words = {"community": "34/01/04/002/002/", "kind": "base_grid", "name": "邻网格"}
    act(actions.found_grid, **words, shape=beside, actor=commander, at=at)
    jobs.draw_plan(made.pk, at)

    row = act(actions.propose_plan, plan_id=made.pk, actor=secretary, at=at, **PROPOSAL)

    set_scope(CITY)
    drawn = Target.objects.filter(operation__reorganisation=row.reorganisation_id)
    shapes = [shapely.from_wkb(bytes(one.shape or b"")) for one in drawn]
    whole = shapely.union_all(shapes)
    assert len(shapes) > 1
    assert shapely.dwithin(whole, beside, 1e-6)
    assert whole.intersection(beside).area == pytest.approx(0, abs=1e-12)


def test_the_past_says_that_they_stood_in_no_grid(
    proposed: Reorganisation,
    decide: Callable[..., None],
    secretary: Actor,
    commander: Actor,
    imported: list[Building],
) -> None:
    decide(proposed, secretary, commander)

    one = imported[0]
    assert queries.place_on(one.pk, DAY - timedelta(days=1)) == EMPTY
    assert queries.place_on(one.pk, DAY) == Building.objects.get(pk=one.pk).region_path
    assert {become.origin for become in queries.made_of(queries.place_on(one.pk, DAY))} == {EMPTY}


def test_is_rehearsed_with_every_building_and_a_drawing(
    proposed: Reorganisation, secretary: Actor, at: datetime, act: Any
) -> None:
    found = act(
        lambda actor, at: rehearsing.rehearse(proposed, actor=actor, at=at), actor=secretary, at=at
    )

    lots = {lot.kind: lot for lot in found.moves}
    assert lots["buildings"].count == 24
    assert {line.origin for line in lots["buildings"].lines} == {EMPTY}
    assert {line.target for line in found.left} == {one.path for one in found.outcome.born}
    drawing = sketch(found.outcome, found.drawn)
    assert drawing is not None
    assert [patch.path for patch in drawing.before] == [EMPTY]
    assert len(drawing.after) == len(found.outcome.born)


def test_new_grids_pass_over_numbers_and_names_that_are_promised(
    act: Any,
    proposed: Reorganisation,
    drawn: Plan,
    commander: Actor,
    secretary: Actor,
    at: datetime,
) -> None:
    act(reorganising.submit, reorganisation_id=proposed.pk, actor=secretary, at=at)
    act(reorganising.approve, reorganisation_id=proposed.pk, actor=commander, at=at)
    promised = Claim.objects.visible_to(CITY).exclude(path=EMPTY)
    last = promised.order_by("path").last()
    assert last is not None
    following = int(last.path[-4:-1]) + 1
    promised.filter(pk=last.pk).update(name=grid_name(f"{EMPTY}g{following:03}/"))
    copy = act(actions.copy_plan, plan_id=drawn.pk, title="另一个", actor=secretary, at=at)

    row = act(actions.propose_plan, plan_id=copy.pk, actor=secretary, at=at, **PROPOSAL)

    set_scope(CITY)
    targets = list(Target.objects.filter(operation__reorganisation=row.reorganisation_id))
    assert min(one.path for one in targets) == f"{EMPTY}g{following + 1:03}/"
    assert not {one.name for one in targets} & set(promised.values_list("name", flat=True))


def test_a_founding_is_not_approved_beside_another_of_the_same_ground(
    act: Any,
    proposed: Reorganisation,
    drawn: Plan,
    commander: Actor,
    secretary: Actor,
    at: datetime,
) -> None:
    copy = act(actions.copy_plan, plan_id=drawn.pk, title="另一个", actor=secretary, at=at)
    second = act(actions.propose_plan, plan_id=copy.pk, actor=secretary, at=at, **PROPOSAL)
    for key in (proposed.pk, second.reorganisation_id):
        act(reorganising.submit, reorganisation_id=key, actor=secretary, at=at)
    act(reorganising.approve, reorganisation_id=proposed.pk, actor=commander, at=at)

    with pytest.raises(Taken):
        act(
            reorganising.approve,
            reorganisation_id=second.reorganisation_id,
            actor=commander,
            at=at,
        )


def test_takes_in_buildings_that_stood_in_no_grid_beside_grids(
    act: Any, decide: Callable[..., None], at: datetime
) -> None:
    set_scope(CITY)
    secretary = person(Role.COMMUNITY_SECRETARY, GRIDDED)
    loose = list(Building.objects.within(GRIDDED).order_by("pk")[:3])
    Building.objects.filter(pk__in=[one.pk for one in loose]).update(region_path=GRIDDED)
    Siting.objects.filter(building__in=loose).update(region_path=GRIDDED)
    row = act(
        actions.make_plan,
        place=GRIDDED,
        title="补划",
        reason="",
        wanted=Wanted(low=60, high=200, target=120),
        actor=secretary,
        at=at,
    )
    jobs.draw_plan(row.pk, at)

    row = act(actions.propose_plan, plan_id=row.pk, actor=secretary, at=at, **PROPOSAL)
    set_scope(CITY)
    proposed = Reorganisation.objects.get(pk=row.reorganisation_id)
    decide(proposed, secretary, person(Role.COMMANDER))

    homes = Building.objects.filter(pk__in=[one.pk for one in loose])
    assert all(one.region_path.count("/") == 6 for one in homes)
    part = plans.part(row, GRIDDED, actor=CITY)
    assert part is not None
    today = dict(Building.objects.within(GRIDDED).values_list("pk", "region_path"))
    together: dict[int, set[str]] = {}
    for key, number in zip(part.buildings, part.grid, strict=True):
        together.setdefault(number, set()).add(today[key])
    assert all(len(paths) == 1 for paths in together.values())


# ------------------------------------------------------------------ four eyes


@pytest.mark.parametrize("verb", ["redraw", "undo", "paint"])
def test_who_changed_a_plan_does_not_approve_what_another_proposes(
    act: Any,
    drawn: Plan,
    secretary: Actor,
    commander: Actor,
    at: datetime,
    verb: str,
) -> None:
    wanted = Wanted(low=60, high=200, target=110)
    part = plans.part(drawn, EMPTY, actor=CITY)
    assert part is not None
    act(actions.redraw, plan_id=drawn.pk, wanted=wanted, actor=secretary, at=at)
    jobs.draw_plan(drawn.pk, at)
    given: dict[str, dict[str, Any]] = {
        "redraw": {"wanted": Wanted(low=60, high=200, target=100)},
        "undo": {},
        "paint": {"community": EMPTY, "locks": {str(part.buildings[0]): "new:1"}},
    }
    act(getattr(actions, verb), plan_id=drawn.pk, actor=commander, at=at, **given[verb])
    jobs.draw_plan(drawn.pk, at)
    row = act(actions.propose_plan, plan_id=drawn.pk, actor=secretary, at=at, **PROPOSAL)
    key = row.reorganisation_id
    act(reorganising.submit, reorganisation_id=key, actor=secretary, at=at)

    with pytest.raises(Guarded):
        act(reorganising.approve, reorganisation_id=key, actor=commander, at=at)


def test_who_drew_what_another_copied_and_proposes_does_not_approve_it(
    act: Any, imported: list[Building], commander: Actor, secretary: Actor, at: datetime
) -> None:
    row = act(
        actions.make_plan,
        place=EMPTY,
        title="首次划分",
        reason="",
        wanted=Wanted(low=60, high=200, target=120),
        actor=commander,
        at=at,
    )
    jobs.draw_plan(row.pk, at)
    copy = act(actions.copy_plan, plan_id=row.pk, title="另一个", actor=secretary, at=at)
    proposed = act(actions.propose_plan, plan_id=copy.pk, actor=secretary, at=at, **PROPOSAL)
    key = proposed.reorganisation_id
    act(reorganising.submit, reorganisation_id=key, actor=secretary, at=at)

    with pytest.raises(Guarded):
        act(reorganising.approve, reorganisation_id=key, actor=commander, at=at)


# ------------------------------------------------------------------ what cannot be drawn


@pytest.fixture
def half(act: Any, imported: list[Building], commander: Actor, at: datetime) -> Plan:
    """A plan of two communities, of which one has a border that nobody can read."""
    set_scope(CITY)
    broken = "34/01/04/002/002/"
    Building.objects.filter(pk__in=[one.pk for one in imported[:6]]).update(region_path=broken)
    Siting.objects.filter(building__in=imported[:6]).update(region_path=broken)
    Region.objects.standing().filter(path=broken).update(shape=b"no border")
    row: Plan = act(
        actions.make_plan,
        place="34/01/04/002/",
        title="全街道",
        reason="",
        wanted=Wanted(low=60, high=200, target=120),
        actor=commander,
        at=at,
    )
    jobs.draw_plan(row.pk, at)
    set_scope(CITY)
    return row


def test_what_fails_is_named_and_the_others_are_drawn(half: Plan) -> None:
    parts = PlanPart.objects.filter(plan=half)

    assert {(one.region_path, one.fault, one.is_current) for one in parts} == {
        (EMPTY, "", True),
        ("34/01/04/002/002/", "shape", False),
    }
    assert not plans.progress(half, actor=CITY).is_under_way


def test_what_failed_is_drawn_again_when_it_is_mended(
    act: Any, half: Plan, commander: Actor, at: datetime
) -> None:
    ground = shapely.box(WEST, SOUTH, WEST + 0.006, SOUTH + 0.004)
    Region.objects.filter(path="34/01/04/002/002/").update(shape=shapely.to_wkb(ground))

    act(actions.retry, plan_id=half.pk, actor=commander, at=at)
    jobs.draw_plan(half.pk, at)

    set_scope(CITY)
    assert PlanPart.objects.filter(plan=half, is_current=True).count() == 2
    assert plans.failed(half, actor=CITY) == []


def test_there_is_nothing_to_draw_again_where_all_is_drawn(
    act: Any, drawn: Plan, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(NotNow):
        act(actions.retry, plan_id=drawn.pk, actor=secretary, at=at)


def test_what_was_not_drawn_does_not_keep_the_rest_from_its_day(
    act: Any, half: Plan, commander: Actor, at: datetime
) -> None:
    row = act(actions.propose_plan, plan_id=half.pk, actor=commander, at=at, **PROPOSAL)

    set_scope(CITY)
    proposed = Reorganisation.objects.get(pk=row.reorganisation_id)
    assert proposed.region_path == EMPTY

"""A re-organisation … takes effect on its day, and the past still answers (区划调整)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import shapely
from django.conf import settings

from quanyu.gateway.actions import sources
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.calendar import actions as calendar
from quanyu.kernel.codes.actions import limits as codes
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.workflow.spec import Guarded, NotAllowed
from quanyu.regions import queries
from quanyu.regions.actions import grids, set_profile
from quanyu.regions.actions import reorganising as actions
from quanyu.regions.actions.contacts import appoint_contact, end_contact
from quanyu.regions.actions.reorganising import Step, Wanted
from quanyu.regions.models import Building, Claim, GridContact, Plan, Region, Reorganisation
from quanyu.regions.queries import choices, following, rehearsing
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.rules.changes import Change, Named, NotClosed, Operation, Taken, WrongOperation
from quanyu.regions.rules.grids import Profile
from quanyu.regions.workflow import ReorganisationState as S
from tests.conftest import STREET, person


def seeder() -> Actor:
    """Return the system, over the whole city."""
    return system(settings.QUANYU_CITY, job="tests")


COMMUNITY = f"{STREET}001/"
G1, G2, G3 = (f"{COMMUNITY}g00{n}/" for n in (1, 2, 3))
DAY = date(2026, 3, 9)
SAID = Wanted("合并荷塘两个网格", "户数偏少，两个网格合并", "街道网格优化方案第3条（示例）", DAY)


@pytest.fixture
def secretary() -> Actor:
    """社区书记 of the first community."""
    return person(Role.COMMUNITY_SECRETARY, COMMUNITY, name="吴静")


@pytest.fixture
def commander() -> Actor:
    """街道指挥长 of the street."""
    return person(Role.COMMANDER, STREET, name="郑强")


@pytest.fixture
def another() -> Actor:
    """区级统筹."""
    return person(Role.DISTRICT_ADMIN, "34/01/04/", name="冯岚")


def merge(target: str = G1, name: str = "荷塘网格") -> Step:
    return Step(Operation(Change.MERGE, (G1, G2), (Named(target, name),)))


def houses(path: str) -> list[Building]:
    return list(Building.objects.filter(region_path=path).order_by("pk"))


@pytest.fixture
def drafted(act: Any, secretary: Actor, at: datetime) -> Reorganisation:
    row = act(actions.draft, wanted=SAID, region_path=COMMUNITY, actor=secretary, at=at)
    return act(
        actions.add_operation, reorganisation_id=row.pk, step=merge(), actor=secretary, at=at
    )


@pytest.fixture
def submitted(act: Any, drafted: Reorganisation, secretary: Actor, at: datetime) -> Reorganisation:
    return act(actions.submit, reorganisation_id=drafted.pk, actor=secretary, at=at)


@pytest.fixture
def approved(act: Any, submitted: Reorganisation, commander: Actor, at: datetime) -> Reorganisation:
    return act(actions.approve, reorganisation_id=submitted.pk, actor=commander, at=at)


@pytest.fixture
def on_the_day(at: datetime) -> datetime:
    """Midnight of the day."""
    return at.replace(hour=0) + timedelta(days=7)


def take(act: Any, row: Reorganisation, at: datetime) -> None:
    """Do what the job does, in one transaction."""
    worker = seeder()
    act(actions.begin, reorganisation_id=row.pk, actor=worker, at=at)
    while act(actions.proceed, reorganisation_id=row.pk, actor=worker, at=at):
        pass


def test_is_drafted_submitted_and_approved_by_two(approved: Reorganisation) -> None:
    assert approved.state == S.APPROVED
    assert not approved.of_communities
    assert {claim.path for claim in Claim.objects.all()} == {G1, G2}


def test_what_lay_over_a_grid_before_is_no_fault_of_what_is_merged(
    act: Any, secretary: Actor, at: datetime
) -> None:
    part = border(G3).buffer(-0.0003)
    reaching = shapely.union(border(G2), part)
    whole = shapely.union(border(G1), reaching)
    set_scope(seeder())
    Region.objects.standing().filter(path=G2).update(shape=shapely.to_wkb(reaching))
    step = Step(merge().operation, {G1: shapely.to_wkb(whole)})

    row = act(actions.propose, wanted=SAID, steps=[step], actor=secretary, at=at)

    assert part.area > 0
    assert row.state == S.DRAFT


def test_waits_for_its_day(act: Any, approved: Reorganisation, at: datetime) -> None:
    take(act, approved, at)

    assert queries.is_known(G2)


def test_ends_the_old_rows_and_begins_the_new(
    act: Any, approved: Reorganisation, on_the_day: datetime
) -> None:
    before = {row.path: row for row in Region.objects.standing().filter(path__in=[G1, G2])}
    count = len(houses(G1)) + len(houses(G2))

    take(act, approved, on_the_day)

    assert not queries.is_known(G2)
    assert len(houses(G1)) == count
    now = Region.objects.standing().get(path=G1)
    assert now.name == "荷塘网格"
    assert now.households == (before[G1].households or 0) + (before[G2].households or 0)
    assert queries.locate_point(before[G2].lon or 0, before[G2].lat or 0).path == G1


def test_answers_for_the_past_as_before(
    act: Any, approved: Reorganisation, on_the_day: datetime
) -> None:
    named, moved = queries.name_on(G2, DAY - timedelta(days=1)), houses(G2)[0]

    take(act, approved, on_the_day)

    assert queries.name_on(G2, DAY - timedelta(days=1)) == named
    assert queries.name_on(G2, DAY) == ""
    assert queries.name_on(G1, DAY) == "荷塘网格"
    assert [(one.target, one.on) for one in queries.became(G2)] == [(G1, DAY)]
    assert queries.today_of(G2) == G1
    assert queries.place_on(moved.pk, DAY - timedelta(days=1)) == G2
    assert queries.place_on(moved.pk, DAY) == G1
    assert queries.label(G2) == named


def test_moves_grants_with_their_place_and_what_deputies_have(
    act: Any, approved: Reorganisation, on_the_day: datetime, at: datetime
) -> None:
    holder = Account.objects.create(username="worker", name="李军", created_at=at)
    GrantRow.objects.create(
        account=holder, role=Role.GRID_WORKER, region_path=G2, granted_from=at, reason="任职"
    )

    take(act, approved, on_the_day)

    rows = holder.grants.order_by("granted_from")
    assert [row.region_path for row in rows] == [G2, G1]
    assert rows[0].granted_to == on_the_day
    assert rows[1].granted_to is None
    assert SAID.title in rows[1].reason


def test_does_a_second_time_nothing(
    act: Any, approved: Reorganisation, on_the_day: datetime
) -> None:
    take(act, approved, on_the_day)
    before = Region.objects.count()

    take(act, approved, on_the_day)

    assert Region.objects.count() == before


def test_is_given_back_when_the_ground_has_changed(
    act: Any, approved: Reorganisation, on_the_day: datetime, at: datetime
) -> None:
    set_scope(seeder())
    Region.objects.filter(path=G2).update(valid_to=at.date())

    take(act, approved, on_the_day)

    now = reads.one(approved.pk, actor=seeder())
    assert now.state == S.DRAFT
    assert not Claim.objects.exists()


def test_splits_a_grid_by_its_buildings(
    act: Any, secretary: Actor, commander: Actor, at: datetime, on_the_day: datetime
) -> None:
    keys = [str(one.pk) for one in sorted(houses(G1), key=lambda one: one.lon)]
    half = len(keys) // 2
    new = f"{COMMUNITY}g099/"
    homes = dict.fromkeys(keys[:half], G1) | dict.fromkeys(keys[half:], new)
    named = (Named(G1, "甲网格"), Named(new, "乙网格"))
    step = Step(Operation(Change.SPLIT, (G1,), named, homes))
    row = act(actions.propose, wanted=SAID, steps=[step], actor=secretary, at=at)
    act(actions.submit, reorganisation_id=row.pk, actor=secretary, at=at)
    act(actions.approve, reorganisation_id=row.pk, actor=commander, at=at)

    take(act, row, on_the_day)

    assert row.region_path == COMMUNITY
    assert {str(one.pk) for one in houses(new)} == set(keys[half:])
    inside = [queries.locate_point(one.lon, one.lat).path for one in houses(new)]
    assert set(inside) == {new}
    ways = following.ways(row.pk)
    assert ways.place_for(G1, houses(new)[0].lon, houses(new)[0].lat) == new


# ------------------------------------------------------------------ who may not


def test_is_not_approved_by_who_made_it(act: Any, commander: Actor, at: datetime) -> None:
    row = act(actions.propose, wanted=SAID, steps=[merge()], actor=commander, at=at)
    act(actions.submit, reorganisation_id=row.pk, actor=commander, at=at)

    with pytest.raises(Guarded):
        act(actions.approve, reorganisation_id=row.pk, actor=commander, at=at)


def test_is_not_approved_by_the_community(
    act: Any, submitted: Reorganisation, at: datetime
) -> None:
    colleague = person(Role.COMMUNITY_SECRETARY, COMMUNITY)

    with pytest.raises(NotAllowed):
        act(actions.approve, reorganisation_id=submitted.pk, actor=colleague, at=at)


def test_of_communities_is_for_the_district(
    act: Any, commander: Actor, another: Actor, at: datetime
) -> None:
    rename = Operation(Change.RENAME, (COMMUNITY,), (Named(COMMUNITY, "荷塘社区居委会"),))
    row = act(actions.propose, wanted=SAID, steps=[Step(rename)], actor=commander, at=at)
    act(actions.submit, reorganisation_id=row.pk, actor=commander, at=at)

    with pytest.raises(NotAllowed):
        act(actions.approve, reorganisation_id=row.pk, actor=person(Role.COMMANDER), at=at)
    done = act(actions.approve, reorganisation_id=row.pk, actor=another, at=at)
    assert done.of_communities


def test_of_two_that_touch_one_grid_the_second_is_refused(
    act: Any, approved: Reorganisation, secretary: Actor, another: Actor, at: datetime
) -> None:
    step = Step(Operation(Change.RENAME, (G2,), (Named(G2, "北塘网格"),)))
    row = act(actions.propose, wanted=SAID, steps=[step], actor=secretary, at=at)
    act(actions.submit, reorganisation_id=row.pk, actor=secretary, at=at)

    with pytest.raises(Taken):
        act(actions.approve, reorganisation_id=row.pk, actor=another, at=at)


def test_is_not_approved_by_who_changed_it(
    act: Any, drafted: Reorganisation, secretary: Actor, commander: Actor, at: datetime
) -> None:
    key = drafted.pk
    act(actions.amend, reorganisation_id=key, wanted=SAID, actor=commander, at=at)
    act(actions.submit, reorganisation_id=key, actor=secretary, at=at)

    with pytest.raises(Guarded):
        act(actions.approve, reorganisation_id=key, actor=commander, at=at)


VERBS = ("submit", "take_back", "approve", "send_back", "refuse", "withdraw", "add_operation")


@pytest.mark.parametrize("verb", VERBS)
def test_is_nothing_to_a_stranger(
    act: Any, submitted: Reorganisation, verb: str, at: datetime
) -> None:
    stranger = person(Role.COMMANDER, "34/01/02/")
    more = {"words": "不同意"} if verb in {"send_back", "refuse", "withdraw"} else {}
    more |= {"step": merge()} if verb == "add_operation" else {}  # type: ignore[dict-item]

    with pytest.raises(Denied):
        act(getattr(actions, verb), reorganisation_id=submitted.pk, actor=stranger, at=at, **more)


def test_is_drafted_by_no_stranger(act: Any, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(actions.draft, wanted=SAID, region_path=COMMUNITY, actor=stranger, at=at)


@pytest.mark.parametrize("verb", ["begin", "proceed"])
def test_takes_effect_by_the_system_alone(
    act: Any, approved: Reorganisation, commander: Actor, verb: str, at: datetime
) -> None:
    with pytest.raises(Denied):
        act(getattr(actions, verb), reorganisation_id=approved.pk, actor=commander, at=at)


def test_refuses_a_day_that_is_past(act: Any, secretary: Actor, at: datetime) -> None:
    wanted = Wanted(SAID.title, SAID.reason, SAID.ground, at.date() - timedelta(days=1))

    with pytest.raises(Invalid) as no:
        act(actions.draft, wanted=wanted, region_path=COMMUNITY, actor=secretary, at=at)

    assert no.value.field == "effective_date"


def test_refuses_a_place_outside_its_own(
    act: Any, drafted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    far = f"{STREET}002/g001/"
    step = Step(Operation(Change.RENAME, (far,), (Named(far, "别的网格"),)))

    with pytest.raises(WrongOperation) as no:
        act(actions.add_operation, reorganisation_id=drafted.pk, step=step, actor=secretary, at=at)

    assert no.value.field == "sources"


def test_refuses_to_lose_a_building(act: Any, secretary: Actor, at: datetime) -> None:
    new = f"{COMMUNITY}g099/"
    keys = [str(one.pk) for one in houses(G1)]
    homes = {keys[0]: new, keys[1]: G1}
    named = (Named(G1, "甲网格"), Named(new, "乙网格"))
    step = Step(Operation(Change.SPLIT, (G1,), named, homes))

    with pytest.raises(NotClosed):
        act(actions.propose, wanted=SAID, steps=[step], actor=secretary, at=at)


def test_is_withdrawn_and_sets_its_places_free(
    act: Any, approved: Reorganisation, secretary: Actor, at: datetime
) -> None:
    act(
        actions.withdraw,
        reorganisation_id=approved.pk,
        words="方案要再议",
        actor=secretary,
        at=at,
    )

    assert not Claim.objects.exists()


def test_is_no_draft_once_submitted(
    act: Any, submitted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(Refusal):
        act(actions.amend, reorganisation_id=submitted.pk, wanted=SAID, actor=secretary, at=at)


# ------------------------------------------------------------------ the rehearsal


def test_is_rehearsed_with_figures_that_are_the_lengths_of_their_lists(
    act: Any, drafted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    moving = houses(G2)

    rehearsal = act(
        lambda actor, at: rehearsing.rehearse(drafted, actor=actor, at=at), actor=secretary, at=at
    )

    lots = {lot.kind: lot for lot in rehearsal.moves}
    assert lots["buildings"].count == len(moving) == len(lots["buildings"].lines)
    assert rehearsal.households == sum(one.households for one in moving)
    assert {line.target for line in lots["buildings"].lines} == {G1}
    assert {place.path: place.is_gone for place in rehearsal.places} == {G1: False, G2: True}


def test_is_rehearsed_and_warns_where_merged_grids_do_not_touch(
    act: Any, secretary: Actor, at: datetime
) -> None:
    far = f"{COMMUNITY}g007/"
    row = act(actions.draft, wanted=SAID, region_path=COMMUNITY, actor=secretary, at=at)
    step = Step(Operation(Change.MERGE, (G1, far), (Named(G1, "两处网格"),)))
    act(actions.add_operation, reorganisation_id=row.pk, step=step, actor=secretary, at=at)

    rehearsal = act(
        lambda actor, at: rehearsing.rehearse(row, actor=actor, at=at), actor=secretary, at=at
    )

    assert {place.path: place.pieces for place in rehearsal.places} == {G1: 2, far: 1}


def test_is_rehearsed_without_a_warning_where_merged_grids_touch(
    act: Any, drafted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    rehearsal = act(
        lambda actor, at: rehearsing.rehearse(drafted, actor=actor, at=at), actor=secretary, at=at
    )

    assert {place.pieces for place in rehearsal.places} == {1}


def test_is_rehearsed_and_names_who_would_be_without_a_post(
    act: Any, drafted: Reorganisation, secretary: Actor, at: datetime
) -> None:
    for grid, name in ((G1, "李军"), (G2, "马强")):
        act(appoint_contact, path=grid, post="leader", name=name, actor=secretary, at=at)

    rehearsal = act(
        lambda actor, at: rehearsing.rehearse(drafted, actor=actor, at=at), actor=secretary, at=at
    )

    assert [(line.name, line.target) for line in rehearsal.left] == [("马强", "")]


@pytest.fixture
def left_behind(act: Any, commander: Actor, at: datetime) -> None:
    """A limit, hours, a profile, a system and a plan, each of the grid that is to end."""
    chief = person(Role.SYS_ADMIN, settings.QUANYU_CITY)
    limit = {"workflow": "event", "stage": "handling", "amount": 2, "unit": "working_days"}
    act(codes.set_limit, **limit, place=G2, start=at.date(), actor=chief, at=at)
    act(
        calendar.set_hours,
        windows=["09:00-17:00"],
        place=G2,
        start=at.date() + timedelta(days=1),
        actor=chief,
        at=at,
    )
    act(set_profile, place=G2, profile=Profile(), actor=chief, at=at)
    named = {"code": "yard", "name": "大院门禁", "name_en": "Gate", "a_minute": 60}
    act(sources.register_source, **named, place=G2, actor=chief, at=at)
    set_scope(seeder())
    Plan.objects.create(
        region_path=G2,
        title="夏季方案",
        base_date=at.date(),
        low=300,
        high=500,
        target=430,
        made_by=str(commander.id),
        made_at=at,
    )


KINDS = ["limits", "hours", "profiles", "plans", "sources"]


def test_is_rehearsed_and_names_what_does_not_move(
    act: Any, left_behind: None, drafted: Reorganisation, commander: Actor, at: datetime
) -> None:
    rehearsal = act(
        lambda actor, at: rehearsing.rehearse(drafted, actor=actor, at=at), actor=commander, at=at
    )

    assert [lot.kind for lot in rehearsal.stays] == KINDS
    assert {(line.origin, line.target) for lot in rehearsal.stays for line in lot.lines} == {
        (G2, G1)
    }
    assert not {lot.kind for lot in rehearsal.moves} & set(KINDS)


def test_names_what_is_left_at_a_place_that_is_gone(
    act: Any,
    left_behind: None,
    approved: Reorganisation,
    commander: Actor,
    on_the_day: datetime,
) -> None:
    take(act, approved, on_the_day)

    lots = act(
        lambda actor, at: rehearsing.behind(approved.pk, actor=actor, at=at),
        actor=commander,
        at=on_the_day,
    )

    assert [lot.kind for lot in lots] == KINDS


def test_lets_contacts_follow_where_the_post_is_free(
    act: Any,
    approved: Reorganisation,
    commander: Actor,
    at: datetime,
    on_the_day: datetime,
) -> None:
    act(appoint_contact, path=G2, post="leader", name="马强", actor=commander, at=at)

    take(act, approved, on_the_day)

    rows = GridContact.objects.order_by("valid_from").values_list("region_path", "valid_to")
    assert list(rows) == [(G2, DAY), (G1, None)]


def test_who_is_to_leave_later_leaves_the_grid_that_follows(
    act: Any, approved: Reorganisation, commander: Actor, at: datetime, on_the_day: datetime
) -> None:
    served = act(appoint_contact, path=G2, post="leader", name="马强", actor=commander, at=at)
    leaves = DAY + timedelta(days=30)
    act(end_contact, contact_id=served.pk, end=leaves, actor=commander, at=at)

    take(act, approved, on_the_day)

    rows = GridContact.objects.order_by("valid_from").values_list("region_path", "valid_to")
    assert list(rows) == [(G2, DAY), (G1, leaves)]


def test_begins_with_the_tree_so_that_nothing_changes_in_between(
    act: Any, approved: Reorganisation, on_the_day: datetime
) -> None:
    act(actions.begin, reorganisation_id=approved.pk, actor=seeder(), at=on_the_day)

    assert not queries.is_known(G2)
    assert [stage.name for stage in reads.stages(approved, actor=seeder()) if stage.done_at] == [
        "places"
    ]


def test_of_two_parts_none_keeps_the_code_of_civil_affairs(
    act: Any, commander: Actor, another: Actor, at: datetime, on_the_day: datetime
) -> None:
    set_scope(seeder())
    Region.objects.filter(path=COMMUNITY).update(civil_code="340104001001")
    new = f"{STREET}077/"
    grids = sorted(queries.grids_in(COMMUNITY))
    homes = dict.fromkeys(grids[:1], new) | dict.fromkeys(grids[1:], f"{STREET}078/")
    named = (Named(new, "甲社区居委会"), Named(f"{STREET}078/", "乙社区居委会"))
    step = Step(Operation(Change.SPLIT, (COMMUNITY,), named, homes))
    row = act(actions.propose, wanted=SAID, steps=[step], actor=commander, at=at)
    act(actions.submit, reorganisation_id=row.pk, actor=commander, at=at)
    act(actions.approve, reorganisation_id=row.pk, actor=another, at=at)

    take(act, row, on_the_day)

    now = Region.objects.standing().filter(path__in=[new, f"{STREET}078/"])
    assert list(now.values_list("civil_code", flat=True)) == ["", ""]


# ------------------------------------------------------------------ what waits for its day


def keep(act: Any, verb: str, actor: Actor, at: datetime, **facts: Any) -> Region:
    row: Region = act(getattr(grids, verb), actor=actor, at=at, **facts)
    return row


def border(path: str) -> Any:
    return shapely.from_wkb(bytes(Region.objects.standing().get(path=path).shape or b""))


@pytest.mark.parametrize("verb", ["draw_grid", "end_grid"])
def test_a_grid_that_waits_is_not_changed_by_hand(
    act: Any, approved: Reorganisation, commander: Actor, at: datetime, verb: str
) -> None:
    facts = {"shape": border(G1)} if verb == "draw_grid" else {}

    with pytest.raises(Taken, match="合并荷塘两个网格") as no:
        keep(act, verb, commander, at, path=G1, **facts)

    assert (no.value.field, no.value.value) == ("path", G1)
    assert "2026-03-09" in str(no.value)


def test_a_grid_that_waits_for_the_district_is_not_changed_by_its_street(
    act: Any, another: Actor, commander: Actor, at: datetime
) -> None:
    chief = person(Role.DISTRICT_ADMIN, "34/01/04/", name="田野")
    row = act(actions.draft, wanted=SAID, region_path="34/01/04/", actor=another, at=at)
    key = {"reorganisation_id": row.pk}
    act(actions.add_operation, step=merge(), actor=another, at=at, **key)
    act(actions.submit, actor=another, at=at, **key)
    act(actions.approve, actor=chief, at=at, **key)

    with pytest.raises(Taken, match="合并荷塘两个网格"):
        keep(act, "end_grid", commander, at, path=G2)


def test_no_new_grid_takes_a_name_that_is_to_come(
    act: Any, approved: Reorganisation, commander: Actor, at: datetime
) -> None:
    facts = {"community": COMMUNITY, "kind": "micro_grid", "name": "荷塘网格"}

    with pytest.raises(Taken) as no:
        keep(act, "found_grid", commander, at, **facts)

    assert no.value.field == "name"


def test_no_new_grid_takes_a_number_that_is_to_come(
    act: Any, approved: Reorganisation, commander: Actor, at: datetime
) -> None:
    coming = choices.next_path(COMMUNITY)
    Claim.objects.create(
        reorganisation=approved, path=coming, title=approved.title, effective_date=DAY
    )
    facts = {"community": COMMUNITY, "kind": "base_grid", "name": "新网格"}

    row = keep(act, "found_grid", commander, at, **facts)

    assert row.path != coming


def test_no_building_is_drawn_out_of_a_grid_that_waits(
    act: Any, approved: Reorganisation, commander: Actor, at: datetime
) -> None:
    strayed = houses(G3)[0]
    Building.objects.filter(pk=strayed.pk).update(region_path=G1)

    with pytest.raises(Taken) as no:
        keep(act, "draw_grid", commander, at, path=G3, shape=border(G3))

    assert no.value.field == "shape"


def test_a_grid_beside_is_drawn_as_ever(
    act: Any, approved: Reorganisation, commander: Actor, at: datetime
) -> None:
    row = keep(act, "draw_grid", commander, at, path=G3, shape=border(G3))

    assert row.path == G3

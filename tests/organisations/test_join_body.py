"""A body belongs to a co-ordination body … from day to day, and meets in it (成员单位)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.columns import Row
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions, rules
from quanyu.organisations.models import Body, Participation
from quanyu.organisations.queries import joined
from quanyu.organisations.rules.changing import Nothing
from quanyu.organisations.rules.joining import AlreadyJoined, WrongJoining, check_free, going_on
from quanyu.organisations.tables import BODIES, PARTICIPATIONS
from tests.organisations.conftest import STREET, person
from tests.organisations.test_appoint_races import act
from tests.seat import browser_of

DISTRICT = "34/01/04/"
LONG_AGO = timedelta(days=400)


@pytest.fixture
def group(db: None, district_admin: Actor, at: datetime, on: date) -> Body:
    return founded("j-group", "coordination_body", district_admin, at, on)


@pytest.fixture
def bureau(db: None, district_admin: Actor, at: datetime, on: date) -> Body:
    return founded("j-bureau", "department", district_admin, at, on)


@pytest.fixture
def office(db: None, district_admin: Actor, at: datetime, on: date) -> Body:
    return founded("j-office", "department", district_admin, at, on)


def founded(code: str, kind: str, actor: Actor, at: datetime, on: date) -> Body:
    return actions.found_body(
        code=code,
        kind=kind,
        name=f"{code}示例",
        place=DISTRICT,
        start=on - LONG_AGO,
        actor=actor,
        at=at,
    )


@pytest.fixture
def belongs(
    group: Body, bureau: Body, district_admin: Actor, at: datetime, on: date
) -> Participation:
    """The bureau belongs to the group since ninety days."""
    return actions.join_body(
        host_id=group.pk,
        member_id=bureau.pk,
        day=on - timedelta(days=90),
        because="成立通知，示例",
        actor=district_admin,
        at=at,
    )


def codes(group: Body, on: date) -> list[str]:
    return [one.code for one in joined.members_of(group.pk, on=on)]


def test_is_a_member_from_that_day_on(
    belongs: Participation, group: Body, bureau: Body, district_admin: Actor, on: date
) -> None:
    assert codes(group, on) == codes(group, belongs.valid_from) == ["j-bureau"]
    assert codes(group, belongs.valid_from - timedelta(days=1)) == []
    assert [one.id for one in joined.hosts_of(bureau.pk, on=on)] == [group.pk]
    said = Record.objects.get(topic="body.join")
    assert (said.actor_id, said.subject.endswith(str(group.pk))) == (district_admin.id, True)


def test_leaves_and_is_taken_in_again(
    belongs: Participation, group: Body, bureau: Body, district_admin: Actor, at: datetime, on: date
) -> None:
    pair: dict[str, Any] = {"host_id": group.pk, "member_id": bureau.pk}
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    with pytest.raises(Nothing):
        actions.join_body(**pair, **by)

    actions.leave_body(**pair, day=on - timedelta(days=30), **by)

    assert (codes(group, on), codes(group, on - timedelta(days=31))) == ([], ["j-bureau"])
    assert Record.objects.filter(topic="body.leave").count() == 1
    with pytest.raises(Denied):
        actions.leave_body(**pair, **by)
    with pytest.raises(rules.WrongDay):
        actions.join_body(**pair, day=on - timedelta(days=31), **by)
    assert actions.join_body(**pair, day=on - timedelta(days=30), **by).valid_to is None


def test_only_a_co_ordination_body_has_members(
    group: Body, bureau: Body, office: Body, district_admin: Actor, at: datetime
) -> None:
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    with pytest.raises(WrongJoining) as kind:
        actions.join_body(host_id=bureau.pk, member_id=office.pk, **by)
    with pytest.raises(WrongJoining) as itself:
        actions.join_body(host_id=group.pk, member_id=group.pk, **by)

    assert (kind.value.field, itself.value.field) == ("host", "member")


def test_a_body_that_has_ended_is_taken_in_on_no_day(
    group: Body, bureau: Body, district_admin: Actor, at: datetime, on: date
) -> None:
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    actions.dissolve_body(body_id=bureau.pk, **by)

    with pytest.raises(rules.WrongDay, match="已于"):
        actions.join_body(host_id=group.pk, member_id=bureau.pk, day=on - timedelta(days=9), **by)


def test_is_out_of_a_strangers_reach(
    belongs: Participation, group: Body, bureau: Body, office: Body, stranger: Actor, at: datetime
) -> None:
    by: dict[str, Any] = {"actor": stranger, "at": at}
    with pytest.raises(Denied):
        actions.join_body(host_id=group.pk, member_id=office.pk, **by)
    with pytest.raises(Denied):
        actions.leave_body(host_id=group.pk, member_id=bureau.pk, **by)


def test_takes_in_bodies_of_its_place_and_above_and_none_of_elsewhere(
    bureau: Body, commander: Actor, stranger: Actor, at: datetime
) -> None:
    by: dict[str, Any] = {"actor": commander, "at": at}
    conference = actions.found_body(
        code="j-conference", kind="coordination_body", name="联席会议", place=STREET, **by
    )
    far = actions.found_body(
        code="j-far", kind="department", name="外区", place="34/01/03/", actor=stranger, at=at
    )

    actions.join_body(host_id=conference.pk, member_id=bureau.pk, **by)

    assert codes(conference, at.date()) == ["j-bureau"]
    with pytest.raises(Denied):
        actions.join_body(host_id=conference.pk, member_id=far.pk, **by)


def test_is_kept_by_no_party_officer(group: Body, bureau: Body, at: datetime) -> None:
    officer = person(Role.PARTY_OFFICER, DISTRICT)
    with pytest.raises(rules.NotKeeper):
        actions.join_body(host_id=group.pk, member_id=bureau.pk, actor=officer, at=at)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_in_at_once_one_does(
    group: Body, bureau: Body, district_admin: Actor, at: datetime
) -> None:
    together = Barrier(2)
    facts: dict[str, Any] = {"host_id": group.pk, "member_id": bureau.pk, "at": at}
    with ThreadPoolExecutor(2) as pool:
        found = [
            pool.submit(act, actions.join_body, together, district_admin, **facts)
            for _n in range(2)
        ]
        became = sorted(one.result() for one in found)

    assert became == ["Nothing", "done"]
    assert codes(group, at.date()) == ["j-bureau"]


# ------------------------------------------------------------------ by the database


def test_never_twice_on_one_day_by_the_database(belongs: Participation, on: date) -> None:
    with pytest.raises(IntegrityError, match="participation_"), transaction.atomic():
        Participation.objects.create(
            host=belongs.host,
            member=belongs.member,
            valid_from=on - timedelta(days=200),
            valid_to=on - timedelta(days=89),
        )


def test_never_in_itself_by_the_database(group: Body, on: date) -> None:
    with pytest.raises(IntegrityError, match="participation_is_in_another"), transaction.atomic():
        Participation.objects.create(host=group, member=group, valid_from=on)


DAYS = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
ENDED = st.tuples(DAYS, st.integers(1, 9)).map(lambda one: (one[0], one[0] + timedelta(one[1])))


@given(held=st.lists(ENDED, max_size=4), day=DAYS)
@settings(max_examples=50, deadline=None)
def test_what_goes_on_begins_where_nothing_lies_in_the_way(
    held: list[tuple[date, date]], day: date
) -> None:
    start = going_on(day, held)

    assert start is not None
    assert start >= day
    check_free(start, None, held)
    assert start == day or any(last == start for _first, last in held)


@given(one=ENDED, other=ENDED)
@settings(max_examples=50, deadline=None)
def test_two_periods_are_refused_just_where_they_share_a_day(
    one: tuple[date, date], other: tuple[date, date]
) -> None:
    assert is_refused(one, other) == bool(days(*one) & days(*other))


def days(first: date, last: date) -> set[date]:
    return {first + timedelta(n) for n in range((last - first).days)}


def is_refused(one: tuple[date, date], other: tuple[date, date]) -> bool:
    try:
        check_free(*one, [other])
    except AlreadyJoined:
        return True
    return False


# ------------------------------------------------------------------ with its bodies


def test_goes_on_as_the_body_into_which_a_member_went(
    belongs: Participation,
    group: Body,
    bureau: Body,
    office: Body,
    district_admin: Actor,
    at: datetime,
    on: date,
) -> None:
    day = on - timedelta(days=10)
    actions.merge_body(body_id=bureau.pk, into=office.pk, day=day, actor=district_admin, at=at)

    assert codes(group, on) == ["j-office"]
    assert codes(group, day - timedelta(days=1)) == ["j-bureau"]


def test_two_members_that_become_one_stand_once(
    belongs: Participation,
    group: Body,
    bureau: Body,
    office: Body,
    district_admin: Actor,
    at: datetime,
    on: date,
) -> None:
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    pair: dict[str, Any] = {"host_id": group.pk, "member_id": office.pk}
    actions.join_body(**pair, day=on - timedelta(days=60), **by)
    actions.leave_body(**pair, day=on - timedelta(days=5), **by)

    actions.merge_body(body_id=bureau.pk, into=office.pk, day=on - timedelta(days=10), **by)

    rows = Participation.objects.filter(member=office).order_by("valid_from")
    assert [(row.valid_from, row.valid_to) for row in rows] == [
        (on - timedelta(days=60), on - timedelta(days=5)),
        (on - timedelta(days=5), None),
    ]
    assert codes(group, on) == ["j-office"]


def test_members_go_along_with_a_group_that_goes_into_another(
    belongs: Participation, group: Body, bureau: Body, district_admin: Actor, at: datetime, on: date
) -> None:
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    other = founded("j-other", "coordination_body", district_admin, at, on)
    actions.join_body(host_id=group.pk, member_id=other.pk, day=on - timedelta(days=9), **by)

    actions.merge_body(body_id=group.pk, into=other.pk, **by)

    assert (codes(group, on), codes(other, on)) == ([], ["j-bureau"])


def test_ends_with_either_of_the_two(
    belongs: Participation,
    group: Body,
    bureau: Body,
    office: Body,
    district_admin: Actor,
    at: datetime,
    on: date,
) -> None:
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    actions.join_body(host_id=group.pk, member_id=office.pk, day=on - timedelta(days=9), **by)

    actions.dissolve_body(body_id=bureau.pk, **by)
    assert codes(group, on) == ["j-office"]
    actions.dissolve_body(body_id=group.pk, **by)

    assert not Participation.objects.standing().filter(host=group).exists()


def test_does_not_end_on_the_day_it_was_taken_in(
    group: Body, bureau: Body, district_admin: Actor, at: datetime
) -> None:
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    actions.join_body(host_id=group.pk, member_id=bureau.pk, **by)

    with pytest.raises(rules.WrongDay):
        actions.dissolve_body(body_id=bureau.pk, **by)


def test_a_group_with_members_becomes_nothing_else(
    belongs: Participation, group: Body, district_admin: Actor, at: datetime
) -> None:
    by: dict[str, Any] = {"actor": district_admin, "at": at}
    with pytest.raises(WrongJoining, match="成员单位"):
        actions.rename_body(body_id=group.pk, name="改设", kind="department", **by)


def test_ends_with_a_member_that_a_file_ends(
    belongs: Participation, bureau: Body, district_admin: Actor, at: datetime, on: date
) -> None:
    row = {
        "code": bureau.code,
        "name": bureau.name,
        "kind": bureau.kind,
        "place": bureau.region_path,
        "start": bureau.valid_from,
    }
    late = end_by_file(row | {"end": belongs.valid_from}, district_admin, at)
    done = end_by_file(row | {"end": on}, district_admin, at)

    belongs.refresh_from_db()
    assert (late, done, belongs.valid_to) == ([rules.WrongDay], [], on)


def end_by_file(row: Row, actor: Actor, at: datetime) -> list[type[Exception]]:
    """Take in a file of one body that ends; return what was wrong with it."""
    key = (row["code"],)
    taking = BODIES.intake(keys={key: 2}, actor=actor, at=at)
    [held] = taking.held([key], is_locked=True).values()
    taking.check(row, held=held)
    wrong = [type(no) for _key, no in taking.end()]
    if not wrong:
        taking.write([], [row])
        taking.finish()
    return wrong


# ------------------------------------------------------------------ as a file


def taken(actor: Actor, at: datetime, *rows: Row) -> None:
    """Take in a file of members, each row checked before any is written."""
    keys: dict[tuple[str, ...], int] = {
        (row["host"], row["member"]): number for number, row in enumerate(rows)
    }
    taking = PARTICIPATIONS.intake(keys=keys, actor=actor, at=at)
    held = taking.held(list(keys), is_locked=True)
    for key, row in zip(keys, rows, strict=True):
        taking.check(row, held=held.get(key))
    new = [row for key, row in zip(keys, rows, strict=True) if key not in held]
    taking.write(new, [row for row in rows if row not in new])
    taking.finish()


def test_a_file_leaves_the_rows_that_the_verb_leaves(
    belongs: Participation,
    group: Body,
    bureau: Body,
    office: Body,
    district_admin: Actor,
    at: datetime,
    on: date,
) -> None:
    first = {"host": group.code, "member": office.code, "start": belongs.valid_from}
    taken(
        district_admin,
        at,
        first | {"because": "成立通知，示例"},
        {"host": group.code, "member": bureau.code, "end": on},
    )

    made = Participation.objects.get(member=office)
    assert (made.valid_from, made.valid_to, made.because) == (
        belongs.valid_from,
        None,
        belongs.because,
    )
    assert (codes(group, on), codes(group, on - timedelta(days=1))) == (
        ["j-office"],
        ["j-bureau", "j-office"],
    )
    rows = joined.participations_asked({"standing": "all", "host": group.code}, on=on)
    out = joined.participation_values(list(rows), at=at)
    assert [(one["host"], one["member"], one["end"]) for one in out] == [
        (group.code, bureau.code, on),
        (group.code, office.code, None),
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"host": "j-bureau"}, "host"),
        ({"host": "nobody"}, "host"),
        ({"member": "nobody"}, "member"),
        ({"member": "j-group"}, "member"),
        ({"start": date(2099, 1, 1)}, "start"),
        ({"start": date(2000, 1, 1)}, "start"),
        ({"end": date(2099, 1, 1)}, "end"),
    ],
)
def test_a_row_that_the_verb_would_refuse_is_refused(
    group: Body,
    bureau: Body,
    office: Body,
    district_admin: Actor,
    at: datetime,
    changed: Row,
    field: str,
) -> None:
    row = {"host": group.code, "member": office.code} | dict(changed)
    with pytest.raises((WrongJoining, rules.WrongDay)) as refused:
        taken(district_admin, at, row)

    assert refused.value.field == field


def test_a_file_names_nobody_of_elsewhere(
    group: Body, district_admin: Actor, stranger: Actor, at: datetime
) -> None:
    far = actions.found_body(
        code="j-far", kind="department", name="外区", place="34/01/03/", actor=stranger, at=at
    )
    row = {"host": group.code, "member": far.code}

    with pytest.raises(WrongJoining, match="没有这个单位"):
        taken(district_admin, at, row)
    with pytest.raises(Denied):
        taken(stranger, at, row)


# ------------------------------------------------------------------ on the pages


def text(browser: Any, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_stands_on_both_pages_on_any_day(
    belongs: Participation, group: Body, bureau: Body, on: date
) -> None:
    browser = browser_of(person(Role.DISTRICT_ADMIN, DISTRICT))
    before = belongs.valid_from - timedelta(days=1)

    assert bureau.name in text(browser, f"/desk/organisations/{group.pk}")
    assert "没有登记成员单位" in text(browser, f"/desk/organisations/{group.pk}?on={before}")
    assert group.name in text(browser, f"/desk/organisations/{bureau.pk}")
    assert "参加的议事协调机构" in text(browser, f"/desk/organisations/{bureau.pk}")
    past = text(browser, f"/desk/organisations/{bureau.pk}?on={before}")
    assert "参加的议事协调机构" not in past


def test_the_figure_of_coverage_is_how_long_the_list_is(
    belongs: Participation, group: Body, on: date
) -> None:
    browser = browser_of(person(Role.DISTRICT_ADMIN, DISTRICT))
    [host] = [
        one
        for one in joined.hosts(actor=person(Role.DISTRICT_ADMIN, DISTRICT), on=on)
        if one.id == group.pk
    ]

    assert host.members == len(joined.members_of(group.pk, on=on)) == 1
    assert "1 个成员单位" in text(browser, "/desk/coverage")
    listed = text(browser, f"/desk/participations?host={group.code}")
    assert "j-bureau示例" in listed
    assert "共 <b>1</b>" in listed


def test_forms_take_in_and_let_go(group: Body, bureau: Body, on: date) -> None:
    browser = browser_of(person(Role.DISTRICT_ADMIN, DISTRICT))
    page = f"/desk/organisations/{group.pk}"

    nobody = browser.post(f"{page}/join", {"member": "", "day": on - timedelta(days=9)})
    browser.post(f"{page}/join", {"member": "j-bureau", "day": on - timedelta(days=9)})
    assert nobody.status_code == 422
    assert codes(group, on) == ["j-bureau"]
    assert 'value="j-bureau" selected' in text(browser, f"{page}/leave?member=j-bureau")

    browser.post(f"{page}/leave", {"member": "j-bureau", "day": on})
    assert codes(group, on) == []


def test_its_members_of_the_day_are_called_to_its_meeting(
    belongs: Participation, group: Body, bureau: Body
) -> None:
    browser = browser_of(person(Role.DISTRICT_ADMIN, DISTRICT))
    called = f'value="{bureau.pk}" checked'

    assert called in text(browser, f"/desk/meetings/new?body={group.pk}")
    again = browser.post("/desk/meetings/new", {"body": str(group.pk), "invited": []})
    assert again.status_code == 422
    assert called not in again.content.decode()

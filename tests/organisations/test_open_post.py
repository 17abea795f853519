"""A post … stands at the level of its kind, with its seats, from day to day (设立岗位)."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.codes.rules import NotKeeper
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions
from quanyu.organisations import rules as bodies
from quanyu.organisations.models import Body, PostKind
from quanyu.organisations.queries.hanging import hanging
from quanyu.organisations.rules import posts as rules
from tests.organisations.conftest import STREET, person
from tests.organisations.posts import CITY, COMMUNITY, GRID, account, appointed, do, grants, post

pytestmark = pytest.mark.django_db


def test_is_opened_by_the_level_above(
    district_admin: Actor, commander: Actor, at: datetime
) -> None:
    made = post(commander, at, code="p-officer", kind="community-officer", place=COMMUNITY)

    assert (made.region_path, made.seats) == (COMMUNITY, 1)
    assert Record.objects.get(topic="post.open").actor_id == commander.id
    with pytest.raises(rules.NotAppointer):
        post(
            commander, at, code="p-street", kind="street-operator", place=STREET, of="street-office"
        )
    with pytest.raises(Denied):
        post(person(Role.DISTRICT_ADMIN, "34/01/03/"), at, code="p-far")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("kind", {"kind": "grid-king"}),
        ("place", {"place": COMMUNITY}),
        ("place", {"place": f"{STREET}002/g001/"}),
        ("place", {"place": f"{STREET}001/g999/"}),
        ("seats", {"seats": 0}),
        ("code", {"code": "Not a code"}),
    ],
)
def test_refuses_what_no_post_can_be(
    district_admin: Actor, at: datetime, field: str, given: dict[str, Any]
) -> None:
    with pytest.raises(rules.WrongPost) as refused:
        post(district_admin, at, **given)

    assert refused.value.field == field


def test_refuses_a_code_that_is_taken_and_a_body_that_does_not_stand(
    district_admin: Actor, at: datetime
) -> None:
    post(district_admin, at)

    with pytest.raises(bodies.AlreadyThere):
        post(district_admin, at)
    with pytest.raises(bodies.WrongDay):
        post(district_admin, at, code="p-early", start=date(2021, 1, 1))


def test_has_seats_from_day_to_day(
    district_admin: Actor, commander: Actor, at: datetime, on: date
) -> None:
    where = post(district_admin, at, seats=2)
    for n in range(2):
        appointed(where, account(f"two.{n}", at=at), commander, district_admin, at)

    with pytest.raises(rules.NoSeat):
        do(actions.change_seats, post_id=where.pk, seats=1, actor=district_admin, at=at)
    do(actions.change_seats, post_id=where.pk, seats=3, actor=district_admin, at=at)

    appointed(where, account("two.3", at=at), commander, district_admin, at)
    stood = where.stood.order_by("pk").values_list("seats", "valid_to")
    assert list(stood) == [(2, on), (3, None)]


def test_is_closed_when_nobody_holds_it(
    district_admin: Actor, commander: Actor, at: datetime, on: date
) -> None:
    where = post(district_admin, at)
    row = appointed(where, account("zhou.ming", at=at), commander, district_admin, at)
    with pytest.raises(rules.NoSeat):
        do(actions.close_post, post_id=where.pk, actor=district_admin, at=at)
    do(actions.end_appointment, appointment_id=row.pk, reason="撤岗", actor=commander, at=at)

    do(actions.close_post, post_id=where.pk, actor=district_admin, at=at)

    where.refresh_from_db()
    assert where.valid_to == on
    far = person(Role.DISTRICT_ADMIN, "34/01/03/")
    with pytest.raises(Denied):
        do(actions.close_post, post_id=where.pk, actor=far, at=at)


def test_of_a_kind_that_changes_keeps_what_two_people_confirmed(
    district_admin: Actor, commander: Actor, at: datetime, on: date
) -> None:
    where = post(district_admin, at, seats=2)
    first, second = account("first", at=at), account("second", at=at)
    appointed(where, first, commander, district_admin, at)
    facts: dict[str, Any] = {
        "code": "grid-worker",
        "name": "专职网格员",
        "name_en": "Grid worker",
        "level": "grid",
        "roles": ["grid_worker", "community_officer"],
        "start": on,
    }

    with pytest.raises(Denied):
        actions.define_kind(**facts, actor=district_admin, at=at)
    actions.define_kind(**facts, actor=CITY, at=at)
    appointed(where, second, commander, district_admin, at)

    assert {one.role for one in grants(first, at=at)} == {"grid_worker"}
    assert {one.role for one in grants(second, at=at)} == {"grid_worker", "community_officer"}


@pytest.mark.parametrize(
    ("level", "role"),
    [
        ("grid", "sec_admin"),
        ("grid", "resident"),
        ("grid", "system"),
        ("grid", "commander"),
        ("community", "district_admin"),
        ("grid", "king"),
        ("grid", "handler"),
    ],
)
def test_carries_no_role_that_decides_about_others_elsewhere(
    level: str, role: str, at: datetime, on: date
) -> None:
    with pytest.raises(rules.WrongPost) as refused:
        actions.define_kind(
            code="too-much",
            name="越权",
            name_en="",
            level=level,
            roles=[role],
            start=on,
            actor=CITY,
            at=at,
        )

    assert refused.value.field == "roles"


def test_is_of_a_kind_that_is_shipped_as_a_sample(at: datetime) -> None:
    assert not PostKind.objects.filter(is_sample=False).exists()
    assert actions.load_kinds(actor=CITY, at=at) == 0


def test_hangs_on_its_body_while_it_stands(
    district_admin: Actor, commander: Actor, at: datetime
) -> None:
    where = post(district_admin, at)

    found = [
        one.name
        for answer in hanging.ask(where.body_id, district_admin, at)
        for kind in answer
        if kind.kind == "posts"
        for one in kind.rows
    ]

    assert found == ["专职网格员"]


def test_is_opened_in_a_body_that_one_leads(at: datetime) -> None:
    secretary = person(Role.COMMUNITY_SECRETARY, COMMUNITY)

    assert post(secretary, at, code="p-own").region_path == GRID
    for code in ("street-office", "district-civil-affairs"):
        with pytest.raises(Denied):
            post(secretary, at, code="p-foreign", of=code)


def test_is_opened_in_what_a_street_commands_by_the_district(
    district_admin: Actor, commander: Actor, at: datetime
) -> None:
    given = {"code": "team", "kind": "stationed_agency", "name": "队", "place": COMMUNITY}
    do(actions.found_body, **given, start=at.date(), actor=commander, at=at)
    new: dict[str, Any] = {"kind": "body-handler", "place": "", "of": "team", "start": at.date()}

    with pytest.raises(rules.NotAppointer):
        post(commander, at, code="p-h", **new)
    made = post(district_admin, at, code="p-h", **new)

    with pytest.raises(rules.NotAppointer):
        do(actions.close_post, post_id=made.pk, actor=commander, at=at)
    with pytest.raises(rules.NotAppointer):
        do(actions.change_seats, post_id=made.pk, seats=2, actor=commander, at=at)


@pytest.mark.parametrize("of", ["property-demo", "district-civil-affairs"])
def test_is_of_a_kind_that_fits_its_body(district_admin: Actor, at: datetime, of: str) -> None:
    with pytest.raises(rules.WrongPost) as refused:
        post(district_admin, at, of=of)

    assert refused.value.field == "kind"


def test_carries_the_role_of_a_body_only_within_one(at: datetime, on: date) -> None:
    with pytest.raises(IntegrityError, match="post_kind_with_a_bodys_role"), transaction.atomic():
        PostKind.objects.create(
            code="too-much",
            name="越权",
            level="grid",
            hours="full_time",
            roles=["handler"],
            valid_from=on,
        )


def test_is_of_kinds_that_a_real_city_has_without_a_sample_body(at: datetime) -> None:
    PostKind.objects.filter(code="grid-worker").update(code="grid-worker-of-ours")
    PostKind.objects.filter(code="grid-leader").update(name="本市网格长")
    before = Body.objects.count()

    with pytest.raises(NotKeeper):
        actions.load_rules(actor=person(Role.DISTRICT_ADMIN, "34/01/03/"), at=at)
    done = actions.load_rules(actor=CITY, at=at)

    assert (done, Body.objects.count()) == ({"norms": 0, "kinds": 1}, before)
    assert PostKind.objects.get(code="grid-leader").name == "本市网格长"

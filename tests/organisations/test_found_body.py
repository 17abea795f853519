"""A body is entered where it acts (设立单位)."""

from datetime import date, datetime
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions, queries, rules
from quanyu.organisations.models import Body
from tests.organisations.conftest import STREET, person


def test_a_body_stands_from_the_day_it_is_founded(team: Body, on: date) -> None:
    assert team.code in {body.code for body in queries.bodies(on=on, place=STREET)}


def test_it_is_recorded(team: Body) -> None:
    (kept,) = Record.objects.filter(topic="body.found")

    assert (kept.region_path, kept.changed) == (STREET, ["code", "kind", "name", "region_path"])


def test_refuses_the_same_code_twice(team: Body, district_admin: Actor, at: datetime) -> None:
    with pytest.raises(rules.AlreadyThere):
        actions.found_body(
            code=team.code,
            kind="residents_committee",
            name="又一个",
            place=STREET,
            actor=district_admin,
            at=at,
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "13900000000"),
        ("code", "路灯"),
        ("kind", "club"),
        ("name", "  "),
    ],
)
def test_refuses_what_no_body_can_be(
    db: None, district_admin: Actor, at: datetime, field: str, value: str
) -> None:
    given: dict[str, Any] = {
        "code": "lamp-team",
        "kind": "stationed_agency",
        "name": "路灯养护队",
        "phone": "",
    }

    with pytest.raises(rules.WrongBody) as refused:
        actions.found_body(**given | {field: value}, place=STREET, actor=district_admin, at=at)

    assert (refused.value.field, refused.value.value) == (field, value)


def test_refuses_a_place_that_is_not_in_the_tree(
    db: None, district_admin: Actor, at: datetime
) -> None:
    with pytest.raises(rules.WrongDuty):
        actions.found_body(
            code="lamp-team",
            kind="department",
            name="路灯养护队",
            place="34/01/04/999/",
            actor=district_admin,
            at=at,
        )


def test_denies_a_stranger(db: None, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.found_body(
            code="lamp-team",
            kind="department",
            name="路灯养护队",
            place=STREET,
            actor=stranger,
            at=at,
        )


def test_refuses_a_dispatcher(db: None, at: datetime) -> None:
    with pytest.raises(rules.NotKeeper):
        actions.found_body(
            code="lamp-team",
            kind="department",
            name="路灯养护队",
            place=STREET,
            actor=person(Role.DISPATCHER, STREET),
            at=at,
        )


@pytest.mark.parametrize("code", ["district-management", "nothing-of-the-kind"])
def test_hangs_under_nothing_of_anothers_place(
    db: None, commander: Actor, at: datetime, code: str
) -> None:
    above = Body.objects.filter(code=code).values_list("pk", flat=True).first() or uuid7()
    with pytest.raises(Denied):
        actions.found_body(
            code="lamp-team",
            kind="stationed_agency",
            name="路灯养护队",
            place=STREET,
            parent=above,
            actor=commander,
            at=at,
        )

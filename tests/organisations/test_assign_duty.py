"""A body answers for a class at a place, from a day on (指定责任单位)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions, queries, rules
from quanyu.organisations.models import Body
from tests.organisations.conftest import STREET, person

LAMP = "P0118"


def test_the_body_answers_from_that_day(
    team: Body, district_admin: Actor, at: datetime, on: date
) -> None:
    actions.assign_duty(
        body_id=team.id,
        class_prefix=LAMP,
        place=STREET,
        basis="owner",
        start=on,
        actor=district_admin,
        at=at,
    )

    inside = f"{STREET}002/g001/"
    assert queries.answers_for(team.id, LAMP, place=inside, on=on)
    assert not queries.answers_for(team.id, LAMP, place=inside, on=on - timedelta(days=1))
    assert not queries.answers_for(team.id, LAMP, place="34/01/04/002/", on=on)
    assert not queries.answers_for(team.id, "P0119", place=inside, on=on)


def test_a_commander_assigns_in_the_street(
    team: Body, commander: Actor, at: datetime, on: date
) -> None:
    actions.assign_duty(
        body_id=team.id, class_prefix="P", place=STREET, basis="owner", actor=commander, at=at
    )

    assert queries.answers_for(team.id, LAMP, place=STREET, on=on)
    assert Record.objects.filter(topic="duty.assign").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("class_prefix", "P0199"), ("place", "34/01/04/001/099/"), ("basis", "habit")],
)
def test_refuses_what_no_duty_can_be(
    team: Body, district_admin: Actor, at: datetime, field: str, value: str
) -> None:
    given: dict[str, Any] = {"class_prefix": LAMP, "place": STREET, "basis": "owner"}

    with pytest.raises(rules.WrongDuty) as refused:
        actions.assign_duty(body_id=team.id, **given | {field: value}, actor=district_admin, at=at)

    assert (refused.value.field, refused.value.value) == (field, value)


def test_refuses_the_same_duty_twice(team: Body, district_admin: Actor, at: datetime) -> None:
    given: dict[str, Any] = {"class_prefix": LAMP, "place": STREET, "basis": "owner"}
    actions.assign_duty(body_id=team.id, **given, actor=district_admin, at=at)

    with pytest.raises(rules.AlreadyThere):
        actions.assign_duty(body_id=team.id, **given, actor=district_admin, at=at)


def test_refuses_a_day_before_the_body_was_founded(
    team: Body, district_admin: Actor, at: datetime, on: date
) -> None:
    with pytest.raises(rules.WrongDay):
        actions.assign_duty(
            body_id=team.id,
            class_prefix=LAMP,
            place=STREET,
            basis="owner",
            start=on - timedelta(days=90),
            actor=district_admin,
            at=at,
        )


def test_denies_a_stranger(team: Body, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.assign_duty(
            body_id=team.id, class_prefix=LAMP, place=STREET, basis="owner", actor=stranger, at=at
        )


def test_denies_a_commander_the_whole_district(team: Body, commander: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.assign_duty(
            body_id=team.id,
            class_prefix=LAMP,
            place="34/01/04/",
            basis="owner",
            actor=commander,
            at=at,
        )


def test_refuses_a_dispatcher(team: Body, at: datetime) -> None:
    with pytest.raises(rules.NotKeeper):
        actions.assign_duty(
            body_id=team.id,
            class_prefix=LAMP,
            place=STREET,
            basis="owner",
            actor=person(Role.DISPATCHER, STREET),
            at=at,
        )


def test_denies_a_body_that_is_not(db: None, district_admin: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.assign_duty(
            body_id=uuid7(),
            class_prefix=LAMP,
            place=STREET,
            basis="owner",
            actor=district_admin,
            at=at,
        )

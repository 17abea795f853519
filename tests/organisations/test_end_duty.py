"""A duty ends, and the list keeps who answered until then (解除责任)."""

from datetime import date, datetime, timedelta

import pytest

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions, queries, rules
from quanyu.organisations.models import Body, Duty
from tests.organisations.conftest import STREET


@pytest.fixture
def duty(team: Body, district_admin: Actor, at: datetime, on: date) -> Duty:
    return actions.assign_duty(
        body_id=team.id,
        class_prefix="P0118",
        place=STREET,
        basis="owner",
        start=on - timedelta(days=30),
        actor=district_admin,
        at=at,
    )


def test_from_the_last_day_on_the_body_does_not_answer(
    duty: Duty, district_admin: Actor, at: datetime, on: date
) -> None:
    actions.end_duty(duty_id=duty.id, actor=district_admin, at=at)

    before = on - timedelta(days=1)
    assert not queries.answers_for(duty.body_id, "P0118", place=STREET, on=on)
    assert queries.answers_for(duty.body_id, "P0118", place=STREET, on=before)


def test_it_may_be_given_again(duty: Duty, district_admin: Actor, at: datetime, on: date) -> None:
    actions.end_duty(duty_id=duty.id, actor=district_admin, at=at)

    actions.assign_duty(
        body_id=duty.body_id,
        class_prefix="P0118",
        place=STREET,
        basis="owner",
        actor=district_admin,
        at=at,
    )

    assert queries.answers_for(duty.body_id, "P0118", place=STREET, on=on)


def test_refuses_an_end_before_the_start(duty: Duty, district_admin: Actor, at: datetime) -> None:
    with pytest.raises(rules.WrongDay):
        actions.end_duty(duty_id=duty.id, end=duty.valid_from, actor=district_admin, at=at)


def test_refuses_to_end_it_twice(duty: Duty, district_admin: Actor, at: datetime) -> None:
    actions.end_duty(duty_id=duty.id, actor=district_admin, at=at)

    with pytest.raises(rules.WrongDay):
        actions.end_duty(duty_id=duty.id, actor=district_admin, at=at)


def test_denies_a_stranger(duty: Duty, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.end_duty(duty_id=duty.id, actor=stranger, at=at)


def test_denies_a_duty_that_is_not(db: None, district_admin: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.end_duty(duty_id=uuid7(), actor=district_admin, at=at)

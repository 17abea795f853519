"""Of two who raise the same card, or report in at once, one wins and the other is told (并发)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from quanyu.events import actions
from quanyu.events.actions import cards, whistle
from quanyu.events.models import SupervisionCard
from quanyu.events.rules.cards import AlreadyOpen, Charge
from quanyu.events.rules.whistle import NotNow
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.organisations import queries as organisations
from tests.conftest import in_body, person
from tests.events.calls import callable_keys, wanted
from tests.events.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act() -> Any:
    """Do something as somebody, in a transaction of its own."""

    def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
        with acting(actor):
            return verb(actor=actor, **facts)

    return done


@pytest.fixture
def commander() -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, name="何强")


def test_of_two_commanders_one_raises_the_card(
    act: Any,
    said: actions.Report,
    operator: Actor,
    dispatcher: Actor,
    commander: Actor,
    at: datetime,
) -> None:
    key = act(actions.report, said=said, actor=REPORTER, at=at).id
    act(actions.accept, event_id=key, actor=operator, at=at)
    event = act(actions.file, event_id=key, class_code="P0102", actor=operator, at=at)
    holders = organisations.duty_holders("P0102", place=event.region_path, on=at.date())
    body: UUID = holders[0].body_id
    act(actions.dispatch, event_id=key, body=body, actor=dispatcher, at=at)
    charge = Charge("letter", "overdue", "办结并答复", body, matter=event.number)
    late = at + timedelta(days=30)

    def attempt(_number: int) -> str:
        try:
            act(cards.raise_card, charge=charge, actor=commander, at=late)
        except AlreadyOpen:
            return "told"
        return "raised"

    assert at_once(attempt) == ["raised", "told"]
    with acting(commander):
        assert SupervisionCard.objects.count() == 1


def test_of_two_colleagues_one_reports_in(act: Any, dispatcher: Actor, at: datetime) -> None:
    body = callable_keys(at)[0]
    call = act(whistle.blow, call=wanted(body), actor=dispatcher, at=at)

    def attempt(_number: int) -> str:
        try:
            act(whistle.report_in, call_id=call.pk, actor=in_body(body), at=at)
        except NotNow:
            return "told"
        return "came"

    assert at_once(attempt) == ["came", "told"]

"""Sight of a matter … ends with what it was given for (一并看得到的单位, decision 0020)."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from quanyu.events import actions, jobs
from quanyu.events.actions import cards, whistle
from quanyu.events.models import Event, JointPart, SupervisionCard, WhistleCall
from quanyu.events.queries import cards as card_queries
from quanyu.events.queries import whistle as call_queries
from quanyu.events.rules.cards import Charge
from quanyu.kernel.access.rules import Actor, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs import app as queue
from quanyu.organisations import queries as organisations
from tests.conftest import STREET, found, in_body, person
from tests.events.calls import blown, callable_keys
from tests.events.test_join import TASK, code
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
WORKER = system(settings.QUANYU_CITY, job="tests")
ELSEWHERE = "34/01/04/002/"


@pytest.fixture
def called(handling: Event, at: datetime) -> UUID:
    """A body that the street may call, and that does not have the matter."""
    return next(key for key in callable_keys(at) if key != handling.body_id)


@pytest.fixture
def call(act: Any, handling: Event, dispatcher: Actor, called: UUID, at: datetime) -> WhistleCall:
    """A call of that body about the matter."""
    return blown(act, dispatcher, at, called, matters=(handling.number,))


def sees(body: UUID, model: Any, key: UUID) -> bool:
    """Answer whether somebody who handles in a body sees a row, by both walls."""
    one = in_body(body)
    set_scope(one)
    by_query = model.objects.visible_to(one).filter(pk=key).exists()
    assert by_query == model.objects.filter(pk=key).exists()
    return bool(by_query)


# ------------------------------------------------------------------ whistle calls


def test_of_those_called_lasts_as_long_as_the_call(
    act: Any, handling: Event, call: WhistleCall, called: UUID, dispatcher: Actor, at: datetime
) -> None:
    assert sees(called, Event, handling.pk)

    act(whistle.end, call_id=call.pk, words="已一起清完", actor=dispatcher, at=at)

    assert not sees(called, Event, handling.pk)
    assert sees(called, WhistleCall, call.pk)
    assert found(handling.pk).shared_with == []


def test_of_those_called_stays_for_another_reason(
    act: Any, handling: Event, call: WhistleCall, called: UUID, dispatcher: Actor, at: datetime
) -> None:
    facts = {"event_id": handling.id, "body": called, "task": TASK}
    act(actions.join, actor=dispatcher, at=at, **facts)
    act(whistle.end, call_id=call.pk, words="已一起清完", actor=dispatcher, at=at)

    assert sees(called, Event, handling.pk)


def test_of_those_called_twice_lasts_as_long_as_the_second_call(
    act: Any, handling: Event, call: WhistleCall, called: UUID, dispatcher: Actor, at: datetime
) -> None:
    second = blown(act, dispatcher, at, called, matters=(handling.number,))
    act(whistle.end, call_id=call.pk, words="已一起清完", actor=dispatcher, at=at)
    lasts = sees(called, Event, handling.pk)

    act(whistle.end, call_id=second.pk, words="又清了一次", actor=dispatcher, at=at)

    assert (lasts, sees(called, Event, handling.pk)) == (True, False)


def test_of_what_the_street_reaches_no_more_is_ended_by_the_worker(
    act: Any, handling: Event, call: WhistleCall, called: UUID, dispatcher: Actor, at: datetime
) -> None:
    set_scope(WORKER)
    Event.objects.filter(pk=handling.pk).update(region_path=ELSEWHERE)
    act(whistle.end, call_id=call.pk, words="已一起清完", actor=dispatcher, at=at)
    before = sees(called, Event, handling.pk)

    queue.run("tests", jobs.take_leave, case=call.pk, at=at)
    queue.run("tests", jobs.take_leave, case=call.pk, at=at)

    assert (before, sees(called, Event, handling.pk)) == (True, False)
    assert found(handling.pk).steps.filter(verb="whistle_end").count() == 1


def test_of_what_nobody_told_the_worker_of_is_ended_at_night(
    act: Any, handling: Event, call: WhistleCall, called: UUID, dispatcher: Actor, at: datetime
) -> None:
    set_scope(WORKER)
    Event.objects.filter(pk=handling.pk).update(region_path=ELSEWHERE)
    lasting = call_queries.to_take_leave(actor=WORKER)
    act(whistle.end, call_id=call.pk, words="已一起清完", actor=dispatcher, at=at)
    set_scope(WORKER)
    ended = call_queries.to_take_leave(actor=WORKER)

    jobs.take_leave_late(at)

    assert (lasting, ended, sees(called, Event, handling.pk)) == ([], [call.pk], False)
    set_scope(WORKER)
    assert call_queries.to_take_leave(actor=WORKER) == []


def test_of_those_called_before_the_release_is_ended_too(
    act: Any, handling: Event, call: WhistleCall, called: UUID, dispatcher: Actor, at: datetime
) -> None:
    act(whistle.end, call_id=call.pk, words="已一起清完", actor=dispatcher, at=at)
    other = code("water-supply")
    set_scope(WORKER)
    Event.objects.filter(pk=handling.pk).update(shared_with=[called, other])
    told = import_module("quanyu.events.migrations.0029_let_sight_end_with_its_call")

    with connection.cursor() as cursor:
        cursor.execute(told.LEAVE)

    assert found(handling.pk).shared_with == [other]


def test_a_stranger_ends_none(act: Any, call: WhistleCall, stranger: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(whistle.take_leave, call_id=call.pk, actor=stranger, at=at)


# ------------------------------------------------------------------ the body above


def test_of_the_body_above_goes_with_the_matter(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    assert handling.body_id is not None
    above = organisations.above(handling.body_id)
    assert above is not None
    assert handling.due_at is not None
    browser_of(in_body(above, name="高峰"))
    set_scope(WORKER)
    late = handling.due_at + timedelta(days=4)
    actions.escalate(event_id=handling.pk, actor=WORKER, at=late)
    before = found(handling.pk).shared_with
    other = code("water-supply")
    facts = {"event_id": handling.id, "body": other, "task": TASK}
    act(actions.join, actor=dispatcher, at=at, **facts)
    given = {"event_id": handling.id, "body": other, "reason": "阀门归他们"}
    act(actions.move_lead, actor=dispatcher, at=late, **given)

    assert above in before
    assert above not in found(handling.pk).shared_with


def test_of_the_body_above_that_was_not_told_ends_with_its_part(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    assert handling.body_id is not None
    above = organisations.above(handling.body_id)
    facts = {"event_id": handling.id, "body": above, "task": TASK}
    act(actions.join, actor=dispatcher, at=at, **facts)
    before = found(handling.pk).shared_with
    set_scope(WORKER)
    part = JointPart.objects.get(event=handling)
    taken = {"event_id": handling.id, "part_id": part.pk, "reason": "不用配合了"}
    act(actions.withdraw_part, actor=dispatcher, at=at, **taken)

    assert (before, found(handling.pk).shared_with) == ([above], [])


def test_of_the_body_above_ends_once_nobody_has_the_matter(
    act: Any, handling: Event, at: datetime
) -> None:
    assert handling.body_id is not None
    assert handling.due_at is not None
    above = organisations.above(handling.body_id)
    assert above is not None
    browser_of(in_body(above, name="高峰"))
    set_scope(WORKER)
    late = handling.due_at + timedelta(days=4)
    actions.escalate(event_id=handling.pk, actor=WORKER, at=late)
    before = found(handling.pk).shared_with
    commander = person(Role.COMMANDER, STREET, name="何强")
    ended = {"ground": "cannot_be_met", "reason": "三次协商不成", "reply": "按现行规定办不了"}
    act(actions.force_close, event_id=handling.id, actor=commander, at=late, **ended)
    last = found(handling.pk).shared_with
    said = {"event_id": handling.id, "reason": "还是没有办"}
    act(actions.appeal, actor=holder(handling.id), at=late, **said)

    assert (before, last, found(handling.pk).shared_with) == ([above], [above], [])


# ------------------------------------------------------------------ cards


@pytest.fixture
def commander() -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, STREET, name="何强")


@pytest.fixture
def card(act: Any, handling: Event, commander: Actor, at: datetime) -> SupervisionCard:
    """A card on a matter that has gone to another street since."""
    assert handling.body_id is not None
    charge = Charge("letter", "shirking", "请说明", handling.body_id, matter=handling.number)
    made: SupervisionCard = act(cards.raise_card, charge=charge, actor=commander, at=at)
    set_scope(WORKER)
    Event.objects.filter(pk=handling.pk).update(region_path=ELSEWHERE)
    return made


@pytest.mark.parametrize(
    ("verb", "told"), [("withdraw", "card_withdraw"), ("escalate", "card_escalate")]
)
def test_of_the_matter_gone_the_card_is_its_raisers_all_the_same(
    verb: str, told: str, act: Any, card: SupervisionCard, commander: Actor, at: datetime
) -> None:
    act(getattr(cards, verb), card_id=card.pk, words="改由那边督办", actor=commander, at=at)

    queue.run("tests", jobs.tell_of_card, case=card.pk, at=at)
    queue.run("tests", jobs.tell_of_card, case=card.pk, at=at)

    assert card_queries.one(card.pk, actor=WORKER).ended_at == at
    assert found(card.event_id).steps.filter(verb=told).count() == 1


def test_a_stranger_tells_of_no_card(
    act: Any, card: SupervisionCard, stranger: Actor, at: datetime
) -> None:
    with pytest.raises(Denied):
        act(cards.tell_matter, card_id=card.pk, actor=stranger, at=at)

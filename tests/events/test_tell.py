"""tell … lets whoever a step concerns know, once, and nobody besides (告知)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from quanyu.events import actions
from quanyu.events.actions import Report
from quanyu.events.models import Event
from quanyu.events.rules import AUDIENCES, Channel
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.jobs.rules import listeners
from quanyu.kernel.notices.models import Delivery, Notice
from quanyu.kernel.notices.rules import topics
from tests.conftest import found, in_body, person
from tests.seat import browser_of

WORKER = system(settings.QUANYU_CITY, job="tests")


@pytest.fixture
def told(db: None) -> Any:
    """Say whom a step was told, as their keys by topic."""

    def tell(event: Event, verb: str, *, at: datetime, **more: Any) -> set[UUID | None]:
        given = {"since": at} | more
        set_scope(WORKER)
        actions.tell(event_id=event.id, verb=verb, actor=WORKER, at=at, **given)
        rows = Notice.objects.filter(topic=f"event.{verb}")
        return set(rows.values_list("account_id", flat=True))

    return tell


def seated(*people: Actor) -> set[UUID | None]:
    """Give people their accounts, and return their keys."""
    for one in people:
        browser_of(one)
    return {one.id for one in people}


def test_goes_to_everybody_who_handles_in_the_body(
    told: Any, dispatched: Event, body: UUID, handler: Actor, stranger: Actor, at: datetime
) -> None:
    colleague = in_body(body)
    hands = seated(handler, colleague)
    seated(stranger)

    assert told(dispatched, "dispatch", at=at) == hands


def test_is_told_once_however_often_the_job_runs(
    told: Any, dispatched: Event, handler: Actor, at: datetime
) -> None:
    seated(handler)
    told(dispatched, "dispatch", at=at)
    told(dispatched, "dispatch", at=at)

    assert Notice.objects.count() == 1


def test_goes_away_once_a_colleague_has_signed(
    act: Any, told: Any, dispatched: Event, body: UUID, handler: Actor, at: datetime
) -> None:
    seated(handler, in_body(body))
    told(dispatched, "dispatch", at=at)
    later = at + timedelta(minutes=5)
    act(actions.acknowledge, event_id=dispatched.id, actor=handler, at=later)

    told(dispatched, "acknowledge", at=later)

    assert not Notice.objects.filter(over_at=None).exists()


def test_goes_to_who_signed_when_it_is_sent_back(
    told: Any, act: Any, checking: Event, body: UUID, handler: Actor, checker: Actor, at: datetime
) -> None:
    seated(handler, in_body(body))
    act(actions.rework, event_id=checking.id, reason="没修好", actor=checker, at=at)

    assert told(checking, "rework", at=at) == {handler.id}


def test_goes_to_the_colleagues_when_who_signed_has_left(
    told: Any, checking: Event, body: UUID, at: datetime
) -> None:
    colleague = in_body(body)
    seated(colleague)

    assert told(checking, "rework", at=at) == {colleague.id}


def test_goes_to_who_dispatched_when_it_comes_back(
    told: Any, act: Any, dispatched: Event, handler: Actor, dispatcher: Actor, at: datetime
) -> None:
    seated(dispatcher, person(Role.DISPATCHER, name="吴刚"))
    ground = {"legal_ground": "not_our_duty", "reason": "不归我们"}
    event = act(actions.hand_back, event_id=dispatched.id, actor=handler, at=at, **ground)

    assert told(event, "hand_back", at=at) == {dispatcher.id}


def test_goes_to_the_nearest_grid_worker(told: Any, reported: Event, at: datetime) -> None:
    near, far = person(Role.GRID_WORKER, reported.region_path), person(Role.GRID_WORKER)
    seated(near, far)

    assert told(reported, "request_verification", at=at) == {near.id}


def test_tells_no_old_news(told: Any, dispatched: Event, handler: Actor, at: datetime) -> None:
    seated(handler)

    assert told(dispatched, "dispatch", at=at, since=at - timedelta(days=3)) == set()


def test_holds_nothing_that_the_reporter_said(
    told: Any, dispatched: Event, handler: Actor, at: datetime
) -> None:
    seated(handler)
    told(dispatched, "dispatch", at=at)

    words = " ".join(str(value) for value in Notice.objects.get().words.values())
    assert "井盖" in words
    assert "危险" not in words
    assert "13800138000" not in words


def test_leaves_the_reporter_on_the_web_to_their_code(
    told: Any, closed: Event, at: datetime
) -> None:
    assert told(closed, "close", at=at) == set()


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.WINDOW])
def test_has_who_reported_by_telephone_called(
    channel: Channel, act: Any, told: Any, operator: Actor, at: datetime
) -> None:
    words: dict[str, Any] = {"text": "路灯坏了", "address": "路口", "phone": "13800138000"}
    said = Report(**words, channel=channel, agreed="said")
    event = found(act(actions.report, said=said, actor=operator, at=at).id)
    reply = {"reason": "out_of_scope", "reply": "请找物业"}
    act(actions.refuse, event_id=event.id, actor=operator, at=at, **reply)

    assert told(event, "refuse", at=at) == {None}
    assert Delivery.objects.get().channel == "phone"


def test_asks_for_no_call_without_a_number(
    act: Any, told: Any, operator: Actor, at: datetime
) -> None:
    said = Report(text="楼下路灯坏了", address="路口", channel=Channel.PHONE)
    event = found(act(actions.report, said=said, actor=operator, at=at).id)

    assert told(event, "close", at=at) == set()


def test_keeps_that_the_reporter_agreed(act: Any, said: Report, at: datetime) -> None:
    receipt = act(actions.report, said=replace(said, may_text=True), actor=REPORTER, at=at)

    assert found(receipt.id).contact.may_text


def test_has_a_topic_and_a_listener_for_every_verb_it_tells() -> None:
    verbs = set(AUDIENCES)

    assert {f"event.{verb}" for verb in verbs} <= set(topics)
    assert verbs <= {topic.removeprefix("event.") for topic in listeners}

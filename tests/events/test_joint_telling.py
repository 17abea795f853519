"""tell_joint … tells a body of its part, the lead, the desk and the invited (协办、会商告知)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from quanyu.events import actions
from quanyu.events.models import Consultation, Event, JointPart
from quanyu.events.rules.joint import TOLD
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.jobs.rules import listeners
from quanyu.kernel.notices.models import Notice
from quanyu.kernel.notices.rules import topics
from tests.conftest import in_body
from tests.events.test_join import WORKER, code
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def water() -> Actor:
    """处置人 in the water supply."""
    return in_body(code("water-supply"), name="刘洋")


@pytest.fixture
def part(act: Any, handling: Event, dispatcher: Actor, at: datetime) -> JointPart:
    """A part of the water supply."""
    facts = {"event_id": handling.id, "body": code("water-supply"), "task": "关阀门配合"}
    act(actions.join, actor=dispatcher, at=at, **facts)
    return JointPart.objects.get()


def told(topic: str, key: Any, *, at: datetime) -> set[UUID | None]:
    set_scope(WORKER)
    actions.tell_joint(topic=topic, key=key, since=at, actor=WORKER, at=at)
    rows = Notice.objects.filter(topic=topic, over_at=None)
    return set(rows.values_list("account_id", flat=True))


def seated(*people: Actor) -> None:
    for one in people:
        browser_of(one)


def test_a_part_is_told_to_its_body_alone(
    part: JointPart, water: Actor, handler: Actor, dispatcher: Actor, at: datetime
) -> None:
    seated(water, handler, dispatcher)

    assert told("part.join", part.pk, at=at) == {water.id}


def test_a_part_is_told_once_however_often_the_job_runs(
    part: JointPart, water: Actor, at: datetime
) -> None:
    seated(water)
    told("part.join", part.pk, at=at)
    told("part.join", part.pk, at=at)

    assert Notice.objects.count() == 1


def test_an_answer_is_told_to_the_lead_and_settles_what_was_asked(
    act: Any, part: JointPart, water: Actor, handler: Actor, at: datetime
) -> None:
    seated(water, handler)
    told("part.join", part.pk, at=at)
    later = at + timedelta(minutes=5)
    known = {"event_id": part.event_id, "part_id": part.pk}
    act(actions.acknowledge_part, actor=water, at=later, **known)
    act(actions.answer_part, outcome="阀门已关", actor=water, at=later, **known)

    assert told("part.answer", part.pk, at=later) == {handler.id}
    assert not Notice.objects.filter(topic="part.join", over_at=None).exists()


def test_a_meeting_is_told_to_the_invited_and_to_who_has_the_matter(
    act: Any, handling: Event, dispatcher: Actor, water: Actor, handler: Actor, at: datetime
) -> None:
    seated(water, handler, in_body(code("gas-supply")))
    act(
        actions.convene,
        event_id=handling.id,
        question="由谁牵头来办",
        meets_at=at + timedelta(days=1),
        where="街道",
        invited=[code("water-supply"), code("city-drainage")],
        actor=dispatcher,
        at=at,
    )
    key = Consultation.objects.get().pk

    assert told("consultation.convene", key, at=at) == {water.id, handler.id}


def test_old_news_is_told_to_nobody(part: JointPart, water: Actor, at: datetime) -> None:
    seated(water)
    set_scope(WORKER)
    facts: dict[str, Any] = {"topic": "part.join", "key": part.pk, "since": at}

    assert actions.tell_joint(actor=WORKER, at=at + timedelta(days=3), **facts) == 0


def test_every_topic_has_its_words_and_a_listener() -> None:
    assert set(TOLD) <= set(topics)
    assert set(TOLD) <= set(listeners)

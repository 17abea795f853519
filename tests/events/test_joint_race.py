"""Of two who act at once on one matter's parts or meeting one wins (并发)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from quanyu.events import actions
from quanyu.events.models import Event, JointPart
from quanyu.events.rules.joint import PartsOpen
from quanyu.kernel.access.rules import REPORTER, Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.errors import Refusal
from tests.conftest import in_body
from tests.events.test_join import code

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act() -> Any:
    """Do something as somebody, in a transaction of its own."""

    def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
        with acting(actor):
            return verb(actor=actor, **facts)

    return done


def at_once(*attempts: Callable[[], Any]) -> list[str]:
    """Return what those who act at the same time are told."""

    def alone(attempt: Callable[[], Any]) -> str:
        try:
            attempt()
        except Refusal as no:
            return type(no).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(attempts)) as pool:
        return sorted(pool.map(alone, attempts))


@pytest.fixture
def reported(act: Any, said: actions.Report, at: datetime) -> Event:
    """A matter just reported, committed."""
    key = act(actions.report, said=said, actor=REPORTER, at=at).id
    with acting(system(settings.QUANYU_CITY, job="tests")):
        return Event.objects.get(pk=key)


def _part(act: Any, event: Event, dispatcher: Actor, at: datetime) -> JointPart:
    facts = {"event_id": event.pk, "body": code("water-supply"), "task": "关阀门配合"}
    act(actions.join, actor=dispatcher, at=at, **facts)
    with acting(dispatcher):
        return JointPart.objects.get(event=event)


def test_a_body_is_asked_once_by_two_dispatchers(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    facts = {"event_id": handling.pk, "body": code("water-supply"), "task": "关阀门配合"}

    def ask() -> None:
        act(actions.join, actor=dispatcher, at=at, **facts)

    assert at_once(ask, ask) == ["NotJoined", "done"]


def test_a_part_is_answered_by_one_of_two_colleagues(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    part = _part(act, handling, dispatcher, at)
    water = in_body(code("water-supply"))
    known = {"event_id": handling.pk, "part_id": part.pk}
    act(actions.acknowledge_part, actor=water, at=at, **known)

    def answer() -> None:
        act(actions.answer_part, outcome="阀门已关", actor=water, at=at, **known)

    assert at_once(answer, answer) == ["Overtaken", "done"]


def test_the_whole_and_its_part_are_never_answered_past_each_other(
    act: Any, handling: Event, handler: Actor, dispatcher: Actor, at: datetime
) -> None:
    part = _part(act, handling, dispatcher, at)
    water = in_body(code("water-supply"))
    known = {"event_id": handling.pk, "part_id": part.pk}
    act(actions.acknowledge_part, actor=water, at=at, **known)

    told = at_once(
        lambda: act(actions.answer_part, outcome="阀门已关", actor=water, at=at, **known),
        lambda: act(actions.handle, event_id=handling.pk, outcome="清好了", actor=handler, at=at),
    )

    with acting(dispatcher):
        event = Event.objects.get(pk=handling.pk)
    is_handled = event.state == "handled"
    assert event.open_parts == 0
    assert told == (["done", "done"] if is_handled else [PartsOpen.__name__, "done"])


def test_minutes_are_written_once(act: Any, filed: Event, dispatcher: Actor, at: datetime) -> None:
    both = [code("water-supply"), code("city-drainage")]
    later = at + timedelta(hours=2)
    called = {"question": "由谁牵头来办", "meets_at": later, "where": "街道", "invited": both}
    act(actions.convene, event_id=filed.pk, actor=dispatcher, at=at, **called)
    minutes = {
        "attended": both,
        "people": 3,
        "decision": "由供水牵头",
        "body": both[0],
        "reason": "现场查明",
    }

    def conclude() -> None:
        act(actions.conclude, event_id=filed.pk, actor=dispatcher, at=later, **minutes)

    assert at_once(conclude, conclude) == ["Overtaken", "done"]

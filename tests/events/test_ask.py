"""ask … has the reporter add what is missing while the clock stands still (补充询问)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Event
from quanyu.events.queries import telling, words
from quanyu.events.rules import Audience, BadText, audience
from quanyu.kernel.access.rules import REPORTER, Actor, holder
from quanyu.kernel.errors import Refusal, TooMany
from quanyu.kernel.workflow.spec import Guarded, NotAllowed
from tests.conftest import found

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(act: Any, handling: Event, handler: Actor, at: datetime) -> Event:
    """A matter whose handler waits for the reporter's answer."""
    event: Event = act(
        actions.ask, event_id=handling.id, question="井盖在几号楼前？", actor=handler, at=at
    )
    return event


def test_lets_the_clock_stand_while_it_waits(asked: Event) -> None:
    assert (asked.state, asked.next_due_at, asked.questions) == ("waiting", None, 1)
    assert asked.span_left is not None


def test_goes_on_with_the_answer_of_who_holds_the_code(
    act: Any, asked: Event, handling: Event, at: datetime
) -> None:
    later = at + timedelta(days=2)
    left = asked.span_left

    event = act(
        actions.answer, event_id=asked.id, answer="三号楼", actor=holder(asked.id), at=later
    )

    assert (event.state, event.question, event.span_resumed_left) == ("handling", "", left)
    assert event.due_at > handling.due_at


def test_shows_the_reporter_question_and_answer_in_the_story(
    act: Any, asked: Event, at: datetime
) -> None:
    act(actions.answer, event_id=asked.id, answer="三号楼", actor=holder(asked.id), at=at)

    story = words.followed(holder(asked.id), at=at).story
    assert [line.text for line in story[:2]] == ["三号楼", "井盖在几号楼前？"]


def test_waits_no_longer_than_the_codes_say_and_goes_on_by_itself(
    asked: Event, at: datetime
) -> None:
    jobs.wake(at + timedelta(days=6))
    assert found(asked.id).state == "waiting"

    jobs.wake(at + timedelta(days=8))

    event = found(asked.id)
    assert (event.state, event.question, event.stands_until) == ("handling", "", None)
    assert event.span_left is None


def test_may_be_asked_before_accepting_and_comes_back_there(
    act: Any, reported: Event, operator: Actor, at: datetime
) -> None:
    act(actions.ask, event_id=reported.id, question="在几号楼？", actor=operator, at=at)

    event = act(actions.answer, event_id=reported.id, answer="三号楼", actor=operator, at=at)

    assert event.state == "reported"
    assert event.stage_due_at is not None


def test_is_asked_twice_and_no_more(act: Any, asked: Event, handler: Actor, at: datetime) -> None:
    again = {"event_id": asked.id, "actor": handler, "at": at}
    act(actions.go_on, **again)
    act(actions.ask, question="多大？", **again)
    act(actions.go_on, **again)

    with pytest.raises(Guarded):
        act(actions.ask, question="多深？", **again)


def test_is_not_answered_by_the_body_itself(
    act: Any, asked: Event, handler: Actor, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.answer, event_id=asked.id, answer="三号楼", actor=handler, at=at)


@pytest.mark.parametrize("words_given", ["", " 是 ", "长" * 2001])
def test_takes_no_answer_that_is_too_short_or_too_long(
    act: Any, asked: Event, at: datetime, words_given: str
) -> None:
    with pytest.raises(BadText):
        act(actions.answer, event_id=asked.id, answer=words_given, actor=holder(asked.id), at=at)


def test_counts_answers_by_address(act: Any, asked: Event, at: datetime) -> None:
    who = {"event_id": asked.id, "actor": holder(asked.id), "at": at, "address": "203.0.113.9"}

    tried = [_refusal(act, who) for _try in range(settings.QUANYU_REPORTS_A_MINUTE + 1)]

    assert (tried[0], tried[-1]) == (BadText, TooMany)


def _refusal(act: Any, who: dict[str, Any]) -> type[Refusal]:
    with pytest.raises(Refusal) as refusal:
        act(actions.answer, answer="", **who)
    return refusal.type


def test_tells_who_asked(act: Any, asked: Event, handler: Actor, at: datetime) -> None:
    event = act(actions.answer, event_id=asked.id, answer="三号楼", actor=holder(asked.id), at=at)

    assert audience("answer", state=event.state) is Audience.ASKER
    assert telling.recipients(event, Audience.ASKER, at=at) == [handler.id]


def test_is_answered_on_the_reporters_page(
    client: Client, act: Any, said: actions.Report, operator: Actor, at: datetime
) -> None:
    code = act(actions.report, said=said, actor=REPORTER, at=at).code.replace(" ", "")
    key = queries.row_of_code(actions.code_indexes(code)).row
    act(actions.ask, event_id=key, question="在几号楼？", actor=operator, at=at)
    assert "在几号楼？" in client.get(reverse("follow_code", args=[code])).content.decode()

    client.post(reverse("supply", args=[code]), {"answer": "三号楼门口"})

    assert found(key).state == "reported"
    page = client.get(reverse("follow_code", args=[code])).content.decode()
    assert "三号楼门口" in page


def test_keeps_what_was_typed_when_it_is_refused(
    client: Client, act: Any, said: actions.Report, operator: Actor, at: datetime
) -> None:
    code = act(actions.report, said=said, actor=REPORTER, at=at).code.replace(" ", "")
    key = queries.row_of_code(actions.code_indexes(code)).row
    act(actions.ask, event_id=key, question="在几号楼？", actor=operator, at=at)

    page = client.post(reverse("supply", args=[code]), {"answer": "三"})

    assert page.context["question"]["value"] == "三"
    assert found(key).state == "queried"

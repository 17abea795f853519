"""Of two people acting at once one wins and the other is told what happened (并发)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from quanyu.events import actions, jobs
from quanyu.events.models import Event, ForceClosing, RungTold
from quanyu.events.queries import escalating
from quanyu.events.rules.fair import CallTaken
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.audit.models import Record
from quanyu.kernel.notices.models import Notice
from quanyu.kernel.workflow.spec import Overtaken
from quanyu.organisations import queries as bodies
from tests.conftest import in_body, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = system(settings.QUANYU_CITY, job="tests")


@pytest.fixture
def act() -> Any:
    """Do something as somebody, in a transaction of its own."""

    def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
        with acting(actor):
            return verb(actor=actor, **facts)

    return done


def at_once(attempt: Callable[[int], str]) -> list[str]:
    """Return what two who act at the same time are told."""

    def alone(number: int) -> str:
        try:
            return attempt(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(alone, range(2)))


@pytest.fixture
def reported(act: Any, said: actions.Report, at: datetime) -> Any:
    """The key of a matter just reported."""
    return act(actions.report, said=said, actor=REPORTER, at=at).id


def test_of_two_operators_one_wins(reported: Any, operator: Actor, act: Any, at: datetime) -> None:
    def attempt(_number: int) -> str:
        try:
            act(actions.accept, event_id=reported, actor=operator, at=at)
        except Overtaken as refusal:
            return f"told of {refusal.parts['verb']}"
        return "accepted"

    assert at_once(attempt) == ["accepted", "told of accept"]
    assert Record.objects.filter(topic="event.accept").count() == 1


def test_two_reports_with_one_key_are_one(said: actions.Report, act: Any, at: datetime) -> None:
    def attempt(_number: int) -> str:
        return act(actions.report, said=said, actor=REPORTER, at=at, key="k-1").code

    first, second = at_once(attempt)

    assert first == second


def test_two_workers_tell_of_a_rung_once(
    reported: Any, operator: Actor, act: Any, at: datetime
) -> None:
    commander = person(Role.COMMANDER)
    browser_of(commander)
    act(actions.accept, event_id=reported, actor=operator, at=at)
    later = at + timedelta(days=7)

    def attempt(_number: int) -> str:
        return str(act(actions.escalate, event_id=reported, actor=WORKER, at=later))

    assert at_once(attempt) == ["0", "1"]
    with acting(WORKER):
        assert RungTold.objects.count() == Notice.objects.count() == 1


def test_two_workers_take_different_matters(
    reported: Any, said: actions.Report, operator: Actor, act: Any, at: datetime
) -> None:
    commander = person(Role.COMMANDER)
    browser_of(commander)
    act(actions.accept, event_id=reported, actor=operator, at=at)
    other = act(actions.report, said=replace(said, text="路灯不亮"), actor=REPORTER, at=at).id
    later = at + timedelta(days=7)
    with acting(WORKER):
        assert [one.pk for one in escalating.due(actor=WORKER, at=later)][:1] == [reported]

        def beside() -> list[Any]:
            try:
                with acting(WORKER):
                    return [one.pk for one in escalating.due(actor=WORKER, at=later)]
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(beside).result() == []

    jobs.escalate(later)
    with acting(WORKER):
        assert set(RungTold.objects.values_list("event", flat=True)) == {reported, other}


def test_a_refused_act_leaves_nothing_behind(
    reported: Any, operator: Actor, act: Any, at: datetime
) -> None:
    act(actions.accept, event_id=reported, actor=operator, at=at)
    before = Record.objects.count()

    with pytest.raises(Overtaken):
        act(actions.accept, event_id=reported, actor=operator, at=at)

    with acting(operator):
        assert Event.objects.get(pk=reported).version == 2
    assert Record.objects.count() == before


def test_of_two_callers_one_has_the_call(
    said: actions.Report, checker: Actor, operator: Actor, act: Any, at: datetime
) -> None:
    """The second is told that somebody else is calling, and nobody is called twice."""
    key = _closed(replace(said, may_ask_back=True), checker, operator, act, at)
    callers = [person(Role.CHECKER, name="吴霞"), person(Role.OPERATOR, name="林小满")]

    def attempt(number: int) -> str:
        try:
            act(actions.take_call, event_id=key, actor=callers[number], at=at + timedelta(days=1))
        except CallTaken:
            return "told"
        return "taken"

    assert at_once(attempt) == ["taken", "told"]


def test_of_two_commanders_one_ends_it_unsolved(
    said: actions.Report, operator: Actor, act: Any, at: datetime
) -> None:
    """The second is told who was faster; one closing stands to be drawn from."""
    key, _handler = in_hand(said, operator, act, at)
    commanders = [person(Role.COMMANDER, name="吴刚"), person(Role.COMMANDER, name="何强")]
    why = {"ground": "cannot_be_met", "reason": "协商不成", "reply": "按现行规定办不了"}

    def attempt(number: int) -> str:
        try:
            act(actions.force_close, event_id=key, actor=commanders[number], at=at, **why)
        except Overtaken as refusal:
            return f"told of {refusal.parts['verb']}"
        return "ended"

    assert at_once(attempt) == ["ended", "told of force_close"]
    with acting(WORKER):
        assert ForceClosing.objects.filter(event=key).count() == 1
    assert Record.objects.filter(topic="event.force_close").count() == 1


def in_hand(said: actions.Report, operator: Actor, act: Any, at: datetime) -> tuple[Any, Actor]:
    """Return the key of a matter in hand, and who handles it."""
    key = act(actions.report, said=said, actor=REPORTER, at=at).id
    facts = {"event_id": key, "at": at}
    act(actions.accept, actor=operator, **facts)
    event = act(actions.file, class_code="P0102", actor=operator, **facts)
    body = bodies.duty_holders("P0102", place=event.region_path, on=at.date())[0].body_id
    act(actions.dispatch, body=body, actor=person(Role.DISPATCHER), **facts)
    handler = in_body(body)
    act(actions.acknowledge, actor=handler, **facts)
    return key, handler


def _closed(said: actions.Report, checker: Actor, operator: Actor, act: Any, at: datetime) -> Any:
    """Return the key of a closed matter whose reporter is to be called."""
    key, handler = in_hand(said, operator, act, at)
    facts = {"event_id": key, "at": at}
    act(actions.handle, outcome="井盖已更换", actor=handler, **facts)
    act(actions.check, actor=checker, **facts)
    act(actions.close, evidence="看过", actor=checker, **facts)
    act(actions.queue_call, actor=system("34/01/", job="tests"), **facts)
    return key

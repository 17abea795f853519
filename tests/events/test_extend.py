"""extend … gives a body more working days, asked in time and decided by another person (延期)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.queries import desk, words
from quanyu.kernel.access.rules import Actor, ActorKind, Role, holder
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Invalid
from quanyu.kernel.workflow.clocks import recount
from quanyu.kernel.workflow.spec import Guarded, NotAllowed
from tests.conftest import SHANGHAI, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 9, 18, 10, tzinfo=SHANGHAI)


@pytest.fixture
def at() -> datetime:
    """Friday 18 September 2026, a week before Mid-Autumn and the National Day."""
    return FRIDAY


@pytest.fixture
def asked(act: Any, handling: Event, handler: Actor, at: datetime) -> Event:
    """A matter whose handler asked for three working days more."""
    facts = {"days": 3, "reason": "配件还在路上"}
    event: Event = act(actions.ask_extension, event_id=handling.id, actor=handler, at=at, **facts)
    return event


def test_moves_the_end_by_working_days_past_the_holidays(
    act: Any, asked: Event, dispatcher: Actor, at: datetime
) -> None:
    event = act(actions.extend, event_id=asked.id, actor=dispatcher, at=at)

    assert asked.due_at
    assert event.due_at
    before, after = local(asked.due_at).date(), local(event.due_at).date()
    assert (str(before), str(after)) == ("2026-09-29", "2026-10-09")
    assert (event.extended, event.asking, event.state) == (1, "", "handling")


def test_keeps_its_days_when_the_clocks_are_reckoned_anew(
    act: Any, asked: Event, dispatcher: Actor, at: datetime
) -> None:
    event = act(actions.extend, event_id=asked.id, actor=dispatcher, at=at)

    assert recount(event) is False


def test_keeps_its_days_when_the_clock_stood_still_meanwhile(
    act: Any, asked: Event, handler: Actor, dispatcher: Actor, checker: Actor, at: datetime
) -> None:
    longer = act(actions.extend, event_id=asked.id, actor=dispatcher, at=at)
    act(actions.handle, event_id=asked.id, outcome="换好了", actor=handler, at=at)
    act(actions.check, event_id=asked.id, actor=checker, at=at)
    event = act(actions.rework, event_id=asked.id, reason="没盖严", actor=checker, at=at)

    assert event.due_at == longer.due_at
    assert recount(event) is False


def test_does_not_begin_the_stage_anew(asked: Event, handling: Event) -> None:
    assert asked.state_since == handling.state_since


def test_is_not_decided_by_who_asked(act: Any, asked: Event, handler: Actor, at: datetime) -> None:
    grants = handler.grants | person(Role.DISPATCHER).grants
    both = Actor(ActorKind.PERSON, handler.id, frozenset(grants))

    with pytest.raises(Guarded):
        act(actions.extend, event_id=asked.id, actor=both, at=at)


def test_is_not_for_the_handler_to_decide(
    act: Any, asked: Event, handler: Actor, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.extend, event_id=asked.id, actor=handler, at=at)


def test_is_not_asked_after_the_time_has_run_out(
    act: Any, handling: Event, handler: Actor, at: datetime
) -> None:
    late = at + timedelta(days=30)

    with pytest.raises(Invalid):
        act(
            actions.ask_extension,
            event_id=handling.id,
            days=2,
            reason="等料",
            actor=handler,
            at=late,
        )


def test_lapses_when_nobody_decided_in_time(
    act: Any, asked: Event, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid):
        act(actions.extend, event_id=asked.id, actor=dispatcher, at=at + timedelta(days=30))


@pytest.mark.parametrize("days", [0, 6])
def test_takes_no_more_days_than_the_codes_say(
    act: Any, handling: Event, handler: Actor, at: datetime, days: int
) -> None:
    with pytest.raises(Invalid) as refusal:
        act(
            actions.ask_extension,
            event_id=handling.id,
            days=days,
            reason="等料",
            actor=handler,
            at=at,
        )

    assert refusal.value.allowed == ["1–5"]


def test_is_granted_so_many_times_and_no_more(
    act: Any, asked: Event, handler: Actor, dispatcher: Actor, at: datetime
) -> None:
    act(actions.extend, event_id=asked.id, actor=dispatcher, at=at)

    with pytest.raises(Guarded):
        act(
            actions.ask_extension,
            event_id=asked.id,
            days=1,
            reason="还等",
            actor=handler,
            at=at,
        )


def test_may_be_refused_with_a_reason(
    act: Any, asked: Event, dispatcher: Actor, at: datetime
) -> None:
    event = act(actions.keep_due, event_id=asked.id, reason="仓库有货", actor=dispatcher, at=at)

    assert (event.due_at, event.extended, event.asking) == (asked.due_at, 0, "")


def test_is_asked_no_more_once_the_work_is_done(
    act: Any, asked: Event, handler: Actor, at: datetime
) -> None:
    event = act(actions.handle, event_id=asked.id, outcome="换好了", actor=handler, at=at)

    assert event.asking == ""


def test_waits_on_the_list_of_who_decides(asked: Event, dispatcher: Actor, body: Any) -> None:
    set_scope(dispatcher)

    assert [(t.event.pk, t.verb) for t in desk.work(actor=dispatcher)] == [(asked.pk, "extend")]


def test_leaves_the_list_of_who_decides_without_a_request(
    handling: Event, dispatcher: Actor
) -> None:
    set_scope(dispatcher)

    assert desk.work(actor=dispatcher) == []


def test_tells_the_reporter_the_new_date_and_why(
    act: Any, asked: Event, dispatcher: Actor, at: datetime
) -> None:
    event = act(actions.extend, event_id=asked.id, actor=dispatcher, at=at)
    set_scope(holder(asked.id))

    seen = words.followed(holder(asked.id), at=at)

    assert seen.due_at == event.due_at
    assert seen.story[0].text == "延长 3 个工作日；配件还在路上"


def test_is_refused_on_the_page_with_the_reason(handling: Event, handler: Actor) -> None:
    address = reverse("desk_act", args=[handling.number, "ask_extension"])
    given = {"days": "2", "reason": "等料", "version": handling.version}

    said = browser_of(handler).post(address, given)

    assert said.status_code == 422, "by the clock of the machine it ran out long ago"
    assert "已经到期" in said.content.decode()


def test_is_offered_on_the_page_of_who_decides(asked: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_matter", args=[asked.number]))

    assert [move["verb"] for move in page.context["moves"]][:2] == ["extend", "keep_due"]
    assert "延长 3 个工作日；配件还在路上" in page.content.decode()


def test_is_asked_on_the_page_by_who_handles(handling: Event, handler: Actor) -> None:
    page = browser_of(handler).get(reverse("desk_matter", args=[handling.number]))

    asked = {m["verb"]: [f["name"] for f in m["fields"]] for m in page.context["moves"]}
    assert asked["ask_extension"] == ["days", "reason"]

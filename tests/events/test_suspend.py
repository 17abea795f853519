"""suspend … lets a matter stand until a day, with a promise, and wakes it for a decision (挂账)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Event
from quanyu.events.queries import desk, escalating, standing, words
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import Actor, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Invalid
from quanyu.kernel.workflow.spec import NotAllowed
from tests.conftest import SHANGHAI, found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
REVIEW = date(2026, 4, 1)


@pytest.fixture
def commander() -> Actor:
    """街道指挥长 of the demo street."""
    return person(Role.COMMANDER, name="吴刚")


@pytest.fixture
def asked(act: Any, handling: Event, handler: Actor, at: datetime) -> Event:
    """A matter that its handler wants to let stand."""
    event: Event = act(
        actions.ask_suspension,
        event_id=handling.id,
        ground="needs_project",
        review_date=REVIEW,
        promise="已列入四月管网改造，四月一日告诉您进展",
        actor=handler,
        at=at,
    )
    return event


@pytest.fixture
def suspended(act: Any, asked: Event, commander: Actor, at: datetime) -> Event:
    """A matter that stands."""
    event: Event = act(actions.suspend, event_id=asked.id, actor=commander, at=at)
    return event


def test_waits_for_the_commander_and_nobody_below(
    act: Any, asked: Event, dispatcher: Actor, commander: Actor, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.suspend, event_id=asked.id, actor=dispatcher, at=at)

    set_scope(commander)
    assert [task.verb for task in desk.work(actor=commander)] == ["suspend"]


def test_lets_both_clocks_stand(suspended: Event) -> None:
    assert (suspended.state, suspended.next_due_at) == ("suspended", None)
    assert suspended.span_left is not None
    assert (suspended.suspended, suspended.asking) == (1, "")


def test_is_open_and_stands_in_the_list(suspended: Event, dispatcher: Actor, at: datetime) -> None:
    set_scope(dispatcher)

    for asked in ("open", "suspended"):
        assert queries.page(Filters(state=asked), actor=dispatcher, at=at).count == 1


def test_is_never_late(suspended: Event, at: datetime) -> None:
    worker = system(settings.QUANYU_CITY, job="tests")
    set_scope(worker)
    year = at + timedelta(days=365)

    assert escalating.due(actor=worker, at=year) == []


def test_gives_the_rest_of_the_time_back(
    act: Any, suspended: Event, commander: Actor, at: datetime
) -> None:
    later = at + timedelta(days=14)
    left = suspended.span_left

    event = act(actions.resume, event_id=suspended.id, reason="料到了", actor=commander, at=later)

    assert (event.state, event.span_resumed_left) == ("handling", left)
    assert (event.due_at > later, event.suspended_days) == (True, 14)


def test_is_woken_on_the_morning_of_its_day(suspended: Event) -> None:
    jobs.wake(datetime.combine(REVIEW, datetime.min.time(), SHANGHAI))

    assert found(suspended.id).state == "reviewing"


def test_wakes_for_a_decision_and_does_not_go_on_by_itself(suspended: Event, at: datetime) -> None:
    jobs.wake(at + timedelta(days=20))
    assert found(suspended.id).state == "suspended"

    jobs.wake(at + timedelta(days=31))

    woken = found(suspended.id)
    assert (woken.state, woken.stands_until) == ("reviewing", None)
    assert woken.span_left is not None
    assert woken.stage_due_at is not None


def test_may_stand_on_with_a_new_promise(
    act: Any, suspended: Event, commander: Actor, at: datetime
) -> None:
    later = at + timedelta(days=31)
    jobs.wake(later)

    event = act(
        actions.suspend_on,
        event_id=suspended.id,
        review_date=date(2026, 5, 8),
        promise="五月八日再告诉您",
        actor=commander,
        at=later,
    )

    assert (event.state, event.promise) == ("suspended", "五月八日再告诉您")
    assert standing.suspended_days(event, on=date(2026, 4, 12)) == 41


def test_needs_a_listed_ground(act: Any, handling: Event, handler: Actor, at: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        act(
            actions.ask_suspension,
            event_id=handling.id,
            ground="忙",
            review_date=REVIEW,
            promise="四月看",
            actor=handler,
            at=at,
        )

    assert refusal.value.field == "ground"


@pytest.mark.parametrize("review", [date(2026, 3, 2), date(2026, 7, 1)])
def test_needs_a_day_to_come_and_not_too_far_off(
    act: Any, handling: Event, handler: Actor, at: datetime, review: date
) -> None:
    with pytest.raises(Invalid) as refusal:
        act(
            actions.ask_suspension,
            event_id=handling.id,
            ground="season",
            review_date=review,
            promise="四月看",
            actor=handler,
            at=at,
        )

    assert refusal.value.field == "review_date"


def test_may_be_refused(act: Any, asked: Event, commander: Actor, at: datetime) -> None:
    event = act(actions.keep_on, event_id=asked.id, reason="仓库有货", actor=commander, at=at)

    assert (event.state, event.asking, event.promise) == ("handling", "", "")


def test_shows_the_reporter_the_promise_and_no_due_time(suspended: Event, at: datetime) -> None:
    set_scope(holder(suspended.id))

    seen = words.followed(holder(suspended.id), at=at)

    assert seen.due_at is None
    assert "已列入四月管网改造" in seen.story[0].text


def test_shows_the_desk_until_when_it_stands(suspended: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(f"/desk/matters/{suspended.number}").content.decode()

    assert "停表到4月1日" in page
    assert "已列入四月管网改造" in page

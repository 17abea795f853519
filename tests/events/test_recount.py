"""A change of the calendar … moves the ends of the matters it touches, of no other (重算期限)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings

from quanyu.events import actions, jobs
from quanyu.events.models import Event, EventStep
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.calendar import actions as calendar
from quanyu.kernel.calendar.rules import Kind
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs import app as queue
from tests.conftest import SHANGHAI, person

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 9, 18, 10, tzinfo=SHANGHAI)
WORKER = system(settings.QUANYU_CITY, job="tests")
Holiday = Callable[[date], int]


@pytest.fixture
def at() -> datetime:
    """Friday 18 September 2026: seven working days later is Tuesday the 29th."""
    return FRIDAY


@pytest.fixture
def holiday(act: Any) -> Holiday:
    """Make a day a holiday and return how many matters that was announced for."""

    def made(day: date) -> int:
        keeper = person(Role.SYS_ADMIN, "34/01/")
        facts = {"kind": Kind.STATUTORY, "name": "市运会", "source": "示例"}
        act(calendar.set_day, day=day, **facts, actor=keeper, at=FRIDAY)
        count: int = act(actions.announce_moved, since=day, actor=WORKER, at=FRIDAY)
        return count

    return made


def recounted(event: Event) -> Event:
    """Let the worker reckon a matter anew and return it as it stands."""
    queue.run("tests", jobs.recount_due, case=event.pk, at=FRIDAY)
    return Event.objects.get(pk=event.pk)


def test_a_holiday_in_between_gives_one_more_day(dispatched: Event, holiday: Holiday) -> None:
    touched = holiday(date(2026, 9, 22))

    event = recounted(dispatched)

    assert touched == 1
    assert event.due_at == datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)
    assert event.next_due_at == min(filter(None, [event.due_at, event.stage_due_at]))


def test_a_holiday_after_the_end_touches_nothing(dispatched: Event, holiday: Holiday) -> None:
    assert holiday(date(2026, 10, 12)) == 0


def test_the_story_says_what_was_and_what_is(dispatched: Event, holiday: Holiday) -> None:
    holiday(date(2026, 9, 22))

    event = recounted(dispatched)

    step = EventStep.objects.get(case=event, verb="recount")
    assert step.actor_kind == "system"
    assert datetime.fromisoformat(step.facts["span_was"]) == dispatched.due_at
    assert datetime.fromisoformat(step.facts["span_now"]) == event.due_at


def test_reckoning_twice_says_it_once(dispatched: Event, holiday: Holiday) -> None:
    holiday(date(2026, 9, 22))
    recounted(dispatched)

    event = recounted(dispatched)

    assert EventStep.objects.filter(case=event, verb="recount").count() == 1


def test_an_unchanged_calendar_changes_no_clock(dispatched: Event) -> None:
    event = recounted(dispatched)

    assert (event.due_at, event.version) == (dispatched.due_at, dispatched.version)


def test_a_clock_that_went_on_is_reckoned_from_then(
    act: Any, handling: Event, handler: Actor, checker: Actor, holiday: Holiday
) -> None:
    monday = datetime(2026, 9, 21, 10, tzinfo=SHANGHAI)
    wednesday = datetime(2026, 9, 23, 10, tzinfo=SHANGHAI)
    act(actions.handle, event_id=handling.id, outcome="换了", actor=handler, at=monday)
    act(actions.check, event_id=handling.id, actor=checker, at=wednesday)
    event = act(actions.rework, event_id=handling.id, reason="没好", actor=checker, at=wednesday)
    holiday(date(2026, 9, 28))

    moved = recounted(event)

    assert event.due_at == datetime(2026, 10, 8, 10, tzinfo=SHANGHAI)
    assert moved.due_at == datetime(2026, 10, 9, 10, tzinfo=SHANGHAI)


def test_a_clock_that_stands_still_keeps_what_is_left(
    act: Any, handling: Event, handler: Actor, holiday: Holiday
) -> None:
    monday = datetime(2026, 9, 21, 10, tzinfo=SHANGHAI)
    event = act(actions.handle, event_id=handling.id, outcome="换了", actor=handler, at=monday)
    holiday(date(2026, 9, 22))

    moved = recounted(event)

    assert (moved.due_at, moved.span_left) == (event.due_at, event.span_left)


def test_a_matter_told_to_be_late_that_has_time_again_is_told_anew(
    dispatched: Event, holiday: Holiday
) -> None:
    Event.objects.filter(pk=dispatched.pk).update(due_told_at=FRIDAY)
    holiday(date(2026, 9, 22))

    event = recounted(dispatched)

    assert event.due_told_at is None


def test_a_stranger_reckons_nothing(act: Any, dispatched: Event, stranger: Actor) -> None:
    with pytest.raises(Denied):
        act(actions.recount_due, event_id=dispatched.id, actor=stranger, at=FRIDAY)


def test_a_stranger_announces_nothing(
    act: Any, dispatched: Event, holiday: Holiday, stranger: Actor
) -> None:
    holiday(date(2026, 9, 22))

    assert act(actions.announce_moved, since=date(2026, 9, 22), actor=stranger, at=FRIDAY) == 0

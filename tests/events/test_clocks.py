"""The clock begins at the first dispatch, keeps through bouncing and stands still when handled."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Event
from quanyu.events.queries import clock
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.calendar import actions as calendar
from quanyu.kernel.calendar.rules import Kind
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.errors import Denied
from quanyu.organisations import queries as bodies
from tests.conftest import SHANGHAI, found, in_body, person

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 9, 18, 10, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 9, 21, 10, tzinfo=SHANGHAI)


@pytest.fixture
def at() -> datetime:
    """Friday 18 September 2026, a week before Mid-Autumn and the National Day."""
    return FRIDAY


def test_seven_working_days_from_18_september_end_on_the_29th(dispatched: Event) -> None:
    assert dispatched.due_at == datetime(2026, 9, 29, 10, tzinfo=SHANGHAI)


def test_bouncing_does_not_restart_the_clock(
    act: Any, dispatched: Event, handler: Actor, dispatcher: Actor
) -> None:
    act(
        actions.hand_back,
        event_id=dispatched.id,
        legal_ground="not_our_duty",
        reason="井盖归供水公司",
        actor=handler,
        at=FRIDAY + timedelta(hours=5),
    )
    holders = bodies.duty_holders("P0102", place=dispatched.region_path, on=MONDAY.date())
    other = next(h.body_id for h in holders if h.body_id != dispatched.body_id)

    event = act(actions.dispatch, event_id=dispatched.id, body=other, actor=dispatcher, at=MONDAY)

    assert event.due_at == datetime(2026, 9, 29, 10, tzinfo=SHANGHAI)


def test_a_clock_begun_on_the_monday_would_end_on_8_october(
    act: Any, filed: Event, body: Any, dispatcher: Actor
) -> None:
    event = act(actions.dispatch, event_id=filed.id, body=body, actor=dispatcher, at=MONDAY)

    assert event.due_at == datetime(2026, 10, 8, 10, tzinfo=SHANGHAI)


def test_signing_late_does_not_move_the_end(act: Any, dispatched: Event, handler: Actor) -> None:
    event = act(actions.acknowledge, event_id=dispatched.id, actor=handler, at=MONDAY)

    assert event.due_at == datetime(2026, 9, 29, 10, tzinfo=SHANGHAI)


def test_the_clock_stands_still_while_handled_and_goes_on_after_rework(
    act: Any, handling: Event, handler: Actor, checker: Actor
) -> None:
    monday = datetime(2026, 9, 21, 10, tzinfo=SHANGHAI)
    wednesday = datetime(2026, 9, 23, 10, tzinfo=SHANGHAI)
    act(actions.handle, event_id=handling.id, outcome="换了", actor=handler, at=monday)
    act(actions.check, event_id=handling.id, actor=checker, at=wednesday)

    event = act(actions.rework, event_id=handling.id, reason="没换好", actor=checker, at=wednesday)

    assert event.due_at == datetime(2026, 10, 8, 10, tzinfo=SHANGHAI)


def test_standing_still_never_brings_the_end_nearer(
    act: Any, filed: Event, body: Any, dispatcher: Actor, handler: Actor, checker: Actor
) -> None:
    night = datetime(2026, 9, 18, 2, tzinfo=SHANGHAI)
    due = act(actions.dispatch, event_id=filed.id, body=body, actor=dispatcher, at=night).due_at
    act(actions.acknowledge, event_id=filed.id, actor=handler, at=night)
    act(actions.handle, event_id=filed.id, outcome="换了", actor=handler, at=night)
    act(actions.check, event_id=filed.id, actor=checker, at=night)

    event = act(actions.rework, event_id=filed.id, reason="没好", actor=checker, at=night)

    assert event.due_at == due


def test_a_clock_that_had_run_out_stays_late(
    act: Any, handling: Event, handler: Actor, checker: Actor
) -> None:
    late = datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)
    act(actions.handle, event_id=handling.id, outcome="换了", actor=handler, at=late)
    act(actions.check, event_id=handling.id, actor=checker, at=late)

    event = act(actions.rework, event_id=handling.id, reason="没好", actor=checker, at=late)

    assert event.due_at == datetime(2026, 9, 29, 10, tzinfo=SHANGHAI)


def test_the_limit_comes_from_the_citys_table(
    act: Any, filed: Event, body: Any, dispatcher: Actor
) -> None:
    keeper = person(Role.DISTRICT_ADMIN, "34/01/")
    act(
        codes.set_limit,
        workflow="event",
        stage="handling",
        amount=2,
        unit="working_days",
        start=FRIDAY.date(),
        class_prefix="P0102",
        actor=keeper,
        at=FRIDAY,
    )

    event = act(actions.dispatch, event_id=filed.id, body=body, actor=dispatcher, at=FRIDAY)

    assert event.due_at == datetime(2026, 9, 21, 10, tzinfo=SHANGHAI)


def test_the_due_time_explains_itself(dispatched: Event) -> None:
    explained = queries.explained(dispatched, clock="span", at=FRIDAY)

    assert explained is not None
    assert [day.number for day in explained.days if day.number] == [1, 2, 3, 4, 5, 6, 7]
    assert [holiday.name for holiday in explained.holidays] == ["中秋节"]


def test_a_missing_year_falls_back_to_weekdays(act: Any, said: Any, operator: Actor) -> None:
    later = datetime(2031, 10, 1, 9, tzinfo=SHANGHAI)

    receipt = act(actions.report, said=said, actor=REPORTER, at=later)

    assert found(receipt.id).stage_due_at is not None


def test_an_overdue_clock_is_told_once(reported: Event, at: datetime) -> None:
    later = at + timedelta(days=1)
    found(reported.id)
    jobs.escalate(later)
    jobs.escalate(later + timedelta(minutes=1))

    topics = _topics(reported)

    assert topics.count("event.overdue") == 1


def _topics(event: Event) -> list[str]:
    rows = Record.objects.filter(subject=f"events.event:{event.id}")
    return list(rows.values_list("topic", flat=True))


def test_a_holiday_set_by_the_city_moves_the_end(
    act: Any, filed: Event, body: Any, dispatcher: Actor
) -> None:
    keeper = person(Role.SYS_ADMIN, "34/01/")
    act(
        calendar.set_day,
        day=datetime(2026, 9, 21).date(),
        kind=Kind.STATUTORY,
        name="市运会",
        source="示例",
        actor=keeper,
        at=FRIDAY,
    )

    event = act(actions.dispatch, event_id=filed.id, body=body, actor=dispatcher, at=FRIDAY)

    assert event.due_at == datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)


def test_handlers_of_another_body_do_not_see_it(dispatched: Event, act: Any) -> None:
    with pytest.raises(Denied):
        act(actions.acknowledge, event_id=dispatched.id, actor=in_body(uuid4()), at=FRIDAY)


# ------------------------------------------------------------------ what the clock says


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (datetime(2026, 9, 29, 16, tzinfo=SHANGHAI), "超 3 工作时 30 分"),
        (datetime(2026, 9, 30, 9, tzinfo=SHANGHAI), "超 5 工作时 30 分"),
        (datetime(2026, 9, 30, 11, tzinfo=SHANGHAI), "超 1 个工作日"),
        # the seven days of the National Day and the Saturday worked for it do not count
        (datetime(2026, 10, 9, 9, tzinfo=SHANGHAI), "超 2 个工作日"),
        (datetime(2026, 9, 28, 9, tzinfo=SHANGHAI), "剩 1 个工作日"),
        (datetime(2026, 9, 28, 17, tzinfo=SHANGHAI), "剩 2 工作时"),
    ],
)
def test_what_is_counted_in_working_time_is_told_in_working_time(
    dispatched: Event, when: datetime, words: str
) -> None:
    due = clock.due(dispatched, at=when, clock="span")

    assert due is not None
    assert due.left == words


def test_where_no_rest_lies_between_the_plain_number_is_enough(dispatched: Event) -> None:
    due = clock.due(dispatched, at=datetime(2026, 9, 29, 11, tzinfo=SHANGHAI), clock="span")

    assert due is not None
    assert due.left == -3600

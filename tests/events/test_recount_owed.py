"""A change of the calendar … moves what is owed beside a matter and what stands (重算期限)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.urls import reverse

from quanyu.events import actions, jobs
from quanyu.events.actions import cards, owed
from quanyu.events.models import Event, EventStep, JointPart, SupervisionCard, WhistleCall
from quanyu.events.queries import owed as queries
from quanyu.events.rules.cards import Charge
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.calendar import actions as calendar
from quanyu.kernel.calendar.rules import Kind, local
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs import app as queue
from tests.conftest import SHANGHAI, STREET, found, person
from tests.events.calls import blown, callable_keys
from tests.events.test_join import TASK, code
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 9, 18, 10, tzinfo=SHANGHAI)
SUNDAY, MONDAY, TUESDAY = date(2026, 9, 20), date(2026, 9, 21), date(2026, 9, 22)
"""That Sunday is worked, for Mid-Autumn from the 25th to the 27th."""
WORKER = system(settings.QUANYU_CITY, job="tests")
Holiday = Callable[[date], int]


@pytest.fixture
def at() -> datetime:
    """Friday 18 September 2026."""
    return FRIDAY


@pytest.fixture
def holiday(act: Any) -> Holiday:
    """Make a day a holiday, and return what beside matters that was announced for."""

    def made(day: date) -> int:
        keeper = person(Role.SYS_ADMIN, "34/01/")
        facts = {"kind": Kind.STATUTORY, "name": "市运会", "source": "示例"}
        act(calendar.set_day, day=day, **facts, actor=keeper, at=FRIDAY)
        count: int = act(owed.announce_owed_moved, since=day, actor=WORKER, at=FRIDAY)
        return count

    return made


@pytest.fixture
def part(act: Any, handling: Event, dispatcher: Actor, at: datetime) -> JointPart:
    """A part that is due in two working days: on Tuesday."""
    facts = {"event_id": handling.id, "body": code("water-supply"), "task": TASK}
    act(actions.join, actor=dispatcher, at=at, **facts)
    return JointPart.objects.get()


@pytest.fixture
def call(act: Any, dispatcher: Actor, at: datetime) -> WhistleCall:
    """A call on Friday evening, to be answered on Sunday, which is worked."""
    return blown(act, dispatcher, at.replace(hour=17), *callable_keys(at)[:2])


@pytest.fixture
def card(act: Any, handling: Event, body: Any, at: datetime) -> SupervisionCard:
    """A letter on a hard matter, to be answered in three working days."""
    charge = Charge("letter", "shirking", "请说明进度", body, matter=handling.number)
    return act(cards.raise_card, charge=charge, actor=person(Role.COMMANDER, STREET), at=at)


def recounted(kind: str, key: UUID) -> Any:
    """Let the worker reckon one anew and return it as it stands."""
    queue.run("tests", jobs.RECOUNTS[kind], case=key, at=FRIDAY)
    set_scope(WORKER)
    return queries.KINDS[kind].objects.get(pk=key)


def test_a_part_gets_one_more_day_and_its_matter_tells_it(
    part: JointPart, holiday: Holiday
) -> None:
    touched = holiday(MONDAY)

    row = recounted("part", part.pk)

    assert touched == 1
    assert row.due_at == part.due_at + timedelta(days=1)
    step = EventStep.objects.get(case=part.event_id, verb="recount_part")
    assert datetime.fromisoformat(step.facts["span_now"]) == row.due_at


def test_a_part_that_went_on_is_reckoned_from_then(
    act: Any, part: JointPart, handler: Actor, checker: Actor, holiday: Holiday
) -> None:
    sunday, wednesday = FRIDAY + timedelta(days=2), FRIDAY + timedelta(days=5)
    chief = person(Role.COMMANDER, name="吴刚")
    facts = {"event_id": part.event_id, "promise": "十月十日告诉您进展"}
    day = {"ground": "needs_project", "review_date": date(2026, 10, 10)}
    act(actions.ask_suspension, actor=handler, at=sunday, **facts, **day)
    act(actions.suspend, event_id=part.event_id, actor=chief, at=sunday)
    act(actions.resume, event_id=part.event_id, reason="料到了", actor=chief, at=wednesday)
    jobs.GO_ON["resume"](part.event_id, wednesday)
    set_scope(WORKER)
    resumed = JointPart.objects.get(pk=part.pk).due_at
    holiday(date(2026, 9, 24))

    row = recounted("part", part.pk)

    assert local(resumed).date() == date(2026, 9, 24)
    assert local(row.due_at).date() == date(2026, 9, 28)


def test_a_call_gets_until_offices_open_again(call: WhistleCall, holiday: Holiday) -> None:
    assert local(call.answer_due_at).date() == SUNDAY

    holiday(SUNDAY)
    row = recounted("whistle", call.pk)

    assert row.answer_due_at == call.answer_due_at + timedelta(days=1)
    assert row.next_rung_at is not None
    assert row.next_rung_at > call.answer_due_at - timedelta(hours=8)


def test_a_card_gets_one_more_day_and_its_figure_goes_by_it(
    card: SupervisionCard, holiday: Holiday
) -> None:
    holiday(TUESDAY)

    row = recounted("card", card.pk)

    assert row.answer_due_at == card.answer_due_at + timedelta(days=1)
    assert row.first_due_at == row.answer_due_at


@pytest.mark.parametrize(("kind", "page"), [("whistle", "desk_call"), ("card", "desk_card")])
def test_the_story_says_what_was_and_what_is(
    kind: str,
    page: str,
    call: WhistleCall,
    card: SupervisionCard,
    holiday: Holiday,
    dispatcher: Actor,
) -> None:
    row: WhistleCall | SupervisionCard = call if kind == "whistle" else card
    holiday(SUNDAY)
    recounted(kind, row.pk)

    shown = browser_of(person(Role.COMMANDER, STREET)).get(reverse(page, args=[row.number]))

    titles = [step["title"] for step in shown.context["story"]]
    assert titles[0] == "按日历重新计算期限"
    assert "原为 9月2" in shown.context["story"][0]["text"]


def test_reckoning_twice_says_it_once(part: JointPart, holiday: Holiday) -> None:
    holiday(MONDAY)
    recounted("part", part.pk)

    recounted("part", part.pk)

    assert EventStep.objects.filter(case=part.event_id, verb="recount_part").count() == 1


def test_a_holiday_after_the_end_touches_nothing(
    part: JointPart, call: WhistleCall, card: SupervisionCard, holiday: Holiday
) -> None:
    assert holiday(date(2026, 10, 12)) == 0


# ------------------------------------------------------------------ what stands still


def test_a_review_waits_for_a_working_day_and_the_story_says_so(
    act: Any, handling: Event, handler: Actor, holiday: Holiday
) -> None:
    chief = person(Role.COMMANDER, name="吴刚")
    facts = {"event_id": handling.id, "promise": "九月二十二日告诉您进展"}
    day = {"ground": "needs_project", "review_date": TUESDAY}
    act(actions.ask_suspension, actor=handler, at=FRIDAY, **facts, **day)
    act(actions.suspend, event_id=handling.id, actor=chief, at=FRIDAY)
    holiday(TUESDAY)
    set_scope(WORKER)
    touched = actions.announce_moved(since=TUESDAY, actor=WORKER, at=FRIDAY)
    queue.run("tests", jobs.recount_due, case=handling.pk, at=FRIDAY)

    event = found(handling.pk)

    assert touched == 1
    assert event.stands_until == datetime(2026, 9, 23, tzinfo=SHANGHAI)
    step = EventStep.objects.get(case=event, verb="recount")
    assert datetime.fromisoformat(step.facts["until_now"]) == event.stands_until


def test_an_answer_is_waited_for_one_working_day_longer(
    act: Any, handling: Event, handler: Actor, holiday: Holiday
) -> None:
    act(actions.ask, event_id=handling.id, question="哪一盏灯？", actor=handler, at=FRIDAY)
    holiday(MONDAY)
    queue.run("tests", jobs.recount_due, case=handling.pk, at=FRIDAY)

    assert found(handling.pk).stands_until == datetime(2026, 9, 28, 10, tzinfo=SHANGHAI)


# ------------------------------------------------------------------ strangers


def test_a_stranger_reckons_and_announces_nothing(
    act: Any, part: JointPart, holiday: Holiday, stranger: Actor
) -> None:
    holiday(MONDAY)

    assert act(owed.announce_owed_moved, since=MONDAY, actor=stranger, at=FRIDAY) == 0
    with pytest.raises(Denied):
        act(owed.recount_owed, kind="part", key=part.pk, actor=stranger, at=FRIDAY)

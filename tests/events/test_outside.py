"""hand_outside … lets a body outside do it; our desk owns it and waits for the answer (转外)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from quanyu.events import actions
from quanyu.events.models import Event, Letter
from quanyu.events.pages.leaving import compose
from quanyu.events.queries import clock, desk, figures, gone, words
from quanyu.events.rules import leaving
from quanyu.kernel.access.rules import Actor, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.figures.rules import Grain, holding
from quanyu.kernel.workflow.rungs import ticking
from quanyu.kernel.workflow.spec import Guarded, Missing, NotAllowed
from quanyu.organisations import queries as bodies
from tests.conftest import found, in_body, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
WORKER = system(settings.QUANYU_CITY, job="tests")
DAY = date(2026, 3, 12)


@pytest.fixture
def power(filed: Event) -> UUID:
    """The power company, which is not in this system."""
    one = bodies.body_by_code("outside-power")
    assert one is not None
    return one.id


def send(act: Any, event: Event, to: UUID, by: Actor, at: datetime, **other: Any) -> Event:
    facts = {"ground": "power", "letter": "请派人修复电缆沟盖板", "promised_on": DAY} | other
    done: Event = act(actions.hand_outside, event_id=event.id, body=to, actor=by, at=at, **facts)
    return done


@pytest.fixture
def outside(act: Any, filed: Event, power: UUID, dispatcher: Actor, at: datetime) -> Event:
    """A matter that the power company has; our clock stands still."""
    return send(act, filed, power, dispatcher, at)


ANSWER = {"answered_by": "李工", "answered_on": date(2026, 3, 9), "answer": "盖板已换新"}


def test_names_the_body_and_keeps_the_letter(outside: Event, power: UUID) -> None:
    set_scope(WORKER)
    letter = Letter.objects.get(event=outside)

    assert (outside.state, outside.body_id, outside.is_outside) == ("outside", power, True)
    assert (letter.body_id, letter.text, letter.promised_on, letter.number) == (
        power,
        "请派人修复电缆沟盖板",
        DAY,
        1,
    )


def test_is_due_on_the_promised_day_and_owned_by_the_desk(
    outside: Event, dispatcher: Actor, at: datetime
) -> None:
    set_scope(dispatcher)

    assert outside.next_due_at == at + timedelta(days=10)
    assert [task.verb for task in desk.work(actor=dispatcher)] == ["take_answer"]
    assert [one.name for one in ticking(outside)] == ["stage"]


def test_lets_our_clock_stand_where_the_ground_says_so(outside: Event, at: datetime) -> None:
    assert outside.stands_still()
    assert outside.span_left is not None
    assert clock.due(outside, at=at, clock="span") is None


def test_lets_our_clock_run_where_it_does_not(
    act: Any, filed: Event, power: UUID, dispatcher: Actor, at: datetime
) -> None:
    event = send(act, filed, power, dispatcher, at, ground="advice")

    assert (event.span_since, event.span_left) == (at, None)
    assert [one.name for one in ticking(event)] == ["stage", "span"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CHECKER, Role.COMMANDER])
def test_is_for_the_dispatcher_alone(
    act: Any, filed: Event, power: UUID, role: Role, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        send(act, filed, power, person(role), at)


def test_takes_a_body_of_the_register_alone(
    act: Any, filed: Event, body: UUID, dispatcher: Actor, at: datetime
) -> None:
    for to in (body, uuid4()):
        with pytest.raises(Invalid) as refusal:
            send(act, filed, to, dispatcher, at)
        assert refusal.value.field == "body"


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 2, 1), date(2026, 4, 2)])
def test_needs_a_day_to_come_and_not_too_far_off(
    act: Any, filed: Event, power: UUID, dispatcher: Actor, at: datetime, day: date
) -> None:
    with pytest.raises(Invalid) as refusal:
        send(act, filed, power, dispatcher, at, promised_on=day)

    assert refusal.value.field == "promised_on"


def test_needs_a_listed_ground(
    act: Any, filed: Event, power: UUID, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid) as refusal:
        send(act, filed, power, dispatcher, at, ground="not_ours")

    assert "power" in refusal.value.allowed


def test_is_not_a_body_one_dispatches_to(
    act: Any, filed: Event, power: UUID, dispatcher: Actor, at: datetime
) -> None:
    set_scope(dispatcher)

    names = {one.body_id for one in desk.holders(filed, filed.category, at=at)}

    assert power not in names


def test_answered_goes_on_to_the_checker_and_to_the_reporter(
    act: Any, outside: Event, dispatcher: Actor, checker: Actor, at: datetime
) -> None:
    later = at + timedelta(days=8)

    event = act(actions.take_answer, event_id=outside.id, actor=dispatcher, at=later, **ANSWER)

    assert (event.state, event.outcome, event.outside_days) == ("handled", "盖板已换新", 8)
    act(actions.check, event_id=outside.id, actor=checker, at=later)
    done = act(actions.close, event_id=outside.id, evidence="现场看过", actor=checker, at=later)
    assert done.state == "closed"
    set_scope(WORKER)
    letter = Letter.objects.get(event=outside)
    assert (letter.ending, letter.answered_by, letter.answer) == ("done", "李工", "盖板已换新")


def test_answered_has_an_answer(act: Any, outside: Event, dispatcher: Actor, at: datetime) -> None:
    facts = ANSWER | {"answered_by": ""}
    later = at + timedelta(days=8)

    with pytest.raises(Missing):
        act(actions.take_answer, event_id=outside.id, actor=dispatcher, at=later, **facts)


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 11)])
def test_is_answered_between_the_letter_and_today(
    act: Any, outside: Event, dispatcher: Actor, at: datetime, day: date
) -> None:
    facts = ANSWER | {"answered_on": day}

    with pytest.raises(Invalid) as refusal:
        act(
            actions.take_answer,
            event_id=outside.id,
            actor=dispatcher,
            at=at + timedelta(days=8),
            **facts,
        )

    assert refusal.value.field == "answered_on"


def test_taken_back_is_dispatched_anew_with_the_time_that_was_left(
    act: Any, outside: Event, body: UUID, dispatcher: Actor, at: datetime
) -> None:
    later = at + timedelta(days=4)
    event = act(
        actions.take_back, event_id=outside.id, reason="对方说不归它", actor=dispatcher, at=later
    )
    assert (event.state, event.body_id, event.is_outside) == ("filed", None, False)

    again = act(actions.dispatch, event_id=outside.id, body=body, actor=dispatcher, at=later)

    assert (again.state, again.span_since, again.outside_days) == ("dispatched", at, 4)
    assert again.due_at is not None
    assert again.due_at > later


def test_not_done_properly_is_sent_back_to_be_dispatched(
    act: Any, outside: Event, dispatcher: Actor, checker: Actor, at: datetime
) -> None:
    later = at + timedelta(days=8)
    act(actions.take_answer, event_id=outside.id, actor=dispatcher, at=later, **ANSWER)
    act(actions.check, event_id=outside.id, actor=checker, at=later)

    with pytest.raises(Guarded):
        act(actions.rework, event_id=outside.id, reason="没换好", actor=checker, at=later)
    event = act(actions.send_back, event_id=outside.id, reason="没换好", actor=checker, at=later)

    assert (event.state, event.reworked, event.body_id) == ("filed", 1, None)


def test_of_ours_is_reworked_and_not_sent_back(
    act: Any, checking: Event, checker: Actor, at: datetime
) -> None:
    with pytest.raises(Guarded):
        act(actions.send_back, event_id=checking.id, reason="没换好", actor=checker, at=at)


def test_unsolved_is_dispatched_anew(
    act: Any, outside: Event, dispatcher: Actor, checker: Actor, at: datetime
) -> None:
    later = at + timedelta(days=8)
    act(actions.take_answer, event_id=outside.id, actor=dispatcher, at=later, **ANSWER)
    act(actions.check, event_id=outside.id, actor=checker, at=later)
    act(actions.close, event_id=outside.id, evidence="看过", actor=checker, at=later)

    event = act(
        actions.rate,
        event_id=outside.id,
        solved=False,
        treated=2,
        comment="又翘起来了",
        actor=holder(outside.id),
        at=later,
    )

    assert (event.state, event.body_id, event.reopened) == ("filed", None, 1)


def test_is_ended_by_the_commander_too(act: Any, outside: Event, at: datetime) -> None:
    later = at + timedelta(days=20)
    facts = {"ground": "cannot_be_met", "reason": "对方不办", "reply": "请找供电公司"}

    event = act(
        actions.force_close,
        event_id=outside.id,
        actor=person(Role.COMMANDER),
        at=later,
        **facts,
    )

    set_scope(WORKER)
    assert (event.state, event.outside_days) == ("forced", 20)
    assert Letter.objects.get(event=outside).ending == "stopped"


def test_shows_the_reporter_to_whom_it_went_and_the_promise(outside: Event, at: datetime) -> None:
    set_scope(holder(outside.id))

    seen = words.followed(holder(outside.id), at=at)

    said = seen.story[0].text
    assert (seen.handler, seen.due_at) == ("市供电公司", None)
    assert "市供电公司" in said
    assert "3月12日前答复" in said
    assert "请派人修复" not in said


def test_is_counted_apart(
    act: Any, filed: Event, power: UUID, dispatcher: Actor, at: datetime
) -> None:
    send(act, filed, power, dispatcher, at, ground="advice")
    set_scope(WORKER)
    scope, month = figures.Scope(settings.QUANYU_CITY), holding(at.date(), Grain.MONTH)

    later = at + timedelta(days=40)
    tally = figures.whole(figures.tallies(scope, month, by="body", actor=WORKER, at=later))

    assert (tally.counts["due"], tally.counts["outside"], tally.counts["left"]) == (1, 1, 1)


def test_owes_nothing_while_our_clock_stands(outside: Event, at: datetime) -> None:
    set_scope(WORKER)
    scope, month = figures.Scope(settings.QUANYU_CITY), holding(at.date(), Grain.MONTH)

    later = at + timedelta(days=40)
    tally = figures.whole(figures.tallies(scope, month, by="body", actor=WORKER, at=later))

    assert tally.counts["due"] == 0


def test_is_printed_as_a_letter(outside: Event, dispatcher: Actor, at: datetime) -> None:
    set_scope(dispatcher)
    letter = gone.letters(outside, actor=dispatcher)[0]

    document = compose({"letter": str(letter.pk)}, actor=dispatcher, at=at)

    said = dict(document.parts[0].rows)
    assert (said["致"], said["内容"]) == ("市供电公司", "请派人修复电缆沟盖板")


def test_hides_the_letter_from_a_stranger(outside: Event, stranger: Actor, at: datetime) -> None:
    set_scope(WORKER)
    key = Letter.objects.get(event=outside).pk
    set_scope(stranger)

    with pytest.raises(Denied):
        compose({"letter": str(key)}, actor=stranger, at=at)
    assert gone.listed(actor=stranger).count() == 0


def test_shows_the_letters_at_the_desk(outside: Event, dispatcher: Actor, handler: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_letters"))

    assert page.status_code == 200
    assert "市供电公司" in page.content.decode()
    assert browser_of(handler).get(reverse("desk_letters")).status_code == 403


def test_shows_the_matter_with_its_letter(outside: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_matter", args=[outside.number]))

    text = page.content.decode()
    assert "转办函" in text
    assert "外单位办结" in text


def test_has_one_letter_at_a_time(outside: Event, at: datetime) -> None:
    set_scope(WORKER)
    twin = Letter.objects.get(event=outside)
    twin.pk, twin.number = uuid4(), 2

    with pytest.raises(IntegrityError, match="letter_one_waits"), transaction.atomic():
        twin.save(force_insert=True)


def test_is_seen_by_nobody_of_the_body_without_an_account(outside: Event, body: UUID) -> None:
    other = in_body(body)
    set_scope(other)

    assert not Event.objects.filter(pk=outside.pk).exists()
    assert leaving.is_theirs(found(outside.pk), other)


def test_is_handed_out_by_the_form_of_the_desk(
    filed: Event, power: UUID, dispatcher: Actor
) -> None:
    day = (timezone.now() + timedelta(days=5)).date().isoformat()
    typed = {"body": str(power), "ground": "power", "letter": "请派人修复", "promised_on": day}
    url = reverse("desk_act", args=[filed.number, "hand_outside"])

    said = browser_of(dispatcher).post(url, typed | {"version": str(filed.version)})

    assert (said.status_code, found(filed.id).state) == (302, "outside")

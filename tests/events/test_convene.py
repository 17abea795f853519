"""convene … has bodies meet over a hard matter; its minutes say who leads (疑难会商)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from quanyu.events import actions, queries
from quanyu.events.models import Consultation, Event, JointPart
from quanyu.events.pages import minutes
from quanyu.events.queries import lineage, precedents
from quanyu.events.rules.joint import NotJoined
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.tables import actions as tables
from quanyu.kernel.workflow.spec import Guarded, NotAllowed, Overtaken
from tests.conftest import found, in_body, person
from tests.events.test_join import WORKER, code
from tests.kernel.tables.conftest import worked
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
QUESTION = "积水来自供水还是排水，由谁牵头"


@pytest.fixture
def water() -> Actor:
    """处置人 in the water supply."""
    return in_body(code("water-supply"), name="刘洋")


@pytest.fixture
def call(act: Any, at: datetime) -> Any:
    """Convene on a matter: the water supply and the drainage office, tomorrow."""

    def convened(event: Event, *, actor: Actor, **more: Any) -> Event:
        facts = {
            "event_id": event.id,
            "question": QUESTION,
            "meets_at": at + timedelta(days=1),
            "where": "街道二楼会议室",
            "invited": [code("water-supply"), code("city-drainage")],
        }
        done: Event = act(actions.convene, actor=actor, at=at, **(facts | more))
        return done

    return convened


@pytest.fixture
def consulting(call: Any, filed: Event, dispatcher: Actor) -> Event:
    """A filed matter on which one will meet."""
    event: Event = call(filed, actor=dispatcher)
    return event


@pytest.fixture
def decide(act: Any, at: datetime) -> Any:
    """Write the minutes a day later: the water supply leads."""

    def concluded(event: Event, *, actor: Actor, **more: Any) -> Event:
        facts = {
            "event_id": event.id,
            "attended": [code("water-supply"), code("city-drainage")],
            "people": 4,
            "decision": "供水管渗漏所致，由供水集团牵头修复",
            "body": code("water-supply"),
            "reason": "现场闭阀后积水不再上涨",
        }
        facts["at"] = at + timedelta(days=1, hours=3)
        done: Event = act(actions.conclude, actor=actor, **(facts | more))
        return done

    return concluded


def test_has_a_limit_of_its_own_before_the_first_dispatch(consulting: Event) -> None:
    assert (consulting.state, consulting.due_at) == ("consulting", None)
    assert consulting.stage_due_at == datetime.fromisoformat("2026-03-09T09:00:00+08:00")


def test_lets_the_span_go_on_after_the_dispatch(
    call: Any, handling: Event, dispatcher: Actor
) -> None:
    event = call(handling, actor=dispatcher)

    assert (event.due_at, event.span_left) == (handling.due_at, None)


def test_lets_the_invited_see_it_and_do_nothing(consulting: Event, water: Actor) -> None:
    set_scope(water)

    assert list(Event.objects.values_list("pk", flat=True)) == [consulting.pk]
    assert queries.offers(consulting, actor=water) == []


def test_wakes_what_was_suspended(
    act: Any, call: Any, handling: Event, handler: Actor, at: datetime
) -> None:
    chief = person(Role.COMMANDER, name="吴刚")
    day = {"ground": "needs_project", "review_date": at.date() + timedelta(days=20)}
    facts = {"event_id": handling.id, "promise": "四月一日告诉您进展", **day}
    act(actions.ask_suspension, actor=handler, at=at, **facts)
    act(actions.suspend, event_id=handling.id, actor=chief, at=at)

    event = call(handling, actor=chief)

    assert (event.state, event.stands_until, event.span_left) == ("consulting", None, None)


def test_ends_the_wait_for_the_reporter(
    act: Any, call: Any, handling: Event, handler: Actor, dispatcher: Actor, at: datetime
) -> None:
    act(actions.ask, event_id=handling.id, question="水是清的还是浑的？", actor=handler, at=at)

    event = call(handling, actor=dispatcher)

    assert (event.state, event.question, event.stands_until) == ("consulting", "", None)


def test_has_what_was_answered_done_again_and_counts_it(
    call: Any, handled: Event, dispatcher: Actor
) -> None:
    event = call(handled, actor=dispatcher)

    assert (event.state, event.reworked, event.due_at) == ("consulting", 1, handled.due_at)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("meets_at", {"meets_at": datetime.fromisoformat("2026-03-01T09:00:00+08:00")}),
        ("invited", {"invited": []}),
        ("question", {"question": "打13800138000问张三"}),
    ],
)
def test_needs_a_time_to_come_two_bodies_and_no_number_of_a_person(
    call: Any, filed: Event, dispatcher: Actor, field: str, more: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        call(filed, actor=dispatcher, **more)

    assert refusal.value.field == field


def test_is_the_desks_act(call: Any, handling: Event, handler: Actor) -> None:
    with pytest.raises(NotAllowed):
        call(handling, actor=handler)


def test_is_not_dispatched_without_minutes(
    act: Any, consulting: Event, body: UUID, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(Guarded):
        act(actions.dispatch, event_id=consulting.id, body=body, actor=dispatcher, at=at)


def test_is_put_off_to_another_time(
    act: Any, consulting: Event, dispatcher: Actor, at: datetime
) -> None:
    later = at + timedelta(days=2)
    facts = {"event_id": consulting.id, "meets_at": later, "where": "社区"}

    event = act(actions.reconvene, actor=dispatcher, at=at, **facts)

    assert (event.state, event.stage_due_at) == ("consulting", consulting.stage_due_at)
    assert Consultation.objects.get().meets_at == later


def test_conclude_dispatches_to_the_lead_and_begins_the_clock(
    consulting: Event, decide: Any, dispatcher: Actor
) -> None:
    event = decide(consulting, actor=dispatcher)

    assert (event.state, event.body_id) == ("dispatched", code("water-supply"))
    assert event.due_at is not None
    assert (event.consulting, event.shared_with) == (None, [])
    verbs = [step.verb for step in queries.story(event, actor=dispatcher)]
    assert verbs[:2] == ["dispatch", "conclude"]


def test_conclude_keeps_the_clock_that_had_begun(
    call: Any, handling: Event, decide: Any, dispatcher: Actor
) -> None:
    call(handling, actor=dispatcher)

    event = decide(handling, actor=dispatcher)

    assert (event.due_at, event.body_id) == (handling.due_at, code("water-supply"))


def test_conclude_hands_out_the_parts(consulting: Event, decide: Any, dispatcher: Actor) -> None:
    part = {"body": code("city-drainage"), "task": "疏通排水口", "days": 2}

    event = decide(consulting, actor=dispatcher, parts=[part])

    row = JointPart.objects.get()
    assert (row.body_id, row.task, event.open_parts) == (part["body"], part["task"], 1)
    assert event.shared_with == [part["body"]]


def test_conclude_is_also_the_commanders(consulting: Event, decide: Any) -> None:
    chief = person(Role.COMMANDER, name="吴刚")

    assert decide(consulting, actor=chief).state == "dispatched"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("attended", {"attended": []}),
        ("people", {"people": 1}),
        ("decision", {"decision": "好"}),
    ],
)
def test_conclude_needs_who_came_how_many_and_what_was_decided(
    consulting: Event, decide: Any, dispatcher: Actor, field: str, more: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        decide(consulting, actor=dispatcher, **more)

    assert refusal.value.field == field


def test_conclude_waits_until_one_has_met(
    consulting: Event, decide: Any, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid) as refusal:
        decide(consulting, actor=dispatcher, at=at + timedelta(hours=1))

    assert refusal.value.field == "held_at"


def test_conclude_says_when_one_met_earlier(
    consulting: Event, decide: Any, dispatcher: Actor, at: datetime
) -> None:
    held = at + timedelta(hours=1)

    decide(consulting, actor=dispatcher, held_at=held, at=held)

    assert Consultation.objects.get().meets_at == held


def test_conclude_counts_nobody_who_was_not_invited(
    consulting: Event, decide: Any, dispatcher: Actor
) -> None:
    with pytest.raises(Invalid):
        decide(consulting, actor=dispatcher, attended=[code("gas-supply")])


def test_conclude_leaves_the_lead_to_a_body_from_here(
    consulting: Event, decide: Any, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(NotJoined):
        decide(consulting, actor=dispatcher, body=UUID(int=7))


def test_conclude_is_said_once(consulting: Event, decide: Any, dispatcher: Actor) -> None:
    decide(consulting, actor=dispatcher)

    with pytest.raises(Overtaken) as refusal:
        decide(consulting, actor=dispatcher)

    assert refusal.value.parts["verb"] == "dispatch"


def test_conclude_may_become_a_precedent_where_the_duty_list_names_the_lead(
    consulting: Event, decide: Any, dispatcher: Actor, body: UUID, at: datetime
) -> None:
    event = decide(consulting, actor=dispatcher, body=body)

    assert precedents.may_register(event, actor=dispatcher, at=at)


def test_call_off_waits_for_the_dispatch_again(
    act: Any, consulting: Event, dispatcher: Actor, at: datetime
) -> None:
    event = act(actions.call_off, event_id=consulting.id, reason="查清了", actor=dispatcher, at=at)

    assert (event.state, event.consulting, event.shared_with) == ("filed", None, [])
    assert Consultation.objects.get().is_called_off


def test_insist_calls_off_and_leaves_it_with_its_body(
    act: Any, call: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    call(handling, actor=dispatcher)

    event = act(actions.insist, event_id=handling.id, reason="查清了", actor=dispatcher, at=at)

    assert (event.state, event.body_id) == ("dispatched", handling.body_id)
    assert (event.consulting, event.due_at) == (None, handling.due_at)


def test_call_off_is_not_for_what_a_body_has(
    act: Any, call: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    call(handling, actor=dispatcher)

    with pytest.raises(Guarded):
        act(actions.call_off, event_id=handling.id, reason="查清了", actor=dispatcher, at=at)


def test_tells_who_was_asked_first_who_bounced_and_who_decided(
    act: Any,
    call: Any,
    decide: Any,
    dispatched: Event,
    handler: Actor,
    dispatcher: Actor,
    at: datetime,
) -> None:
    ground = {"legal_ground": "not_our_duty", "reason": "是自来水"}
    act(actions.hand_back, event_id=dispatched.id, actor=handler, at=at, **ground)
    call(dispatched, actor=dispatcher)
    event = decide(dispatched, actor=dispatcher)

    set_scope(WORKER)
    steps = queries.story(event, actor=WORKER)
    names = {key: str(key) for key in [dispatched.body_id, event.body_id] if key}
    turns = lineage.lines(steps, bodies=names, at=at)

    assert [turn.verb for turn in turns] == [
        *("dispatch", "hand_back", "convene", "conclude", "dispatch"),
    ]
    assert turns[0].said.startswith("首先派给")
    assert turns[-1].said.startswith("改派给")
    assert "是自来水" in turns[1].why


def test_minutes_hold_bodies_and_counts_and_nothing_of_the_reporter(
    consulting: Event, decide: Any, dispatcher: Actor, at: datetime
) -> None:
    part = {"body": code("city-drainage"), "task": "疏通排水口"}
    decide(consulting, actor=dispatcher, parts=[part])
    set_scope(dispatcher)
    asked = {"consultation": str(Consultation.objects.get().pk)}

    paper = minutes.compose(asked, actor=dispatcher, at=at)

    said = " ".join(str(cell) for table in paper.parts for row in table.rows for cell in row)
    assert all(word in said for word in ("供水集团", "4", QUESTION, "疏通排水口"))
    matter = found(consulting.pk)
    assert not any(word in said for word in (matter.text, matter.address, "张三", "13800138000"))
    assert dispatcher.name not in said


def test_minutes_are_asked_for_as_a_file(consulting: Event, decide: Any, dispatcher: Actor) -> None:
    decide(consulting, actor=dispatcher)
    key = Consultation.objects.get().pk

    page = browser_of(dispatcher).get(f"/desk/lists/minutes/export?consultation={key}")

    assert (page.status_code, "会商纪要" in page.content.decode()) == (200, True)


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_minutes_are_made_by_the_worker(
    consulting: Event, decide: Any, dispatcher: Actor, at: datetime, form: str
) -> None:
    decide(consulting, actor=dispatcher)
    browser_of(dispatcher)
    set_scope(dispatcher)
    asked = {"consultation": str(Consultation.objects.get().pk)}
    given: dict[str, Any] = {"table": "minutes", "columns": "", "language": "zh-hans"}

    made = worked(tables.export(asked=asked, format=form, actor=dispatcher, at=at, **given))

    assert (made.state, made.sentence) == ("done", "")


def test_minutes_of_another_district_are_none(
    consulting: Event, decide: Any, dispatcher: Actor, stranger: Actor, at: datetime
) -> None:
    decide(consulting, actor=dispatcher)
    asked = {"consultation": str(Consultation.objects.get().pk)}
    set_scope(stranger)

    with pytest.raises(Denied):
        minutes.compose(asked, actor=stranger, at=at)


def test_is_called_and_concluded_over_the_api(filed: Event, dispatcher: Actor) -> None:
    browser = browser_of(dispatcher)
    url = f"/api/v1/events/{filed.pk}"
    both = [str(code("water-supply")), str(code("city-drainage"))]
    called = {
        "question": QUESTION,
        "meets_at": "2099-03-03T09:00:00+08:00",
        "where": "街道",
        "invited": both,
    }
    first = browser.post(f"{url}/convene", called, content_type="application/json")
    minutes_ = {
        "attended": both,
        "people": 3,
        "decision": "由供水集团牵头",
        "body": both[0],
        "reason": "闭阀后不再涨水",
        "held_at": Consultation.objects.get().convened_at.isoformat(),
        "parts": [{"body": both[1], "task": "疏通排水口"}],
    }

    answer = browser.post(f"{url}/conclude", minutes_, content_type="application/json").json()

    assert (first.status_code, answer["state"], len(answer["parts"])) == (200, "dispatched", 1)
    assert answer["consultations"][0]["decision"] == "由供水集团牵头"


def test_says_over_the_api_why_nobody_is_called(filed: Event, dispatcher: Actor) -> None:
    called = {
        "question": QUESTION,
        "meets_at": "2020-03-03T09:00:00+08:00",
        "where": "街道",
        "invited": [str(code("water-supply")), str(code("city-drainage"))],
    }

    answer = browser_of(dispatcher).post(
        f"/api/v1/events/{filed.pk}/convene", called, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "meets_at")

"""join … asks one more body for a part; who has the matter answers the whole (联合处置)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Event, EventStep, JointPart
from quanyu.events.queries import joint
from quanyu.events.rules import Filters
from quanyu.events.rules.joint import NotJoined, PartsOpen
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.workflow.spec import Guarded, NotAllowed, Overtaken
from quanyu.organisations import queries as organisations
from tests.conftest import found, in_body, person
from tests.events.calls import blown
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
WORKER = system(settings.QUANYU_CITY, job="tests")
TASK = "关掉上游阀门，配合清淤"


def code(name: str) -> UUID:
    """Return the key of a body by its code."""
    entry = organisations.body_by_code(name)
    assert entry is not None
    return entry.id


@pytest.fixture
def water() -> Actor:
    """处置人 in the water supply, which does not have the matter."""
    return in_body(code("water-supply"), name="刘洋")


@pytest.fixture
def joined(act: Any, handling: Event, dispatcher: Actor, at: datetime) -> Event:
    """A matter in which the water supply has a part."""
    facts = {"event_id": handling.id, "body": code("water-supply"), "task": TASK}
    event: Event = act(actions.join, actor=dispatcher, at=at, **facts)
    return event


@pytest.fixture
def part(joined: Event) -> JointPart:
    """That part."""
    return the_part(joined)


def the_part(event: Event) -> JointPart:
    set_scope(WORKER)
    return JointPart.objects.get(event=event)


@pytest.fixture
def on_part(act: Any, part: JointPart, at: datetime) -> Any:
    """Do something with that part."""

    def done(verb: Any, *, actor: Actor, at: datetime = at, **facts: Any) -> Event:
        event: Event = act(
            verb, event_id=part.event_id, part_id=part.pk, actor=actor, at=at, **facts
        )
        return event

    return done


@pytest.fixture
def taken(on_part: Any, water: Actor) -> Event:
    """The part is signed for."""
    event: Event = on_part(actions.acknowledge_part, actor=water)
    return event


def test_leaves_the_matter_where_it_is_and_one(joined: Event, handling: Event) -> None:
    assert (joined.state, joined.body_id, joined.due_at) == (
        handling.state,
        handling.body_id,
        handling.due_at,
    )
    assert (joined.open_parts, joined.shared_with) == (1, [code("water-supply")])


def test_gives_the_other_body_sight_and_no_move_of_the_matter(joined: Event, water: Actor) -> None:
    set_scope(water)

    assert [row.pk for row in Event.objects.all()] == [joined.pk]
    assert queries.offers(joined, actor=water) == []


def test_gives_the_usual_time_at_most_the_matters_own(part: JointPart, joined: Event) -> None:
    assert part.due_at == datetime.fromisoformat("2026-03-04T09:00:00+08:00")
    assert joined.due_at is not None
    assert part.due_at < joined.due_at


def test_takes_so_many_working_days(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    facts = {"event_id": handling.id, "body": code("water-supply"), "task": TASK, "days": 5}
    act(actions.join, actor=dispatcher, at=at, **facts)

    assert the_part(handling).due_at == datetime.fromisoformat("2026-03-09T09:00:00+08:00")


def test_does_not_outlast_the_matter(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    facts = {"event_id": handling.id, "body": code("water-supply"), "task": TASK, "days": 20}

    with pytest.raises(Invalid) as refusal:
        act(actions.join, actor=dispatcher, at=at, **facts)

    assert refusal.value.field == "days"


@pytest.mark.parametrize("which", ["lead", "twice", "elsewhere"])
def test_asks_no_lead_no_body_twice_and_none_from_elsewhere(
    act: Any, joined: Event, body: UUID, dispatcher: Actor, at: datetime, which: str
) -> None:
    asked = {"lead": body, "twice": code("water-supply"), "elsewhere": uuid4()}[which]

    with pytest.raises(NotJoined):
        act(actions.join, event_id=joined.id, body=asked, task=TASK, actor=dispatcher, at=at)


def test_takes_no_number_of_a_person(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    facts = {"event_id": handling.id, "body": code("water-supply")}

    with pytest.raises(Invalid) as refusal:
        act(actions.join, task="找 138 0013 8000 张三", actor=dispatcher, at=at, **facts)

    assert refusal.value.field == "task"


def test_is_the_dispatchers_act(act: Any, handling: Event, handler: Actor, at: datetime) -> None:
    facts = {"event_id": handling.id, "body": code("water-supply"), "task": TASK}

    with pytest.raises(NotAllowed):
        act(actions.join, actor=handler, at=at, **facts)


def test_lets_the_body_answer_its_part(on_part: Any, taken: Event, water: Actor) -> None:
    event = on_part(actions.answer_part, outcome="阀门已关", actor=water)

    row = the_part(event)
    assert (row.state, row.outcome, event.open_parts) == ("answered", "阀门已关", 0)
    assert event.state == "handling"
    assert event.shared_with == [code("water-supply")]


def test_writes_each_act_on_a_part_into_the_one_story_and_the_log(
    on_part: Any, taken: Event, water: Actor
) -> None:
    on_part(actions.answer_part, outcome="阀门已关", actor=water)

    verbs = [step.verb for step in queries.story(found(taken.id), actor=WORKER)]
    assert verbs[:3] == ["answer_part", "acknowledge_part", "join"]
    assert Record.objects.filter(topic="event.answer_part").count() == 1


@pytest.mark.parametrize("who", ["handler", "dispatcher"])
def test_lets_nobody_else_answer_it(
    on_part: Any, taken: Event, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        on_part(actions.answer_part, outcome="阀门已关", actor=request.getfixturevalue(who))


def test_is_answered_once(on_part: Any, taken: Event, water: Actor) -> None:
    on_part(actions.answer_part, outcome="阀门已关", actor=water)

    with pytest.raises(Overtaken):
        on_part(actions.answer_part, outcome="又关了一次", actor=water)


def test_keeps_the_whole_open_while_a_part_is(
    act: Any, joined: Event, handler: Actor, at: datetime
) -> None:
    with pytest.raises(PartsOpen) as refusal:
        act(actions.handle, event_id=joined.id, outcome="清好了", actor=handler, at=at)

    assert "市供水集团" in str(refusal.value)


def test_lets_the_lead_say_why_a_part_is_not_needed(
    act: Any, joined: Event, handler: Actor, at: datetime
) -> None:
    why = "水位已退，不用关阀门了"
    facts = {"event_id": joined.id, "outcome": "清好了", "unneeded": why}

    event = act(actions.handle, actor=handler, at=at, **facts)

    row = the_part(event)
    assert (event.state, event.open_parts, event.shared_with) == ("handled", 0, [])
    assert (row.state, row.withdrawn_reason) == ("withdrawn", why)


def test_keeps_in_sight_of_it_whom_a_street_whistled_for_too(
    act: Any, joined: Event, dispatcher: Actor, handler: Actor, water: Actor, at: datetime
) -> None:
    blown(act, dispatcher, at, code("water-supply"), matters=(joined.number,))
    facts = {"event_id": joined.id, "outcome": "清好了", "unneeded": "阀门不用关"}
    act(actions.handle, actor=handler, at=at, **facts)

    set_scope(water)
    assert Event.objects.visible_to(water).filter(pk=joined.pk).exists()


def test_lets_the_lead_answer_once_the_parts_are(
    act: Any, on_part: Any, taken: Event, water: Actor, handler: Actor, at: datetime
) -> None:
    on_part(actions.answer_part, outcome="阀门已关", actor=water)

    event = act(actions.handle, event_id=taken.id, outcome="清好了", actor=handler, at=at)

    assert event.state == "handled"


def test_keeps_the_checker_apart_from_who_answered_a_part(
    act: Any, on_part: Any, taken: Event, water: Actor, handler: Actor, at: datetime
) -> None:
    on_part(actions.answer_part, outcome="阀门已关", actor=water)
    act(actions.handle, event_id=taken.id, outcome="清好了", actor=handler, at=at)
    grants = water.grants | person(Role.CHECKER).grants
    both = type(water)(water.kind, water.id, grants, name="刘洋")

    with pytest.raises(Guarded):
        act(actions.check, event_id=taken.id, actor=both, at=at)


def test_is_handed_back_once_and_decided(
    on_part: Any, part: JointPart, water: Actor, dispatcher: Actor
) -> None:
    ground = {"legal_ground": "not_our_duty", "reason": "阀门归产权单位"}
    on_part(actions.hand_back_part, actor=water, **ground)
    assert the_part(found(part.event_id)).state == "returned"
    on_part(actions.insist_part, reason="协议写明由贵单位", actor=dispatcher)

    with pytest.raises(Guarded):
        on_part(actions.hand_back_part, actor=water, **ground)


def test_is_withdrawn_by_the_dispatcher_and_seen_no_more(
    on_part: Any, part: JointPart, water: Actor, dispatcher: Actor
) -> None:
    event = on_part(actions.withdraw_part, reason="不用了", actor=dispatcher)

    assert (event.shared_with, event.open_parts) == ([], 0)
    set_scope(water)
    assert not Event.objects.exists()


def test_may_be_asked_again_once_it_is_answered(
    act: Any, on_part: Any, taken: Event, water: Actor, dispatcher: Actor, at: datetime
) -> None:
    on_part(actions.answer_part, outcome="阀门已关", actor=water)
    facts = {"event_id": taken.id, "body": code("water-supply"), "task": "再开阀门试水"}

    event = act(actions.join, actor=dispatcher, at=at, **facts)

    assert event.open_parts == 1


def test_is_extended_within_the_matters_time(
    on_part: Any, part: JointPart, dispatcher: Actor, at: datetime
) -> None:
    on_part(actions.extend_part, days=4, reason="阀门锈死", actor=dispatcher)
    later = the_part(found(part.event_id)).due_at
    assert later == datetime.fromisoformat("2026-03-06T09:00:00+08:00")

    with pytest.raises(Invalid):
        on_part(actions.extend_part, days=20, reason="阀门锈死", actor=dispatcher)


def test_is_told_late_once(on_part: Any, part: JointPart, at: datetime) -> None:
    late = part.due_at + timedelta(minutes=1)

    jobs.escalate(part.due_at)
    jobs.escalate(late)
    jobs.escalate(late)

    assert Record.objects.filter(topic="event.part_overdue").count() == 1


def test_stands_still_while_the_matter_does(
    act: Any, part: JointPart, joined: Event, handler: Actor, at: datetime
) -> None:
    chief = person(Role.COMMANDER, name="吴刚")
    day = {"ground": "needs_project", "review_date": at.date() + timedelta(days=20)}
    facts = {"event_id": joined.id, "promise": "四月一日告诉您进展", **day}
    act(actions.ask_suspension, actor=handler, at=at, **facts)
    act(actions.suspend, event_id=joined.id, actor=chief, at=at)
    jobs.escalate(part.due_at + timedelta(days=1))
    later = at + timedelta(days=14)
    act(actions.resume, event_id=joined.id, reason="料到了", actor=chief, at=later)

    jobs.GO_ON["resume"](joined.id, later)
    jobs.GO_ON["resume"](joined.id, later + timedelta(minutes=1))

    row = the_part(joined)
    assert (row.due_at - later, row.told_at) == (part.due_at - at, None)


def test_keeps_who_got_it_first_as_the_lead(joined: Event, handling: Event) -> None:
    assert joined.body_id == handling.body_id


def test_moves_the_lead_with_a_reason_alone(
    act: Any, joined: Event, part: JointPart, dispatcher: Actor, water: Actor, at: datetime
) -> None:
    facts = {"event_id": joined.id, "body": code("water-supply"), "reason": "主要是阀门的事"}

    event = act(actions.move_lead, actor=dispatcher, at=at, **facts)

    assert (event.state, event.body_id) == ("dispatched", code("water-supply"))
    assert (event.open_parts, event.shared_with) == (0, [])
    assert the_part(event).state == "withdrawn"
    assert "acknowledge" in [move.verb for move in queries.offers(event, actor=water)]


def test_counts_once_in_every_list(
    joined: Event, dispatcher: Actor, water: Actor, at: datetime
) -> None:
    for reader in (dispatcher, water):
        set_scope(reader)
        assert queries.page(Filters(state="open"), actor=reader, at=at).count == 1


def test_stands_on_the_list_of_its_body(part: JointPart, water: Actor, handler: Actor) -> None:
    set_scope(water)
    assert [(row.pk, verb) for row, verb in joint.owed(actor=water)] == [(part.pk, "acknowledge")]

    set_scope(handler)
    assert joint.owed(actor=handler) == []


PART_FACTS: dict[str, dict[str, Any]] = {
    "acknowledge_part": {},
    "answer_part": {"outcome": "关了阀门"},
    "hand_back_part": {"legal_ground": "not_our_duty", "reason": "不归我们"},
    "insist_part": {"reason": "职责清楚"},
    "extend_part": {"days": 1, "reason": "等料件"},
    "withdraw_part": {"reason": "不用了"},
}


@pytest.mark.parametrize("verb", sorted(PART_FACTS))
def test_a_stranger_is_told_there_is_no_such_part(
    on_part: Any, part: JointPart, stranger: Actor, verb: str
) -> None:
    with pytest.raises(Denied):
        on_part(getattr(actions, verb), actor=stranger, **PART_FACTS[verb])


@pytest.mark.parametrize("verb", sorted(PART_FACTS))
def test_a_part_of_another_matter_is_none_of_this_one(
    act: Any, joined: Event, dispatcher: Actor, at: datetime, verb: str
) -> None:
    facts = {"event_id": joined.id, "part_id": uuid4(), **PART_FACTS[verb]}

    with pytest.raises(Denied):
        act(getattr(actions, verb), actor=dispatcher, at=at, **facts)


def test_the_query_and_the_policy_agree_for_every_body(
    joined: Event, handler: Actor, water: Actor
) -> None:
    for reader in (handler, water, in_body(code("gas-supply"))):
        set_scope(reader)
        for model in (Event, EventStep, JointPart):
            seen = set(model.objects.visible_to(reader).values_list("pk", flat=True))
            assert seen == set(model.objects.values_list("pk", flat=True))


def test_is_answered_over_the_api(taken: Event, part: JointPart, water: Actor) -> None:
    url = f"/api/v1/events/{taken.pk}/parts/{part.pk}/answer_part"

    response = browser_of(water).post(url, {"outcome": "阀门已关"}, content_type="application/json")

    assert response.status_code == 200
    assert response.json()["parts"][0]["state"] == "answered"


def test_says_over_the_api_why_not(taken: Event, part: JointPart, handler: Actor) -> None:
    url = f"/api/v1/events/{taken.pk}/parts/{part.pk}/answer_part"

    response = browser_of(handler).post(
        url, {"outcome": "阀门已关"}, content_type="application/json"
    )

    assert response.status_code == 409


def test_ends_with_a_matter_that_is_closed_by_force(
    act: Any, joined: Event, part: JointPart, at: datetime
) -> None:
    chief = person(Role.COMMANDER, name="吴刚")
    said = {"ground": "no_condition", "reason": "现场已不存在", "reply": "现场已不存在"}

    event = act(actions.force_close, event_id=joined.id, actor=chief, at=at, **said)

    assert (event.state, event.open_parts, event.shared_with) == ("forced", 0, [])
    assert the_part(event).state == "withdrawn"


def test_asks_no_body_that_is_outside_this_system(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    outside = {"event_id": handling.id, "body": code("outside-power"), "task": TASK}

    with pytest.raises(NotJoined):
        act(actions.join, actor=dispatcher, at=at, **outside)


@pytest.fixture
def returned(act: Any, dispatched: Event, dispatcher: Actor, handler: Actor, at: datetime) -> Event:
    """A matter with a part open that its lead handed back."""
    part_of = {"event_id": dispatched.id, "body": code("water-supply"), "task": TASK}
    act(actions.join, actor=dispatcher, at=at, **part_of)
    why = {"legal_ground": "not_our_duty", "reason": "不是我们的管线"}
    event: Event = act(actions.hand_back, event_id=dispatched.id, actor=handler, at=at, **why)
    return event


def forward(act: Any, event: Event, dispatcher: Actor, at: datetime) -> None:
    to = {"body": code("outside-next-city"), "reason": "在邻市境内", "reply": "已移送邻市热线"}
    act(actions.forward, event_id=event.id, actor=dispatcher, at=at, **to)


def test_ends_with_a_matter_that_is_forwarded(
    act: Any, returned: Event, dispatcher: Actor, water: Actor, at: datetime
) -> None:
    forward(act, returned, dispatcher, at)

    event = found(returned.id)
    assert (event.state, event.open_parts, event.shared_with) == ("forwarded", 0, [])
    set_scope(water)
    assert not Event.objects.visible_to(water).filter(pk=event.pk).exists()

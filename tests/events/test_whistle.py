"""A street whistles … departments report in, and both sides judge it (吹哨报到)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events import actions, jobs
from quanyu.events.actions import calling, whistle
from quanyu.events.models import Event, WhistleCall, WhistlePart
from quanyu.events.queries import calling as names
from quanyu.events.queries import whistle as queries
from quanyu.events.rules.campaigns import Plan
from quanyu.events.rules.whistle import Blown, NotNow, common_place, repeats
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.notices.models import Notice
from quanyu.kernel.notices.rules import topics
from quanyu.kernel.workflow.spec import NotAllowed, Overtaken
from tests.conftest import GRID, STREET, found, in_body, person
from tests.events.calls import GOOD, blown, callable_keys, part, wanted
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bodies(db: None, at: datetime) -> list[UUID]:
    """Two bodies with duties in the street."""
    return callable_keys(at)[:2]


@pytest.fixture
def one(bodies: list[UUID]) -> Actor:
    """处置人 in the first of them."""
    return in_body(bodies[0], name="刘洋")


@pytest.fixture
def commander(db: None) -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, name="何强")


@pytest.fixture
def reviewer(db: None) -> Actor:
    """区级统筹 of the district."""
    return person(Role.DISTRICT_ADMIN, "34/01/04/", name="沈宁")


@pytest.fixture
def call(act: Any, bodies: list[UUID], dispatcher: Actor, at: datetime) -> WhistleCall:
    """A daily call of two bodies, about no matter."""
    return blown(act, dispatcher, at, *bodies)


# ------------------------------------------------------------------ rules


@given(st.lists(st.sampled_from(["34/01/04/001/", "34/01/04/001/002/", GRID, "34/01/02/003/"])))
def test_lies_in_the_nearest_place_that_holds_all(paths: list[str]) -> None:
    place = common_place(paths)

    assert all(path.startswith(place) for path in paths)
    assert place == "" or place.endswith("/")


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 90)), max_size=12
    ),
    st.integers(0, 40),
)
def test_repeats_what_came_so_soon_before(rows: list[tuple[str, str, int]], days: int) -> None:
    begin = datetime.fromisoformat("2026-03-02T09:00+08:00")
    calls = [Blown(uuid4(), p, k, begin + timedelta(days=d)) for p, k, d in rows]

    again = repeats(calls, within=timedelta(days=days))

    assert len(again) <= max(len(calls) - len({(p, k) for p, k, _d in rows}), 0)
    for row in calls:
        before = [
            b
            for b in calls
            if (b.at, b.key) < (row.at, row.key)
            and (b.region_path, b.kind) == (row.region_path, row.kind)
        ]
        assert (row.key in again) == any(row.at - b.at <= timedelta(days=days) for b in before)


# ------------------------------------------------------------------ calling


def test_begins_the_clock_at_the_call(call: WhistleCall, at: datetime) -> None:
    # Monday nine o'clock, four working hours, noon from twelve to half past two.
    assert local(call.answer_due_at).isoformat() == "2026-03-02T15:30:00+08:00"
    assert (call.answer_amount, call.answer_unit) == (4, "working_hours")


def test_gives_an_emergency_half_an_hour_of_the_wall_clock(
    act: Any, bodies: list[UUID], commander: Actor, at: datetime
) -> None:
    night = at.replace(hour=23)
    made = blown(act, commander, night, *bodies, kind="emergency", ground="emergency")

    assert made.answer_due_at - night == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("kind", {"kind": "loud"}),
        ("ground", {"ground": "because"}),
        ("ground", {"kind": "emergency", "ground": "unsolved"}),
        ("words", {"words": " "}),
        ("region_path", {"region_path": ""}),
        ("matters", {"region_path": "34/01/04/"}),
        ("matters", {"matters": ("260302-XXXXXXXX",)}),
    ],
)
def test_is_refused_with_the_field_at_fault(
    field: str, more: dict[str, Any], act: Any, bodies: list[UUID], dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid) as refusal:
        act(whistle.blow, call=wanted(*bodies, **more), actor=dispatcher, at=at)

    assert refusal.value.field == field


@pytest.mark.parametrize("whom", [(), (uuid4(),)])
def test_calls_nobody_without_a_duty_there(
    whom: tuple[UUID, ...], act: Any, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid) as refusal:
        act(whistle.blow, call=wanted(*whom), actor=dispatcher, at=at)

    assert refusal.value.field == "bodies"


def test_is_for_the_street_alone(
    act: Any, bodies: list[UUID], checker: Actor, reviewer: Actor, at: datetime
) -> None:
    for actor in (checker, reviewer, in_body(bodies[0])):
        with pytest.raises(NotAllowed):
            act(whistle.blow, call=wanted(*bodies), actor=actor, at=at)


def test_never_calls_the_street_or_a_community(at: datetime, db: None) -> None:
    kinds = {one.kind for one in queries.callable_bodies(GRID, at=at)}

    assert kinds == {"department", "stationed_agency", "provider"}


def test_lets_those_called_see_the_matter_it_is_about(
    act: Any, handling: Event, bodies: list[UUID], one: Actor, dispatcher: Actor, at: datetime
) -> None:
    made = blown(act, dispatcher, at, *bodies, matters=(handling.number,))

    set_scope(one)
    assert list(Event.objects.visible_to(one)) == [handling]
    assert queries.matters(made, actor=one) == [handling]
    assert made.region_path == handling.region_path
    told = found(handling.pk).steps.get(verb="whistle")
    assert (told.facts["whistle"], told.role) == (made.number, "dispatcher")
    assert found(handling.pk).state == handling.state


def test_takes_the_open_matters_of_a_campaign(
    act: Any, handling: Event, bodies: list[UUID], commander: Actor, at: datetime
) -> None:
    day = at.date()
    plan = Plan("井盖专项", "四周内换完", bodies[0], day, day + timedelta(days=9), STREET)
    opened = act(actions.open_campaign, plan=plan, actor=commander, at=at)
    facts = {"campaign_id": opened.pk, "number": handling.number}
    act(actions.attach, actor=commander, at=at, **facts)

    made = blown(act, commander, at, *bodies, campaign=opened.pk)

    assert queries.matters(made, actor=commander) == [handling]


# ------------------------------------------------------------------ one department's part


def test_goes_from_report_to_end_and_the_street_alone_ends_it(
    act: Any, call: WhistleCall, bodies: list[UUID], one: Actor, dispatcher: Actor, at: datetime
) -> None:
    soon = at + timedelta(minutes=20)
    act(whistle.report_in, call_id=call.pk, words="两人已到", actor=one, at=soon)
    act(whistle.tell, call_id=call.pk, words="在清运", actor=one, at=soon)
    act(whistle.finish, call_id=call.pk, words="已清完", actor=one, at=soon)
    held = part(call, bodies[0], one)
    assert (held.reported_at, held.doing, held.done_words) == (soon, "在清运", "已清完")
    with pytest.raises(NotAllowed):
        act(whistle.end, call_id=call.pk, words="收了", actor=one, at=soon)

    act(
        whistle.call_back,
        call_id=call.pk,
        body=bodies[0],
        words="还有一堆",
        actor=dispatcher,
        at=soon,
    )
    assert part(call, bodies[0], one).done_at is None
    ended = act(whistle.end, call_id=call.pk, words="都清了", actor=dispatcher, at=soon)

    assert (ended.state, ended.result, ended.ended_at) == ("ended", "都清了", soon)
    verbs = [step.verb for step in queries.story(ended, actor=dispatcher)]
    assert verbs == ["end", "call_back", "finish", "tell", "report_in", "start"]
    with pytest.raises(Overtaken):
        act(whistle.report_in, call_id=call.pk, actor=in_body(bodies[1]), at=soon)


@pytest.mark.parametrize(
    ("verb", "facts"),
    [
        ("finish", {"words": "办完"}),
        ("reply", {"words": "不同意"}),
    ],
)
def test_keeps_the_order_of_a_part(
    verb: str, facts: dict[str, Any], act: Any, call: WhistleCall, one: Actor, at: datetime
) -> None:
    with pytest.raises(NotNow):
        act(getattr(whistle, verb), call_id=call.pk, actor=one, at=at, **facts)


def test_reports_in_once(act: Any, call: WhistleCall, one: Actor, at: datetime) -> None:
    act(whistle.report_in, call_id=call.pk, actor=one, at=at)

    with pytest.raises(NotNow):
        act(whistle.report_in, call_id=call.pk, actor=one, at=at)


def test_who_handles_in_two_called_bodies_says_for_which(
    act: Any, call: WhistleCall, bodies: list[UUID], at: datetime
) -> None:
    both = Actor(
        in_body(bodies[0]).kind, uuid4(), in_body(bodies[0]).grants | in_body(bodies[1]).grants
    )
    with pytest.raises(Invalid) as refusal:
        act(whistle.report_in, call_id=call.pk, actor=both, at=at)
    act(whistle.report_in, call_id=call.pk, body=bodies[1], actor=both, at=at)

    assert refusal.value.allowed == [str(body) for body in sorted(bodies)]
    assert part(call, bodies[1], both).reported_at == at


# ------------------------------------------------------------------ both sides judge


@pytest.fixture
def ended(act: Any, call: WhistleCall, one: Actor, dispatcher: Actor, at: datetime) -> WhistleCall:
    """A call that is over; the second body never came."""
    act(whistle.report_in, call_id=call.pk, actor=one, at=at)
    return act(whistle.end, call_id=call.pk, words="办完了", actor=dispatcher, at=at)


def test_is_assessed_once_and_answered_once(
    act: Any, ended: WhistleCall, bodies: list[UUID], one: Actor, dispatcher: Actor, at: datetime
) -> None:
    facts = {"call_id": ended.pk, "body": bodies[0]}
    act(whistle.assess, **facts, **GOOD, actor=dispatcher, at=at)
    act(whistle.reply, call_id=ended.pk, words="谢谢", actor=one, at=at)

    held = part(ended, bodies[0], one)
    assert (held.came, held.solved, held.manner, held.reply) == ("good", "good", "good", "谢谢")
    with pytest.raises(NotNow):
        act(whistle.assess, **facts, **GOOD, actor=dispatcher, at=at)
    with pytest.raises(NotNow):
        act(whistle.reply, call_id=ended.pk, words="再说一句", actor=one, at=at)


def test_needs_a_reason_for_the_lowest_grade(
    act: Any, ended: WhistleCall, bodies: list[UUID], dispatcher: Actor, at: datetime
) -> None:
    facts = {"call_id": ended.pk, "body": bodies[1], **GOOD, "came": "poor"}
    with pytest.raises(Invalid) as refusal:
        act(whistle.assess, **facts, actor=dispatcher, at=at)
    act(whistle.assess, **facts, words="没有来", actor=dispatcher, at=at)

    assert refusal.value.field == "words"
    assert part(ended, bodies[1], dispatcher).assessed_words == "没有来"


def test_the_database_too_wants_a_reason(
    ended: WhistleCall, bodies: list[UUID], dispatcher: Actor, at: datetime
) -> None:
    held = part(ended, bodies[1], dispatcher)
    grades = {**GOOD, "came": "poor", "assessed_at": at}
    with pytest.raises(IntegrityError, match="whistle_part_lowest_says_why"), transaction.atomic():
        WhistlePart.objects.filter(pk=held.pk).update(**grades)


def test_is_not_assessed_while_it_lasts(
    act: Any, call: WhistleCall, bodies: list[UUID], dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(NotNow):
        act(whistle.assess, call_id=call.pk, body=bodies[0], **GOOD, actor=dispatcher, at=at)


def test_is_judged_by_the_called_side_and_by_a_reviewer(
    act: Any, ended: WhistleCall, bodies: list[UUID], one: Actor, reviewer: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid):
        act(whistle.judge, call_id=ended.pk, is_needed=False, actor=one, at=at)
    act(whistle.judge, call_id=ended.pk, is_needed=False, words="街道能办", actor=one, at=at)
    judged = act(whistle.judge, call_id=ended.pk, is_needed=True, actor=reviewer, at=at)

    assert part(ended, bodies[0], one).is_needed is False
    assert (judged.is_needed, judged.needed_by) == (True, reviewer.id)
    with pytest.raises(NotNow):
        act(whistle.judge, call_id=ended.pk, is_needed=True, actor=reviewer, at=at)


def test_is_not_judged_by_who_called(
    act: Any, bodies: list[UUID], commander: Actor, reviewer: Actor, at: datetime
) -> None:
    both = Actor(commander.kind, commander.id, commander.grants | reviewer.grants, name="何强")
    made = blown(act, both, at, *bodies)

    with pytest.raises(NotNow):
        act(whistle.judge, call_id=made.pk, is_needed=True, actor=both, at=at)


# ------------------------------------------------------------------ strangers, clocks, news

FACTS: dict[str, dict[str, Any]] = {
    "report_in": {},
    "tell": {"words": "在办"},
    "finish": {"words": "办完"},
    "call_back": {"body": uuid4(), "words": "没完"},
    "end": {"words": "收哨"},
    "assess": {"body": uuid4(), **GOOD},
    "reply": {"words": "不同意"},
    "judge": {"is_needed": True},
}


@pytest.mark.parametrize("verb", sorted(FACTS))
def test_a_stranger_is_told_there_is_no_such_call(
    verb: str, call: WhistleCall, stranger: Actor, act: Any, at: datetime
) -> None:
    for actor in (stranger, in_body(uuid4())):
        with pytest.raises(Denied):
            act(getattr(whistle, verb), call_id=call.pk, actor=actor, at=at, **FACTS[verb])


def test_the_database_itself_hides_it(call: WhistleCall, stranger: Actor, one: Actor) -> None:
    for actor, count in ((stranger, 0), (in_body(uuid4()), 0), (one, 1)):
        set_scope(actor)
        assert WhistleCall.objects.count() == count
        assert WhistleCall.objects.visible_to(actor).count() == count
        assert WhistlePart.objects.count() == 2 * count


def test_a_called_body_does_nothing_on_behalf_of_another(
    act: Any, call: WhistleCall, bodies: list[UUID], one: Actor, at: datetime
) -> None:
    with pytest.raises(Refusal):
        act(whistle.report_in, call_id=call.pk, body=bodies[1], actor=one, at=at)


def test_is_told_once_when_somebody_is_missing(
    act: Any, call: WhistleCall, one: Actor, at: datetime
) -> None:
    act(whistle.report_in, call_id=call.pk, actor=one, at=at)
    jobs.escalate(at)
    jobs.escalate(call.answer_due_at + timedelta(minutes=1))
    jobs.escalate(call.answer_due_at + timedelta(minutes=2))

    assert Record.objects.filter(topic="whistle.overdue").count() == 1


def test_tells_those_called(call: WhistleCall, one: Actor, dispatcher: Actor, at: datetime) -> None:
    browser_of(one)
    browser_of(dispatcher)
    worker = system(settings.QUANYU_CITY, job="tests")
    facts: dict[str, Any] = {"key": call.pk, "verb": "start", "since": at, "actor": worker}
    set_scope(worker)
    calling.tell_call(at=at, **facts)
    calling.tell_call(at=at, **facts)

    assert list(Notice.objects.values_list("account_id", "topic")) == [(one.id, "whistle.start")]


@pytest.mark.parametrize("name", sorted(calling.STEPS))
def test_has_words_and_a_listener_for_every_step_that_is_told(name: str) -> None:
    told = {f"{name}.{verb}" for verb in calling.STEPS[name]}

    assert told <= set(topics)
    assert told == {key for key in jobs.CALLED if key.startswith(f"{name}.")}
    assert told <= set(names.topic_names())


def test_shows_its_page_to_the_called_and_to_no_stranger(
    call: WhistleCall, one: Actor, stranger: Actor
) -> None:
    url = reverse("desk_call", args=[call.number])

    assert "报到" in browser_of(one).get(url).content.decode()
    assert browser_of(stranger).get(url).status_code == 404


def test_says_on_my_work_what_the_call_is_for_and_that_not_all_is_done(
    call: WhistleCall, one: Actor
) -> None:
    page = browser_of(one).get(reverse("desk")).content.decode()

    assert call.words in page
    assert "手上的事都办完了" not in page


def test_is_offered_for_a_matter_that_is_open(filed: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_matter", args=[filed.number]))

    assert "为这件事吹哨" in page.content.decode()


def test_is_not_offered_for_a_matter_that_has_ended(closed: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_matter", args=[closed.number]))

    assert "为这件事吹哨" not in page.content.decode()

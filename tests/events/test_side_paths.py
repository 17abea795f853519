"""Not accepted, settled on the spot, returned once, reworked, voided, re-opened (旁支)."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from quanyu.events import actions, rules
from quanyu.events.models import Event
from quanyu.events.rules import Channel
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant, Role, holder
from quanyu.kernel.errors import Invalid
from quanyu.kernel.workflow.gate import may_be_asked
from quanyu.kernel.workflow.spec import Guarded, Missing, NotAllowed, Overtaken
from quanyu.organisations import queries as bodies
from tests.conftest import GRID, STREET, found, in_body, person

pytestmark = pytest.mark.django_db


def test_refusing_keeps_the_answer_for_the_reporter(
    act: Any, reported: Event, operator: Actor, at: Any
) -> None:
    event = act(
        actions.refuse,
        event_id=reported.id,
        reason="out_of_scope",
        reply="请拨打 12345 转供电公司",
        actor=operator,
        at=at,
    )

    assert (event.state, event.reply) == (State.REFUSED, "请拨打 12345 转供电公司")


def test_refusing_needs_a_listed_reason(
    act: Any, reported: Event, operator: Actor, at: Any
) -> None:
    with pytest.raises(Invalid) as refusal:
        act(
            actions.refuse,
            event_id=reported.id,
            reason="我不想办",
            reply="不办",
            actor=operator,
            at=at,
        )

    assert "out_of_scope" in refusal.value.allowed


def test_refusing_without_an_answer_is_told_what_is_missing(
    act: Any, reported: Event, operator: Actor, at: Any
) -> None:
    with pytest.raises(Missing) as refusal:
        act(
            actions.refuse,
            event_id=reported.id,
            reason="out_of_scope",
            reply="",
            actor=operator,
            at=at,
        )

    assert refusal.value.field == "reply"


def test_a_grid_worker_settles_on_the_spot(
    act: Any, reported: Event, grid_worker: Actor, at: Any
) -> None:
    event = act(
        actions.settle, event_id=reported.id, outcome="已放警示桩", actor=grid_worker, at=at
    )

    assert event.state == State.SETTLED


def test_a_look_on_the_spot_comes_before_accepting_where_the_class_says_so(
    act: Any, said: actions.Report, operator: Actor, at: Any
) -> None:
    illegal = actions.Report(text="楼顶在违法搭房子", lon=said.lon, lat=said.lat, category="0101")
    receipt = act(actions.report, said=illegal, actor=REPORTER, at=at)

    with pytest.raises(Guarded):
        act(actions.accept, event_id=receipt.id, actor=operator, at=at)


def test_a_verified_matter_may_be_accepted(
    act: Any, said: actions.Report, operator: Actor, grid_worker: Actor, at: Any
) -> None:
    illegal = actions.Report(text="楼顶在违法搭房子", lon=said.lon, lat=said.lat, category="0101")
    receipt = act(actions.report, said=illegal, actor=REPORTER, at=at)
    act(actions.request_verification, event_id=receipt.id, actor=operator, at=at)
    act(actions.verify, event_id=receipt.id, finding="属实", actor=grid_worker, at=at)

    event = act(actions.accept, event_id=receipt.id, actor=operator, at=at)

    assert event.state == State.ACCEPTED


def test_dispatching_outside_the_duty_list_is_refused_with_who_answers(
    act: Any, filed: Event, dispatcher: Actor, at: Any
) -> None:
    with pytest.raises(rules.WrongHandler) as refusal:
        act(actions.dispatch, event_id=filed.id, body=uuid4(), actor=dispatcher, at=at)

    assert refusal.value.allowed


def _hand_back(act: Any, event: Event, handler: Actor, at: Any) -> Event:
    handed: Event = act(
        actions.hand_back,
        event_id=event.id,
        legal_ground="not_our_duty",
        reason="这个井盖是供水公司的",
        actor=handler,
        at=at,
    )
    return handed


def test_handing_back_waits_for_the_dispatcher(
    act: Any, dispatched: Event, handler: Actor, at: Any
) -> None:
    event = _hand_back(act, dispatched, handler, at)

    assert (event.state, event.handed_back_by) == (State.RETURNED, [dispatched.body_id])


def test_a_body_hands_back_once(
    act: Any, dispatched: Event, handler: Actor, dispatcher: Actor, at: Any
) -> None:
    _hand_back(act, dispatched, handler, at)
    act(actions.insist, event_id=dispatched.id, reason="职责清楚", actor=dispatcher, at=at)

    with pytest.raises(Guarded):
        _hand_back(act, dispatched, handler, at)


def test_an_operator_may_not_dispatch(
    act: Any, filed: Event, body: Any, operator: Actor, at: Any
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.dispatch, event_id=filed.id, body=body, actor=operator, at=at)


def test_one_button_makes_three_moves_in_one_act(
    act: Any, reported: Event, clerk: Actor, body: Any, at: Any
) -> None:
    fresh = act(
        actions.report,
        said=actions.Report(text="又一个井盖破了", lon=117.23, lat=31.82),
        actor=REPORTER,
        at=at,
    )

    event = act(
        actions.send_out, event_id=fresh.id, class_code="P0102", body=body, actor=clerk, at=at
    )

    verbs = list(event.steps.order_by("number").values_list("verb", flat=True))
    assert verbs == ["start", "accept", "file", "dispatch"]


def test_one_button_writes_nothing_when_its_last_move_is_refused(
    act: Any, reported: Event, clerk: Actor, at: Any
) -> None:
    with pytest.raises(rules.WrongHandler):
        act(
            actions.send_out,
            event_id=reported.id,
            class_code="P0102",
            body=uuid4(),
            actor=clerk,
            at=at,
        )

    assert found(reported.id).state == State.REPORTED


def test_nobody_checks_what_they_dispatched(
    act: Any, handled: Event, dispatcher: Actor, checker: Actor, at: Any
) -> None:
    both = type(dispatcher)(dispatcher.kind, dispatcher.id, dispatcher.grants | checker.grants)

    with pytest.raises(Guarded):
        act(actions.check, event_id=handled.id, actor=both, at=at)


def test_rework_is_counted(act: Any, checking: Event, checker: Actor, at: Any) -> None:
    event = act(actions.rework, event_id=checking.id, reason="没盖严", actor=checker, at=at)

    assert (event.state, event.reworked) == (State.HANDLING, 1)


def test_unsolved_has_it_done_again(act: Any, closed: Event, at: Any) -> None:
    event = act(
        actions.rate,
        event_id=closed.id,
        solved=False,
        treated=2,
        comment="井盖还在响",
        actor=holder(closed.id),
        at=at,
    )

    assert (event.state, event.reopened, event.solved) == (State.HANDLING, 1, False)


def test_a_struck_out_matter_is_at_its_end(
    act: Any, accepted: Event, operator: Actor, at: Any
) -> None:
    event = act(actions.void, event_id=accepted.id, reason="duplicate", actor=operator, at=at)

    assert event.state == State.VOID


def test_the_second_of_two_is_told_who_was_faster(
    act: Any, accepted: Event, operator: Actor, at: Any
) -> None:
    with pytest.raises(Overtaken) as refusal:
        act(actions.accept, event_id=accepted.id, actor=operator, at=at)

    assert refusal.value.parts["verb"] == "accept"
    assert refusal.value.parts["name"] == "王芳"


def test_a_report_in_words_alone_waits_at_the_city_and_is_placed_there(act: Any, at: Any) -> None:
    receipt = act(
        actions.report,
        said=actions.Report(text="小区门口积水", address="不知道哪条路"),
        actor=REPORTER,
        at=at,
    )
    desk = person(Role.DISPATCHER, "34/01/")

    event = act(actions.place, event_id=receipt.id, region_path=GRID, actor=desk, at=at)

    assert event.region_path == GRID


def test_words_heard_at_a_street_lie_in_that_street(act: Any, operator: Actor, at: Any) -> None:
    heard = actions.Report(text="来电说楼道灯坏了", address="书香小区", channel=Channel.PHONE)

    receipt = act(actions.report, said=heard, actor=operator, at=at)

    assert found(receipt.id).region_path == STREET


def test_a_point_outside_every_grid_is_not_refused(act: Any, at: Any) -> None:
    far = actions.Report(text="高速路边有落石", lon=118.5, lat=32.5)

    receipt = act(actions.report, said=far, actor=REPORTER, at=at)

    assert found(receipt.id).region_path == "34/01/"


def test_a_matter_that_lies_in_no_street_is_not_dispatched(act: Any, at: Any) -> None:
    receipt = act(
        actions.report,
        said=actions.Report(text="小区门口积水", address="不知道哪条路", category="0406"),
        actor=REPORTER,
        at=at,
    )
    roles = (Role.OPERATOR, Role.DISPATCHER)
    desk = Actor(ActorKind.PERSON, uuid4(), frozenset(Grant(role, "34/01/") for role in roles))
    holders = bodies.duty_holders("0406", place="34/01/", on=at.date())

    with pytest.raises(Guarded):
        act(
            actions.send_out,
            event_id=receipt.id,
            class_code="0406",
            body=holders[0].body_id,
            actor=desk,
            at=at,
        )


def test_a_class_that_asks_for_evidence_is_not_handled_without_a_picture(
    act: Any, said: actions.Report, clerk: Actor, grid_worker: Actor, at: Any
) -> None:
    illegal = actions.Report(text="楼顶在违法搭房子", lon=said.lon, lat=said.lat, category="0101")
    key = act(actions.report, said=illegal, actor=REPORTER, at=at).id
    act(actions.request_verification, event_id=key, actor=clerk, at=at)
    act(actions.verify, event_id=key, finding="属实", actor=grid_worker, at=at)
    holder_of = bodies.duty_holders("0101", place=found(key).region_path, on=at.date())[0].body_id
    act(actions.send_out, event_id=key, class_code="0101", body=holder_of, actor=clerk, at=at)
    act(actions.acknowledge, event_id=key, actor=in_body(holder_of), at=at)

    with pytest.raises(Invalid) as refusal:
        act(actions.handle, event_id=key, outcome="已拆除", actor=in_body(holder_of), at=at)

    assert (refusal.value.field, "示例" in str(refusal.value)) == ("photos", True)


@pytest.fixture
def shut_gate() -> Iterator[None]:
    """Answer no to whatever is asked of a community."""

    def no(topic: str, place: str) -> bool:
        return not (topic and place)

    may_be_asked.answered_by(no)
    yield
    may_be_asked.answers.remove(no)


def test_what_may_not_be_asked_of_a_community_is_not_dispatched(
    shut_gate: None, act: Any, filed: Event, body: Any, dispatcher: Actor, at: Any
) -> None:
    with pytest.raises(Guarded):
        act(actions.dispatch, event_id=filed.id, body=body, actor=dispatcher, at=at)

"""The door for other systems: orders in, answers out, every no as a problem (对外接口)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from quanyu.events import actions as events
from quanyu.events.models import Event
from quanyu.gateway import actions, jobs, queries
from quanyu.gateway.models import Answer, Order, Token
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations import queries as organisations
from tests.conftest import STREET, found, in_body, person
from tests.gateway.conftest import HOTLINE, knock
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
SYSTEM = system("34/01/", job="gateway.tell")
ORDER: dict[str, Any] = {
    "number": "HF-001",
    "contents": "小区东门路灯三天不亮",
    "lon": 117.23,
    "lat": 31.82,
    "class_said": "010203",
    "name": "张三",
    "phone": "13800138000",
}


@pytest.fixture
def at() -> datetime:
    """A moment ago: the API goes by the clock on the wall."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def other(act: Any, sys_admin: Actor, sec_admin: Actor, at: datetime, secret: str) -> str:
    """The token of another system at the same street."""
    given = {"code": "media", "place": STREET, **HOTLINE}
    source = act(actions.register_source, actor=sys_admin, at=at, **given)
    found_: str = act(actions.issue_token, source=source.pk, days=9, actor=sys_admin, at=at)
    token = Token.objects.get(source=source)
    act(actions.confirm_token, token=token.pk, actor=sec_admin, at=at)
    return found_


def test_an_order_sent_twice_is_one_matter(client: Client, secret: str) -> None:
    first = knock(client, secret, "orders", ORDER)
    second = knock(client, secret, "orders", ORDER)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["matter"] == second.json()["matter"]
    assert (len(first.json()["code"]), second.json()["code"]) == (19, "")


def test_what_is_wrong_is_named_in_the_callers_language(client: Client, secret: str) -> None:
    response = knock(client, secret, "orders", ORDER | {"lat": None})

    assert (response.status_code, response.json()["field"]) == (422, "lat")
    assert response["Content-Type"] == "application/problem+json"
    unknown = knock(client, secret, "orders", ORDER | {"wish": "none"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "wish")


def test_another_systems_order_is_not_found(client: Client, secret: str, other: str) -> None:
    knock(client, secret, "orders", ORDER)

    assert knock(client, other, "orders/HF-001").status_code == 404
    withdrawn = knock(client, other, "orders/HF-001/withdraw", {"reason": "不是我的"})
    assert withdrawn.status_code == 404
    own = knock(client, other, "orders", ORDER)
    assert own.status_code == 201


def test_another_systems_answer_is_not_found(
    client: Client, secret: str, other: str, operator: Actor, act: Any
) -> None:
    accepted(client, secret, operator, act)

    assert knock(client, other, "answers").json()["items"] == []
    assert knock(client, other, "answers/1/acknowledge", {}).status_code == 404
    back = knock(client, other, "answers/1/send_back", {"reason": "不接受"})
    assert back.status_code == 404


def test_a_session_opens_this_door_to_nobody(client: Client, operator: Actor) -> None:
    assert browser_of(operator).get("/api/v1/exchange/answers").status_code == 401


def test_withdrawn_by_api(client: Client, secret: str) -> None:
    knock(client, secret, "orders", ORDER)
    response = knock(client, secret, "orders/HF-001/withdraw", {"reason": "市民说修好了"})

    assert (response.status_code, response.json()["state"]) == (200, "void")


def accepted(client: Client, secret: str, operator: Actor, act: Any) -> Any:
    knock(client, secret, "orders", ORDER)
    key = key_of("HF-001")
    act(events.accept, event_id=key, actor=operator, at=timezone.now())
    tell(act, key)
    return key


def key_of(number: str) -> Any:
    set_scope(SYSTEM)
    return Order.objects.get(number=number).event_id


def tell(act: Any, key: Any) -> None:
    act(actions.tell_source, event_id=key, actor=SYSTEM, at=timezone.now())


def test_from_order_to_answer_and_back_again(
    client: Client, secret: str, operator: Actor, dispatcher: Actor, checker: Actor, act: Any
) -> None:
    key = accepted(client, secret, operator, act)
    act(events.file, event_id=key, class_code="P0118", actor=operator, at=timezone.now())
    body = organisations.duty_holders("P0118", place=STREET, on=timezone.localdate())[0].body_id
    now = {"event_id": key, "at": timezone.now()}
    act(events.dispatch, body=body, actor=dispatcher, **now)
    handler = in_body(body)
    act(events.acknowledge, actor=handler, **now)
    act(events.handle, outcome="换了灯泡", actor=handler, **now)
    act(events.check, actor=checker, **now)
    act(events.close, evidence="看过", actor=checker, **now)
    tell(act, key)
    tell(act, key)

    first = knock(client, secret, "answers?size=2").json()
    rest = knock(client, secret, f"answers?after={first['next']}").json()
    told = [*first["items"], *rest["items"]]
    assert [one["kind"] for one in told] == ["accepted", "dispatched", "closed"]
    assert [one["seq"] for one in told] == [1, 2, 3]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert told[2]["words"] == "换了灯泡"
    assert told[1]["until"]

    for _twice in range(2):
        assert knock(client, secret, "answers/3/acknowledge", {}).json()["acknowledged_at"]
    early = knock(client, secret, "answers/2/send_back", {"reason": "不接受"})
    assert (early.status_code, early.json()["field"]) == (409, "seq")
    back = knock(client, secret, "answers/3/send_back", {"reason": "灯还是不亮"})
    assert back.status_code == 200
    event = found(key)
    assert (event.state, event.reopened) == ("handling", 1)
    again = knock(client, secret, "answers/3/send_back", {"reason": "灯还是不亮"})
    assert again.status_code == 200
    tell(act, key)
    assert knock(client, secret, "answers?after=3").json()["items"][0]["kind"] == "reopened"
    found(key)
    assert Answer.objects.count() == 4


def test_the_clock_tells_what_was_done_since_and_then_lets_it_rest(
    client: Client, secret: str, operator: Actor, act: Any
) -> None:
    knock(client, secret, "orders", ORDER)
    key, now = key_of("HF-001"), timezone.now()
    assert act(queries.untold, actor=SYSTEM) == []
    reply = {"reason": "out_of_scope", "reply": "不归街道管"}
    act(events.refuse, event_id=key, actor=operator, at=now, **reply)
    assert act(queries.untold, actor=SYSTEM) == [key]

    set_scope(SYSTEM)
    jobs.tell_sources(now)
    assert act(queries.untold, actor=SYSTEM) == []
    assert [one["kind"] for one in knock(client, secret, "answers").json()["items"]] == ["refused"]
    assert act(actions.let_rest, actor=SYSTEM, at=now + timedelta(days=30)) == 0
    assert act(actions.let_rest, actor=SYSTEM, at=now + timedelta(days=61)) == 1


def test_an_end_without_a_solution_is_told_and_may_be_sent_back(
    client: Client, secret: str, operator: Actor, dispatcher: Actor, act: Any
) -> None:
    key = accepted(client, secret, operator, act)
    act(events.file, event_id=key, class_code="P0118", actor=operator, at=timezone.now())
    body = organisations.duty_holders("P0118", place=STREET, on=timezone.localdate())[0].body_id
    now = {"event_id": key, "at": timezone.now()}
    act(events.dispatch, body=body, actor=dispatcher, **now)
    why = {"ground": "cannot_be_met", "reason": "协商不成", "reply": "按现行规定办不了"}
    act(events.force_close, actor=person(Role.COMMANDER, name="吴刚"), **why, **now)
    tell(act, key)

    last = knock(client, secret, "answers").json()["items"][-1]
    assert (last["kind"], last["words"]) == ("forced", "按现行规定办不了")
    back = knock(client, secret, f"answers/{last['seq']}/send_back", {"reason": "请再想办法"})
    assert (back.status_code, found(key).state) == (200, "filed")
    tell(act, key)
    again = knock(client, secret, f"answers?after={last['seq']}").json()["items"]
    assert [one["kind"] for one in again] == ["reopened"]


def test_what_our_operator_has_done_again_for_them_is_marked_as_sent_back(
    client: Client, secret: str, operator: Actor, act: Any
) -> None:
    knock(client, secret, "orders", ORDER)
    key, at = key_of("HF-001"), timezone.now()
    refusal = {"reason": "out_of_scope", "reply": "不归街道"}
    act(events.refuse, event_id=key, actor=operator, at=at, **refusal)
    tell(act, key)
    act(events.redo, event_id=key, reason="热线来电退回", actor=operator, at=at)
    tell(act, key)
    tell(act, key)

    items = knock(client, secret, "answers").json()["items"]
    assert [(one["kind"], one.get("sent_back_at") is not None) for one in items] == [
        ("refused", True),
        ("reopened", False),
    ]
    set_scope(SYSTEM)
    order = Order.objects.get(number="HF-001")
    assert (order.returned, order.return_said) == (1, "热线来电退回")


def test_an_order_whose_matter_went_elsewhere_is_theirs_all_the_same(
    client: Client, secret: str, operator: Actor, act: Any
) -> None:
    knock(client, secret, "orders", ORDER)
    key = key_of("HF-001")
    refusal = {"reason": "out_of_scope", "reply": "不归街道"}
    act(events.refuse, event_id=key, actor=operator, at=timezone.now(), **refusal)
    tell(act, key)
    set_scope(SYSTEM)
    Event.objects.filter(pk=key).update(region_path="34/01/02/")

    held = knock(client, secret, "orders/HF-001")
    (answer,) = knock(client, secret, "answers").json()["items"]
    again = knock(client, secret, "orders", ORDER)
    back = knock(client, secret, f"answers/{answer['seq']}/send_back", {"reason": "请再看"})

    assert (held.status_code, again.status_code, back.status_code) == (200, 200, 200)
    assert answer["words"] == "不归街道"
    assert found(key).state == "reported"


def test_what_they_sent_back_themselves_counts_once(
    client: Client, secret: str, operator: Actor, act: Any
) -> None:
    knock(client, secret, "orders", ORDER)
    key = key_of("HF-001")
    refusal = {"reason": "out_of_scope", "reply": "不归街道"}
    act(events.refuse, event_id=key, actor=operator, at=timezone.now(), **refusal)
    tell(act, key)
    knock(client, secret, "answers/1/send_back", {"reason": "属街道职责"})
    tell(act, key)

    set_scope(SYSTEM)
    assert Order.objects.get(number="HF-001").returned == 1


def test_a_solution_after_a_refusal_is_told_in_its_own_words(
    client: Client, secret: str, operator: Actor, grid_worker: Actor, act: Any
) -> None:
    knock(client, secret, "orders", ORDER)
    key, at = key_of("HF-001"), timezone.now()
    refusal = {"reason": "out_of_scope", "reply": "不归街道"}
    act(events.refuse, event_id=key, actor=operator, at=at, **refusal)
    tell(act, key)
    knock(client, secret, "answers/1/send_back", {"reason": "属街道职责"})
    act(events.settle, event_id=key, outcome="换了灯泡", actor=grid_worker, at=timezone.now())
    tell(act, key)

    last = knock(client, secret, "answers").json()["items"][-1]
    assert (last["kind"], last["words"]) == ("closed", "换了灯泡")

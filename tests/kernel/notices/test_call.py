"""call … reaches those whom nothing else reaches, and counts nobody (电话名单)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.notices import actions, queries, rules
from quanyu.kernel.notices.models import Delivery, Notice
from quanyu.kernel.privacy.models import Look
from quanyu.kernel.privacy.rules import ReasonMissing
from tests.kernel.notices import test_send
from tests.kernel.notices.conftest import WORKER, Hire, Provider, news

pytestmark = pytest.mark.django_db


def owe(at: datetime, **more: Any) -> Notice | None:
    """Tell a resident who reported by telephone."""
    set_scope(WORKER)
    given: dict[str, Any] = {"phone": "13800138000", "name": "张三", "may_text": False}
    given |= {"may_call": True} | more
    return actions.tell_resident(news(), actor=WORKER, at=at, **given)


@pytest.fixture
def listed(officer: Actor, at: datetime) -> Delivery:
    owe(at)
    set_scope(officer)
    (row,) = queries.calls(actor=officer, at=at)
    return row


def test_shows_whom_to_call_masked(listed: Delivery) -> None:
    assert (str(listed.notice.name), str(listed.notice.phone)) == ("张*", "138****8000")


def test_is_for_the_place_alone(listed: Delivery, hire: Hire, at: datetime) -> None:
    stranger = hire("孙远", grants=frozenset({Grant(Role.COMMUNITY_OFFICER, "34/01/02/")}))
    set_scope(stranger)

    assert queries.calls(actor=stranger, at=at) == []
    with pytest.raises(Denied):
        actions.called(delivery_id=listed.pk, outcome="reached", actor=stranger, at=at)
    with pytest.raises(Denied):
        actions.reveal_number(delivery_id=listed.pk, reason="reply", actor=stranger, at=at)


def test_is_for_those_who_call(dispatcher: Actor, listed: Delivery, at: datetime) -> None:
    set_scope(dispatcher)

    with pytest.raises(Denied):
        queries.calls(actor=dispatcher, at=at)


def test_opens_the_number_for_a_reason_and_logs_the_look(
    listed: Delivery, officer: Actor, at: datetime
) -> None:
    with pytest.raises(ReasonMissing):
        actions.reveal_number(delivery_id=listed.pk, reason="", actor=officer, at=at)

    shown = actions.reveal_number(delivery_id=listed.pk, reason="reply", actor=officer, at=at)

    assert shown == {"name": "张三", "phone": "13800138000"}
    assert Look.objects.get().reason == "reply"


@pytest.mark.parametrize(("outcome", "state"), [("reached", "delivered"), ("refused", "dead")])
def test_lets_be_whoever_was_told_and_erases_the_number(
    outcome: str, state: str, listed: Delivery, officer: Actor, at: datetime
) -> None:
    done = actions.called(delivery_id=listed.pk, outcome=outcome, actor=officer, at=at)

    assert done.state == state
    assert queries.calls(actor=officer, at=at) == []
    set_scope(WORKER)
    assert Notice.objects.get().phone is None


def test_calls_again_later_and_not_for_ever(listed: Delivery, officer: Actor, at: datetime) -> None:
    for _call in range(rules.MOST_CALLS):
        assert queries.calls(actor=officer, at=at) != []
        actions.called(delivery_id=listed.pk, outcome="not_reached", actor=officer, at=at)
        assert queries.calls(actor=officer, at=at) == []
        at += rules.CALL_AGAIN

    assert queries.calls(actor=officer, at=at) == []


def test_refuses_an_unknown_outcome(listed: Delivery, officer: Actor, at: datetime) -> None:
    with pytest.raises(Invalid) as no:
        actions.called(delivery_id=listed.pk, outcome="", actor=officer, at=at)

    assert no.value.allowed == ["reached", "not_reached", "again", "refused"]


def test_refuses_a_second_result(listed: Delivery, officer: Actor, at: datetime) -> None:
    actions.called(delivery_id=listed.pk, outcome="reached", actor=officer, at=at)

    with pytest.raises(rules.NotSent):
        actions.called(delivery_id=listed.pk, outcome="reached", actor=officer, at=at)


def test_is_not_needed_where_a_text_arrives(
    provider: Provider, officer: Actor, at: datetime
) -> None:
    owe(at, may_text=True)

    assert test_send.send(at).state == "sent"

    assert provider.asked[0]["to"] == "13800138000"
    set_scope(officer)
    assert queries.calls(actor=officer, at=at + timedelta(hours=1)) == []


def test_follows_a_text_that_failed(provider: Provider, officer: Actor, at: datetime) -> None:
    provider.answers = [(200, {"Code": "BAD_NUMBER"})]
    owe(at, may_text=True)

    test_send.send(at)

    set_scope(officer)
    assert len(queries.calls(actor=officer, at=at + timedelta(minutes=1))) == 1


def test_waits_for_the_morning(officer: Actor, at: datetime) -> None:
    owe(at.replace(hour=22))
    set_scope(officer)

    assert queries.calls(actor=officer, at=at.replace(hour=23)) == []
    assert len(queries.calls(actor=officer, at=at.replace(day=3, hour=8))) == 1


@pytest.mark.parametrize("more", [{"may_call": False}, {"phone": ""}])
def test_keeps_nothing_where_no_way_is_open(
    more: dict[str, Any], worker: Actor, at: datetime
) -> None:
    assert owe(at, **more) is None
    assert not Notice.objects.exists()


def test_puts_nobody_on_the_list_twice(worker: Actor, at: datetime) -> None:
    assert owe(at) is not None
    assert owe(at) is None

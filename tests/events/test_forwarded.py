"""What a hotline, or somebody on the telephone, adds later (补充、催办、撤回、退回重办、保密)."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from quanyu.events import actions, queries
from quanyu.events.models import Event, EventStep, Origin
from quanyu.events.rules import Audience, Channel, audience
from quanyu.events.rules.forwarded import Came, NotAgreed
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.privacy.rules import NotYours
from quanyu.kernel.workflow.spec import Guarded, NotAllowed
from tests.conftest import STREET, found, person

HOTLINE = replace(system(STREET, job="gateway.hotline"), name="市 12345")


@pytest.fixture
def forwarded(act: Any, said: actions.Report, at: Any) -> Event:
    """A matter that a hotline sent."""
    came = Came("hotline", "HF-1", class_said="010203")
    order = replace(said, channel=Channel.HOTLINE, came=came, agreed="passed")
    return found(act(actions.report, said=order, actor=HOTLINE, at=at).id)


def last(event: Event) -> EventStep:
    found(event.pk)
    step = EventStep.objects.filter(case=event).order_by("-number").first()
    assert step is not None
    return step


def test_a_source_opens_a_matter_that_names_it(forwarded: Event) -> None:
    origin = Origin.objects.get(event=forwarded)
    step = last(forwarded)

    assert (origin.source, origin.number, origin.class_said) == ("hotline", "HF-1", "010203")
    assert (step.verb, step.role, step.actor_name) == ("start", Role.SYSTEM, "市 12345")


def test_a_source_opens_nothing_outside_its_place(act: Any, said: Any, at: Any) -> None:
    elsewhere = system("34/01/02/", job="gateway.hotline")

    with pytest.raises(NotAllowed):
        act(actions.report, said=replace(said, channel=Channel.HOTLINE), actor=elsewhere, at=at)


def test_urging_is_counted_and_told_to_who_has_it(
    handling: Event, handler: Actor, operator: Actor, act: Any, at: Any
) -> None:
    act(actions.urge, event_id=handling.pk, times=2, words="还没人来", actor=operator, at=at)
    act(actions.urge, event_id=handling.pk, times=1, actor=operator, at=at)

    assert found(handling.pk).urged == 3
    assert last(handling).facts == {"times": 3}
    assert audience("urge", state="handling") is Audience.HANDS
    assert audience("urge", state="accepted") is Audience.DISPATCHERS


def test_what_has_ended_is_not_urged(reported: Event, operator: Actor, act: Any, at: Any) -> None:
    act(actions.void, event_id=reported.pk, reason="duplicate", actor=operator, at=at)

    with pytest.raises(NotAllowed):
        act(actions.urge, event_id=reported.pk, times=1, actor=operator, at=at)


def test_a_supplement_is_the_answer_where_one_was_asked(
    forwarded: Event, operator: Actor, act: Any, at: Any
) -> None:
    act(actions.supplement, event_id=forwarded.pk, words="是南门", actor=HOTLINE, at=at)
    assert last(forwarded).verb == "supplement"

    act(actions.ask, event_id=forwarded.pk, question="哪个门？", actor=operator, at=at)
    act(actions.supplement, event_id=forwarded.pk, words="南门口", actor=HOTLINE, at=at)

    assert found(forwarded.pk).state == "reported"
    assert last(forwarded).facts == {"answer": "南门口"}


def test_withdrawn_before_dispatch_is_struck_out(forwarded: Event, act: Any, at: Any) -> None:
    act(actions.withdraw, event_id=forwarded.pk, reason="不办了", actor=HOTLINE, at=at)

    event = found(forwarded.pk)
    assert (event.state, event.closed_at) == ("void", at)


def test_only_what_a_hotline_sent_is_withdrawn(
    reported: Event, operator: Actor, act: Any, at: Any
) -> None:
    with pytest.raises(Guarded):
        act(actions.withdraw, event_id=reported.pk, reason="不办了", actor=operator, at=at)


def test_withdrawn_after_dispatch_is_told_and_goes_on(dispatched: Event, act: Any, at: Any) -> None:
    act(actions.withdraw, event_id=dispatched.pk, reason="不办了", actor=HOTLINE, at=at)

    assert found(dispatched.pk).state == "dispatched"
    assert last(dispatched).verb == "withdrawn"


def test_a_refusal_sent_back_is_looked_at_anew(
    forwarded: Event, operator: Actor, act: Any, at: Any
) -> None:
    given = {"event_id": forwarded.pk, "actor": operator, "at": at}
    act(actions.refuse, reason="out_of_scope", reply="不归街道", **given)
    act(actions.redo, event_id=forwarded.pk, reason="属街道职责", actor=HOTLINE, at=at)

    event = found(forwarded.pk)
    assert (event.state, event.reopened, event.closed_at) == ("reported", 1, None)


def test_a_refusal_sent_back_is_no_answer_any_more(
    forwarded: Event, operator: Actor, act: Any, at: Any
) -> None:
    given = {"event_id": forwarded.pk, "actor": operator, "at": at}
    act(actions.refuse, reason="out_of_scope", reply="不归街道", **given)
    act(actions.redo, event_id=forwarded.pk, reason="属街道职责", actor=HOTLINE, at=at)

    assert found(forwarded.pk).reply == ""


def test_who_asks_for_confidence_is_unknown_on_the_spot(
    act: Any, said: Any, grid_worker: Actor, operator: Actor, at: Any
) -> None:
    receipt = act(actions.report, said=replace(said, is_confidential=True), actor=REPORTER, at=at)
    given = {"event_id": receipt.id, "reason": "contact", "at": at}

    with pytest.raises(NotYours):
        act(actions.reveal_contact, actor=grid_worker, **given)
    assert act(actions.reveal_contact, actor=operator, **given)["name"] == "张三"


def test_nobody_is_written_down_without_agreeing(
    act: Any, said: Any, operator: Actor, at: Any
) -> None:
    by_phone = replace(said, channel=Channel.PHONE)

    with pytest.raises(NotAgreed):
        act(actions.report, said=by_phone, actor=operator, at=at)
    nameless = replace(by_phone, name="", phone="")
    assert act(actions.report, said=nameless, actor=operator, at=at).code
    receipt = act(actions.report, said=replace(by_phone, agreed="said"), actor=operator, at=at)
    kept = queries.contact_of(found(receipt.id), actor=system(settings.QUANYU_CITY, job="tests"))
    assert kept is not None
    assert kept.agreed == "said"


def test_a_clerk_elsewhere_adds_nothing(reported: Event, act: Any, at: Any) -> None:
    checker = person(Role.CHECKER)

    with pytest.raises(NotAllowed):
        act(actions.supplement, event_id=reported.pk, words="多嘴", actor=checker, at=at)

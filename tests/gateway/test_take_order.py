"""An order of a hotline … is one matter, whichever way it comes (收下工单)."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from quanyu.events import actions as events
from quanyu.events.models import Contact, Event, EventStep, Origin
from quanyu.gateway import actions, queries
from quanyu.gateway.models import Order
from quanyu.gateway.rules import Said, WrongOrder
from quanyu.gateway.tables import ORDERS
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.notices.models import Notice
from quanyu.organisations import queries as organisations
from tests.conftest import STREET, found
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


def matter(taken: actions.Taken) -> Event:
    return found(taken.order.event_id)


def test_becomes_a_matter_that_names_its_source(taking: Any, order: Said) -> None:
    taken = taking(order)

    event = matter(taken)
    assert (taken.is_new, len(taken.code), event.channel) == (True, 19, "hotline")
    assert Origin.objects.get(event=event).number == "HF-001"
    assert Contact.objects.get(event=event).agreed == "passed"


def test_sent_twice_is_one_matter(taking: Any, order: Said) -> None:
    first, second = taking(order), taking(order)

    assert (second.is_new, second.did, second.code) == (False, (), "")
    assert matter(first).pk == matter(second).pk
    assert EventStep.objects.filter(case=matter(first)).count() == 1


def test_with_a_code_that_means_nothing_comes_unclassed(
    taking: Any, order: Said, keeper: Actor, act: Any, at: Any
) -> None:
    first = taking(order)
    assert matter(first).category == ""
    act(actions.match, **MATCH, actor=keeper, at=at)
    second = taking(replace(order, number="HF-002"))

    assert matter(second).category == "P0118"
    assert (matter(first).category, first.order.class_code) == ("", "")


MATCH = {"source": "hotline", "kind": "class", "said": "010203", "said_name": "", "code": "P0118"}


def test_lists_the_code_until_somebody_gives_it_a_meaning(
    taking: Any, order: Said, keeper: Actor, act: Any, at: Any
) -> None:
    taking(order)
    taking(replace(order, number="HF-002"))
    found = act(queries.unmatched, actor=keeper, at=at)
    assert [(one.said, one.name, one.count) for one in found] == [("010203", "路灯", 2)]

    act(actions.match, **MATCH, actor=keeper, at=at)
    assert act(queries.unmatched, actor=keeper, at=at) == []


def test_with_other_words_becomes_a_supplement(taking: Any, order: Said) -> None:
    taking(order)
    taken = taking(replace(order, contents="小区东门路灯三天不亮，老人摔了一跤。"))

    step = EventStep.objects.filter(case=matter(taken)).latest("number")
    assert taken.did == ("supplement",)
    assert step.facts == {"words": "小区东门路灯三天不亮，老人摔了一跤。"}
    assert "摔" not in matter(taken).text


def test_urged_again_counts_what_came_since(taking: Any, order: Said) -> None:
    taking(replace(order, urged=1))
    taken = taking(replace(order, urged=3, urged_words="还没修"))
    taking(replace(order, urged=3))

    assert (matter(taken).urged, taken.did) == (3, ("urge",))


def test_withdrawn_before_dispatch_is_struck_out(taking: Any, order: Said) -> None:
    taking(order)
    taken = taking(replace(order, withdrawn="市民说已修好"))

    assert matter(taken).state == "void"
    assert taking(replace(order, withdrawn="市民说已修好")).did == ()


def test_keeps_their_deadline_beside_ours(taking: Any, order: Said, at: Any) -> None:
    taken = taking(replace(order, due_said=at))

    assert taken.order.due_said == at
    assert taking(order).order.due_said == at


def test_asking_for_confidence_later_hides_the_caller(taking: Any, order: Said) -> None:
    taken = taking(order)
    taking(replace(order, is_confidential=True))

    assert Contact.objects.get(event=matter(taken)).is_confidential
    taking(order)
    assert Contact.objects.get(event=matter(taken)).is_confidential


def test_without_a_place_lies_at_its_sources(taking: Any, order: Said, source: Any) -> None:
    taken = taking(replace(order, address="", lon=None, lat=None))

    assert matter(taken).region_path == source.region_path


def test_of_another_district_is_refused(taking: Any, order: Said, source: Any) -> None:
    source.region_path = "34/01/02/"
    source.save()
    with pytest.raises(WrongOrder) as no:
        taking(order)

    assert no.value.field == "lon"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "a b"),
        ("contents", " "),
        ("lat", None),
        ("lon", 200.0),
        ("coordinates", "mars"),
        ("said_at", timezone.now().replace(year=2030)),
    ],
)
def test_that_is_wrong_is_refused_by_its_field(
    name: str, value: Any, taking: Any, order: Said
) -> None:
    with pytest.raises(WrongOrder) as no:
        taking(replace(order, **{name: value}))

    assert no.value.field == name
    assert not Order.objects.exists()


def test_in_shifted_coordinates_is_put_back_on_the_earth(taking: Any, order: Said) -> None:
    taken = taking(replace(order, lon=117.2353, lat=31.818, coordinates="gcj02"))

    assert matter(taken).lon == pytest.approx(117.2353 - 0.0055, abs=0.001)
    assert taken.order.lon == 117.2353


def test_of_which_we_promise_too_late_is_told_to_the_desk(
    taking: Any, order: Said, operator: Actor, dispatcher: Actor, act: Any, at: Any
) -> None:
    browser_of(dispatcher)
    taken = taking(replace(order, due_said=at))
    key, given = taken.order.event_id, {"event_id": taken.order.event_id, "at": at}
    act(events.accept, actor=operator, **given)
    act(events.file, class_code="P0118", actor=operator, **given)
    holders = organisations.duty_holders("P0118", place=STREET, on=at.date())
    act(events.dispatch, body=holders[0].body_id, actor=dispatcher, **given)
    for _twice in range(2):
        act(actions.tell_source, event_id=key, actor=system("34/01/", job="tests"), at=at)

    told = Notice.objects.filter(topic="gateway.later")
    assert [notice.account_id for notice in told] == [dispatcher.id]
    later = {"standing": "later"}
    rows = act(ORDERS.narrowed, actor=operator, at=at, asked=later)
    assert [row.number for row in rows] == ["HF-001"]

"""A precedent … says whose job a kind of matter is, until it is revoked (判例登记)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from quanyu.events import actions
from quanyu.events.models import Event, Precedent
from quanyu.events.queries import desk, precedents
from quanyu.events.rules import classing as rules
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import queries as organisations
from tests.conftest import STREET, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
GROUND = "四月部门会商纪要：断裂的由街道先行养护"


@pytest.fixture
def second(filed: Event, at: datetime) -> UUID:
    """The body that the duty list names next for the filed matter."""
    found = organisations.duty_holders(filed.category, place=filed.region_path, on=at.date())
    return found[1].body_id


@pytest.fixture
def moved(act: Any, filed: Event, second: UUID, dispatcher: Actor, at: datetime) -> Event:
    """A matter dispatched to another body than the one suggested."""
    return act(actions.dispatch, event_id=filed.id, body=second, actor=dispatcher, at=at)


def _register(act: Any, event: Event, actor: Actor, at: datetime, **more: Any) -> Precedent:
    facts = {"class_prefix": event.category, "place": STREET, "ground": GROUND} | more
    return act(actions.register_precedent, event_id=event.id, actor=actor, at=at, **facts)


@pytest.fixture
def like(act: Any, moved: Event, operator: Actor, at: datetime) -> Event:
    """The next matter of the same kind."""
    said = actions.Report(text="污水井盖裂了，车一压就响", lon=117.23, lat=31.82)
    key = act(actions.report, said=said, actor=REPORTER, at=at).id
    act(actions.accept, event_id=key, actor=operator, at=at)
    return act(actions.file, event_id=key, class_code="P0102", actor=operator, at=at)


def test_puts_its_body_first_next_time_with_its_reason(
    act: Any, moved: Event, like: Event, second: UUID, dispatcher: Actor, at: datetime
) -> None:
    _register(act, moved, dispatcher, at)

    first = desk.holders(like, like.category, at=at)[0]

    assert (first.body_id, first.basis) == (second, precedents.BASIS)
    assert GROUND in first.reason
    assert moved.number in first.reason


def test_leaves_the_duty_list_as_it_is_otherwise(
    act: Any, moved: Event, like: Event, dispatcher: Actor, at: datetime
) -> None:
    listed = desk.holders(like, like.category, at=at)

    _register(act, moved, dispatcher, at)

    after = desk.holders(like, like.category, at=at)
    assert {one.body_id for one in after} == {one.body_id for one in listed}


def test_with_a_word_holds_only_where_the_word_stands(
    act: Any, moved: Event, like: Event, second: UUID, dispatcher: Actor, at: datetime
) -> None:
    _register(act, moved, dispatcher, at, keyword="破了一半")

    assert desk.holders(like, like.category, at=at)[0].body_id != second


def test_of_a_major_holds_for_its_classes(
    act: Any, moved: Event, like: Event, second: UUID, dispatcher: Actor, at: datetime
) -> None:
    _register(act, moved, dispatcher, at, class_prefix="P01")

    assert desk.holders(like, like.category, at=at)[0].body_id == second


def test_is_silent_when_the_duty_list_names_its_body_no_longer(
    act: Any, moved: Event, like: Event, dispatcher: Actor, at: datetime
) -> None:
    row = _register(act, moved, dispatcher, at)
    other = next(
        body.id
        for body in organisations.bodies(on=at.date())
        if body.id not in {one.body_id for one in desk.holders(like, like.category, at=at)}
    )
    Precedent.objects.filter(pk=row.pk).update(body_id=other)

    found = desk.holders(like, like.category, at=at)

    assert other not in {one.body_id for one in found}
    assert found[0].basis != precedents.BASIS


def test_is_registered_in_the_audit(
    act: Any, moved: Event, dispatcher: Actor, at: datetime
) -> None:
    row = _register(act, moved, dispatcher, at)

    assert Record.objects.filter(
        topic="precedent.register", subject=f"events.precedent:{row.pk}"
    ).exists()


def test_is_registered_after_a_hand_back_and_an_insistence(
    act: Any, dispatched: Event, handler: Actor, dispatcher: Actor, at: datetime
) -> None:
    facts = {"legal_ground": "not_our_duty", "reason": "不归我们"}
    act(actions.hand_back, event_id=dispatched.id, actor=handler, at=at, **facts)
    kept = act(actions.insist, event_id=dispatched.id, reason="清楚", actor=dispatcher, at=at)

    row = _register(act, kept, dispatcher, at)

    assert (row.body_id, row.registered_role) == (dispatched.body_id, "dispatcher")


def test_is_not_made_of_what_the_list_suggested_anyway(
    act: Any, dispatched: Event, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(rules.NoPrecedent):
        _register(act, dispatched, dispatcher, at)


def test_stands_once_for_the_same(
    act: Any, moved: Event, like: Event, dispatcher: Actor, body: UUID, at: datetime
) -> None:
    _register(act, moved, dispatcher, at)
    against = act(actions.dispatch, event_id=like.id, body=body, actor=dispatcher, at=at)

    with pytest.raises(rules.NoPrecedent):
        _register(act, against, dispatcher, at)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("class_prefix", "0501"),
        ("place", "34/01/"),
        ("keyword", "不在文里"),
        ("ground", "电话13800138000问过"),
        ("ground", "嗯"),
    ],
)
def test_refuses_what_does_not_fit_the_matter(
    act: Any, moved: Event, dispatcher: Actor, at: datetime, field: str, value: str
) -> None:
    with pytest.raises(rules.WrongPrecedent) as refused:
        _register(act, moved, dispatcher, at, **{field: value})

    assert refused.value.field == field


def test_ends_with_a_reason(
    act: Any, moved: Event, like: Event, second: UUID, dispatcher: Actor, at: datetime
) -> None:
    row = _register(act, moved, dispatcher, at)

    act(
        actions.revoke_precedent,
        precedent=row.pk,
        reason="养护合同已经改签",
        actor=person(Role.COMMANDER),
        at=at,
    )

    assert desk.holders(like, like.category, at=at)[0].body_id != second
    assert Record.objects.filter(topic="precedent.revoke").exists()


def test_ends_once(act: Any, moved: Event, dispatcher: Actor, at: datetime) -> None:
    row = _register(act, moved, dispatcher, at)
    facts = {"precedent": row.pk, "reason": "合同改签了", "actor": dispatcher, "at": at}
    act(actions.revoke_precedent, **facts)

    with pytest.raises(rules.NoPrecedent):
        act(actions.revoke_precedent, **facts)


def test_is_not_a_strangers_to_register_or_revoke(
    act: Any, moved: Event, dispatcher: Actor, stranger: Actor, operator: Actor, at: datetime
) -> None:
    with pytest.raises(Denied):
        _register(act, moved, stranger, at)
    with pytest.raises(Denied):
        _register(act, moved, operator, at)
    row = _register(act, moved, dispatcher, at)
    for actor in (stranger, operator):
        with pytest.raises(Denied):
            act(actions.revoke_precedent, precedent=row.pk, reason="想撤销", actor=actor, at=at)
    with pytest.raises(Denied):
        act(actions.revoke_precedent, precedent=uuid4(), reason="想撤销", actor=dispatcher, at=at)


def test_stands_in_the_register_of_its_place_and_of_none_other(
    act: Any, moved: Event, dispatcher: Actor, stranger: Actor, at: datetime
) -> None:
    row = _register(act, moved, dispatcher, at)
    of_a_community = person(Role.DISPATCHER, "34/01/04/001/001/")

    assert precedents.register(actor=person(Role.DISPATCHER)).rows == [row]
    assert precedents.register(actor=of_a_community).rows == [row]
    assert precedents.register(actor=stranger).rows == []


def test_of_the_street_is_not_revoked_from_a_community(
    act: Any, moved: Event, dispatcher: Actor, at: datetime
) -> None:
    row = _register(act, moved, dispatcher, at)
    of_a_community = person(Role.DISPATCHER, "34/01/04/001/001/")

    with pytest.raises(Denied):
        act(
            actions.revoke_precedent, precedent=row.pk, reason="想撤销", actor=of_a_community, at=at
        )


def test_is_found_by_its_words(act: Any, moved: Event, dispatcher: Actor, at: datetime) -> None:
    row = _register(act, moved, dispatcher, at)

    assert precedents.register(actor=dispatcher, search="会商").rows == [row]
    assert precedents.register(actor=dispatcher, search="消防").rows == []


def test_the_page_of_the_matter_offers_and_registers_it(
    moved: Event, dispatcher: Actor, at: datetime
) -> None:
    browser = browser_of(dispatcher)
    matter = reverse("desk_matter", args=[moved.number])
    given = {"class_prefix": "P0102", "place": STREET, "ground": GROUND}

    offered = browser.get(matter).context["precedent"]
    no = browser.post(reverse("desk_precedent", args=[moved.number]), given | {"ground": ""})
    done = browser.post(reverse("desk_precedent", args=[moved.number]), given)

    assert offered is not None
    assert (no.status_code, no.context["precedent"]["is_open"]) == (422, True)
    assert (done.status_code, done["Location"]) == (302, matter)
    assert browser.get(matter).context["precedent"] is None


def test_the_register_shows_and_revokes_it(
    act: Any, moved: Event, dispatcher: Actor, at: datetime
) -> None:
    row = _register(act, moved, dispatcher, at)
    browser = browser_of(dispatcher)
    address = reverse("desk_precedent_revoke", args=[row.pk])

    page = browser.get(reverse("desk_precedents"))
    no = browser.post(address, {"reason": ""})
    done = browser.post(address, {"reason": "合同已改签"})

    assert GROUND in page.content.decode()
    assert (no.status_code, done.status_code) == (422, 302)
    assert browser.get(reverse("desk_precedents")).context["rows"] == []


def test_a_stranger_finds_no_such_precedent(
    act: Any, moved: Event, dispatcher: Actor, stranger: Actor, at: datetime
) -> None:
    row = _register(act, moved, dispatcher, at)

    page = browser_of(stranger).post(
        reverse("desk_precedent_revoke", args=[row.pk]), {"reason": "合同已改签"}
    )

    assert page.status_code == 404

"""A supervision card … urges a body in writing, by level, and is answered by a day (督办)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events import jobs
from quanyu.events.actions import cards, whistle
from quanyu.events.models import Event, SupervisionCard
from quanyu.events.queries import cards as queries
from quanyu.events.rules.cards import AlreadyOpen, Charge, Level, ladder, merited
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.workflow.spec import Guarded, NotAllowed, Overtaken
from tests.conftest import found, in_body, person
from tests.events.calls import blown, callable_keys
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

LEVELS = ("letter", "yellow", "red")


@pytest.fixture
def commander(db: None) -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, name="何强")


@pytest.fixture
def late(handling: Event) -> datetime:
    """When the matter is two working days past its limit."""
    assert handling.due_at is not None
    return handling.due_at + timedelta(days=2)


def charge(handling: Event, body: Any, **more: Any) -> Charge:
    given = {"level": "letter", "ground": "overdue", "demand": "三日内办结并答复"}
    return Charge(**(given | more), body=body, matter=handling.number)


@pytest.fixture
def card(act: Any, handling: Event, body: Any, commander: Actor, late: datetime) -> SupervisionCard:
    """A supervision letter on an overdue matter."""
    return act(cards.raise_card, charge=charge(handling, body), actor=commander, at=late)


@pytest.fixture
def answered(act: Any, card: SupervisionCard, handler: Actor, late: datetime) -> SupervisionCard:
    """The same, answered."""
    return act(cards.answer, card_id=card.pk, words="已增派人手", actor=handler, at=late)


# ------------------------------------------------------------------ rules

CODES = st.sampled_from(["a", "b", "c", "d"])


@given(
    st.lists(st.builds(Level, CODES, st.one_of(st.just(""), CODES)), unique_by=lambda one: one.code)
)
def test_orders_its_levels_each_after_the_one_before(levels: list[Level]) -> None:
    order = ladder(levels)
    known = {one.code for one in levels}
    is_tree = all(one.before in {"", *order[: order.index(one.code)]} for one in levels)

    assert sorted(order) == sorted(known)
    assert is_tree or any(one.before not in {"", *known} or _rings(one, levels) for one in levels)


def _rings(one: Level, levels: list[Level]) -> bool:
    """Answer whether the way down from a level never comes to an end."""
    before = {each.code: each.before for each in levels}
    seen, code = set(), one.code
    while code and code not in seen:
        seen.add(code)
        code = before.get(code, code)
    return bool(code)


@given(
    st.dictionaries(st.sampled_from(LEVELS), st.integers(0, 100)),
    st.integers(0, 120),
    st.lists(st.sampled_from(LEVELS)),
)
def test_is_merited_by_the_gravest_level_reached_and_not_had(
    hours: dict[str, int], overdue: int, had: list[str]
) -> None:
    now = datetime.fromisoformat("2026-03-02T09:00+08:00")
    cutoffs = {level: now - timedelta(hours=n) for level, n in hours.items()}

    level = merited(now - timedelta(hours=overdue), cutoffs=cutoffs, levels=LEVELS, had=had)

    reached = [one for one in LEVELS if one in hours and overdue > hours[one]]
    if level:
        assert level == reached[-1]
        assert all(LEVELS.index(one) < LEVELS.index(level) for one in had)
    else:
        assert not reached or any(LEVELS.index(h) >= LEVELS.index(reached[-1]) for h in had)


# ------------------------------------------------------------------ the way of a card


def test_is_due_in_working_days_by_its_level(card: SupervisionCard, late: datetime) -> None:
    assert (card.answer_amount, card.answer_unit) == (3, "working_days")
    assert local(card.answer_due_at) > late
    assert card.first_due_at == card.answer_due_at


def test_stands_in_the_story_of_its_matter(card: SupervisionCard, handling: Event) -> None:
    event = found(handling.pk)
    step = event.steps.get(verb="card")

    assert (step.facts["card"], step.facts["card_level"]) == (card.number, "letter")
    assert (event.state, step.role) == (handling.state, "commander")


def test_is_answered_by_the_body_and_accepted_by_another(
    act: Any, answered: SupervisionCard, commander: Actor, late: datetime
) -> None:
    done = act(cards.accept, card_id=answered.pk, actor=commander, at=late)

    assert (done.state, done.ended_at, done.first_answered_at) == ("accepted", late, late)
    assert found(done.event_id).steps.filter(verb="card_accept").exists()


def test_goes_back_with_a_new_day_and_keeps_the_first(
    act: Any, answered: SupervisionCard, commander: Actor, handler: Actor, late: datetime
) -> None:
    later = late + timedelta(days=1)
    back = act(
        cards.send_back, card_id=answered.pk, words="没有说何时办完", actor=commander, at=later
    )
    again = act(cards.answer, card_id=back.pk, words="周五办完", actor=handler, at=later)

    assert (again.sent_back, again.answer) == (1, "周五办完")
    assert again.answer_due_at > again.first_due_at
    assert again.first_answered_at == late


def test_is_raised_to_the_next_level_and_no_further(
    act: Any, card: SupervisionCard, commander: Actor, late: datetime
) -> None:
    yellow = act(cards.escalate, card_id=card.pk, words="仍未办", actor=commander, at=late)
    red = act(cards.escalate, card_id=yellow.pk, words="仍未办", actor=commander, at=late)

    assert [one.level for one in (card, yellow, red)] == list(LEVELS)
    assert red.raised_from == yellow
    assert queries.one(card.pk, actor=commander).state == "escalated"
    with pytest.raises(Invalid):
        act(cards.escalate, card_id=red.pk, words="仍未办", actor=commander, at=late)


def test_is_withdrawn_with_a_reason_and_then_raised_anew(
    act: Any, card: SupervisionCard, handling: Event, body: Any, commander: Actor, late: datetime
) -> None:
    with pytest.raises(Invalid):
        act(cards.withdraw, card_id=card.pk, words="", actor=commander, at=late)
    act(cards.withdraw, card_id=card.pk, words="已在办", actor=commander, at=late)

    again = act(cards.raise_card, charge=charge(handling, body), actor=commander, at=late)

    assert again.state == "raised"


def test_is_open_once_for_a_matter_body_and_level(
    act: Any, card: SupervisionCard, handling: Event, body: Any, commander: Actor, late: datetime
) -> None:
    with pytest.raises(AlreadyOpen):
        act(cards.raise_card, charge=charge(handling, body), actor=commander, at=late)

    grave = charge(handling, body, level="yellow")
    assert act(cards.raise_card, charge=grave, actor=commander, at=late).level == "yellow"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("level", {"level": "purple"}),
        ("ground", {"ground": "because"}),
        ("ground", {"ground": "no_answer"}),
        ("demand", {"demand": ""}),
        ("body", {"body": uuid4()}),
    ],
)
def test_is_refused_with_the_field_at_fault(
    field: str,
    more: dict[str, Any],
    act: Any,
    handling: Event,
    body: Any,
    commander: Actor,
    late: datetime,
) -> None:
    given = {"body": body} | more
    with pytest.raises(Invalid) as refusal:
        act(cards.raise_card, charge=charge(handling, **given), actor=commander, at=late)

    assert refusal.value.field == field


def test_is_not_raised_as_overdue_before_time(
    act: Any, handling: Event, body: Any, commander: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid) as refusal:
        act(cards.raise_card, charge=charge(handling, body), actor=commander, at=at)

    assert refusal.value.field == "ground"
    shirked = charge(handling, body, ground="shirking")
    assert act(cards.raise_card, charge=shirked, actor=commander, at=at).ground == "shirking"


def test_is_raised_by_who_leads_alone(
    act: Any, handling: Event, body: Any, dispatcher: Actor, handler: Actor, late: datetime
) -> None:
    for actor in (dispatcher, handler):
        with pytest.raises(NotAllowed):
            act(cards.raise_card, charge=charge(handling, body), actor=actor, at=late)


def test_nobody_accepts_an_answer_of_their_own(
    act: Any, card: SupervisionCard, commander: Actor, handler: Actor, late: datetime
) -> None:
    both = Actor(handler.kind, handler.id, handler.grants | commander.grants, name="何强")
    act(cards.answer, card_id=card.pk, words="办了", actor=both, at=late)

    with pytest.raises(Guarded):
        act(cards.accept, card_id=card.pk, actor=both, at=late)


def test_of_two_answers_the_second_is_told(
    act: Any, answered: SupervisionCard, handler: Actor, late: datetime
) -> None:
    with pytest.raises(Overtaken):
        act(cards.answer, card_id=answered.pk, words="又一份", actor=handler, at=late)


def test_urges_a_body_that_did_not_come_to_a_whistle(
    act: Any, commander: Actor, dispatcher: Actor, at: datetime
) -> None:
    came, missing = callable_keys(at)[:2]
    call = blown(act, dispatcher, at, came, missing)
    act(whistle.report_in, call_id=call.pk, actor=in_body(came), at=at)
    after = call.answer_due_at + timedelta(minutes=1)
    facts = {"level": "letter", "ground": "no_answer", "demand": "说明原因并立即到场"}

    with pytest.raises(Invalid):
        act(
            cards.raise_card,
            charge=Charge(**facts, body=came, call=call.pk),
            actor=commander,
            at=after,
        )
    made = act(
        cards.raise_card,
        charge=Charge(**facts, body=missing, call=call.pk),
        actor=commander,
        at=after,
    )

    assert (made.event_id, made.call_id, made.region_path) == (None, call.pk, call.region_path)


# ------------------------------------------------------------------ what merits one


def test_suggests_what_is_overdue_and_raises_nothing(
    handling: Event, body: Any, commander: Actor, at: datetime, late: datetime
) -> None:
    set_scope(commander)

    assert queries.suggested(actor=commander, at=at) == []
    (one,) = queries.suggested(actor=commander, at=late)
    assert (one.event, one.body_id, one.ground) == (handling, body, "overdue")
    assert SupervisionCard.objects.count() == 0


def test_suggests_no_level_twice(card: SupervisionCard, commander: Actor, late: datetime) -> None:
    set_scope(commander)
    levels = [one.level for one in queries.suggested(actor=commander, at=late)]

    assert "letter" not in levels


def test_suggests_nothing_to_who_may_not_raise(
    handling: Event, dispatcher: Actor, handler: Actor, late: datetime
) -> None:
    for actor in (dispatcher, handler):
        set_scope(actor)
        assert queries.suggested(actor=actor, at=late) == []


# ------------------------------------------------------------------ strangers, clocks, pages

FACTS: dict[str, dict[str, Any]] = {
    "answer": {"words": "办了"},
    "accept": {},
    "send_back": {"words": "没说清"},
    "escalate": {"words": "仍未办"},
    "withdraw": {"words": "已在办"},
}


@pytest.mark.parametrize("verb", sorted(FACTS))
def test_a_stranger_is_told_there_is_no_such_card(
    verb: str, card: SupervisionCard, stranger: Actor, act: Any, at: datetime
) -> None:
    for actor in (stranger, in_body(uuid4())):
        with pytest.raises(Denied):
            act(getattr(cards, verb), card_id=card.pk, actor=actor, at=at, **FACTS[verb])


def test_a_stranger_raises_none(
    act: Any, handling: Event, body: Any, stranger: Actor, late: datetime
) -> None:
    with pytest.raises(Invalid):
        act(cards.raise_card, charge=charge(handling, body), actor=stranger, at=late)


def test_the_database_itself_hides_it(
    card: SupervisionCard, stranger: Actor, handler: Actor
) -> None:
    for actor, count in ((stranger, 0), (in_body(uuid4()), 0), (handler, 1)):
        set_scope(actor)
        assert SupervisionCard.objects.count() == count
        assert queries.cards(actor=actor).count() == count


def test_is_told_once_when_it_is_not_answered(card: SupervisionCard) -> None:
    jobs.escalate(card.answer_due_at)
    jobs.escalate(card.answer_due_at + timedelta(minutes=1))
    jobs.escalate(card.answer_due_at + timedelta(minutes=2))

    assert Record.objects.filter(topic="card.overdue").count() == 1


def test_shows_its_page_to_the_body_and_to_no_stranger(
    card: SupervisionCard, handler: Actor, stranger: Actor
) -> None:
    url = reverse("desk_card", args=[card.number])

    assert "三日内办结并答复" in browser_of(handler).get(url).content.decode()
    assert browser_of(stranger).get(url).status_code == 404

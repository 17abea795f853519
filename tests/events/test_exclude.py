"""An exclusion … is decided by another person, bears on the rates alone, and is shown (剔除)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from quanyu.events import actions
from quanyu.events.models import Event, EventStep, Exclusion
from quanyu.events.queries import figures
from quanyu.events.rules.fair import OwnExclusion
from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.figures.rules import period
from quanyu.kernel.notices.models import Notice
from quanyu.kernel.workflow.spec import NotAllowed
from tests.conftest import STREET, found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
ASKED = {"ground": "beyond_law", "words": "要求的补偿没有依据"}


@pytest.fixture
def reviewer(db: None) -> Actor:
    """A checker who had nothing to do with it."""
    return person(Role.CHECKER, name="吴霞")


@pytest.fixture
def asked(act: Any, handling: Event, handler: Actor, at: datetime) -> Event:
    """A matter that its body wants out of the rates."""
    act(actions.ask_exclusion, event_id=handling.id, actor=handler, at=at, **ASKED)
    return found(handling.id)


@pytest.fixture
def excluded(act: Any, asked: Event, reviewer: Actor, at: datetime) -> Event:
    """A matter left out of the rates."""
    act(actions.exclude, event_id=asked.id, words="核实无依据", actor=reviewer, at=at)
    return found(asked.id)


def counted(at: datetime, *, counts_in: str = "") -> Any:
    reader = person(Role.COMMANDER)
    set_scope(reader)
    scope = figures.Scope(STREET, counts_in=counts_in)
    one = period("2026-03")
    return figures.whole(figures.tallies(scope, one, by="channel", actor=reader, at=at))


def test_labels_the_matter_and_leaves_it_where_it_is(excluded: Event, asked: Event) -> None:
    assert (excluded.excluded_reason, excluded.state) == ("beyond_law", asked.state)
    assert excluded.due_at == asked.due_at


def test_leaves_the_figures_and_shows_its_count(excluded: Event, at: datetime) -> None:
    tally = counted(at)

    assert (tally.counts["due"], tally.left_out["due"]["out_of_scope"]) == (0, 1)


def test_is_counted_where_figures_are_asked_with_it(excluded: Event, at: datetime) -> None:
    assert counted(at, counts_in="out_of_scope").counts["due"] == 1


def test_is_not_decided_by_who_asked(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    act(actions.ask_exclusion, event_id=handling.id, actor=dispatcher, at=at, **ASKED)
    both = Actor(ActorKind.PERSON, dispatcher.id, dispatcher.grants | person(Role.CHECKER).grants)

    with pytest.raises(OwnExclusion):
        act(actions.exclude, event_id=handling.id, words="同意", actor=both, at=at)


def test_is_not_decided_by_somebody_of_the_body(
    act: Any, asked: Event, body: Any, at: datetime
) -> None:
    grants = {Grant(Role.HANDLER, body=body), *person(Role.CHECKER).grants}
    colleague = Actor(ActorKind.PERSON, person(Role.CHECKER).id, frozenset(grants))

    with pytest.raises(OwnExclusion):
        act(actions.exclude, event_id=asked.id, words="同意", actor=colleague, at=at)


def test_is_not_for_the_handler_to_decide(
    act: Any, asked: Event, handler: Actor, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.exclude, event_id=asked.id, words="同意", actor=handler, at=at)


def test_is_held_by_the_database_to_two_hands(asked: Event, at: datetime) -> None:
    row = Exclusion.objects.filter(event=asked)
    asker = row.get().asked_by

    with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
        row.update(decision="excluded", decided_by=asker, decided_at=at)


def test_needs_a_listed_ground(act: Any, handling: Event, handler: Actor, at: datetime) -> None:
    with pytest.raises(Invalid):
        act(
            actions.ask_exclusion,
            event_id=handling.id,
            ground="不想办",
            words="不想办",
            actor=handler,
            at=at,
        )


def test_is_asked_once_at_a_time(act: Any, asked: Event, handler: Actor, at: datetime) -> None:
    with pytest.raises(Refusal, match="已有一项"):
        act(actions.ask_exclusion, event_id=asked.id, actor=handler, at=at, **ASKED)


def test_may_be_turned_down_with_a_reason(
    act: Any, asked: Event, reviewer: Actor, at: datetime
) -> None:
    act(actions.keep_counted, event_id=asked.id, words="应当办理", actor=reviewer, at=at)

    assert found(asked.id).excluded_reason == ""
    assert Exclusion.objects.get(event=asked).decision == "kept"


def test_is_taken_back_with_a_reason(
    act: Any, excluded: Event, reviewer: Actor, at: datetime
) -> None:
    act(actions.count_again, event_id=excluded.id, words="查到了依据", actor=reviewer, at=at)

    assert found(excluded.id).excluded_reason == ""
    assert counted(at).counts["due"] == 1
    steps = EventStep.objects.filter(case=found(excluded.id)).order_by("-number")
    assert [s.verb for s in steps[:3]] == ["count_again", "exclude", "ask_exclusion"]


def test_stands_in_the_list_with_its_reason(excluded: Event, reviewer: Actor) -> None:
    page = browser_of(reviewer).get(reverse("desk_excluded")).content.decode()

    assert excluded.number in page
    assert "诉求超出法律法规和政策规定" in page


def test_is_asked_on_the_page_of_the_matter(handling: Event, handler: Actor) -> None:
    browser = browser_of(handler)
    url = reverse("desk_exclusion", args=[handling.number, "ask_exclusion"])

    done = browser.post(url, {"exclusion": "ask_exclusion", **ASKED}, follow=True)

    assert "有人申请剔除" in done.content.decode()


def test_is_refused_on_the_page_with_what_was_typed(asked: Event, handler: Actor) -> None:
    url = reverse("desk_exclusion", args=[asked.number, "exclude"])

    done = browser_of(handler).post(url, {"exclusion": "exclude", "words": "同意"})

    assert done.status_code == 409


def test_is_shown_beside_the_figure_with_and_without(excluded: Event) -> None:
    page = browser_of(person(Role.COMMANDER)).get(reverse("desk_figures"), {"period": "2026-03"})

    card = next(one for one in page.context["first"] if one["code"] == "due")
    assert (card["value"], card["out"].text, card["out"].count) == ("0", "1", 1)


def test_is_told_who_reviews_and_who_asked_and_settles_nothing_else(
    act: Any, handling: Event, handler: Actor, reviewer: Actor, at: datetime
) -> None:
    for one in (handler, reviewer):
        browser_of(one)
    worker = system(settings.QUANYU_CITY, job="tests")
    told: dict[str, Any] = {"event_id": handling.id, "since": at, "actor": worker, "at": at}
    set_scope(worker)
    actions.tell(verb="rework", **told)
    later = at + timedelta(minutes=5)
    act(actions.ask_exclusion, event_id=handling.id, actor=handler, at=later, **ASKED)
    set_scope(worker)
    actions.tell(verb="ask_exclusion", **(told | {"since": later, "at": later}))
    done = later + timedelta(minutes=5)
    act(actions.exclude, event_id=handling.id, words="无依据", actor=reviewer, at=done)
    set_scope(worker)
    actions.tell(verb="exclude", **(told | {"since": done, "at": done}))

    rows = Notice.objects.order_by("made_at").values_list("topic", "account_id", "over_at")
    assert [(topic, who, bool(over)) for topic, who, over in rows] == [
        ("event.rework", handler.id, False),
        ("event.ask_exclusion", reviewer.id, True),
        ("event.exclude", handler.id, False),
    ]

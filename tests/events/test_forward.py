"""forward … gives to another jurisdiction what is not this city's; hand_over … moves within it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Event, Letter
from quanyu.events.queries import figures, words
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Invalid
from quanyu.kernel.figures.rules import Grain, holding
from quanyu.kernel.workflow.spec import Guarded, Missing, NotAllowed
from quanyu.organisations import queries as bodies
from tests.conftest import STREET, found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
WORKER = system(settings.QUANYU_CITY, job="tests")
SAID = {"reason": "地点在相邻市", "reply": "这个地方归相邻市管，已把您反映的情况转过去"}
THERE = "34/01/02/"


@pytest.fixture
def authority(db: None) -> UUID:
    """The service line of the next city."""
    one = bodies.body_by_code("outside-next-city")
    assert one is not None
    return one.id


@pytest.fixture
def forwarded(act: Any, reported: Event, authority: UUID, operator: Actor, at: datetime) -> Event:
    """A matter that the next city answers for."""
    event: Event = act(
        actions.forward, event_id=reported.id, body=authority, actor=operator, at=at, **SAID
    )
    return event


def test_ends_it_here_with_where_it_went(forwarded: Event, authority: UUID, at: datetime) -> None:
    set_scope(WORKER)
    letter = Letter.objects.get(event=forwarded)

    assert (forwarded.state, forwarded.body_id, forwarded.closed_at) == (
        "forwarded",
        authority,
        at,
    )
    assert (letter.kind, letter.body_id, letter.text) == ("forward", authority, SAID["reason"])
    assert forwarded.next_due_at is None


def test_tells_the_reporter_where_to_turn(
    client: Any, act: Any, said: Any, authority: UUID, operator: Actor, at: datetime
) -> None:
    receipt = act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.forward, event_id=receipt.id, body=authority, actor=operator, at=at, **SAID)

    code = receipt.code.replace(" ", "")
    page = client.get(reverse("follow_code", args=[code])).content.decode()

    assert "找相邻市政务服务热线" in page
    assert "0550-6000-0093" in page
    assert SAID["reply"] in page
    assert SAID["reason"] not in page


@pytest.mark.parametrize("name", ["reason", "reply"])
def test_needs_reason_and_answer(
    act: Any, reported: Event, authority: UUID, operator: Actor, at: datetime, name: str
) -> None:
    facts = SAID | {name: ""}

    with pytest.raises(Missing):
        act(actions.forward, event_id=reported.id, body=authority, actor=operator, at=at, **facts)


def test_needs_an_authority_of_the_register(
    act: Any, reported: Event, operator: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid):
        act(actions.forward, event_id=reported.id, body=uuid4(), actor=operator, at=at, **SAID)


def test_is_not_for_what_a_body_of_ours_has(
    act: Any, handling: Event, authority: UUID, dispatcher: Actor, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.forward, event_id=handling.id, body=authority, actor=dispatcher, at=at, **SAID)


@pytest.mark.parametrize("role", [Role.CHECKER, Role.COMMANDER, Role.GRID_WORKER])
def test_is_for_the_desk(
    act: Any, reported: Event, authority: UUID, role: Role, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        act(
            actions.forward, event_id=reported.id, body=authority, actor=person(role), at=at, **SAID
        )


def test_refused_there_is_looked_at_anew_against_a_clock(
    act: Any, forwarded: Event, operator: Actor, at: datetime
) -> None:
    later = at + timedelta(days=3)

    event = act(
        actions.come_back, event_id=forwarded.id, reason="对方说不归它", actor=operator, at=later
    )

    set_scope(WORKER)
    assert (event.state, event.closed_at, event.body_id) == ("reported", None, None)
    assert event.stage_due_at is not None
    assert Letter.objects.get(event=forwarded).ending == "back"


def test_leaves_what_is_due(forwarded: Event, at: datetime) -> None:
    set_scope(WORKER)
    scope, month = figures.Scope(settings.QUANYU_CITY), holding(at.date(), Grain.MONTH)

    later = at + timedelta(days=40)
    counts = figures.whole(
        figures.tallies(scope, month, by="channel", actor=WORKER, at=later)
    ).counts

    assert (counts["due"], counts["closed"], counts["forwarded"]) == (0, 0, 1)


# ------------------------------------------------------------------ within the city


def hand_over(act: Any, event: Event, by: Actor, at: datetime, to: str = THERE) -> Event:
    facts = {"event_id": event.id, "to_place": to, "reason": "地点在瑶海区"}
    done: Event = act(actions.hand_over, actor=by, at=at, **facts)
    return done


def arrive(event: Event, at: datetime) -> None:
    """Let the worker do it, with the worker's reach."""
    set_scope(WORKER)
    jobs.arrive(event.id, at)


def test_goes_to_the_queue_of_the_other_place_with_its_story(
    act: Any, reported: Event, operator: Actor, stranger: Actor, at: datetime
) -> None:
    hand_over(act, reported, operator, at)
    assert found(reported.id).region_path.startswith(STREET)

    arrive(reported, at)

    moved = found(reported.id)
    assert (moved.region_path, moved.moving_to, moved.moved) == (THERE, "", 1)
    verbs = list(moved.steps.order_by("number").values_list("verb", flat=True))
    assert verbs[-2:] == ["hand_over", "arrive"]
    set_scope(stranger)
    assert queries.page(Filters(state="open"), actor=stranger, at=at).count == 1
    set_scope(operator)
    assert queries.page(Filters(), actor=operator, at=at).count == 0


def test_is_on_its_way_once(act: Any, reported: Event, operator: Actor, at: datetime) -> None:
    hand_over(act, reported, operator, at)

    with pytest.raises(Guarded):
        hand_over(act, reported, operator, at)


def test_arrives_once(act: Any, reported: Event, operator: Actor, at: datetime) -> None:
    hand_over(act, reported, operator, at)

    arrive(reported, at)
    arrive(reported, at)

    assert found(reported.id).steps.filter(verb="arrive").count() == 1


def test_goes_back_and_forth_so_many_times_and_then_the_city_decides(
    act: Any, reported: Event, operator: Actor, stranger: Actor, at: datetime
) -> None:
    hand_over(act, reported, operator, at)
    arrive(reported, at)
    hand_over(act, reported, stranger, at, to=STREET)
    arrive(reported, at)

    with pytest.raises(Guarded):
        hand_over(act, reported, operator, at)
    roles = (Role.OPERATOR, Role.DISPATCHER)
    city = Actor(ActorKind.PERSON, uuid4(), frozenset(Grant(role, "34/01/") for role in roles))
    assert hand_over(act, reported, city, at).moving_to == THERE


@pytest.mark.parametrize("place", [STREET, "34/01/", "34/02/", "35/01/02/", "34/01/99/", "' OR 1"])
def test_goes_to_another_place_of_the_city_alone(
    act: Any, reported: Event, operator: Actor, at: datetime, place: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        hand_over(act, reported, operator, at, to=place)

    assert refusal.value.field == "to_place"


def test_stays_where_it_is_once_dispatched_meanwhile(
    act: Any, reported: Event, clerk: Actor, at: datetime
) -> None:
    hand_over(act, reported, clerk, at)
    body = bodies.duty_holders("P0102", place=STREET, on=at.date())[0].body_id
    act(actions.send_out, event_id=reported.id, class_code="P0102", body=body, actor=clerk, at=at)

    arrive(reported, at)

    there = found(reported.id)
    assert (there.state, there.moving_to) == ("dispatched", "")
    assert there.region_path.startswith(STREET)


def test_is_told_the_reporter(act: Any, reported: Event, operator: Actor, at: datetime) -> None:
    hand_over(act, reported, operator, at)
    arrive(reported, at)
    set_scope(holder(reported.id))

    seen = words.followed(holder(reported.id), at=at)

    assert [line.verb for line in seen.story[:2]] == ["arrive", "hand_over"]
    assert "瑶海区" in seen.story[1].text


def test_shows_the_main_matter_as_a_link(
    act: Any, said: Any, handling: Event, operator: Actor, at: datetime
) -> None:
    twin = act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.merge, event_id=twin.id, main=handling.number, actor=operator, at=at)

    page = browser_of(operator).get(reverse("desk_matter", args=[twin.number])).content.decode()

    main = reverse("desk_matter", args=[handling.number])
    assert f'<a href="{main}">{handling.number}</a>' in page

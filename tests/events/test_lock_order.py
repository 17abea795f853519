"""Acts … never wait crosswise: matters first, by key, then what hangs on them (锁的次序)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from quanyu.events import actions, jobs
from quanyu.events.actions import campaigns, whistle
from quanyu.events.models import Campaign, Event, ForceClosing, JointPart, WhistleCall
from quanyu.events.queries.version import check_version
from quanyu.events.rules.campaigns import Plan
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.organisations import queries as bodies
from tests.conftest import STREET, person
from tests.crosswise import WORKER, alone, crosswise, hear, ring, until_it_waits
from tests.events.calls import callable_keys, wanted
from tests.events.test_join import code
from tests.events.test_race import in_hand

pytestmark = pytest.mark.django_db(transaction=True)
UNSOLVED = {"ground": "cannot_be_met", "reason": "协商不成", "reply": "按现行规定办不了"}


@pytest.fixture
def act() -> Any:
    """Do something as somebody, in a transaction of its own."""

    def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
        with acting(actor):
            return verb(actor=actor, **facts)

    return done


@pytest.fixture
def commander() -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, name="何强")


@pytest.fixture
def two(act: Any, said: actions.Report, at: datetime) -> list[UUID]:
    """Two matters just reported, in the order of their keys."""
    reports = [said, replace(said, text="路灯不亮三天了")]
    return [act(actions.report, said=one, actor=REPORTER, at=at).id for one in reports]


def test_of_parts_that_run_out_by_time(
    act: Any, said: actions.Report, operator: Actor, dispatcher: Actor, at: datetime
) -> None:
    """What is due first may have the later key: it is told of and let go before the next."""
    keys = [in_hand(said, operator, act, at)[0] for _one in range(2)]
    body = code("water-supply")
    for key, days in zip(keys, (2, 1), strict=True):
        facts = {"event_id": key, "body": body, "task": "关阀门配合", "days": days}
        act(actions.join, actor=dispatcher, at=at, **facts)

    crosswise(
        first=(Event, keys[0]),
        then=(Event, keys[1]),
        beside=partial(jobs.escalate, at + timedelta(days=30)),
    )

    with acting(WORKER):
        assert {one.told_at is not None for one in JointPart.objects.all()} == {True}


def test_of_what_stood_still_until_today(
    act: Any, two: list[UUID], operator: Actor, at: datetime
) -> None:
    for key, when in zip(two, (at + timedelta(hours=1), at), strict=True):
        act(actions.ask, event_id=key, question="在几号楼前？", actor=operator, at=when)

    crosswise(
        first=(Event, two[0]),
        then=(Event, two[1]),
        beside=partial(ring, jobs.wake, at + timedelta(days=30)),
    )

    with acting(WORKER):
        assert set(Event.objects.values_list("state", flat=True)) == {"reported"}


@pytest.fixture
def called(act: Any, two: list[UUID], dispatcher: Actor, at: datetime) -> WhistleCall:
    """A whistle call about the first of them."""
    number = _event(two[0]).number
    about = wanted(callable_keys(at)[0], matters=(number,))
    call: WhistleCall = act(whistle.blow, call=about, actor=dispatcher, at=at)
    return call


def _event(key: UUID) -> Event:
    with acting(WORKER):
        return Event.objects.get(pk=key)


def test_of_a_call_that_ends_and_its_matters(
    act: Any, two: list[UUID], called: WhistleCall, dispatcher: Actor, at: datetime
) -> None:
    ended = crosswise(
        first=(Event, two[0]),
        then=(WhistleCall, called.pk),
        beside=partial(
            act, whistle.end, call_id=called.pk, words="都处理好了", actor=dispatcher, at=at
        ),
    )

    assert ended.state == "ended"


def test_of_a_matter_that_joins_a_campaign(
    act: Any, two: list[UUID], commander: Actor, at: datetime
) -> None:
    """Somebody whistles for it meanwhile: a call locks its matters and then bears a campaign."""
    day = at.date()
    plan = Plan("井盖专项", "四周内换完", code("water-supply"), day, day + timedelta(27), STREET)
    campaign = act(campaigns.open_campaign, plan=plan, actor=commander, at=at)
    number = _event(two[0]).number

    crosswise(
        first=(Event, two[0]),
        then=(Campaign, campaign.pk),
        beside=partial(
            act,
            campaigns.attach,
            campaign_id=campaign.pk,
            number=number,
            actor=commander,
            at=at,
        ),
    )


@pytest.fixture
def forced(
    act: Any, said: actions.Report, operator: Actor, commander: Actor, at: datetime
) -> ForceClosing:
    """How a matter was ended unsolved."""
    key, _handler = in_hand(said, operator, act, at)
    act(actions.force_close, event_id=key, actor=commander, at=at, **UNSOLVED)
    with acting(WORKER):
        return ForceClosing.objects.get(event=key)


def test_of_a_closing_that_is_drawn(forced: ForceClosing, at: datetime) -> None:
    crosswise(
        first=(Event, forced.event_id),
        then=(ForceClosing, forced.pk),
        beside=partial(ring, jobs.draw, at + timedelta(days=7)),
    )

    with acting(WORKER):
        assert ForceClosing.objects.get().is_drawn


def test_of_a_closing_that_is_looked_at_again(act: Any, forced: ForceClosing, at: datetime) -> None:
    ring(jobs.draw, at + timedelta(days=7))
    above = person(Role.DISTRICT_ADMIN, "34/01/04/", name="严文博")

    crosswise(
        first=(Event, forced.event_id),
        then=(ForceClosing, forced.pk),
        beside=partial(
            act,
            actions.review_closing,
            closing_id=forced.pk,
            in_order=False,
            words="还可以再协商",
            actor=above,
            at=at + timedelta(days=8),
        ),
    )

    assert _event(forced.event_id).state == "filed"


def test_of_two_matters_merged_by_who_says_what_they_read(
    act: Any, two: list[UUID], operator: Actor, at: datetime
) -> None:
    """If-Match locks the matter; the one it goes into may come before it."""
    main = _event(two[0]).number

    def merge(*, actor: Actor) -> None:
        check_version(two[1], "1", actor=actor, beside=main)
        actions.merge(event_id=two[1], main=main, actor=actor, at=at)

    crosswise(
        first=(Event, two[0]), then=(Event, two[1]), beside=partial(act, merge, actor=operator)
    )

    assert _event(two[1]).state == "merged"


def test_of_a_main_matter_that_ends_while_another_comes_back_to_it(
    act: Any,
    said: actions.Report,
    operator: Actor,
    dispatcher: Actor,
    commander: Actor,
    at: datetime,
) -> None:
    """Whether it is under way is asked under its lock; else one would wait for it for ever."""
    key, _handler = in_hand(said, operator, act, at)
    twin = act(actions.report, said=said, actor=REPORTER, at=at).id
    act(actions.merge, event_id=twin, main=_event(key).number, actor=operator, at=at)
    act(actions.force_close, event_id=key, actor=commander, at=at, **UNSOLVED)
    hear(jobs.FOLLOWS["force_close"], key, at)
    above = person(Role.DISTRICT_ADMIN, "34/01/04/", name="严文博")
    act(actions.overrule, event_id=key, reason="没有到现场看过", actor=above, at=at)
    there = bodies.body_by_code("outside-power")
    assert there is not None
    sent = {"event_id": key, "body": there.id, "reason": "归供电管", "reply": "已移送"}

    with ThreadPoolExecutor(1) as pool:
        with acting(dispatcher):
            actions.forward(actor=dispatcher, at=at, **sent)
            other = pool.submit(alone, partial(hear, jobs.go_on_together, key, at))
            until_it_waits(other)
        other.result(timeout=10)

    assert _event(twin).state == "forwarded"

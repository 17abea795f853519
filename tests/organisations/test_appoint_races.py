"""Two who appoint or end at once … leave one outcome (任免并发)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.errors import Refusal
from quanyu.organisations import actions
from quanyu.organisations.models import Appointment, Post
from quanyu.organisations.rules.posts import Decision
from tests.organisations.posts import CITY, account, grants, post, proposed

pytestmark = pytest.mark.django_db(transaction=True)


def act(verb: Any, together: Barrier, actor: Actor, **facts: Any) -> str:
    """Do something at the same moment as the others; return what became of it."""
    try:
        together.wait(timeout=20)
        with acting(actor):
            verb(actor=actor, **facts)
    except Refusal as no:
        return type(no).__name__
    finally:
        connections.close_all()
    return "done"


def opened(district_admin: Actor, commander: Actor, at: datetime, count: int) -> list[UUID]:
    """Return proposals of several people for the one seat of a post."""
    with acting(CITY):
        people = [account(f"race.{n}", at=at) for n in range(count)]
        where: Post = post(district_admin, at)
        return [proposed(where, one, commander, at).pk for one in people]


def test_of_several_for_the_last_seat_one_gets_it(
    district_admin: Actor, commander: Actor, at: datetime
) -> None:
    keys = opened(district_admin, commander, at, 4)
    together = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        facts = [{"appointment_id": key, "at": at} for key in keys]
        found = [
            pool.submit(act, actions.confirm, together, district_admin, **one) for one in facts
        ]
        became = sorted(one.result() for one in found)

    assert became == ["NoSeat", "NoSeat", "NoSeat", "done"]
    with acting(CITY):
        rows = Appointment.objects.visible_to(CITY).filter(decision=Decision.CONFIRMED.value)
        assert [len(grants(row.account, at=at)) for row in rows] == [1]


def test_confirmed_by_two_at_once_is_given_once(
    district_admin: Actor, commander: Actor, at: datetime
) -> None:
    [key] = opened(district_admin, commander, at, 1)
    together = Barrier(3)
    with ThreadPoolExecutor(3) as pool:
        facts: dict[str, Any] = {"appointment_id": key, "at": at}
        found = [
            pool.submit(act, actions.confirm, together, district_admin, **facts) for _n in range(3)
        ]
        became = sorted(one.result() for one in found)

    assert became == ["Settled", "Settled", "done"]
    with acting(CITY):
        assert len(grants(Appointment.objects.visible_to(CITY).get(pk=key).account, at=at)) == 1


def test_ended_while_it_is_confirmed_leaves_no_grant_without_its_post(
    district_admin: Actor, commander: Actor, at: datetime
) -> None:
    [key] = opened(district_admin, commander, at, 1)
    together = Barrier(2)
    facts: dict[str, Any] = {"appointment_id": key, "at": at}
    with ThreadPoolExecutor(2) as pool:
        given = pool.submit(act, actions.confirm, together, district_admin, **facts)
        taken = pool.submit(
            act, actions.end_appointment, together, commander, reason="调离", **facts
        )
        became = given.result(), taken.result()

    assert became in {("done", "done"), ("done", "Settled")}
    with acting(CITY):
        row = Appointment.objects.visible_to(CITY).get(pk=key)
        assert bool(grants(row.account, at=at)) == (row.valid_to is None)


def test_an_account_that_is_closed_meanwhile_holds_nothing(
    district_admin: Actor, commander: Actor, at: datetime
) -> None:
    [key] = opened(district_admin, commander, at, 1)
    with acting(CITY):
        who = Appointment.objects.visible_to(CITY).get(pk=key).account
    together = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        given = pool.submit(
            act, actions.confirm, together, district_admin, appointment_id=key, at=at
        )
        gone = pool.submit(
            act, accounts.end_account, together, CITY, account=who, reason="离职", at=at
        )
        became = given.result(), gone.result()

    assert became in {("done", "done"), ("Ended", "done")}
    with acting(CITY):
        assert grants(who, at=at) == frozenset()

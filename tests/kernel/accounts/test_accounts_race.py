"""A burst of tries at one name (并发猜测): one is counted at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from quanyu.kernel.access.rules import REPORTER, Role, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions, rules
from quanyu.kernel.accounts.actions.grants import close, hold_holders
from quanyu.kernel.accounts.models import Account, GrantRow
from tests.kernel.accounts.cast import CITY

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def guess(at: datetime) -> bool:
    """Return whether a password was looked at before the lock held."""
    try:
        with transaction.atomic():
            actions.begin_try(kind="name", value="somebody", at=at)
            actions.count_failure(kind="name", value="somebody", actor=REPORTER, at=at)
    except rules.Locked:
        return False
    finally:
        connections.close_all()
    return True


@pytest.mark.django_db(transaction=True)
def test_a_burst_gets_no_more_guesses_than_the_rule_allows(now: datetime) -> None:
    with ThreadPoolExecutor(6) as pool:
        looked = list(pool.map(guess, [now] * 18))

    assert looked.count(True) == rules.MOST_FAILURES["name"]


def make(at: datetime, together: Barrier) -> str:
    """Return what became of an account of this name."""
    try:
        together.wait(timeout=20)
        with acting(system(CITY, job="tests")) as maker:
            actions.create_account(username="li.na", name="李娜", password=None, actor=maker, at=at)
    except rules.NameTaken:
        return "taken"
    finally:
        connections.close_all()
    return "made"


@pytest.mark.django_db(transaction=True)
def test_of_several_with_one_name_at_once_one_is_made(now: datetime) -> None:
    together = Barrier(6)
    with ThreadPoolExecutor(6) as pool:
        became = list(pool.map(make, [now] * 6, [together] * 6))

    assert sorted(became) == ["made", *["taken"] * 5]


def end(grant: UUID, at: datetime, *, begun: Barrier) -> None:
    """End a grant, and commit once somebody waits for it."""
    try:
        with acting(system(CITY, job="tests")) as ender:
            row = GrantRow.objects.get(pk=grant)
            hold_holders(GrantRow.objects.filter(pk=grant))
            close(row, reason="离岗", actor=ender, at=at)
            begun.wait(timeout=20)
            with connection.cursor() as cursor:
                for _try in range(100):
                    cursor.execute(WAITING)
                    if cursor.fetchone()[0]:
                        break
                    sleep(0.05)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_what_is_ended_meanwhile_is_given_to_nobody_anew(now: datetime) -> None:
    begun = Barrier(2)
    with acting(system(CITY, job="tests")):
        account = Account.objects.create(username="li.jun", name="李军", created_at=now)
        old = {"role": Role.GRID_WORKER, "region_path": f"{CITY}04/001/001/g001/"}
        row = GrantRow.objects.create(account=account, granted_from=now, reason="任职", **old)
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(end, row.pk, now, begun=begun)
        begun.wait(timeout=20)
        with acting(system(CITY, job="tests")) as mover:
            ways = {row.region_path: f"{CITY}04/001/001/g002/"}
            facts: dict[str, Any] = {"is_moving": True, "reason": "调整", "most": 10}
            actions.move_grants(ways=ways, actor=mover, at=now, **facts)
        ending.result()

    with acting(system(CITY, job="tests")):
        assert [one.region_path for one in GrantRow.objects.all()] == [row.region_path]

"""A burst of tries at one name (并发猜测): one is counted at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connections, transaction

from quanyu.kernel.access.rules import REPORTER, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions, rules
from tests.kernel.accounts.cast import CITY


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

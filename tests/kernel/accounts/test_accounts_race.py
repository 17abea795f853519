"""A burst of tries at one name (并发猜测): one is counted at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections, transaction

from quanyu.kernel.access.rules import REPORTER
from quanyu.kernel.accounts import actions, rules


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

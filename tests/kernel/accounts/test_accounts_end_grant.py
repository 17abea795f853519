"""Taking a role away (终止授权)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from tests.kernel.accounts.cast import CITY, STREET, Hire, acting_as


def test_ends_it_at_once(worker: Account, security_administrator: Actor, now: datetime) -> None:
    held = GrantRow.objects.get(account=worker)

    actions.end_grant(grant_id=held.pk, reason="调离", actor=security_administrator, at=now)

    assert queries.grants_of(worker, at=now) == frozenset()


def test_keeps_who_ended_it_and_why(
    worker: Account, security_administrator: Actor, now: datetime
) -> None:
    held = GrantRow.objects.get(account=worker)

    ended = actions.end_grant(grant_id=held.pk, reason="调离", actor=security_administrator, at=now)

    assert (ended.ended_by, ended.end_reason) == (security_administrator.id, "调离")


def test_withdraws_one_that_has_not_begun(
    demo: Actor, worker: Account, security_administrator: Actor, now: datetime
) -> None:
    later = now + timedelta(days=3)
    coming = actions.grant(
        account=worker,
        role=Role.CHECKER,
        region_path=STREET,
        granted_from=later,
        reason="到岗",
        actor=demo,
        at=now,
    )

    actions.end_grant(grant_id=coming.pk, reason="取消", actor=security_administrator, at=now)

    assert "checker" not in {grant.role for grant in queries.grants_of(worker, at=later)}


def test_refuses_a_second_time(
    worker: Account, security_administrator: Actor, now: datetime
) -> None:
    held = GrantRow.objects.get(account=worker)
    actions.end_grant(grant_id=held.pk, reason="调离", actor=security_administrator, at=now)

    with pytest.raises(rules.Ended):
        actions.end_grant(grant_id=held.pk, reason="调离", actor=security_administrator, at=now)


def test_is_hidden_from_a_stranger(worker: Account, stranger: Actor, now: datetime) -> None:
    held = GrantRow.objects.get(account=worker)

    with pytest.raises(Denied):
        actions.end_grant(grant_id=held.pk, reason="调离", actor=stranger, at=now)


def test_nobody_ends_ones_own(security_administrator: Actor, now: datetime) -> None:
    held = GrantRow.objects.get(account_id=str(security_administrator.id))

    with pytest.raises(rules.OwnGrant):
        actions.end_grant(grant_id=held.pk, reason="辞职", actor=security_administrator, at=now)


def test_a_worker_ends_nothing(worker: Account, hire: Hire, now: datetime) -> None:
    held = GrantRow.objects.get(account=worker)
    commander = acting_as(hire("commander", Role.COMMANDER, CITY), now)

    with pytest.raises(Denied):
        actions.end_grant(grant_id=held.pk, reason="调离", actor=commander, at=now)


def test_one_that_does_not_exist_looks_like_one_out_of_reach(
    security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.end_grant(grant_id=uuid7(), reason="调离", actor=security_administrator, at=now)


# ------------------------------------------------------------------ with the place it was for

GONE, HEIR = f"{STREET}001/g001/", f"{STREET}001/g002/"


def move(by: Actor, at: datetime) -> int:
    facts: dict[str, Any] = {"is_moving": True, "reason": "网格调整", "most": 10}
    return actions.move_grants(ways={GONE: HEIR}, actor=by, at=at, **facts)


def test_moves_one_that_has_not_begun_once(demo: Actor, worker: Account, now: datetime) -> None:
    later = now + timedelta(days=3)
    facts = {"role": Role.GRID_WORKER, "region_path": GONE, "reason": "到岗"}
    GrantRow.objects.create(account=worker, granted_from=later, **facts)

    counts = [move(demo, now), move(demo, now)]

    there = GrantRow.objects.filter(region_path=HEIR)
    assert (counts, [row.granted_from for row in there]) == ([1, 0], [later])


def test_moves_none_for_a_person(security_administrator: Actor, now: datetime) -> None:
    with pytest.raises(Denied):
        move(security_administrator, now)

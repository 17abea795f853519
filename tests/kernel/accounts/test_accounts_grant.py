"""Giving a role (授权): who may, to whom, where and for how long."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from tests.kernel.accounts.cast import CITY, STREET, Hire, acting_as, body_of


def test_gives_the_role_at_the_place(worker: Account, demo: Actor, now: datetime) -> None:
    actions.grant(
        account=worker,
        role=Role.CHECKER,
        region_path=STREET,
        reason="轮岗",
        actor=demo,
        at=now,
    )

    assert Grant("checker", STREET) in queries.grants_of(worker, at=now)


def test_gives_a_post_in_a_body(hire: Hire, demo: Actor, now: datetime) -> None:
    account, body = hire("wang"), body_of("street-works")

    actions.grant(
        account=account,
        role=Role.HANDLER,
        body=body,
        reason="派驻",
        actor=demo,
        at=now,
    )

    assert queries.grants_of(account, at=now) == {Grant("handler", body=body)}


def test_writes_who_gave_it_and_why(worker: Account, demo: Actor, now: datetime) -> None:
    given = actions.grant(
        account=worker,
        role=Role.CHECKER,
        region_path=STREET,
        reason=" 轮岗 ",
        actor=demo,
        at=now,
    )

    assert (given.granted_by, given.reason) == (None, "轮岗")


def test_leaves_a_record_at_its_place_without_names(
    worker: Account, demo: Actor, now: datetime
) -> None:
    given = actions.grant(
        account=worker,
        role=Role.CHECKER,
        region_path=STREET,
        reason="轮岗",
        actor=demo,
        at=now,
    )

    record = Record.objects.get(subject=f"accounts.grantrow:{given.pk}")
    assert (record.topic, record.region_path) == ("accounts.grant", STREET)


def test_is_nothing_before_its_first_day(hire: Hire, demo: Actor, now: datetime) -> None:
    account = hire("wang")
    actions.grant(
        account=account,
        role=Role.CHECKER,
        region_path=STREET,
        granted_from=now + timedelta(days=2),
        reason="下周到岗",
        actor=demo,
        at=now,
    )

    assert queries.grants_of(account, at=now) == frozenset()
    assert queries.grants_of(account, at=now + timedelta(days=2)) == {Grant("checker", STREET)}


def test_is_nothing_from_its_last_moment_on(hire: Hire, demo: Actor, now: datetime) -> None:
    account, until = hire("wang"), now + timedelta(days=7)
    actions.grant(
        account=account,
        role=Role.CHECKER,
        region_path=STREET,
        granted_to=until,
        reason="顶岗一周",
        actor=demo,
        at=now,
    )

    assert queries.grants_of(account, at=until - timedelta(seconds=1)) == {Grant("checker", STREET)}
    assert queries.grants_of(account, at=until) == frozenset()


def test_a_person_gives_nothing_alone(
    worker: Account, security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.grant(
            account=worker,
            role=Role.CHECKER,
            region_path=STREET,
            reason="方便",
            actor=security_administrator,
            at=now,
        )


def test_a_refused_try_stays_on_record(
    worker: Account, security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.grant(
            account=worker,
            role=Role.CHECKER,
            region_path=STREET,
            reason="方便",
            actor=security_administrator,
            at=now,
        )

    tried = Record.objects.get(topic="accounts.grant.refused")
    assert tried.actor_id == security_administrator.id


def test_is_hidden_from_a_stranger_of_another_district(
    worker: Account, stranger: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.grant(
            account=worker,
            role=Role.CHECKER,
            region_path=STREET,
            reason="轮岗",
            actor=stranger,
            at=now,
        )


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.COMMANDER])
def test_no_person_gives(role: Role, worker: Account, hire: Hire, now: datetime) -> None:
    other = acting_as(hire("other", role, CITY), now)

    with pytest.raises(Denied):
        actions.grant(
            account=worker,
            role=Role.CHECKER,
            region_path=STREET,
            reason="轮岗",
            actor=other,
            at=now,
        )


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.SYS_ADMIN, Role.SEC_ADMIN),
        (Role.SEC_ADMIN, Role.AUDIT_ADMIN),
        (Role.AUDIT_ADMIN, Role.DISPATCHER),
        (Role.DISPATCHER, Role.SYS_ADMIN),
    ],
)
def test_keeps_the_three_administrators_apart(
    held: Role, wanted: Role, hire: Hire, demo: Actor, now: datetime
) -> None:
    account = hire("wang", held, CITY)

    with pytest.raises(rules.RolesApart):
        actions.grant(
            account=account,
            role=wanted,
            region_path=CITY,
            reason="兼任",
            actor=demo,
            at=now,
        )


def test_keeps_them_apart_from_a_role_that_begins_later(
    hire: Hire, demo: Actor, now: datetime
) -> None:
    account = hire("wang")
    actions.grant(
        account=account,
        role=Role.CHECKER,
        region_path=STREET,
        granted_from=now + timedelta(days=5),
        reason="下周到岗",
        actor=demo,
        at=now,
    )

    with pytest.raises(rules.RolesApart):
        actions.grant(
            account=account,
            role=Role.SYS_ADMIN,
            region_path=CITY,
            reason="兼任",
            actor=demo,
            at=now,
        )


def test_lets_a_former_worker_become_an_administrator(
    worker: Account, demo: Actor, now: datetime
) -> None:
    held = GrantRow.objects.get(account=worker)
    actions.end_grant(grant_id=held.pk, reason="调离", actor=demo, at=now)

    actions.grant(
        account=worker,
        role=Role.SYS_ADMIN,
        region_path=CITY,
        reason="调任",
        actor=demo,
        at=now,
    )

    assert queries.grants_of(worker, at=now) == {Grant("sys_admin", CITY)}


@pytest.mark.parametrize(
    "facts",
    [
        {"role": "system", "region_path": STREET},
        {"role": "mayor", "region_path": STREET},
        {"role": "handler", "region_path": STREET},
        {"role": "checker", "region_path": ""},
        {"role": "checker", "region_path": "34/01"},
        {"role": "checker", "region_path": "34/01/04/zzz/"},
        {"role": "checker", "region_path": "34/01/|/"},
        {"role": "checker", "region_path": "34/01/" + 40 * "04/"},
        {"role": "handler", "body": uuid7()},
        {"role": "checker", "region_path": STREET, "reason": " "},
    ],
)
def test_refuses_what_is_no_grant(
    facts: dict[str, Any], worker: Account, demo: Actor, now: datetime
) -> None:
    with pytest.raises(rules.WrongGrant):
        actions.grant(account=worker, actor=demo, at=now, **{"reason": "到岗", **facts})


def test_refuses_a_period_that_ends_before_it_begins(
    worker: Account, demo: Actor, now: datetime
) -> None:
    with pytest.raises(rules.WrongGrant):
        actions.grant(
            account=worker,
            role=Role.CHECKER,
            region_path=STREET,
            granted_to=now,
            reason="到岗",
            actor=demo,
            at=now,
        )

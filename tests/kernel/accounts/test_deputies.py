"""Somebody stands in for a colleague, for some days (代理)."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.models import Account, Deputy, GrantRow
from quanyu.kernel.errors import Denied
from tests.kernel.accounts.cast import CITY, STREET, Hire, acting_as, body_of

DISPATCHER = Grant("dispatcher", STREET)
COMMUNITY = "34/01/04/001/001/"


@pytest.fixture
def colleague(hire: Hire) -> Account:
    """Somebody of the same street who checks."""
    return hire("li.na", Role.CHECKER, name="李娜")


@pytest.fixture
def commander(hire: Hire, now: datetime) -> Actor:
    return acting_as(hire("commander", Role.COMMANDER, name="韩四"), now)


def name(principal: Account, account: Account, actor: Actor, at: datetime, **more: Any) -> Deputy:
    return actions.name_deputy(
        principal_id=principal.pk,
        account_id=account.pk,
        granted_to=more.pop("until", at + timedelta(days=7)),
        reason="年休假",
        actor=actor,
        at=at,
        **more,
    )


@pytest.fixture
def deputy(worker: Account, colleague: Account, now: datetime) -> Deputy:
    return name(worker, colleague, acting_as(worker, now), now)


def test_has_the_rights_at_once_and_until_the_day(
    deputy: Deputy, colleague: Account, now: datetime
) -> None:
    assert DISPATCHER in queries.grants_of(colleague, at=now)
    assert DISPATCHER in queries.grants_of(colleague, at=now + timedelta(days=6))
    assert queries.grants_of(colleague, at=now + timedelta(days=7)) == {Grant("checker", STREET)}


def test_is_told_to_who_sends_notices(
    deputy: Deputy, worker: Account, colleague: Account, now: datetime
) -> None:
    assert queries.deputies_of(worker.pk, now) == [colleague.pk]
    assert queries.deputies_of(worker.pk, now + timedelta(days=7)) == []
    assert queries.deputies_of(colleague.pk, now) == []


def test_begins_on_a_later_day(worker: Account, colleague: Account, now: datetime) -> None:
    begins = now + timedelta(days=2)
    name(worker, colleague, acting_as(worker, now), now, granted_from=begins)

    assert DISPATCHER not in queries.grants_of(colleague, at=now)
    assert DISPATCHER in queries.grants_of(colleague, at=begins)


def test_ends_the_same_moment_as_the_right_itself(
    deputy: Deputy,
    worker: Account,
    colleague: Account,
    security_administrator: Actor,
    now: datetime,
) -> None:
    held = GrantRow.objects.get(account=worker)
    actions.end_grant(grant_id=held.pk, reason="调离", actor=security_administrator, at=now)

    assert DISPATCHER not in queries.grants_of(colleague, at=now)
    assert queries.deputies_of(worker.pk, now) == []


def test_ends_with_the_account_stood_in_for(
    deputy: Deputy, worker: Account, colleague: Account, system_administrator: Actor, now: datetime
) -> None:
    actions.end_account(account=worker, reason="离职", actor=system_administrator, at=now)

    assert queries.grants_of(colleague, at=now) == {Grant("checker", STREET)}


def test_ends_when_no_work_of_ones_own_is_left(
    deputy: Deputy, colleague: Account, security_administrator: Actor, now: datetime
) -> None:
    own = GrantRow.objects.get(account=colleague, source=None)
    actions.end_grant(grant_id=own.pk, reason="调离", actor=security_administrator, at=now)

    assert queries.grants_of(colleague, at=now) == frozenset()


def test_ends_no_later_than_the_right_itself(hire: Hire, colleague: Account, now: datetime) -> None:
    ends = now + timedelta(days=3)
    short = hire("short", Role.DISPATCHER, granted_to=ends)
    name(short, colleague, acting_as(short, now), now)

    assert DISPATCHER not in queries.grants_of(colleague, at=ends)


def test_is_named_by_a_leader_of_the_place(
    worker: Account, colleague: Account, commander: Actor, now: datetime
) -> None:
    named = name(worker, colleague, commander, now)

    assert named.named_by == commander.id
    assert DISPATCHER in queries.grants_of(colleague, at=now)


def test_a_leader_names_a_neighbour_within_the_place(
    hire: Hire, commander: Actor, now: datetime
) -> None:
    here = hire("here", Role.GRID_WORKER, f"{COMMUNITY}g001/")
    there = hire("there", Role.GRID_WORKER, f"{COMMUNITY}g002/")

    with pytest.raises(rules.NotDeputy, match="不在同一辖区"):
        name(here, there, acting_as(here, now), now)
    name(here, there, commander, now)

    assert Grant("grid_worker", f"{COMMUNITY}g001/") in queries.grants_of(there, at=now)


def test_a_leader_does_not_name_oneself(worker: Account, commander: Actor, now: datetime) -> None:
    oneself = queries.by_username("commander")
    assert oneself is not None

    with pytest.raises(rules.OwnGrant):
        name(worker, oneself, commander, now)


def test_the_database_refuses_that_one_names_oneself(deputy: Deputy) -> None:
    rows = Deputy.objects.filter(pk=deputy.pk)

    with pytest.raises(IntegrityError, match="not_named_by_oneself"), transaction.atomic():
        rows.update(named_by=deputy.account_id)


def test_stands_in_within_the_same_body(hire: Hire, now: datetime) -> None:
    body, other = body_of("street-works"), body_of("street-enforcement")
    one, two = hire("one", Role.HANDLER, body=body), hire("two", Role.HANDLER, body=body)
    three = hire("three", Role.HANDLER, body=other)

    with pytest.raises(rules.NotDeputy):
        name(one, three, acting_as(one, now), now)
    with pytest.raises(rules.NotDeputy, match="已有同样"):
        name(one, two, acting_as(one, now), now)


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def test_no_administrator_is_stood_in_for_or_stands_in(
    role: Role, worker: Account, hire: Hire, now: datetime
) -> None:
    one, two = hire("one", role, CITY), hire("two", role, CITY)

    with pytest.raises(rules.NotDeputy):
        name(one, two, acting_as(one, now), now)
    with pytest.raises(rules.NotDeputy):
        name(worker, one, acting_as(worker, now), now)


def test_who_leads_as_a_deputy_names_none(
    commander: Actor, colleague: Account, hire: Hire, now: datetime
) -> None:
    """Else both could pass the commander's rights to and fro for good."""
    assert commander.id
    leader = Account.objects.get(pk=commander.id)
    name(leader, colleague, commander, now)
    leads = acting_as(colleague, now)
    assert Grant("commander", STREET) in leads.grants

    with pytest.raises(rules.NotDeputy):
        name(leader, hire("wang.wu", Role.CHECKER), leads, now, until=now + timedelta(days=30))


def test_passes_nothing_on(deputy: Deputy, colleague: Account, hire: Hire, now: datetime) -> None:
    third = hire("third", Role.OPERATOR)
    lent = GrantRow.objects.get(deputy=deputy)

    with pytest.raises(rules.NotDeputy, match="没有可以交由"):
        name(colleague, third, acting_as(colleague, now), now, grants=[lent.pk])
    name(colleague, third, acting_as(colleague, now), now)

    assert DISPATCHER not in queries.grants_of(third, at=now)


def test_nobody_stands_in_in_a_circle(
    deputy: Deputy, worker: Account, colleague: Account, now: datetime
) -> None:
    with pytest.raises(rules.NotDeputy, match="已由他人代理"):
        name(colleague, worker, acting_as(colleague, now), now)


def test_lasts_no_longer_than_the_city_allows(
    worker: Account, colleague: Account, now: datetime
) -> None:
    with pytest.raises(rules.NotDeputy, match="最长 30 天"):
        name(worker, colleague, acting_as(worker, now), now, until=now + timedelta(days=40))


def test_a_stranger_names_and_ends_nobody(
    deputy: Deputy, worker: Account, colleague: Account, stranger: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        name(worker, colleague, stranger, now)
    with pytest.raises(Denied):
        actions.end_deputy(deputy_id=deputy.pk, reason="", actor=stranger, at=now)


def test_a_leader_of_another_place_names_nobody(
    worker: Account, colleague: Account, hire: Hire, now: datetime
) -> None:
    other = acting_as(hire("other", Role.DISTRICT_ADMIN, "34/01/11/"), now)

    with pytest.raises(Denied):
        name(worker, colleague, other, now)


@pytest.mark.parametrize("who", ["zhou.ming", "li.na", "sec", "commander"])
def test_is_ended_by_both_a_leader_and_the_security_administrator(
    who: str,
    deputy: Deputy,
    colleague: Account,
    commander: Actor,
    security_administrator: Actor,
    now: datetime,
) -> None:
    account = queries.by_username(who)
    assert account is not None

    actions.end_deputy(
        deputy_id=deputy.pk, reason="提前返岗", actor=acting_as(account, now), at=now
    )

    assert queries.grants_of(colleague, at=now) == {Grant("checker", STREET)}


def test_is_ended_once(deputy: Deputy, worker: Account, now: datetime) -> None:
    actor = acting_as(worker, now)
    actions.end_deputy(deputy_id=deputy.pk, reason="返岗", actor=actor, at=now)

    with pytest.raises(rules.Ended):
        actions.end_deputy(deputy_id=deputy.pk, reason="返岗", actor=actor, at=now)


def test_is_listed_for_both_and_within_reach(
    deputy: Deputy,
    worker: Account,
    colleague: Account,
    security_administrator: Actor,
    stranger: Actor,
    now: datetime,
) -> None:
    assert [one.deputy for one in queries.stand_ins(worker.pk, at=now)] == ["李娜"]
    assert [one.principal for one in queries.stand_ins(colleague.pk, at=now)] == ["周明"]
    assert [one.id for one in queries.stand_ins_within(actor=security_administrator, at=now)] == [
        deputy.pk
    ]
    assert queries.stand_ins_within(actor=stranger, at=now) == []


@pytest.mark.django_db(transaction=True)
def test_stands_on_no_footing_that_ends_in_the_same_moment(
    worker: Account, colleague: Account, security_administrator: Actor, now: datetime
) -> None:
    footing, namer = GrantRow.objects.get(account=colleague), acting_as(worker, now)
    ended: list[GrantRow] = []

    def end() -> None:
        try:
            with acting(security_administrator):
                ended.append(
                    actions.end_grant(
                        grant_id=footing.pk, reason="调离", actor=security_administrator, at=now
                    )
                )
        finally:
            connection.close()

    other = threading.Thread(target=end)
    with acting(namer):
        name(worker, colleague, namer, now)
        other.start()
        other.join(0.5)
        assert ended == []
    other.join()

    assert queries.grants_of(colleague, at=now) == set()

"""A grant asked for by one and decided by another (授权申请与审批)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.models import Account, GrantRequest, GrantRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from tests.kernel.accounts.cast import CITY, STREET, Hire, acting_as, body_of

WANTED: dict[str, Any] = {"role": Role.CHECKER, "region_path": STREET, "reason": "轮岗"}


@pytest.fixture
def commander(hire: Hire, now: datetime) -> Actor:
    """A leader of the street."""
    return acting_as(hire("commander", Role.COMMANDER, name="韩四"), now)


@pytest.fixture
def wish(worker: Account, system_administrator: Actor, now: datetime) -> GrantRequest:
    return actions.ask_grant(account=worker, actor=system_administrator, at=now, **WANTED)


def end_of(given: GrantRow) -> datetime:
    assert given.granted_to is not None, "a grant to a person ends"
    return given.granted_to


def approve(wish: GrantRequest, actor: Actor, at: datetime) -> GrantRow:
    return actions.approve_grant(request_id=wish.pk, reason="同意", actor=actor, at=at)


# ------------------------------------------------------------------ asking


def test_asking_gives_nothing(wish: GrantRequest, worker: Account, now: datetime) -> None:
    assert queries.grants_of(worker, at=now) == {Grant("dispatcher", STREET)}
    assert wish.state == "asked"


def test_asks_for_a_year_where_no_end_is_said(wish: GrantRequest, now: datetime) -> None:
    assert wish.granted_to == now + timedelta(days=365)


def test_refuses_longer_than_the_city_allows(
    worker: Account, system_administrator: Actor, now: datetime, settings: Any
) -> None:
    settings.QUANYU_GRANT_DAYS = 30

    with pytest.raises(rules.WrongGrant, match="最长 30 天"):
        actions.ask_grant(
            account=worker,
            granted_to=now + timedelta(days=40),
            actor=system_administrator,
            at=now,
            **WANTED,
        )


def test_a_leader_asks_for_the_people_of_the_place(
    worker: Account, commander: Actor, now: datetime
) -> None:
    asked = actions.ask_grant(account=worker, actor=commander, at=now, **WANTED)

    assert asked.asked_by == commander.id


def test_a_leader_asks_for_no_administrator(hire: Hire, commander: Actor, now: datetime) -> None:
    facts = WANTED | {"role": Role.AUDIT_ADMIN}

    with pytest.raises(Denied):
        actions.ask_grant(account=hire("wang"), actor=commander, at=now, **facts)


def test_a_leader_asks_for_nothing_outside_the_place(
    worker: Account, commander: Actor, now: datetime
) -> None:
    facts = WANTED | {"region_path": "34/01/11/"}

    with pytest.raises(Denied):
        actions.ask_grant(account=worker, actor=commander, at=now, **facts)


def test_the_person_asks(worker: Account, now: datetime) -> None:
    asked = actions.ask_grant(account=worker, actor=acting_as(worker, now), at=now, **WANTED)

    assert asked.asked_by == worker.pk


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def test_nobody_else_asks(role: Role, worker: Account, hire: Hire, now: datetime) -> None:
    other = acting_as(hire("other", role, CITY), now)

    with pytest.raises(Denied):
        actions.ask_grant(account=worker, actor=other, at=now, **WANTED)


def test_a_system_administrator_of_another_district_asks_for_nothing_here(
    worker: Account, hire: Hire, now: datetime
) -> None:
    other = acting_as(hire("other", Role.SYS_ADMIN, "34/01/11/"), now)

    with pytest.raises(Denied):
        actions.ask_grant(account=worker, actor=other, at=now, **WANTED)


def test_refuses_the_same_again(
    wish: GrantRequest, worker: Account, system_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.AskedBefore):
        actions.ask_grant(account=worker, actor=system_administrator, at=now, **WANTED)


def test_keeps_the_three_administrators_apart_when_asked(
    worker: Account, system_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.RolesApart):
        actions.ask_grant(
            account=worker,
            role=Role.SEC_ADMIN,
            region_path=CITY,
            reason="兼任",
            actor=system_administrator,
            at=now,
        )


# ------------------------------------------------------------------ deciding


def test_gives_what_was_asked_at_once(
    wish: GrantRequest, worker: Account, security_administrator: Actor, now: datetime
) -> None:
    given = approve(wish, security_administrator, now)

    assert Grant("checker", STREET) in queries.grants_of(worker, at=now)
    assert (given.granted_by, given.granted_to) == (security_administrator.id, wish.granted_to)


def test_gives_a_post_in_a_body(
    hire: Hire, system_administrator: Actor, security_administrator: Actor, now: datetime
) -> None:
    account, body = hire("wang"), body_of("street-works")
    asked = actions.ask_grant(
        account=account,
        role=Role.HANDLER,
        body=body,
        reason="派驻",
        actor=system_administrator,
        at=now,
    )

    approve(asked, security_administrator, now)

    assert queries.grants_of(account, at=now) == {Grant("handler", body=body)}


def test_leaves_records_of_asking_and_giving(
    wish: GrantRequest, security_administrator: Actor, now: datetime
) -> None:
    given = approve(wish, security_administrator, now)

    written = Record.objects.filter(subject__in=[f"accounts.grantrequest:{wish.pk}"])
    assert set(written.values_list("topic", flat=True)) == {
        "accounts.ask_grant",
        "accounts.approve_grant",
    }
    assert Record.objects.filter(subject=f"accounts.grantrow:{given.pk}").exists()


def test_who_asked_does_not_decide(hire: Hire, now: datetime) -> None:
    both = Actor(
        kind=acting_as(hire("wang"), now).kind,
        id=hire("both").pk,
        grants=frozenset({Grant(Role.SYS_ADMIN, CITY), Grant(Role.SEC_ADMIN, CITY)}),
    )
    asked = actions.ask_grant(account=hire("li"), actor=both, at=now, **WANTED)

    with pytest.raises(rules.OwnRequest):
        approve(asked, both, now)


def test_nobody_decides_about_oneself(
    security_administrator: Actor, system_administrator: Actor, now: datetime
) -> None:
    oneself = queries.by_username("sec")
    assert oneself is not None
    asked = actions.ask_grant(
        account=oneself,
        role=Role.SEC_ADMIN,
        region_path=STREET,
        reason="续期",
        actor=system_administrator,
        at=now,
    )

    with pytest.raises(rules.OwnRequest):
        approve(asked, security_administrator, now)


def test_the_database_refuses_that_the_asker_decides(wish: GrantRequest, now: datetime) -> None:
    rows = GrantRequest.objects.filter(pk=wish.pk)

    with pytest.raises(IntegrityError, match="request_decided_by_another"), transaction.atomic():
        rows.update(state="refused", decided_by=wish.asked_by, decided_at=now)


def test_the_database_refuses_that_one_decides_for_oneself(
    wish: GrantRequest, now: datetime
) -> None:
    rows = GrantRequest.objects.filter(pk=wish.pk)

    with pytest.raises(IntegrityError, match="not_decided_for_oneself"), transaction.atomic():
        rows.update(state="refused", decided_by=wish.account_id, decided_at=now)


def test_a_stranger_decides_nothing(wish: GrantRequest, stranger: Actor, now: datetime) -> None:
    with pytest.raises(Denied):
        approve(wish, stranger, now)
    with pytest.raises(Denied):
        actions.refuse_grant(request_id=wish.pk, reason="不需要", actor=stranger, at=now)
    with pytest.raises(Denied):
        actions.withdraw_grant(request_id=wish.pk, actor=stranger, at=now)


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDIT_ADMIN, Role.COMMANDER])
def test_no_other_role_decides(role: Role, wish: GrantRequest, hire: Hire, now: datetime) -> None:
    with pytest.raises(Denied):
        approve(wish, acting_as(hire("other", role, CITY), now), now)


def test_what_is_missing_looks_like_what_is_out_of_reach(
    security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.approve_grant(request_id=uuid7(), reason="", actor=security_administrator, at=now)


def test_refuses_with_a_reason(
    wish: GrantRequest, worker: Account, security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(rules.WrongGrant, match="理由"):
        actions.refuse_grant(request_id=wish.pk, reason=" ", actor=security_administrator, at=now)

    done = actions.refuse_grant(
        request_id=wish.pk, reason="岗位已满", actor=security_administrator, at=now
    )

    assert (done.state, done.decision) == ("refused", "岗位已满")
    assert queries.grants_of(worker, at=now) == {Grant("dispatcher", STREET)}


def test_is_decided_once(wish: GrantRequest, security_administrator: Actor, now: datetime) -> None:
    approve(wish, security_administrator, now)

    with pytest.raises(rules.Settled):
        approve(wish, security_administrator, now)


def test_who_asked_takes_it_back(
    wish: GrantRequest, system_administrator: Actor, security_administrator: Actor, now: datetime
) -> None:
    actions.withdraw_grant(request_id=wish.pk, actor=system_administrator, at=now)

    with pytest.raises(rules.Settled):
        approve(wish, security_administrator, now)


def test_nobody_takes_back_what_another_asked(
    wish: GrantRequest, security_administrator: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.withdraw_grant(request_id=wish.pk, actor=security_administrator, at=now)


def test_lapses_when_nobody_decides(
    wish: GrantRequest, demo: Actor, security_administrator: Actor, now: datetime
) -> None:
    later = now + timedelta(days=14)
    with pytest.raises(rules.Settled, match="过期"):
        approve(wish, security_administrator, later)

    assert actions.lapse_requests(actor=demo, at=later) == 1
    assert actions.lapse_requests(actor=demo, at=later) == 0
    wish.refresh_from_db()
    assert wish.state == "expired"


def test_an_account_closed_meanwhile_gets_nothing(
    wish: GrantRequest,
    worker: Account,
    system_administrator: Actor,
    security_administrator: Actor,
    now: datetime,
) -> None:
    actions.end_account(account=worker, reason="离职", actor=system_administrator, at=now)

    with pytest.raises(rules.Ended):
        approve(wish, security_administrator, now)


# ------------------------------------------------------------------ reading


def test_shows_what_waits_to_who_may_decide(
    wish: GrantRequest, security_administrator: Actor, now: datetime
) -> None:
    [told] = queries.requests(actor=security_administrator, at=now, is_open=True)

    assert (told.name, told.role_name, told.asked_by) == ("周明", "核查员", "钱一")
    assert told.may_decide
    assert queries.count_to_decide(actor=security_administrator, at=now) == 1


def test_shows_the_asker_what_became_of_it(
    wish: GrantRequest,
    system_administrator: Actor,
    security_administrator: Actor,
    now: datetime,
) -> None:
    approve(wish, security_administrator, now)

    [told] = queries.requests(actor=system_administrator, at=now, is_open=False)
    assert (told.state, told.decided_by, told.decision) == ("approved", "孙二", "同意")


def test_shows_a_stranger_nothing(wish: GrantRequest, stranger: Actor, now: datetime) -> None:
    assert queries.requests(actor=stranger, at=now, is_open=True) == []
    assert queries.count_to_decide(actor=stranger, at=now) == 0


def test_shows_a_worker_only_their_own(
    wish: GrantRequest, worker: Account, hire: Hire, now: datetime
) -> None:
    other = acting_as(hire("other", Role.CHECKER), now)

    assert len(queries.requests(actor=acting_as(worker, now), at=now, is_open=True)) == 1
    assert queries.requests(actor=other, at=now, is_open=True) == []


def test_lists_what_ends_soon_and_tells_of_it_once(
    wish: GrantRequest, demo: Actor, security_administrator: Actor, now: datetime
) -> None:
    given = approve(wish, security_administrator, now)
    soon = end_of(given) - timedelta(days=20)

    listed = queries.ending(actor=security_administrator, at=soon)

    assert [row.pk for row, _told in listed] == [given.pk]
    assert queries.ending(actor=security_administrator, at=now) == []
    assert actions.tell_ending(actor=demo, at=soon) == 1
    assert actions.tell_ending(actor=demo, at=soon) == 0


def test_a_grant_that_another_follows_is_not_on_the_list(
    wish: GrantRequest,
    worker: Account,
    system_administrator: Actor,
    security_administrator: Actor,
    now: datetime,
) -> None:
    first = approve(wish, security_administrator, now)
    soon = end_of(first) - timedelta(days=20)
    again = actions.ask_grant(
        account=worker, granted_from=first.granted_to, actor=system_administrator, at=soon, **WANTED
    )
    approve(again, security_administrator, soon)

    assert queries.ending(actor=security_administrator, at=soon) == []


# ------------------------------------------------------------------ two at once


def decide(wish: GrantRequest, actor: Actor, at: datetime, together: Barrier) -> str:
    try:
        together.wait(timeout=20)
        with acting(actor):
            approve(wish, actor, at)
    except rules.Settled:
        return "settled"
    finally:
        connections.close_all()
    return "given"


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_gives(
    wish: GrantRequest, security_administrator: Actor, now: datetime
) -> None:
    together = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        became = list(
            pool.map(lambda _n: decide(wish, security_administrator, now, together), range(4))
        )

    assert sorted(became) == ["given", "settled", "settled", "settled"]
    assert GrantRow.objects.filter(role="checker").count() == 1


def test_a_body_that_is_no_more_is_given_to_nobody(
    worker: Account,
    system_administrator: Actor,
    security_administrator: Actor,
    now: datetime,
) -> None:
    facts: dict[str, Any] = {
        "role": Role.HANDLER,
        "body": body_of("street-works"),
        "reason": "调入",
    }
    wish = actions.ask_grant(account=worker, actor=system_administrator, at=now, **facts)
    GrantRequest.objects.filter(pk=wish.pk).update(body_id=uuid7())

    with pytest.raises(rules.WrongGrant, match="没有这个机构"):
        approve(wish, security_administrator, now)

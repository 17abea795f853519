"""Nobody opens another's account alone: a second administrator confirms it (双人核对)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, means, queries, rules
from quanyu.kernel.accounts.models import Account, Invitation
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from tests.kernel.accounts.cast import (
    CITY,
    OTHER,
    PASSWORD,
    SECRET,
    STREET,
    Hire,
    acting_as,
    code_now,
)

Confirm = Callable[..., None]
ISSUER = "https://idp.example.cn"
NEW = {"new": OTHER, "again": OTHER}


@pytest.fixture
def token(worker: Account, system_administrator: Actor, now: datetime) -> str:
    return actions.invite(account=worker, actor=system_administrator, at=now)


@pytest.fixture
def confirm(worker: Account, now: datetime) -> Confirm:
    def confirmed(actor: Actor, *, at: datetime = now) -> None:
        way_id = Invitation.objects.get(ended_at=None).pk
        actions.confirm_way_in(account=worker, way_id=way_id, actor=actor, at=at)

    return confirmed


@pytest.fixture
def enter(hire: Hire, demo: Actor, now: datetime) -> Callable[[str], Client]:
    """Return the browser of an administrator who has passed both factors."""

    def entered(role: str) -> Client:
        cache.clear()
        account = hire("at.the.desk", role, CITY, name="吴三")
        actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
        browser = Client()
        browser.post("/desk/sign-in", {"username": "at.the.desk", "password": PASSWORD})
        browser.post("/desk/sign-in/code", {"code": code_now()})
        return browser

    return entered


# ------------------------------------------------------------------ alone


def test_a_system_administrator_alone_opens_nobodys_account(
    token: str, worker: Account, now: datetime
) -> None:
    with pytest.raises(rules.Unconfirmed):
        actions.take_up(token=token, password=OTHER, at=now)

    worker.refresh_from_db()
    assert worker.check_password(PASSWORD)


def test_nor_by_the_pages(worker: Account, enter: Callable[[str], Client]) -> None:
    systems = enter(Role.SYS_ADMIN)
    url = systems.post(f"/desk/people/{worker.pk}/link").context["link"]["value"]
    path, mine = url.removeprefix("http://testserver"), Client()
    way_id = Invitation.objects.get().pk

    confirmed = systems.post(f"/desk/people/{worker.pk}/confirm/{way_id}")
    answer = mine.post(path, NEW)

    assert (confirmed.status_code, answer.status_code) == (404, 409)
    assert mine.get("/who").json()["kind"] == "reporter"


def test_nor_by_a_password(worker: Account, system_administrator: Actor, now: datetime) -> None:
    with pytest.raises(Denied):
        actions.set_password(account=worker, password=OTHER, actor=system_administrator, at=now)


def test_nor_by_a_grant_that_begins_later(
    hire: Hire, demo: Actor, system_administrator: Actor, now: datetime
) -> None:
    account, begins = hire("next.month", password=None), now + timedelta(days=30)
    actions.grant(
        account=account,
        role=Role.CHECKER,
        region_path=STREET,
        reason="到岗",
        granted_from=begins,
        actor=demo,
        at=now,
    )
    token = actions.invite(account=account, actor=system_administrator, at=now)

    with pytest.raises(rules.Unconfirmed):
        actions.take_up(token=token, password=OTHER, at=now)


def test_nor_by_opening_again_what_its_holder_has_opened(
    hire: Hire, system_administrator: Actor, now: datetime
) -> None:
    account = hire("li.na", password=None)
    first = actions.invite(account=account, actor=system_administrator, at=now)
    actions.take_up(token=first, password=PASSWORD, at=now)
    second = actions.invite(account=account, actor=system_administrator, at=now)

    with pytest.raises(rules.Unconfirmed):
        actions.take_up(token=second, password=OTHER, at=now)


def test_the_second_factor_stays_while_a_link_waits(
    token: str, worker: Account, demo: Actor, system_administrator: Actor, now: datetime
) -> None:
    actions.enrol_totp(account=worker, secret=SECRET, actor=demo, at=now)

    with pytest.raises(rules.Unconfirmed):
        actions.reset_totp(account=worker, actor=system_administrator, at=now)
    assert queries.has_second_factor(worker.pk)


def test_the_database_refuses_it_too(token: str, system_administrator: Actor) -> None:
    alone = {"confirmed_by": system_administrator.id, "confirmed_at": timezone.now()}

    with (
        pytest.raises(IntegrityError, match="invitation_confirmed_by_another"),
        transaction.atomic(),
    ):
        Invitation.objects.update(**alone)
    with pytest.raises(IntegrityError, match="invitation_is_used_once_confirmed"):
        Invitation.objects.update(used_at=timezone.now())


def test_an_identity_beside_an_open_link_is_not_made_alone(
    hire: Hire, system_administrator: Actor, now: datetime
) -> None:
    account = hire("li.na", password=None)
    actions.invite(account=account, actor=system_administrator, at=now)
    actions.link_subject(
        account=account, issuer=ISSUER, subject="mine", actor=system_administrator, at=now
    )

    assert means.vouched(issuer=ISSUER, subject="mine") is None


def test_who_was_in_before_is_out_when_the_holder_takes_the_account_up(
    hire: Hire, system_administrator: Actor, security_administrator: Actor, now: datetime
) -> None:
    account = hire("li.na", password=None)
    first = actions.invite(account=account, actor=system_administrator, at=now)
    actions.take_up(token=first, password=PASSWORD, at=now)
    hand = acting_as(account, now)
    actions.link_own(account=account, issuer=ISSUER, subject="mine", actor=hand, at=now)
    second = actions.invite(account=account, actor=system_administrator, at=now)
    way_id = Invitation.objects.get(used_at=None).pk
    given: dict[str, Any] = {"account": account, "way_id": way_id, "at": now}
    actions.confirm_way_in(actor=security_administrator, **given)

    actions.take_up(token=second, password=OTHER, at=now)

    assert means.vouched(issuer=ISSUER, subject="mine") is None


# ------------------------------------------------------------------ with the second person


def test_with_a_second_person_the_holder_gets_in(
    token: str, worker: Account, confirm: Confirm, security_administrator: Actor, now: datetime
) -> None:
    confirm(security_administrator)
    actions.take_up(token=token, password=OTHER, at=now)

    worker.refresh_from_db()
    assert worker.check_password(OTHER)
    assert {"accounts.invite", "accounts.confirm", "accounts.take_up"} <= set(
        Record.objects.values_list("topic", flat=True)
    )


def test_on_the_pages(
    token: str, worker: Account, browser: Client, enter: Callable[[str], Client]
) -> None:
    before = browser.get(f"/desk/welcome/{token}")
    unknown = Client().get("/desk/welcome/never-made")
    security = enter(Role.SEC_ADMIN)
    acts = security.get(f"/desk/people/{worker.pk}").context["person"]["acts"]

    security.post(next(act["url"] for act in acts if act["key"].startswith("confirm-")))

    assert (before.status_code, before.context["fields"]) == (200, [])
    assert "等待核对" in before.content.decode()
    assert (unknown.status_code, "等待核对" in unknown.content.decode()) == (404, False)
    assert browser.post(f"/desk/welcome/{token}", NEW).headers["Location"] == "/desk/"


def test_a_confirmation_is_for_one_link_and_not_for_the_next(
    token: str,
    worker: Account,
    confirm: Confirm,
    system_administrator: Actor,
    security_administrator: Actor,
    now: datetime,
) -> None:
    confirm(security_administrator)
    other = actions.invite(account=worker, actor=system_administrator, at=now)

    with pytest.raises(rules.Unconfirmed):
        actions.take_up(token=other, password=OTHER, at=now)


def test_a_link_that_was_replaced_is_not_confirmed(
    token: str,
    worker: Account,
    system_administrator: Actor,
    security_administrator: Actor,
    now: datetime,
) -> None:
    old = Invitation.objects.get().pk
    actions.invite(account=worker, actor=system_administrator, at=now)

    with pytest.raises(rules.Unconfirmed):
        actions.confirm_way_in(account=worker, way_id=old, actor=security_administrator, at=now)


def test_who_made_it_never_confirms_whatever_they_became(
    token: str, confirm: Confirm, security_administrator: Actor
) -> None:
    Invitation.objects.update(made_by=security_administrator.id)

    with pytest.raises(rules.OwnRequest):
        confirm(security_administrator)


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDIT_ADMIN, Role.DISPATCHER])
def test_nobody_else_confirms(
    role: str, token: str, confirm: Confirm, hire: Hire, now: datetime
) -> None:
    with pytest.raises(Denied):
        confirm(acting_as(hire("other", role, CITY), now))


def test_a_stranger_does_not_confirm(token: str, confirm: Confirm, stranger: Actor) -> None:
    with pytest.raises(Denied):
        confirm(stranger)

    assert Record.objects.filter(topic="accounts.confirm.refused").exists()


def test_a_machines_link_needs_nobody(worker: Account, demo: Actor, now: datetime) -> None:
    token = actions.invite(account=worker, actor=demo, at=now)

    assert actions.take_up(token=token, password=OTHER, at=now) == worker


def race(account: Account, way_id: UUID, actor: Actor, together: Barrier) -> str:
    """Return what became of one of several confirmations at once."""
    try:
        together.wait(timeout=20)
        with transaction.atomic():
            at = timezone.now()
            actions.confirm_way_in(account=account, way_id=way_id, actor=actor, at=at)
    except rules.Unconfirmed:
        return "refused"
    finally:
        connections.close_all()
    return "confirmed"


@pytest.mark.django_db(transaction=True)
def test_of_several_confirmations_at_once_one_counts(
    token: str, worker: Account, security_administrator: Actor, hire: Hire, now: datetime
) -> None:
    hands = [
        security_administrator,
        *(acting_as(hire(f"sec.{n}", Role.SEC_ADMIN, CITY), now) for n in range(2)),
    ]
    way_id, together = Invitation.objects.get().pk, Barrier(3)
    with ThreadPoolExecutor(3) as pool:
        became = list(pool.map(lambda hand: race(worker, way_id, hand, together), hands))

    assert sorted(became) == ["confirmed", "refused", "refused"]


# ------------------------------------------------------------------ before the first grant


@pytest.mark.parametrize(("is_taken_up", "word"), [(True, "账号最近一次"), (False, "没有用链接")])
def test_who_approves_the_first_grant_is_told_whether_the_account_was_opened(
    is_taken_up: bool,
    word: str,
    hire: Hire,
    system_administrator: Actor,
    now: datetime,
    enter: Callable[[str], Client],
) -> None:
    account = hire("li.na", password=None)
    token = actions.invite(account=account, actor=system_administrator, at=now)
    if is_taken_up:
        actions.take_up(token=token, password=PASSWORD, at=now)
    wanted: dict[str, Any] = {"role": Role.CHECKER, "region_path": STREET, "reason": "到岗"}
    actions.ask_grant(account=account, **wanted, actor=system_administrator, at=now)

    assert word in enter(Role.SEC_ADMIN).get("/desk/grants/requests").content.decode()

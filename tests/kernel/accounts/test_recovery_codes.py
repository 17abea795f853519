"""Recovery codes (恢复码): ten on paper, each good once, in place of the telephone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, means
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.rules import Ended, OwnGrant, RolesApart, WrongLink
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from tests.kernel.accounts.cast import CITY, OTHER, SECRET, Hire, acting_as, code_now

SignIn = Callable[..., Any]
ROLES = (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN)


@pytest.fixture(autouse=True)
def no_codes_used(db: None) -> None:
    cache.clear()


@pytest.fixture
def enrolled(hire: Hire, demo: Actor, now: datetime) -> Account:
    account = hire("admin", Role.SEC_ADMIN, CITY)
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    return account


@pytest.fixture
def codes(enrolled: Account, now: datetime) -> list[str]:
    actor = acting_as(enrolled, now)
    return list(actions.renew_recovery_codes(account=enrolled, actor=actor, at=now))


def give(browser: Client, code: str) -> Any:
    return browser.post("/desk/sign-in/code", {"code": code})


def test_are_ten_and_none_twice(codes: list[str]) -> None:
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {10}


def test_are_shown_once_when_the_second_factor_is_set_up(
    hire: Hire, browser: Client, sign_in: SignIn
) -> None:
    hire("admin", Role.SEC_ADMIN, CITY)
    sign_in("admin")
    browser.get("/desk/second-factor")
    secret = browser.session["mfa.totp.secret"]

    answer = browser.post("/desk/second-factor", {"code": code_now(secret)})

    assert len(answer.context["codes"]) == 10
    assert "no-store" in answer.headers["Cache-Control"]


def test_open_the_session_in_place_of_the_telephone(
    codes: list[str], browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")

    give(browser, f" {codes[3][:5]} {codes[3][5:]} ")

    assert browser.get("/who").json()["roles"] == ["sec_admin"]


def test_are_good_once(codes: list[str], browser: Client, sign_in: SignIn) -> None:
    sign_in("admin")
    give(browser, codes[0])
    browser.post("/desk/sign-out")
    sign_in("admin")

    assert give(browser, codes[0]).status_code == 422


def test_leave_the_others_good(codes: list[str], browser: Client, sign_in: SignIn) -> None:
    sign_in("admin")
    give(browser, codes[0])
    browser.post("/desk/sign-out")
    sign_in("admin")

    assert give(browser, codes[9]).status_code == 302


def test_are_written_down_when_used(
    codes: list[str], enrolled: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")

    give(browser, codes[0])

    assert Record.objects.get(topic="accounts.use_recovery_code").actor_id == enrolled.pk


def test_are_counted_with_the_codes_of_the_telephone(
    codes: list[str], browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")
    answers = [give(browser, guess) for guess in ("0000000000", "000000") for _time in range(3)]

    assert [answer.status_code for answer in answers][3:] == [422, 429, 429]
    assert give(browser, codes[0]).status_code == 429


def test_made_anew_end_the_old_ones(
    codes: list[str], enrolled: Account, now: datetime, browser: Client, sign_in: SignIn
) -> None:
    actor = acting_as(enrolled, now)
    actions.renew_recovery_codes(account=enrolled, actor=actor, at=now)
    sign_in("admin")

    assert give(browser, codes[0]).status_code == 422


def test_lie_sealed(codes: list[str]) -> None:
    kept = Authenticator.objects.get(type="recovery_codes").data

    assert not [code for code in codes if code in str(kept)]
    # An open seed would be eighty hexadecimal signs; sealed and in base64 it is longer.
    assert len(kept["seed"]) > 100


def test_tell_when_few_are_left(
    codes: list[str], enrolled: Account, browser: Client, sign_in: SignIn
) -> None:
    row = Authenticator.objects.get(type="recovery_codes")
    row.data["used_mask"] = 0b1111111
    row.save()

    assert (means.of(enrolled).codes_left, means.of(enrolled).few_codes) == (3, True)


def test_go_with_the_second_factor(
    codes: list[str], enrolled: Account, hire: Hire, now: datetime
) -> None:
    other = acting_as(hire("audit", Role.AUDIT_ADMIN, CITY), now)

    actions.reset_totp(account=enrolled, actor=other, at=now)

    assert not Authenticator.objects.exists()


def test_are_not_made_without_a_second_factor(worker: Account, now: datetime) -> None:
    with pytest.raises(Ended):
        actions.renew_recovery_codes(account=worker, actor=acting_as(worker, now), at=now)


def test_are_not_made_for_somebody_else(enrolled: Account, stranger: Actor, now: datetime) -> None:
    with pytest.raises(Denied):
        actions.renew_recovery_codes(account=enrolled, actor=stranger, at=now)


# ------------------------------------------------------------------ one administrator and another
PAIRS = [(actor, subject) for actor in ROLES for subject in ROLES]


@pytest.mark.parametrize(("actor", "subject"), PAIRS)
def test_no_administrator_gives_another_a_way_in(
    actor: Role, subject: Role, hire: Hire, now: datetime
) -> None:
    one, other = acting_as(hire("one", actor, CITY), now), hire("other", subject, CITY)
    given: dict[str, Any] = {"account": other, "actor": one, "at": now}

    refused = (Denied, RolesApart)
    with pytest.raises(refused):
        actions.set_password(password=OTHER, **given)
    with pytest.raises(refused):
        actions.invite(**given)
    with pytest.raises(refused):
        actions.link_subject(issuer="https://idp.example.cn", subject="mine", **given)
    with pytest.raises(Denied):
        actions.enrol_totp(secret=SECRET, **given)
    with pytest.raises(Denied):
        actions.renew_recovery_codes(**given)


@pytest.mark.parametrize("subject", ROLES)
def test_a_system_administrator_resets_no_administrators_second_factor(
    subject: Role, hire: Hire, demo: Actor, now: datetime
) -> None:
    one, other = acting_as(hire("one", Role.SYS_ADMIN, CITY), now), hire("other", subject, CITY)
    actions.enrol_totp(account=other, secret=SECRET, actor=demo, at=now)

    with pytest.raises(RolesApart):
        actions.reset_totp(account=other, actor=one, at=now)
    assert means.of(other).factor


@pytest.mark.parametrize(("actor", "subject"), [pair for pair in PAIRS if pair[0] in ROLES[1:]])
def test_the_other_two_reset_it_and_can_do_nothing_more(
    actor: Role, subject: Role, hire: Hire, demo: Actor, now: datetime
) -> None:
    one, other = acting_as(hire("one", actor, CITY), now), hire("other", subject, CITY)
    actions.enrol_totp(account=other, secret=SECRET, actor=demo, at=now)

    actions.reset_totp(account=other, actor=one, at=now)

    assert not means.of(other).factor
    with pytest.raises(Denied):
        actions.set_password(account=other, password=OTHER, actor=one, at=now)


@pytest.mark.parametrize("role", ROLES)
def test_no_administrator_resets_their_own(
    role: Role, hire: Hire, demo: Actor, now: datetime
) -> None:
    account = hire("one", role, CITY)
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)

    with pytest.raises((OwnGrant, RolesApart)):
        actions.reset_totp(account=account, actor=acting_as(account, now), at=now)


@pytest.fixture
def promoted(
    hire: Hire, system_administrator: Actor, security_administrator: Actor, now: datetime
) -> Callable[..., None]:
    """Let one administrator ask, and another approve, that an account become the audit's."""

    def promote(account: Account) -> None:
        asked = actions.ask_grant(
            account=account,
            role=Role.AUDIT_ADMIN,
            region_path=CITY,
            reason="任命",
            actor=system_administrator,
            at=now,
        )
        actions.approve_grant(
            request_id=asked.pk, reason="同意", actor=security_administrator, at=now
        )

    return promote


def test_who_becomes_an_administrator_begins_anew(
    hire: Hire,
    promoted: Callable[..., None],
    demo: Actor,
    now: datetime,
    browser: Client,
    sign_in: SignIn,
) -> None:
    account = hire("new.one")
    issuer = "https://idp.example.cn"
    actions.link_subject(account=account, issuer=issuer, subject="s-1", actor=demo, at=now)
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    sign_in("new.one")

    promoted(account)

    account.refresh_from_db()
    found = means.of(account)
    assert (found.password, found.factor, found.linked) == (False, False, False)
    assert sign_in("new.one").status_code == 422


def test_a_link_kept_for_later_does_not_open_an_administrators_account(
    hire: Hire, promoted: Callable[..., None], system_administrator: Actor, now: datetime
) -> None:
    account = hire("new.one")
    token = actions.invite(account=account, actor=system_administrator, at=now)

    promoted(account)

    with pytest.raises(WrongLink):
        actions.take_up(token=token, password=OTHER, at=now)


def test_an_administrator_whose_grant_is_renewed_keeps_every_way_in(
    enrolled: Account, hire: Hire, system_administrator: Actor, now: datetime
) -> None:
    other = acting_as(hire("sec.two", Role.SEC_ADMIN, CITY), now)
    asked = actions.ask_grant(
        account=enrolled,
        role=Role.SEC_ADMIN,
        region_path=CITY,
        reason="续任",
        actor=system_administrator,
        at=now,
    )

    actions.approve_grant(request_id=asked.pk, reason="同意", actor=other, at=now)

    assert (means.of(enrolled).password, means.of(enrolled).factor) == (True, True)

"""The second factor (动态验证码): required of the three administrators."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions
from quanyu.kernel.accounts.models import Account
from tests.kernel.accounts.cast import CITY, SECRET, Hire, code_now

SignIn = Callable[..., Any]


@pytest.fixture(params=[Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def administrator(request: pytest.FixtureRequest, hire: Hire) -> Account:
    return hire("admin", request.param, CITY)


@pytest.fixture
def enrolled(hire: Hire, demo: Actor, now: datetime) -> Account:
    account = hire("admin", Role.SEC_ADMIN, CITY)
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    return account


def test_an_administrator_without_one_has_no_grants(
    administrator: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")

    assert browser.get("/who").json()["roles"] == []


def test_an_administrator_without_one_is_led_to_set_it_up(
    administrator: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")

    assert browser.get("/desk/").headers["Location"] == "/desk/second-factor?next=%2Fdesk%2F"


def test_shows_the_secret_as_a_picture_and_as_letters(
    administrator: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")

    answer = browser.get("/desk/second-factor")

    secret = browser.session["mfa.totp.secret"]
    assert answer.context["secret"].replace(" ", "") == secret
    assert answer.context["qr"].startswith("<svg")


def test_is_set_up_with_its_first_code(
    administrator: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")
    browser.get("/desk/second-factor")
    secret = browser.session["mfa.totp.secret"]

    browser.post("/desk/second-factor", {"code": code_now(secret)})

    assert len(browser.get("/who").json()["roles"]) == 1


def test_is_not_set_up_with_a_wrong_code(
    administrator: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")
    browser.get("/desk/second-factor")

    answer = browser.post("/desk/second-factor", {"code": "000000"})

    assert answer.status_code == 422
    assert not Authenticator.objects.exists()


def test_late_in_a_session_asks_for_the_password_again(
    administrator: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")
    session = browser.session
    session["began"] -= 660
    session.save()
    browser.get("/desk/second-factor")

    code = code_now(browser.session["mfa.totp.secret"])
    answer = browser.post("/desk/second-factor", {"code": code, "current": "wrong"})

    assert answer.context["refusal"]["sentence"] == "当前密码不正确"


def test_is_asked_for_before_the_session_opens(
    enrolled: Account, browser: Client, sign_in: SignIn
) -> None:
    answer = sign_in("admin")

    assert answer.headers["Location"] == "/desk/sign-in/code"
    assert browser.get("/who").json()["kind"] == "reporter"


def test_opens_the_session_with_all_grants(
    enrolled: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin", next="/desk/people")

    answer = browser.post("/desk/sign-in/code", {"code": code_now()})

    assert answer.headers["Location"] == "/desk/people"
    assert browser.get("/who").json()["roles"] == ["sec_admin"]


def test_refuses_a_code_a_second_time(enrolled: Account, browser: Client, sign_in: SignIn) -> None:
    code = code_now()
    sign_in("admin")
    browser.post("/desk/sign-in/code", {"code": code})
    browser.post("/desk/sign-out")
    sign_in("admin")

    assert browser.post("/desk/sign-in/code", {"code": code}).status_code == 422


def test_five_wrong_codes_lock(enrolled: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("admin")

    answers = [browser.post("/desk/sign-in/code", {"code": "000000"}) for _time in range(5)]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]


def test_a_lock_of_codes_outlives_a_new_sign_in(
    enrolled: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("admin")
    for _time in range(5):
        browser.post("/desk/sign-in/code", {"code": "000000"})
    sign_in("admin")

    assert browser.post("/desk/sign-in/code", {"code": code_now()}).status_code == 429


def test_is_asked_of_a_session_whose_holder_became_an_administrator(
    hire: Hire, demo: Actor, browser: Client, sign_in: SignIn, now: datetime
) -> None:
    account = hire("rising")
    sign_in("rising")
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    actions.grant(
        account=account,
        role=Role.SYS_ADMIN,
        region_path=CITY,
        reason="任命",
        actor=demo,
        at=now - timedelta(minutes=1),
    )
    assert browser.get("/desk/").headers["Location"] == "/desk/sign-in/code?next=%2Fdesk%2F"

    browser.post("/desk/sign-in/code", {"code": code_now()})

    assert browser.get("/who").json()["roles"] == ["sys_admin"]


def test_without_a_sign_in_leads_back_to_it(db: None, browser: Client) -> None:
    assert browser.get("/desk/sign-in/code").headers["Location"] == "/desk/sign-in"


def test_is_not_asked_of_a_worker_without_one(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")

    assert browser.get("/desk/").status_code == 200


@pytest.fixture(autouse=True)
def no_codes_used(db: None) -> None:
    cache.clear()

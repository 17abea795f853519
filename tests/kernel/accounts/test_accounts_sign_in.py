"""Signing in and out (登录、退出): what is counted, what locks, what is said."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions
from quanyu.kernel.accounts.models import Account, Attempts
from quanyu.kernel.audit.models import Record
from tests.kernel.accounts.cast import OTHER, PASSWORD, STREET, Hire

SignIn = Callable[..., Any]
WRONG = "用户名或密码不正确"


def refusal(answer: Any) -> str:
    said: str = answer.context["refusal"]["sentence"]
    return said


def fail(sign_in: SignIn, username: str, *, times: int) -> Any:
    answers = [sign_in(username, "wrong") for _time in range(times)]
    return answers[-1]


def later(span: timedelta) -> None:
    """Let the lock and the failures lie so far back."""
    for row in Attempts.objects.all():
        row.failures = [time - span for time in row.failures]
        row.locked_until = row.locked_until and row.locked_until - span
        row.save()


def test_leads_to_the_desk(worker: Account, sign_in: SignIn) -> None:
    answer = sign_in("zhou.ming")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/")


def test_takes_a_name_whatever_its_capitals(worker: Account, sign_in: SignIn) -> None:
    assert sign_in(" Zhou.Ming").status_code == 302


def test_leads_back_to_where_one_wanted_to_go(worker: Account, sign_in: SignIn) -> None:
    answer = sign_in("zhou.ming", next="/desk/matters?state=filed")

    assert answer.headers["Location"] == "/desk/matters?state=filed"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "\\\\x"])
def test_leads_nowhere_else(target: str, worker: Account, sign_in: SignIn) -> None:
    assert sign_in("zhou.ming", next=target).headers["Location"] == "/desk/"


def test_gives_the_session_a_new_key(worker: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("zhou.ming", "wrong")
    browser.cookies["quanyu"] = "planted"

    sign_in("zhou.ming")

    assert browser.cookies["quanyu"].value != "planted"


def test_writes_it_down(worker: Account, sign_in: SignIn) -> None:
    sign_in("zhou.ming")

    record = Record.objects.get(topic="accounts.sign_in")
    assert (record.subject, record.actor_id) == (f"accounts.account:{worker.pk}", worker.pk)


def test_a_wrong_password_is_refused(worker: Account, sign_in: SignIn) -> None:
    answer = sign_in("zhou.ming", "wrong")

    assert (answer.status_code, refusal(answer)) == (422, WRONG)


def test_an_unknown_name_is_refused_in_the_same_words(db: None, sign_in: SignIn) -> None:
    assert refusal(sign_in("nobody", "wrong")) == WRONG


def test_an_ended_account_is_refused_in_the_same_words(
    worker: Account, demo: Actor, now: Any, sign_in: SignIn
) -> None:
    actions.end_account(account=worker, reason="离职", actor=demo, at=now)

    assert refusal(sign_in("zhou.ming")) == WRONG


def test_an_account_without_a_password_cannot_sign_in(hire: Hire, sign_in: SignIn) -> None:
    hire("post", Role.BUILDING_LEAD, STREET, password=None)

    assert refusal(sign_in("post", "!")) == WRONG


def test_a_failure_is_written_down_without_the_name(db: None, sign_in: SignIn) -> None:
    sign_in("my-secret-password-typed-here", "wrong")

    record = Record.objects.get(topic="accounts.sign_in_failed")
    assert "secret" not in record.subject


def test_four_failures_do_not_lock(worker: Account, sign_in: SignIn) -> None:
    fail(sign_in, "zhou.ming", times=4)

    assert sign_in("zhou.ming").status_code == 302


@pytest.mark.parametrize("username", ["zhou.ming", "nobody"])
def test_five_failures_lock_whether_or_not_the_name_exists(
    username: str, worker: Account, sign_in: SignIn
) -> None:
    answer = fail(sign_in, username, times=5)

    assert answer.status_code == 429
    assert refusal(answer).startswith("登录失败次数过多，已暂停登录，")


def test_a_lock_tells_until_when(worker: Account, sign_in: SignIn) -> None:
    answer = fail(sign_in, "zhou.ming", times=5)

    assert answer.headers["Retry-After"] in {"900", "901"}


def test_a_lock_holds_against_the_right_password(worker: Account, sign_in: SignIn) -> None:
    fail(sign_in, "zhou.ming", times=5)

    assert sign_in("zhou.ming").status_code == 429


def test_a_lock_opens_after_a_quarter_of_an_hour(worker: Account, sign_in: SignIn) -> None:
    fail(sign_in, "zhou.ming", times=5)
    later(timedelta(minutes=15, seconds=1))

    assert sign_in("zhou.ming").status_code == 302


def test_failures_are_forgotten_after_five_minutes(worker: Account, sign_in: SignIn) -> None:
    fail(sign_in, "zhou.ming", times=4)
    later(timedelta(minutes=5))

    assert fail(sign_in, "zhou.ming", times=1).status_code == 422


def test_a_success_forgets_failures(worker: Account, browser: Client, sign_in: SignIn) -> None:
    fail(sign_in, "zhou.ming", times=4)
    sign_in("zhou.ming")
    browser.post("/desk/sign-out")

    assert fail(sign_in, "zhou.ming", times=4).status_code == 422


def test_a_lock_is_written_down(worker: Account, sign_in: SignIn) -> None:
    fail(sign_in, "zhou.ming", times=5)

    assert Record.objects.filter(topic="accounts.lock_name").count() == 1


def test_twenty_failures_lock_an_address_for_every_name(worker: Account, sign_in: SignIn) -> None:
    for number in range(20):
        sign_in(f"somebody{number}", "wrong")

    assert sign_in("zhou.ming").status_code == 429


def test_another_address_is_not_locked(worker: Account, browser: Client, sign_in: SignIn) -> None:
    for number in range(20):
        sign_in(f"somebody{number}", "wrong")

    given = {"username": "zhou.ming", "password": PASSWORD}
    assert browser.post("/desk/sign-in", given, REMOTE_ADDR="10.1.2.3").status_code == 302


def test_a_header_of_an_unknown_proxy_does_not_move_the_address(
    worker: Account, browser: Client
) -> None:
    for number in range(20):
        given = {"username": f"somebody{number}", "password": "wrong"}
        browser.post("/desk/sign-in", given, headers={"X-Forwarded-For": f"10.0.0.{number}"})

    given = {"username": "zhou.ming", "password": PASSWORD}
    answer = browser.post("/desk/sign-in", given, headers={"X-Forwarded-For": "10.9.9.9"})
    assert answer.status_code == 429


def test_signing_out_closes_the_session(worker: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("zhou.ming")

    browser.post("/desk/sign-out")

    assert browser.get("/who").json()["kind"] == "reporter"


def test_signing_out_is_written_down(worker: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("zhou.ming")

    browser.post("/desk/sign-out")

    assert Record.objects.get(topic="accounts.sign_out").actor_id == worker.pk


def test_a_link_alone_signs_nobody_out(worker: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("zhou.ming")

    assert browser.get("/desk/sign-out").status_code == 405


def test_asks_for_a_token_against_forged_forms(worker: Account) -> None:
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post("/desk/sign-in", {"username": "zhou.ming", "password": PASSWORD})

    assert answer.status_code == 403


def test_changes_ones_password(worker: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("zhou.ming")
    given = {"current": PASSWORD, "new": OTHER, "again": OTHER}

    browser.post("/desk/password", given)

    assert browser.get("/who").json()["kind"] == "person"
    browser.post("/desk/sign-out")
    assert sign_in("zhou.ming", OTHER).status_code == 302


def test_changes_no_password_without_the_old_one(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")
    given = {"current": "wrong", "new": OTHER, "again": OTHER}

    answer = browser.post("/desk/password", given)

    assert (answer.status_code, refusal(answer)) == (422, "当前密码不正确")


def test_guessing_the_old_password_locks_too(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")
    given = {"current": "wrong", "new": OTHER, "again": OTHER}

    answers = [browser.post("/desk/password", given) for _time in range(5)]

    assert answers[-1].status_code == 429


def test_a_password_set_by_an_administrator_is_changed_first(
    system_administrator: Actor, now: Any, browser: Client, sign_in: SignIn
) -> None:
    actions.create_account(
        username="li.na", name="李娜", password=OTHER, actor=system_administrator, at=now
    )
    sign_in("li.na", OTHER)

    assert browser.get("/desk/").headers["Location"] == "/desk/password?next=%2Fdesk%2F"


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/email/",
        "/accounts/2fa/",
        "/desk/sign-up",
    ],
)
def test_no_other_page_of_the_library_is_exposed(path: str) -> None:
    with pytest.raises(Resolver404):
        resolve(path, urlconf="quanyu.web.urls")


def test_a_password_from_an_administrator_opens_nothing_before_it_is_changed(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    Account.objects.filter(pk=worker.pk).update(must_change_password=True)
    sign_in("zhou.ming")

    assert browser.get("/who").json()["roles"] == []


def test_a_password_once_changed_opens_everything(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    Account.objects.filter(pk=worker.pk).update(must_change_password=True)
    sign_in("zhou.ming")

    browser.post("/desk/password", {"current": PASSWORD, "new": OTHER, "again": OTHER})

    assert browser.get("/who").json()["roles"] == ["dispatcher"]

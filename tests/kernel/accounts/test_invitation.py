"""A link opens an account once, for whom it was made (一次性链接)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.models import Account, Attempts, Invitation
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied, Invalid
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

Open = Callable[..., Any]
WEAK = "lamp"
NEW = {"new": OTHER, "again": OTHER}


@pytest.fixture
def worker(hire: Hire) -> Account:
    """Somebody new: the account was never opened and holds nothing."""
    return hire("zhou.ming", password=None)


@pytest.fixture
def token(worker: Account, system_administrator: Actor, now: datetime) -> str:
    return actions.invite(account=worker, actor=system_administrator, at=now)


@pytest.fixture
def systems(hire: Hire, demo: Actor, now: datetime) -> Client:
    """The browser of a system administrator who has passed both factors."""
    cache.clear()
    account = hire("sys.two", Role.SYS_ADMIN, CITY, name="钱一")
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    browser = Client()
    browser.post("/desk/sign-in", {"username": "sys.two", "password": PASSWORD})
    browser.post("/desk/sign-in/code", {"code": code_now()})
    return browser


def topics() -> list[str]:
    return list(Record.objects.order_by("at", "id").values_list("topic", flat=True))


# ------------------------------------------------------------------ making one


def test_is_kept_as_a_keyed_hash_alone(token: str) -> None:
    kept = Invitation.objects.get()

    assert kept.token_hash == queries.link_hash(token)
    assert token not in str(Invitation.objects.values().get())


def test_ends_after_three_days(token: str) -> None:
    kept = Invitation.objects.get()

    assert kept.ends_at - kept.made_at == timedelta(hours=72)


def test_replaces_an_older_one(
    token: str, worker: Account, system_administrator: Actor, now: datetime
) -> None:
    actions.invite(account=worker, actor=system_administrator, at=now)

    with pytest.raises(rules.WrongLink):
        queries.invitation(token, at=now)


def test_is_not_for_a_stranger_to_make(worker: Account, stranger: Actor, now: datetime) -> None:
    with pytest.raises(Denied):
        actions.invite(account=worker, actor=stranger, at=now)


def test_is_not_for_a_system_administrator_of_another_district(
    worker: Account, hire: Hire, now: datetime
) -> None:
    elsewhere = acting_as(hire("sys.else", Role.SYS_ADMIN, "34/01/11/"), now)

    with pytest.raises(Denied):
        actions.invite(account=worker, actor=elsewhere, at=now)


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def test_of_an_administrator_is_made_by_no_administrator(
    role: str, hire: Hire, system_administrator: Actor, now: datetime
) -> None:
    other = hire("other", role, CITY)

    with pytest.raises(rules.RolesApart):
        actions.invite(account=other, actor=system_administrator, at=now)


def test_of_an_administrator_is_made_at_the_machine(hire: Hire, demo: Actor, now: datetime) -> None:
    other = hire("other", Role.SEC_ADMIN, CITY)

    token = actions.invite(account=other, actor=demo, at=now)

    assert queries.invitation(token, at=now).account == other


def test_nor_does_another_administrator_set_the_password_of_one(
    hire: Hire, system_administrator: Actor, now: datetime
) -> None:
    other = hire("other", Role.SEC_ADMIN, CITY)

    with pytest.raises(Denied):
        actions.set_password(account=other, password=OTHER, actor=system_administrator, at=now)


def test_is_not_made_for_oneself(system_administrator: Actor, now: datetime) -> None:
    mine = Account.objects.get(username="sys")

    with pytest.raises(rules.OwnGrant):
        actions.invite(account=mine, actor=system_administrator, at=now)


def test_is_not_made_for_a_closed_account(
    worker: Account, system_administrator: Actor, now: datetime
) -> None:
    actions.end_account(account=worker, reason="离职", actor=system_administrator, at=now)

    with pytest.raises(rules.Ended):
        actions.invite(account=worker, actor=system_administrator, at=now)


def test_is_written_down_when_made_and_when_refused(
    worker: Account, system_administrator: Actor, stranger: Actor, now: datetime
) -> None:
    actions.invite(account=worker, actor=system_administrator, at=now)
    with pytest.raises(Denied):
        actions.invite(account=worker, actor=stranger, at=now)

    assert {"accounts.invite", "accounts.invite.refused"} <= set(topics())


# ------------------------------------------------------------------ taking it up


def test_sets_the_password_that_its_holder_has_chosen(
    token: str, worker: Account, now: datetime
) -> None:
    actions.take_up(token=token, password=OTHER, at=now)

    worker.refresh_from_db()
    assert (worker.check_password(OTHER), worker.must_change_password) == (True, False)


def test_works_once(token: str, now: datetime) -> None:
    actions.take_up(token=token, password=OTHER, at=now)

    with pytest.raises(rules.WrongLink):
        actions.take_up(token=token, password=PASSWORD, at=now)


def test_works_up_to_its_end_and_no_longer(token: str, now: datetime) -> None:
    with pytest.raises(rules.WrongLink):
        actions.take_up(token=token, password=OTHER, at=now + timedelta(hours=72))


def test_opens_no_account_that_was_closed_meanwhile(
    token: str, worker: Account, system_administrator: Actor, now: datetime
) -> None:
    actions.end_account(account=worker, reason="离职", actor=system_administrator, at=now)

    with pytest.raises(rules.WrongLink):
        actions.take_up(token=token, password=OTHER, at=now)


def test_stays_open_when_the_password_is_too_weak(token: str, now: datetime) -> None:
    with pytest.raises(Invalid):
        actions.take_up(token=token, password=WEAK, at=now)

    assert queries.invitation(token, at=now)


def test_unlocks_a_name_that_failed_too_often(token: str, worker: Account, now: datetime) -> None:
    for _time in range(rules.MOST_FAILURES["name"]):
        actions.count_failure(
            kind="name", value=worker.username, actor=acting_as(worker, now), at=now
        )

    actions.take_up(token=token, password=OTHER, at=now)

    [row] = Attempts.objects.filter(key=actions.key_of("name", worker.username))
    assert row.locked_until is None


def race(token: str, number: int, together: Barrier) -> str:
    """Return what became of one of several that take a link up at once."""
    try:
        together.wait(timeout=20)
        with transaction.atomic():
            actions.take_up(token=token, password=f"{OTHER}{number}", at=timezone.now())
    except rules.WrongLink:
        return "refused"
    finally:
        connections.close_all()
    return "taken"


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_takes_it_up(token: str, worker: Account) -> None:
    together = Barrier(5)
    with ThreadPoolExecutor(5) as pool:
        became = list(pool.map(race, [token] * 5, range(5), [together] * 5))

    assert sorted(became) == [*["refused"] * 4, "taken"]


# ------------------------------------------------------------------ the page


def test_is_not_used_up_by_looking(token: str, browser: Client) -> None:
    seen = [browser.get(f"/desk/welcome/{token}").status_code for _time in range(3)]

    assert seen == [200, 200, 200]
    assert Invitation.objects.get().used_at is None


def test_says_whom_it_is_for(token: str, browser: Client) -> None:
    answer = browser.get(f"/desk/welcome/{token}")

    assert ("周明" in answer.content.decode(), "zhou.ming" in answer.content.decode()) == (
        True,
        True,
    )


def test_opens_the_desk(token: str, browser: Client) -> None:
    answer = browser.post(f"/desk/welcome/{token}", NEW)

    assert answer.headers["Location"] == "/desk/"
    assert browser.get("/desk/").status_code == 200


def test_leads_an_administrator_to_the_second_factor(
    hire: Hire, demo: Actor, browser: Client, now: datetime
) -> None:
    token = actions.invite(account=hire("new", Role.SEC_ADMIN, CITY), actor=demo, at=now)

    browser.post(f"/desk/welcome/{token}", NEW)

    assert browser.get("/desk/").headers["Location"].startswith("/desk/second-factor")


def test_asks_for_the_second_factor_that_there_is(
    hire: Hire, demo: Actor, browser: Client, now: datetime
) -> None:
    account = hire("other", Role.SEC_ADMIN, CITY)
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    token = actions.invite(account=account, actor=demo, at=now)

    answer = browser.post(f"/desk/welcome/{token}", NEW)

    assert answer.headers["Location"].startswith("/desk/sign-in/code")
    assert browser.get("/desk/").headers["Location"].startswith("/desk/sign-in")


def test_refuses_two_different_passwords(token: str, browser: Client) -> None:
    answer = browser.post(f"/desk/welcome/{token}", {"new": OTHER, "again": PASSWORD})

    assert answer.status_code == 422
    assert answer.context["refusal"]["field"] == "again"


def test_looks_the_same_when_used_as_when_unknown(token: str, now: datetime) -> None:
    actions.take_up(token=token, password=OTHER, at=now)

    used, unknown = (Client().get(f"/desk/welcome/{one}") for one in (token, "never-made"))

    assert used.status_code == unknown.status_code == 404
    assert used.context["refusal"] == unknown.context["refusal"]


def test_is_not_to_be_guessed(db: None, browser: Client, settings: Any) -> None:
    tries = rules.MOST_FAILURES["address"]

    answers = [browser.get(f"/desk/welcome/guess{n}").status_code for n in range(tries + 1)]

    assert answers[-1] == 429


def test_sends_no_address_on(token: str, browser: Client) -> None:
    assert browser.get(f"/desk/welcome/{token}")["Referrer-Policy"] == "strict-origin"


def test_signs_out_whoever_sat_here_before(
    token: str, hire: Hire, sign_in: Open, browser: Client
) -> None:
    hire("other.worker", Role.CHECKER, STREET)
    sign_in("other.worker")

    browser.post(f"/desk/welcome/{token}", NEW)

    assert browser.get("/who").json()["name"] == "周明"


# ------------------------------------------------------------------ the people page


def test_is_shown_once_where_the_account_is_made(systems: Client, browser: Client) -> None:
    answer = systems.post(
        "/desk/people/new", {"username": "li.na", "name": "李娜", "signs_in": "link"}
    )

    url = answer.context["link"]["value"]
    path = url.removeprefix("http://testserver")
    assert browser.post(path, NEW).headers["Location"] == "/desk/"


def test_is_told_of_until_it_is_used(
    token: str, worker: Account, systems: Client, browser: Client
) -> None:
    before = systems.get(f"/desk/people/{worker.pk}").context["person"]["invited"]
    browser.post(f"/desk/welcome/{token}", NEW)

    after = systems.get(f"/desk/people/{worker.pk}").context["person"]["invited"]
    assert (before, after) == (True, False)


def test_says_in_the_readers_language_what_the_password_lacks(token: str, browser: Client) -> None:
    answer = browser.post(f"/desk/welcome/{token}", {"new": WEAK, "again": WEAK})

    assert answer.context["refusal"]["sentence"].startswith("密码至少 10 位。")


def test_is_made_anew_for_who_forgot_the_password(worker: Account, systems: Client) -> None:
    answer = systems.post(f"/desk/people/{worker.pk}/link")

    assert "/desk/welcome/" in answer.context["link"]["value"]


def test_is_not_made_for_an_administrator_there(hire: Hire, systems: Client) -> None:
    other = hire("other", Role.SEC_ADMIN, CITY)

    answer = systems.post(f"/desk/people/{other.pk}/link")

    assert answer.status_code == 409
    assert "./run link" in answer.context["refusal"]["sentence"]

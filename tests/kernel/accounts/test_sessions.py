"""Open sessions (会话): listed for their holder, ended by them or by an administrator."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, devices, sessions
from quanyu.kernel.accounts.models import Account, SessionRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from tests.kernel.accounts.cast import CITY, OTHER, PASSWORD, SECRET, Hire, acting_as

SignIn = Callable[..., Any]
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
)
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; PJD110) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
    " Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.50"
)


@pytest.fixture
def enter(worker: Account) -> Callable[..., Client]:
    """Sign the worker in, in a browser of its own."""

    def entered(agent: str = WINDOWS, username: str = "zhou.ming") -> Client:
        client = Client(headers={"User-Agent": agent})
        answer = client.post("/desk/sign-in", {"username": username, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return entered


def listed(client: Client) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = client.get("/desk/account").context["sessions"]
    return shown


def kind(client: Client) -> str:
    found: str = client.get("/who").json()["kind"]
    return found


def test_are_listed_for_their_holder(enter: Callable[..., Client]) -> None:
    here = enter()
    enter(PHONE)

    found = {one["device"]: one["current"] for one in listed(here)}

    assert found == {"Edge · Windows": True, "WeChat · Android": False}


def test_tell_when_they_were_last_used_no_finer_than_ten_minutes(now: datetime) -> None:
    seen = sessions.rounded(now)

    assert (seen.minute % 10, seen.second, seen.microsecond) == (0, 0, 0)
    assert timedelta() <= now - seen < timedelta(minutes=10)


def test_keep_no_address_and_no_user_agent(enter: Callable[..., Client]) -> None:
    enter()

    kept = SessionRow.objects.get().get_decoded()
    assert not [value for value in kept.values() if "127.0.0.1" in str(value)]
    assert not [value for value in kept.values() if "Mozilla" in str(value)]


def test_of_others_are_not_listed(enter: Callable[..., Client], hire: Hire) -> None:
    hire("wang.wu", Role.DISPATCHER)
    enter(PHONE, "wang.wu")

    assert [one["device"] for one in listed(enter())] == ["Edge · Windows"]


def test_one_is_ended_by_its_holder(enter: Callable[..., Client]) -> None:
    here, there = enter(), enter(PHONE)
    (url,) = [one["end_url"] for one in listed(here) if not one["current"]]

    here.post(url)

    assert (kind(here), kind(there)) == ("person", "reporter")


def test_all_others_are_ended_by_their_holder(enter: Callable[..., Client]) -> None:
    here, there, elsewhere = enter(), enter(PHONE), enter(PHONE)

    here.post("/desk/account/sessions/end")

    assert [kind(one) for one in (here, there, elsewhere)] == ["person", "reporter", "reporter"]
    assert Record.objects.filter(topic="accounts.end_sessions").count() == 1


def test_an_ended_one_is_told_at_the_door(enter: Callable[..., Client]) -> None:
    here, there = enter(), enter(PHONE)
    here.post("/desk/account/sessions/end")

    answer = there.get("/desk/")

    assert answer.headers["Location"] == "/desk/sign-in?next=%2Fdesk%2F&ended=gone"


def test_of_an_ended_account_are_refused_at_the_next_request(
    enter: Callable[..., Client], worker: Account, demo: Actor, now: datetime
) -> None:
    browsers = [enter(), enter(PHONE)]

    actions.end_account(account=worker, reason="离职", actor=demo, at=now)

    assert [kind(one) for one in browsers] == ["reporter", "reporter"]


def test_end_with_the_old_password(enter: Callable[..., Client], worker: Account) -> None:
    here, there = enter(), enter(PHONE)

    here.post("/desk/password", {"current": PASSWORD, "new": OTHER, "again": OTHER})

    assert (kind(here), kind(there)) == ("person", "reporter")
    assert SessionRow.objects.filter(account=worker).count() == 1


def test_end_when_the_second_factor_is_taken_away(
    enter: Callable[..., Client],
    worker: Account,
    demo: Actor,
    system_administrator: Actor,
    now: datetime,
) -> None:
    here = enter()
    actions.enrol_totp(account=worker, secret=SECRET, actor=demo, at=now)

    actions.reset_totp(account=worker, actor=system_administrator, at=now)

    assert kind(here) == "reporter"


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN])
def test_are_ended_by_an_administrator(
    role: Role, enter: Callable[..., Client], hire: Hire, worker: Account, now: datetime
) -> None:
    browsers = [enter(), enter(PHONE)]
    administrator = acting_as(hire("admin", role, CITY), now)

    ended = actions.end_sessions(account=worker, actor=administrator, at=now)

    assert ended == 2
    assert [kind(one) for one in browsers] == ["reporter", "reporter"]


def test_are_not_ended_by_a_stranger(
    enter: Callable[..., Client], worker: Account, stranger: Actor, now: datetime
) -> None:
    here = enter()

    with pytest.raises(Denied):
        actions.end_sessions(account=worker, actor=stranger, at=now)
    assert kind(here) == "person"


def test_one_of_somebody_else_is_not_ended(
    enter: Callable[..., Client], worker: Account, stranger: Actor, now: datetime
) -> None:
    enter()
    (found,) = sessions.opened(worker, at=timezone_later(now))

    with pytest.raises(Denied):
        actions.end_session(account=worker, session_id=found.id, actor=stranger, at=now)


def test_the_others_of_somebody_else_are_not_ended(
    worker: Account, stranger: Actor, now: datetime
) -> None:
    with pytest.raises(Denied):
        actions.end_other_sessions(account=worker, kept="", actor=stranger, at=now)


def test_one_that_is_not_there_is_not_found(enter: Callable[..., Client]) -> None:
    assert enter().post("/desk/account/sessions/nothing/end").status_code == 404


def test_that_ran_out_are_not_listed(
    enter: Callable[..., Client], worker: Account, now: datetime
) -> None:
    enter()

    assert sessions.opened(worker, at=now + timedelta(minutes=31)) == []


def test_that_ran_out_are_swept(enter: Callable[..., Client], now: datetime) -> None:
    enter()

    actions.sweep_sessions(at=now + timedelta(hours=13))

    assert not SessionRow.objects.exists()


def timezone_later(now: datetime) -> datetime:
    """Return a moment after whatever the browsers did since ``now``."""
    return now + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WINDOWS, "Edge · Windows"),
        (PHONE, "WeChat · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox · Linux"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_told_by_browser_and_system_alone(agent: str, device: str) -> None:
    assert devices.named(agent) == device

"""From a session to an actor (会话与行为人): what one may is read anew in every request."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, queries
from quanyu.kernel.accounts.models import Account, GrantRow
from tests.kernel.accounts.cast import CITY, OTHER, STREET, Hire, body_of

SignIn = Callable[..., Any]


def who(browser: Client) -> dict[str, Any]:
    found: dict[str, Any] = browser.get("/who").json()
    return found


def test_without_a_session_is_a_reporter_who_reaches_nothing(db: None, browser: Client) -> None:
    found = who(browser)

    assert (found["kind"], found["roles"], found["places"]) == ("reporter", [], [])


def test_without_a_session_asks_the_database_for_nothing_but_the_reach(
    db: None, browser: Client
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get("/write/200")

    assert [q["sql"] for q in asked if q["sql"].startswith("SELECT")] == []


def test_with_an_invented_session_is_a_reporter(db: None, browser: Client) -> None:
    browser.cookies["quanyu"] = "abcdefghijklmnopqrstuvwxyz012345"

    assert who(browser)["kind"] == "reporter"


def test_is_a_person_with_the_grants_that_live(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")

    found = who(browser)
    assert (found["kind"], found["id"], found["name"]) == ("person", str(worker.pk), "周明")
    assert (found["roles"], found["places"]) == (["dispatcher"], [STREET])


def test_tells_the_database_the_same_reach(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")

    assert who(browser)["reach"].startswith("34/01/04/001/|34/01/04/0010|")


def test_an_account_without_grants_is_denied_by_default(
    hire: Hire, browser: Client, sign_in: SignIn
) -> None:
    hire("nobody")
    sign_in("nobody")

    found = who(browser)
    assert (found["kind"], found["roles"], found["places"]) == ("person", [], [])


def test_account_and_grants_are_read_in_one_query(
    worker: Account, hire: Hire, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")

    with CaptureQueriesContext(connection) as asked:
        browser.get("/who")

    about = [q["sql"] for q in asked if "accounts_account" in q["sql"]]
    assert len(about) == 1


def test_reading_leaves_no_trace_within_a_minute(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")

    with CaptureQueriesContext(connection) as asked:
        browser.get("/who")

    assert not [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE"))]


def test_a_grant_that_ends_stops_in_the_next_request(
    worker: Account, demo: Actor, browser: Client, sign_in: SignIn, now: datetime
) -> None:
    sign_in("zhou.ming")
    held = GrantRow.objects.get(account=worker)

    actions.end_grant(grant_id=held.pk, reason="调离", actor=demo, at=now)

    assert who(browser)["roles"] == []


def test_a_grant_of_tomorrow_does_not_count_today(
    worker: Account, demo: Actor, browser: Client, sign_in: SignIn, now: datetime
) -> None:
    actions.grant(
        account=worker,
        role=Role.CHECKER,
        region_path=STREET,
        granted_from=now + timedelta(days=1),
        reason="到岗",
        actor=demo,
        at=now,
    )
    sign_in("zhou.ming")

    assert who(browser)["roles"] == ["dispatcher"]


def test_an_account_that_ends_is_signed_out_in_the_next_request(
    worker: Account, demo: Actor, browser: Client, sign_in: SignIn, now: datetime
) -> None:
    sign_in("zhou.ming")

    actions.end_account(account=worker, reason="离职", actor=demo, at=now)

    assert who(browser)["kind"] == "reporter"


def test_a_new_password_ends_the_sessions_of_the_old_one(
    worker: Account, demo: Actor, browser: Client, sign_in: SignIn, now: datetime
) -> None:
    sign_in("zhou.ming")

    actions.set_password(account=worker, password=OTHER, actor=demo, at=now)

    assert who(browser)["kind"] == "reporter"


def moved_back(browser: Client, key: str, span: timedelta) -> None:
    session = browser.session
    session[key] -= int(span.total_seconds())
    session.save()


def test_half_an_hour_without_a_word_ends_the_session(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")
    moved_back(browser, "seen", timedelta(minutes=30))

    answer = browser.get("/desk/")
    assert answer.headers["Location"] == "/desk/sign-in?next=%2Fdesk%2F&ended=idle"


def test_a_word_now_and_then_keeps_the_session(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")
    moved_back(browser, "seen", timedelta(minutes=29))
    browser.get("/who")
    moved_back(browser, "seen", timedelta(minutes=29))

    assert who(browser)["kind"] == "person"


def test_twelve_hours_end_the_session_however_busy(
    worker: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("zhou.ming")
    moved_back(browser, "began", timedelta(hours=12))

    answer = browser.get("/desk/")
    assert "ended=long" in answer.headers["Location"]


def test_the_desk_sends_who_is_unknown_to_the_sign_in(db: None, browser: Client) -> None:
    answer = browser.get("/desk/")

    assert answer.headers["Location"] == "/desk/sign-in?next=%2Fdesk%2F"


def test_the_desk_tells_htmx_to_go_there_as_a_whole(db: None, browser: Client) -> None:
    answer = browser.get("/desk/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        204,
        "/desk/sign-in?next=%2Fdesk%2F",
    )


@pytest.fixture
def many(hire: Hire, demo: Actor, now: datetime) -> Account:
    """Somebody with posts in four streets and in one body."""
    account = hire("many", Role.CHECKER, "34/01/04/001/")
    for path in ("34/01/04/002/", "34/01/04/003/", "34/01/11/001/"):
        actions.grant(
            account=account,
            role=Role.DISPATCHER,
            region_path=path,
            reason="兼管",
            actor=demo,
            at=now - timedelta(hours=1),
        )
    actions.grant(
        account=account,
        role=Role.HANDLER,
        body=body_of("street-works"),
        reason="派驻",
        actor=demo,
        at=now - timedelta(hours=1),
    )
    return account


def test_with_four_places_sees_nothing_before_a_hat_is_chosen(
    many: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("many")

    found = who(browser)
    assert (found["roles"], found["places"], found["bodies"]) == ([], [], [])


def test_with_four_places_is_led_to_the_hats(
    many: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("many")

    assert browser.get("/desk/").headers["Location"] == "/desk/hat?next=%2Fdesk%2F"


def test_under_a_hat_has_its_grants_alone(many: Account, browser: Client, sign_in: SignIn) -> None:
    sign_in("many")

    browser.post("/desk/hat", {"hat": "34/01/04/002/"})

    found = who(browser)
    assert (found["roles"], found["places"], found["bodies"]) == (
        ["dispatcher"],
        ["34/01/04/002/"],
        [],
    )


def test_a_body_is_a_hat_too(
    many: Account, browser: Client, sign_in: SignIn, now: datetime
) -> None:
    sign_in("many")
    body = next(grant.body for grant in queries.grants_of(many, at=now) if grant.body)

    browser.post("/desk/hat", {"hat": str(body)})

    found = who(browser)
    assert (found["roles"], found["places"], found["bodies"]) == (["handler"], [], [str(body)])


def test_a_hat_that_is_not_ones_own_is_not_there(
    many: Account, browser: Client, sign_in: SignIn
) -> None:
    sign_in("many")

    assert browser.post("/desk/hat", {"hat": CITY}).status_code == 404


def test_a_hat_whose_grant_ends_falls(
    many: Account, demo: Actor, browser: Client, sign_in: SignIn, now: datetime
) -> None:
    sign_in("many")
    browser.post("/desk/hat", {"hat": "34/01/04/002/"})
    held = GrantRow.objects.get(account=many, region_path="34/01/04/002/")

    actions.end_grant(grant_id=held.pk, reason="调离", actor=demo, at=now)

    assert "34/01/04/002/" not in who(browser)["places"]

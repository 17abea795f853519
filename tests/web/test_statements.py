"""How many statements a page or a verb takes, and that an act is one commit (语句数)."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quanyu.events import actions
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from tests.conftest import POINT, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
OVERHEAD = re.compile(
    r"^(SAVEPOINT|RELEASE|ROLLBACK|SET LOCAL|BEGIN|COMMIT)|accounts_(account|grant|session)"
)
"""Session and transaction control: who asks, in what reach, in which transaction."""

MOST = 12
REPORT = {"text": "路灯坏了三天，晚上看不见路", "lon": POINT[0], "lat": POINT[1]}


def statements(browser: Client, url: str) -> int:
    """Count a page's statements at its second visit: the first fills the process's caches."""
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len([one for one in asked.captured_queries if not OVERHEAD.search(one["sql"])])


@pytest.fixture
def reported_by_many(act: Any, said: actions.Report, at: datetime) -> Any:
    """Report as many matters as asked for."""

    def report(count: int) -> list[actions.Receipt]:
        return [act(actions.report, said=said, actor=REPORTER, at=at) for _ in range(count)]

    return report


@pytest.fixture
def chief() -> Actor:
    """Who may open nearly every page of the desk in the whole city."""
    grants = [
        grant
        for role in (Role.OPERATOR, Role.DISTRICT_ADMIN, Role.AUDITOR)
        for grant in person(role, settings.QUANYU_CITY).grants
    ]
    return Actor(
        person(Role.OPERATOR).kind, person(Role.OPERATOR).id, frozenset(grants), name="方圆"
    )


PAGES = (
    *("/desk/", "/desk/matters", "/desk/matters?state=open", "/desk/map", "/desk/report"),
    *("/desk/map/data.geojson", "/api/v1/events?size=100"),
)


@pytest.mark.parametrize("url", PAGES)
def test_a_page_takes_as_many_statements_for_fifty_matters_as_for_five(
    url: str, reported_by_many: Any, operator: Actor
) -> None:
    browser = browser_of(operator)
    reported_by_many(5)
    few = statements(browser, url)
    reported_by_many(45)

    assert statements(browser, url) == few
    assert few <= MOST


REFERENCE = (
    *("/desk/duties", "/desk/codes/event_class", "/desk/audit"),
    *("/desk/places", "/desk/estates", "/desk/buildings", "/desk/grids/list"),
)


@pytest.mark.parametrize("url", REFERENCE)
def test_a_page_of_reference_data_takes_few_statements(
    url: str, reported_by_many: Any, chief: Actor
) -> None:
    reported_by_many(5)

    assert statements(browser_of(chief), url) <= MOST


@pytest.mark.parametrize("url", ["/", "/report", "/follow", "/desk/sign-in", "/healthz"])
def test_a_page_for_everybody_takes_few_statements(url: str, client: Client) -> None:
    assert statements(client, url) <= 4


def test_following_a_report_takes_few_statements(reported_by_many: Any, client: Client) -> None:
    code = reported_by_many(1)[0].code.replace(" ", "")

    assert statements(client, reverse("follow_code", args=[code])) <= MOST


# ------------------------------------------------------------------ one commit an act


def post(client: Client, url: str, given: dict[str, Any], **headers: str) -> Any:
    return client.post(url, json.dumps(given), "application/json", headers=headers)


def commits() -> int:
    """Return how many transactions this database has committed, this session's own told now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def committed() -> Any:
    """Count the commits of one call, less those that the counting itself takes."""

    def count(call: Any) -> int:
        commits()
        idle = -commits() + commits()
        before = commits()
        call()
        return commits() - before - idle

    return count


@pytest.mark.django_db(transaction=True)
def test_a_report_is_one_commit(committed: Any, client: Client) -> None:
    post(client, "/api/v1/public/reports", REPORT, **{"Idempotency-Key": "first"})
    key = {"Idempotency-Key": "second"}

    assert committed(lambda: post(client, "/api/v1/public/reports", REPORT, **key)) == 1


def test_a_report_takes_three_statements(client: Client) -> None:
    post(client, "/api/v1/public/reports", REPORT, **{"Idempotency-Key": "first"})
    with CaptureQueriesContext(connection) as asked:
        post(client, "/api/v1/public/reports", REPORT, **{"Idempotency-Key": "second"})

    sent = [one["sql"] for one in asked if not OVERHEAD.search(one["sql"])]
    assert len(sent) == 3, sent
    # One: the request's own transaction, which stands inside that of the test.
    assert len([one for one in asked if one["sql"].startswith("SAVEPOINT")]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_verb_is_one_commit(committed: Any, client: Client, operator: Actor) -> None:
    receipt = post(client, "/api/v1/public/reports", REPORT).json()
    browser = browser_of(operator)
    browser.get("/desk/")

    def accept() -> None:
        page = browser.post(reverse("desk_act", args=[receipt["number"], "accept"]), {"version": 1})
        assert page.status_code == 302

    assert committed(accept) == 1

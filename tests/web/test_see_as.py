"""A leader sees as a colleague does, and changes nothing (此人视角)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts import seen
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.keys import uuid7
from tests.conftest import GRID, STREET, found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
COMMUNITY = "34/01/04/001/001/"


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER, name="韩四")


@pytest.fixture
def worker() -> Actor:
    """A grid worker of the street whom the commander leads."""
    return person(Role.GRID_WORKER, GRID, name="李军")


@pytest.fixture
def at_desk(worker: Actor) -> Client:
    return browser_of(worker)


@pytest.fixture
def seeing(commander: Actor, worker: Actor, at_desk: Client) -> Client:
    """The commander's browser, seeing as the worker."""
    browser = browser_of(commander)
    assert browser.post(reverse("desk_see_as", args=[worker.id])).status_code == 302
    return browser


def numbers(browser: Client) -> set[str]:
    return {row["number"] for row in browser.get("/desk/matters").context["rows"]}


def test_sees_the_matters_that_the_colleague_sees(
    reported: Event, commander: Actor, seeing: Client, at_desk: Client
) -> None:
    assert numbers(seeing) == numbers(at_desk)


def test_reads_why_the_colleague_may_and_asks_for_nothing(seeing: Client) -> None:
    page = seeing.get("/desk/grants")

    assert [one["role"] for one in page.context["held"]] == ["网格员"]
    assert page.context["form"] is page.context["deputy_form"] is None
    assert page.context["me"]["role"] == "李军的视角"


def test_sees_no_more_than_the_colleague(reported: Event, commander: Actor, worker: Actor) -> None:
    grids = [f"{COMMUNITY}g00{number}/" for number in range(1, 9)]
    other = next(grid for grid in grids if not reported.region_path.startswith(grid))
    elsewhere = person(Role.GRID_WORKER, other, name="赵六")
    browser_of(elsewhere)
    browser = browser_of(commander)
    assert numbers(browser)

    browser.post(reverse("desk_see_as", args=[elsewhere.id]))

    assert numbers(browser) == set()


def test_has_the_same_reach_in_the_database(commander: Actor, worker: Actor) -> None:
    browser_of(commander)
    browser_of(worker)
    request = _request({seen.SEEN: {"account": str(worker.id), "began": _now()}})

    found = seen.as_colleague(request, commander, at=timezone.now())

    assert found is not None
    assert (found[0].ranges, found[0].bodies) == (worker.ranges, worker.bodies)
    assert found[0].id == commander.id


def test_says_on_each_page_whose_view_it_is(seeing: Client) -> None:
    for url in ("/desk/", "/desk/matters", "/desk/grants"):
        assert "李军" in seeing.get(url).content.decode()
        assert reverse("desk_see_as_oneself") in seeing.get(url).content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "/desk/report",
        "/desk/grants/ask",
        "/desk/grants/deputies",
        "/desk/hat",
        "/desk/password",
        "/api/v1/events",
    ],
)
def test_every_act_is_refused(url: str, seeing: Client) -> None:
    assert seeing.post(url, {}).status_code == 403
    assert Record.objects.filter(topic="accounts.see_as.refused").count() == 1


def test_an_act_on_a_matter_is_refused(reported: Event, seeing: Client) -> None:
    for name in ("accept", "verify", "contact"):
        answer = seeing.post(f"/desk/matters/{reported.number}/{name}", {"version": 1})
        assert answer.status_code == 403
    assert found(reported.pk).state == "reported"


def test_the_database_refuses_a_write_as_well(commander: Actor) -> None:
    def rename() -> None:
        with transaction.atomic():
            set_scope(commander)
            seen.only_read()
            Account.objects.filter(username__gt="").update(name="改名")

    with pytest.raises(InternalError, match="read-only"):
        rename()


def test_pages_read_in_a_transaction_that_cannot_write(seeing: Client) -> None:
    def told(*_args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            modes.append(cursor.fetchone()[0])

    modes: list[str] = []
    with connection.execute_wrapper(_watch(told)):
        seeing.get("/desk/matters")

    assert "on" in modes


def test_ends_when_one_says_so(reported: Event, seeing: Client, commander: Actor) -> None:
    answer = seeing.post(reverse("desk_see_as_oneself"))

    assert answer.status_code == 302
    assert "正在以" not in seeing.get("/desk/matters").content.decode()
    topics = Record.objects.filter(actor_id=commander.id).values_list("topic", flat=True)
    assert {"accounts.see_as", "accounts.see_as_oneself"} <= set(topics)


def test_ends_after_a_quarter_of_an_hour(seeing: Client) -> None:
    session = seeing.session
    session[seen.SEEN] = session[seen.SEEN] | {"began": _now() - 15 * 60}
    session.save()

    assert "正在以" not in seeing.get("/desk/matters").content.decode()
    assert Record.objects.filter(topic="accounts.see_as_oneself").exists()


def test_ends_when_the_colleague_gets_more_than_the_leader_sees(
    seeing: Client, worker: Actor
) -> None:
    GrantRow.objects.create(
        account=Account.objects.get(name=worker.name),
        role=Role.CHECKER,
        region_path="34/01/",
        granted_from=timezone.now() - timedelta(hours=1),
    )

    assert "正在以" not in seeing.get("/desk/matters").content.decode()


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN])
def test_nobody_sees_as_an_administrator(role: Role, commander: Actor) -> None:
    administrator = person(role, STREET)
    browser_of(administrator)

    answer = browser_of(commander).post(reverse("desk_see_as", args=[administrator.id]))

    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.OPERATOR, Role.CHECKER])
def test_who_leads_nothing_sees_as_nobody(role: Role, worker: Actor) -> None:
    browser_of(worker)

    answer = browser_of(person(role)).post(reverse("desk_see_as", args=[worker.id]))

    assert answer.status_code == 404


def test_a_leader_of_another_place_sees_as_nobody_here(worker: Actor) -> None:
    browser_of(worker)
    other = person(Role.DISTRICT_ADMIN, "34/01/02/")

    assert browser_of(other).post(reverse("desk_see_as", args=[worker.id])).status_code == 404


def test_a_leader_does_not_see_as_somebody_with_more(commander: Actor) -> None:
    wide = Actor(
        ActorKind.PERSON,
        uuid7(),
        frozenset({Grant(Role.OPERATOR, STREET), Grant(Role.OPERATOR, "34/01/02/")}),
        name="孙远",
    )
    browser_of(wide)

    assert browser_of(commander).post(reverse("desk_see_as", args=[wide.id])).status_code == 404


def test_the_colleague_is_found_where_one_leads(commander: Actor, worker: Actor) -> None:
    browser_of(worker)
    browser_of(commander)

    found = accounts.circle(actor=commander, at=timezone.now())

    assert {account.name for account, _held in found} == {"李军", "韩四"}


def _watch(told: Any) -> Any:
    def wrapped(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "events_event" in str(sql) and not busy:
            busy.append(True)
            told()
            busy.pop()
        return result

    busy: list[bool] = []
    return wrapped


def _now() -> int:
    return int(timezone.now().timestamp())


def _request(session: dict[str, Any]) -> Any:
    class Asked:
        """What of a request is looked at."""

    asked = Asked()
    asked.session = session  # type: ignore[attr-defined]
    return asked


def test_is_told_where_a_look_would_have_written(seeing: Client, worker: Actor) -> None:
    """A follow code that is tried is counted, and that is a write."""
    answer = seeing.get("/follow", {"code": "2345-6789-ABCD"})

    assert answer.status_code == 403
    assert answer.templates[0].name == "accounts/read_only.html"
    assert "X-Quanyu-Barred" not in answer.headers
    assert Record.objects.filter(topic="accounts.see_as.refused").count() == 1
    assert seeing.get("/desk/matters").status_code == 200

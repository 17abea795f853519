"""Pages of requests, deputies and reviews (授权申请、代理、复核的页面)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import actions, queries
from quanyu.kernel.accounts.models import Account, Deputy, GrantRequest, GrantRow, ReviewLine
from quanyu.kernel.keys import uuid7
from quanyu.web import context
from tests.conftest import GRID, STREET, person
from tests.seat import administrator, browser_of

pytestmark = pytest.mark.django_db
CITY = "34/01/"
WANTED = {"role": "checker", "region_path": "三里庵街道", "reason": "轮岗"}


@pytest.fixture
def worker() -> Actor:
    return person(Role.GRID_WORKER, GRID, name="李军")


@pytest.fixture
def at_desk(worker: Actor) -> Client:
    return browser_of(worker)


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER, name="韩四")


@pytest.fixture
def leading(commander: Actor) -> Client:
    return browser_of(commander)


@pytest.fixture
def security() -> Client:
    return administrator(person(Role.SEC_ADMIN, CITY, name="孙二"))


@pytest.fixture
def asked(at_desk: Client) -> GrantRequest:
    assert at_desk.post(reverse("desk_grant_ask"), WANTED).status_code == 302
    return GrantRequest.objects.get()


def account_of(actor: Actor) -> Account:
    assert actor.id is not None, "a person has a key"
    return Account.objects.get(pk=actor.id)


def held(actor: Actor) -> frozenset[Grant]:
    return queries.grants_of(account_of(actor), at=timezone.now())


def test_says_what_i_may_do_and_why(at_desk: Client) -> None:
    page = at_desk.get("/desk/grants")

    [grant] = page.context["held"]
    assert (grant["role"], grant["because"]) == ("网格员", "由系统按岗位授予")
    assert "上报" in grant["acts"]


def test_says_why_at_one_place(at_desk: Client) -> None:
    assert at_desk.get("/desk/grants", {"place": GRID}).context["held"]
    assert at_desk.get("/desk/grants", {"place": "34/01/02/"}).context["held"] == []


def test_a_place_that_is_none_is_a_bad_request(at_desk: Client) -> None:
    assert at_desk.get("/desk/grants", {"place": "桃花源"}).status_code == 400


def test_a_request_is_approved_and_counts_in_the_open_session(
    asked: GrantRequest, at_desk: Client, worker: Actor, security: Client
) -> None:
    page = security.get("/desk/grants/requests")
    assert page.context["waiting"] == 1

    security.post(reverse("desk_grant_approve", args=[asked.pk]), {"reason": "同意"})

    assert Grant("checker", STREET) in held(worker)
    assert len(at_desk.get("/desk/grants").context["held"]) == 2


def test_a_request_is_refused_with_the_reason_on_the_page(
    asked: GrantRequest, at_desk: Client, security: Client
) -> None:
    url = reverse("desk_grant_refuse", args=[asked.pk])
    assert security.post(url, {"reason": ""}).status_code == 422

    security.post(url, {"reason": "岗位已满"})

    assert "岗位已满" in at_desk.get("/desk/grants/requests?show=done").content.decode()


def test_a_request_is_withdrawn(asked: GrantRequest, at_desk: Client) -> None:
    at_desk.post(reverse("desk_grant_withdraw", args=[asked.pk]))

    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_another_desk_decides_nothing(asked: GrantRequest, leading: Client) -> None:
    for name in ("approve", "refuse", "withdraw"):
        url = reverse(f"desk_grant_{name}", args=[asked.pk])
        assert leading.post(url, {"reason": "同意"}).status_code == 404


def test_a_leader_asks_for_somebody(leading: Client, at_desk: Client, worker: Actor) -> None:
    page = leading.get(reverse("desk_circle_person", args=[worker.id]))
    assert page.context["person"]["name"] == "李军"

    leading.post(reverse("desk_circle_ask", args=[worker.id]), WANTED)

    assert GrantRequest.objects.get().account_id == worker.id


def test_who_leads_nothing_has_no_list_of_people(at_desk: Client) -> None:
    assert at_desk.get("/desk/grants/people").status_code == 404


def test_names_a_deputy_and_ends_it(at_desk: Client, worker: Actor) -> None:
    other = person(Role.COMMUNITY_OFFICER, name="沈芸")
    browser_of(other)
    name = account_of(other).username
    until = (timezone.localdate() + timedelta(days=5)).isoformat()

    at_desk.post(
        reverse("desk_deputy_name"), {"account": name, "granted_to": until, "reason": "年休假"}
    )
    assert Grant("grid_worker", GRID) in held(other)
    assert "沈芸" in at_desk.get("/desk/grants").content.decode()

    at_desk.post(reverse("desk_deputy_end", args=[Deputy.objects.get().pk]), {"reason": "返岗"})
    assert Grant("grid_worker", GRID) not in held(other)


def test_says_why_nobody_was_named(at_desk: Client) -> None:
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    given = {"account": "nobody", "granted_to": day, "reason": "年休假"}

    answer = at_desk.post(reverse("desk_deputy_name"), given)

    assert answer.status_code == 409
    assert answer.context["refusal"]["sentence"].startswith("没有这个用户名，或")


def test_reviews_grants(security: Client, at_desk: Client, worker: Actor) -> None:
    security.post(reverse("desk_review_open"))
    line = ReviewLine.objects.get(account=worker.id)
    url = reverse("desk_review", args=[line.review_id])
    assert len(security.get(url).context["rows"]) == 2

    decide = reverse("desk_review_decide", args=[line.review_id])
    wrong = security.post(decide, {"line": [str(line.pk)], "verdict": "end", "reason": ""})
    assert wrong.status_code == 422
    security.post(decide, {"line": [str(line.pk)], "verdict": "end", "reason": "已调离"})

    assert held(worker) == frozenset()
    assert at_desk.get("/desk/matters").status_code == 403


def test_a_leader_proposes(security: Client, leading: Client, commander: Actor) -> None:
    other = person(Role.CHECKER)
    browser_of(other)
    security.post(reverse("desk_review_open"))
    line = ReviewLine.objects.get(account=other.id)

    leading.post(
        reverse("desk_review_decide", args=[line.review_id]),
        {"line": [str(line.pk)], "verdict": "end", "reason": "已不在岗"},
    )

    line.refresh_from_db()
    assert (line.proposal, line.verdict) == ("end", "")


def test_lists_what_ends_soon(security: Client, at_desk: Client, worker: Actor) -> None:
    GrantRow.objects.update(granted_to=timezone.now() + timedelta(days=9))

    page = security.get("/desk/grants/ending")

    assert {row["name"] for row in page.context["rows"]} == {"李军", "孙二"}


def test_tells_an_administrator_what_somebody_sees(
    security: Client, at_desk: Client, worker: Actor
) -> None:
    page = security.get(reverse("desk_person_sees", args=[worker.id]))

    assert "事项" in page.context["doors"]
    assert page.context["held"][0]["role"] == "网格员"
    assert at_desk.get(reverse("desk_person_sees", args=[worker.id])).status_code == 404


PAGES = ("requests", "requests?show=done", "ending", "reviews")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.COMMANDER])
def test_opens_to_who_answers_for_grants(page: str, role: Role) -> None:
    seat = browser_of if role is Role.COMMANDER else administrator
    assert seat(person(role, CITY)).get(f"/desk/grants/{page}").status_code == 200


def test_the_reviews_are_no_page_for_a_worker(at_desk: Client) -> None:
    assert at_desk.get("/desk/grants/reviews").status_code == 404


def test_takes_as_many_statements_for_twenty_requests_as_for_two(
    security: Client, at_desk: Client, django_assert_max_num_queries: Any
) -> None:
    at = timezone.now()
    for number in range(20):
        other = person(Role.GRID_WORKER, GRID, name=f"网格{number}")
        browser_of(other)
        actions.ask_grant(
            account=account_of(other),
            role=Role.CHECKER,
            region_path=STREET,
            reason="轮岗",
            actor=other,
            at=at,
        )

    security.get("/desk/grants/requests")
    with django_assert_max_num_queries(18):
        assert len(security.get("/desk/grants/requests").context["rows"]) == 20


def test_who_holds_nothing_yet_begins_where_they_can_ask() -> None:
    newcomer = Actor(ActorKind.PERSON, uuid7(), frozenset(), name="黎小满")

    first = browser_of(newcomer).get("/desk/", follow=True)

    assert first.redirect_chain == [("/desk/grants", 302)]
    assert first.context["open"] == "ask"
    assert [door["key"] for group in first.context["nav"] for door in group["doors"]] == ["grants"]


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        (Role.DISPATCHER, ["work", "matters", "map"]),
        (Role.SYS_ADMIN, ["people", "requests", "reviews"]),
    ],
)
def test_has_the_doors_one_begins_at_in_reach_of_the_thumb(role: Role, keys: list[str]) -> None:
    assert [door["key"] for door in context.tabs(frozenset({role}))] == keys


def test_tells_one_first_grid_from_another() -> None:
    browser = browser_of(person(Role.GRID_WORKER, GRID))

    held = browser.get("/desk/grants").context["held"]

    assert [one["place"] for one in held] == ["梅山路社区 第一网格"]


def test_a_party_officer_begins_with_the_party_organisations() -> None:
    browser = browser_of(person(Role.PARTY_OFFICER, STREET))

    assert browser.get(reverse("desk"), follow=True).redirect_chain == [("/desk/party", 302)]

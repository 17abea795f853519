"""Odd input … is answered with a page and never with a fault (异常输入)."""

import pytest
from django.test import Client

from quanyu.kernel.access.rules import Actor
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", ["/follow?code=%00", "/desk/matters?q=%00", "/%00"])
def test_with_a_nul_in_the_address_is_400(operator: Actor, url: str) -> None:
    assert browser_of(operator).get(url).status_code == 400


def test_with_a_nul_in_a_form_is_400(client: Client) -> None:
    response = client.post("/report", {"text": "坏了\x00的灯", "address": "路口"})

    assert response.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "q=%27%22%3B--",
        "place=34/01",
        "place=%F0%9F%98%80",
        "class=99999999999",
        "body=no",
        "since=never",
        "since=9999-99-99",
        "state=lost",
        "due=when",
        "sort=up",
        "after=x",
        "after=_",
        "after=2026-01-01T00:00:00%2B08:00_not-a-key",
        "channel=smoke",
        "urgent=maybe",
        "q=" + "长" * 500,
    ],
)
def test_in_the_filters_of_the_list_is_no_fault(operator: Actor, query: str) -> None:
    browser = browser_of(operator)

    answers = {browser.get(f"{page}?{query}").status_code for page in PAGES}

    assert max(answers) < 500


PAGES = ("/desk/matters", "/desk/map", "/desk/duties", "/desk/codes", "/api/v1/events")


@pytest.mark.parametrize(
    "form",
    [
        {"text": "长" * 5000, "address": "路" * 500},
        {"text": "灯坏了", "lon": "nan", "lat": "31.8"},
        {"text": "灯坏了", "lon": "1e999", "lat": "31.8"},
        {"text": "灯坏了", "lon": "东", "lat": "北"},
        {"text": "灯坏了", "address": "路口", "class_code": "x" * 99},
        {"text": "灯坏了", "address": "路口", "phone": "1" * 99, "name": "张" * 99},
        {"text": "灯坏了", "address": "路口", "key": "k" * 999},
        {},
    ],
)
def test_in_a_report_is_no_fault(client: Client, form: dict[str, str]) -> None:
    assert client.post("/report", form).status_code < 500


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/v1/events/not-a-uuid", 404),
        ("get", "/api/v1/public/reports", 405),
        ("patch", "/api/v1/events", 405),
        ("get", "/api/v1/public/reports/%00", 400),
    ],
)
@pytest.mark.parametrize(("language", "ours"), [("zh", True), ("en", False), ("xx", True)])
def test_at_the_api_is_a_problem_in_the_callers_language(
    client: Client, method: str, url: str, status: int, language: str, ours: bool
) -> None:
    answer = getattr(client, method)(url, headers={"Accept-Language": language})

    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status)
    assert answer["Content-Type"] == "application/problem+json"
    assert any(sign >= "\u4e00" for sign in told["title"]) is ours
    assert answer.headers.get("Allow", "") in told["detail"]


@pytest.mark.parametrize("body", ["{", b'{"text":"\xff"}', "[" * 9999, "text=5"])
def test_that_is_no_json_says_what_the_api_reads(client: Client, body: str | bytes) -> None:
    answer = client.post("/api/v1/public/reports", body, content_type="application/json")

    assert (answer.status_code, "JSON" in answer.json()["detail"]) == (400, True)


def test_with_half_a_sign_is_said_in_chinese(client: Client) -> None:
    body = '{"text": "坏了\\ud800", "address": "路口"}'

    answer = client.post("/api/v1/public/reports", body, content_type="application/json")

    assert answer.json()["errors"][0]["message"] == "须是文字"


def test_with_no_body_at_all_says_what_is_missing(client: Client) -> None:
    answer = client.post("/api/v1/public/reports", content_type="application/json")

    assert answer.status_code in {400, 422}
    assert "“”" not in answer.json()["detail"]

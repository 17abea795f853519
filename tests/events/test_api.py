"""The JSON API: what comes in, what goes out, and every no as a problem document."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER, Actor, system
from quanyu.kernel.access.scope import set_scope
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
REPORTS = "/api/v1/public/reports"


@pytest.fixture
def at() -> datetime:
    """Now: the API's own clock."""
    return timezone.now()


def send(client: Client, body: dict[str, Any], **headers: str) -> Any:
    return client.post(REPORTS, body, "application/json", headers=headers)


BODY = {"text": "路灯坏了三天了", "lon": 117.23, "lat": 31.82}


def test_a_report_gives_a_code_in_fours(client: Client) -> None:
    response = send(client, BODY)

    assert response.status_code == 201
    assert [len(part) for part in response.json()["code"].split(" ")] == [4, 4, 4, 4]


def test_a_report_is_followed_by_its_code(client: Client) -> None:
    code = send(client, BODY).json()["code"]

    response = client.get(f"{REPORTS}/{code.replace(' ', '')}")

    assert (response.status_code, response.json()["state"]) == (200, "reported")


def test_following_shows_neither_name_nor_contact(client: Client) -> None:
    contact = {"name": "张三丰", "phone": "13800138000"}
    code = send(client, BODY | {"contact": contact}).json()["code"]

    whole = client.get(f"{REPORTS}/{code}").content.decode()

    assert "张三丰" not in whole
    assert "138" not in whole.replace(code, "")


def test_an_unknown_and_a_malformed_code_are_answered_alike(client: Client) -> None:
    unknown = client.get(f"{REPORTS}/0000000000000000")
    malformed = client.get(f"{REPORTS}/drop-table")

    assert unknown.status_code == malformed.status_code == 404
    assert unknown.content == malformed.content


def test_the_same_key_and_body_is_one_report(client: Client) -> None:
    first = send(client, BODY, Idempotency_Key="k1")
    second = send(client, BODY, Idempotency_Key="k1")

    assert (second.status_code, second.json()) == (201, first.json())


def test_the_same_key_with_another_body_is_refused(client: Client) -> None:
    send(client, BODY, Idempotency_Key="k1")

    response = send(client, BODY | {"text": "另一件事情"}, Idempotency_Key="k1")

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["field"] == "Idempotency-Key"


def test_a_report_of_nowhere_says_which_field_is_missing(client: Client) -> None:
    response = send(client, {"text": "这里有个坑"})

    assert (response.status_code, response.json()["field"]) == (422, "address")


def test_a_wrong_coordinate_is_named(client: Client) -> None:
    response = send(client, BODY | {"lat": 95})

    assert response.status_code == 422
    assert response.json()["field"] == "lat"


def test_a_wrong_coordinate_is_told_in_chinese(client: Client) -> None:
    response = send(client, BODY | {"lat": 95}, Accept_Language="zh-CN")

    assert response.json()["detail"] == "“lat”填写有误：不得大于 90"


@pytest.mark.parametrize(
    "body",
    [
        {"text": 5},
        {"text": "路"},
        {"text": "路" * 3000},
        BODY | {"lon": "东"},
        BODY | {"lon": True, "lat": None},
        BODY | {"contact": "13800138000"},
        BODY | {"contact": {"name": "张" * 99}},
        ["路灯"],
    ],
)
def test_every_fault_of_a_body_has_a_sentence_of_ours(client: Client, body: Any) -> None:
    response = send(client, body, Accept_Language="zh-CN")

    assert response.status_code == 422
    assert not response.json()["detail"].isascii()
    assert all(not error["message"].isascii() for error in response.json().get("errors", []))


@pytest.mark.parametrize("text", ["坏了\x00的路灯", "\ud800坏了", "路灯\u202e坏了"])
def test_odd_characters_make_no_fault(client: Client, text: str) -> None:
    response = send(client, BODY | {"text": text})

    assert response.status_code in {201, 422}


def test_an_unknown_field_is_not_swallowed(client: Client) -> None:
    response = send(client, BODY | {"categry": "0102"})

    assert (response.status_code, response.json()["field"]) == (422, "categry")


def test_no_json_is_a_problem_and_not_a_traceback(client: Client) -> None:
    response = client.post(REPORTS, "{", "application/json")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_the_sentence_comes_in_the_readers_language(client: Client) -> None:
    chinese = send(client, {"text": "这里有个坑"}, Accept_Language="zh-CN")
    english = send(client, {"text": "这里有个坑"}, Accept_Language="en")

    assert chinese.json()["detail"] != english.json()["detail"]
    assert english.json()["detail"].isascii()


def test_one_report_too_many_is_told_when_to_come_back(client: Client, settings: Any) -> None:
    settings.QUANYU_REPORTS_A_DAY = 2
    for number in range(2):
        assert send(client, BODY | {"text": f"第{number}处路灯坏了"}).status_code == 201

    response = send(client, BODY)

    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 86_400


def test_the_loopback_address_is_not_exempt_and_a_forged_header_does_not_help(
    client: Client, settings: Any
) -> None:
    settings.QUANYU_REPORTS_A_DAY = 1
    send(client, BODY)

    response = send(client, BODY, X_Forwarded_For="203.0.113.9")

    assert response.status_code == 429


def test_one_telephone_is_limited_whatever_the_address(client: Client, settings: Any) -> None:
    settings.QUANYU_REPORTS_A_DAY = 1
    body = BODY | {"contact": {"phone": "13800138000"}}
    client.post(REPORTS, body, "application/json", REMOTE_ADDR="203.0.113.1")

    response = client.post(REPORTS, body, "application/json", REMOTE_ADDR="203.0.113.2")

    assert response.status_code == 429


def test_guessing_codes_is_limited(client: Client, settings: Any) -> None:
    settings.QUANYU_CODES_A_MINUTE = 1
    client.get(f"{REPORTS}/0000000000000000")

    assert client.get(f"{REPORTS}/0000000000000001").status_code == 429


def test_following_ones_own_report_is_not_guessing(client: Client, settings: Any) -> None:
    settings.QUANYU_CODES_A_MINUTE = 1
    code = send(client, BODY).json()["code"]
    for _again in range(3):
        response = client.get(f"{REPORTS}/{code}")

    assert response.status_code == 200


def test_health_and_readiness_answer(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


# ------------------------------------------------------------------ staff


@pytest.fixture
def desk(db: None, operator: Actor) -> Client:
    """The operator at the API."""
    return browser_of(operator)


@pytest.fixture
def reported(said: actions.Report, at: datetime) -> Event:
    set_scope(REPORTER)
    key = actions.report(said=said, actor=REPORTER, at=at).id
    set_scope(system("34/01/", job="tests"))
    return Event.objects.get(pk=key)


def post(client: Client, event: Event, verb: str, body: dict[str, Any], **headers: str) -> Any:
    url = f"/api/v1/events/{event.id}/{verb}"
    return client.post(url, json.dumps(body), "application/json", headers=headers)


def test_staff_must_sign_in(client: Client, reported: Event) -> None:
    response = client.get(f"/api/v1/events/{reported.id}")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"


def test_a_verb_answers_with_the_matter_as_it_now_stands(desk: Client, reported: Event) -> None:
    response = post(desk, reported, "accept", {})

    assert (response.status_code, response.json()["state"]) == (200, "accepted")
    assert "file" in response.json()["offers"]
    assert response["ETag"] == '"2"'


def test_a_verb_says_why_not(desk: Client, reported: Event) -> None:
    post(desk, reported, "accept", {})

    response = post(desk, reported, "accept", {})

    assert response.status_code == 409
    assert response.json()["verb"] == "accept"


def test_an_act_on_an_older_version_is_refused(desk: Client, reported: Event) -> None:
    post(desk, reported, "accept", {})

    response = post(desk, reported, "void", {"reason": "duplicate"}, If_Match='"1"')

    assert (response.status_code, response.json()["allowed"]) == (412, ['"2"'])


def test_a_stranger_finds_nothing(stranger: Actor, reported: Event) -> None:
    response = post(browser_of(stranger), reported, "accept", {})

    assert response.status_code == 404


def test_the_list_comes_a_page_at_a_time(desk: Client, reported: Event, said: Any, at: Any) -> None:
    set_scope(REPORTER)
    for number in range(3):
        other = actions.Report(text=f"第{number}个井盖", lon=117.23, lat=31.82)
        actions.report(said=other, actor=REPORTER, at=at)
    first = desk.get("/api/v1/events?size=3&sort=new").json()

    second = desk.get(f"/api/v1/events?size=3&sort=new&after={first['next']}").json()

    assert (len(first["items"]), len(second["items"]), first["count"]) == (3, 1, 4)
    assert second["next"] is None


def test_a_revealed_contact_is_logged(desk: Client, reported: Event) -> None:
    response = post(desk, reported, "reveal", {"reason": "contact"})

    assert response.json() == {"name": "张三", "phone": "13800138000"}
    assert desk.get(f"/api/v1/events/{reported.id}").json()["steps"][0]["verb"] == "look"


def test_a_reveal_without_a_listed_reason_is_refused(desk: Client, reported: Event) -> None:
    response = post(desk, reported, "reveal", {"reason": "好奇"})

    assert response.status_code == 422

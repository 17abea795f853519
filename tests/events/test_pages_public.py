"""A resident reports without an account, follows by code, and has the last word (市民端)."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quanyu.events import actions, queries
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER, Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations import queries as bodies
from tests.conftest import found, in_body

pytestmark = pytest.mark.django_db

UNKNOWN = "0000000000000000"
DAY = timedelta(days=1)


@pytest.fixture
def code(act: Any, said: actions.Report, at: datetime) -> str:
    """The follow code of a matter just reported."""
    return act(actions.report, said=said, actor=REPORTER, at=at).code


def digits(code: str) -> str:
    return code.replace(" ", "")


def event_of(code: str) -> Event:
    return found(queries.row_of_code(actions.code_indexes(digits(code))).row)


def test_home_opens(client: Client) -> None:
    page = client.get("/")

    assert page.status_code == 200
    assert "反映一个问题" in page.content.decode()


def test_home_shows_the_figures_that_were_published(
    client: Client, act: Any, reported: Event, at: datetime
) -> None:
    april = at.replace(month=4)
    act(actions.refresh_figures, actor=system(settings.QUANYU_CITY, job="tests"), at=april)

    assert client.get("/").context["figures"]["rows"][0]["value"] == "1"


def test_report_shows_the_code_once_it_is_sent(client: Client) -> None:
    given = {"text": "路灯坏了三天", "lon": "117.23", "lat": "31.82", "key": "k1"}

    page = client.post("/report", given, follow=True)

    assert re.search(r"\d{4} \d{4} \d{4} \d{4}", page.content.decode())
    assert "<svg" in page.context["qr"]
    assert "style=" not in page.context["qr"]


def test_report_by_address_alone_is_taken(client: Client) -> None:
    given = {"text": "楼下的垃圾没人清", "address": "荷香苑西门"}

    assert client.post("/report", given).status_code == 302


def test_report_says_what_is_missing_and_keeps_what_was_typed(client: Client) -> None:
    page = client.post("/report", {"text": "路灯坏了三天", "phone": "13800138000"})

    assert page.status_code == 422
    assert page.context["errors"]["place"] == "请写一下地点，或在地图上点一下"
    assert "路灯坏了三天" in page.content.decode()


def test_report_names_a_wrong_telephone(client: Client) -> None:
    page = client.post("/report", {"text": "路灯坏了", "address": "路口", "phone": "12"})

    assert "phone" in page.context["errors"]


def test_report_sent_twice_is_one(client: Client) -> None:
    given = {"text": "路灯坏了三天", "address": "路口", "key": "k2"}
    client.post("/report", given)

    client.post("/report", given)

    set_scope(system(settings.QUANYU_CITY, job="tests"))
    assert Event.objects.filter(text="路灯坏了三天").count() == 1


def test_report_that_comes_too_often_has_to_wait(client: Client, settings: Any) -> None:
    settings.QUANYU_REPORTS_A_MINUTE = 1
    given = {"text": "路灯坏了三天", "address": "路口"}
    client.post("/report", given)
    client.post("/report", given)  # perhaps in the next minute already

    page = client.post("/report", given)

    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0


def test_danger_is_told_to_telephone_first(client: Client) -> None:
    given = {"text": "楼道里冒烟了", "address": "荷香苑 3 幢"}

    page = client.post("/report", given, follow=True)

    assert page.context["emergency_hint"]


def test_follow_leads_to_the_matter(client: Client, code: str) -> None:
    page = client.post("/follow", {"code": code}, follow=True)

    assert page.status_code == 200
    assert "井盖" in page.content.decode()


def test_follow_holds_no_name_and_no_contact(client: Client, code: str) -> None:
    page = client.get(reverse("follow_code", args=[digits(code)])).content.decode()

    assert "张三" not in page
    assert "13800138000" not in page


@pytest.mark.parametrize("wrong", [UNKNOWN, "12345", "十六位数字"])
def test_an_unknown_and_a_malformed_code_are_answered_alike(client: Client, wrong: str) -> None:
    page = client.post("/follow", {"code": wrong}, follow=True)

    assert page.status_code == 404
    assert "没有找到这个查询码" in page.content.decode()


def test_too_many_codes_have_to_wait(client: Client, settings: Any) -> None:
    settings.QUANYU_CODES_A_MINUTE = 1
    client.get(f"/follow/{UNKNOWN}")
    client.get(f"/follow/{UNKNOWN}")  # perhaps in the next minute already

    page = client.get(f"/follow/{UNKNOWN}")

    assert page.status_code == 429
    assert page.context["limited"] > 0


@pytest.fixture
def done(
    act: Any,
    code: str,
    operator: Actor,
    dispatcher: Actor,
    checker: Actor,
    at: datetime,
) -> str:
    """The code of a matter that was settled on paper and waits for its reporter."""
    key = event_of(code).pk
    act(actions.accept, event_id=key, actor=operator, at=at)
    filed = act(actions.file, event_id=key, class_code="P0102", actor=operator, at=at)
    answering = bodies.duty_holders(filed.category, place=filed.region_path, on=at.date())
    body = answering[0].body_id
    act(actions.dispatch, event_id=key, body=body, actor=dispatcher, at=at)
    handler = in_body(body)
    act(actions.acknowledge, event_id=key, actor=handler, at=at)
    act(actions.handle, event_id=key, outcome="换了新井盖", actor=handler, at=at)
    act(actions.check, event_id=key, actor=checker, at=at)
    act(actions.close, event_id=key, evidence="现场看过", actor=checker, at=at)
    return code


def test_the_two_questions_are_asked_when_it_is_closed(client: Client, done: str) -> None:
    page = client.get(reverse("follow_code", args=[digits(done)]))

    assert "问题解决了吗" in page.content.decode()
    assert "换了新井盖" in page.content.decode()


def test_rate_ends_the_matter(client: Client, done: str) -> None:
    client.post(reverse("rate", args=[digits(done)]), {"solved": "yes", "treated": "3"})

    assert event_of(done).state == "rated"


def test_unsolved_has_it_done_again(client: Client, done: str) -> None:
    given = {"solved": "no", "treated": "2", "words": "盖子还是响"}
    Event.objects.filter(pk=event_of(done).pk).update(reopen_until=timezone.now() + DAY)

    client.post(reverse("rate", args=[digits(done)]), given)

    assert event_of(done).state == "handling"


def test_unsolved_after_the_last_day_leads_to_a_linked_report(client: Client, done: str) -> None:
    given = {"solved": "no", "treated": "2", "words": "盖子还是响"}
    client.post(reverse("rate", args=[digits(done)]), given)

    page = client.get(reverse("follow_code", args=[digits(done)]))

    assert event_of(done).state == "rated"
    assert page.context["answer"]["word"] == "您说没解决，已经记下"
    assert page.context["promise"]["is_over"]
    assert f"{reverse('report')}?again={digits(done)}" in page.content.decode()


def test_a_report_that_comes_again_is_linked(client: Client, done: str) -> None:
    first = event_of(done)
    said = {"text": "井盖又坏了", "address": "路口", "again": digits(done)}

    sent = client.post(reverse("report"), said)

    found(first.pk)
    assert sent.status_code == 302
    assert Event.objects.filter(repeat_of=first.pk).count() == 1


def test_a_report_that_names_a_wrong_code_is_refused(client: Client, done: str) -> None:
    said = {"text": "井盖又坏了", "address": "路口", "again": UNKNOWN}

    assert client.post(reverse("report"), said).status_code == 422


def test_the_promise_of_closing_is_shown_with_its_day(client: Client, done: str) -> None:
    Event.objects.filter(pk=event_of(done).pk).update(reopen_until=timezone.now() + DAY)

    page = client.get(reverse("follow_code", args=[digits(done)]))

    assert page.context["promise"]["left"] == 3
    assert "还可以重办 3 次" in page.content.decode()


def test_an_answer_is_corrected_within_the_days_promised(client: Client, done: str) -> None:
    Event.objects.filter(pk=event_of(done).pk).update(reopen_until=timezone.now() + DAY)
    client.post(reverse("rate", args=[digits(done)]), {"solved": "yes", "treated": "3"})

    given = {"solved": "no", "treated": "1", "words": "第二天又坏了"}
    client.post(reverse("rate", args=[digits(done)]), given)

    assert event_of(done).state == "handling"


def test_rate_says_what_is_missing(client: Client, done: str) -> None:
    page = client.post(reverse("rate", args=[digits(done)]), {"solved": "yes"})

    assert page.status_code == 422
    assert page.context["rating"]["errors"] == {"treated": "请选一项：对您的态度好不好"}


def test_a_wrong_code_rates_nothing(client: Client, done: str) -> None:
    page = client.post(reverse("rate", args=[UNKNOWN]), {"solved": "yes", "treated": "3"})

    assert page.status_code == 404
    assert event_of(done).state == "closed"

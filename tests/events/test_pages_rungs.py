"""The page of the ladders, and what a matter's page says of its reminders (逐级提醒)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import SIGHTED_ROLES, Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.codes.models import Rung
from tests.conftest import STREET, found, in_body, person
from tests.seat import administrator, browser_of

pytestmark = pytest.mark.django_db
PAGE = "desk_rungs"
CITY = "34/01/"
FORM: dict[str, Any] = {
    "stage": "handling",
    "class_prefix": "0102",
    "number": "1",
    "side": "after",
    "amount": "2",
    "unit": "working_hours",
    "whom": "street",
    "words": "raised",
    "clause": "",
}


@pytest.fixture
def tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


@pytest.fixture
def keeper(db: None) -> Client:
    """The system administrator of the whole city, at their browser."""
    return administrator(person(Role.SYS_ADMIN, CITY, name="魏明轩"))


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("role", sorted(SIGHTED_ROLES))
def test_who_works_with_matters_reads_the_ladders(role: Role) -> None:
    page = browser_of(person(role, STREET)).get(reverse(PAGE))

    assert page.status_code == 200
    assert "到期前 4 工作时" in text(page)
    assert "时限剩 50 % 时" in text(page)
    assert "《示例：逐级提醒样表》" in text(page)
    assert page.context["form"] is None


def test_a_handler_reads_them_too(body: Any) -> None:
    assert browser_of(in_body(body)).get(reverse(PAGE)).status_code == 200


@pytest.mark.parametrize("role", [Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.AUDITOR])
def test_others_do_not(role: Role) -> None:
    assert administrator(person(role, CITY)).get(reverse(PAGE)).status_code == 403


def test_a_class_shows_the_ladders_that_bear_on_it(dispatcher: Actor) -> None:
    browser = browser_of(dispatcher)

    of_gas = browser.get(reverse(PAGE), {"class": "0403"}).context["ladders"]
    of_litter = browser.get(reverse(PAGE), {"class": "0102"}).context["ladders"]

    first = [(one["stage"], one["class_label"], len(one["rows"])) for one in (of_gas[0],)]
    assert first == [("处置", "04 突发事件", 5)]
    assert (of_litter[0]["class_label"], len(of_litter[0]["rows"])) == ("全部类别", 7)


@pytest.mark.parametrize("on", ["2019-12-31", "not a day"])
def test_another_day_shows_what_held_then(on: str, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse(PAGE), {"on": on})

    assert page.status_code == 200
    assert bool(page.context["ladders"]) == (on == "not a day")


def test_a_rung_is_set_shown_as_to_come_and_taken_back(keeper: Client, tomorrow: str) -> None:
    sent = keeper.post(reverse(PAGE), FORM | {"start": tomorrow})

    assert sent.status_code == 302
    page = keeper.get(reverse(PAGE))
    (row,) = page.context["coming"]
    assert (row["label"], row["number"], row["when"]) == ("新增或改为", 1, "到期后 2 工作时")

    keeper.post(reverse(PAGE), row["key"] | {"withdraws": "1"})
    assert keeper.get(reverse(PAGE)).context["coming"] == []


def test_a_rung_is_changed_and_ended_from_its_row(keeper: Client, tomorrow: str) -> None:
    key = {"stage": "handling", "class_prefix": "", "number": "7"}
    form = keeper.get(reverse(PAGE), key).context["form"]
    held = {one["name"]: one["value"] for one in form["fields"] if one["kind"] != "checkbox"}
    assert (held["amount"], held["unit"], held["whom"]) == (10, "working_days", "city")

    ended = keeper.post(reverse(PAGE), key | {"start": tomorrow, "ends": "1"})

    assert ended.status_code == 302
    assert [one["label"] for one in keeper.get(reverse(PAGE)).context["coming"]] == ["停用"]


def test_a_changed_rung_stands_once_among_what_is_to_come(keeper: Client, tomorrow: str) -> None:
    keeper.post(reverse(PAGE), FORM | {"class_prefix": "", "number": "7", "start": tomorrow})

    assert len(keeper.get(reverse(PAGE)).context["coming"]) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "three"), ("amount", ""), ("unit", "percent"), ("start", ""), ("clause", "one")],
)
def test_what_is_wrong_is_said_at_its_field(
    field: str, value: str, keeper: Client, tomorrow: str
) -> None:
    page = keeper.post(reverse(PAGE), FORM | {"start": tomorrow, field: value})

    assert page.status_code in {409, 422}
    assert [one["name"] for one in page.context["form"]["fields"] if one["error"]] == [field]
    assert not Rung.objects.filter(is_edited=True).exists()


def test_who_does_not_keep_the_city_changes_nothing(tomorrow: str) -> None:
    leader = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/"))

    page = leader.post(reverse(PAGE), FORM | {"start": tomorrow})

    assert page.status_code == 409
    assert not Rung.objects.filter(is_edited=True).exists()


# ------------------------------------------------------------------ on the page of a matter


def told_of(event: Event, *, at: datetime) -> None:
    worker = system(settings.QUANYU_CITY, job="tests")
    set_scope(worker)
    actions.escalate(event_id=event.pk, actor=worker, at=at)


def test_a_matter_says_who_was_told_and_for_whom_it_is_next(
    handling: Event, handler: Actor, dispatcher: Actor
) -> None:
    browser_of(handler)
    browser = browser_of(dispatcher)
    due = found(handling.pk).due_at
    assert due is not None
    told_of(handling, at=due + timedelta(minutes=1))
    shown = text(browser.get(reverse("desk_matter", args=[handling.number])))

    assert "提醒情况" in shown
    assert "已告知承办人" in shown
    assert "马*" in shown
    assert handler.name not in shown


def test_a_matter_without_a_clock_says_nothing_of_it(closed: Event, dispatcher: Actor) -> None:
    browser = browser_of(dispatcher)

    page = browser.get(reverse("desk_matter", args=[closed.number]))

    assert page.context["reminded"] is None


def test_it_says_that_nobody_was_there(handling: Event, checker: Actor) -> None:
    browser = browser_of(checker)
    due = found(handling.pk).due_at
    assert due is not None
    told_of(handling, at=due + timedelta(minutes=1))

    shown = text(browser.get(reverse("desk_matter", args=[handling.number])))

    assert "从承办人往上都没有人，没有告知到人" in shown

"""Codes, duties, the log and the ground, as people of the desk open them (依据与审计页面)."""

import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit import jobs, words
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.audit.tables import RECORDS
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.codes.tables import CODES
from quanyu.kernel.jobs import app as queue
from quanyu.organisations import queries as bodies
from quanyu.organisations.pages.picking import pick_url
from quanyu.organisations.rules.initials import initials
from tests.conftest import STREET, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
CLASSES = "/desk/codes/event_class"


@pytest.fixture
def keeper() -> Actor:
    """区级统筹 of the whole city, who keeps codes, limits and duties."""
    return person(Role.DISTRICT_ADMIN, settings.QUANYU_CITY, name="方圆")


@pytest.fixture
def auditor() -> Actor:
    """审计员 of the whole city."""
    return person(Role.AUDITOR, settings.QUANYU_CITY, name="严明")


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def test_codes_lead_to_the_first_list(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get("/desk/codes", follow=True)

    assert page.status_code == 200
    assert "暴露垃圾" in page.content.decode()


def test_codes_are_changed_from_a_day_on(keeper: Actor) -> None:
    given = {"code": "0102", "name": "暴露垃圾（含散落）", "start": tomorrow().isoformat()}

    page = browser_of(keeper).post(CLASSES, given)

    assert page.status_code == 302
    changed = codes.code("event_class", "0102", on=tomorrow())
    assert changed is not None
    assert changed.name == "暴露垃圾（含散落）"


def test_the_file_of_a_list_holds_what_the_page_shows(keeper: Actor) -> None:
    at = timezone.now()
    shown = browser_of(keeper).get(CLASSES).context["rows"]

    rows = list(CODES.narrowed({"list": "event_class"}, actor=keeper, at=at))

    assert len(CODES.read(rows, at=at)) == len(shown)


def test_two_days_of_a_list_stand_side_by_side(keeper: Actor) -> None:
    browser = browser_of(keeper)
    given = {"code": "0102", "name": "暴露垃圾（含散落）", "start": tomorrow().isoformat()}
    browser.post(CLASSES, given)

    page = browser.get(CLASSES, {"than": tomorrow().isoformat()}).content.decode()

    assert "1 处不同" in page
    assert "暴露垃圾（含散落）" in page
    assert "名称" in page


def test_two_days_of_the_limits_stand_side_by_side(keeper: Actor) -> None:
    browser = browser_of(keeper)
    url = "/desk/codes/limits"
    given = {"stage": "accepted", "amount": "3", "unit": "working_days"}
    browser.post(url, {**given, "start": tomorrow().isoformat()})

    page = browser.get(url, {"than": tomorrow().isoformat()}).content.decode()

    assert "1 处不同" in page


def test_codes_are_not_changed_backwards(keeper: Actor) -> None:
    given = {"code": "0102", "name": "别的", "start": "2025-01-01"}

    page = browser_of(keeper).post(CLASSES, given)

    assert page.status_code == 409
    assert "生效日期不能早于今天" in page.content.decode()


def test_codes_are_not_changed_by_a_dispatcher(dispatcher: Actor) -> None:
    given = {"code": "0102", "name": "别的", "start": tomorrow().isoformat()}

    page = browser_of(dispatcher).post(CLASSES, given)

    assert page.status_code == 409
    assert page.context["form"] is None


def test_codes_show_their_history(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(CLASSES, {"history": "0102"})

    assert page.context["history"]["rows"][0]["label"] == "暴露垃圾"


def test_limits_are_listed_in_words(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get("/desk/codes/limits")

    assert "7 个工作日" in page.content.decode()
    assert "处置" in page.content.decode()


def test_a_limit_is_set_from_a_day_on(keeper: Actor) -> None:
    given = {
        "stage": "handling",
        "class_prefix": "0102",
        "amount": "6",
        "unit": "working_hours",
        "start": tomorrow().isoformat(),
    }

    page = browser_of(keeper).post("/desk/codes/limits", given)

    assert page.status_code == 302
    held = codes.limit(workflow="event", stage="handling", class_code="0102", on=tomorrow())
    assert held is not None
    assert held.amount == 6


def test_a_limit_of_nothing_is_refused(keeper: Actor) -> None:
    given = {"stage": "handling", "amount": "很快", "unit": "days", "start": str(tomorrow())}

    page = browser_of(keeper).post("/desk/codes/limits", given)

    assert page.status_code == 422


def test_no_such_list_is_not_there(dispatcher: Actor) -> None:
    assert browser_of(dispatcher).get("/desk/codes/nothing").status_code == 404


def test_duties_are_listed_with_their_clause(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get("/desk/duties", {"class": "P0102", "place": STREET})

    assert page.status_code == 200
    assert page.context["rows"][0]["clause"]


def test_the_duty_list_asks_for_a_body_by_name_and_names_none_unasked(keeper: Actor) -> None:
    """A city has ten thousand bodies: the page sends none but those that answer."""
    browser, held = browser_of(keeper), bodies.bodies(on=timezone.localdate())
    plain = browser.get("/desk/duties", {"q": "无此单位"})
    unasked = plain.content.decode()

    assert plain.context["rows"] == []
    assert not [one for one in held if str(one.id) in unasked or f'"{one.code}"' in unasked]
    assert 'name="body_q"' in unasked


def test_duties_are_found_by_their_bodys_name_or_letters(keeper: Actor) -> None:
    browser = browser_of(keeper)
    first = browser.get("/desk/duties").context["rows"][0]["body"]
    named = {row["body"] for row in browser.get("/desk/duties", {"q": first}).context["rows"]}
    held = bodies.bodies(on=timezone.localdate(), search=first)[0]
    lettered = browser.get("/desk/duties", {"q": initials(held.name)}).context["rows"]

    assert named == {first}
    assert first in {row["body"] for row in lettered}


def test_a_link_from_a_body_keeps_its_duties_and_names_it(keeper: Actor) -> None:
    held = bodies.bodies(on=timezone.localdate(), kind="department")[0]
    page = browser_of(keeper).get("/desk/duties", {"body": str(held.id)})

    assert {row["body"] for row in page.context["rows"]} == {held.label}
    assert [one["value"] for one in page.context["filters"] if one["on"]] == [str(held.id)]


def test_a_body_that_was_found_by_name_is_given_a_duty(keeper: Actor) -> None:
    held = bodies.bodies(on=timezone.localdate(), kind="department")[0]
    given = {"class_prefix": "2204", "place": STREET, "basis": "owner", "start": str(tomorrow())}
    browser = browser_of(keeper)
    found = browser.get(f"{pick_url('body')}&body_q={quote(held.name)}").content.decode()
    refused = browser.post("/desk/duties", {**given, "body": held.code, "basis": ""})
    made = browser.post("/desk/duties", {**given, "body": held.code})

    assert f'value="{held.code}"' in found
    assert refused.status_code == 422
    assert f'value="{held.code}" required checked' in refused.content.decode()
    assert made.status_code == 302


def test_a_duty_is_added(keeper: Actor) -> None:
    held = bodies.bodies(on=timezone.localdate(), kind="department")[0]
    given = {
        "body": str(held.id),
        "class_prefix": "2204",
        "place": STREET,
        "basis": "owner",
        "start": tomorrow().isoformat(),
    }

    page = browser_of(keeper).post("/desk/duties", given)

    assert page.status_code == 302


def test_a_duty_without_a_body_is_refused(keeper: Actor) -> None:
    page = browser_of(keeper).post("/desk/duties", {"place": STREET, "basis": "owner"})

    assert page.status_code == 422
    assert "请选择单位" in page.content.decode()


def test_a_dispatcher_adds_no_duty(dispatcher: Actor) -> None:
    assert browser_of(dispatcher).get("/desk/duties").context["form"] is None


def test_the_log_tells_who_did_what(filed: Event, auditor: Actor) -> None:
    page = browser_of(auditor).get("/desk/audit", {"topic": "event.file"})

    assert [row["did"] for row in page.context["rows"]] == ["立案"]


def test_the_log_is_verified_by_the_worker(filed: Event, auditor: Actor) -> None:
    browser = browser_of(auditor)
    browser.post("/desk/audit")
    row = audit.last_verification()
    assert row is not None
    queue.run("tests", jobs.verify, case=row.pk, at=timezone.now())

    page = browser.get("/desk/audit")

    assert page.context["verify"]["ok"]


def test_the_log_is_searched_by_person_and_day(filed: Event, auditor: Actor) -> None:
    browser = browser_of(auditor)
    day = timezone.localdate(filed.reported_at)

    found = [
        len(browser.get("/desk/audit", {"subject": str(filed.pk), **given}).context["rows"])
        for given in ({}, {"since": f"{day}", "until": f"{day}"}, {"since": "2999-01-01"})
    ]

    assert found == [found[0], found[0], 0]
    assert found[0] > 2


def test_the_file_of_the_log_holds_what_the_page_shows(filed: Event, auditor: Actor) -> None:
    asked, at = {"subject": str(filed.pk)}, timezone.now()
    shown = browser_of(auditor).get("/desk/audit", asked).context["rows"]

    rows = list(RECORDS.narrowed(asked, actor=auditor, at=at))
    written = RECORDS.read(rows, at=at)

    assert [row["did"] for row in written] == [row["did"] for row in shown]
    assert all(len(row["fingerprint"]) == 64 for row in written)


def test_the_log_is_closed_to_the_desk(filed: Event, dispatcher: Actor) -> None:
    assert browser_of(dispatcher).get("/desk/audit").status_code == 403


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_log_is_sought_until_any_day_there_is(auditor: Actor, day: str) -> None:
    assert browser_of(auditor).get(f"/desk/audit?since={day}&until={day}").status_code == 200


def test_the_first_page_of_an_auditor_is_the_log(auditor: Actor) -> None:
    assert browser_of(auditor).get("/desk/")["Location"] == reverse("desk_audit")


def test_the_log_says_in_words_whatever_is_written_into_it() -> None:
    names = words.topics()
    sources = (settings.ROOT / "quanyu").rglob("*.py")
    written = {
        topic
        for source in sources
        for topic in re.findall(r'\brecord\(\s*"([a-z_.]+)"', source.read_text("utf-8"))
    }

    assert len(written) > 80
    assert sorted(topic for topic in written if words.said(topic, names) == topic) == []


def test_the_log_says_that_a_try_was_refused() -> None:
    assert words.said("accounts.end_grant.refused", words.topics()) == "终止授权，被拒绝"

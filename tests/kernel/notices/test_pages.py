"""The pages of notices … show each only what is theirs (通知的页面)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.notices import actions, jobs, queries
from quanyu.kernel.notices.models import Delivery, Notice
from tests.conftest import STREET, person
from tests.kernel.notices.conftest import TOPIC, WORKER, Post, Provider, news, tell
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    """The real time: pages run by the clock on the wall."""
    return timezone.now()


@pytest.fixture
def wang() -> Actor:
    return person(Role.OPERATOR, name="王芳")


@pytest.fixture
def browser(wang: Actor) -> Client:
    return browser_of(wang)


def test_inbox_shows_ones_own(browser: Client, wang: Actor, now: datetime) -> None:
    tell(wang, at=now)

    page = browser.get(reverse("desk_notices")).content.decode()

    assert "路灯坏了：路灯" in page
    assert "通知，1 条未读" in page


def test_open_marks_it_as_read_and_leads_to_the_matter(
    browser: Client, wang: Actor, now: datetime
) -> None:
    (row,) = tell(wang, at=now)

    answer = browser.post(reverse("desk_notice_open", args=[row.pk]))

    assert answer["Location"] == "/desk/matters/1"
    assert queries.unread(wang) == 0
    assert "路灯坏了" in browser.get(reverse("desk_notices"), {"show": "old"}).content.decode()


def test_read_brings_the_bell_along(browser: Client, wang: Actor, now: datetime) -> None:
    (row,) = tell(wang, at=now)

    url = reverse("desk_notice_read", args=[row.pk])
    page = browser.post(url, headers={"HX-Request": "true"}).content.decode()

    assert 'hx-swap-oob="true"' in page
    assert "没有未读" in page


@pytest.mark.parametrize("name", ["desk_notice_open", "desk_notice_read"])
def test_the_notice_of_another_looks_like_none(
    name: str, browser: Client, li: Actor, now: datetime
) -> None:
    (row,) = tell(li, at=now)

    assert browser.post(reverse(name, args=[row.pk])).status_code == 404


def test_read_all_empties_the_inbox(browser: Client, wang: Actor, now: datetime) -> None:
    tell(wang, at=now)

    assert browser.post(reverse("desk_notices_read")).status_code == 302
    assert queries.unread(wang) == 0


def test_choice_is_kept(browser: Client, wang: Actor, provider: Provider) -> None:
    given = {
        "way_assigned": "sms+mail",
        "digest_due": "1",
        "quiet_from": "21:00",
        "quiet_to": "07:30",
        "language": "en",
        "phone": "138 0013 8000",
    }

    assert browser.post(reverse("desk_notice_choice"), given).status_code == 302

    set_scope(wang)
    kept = queries.chosen(queries.choice_row(wang))
    assert kept.way("assigned").channels == ("sms", "mail")
    assert kept.way("due").is_digest
    assert (kept.quiet.start, kept.quiet.rest_days) == (21 * 60, False)
    assert "138****8000" in browser.get(reverse("desk_notice_choice")).content.decode()


def test_choice_says_why_not(browser: Client) -> None:
    given = {"quiet_from": "spät", "quiet_to": "08:00", "language": "en"}

    page = browser.post(reverse("desk_notice_choice"), given)

    assert page.status_code == 422
    assert "20:00" in page.content.decode()


def test_choice_says_which_way_is_off(browser: Client) -> None:
    assert "本市还没有接通" in browser.get(reverse("desk_notice_choice")).content.decode()


def owed(now: datetime) -> Delivery:
    set_scope(WORKER)
    given: dict[str, Any] = {"phone": "13800138000", "name": "张三", "may_text": False}
    actions.tell_resident(news(), may_call=True, actor=WORKER, at=now, **given)
    Delivery.objects.update(next_at=now)  # whatever the hour is while this test runs
    return Delivery.objects.get()


def test_calls_are_opened_by_who_calls(browser: Client, now: datetime) -> None:
    row = owed(now)

    masked = browser.get(reverse("desk_calls")).content.decode()
    shown = browser.post(reverse("desk_call_number", args=[row.pk]), {"reason": "reply"})
    again = browser.get(reverse("desk_call_number", args=[row.pk])).content.decode()

    assert "138****8000" in masked
    assert "13800138000" in shown.content.decode()
    assert "13800138000" not in again
    url = reverse("desk_call_done", args=[row.pk])
    assert browser.post(url, {"outcome": ""}).status_code == 422
    assert browser.post(url, {"outcome": "reached"}).status_code == 302
    assert "没有要打的电话" in browser.get(reverse("desk_calls")).content.decode()


def test_calls_of_another_place_are_none(now: datetime) -> None:
    row = owed(now)
    stranger = browser_of(person(Role.OPERATOR, "34/01/02/"))

    assert "没有要打的电话" in stranger.get(reverse("desk_calls")).content.decode()
    url = reverse("desk_call_done", args=[row.pk])
    assert stranger.post(url, {"outcome": "reached"}).status_code == 404


@pytest.mark.parametrize(
    "url", ["/desk/calls", "/desk/wordings", "/desk/deliveries", "/desk/wordings/tests.lamp/mail"]
)
def test_are_closed_to_who_has_no_part_in_them(url: str) -> None:
    assert browser_of(person(Role.DISPATCHER)).get(url).status_code == 403


@pytest.fixture
def keeping() -> Client:
    """A system administrator with the second factor done."""
    chief = person(Role.SYS_ADMIN, settings.QUANYU_CITY, name="钱一")
    client = browser_of(chief)
    Account.objects.filter(pk=chief.id or "").update(email="qian@example.org")
    session = client.session
    session["account_authentication_methods_user"] = str(chief.id)
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0, "type": "totp"}]
    session.save()
    return client


def test_wording_is_changed_with_both_previews(keeping: Client, post: Post) -> None:
    url = reverse("desk_wording", args=[TOPIC.key, "mail"])
    given = {
        "subject": "请修{matter}",
        "body": "{place}",
        "subject_en": "Mend {matter}",
        "body_en": "{place}",
        "start": timezone.localdate().isoformat(),
    }

    assert "示例" in keeping.get(url).content.decode()
    assert keeping.post(url, given).status_code == 302
    page = keeping.get(url).content.decode()
    assert "请修窨井盖破损" in page
    assert "Mend " in page
    assert keeping.post(url, given | {"body": "{who}"}).status_code == 422
    assert keeping.post(url, {"test": "1"}).status_code == 302
    assert post.mails[0]["To"] == "qian@example.org"


def test_deliveries_show_no_address(keeping: Client, li: Actor, post: Post, now: datetime) -> None:
    post.answers = ["550 li@example.org unknown"]
    tell(li, at=now, given=news(is_urgent=True))
    jobs.deliver_one(now + timedelta(seconds=1))
    set_scope(WORKER)
    row = Delivery.objects.get()

    page = keeping.get(reverse("desk_deliveries")).content.decode()

    assert "smtp 550" in page
    assert "li@example.org" not in page
    assert "李军" not in page
    assert keeping.post(reverse("desk_delivery", args=[row.pk, "resend"])).status_code == 302
    set_scope(WORKER)
    assert Delivery.objects.get().state == "waiting"
    assert Notice.objects.visible_to(WORKER).get().region_path == STREET

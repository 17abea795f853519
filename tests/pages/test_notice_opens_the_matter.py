"""A handler is told by the bell of what was dispatched, and opens it (通知)."""

import threading
from datetime import datetime
from typing import Any

from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.rules import Channel
from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import PHONE, Sit, look, work
from tests.pages.test_axe import faults


def told(act: Any, filed: Event, body: Any, dispatcher: Actor) -> None:
    """Dispatch a matter now, and let the worker tell whom it concerns."""
    act(actions.dispatch, event_id=filed.id, body=body, actor=dispatcher, at=timezone.now())
    work()


def test_the_bell_leads_to_the_matter(
    sit: Sit, act: Any, filed: Event, body: Any, handler: Actor, dispatcher: Actor
) -> None:
    page = sit(handler)
    page.goto("/desk/notices")
    expect(page.get_by_text("没有新通知")).to_be_visible()
    told(act, filed, body, dispatcher)

    page.goto("/desk/")
    page.get_by_role("link", name="通知，1 条未读").click()
    assert faults(page, "notices-inbox") == []
    page.get_by_role("button", name="派给本单位").first.click()

    expect(page).to_have_url(f"{page.url.split('/desk')[0]}/desk/matters/{filed.number}")
    expect(page.get_by_role("link", name="通知，没有未读")).to_be_visible()


def test_a_tick_puts_it_away_on_a_phone(
    sit: Sit, act: Any, filed: Event, body: Any, handler: Actor, dispatcher: Actor
) -> None:
    page = sit(handler, size=PHONE)
    page.goto("/desk/notices")
    told(act, filed, body, dispatcher)
    page.reload()
    look(page, "notices-inbox-phone")

    page.get_by_role("button", name="标为已读：").click()

    expect(page.get_by_role("button", name="派给本单位")).to_have_count(0)
    expect(page.get_by_role("link", name="通知，没有未读")).to_be_visible()
    page.goto("/desk/notices/choice")
    look(page, "notices-choice-phone")


def test_one_chooses_how_to_be_told(sit: Sit, filed: Event, handler: Actor) -> None:
    page = sit(handler)
    page.goto("/desk/notices/choice")

    page.get_by_label("交给我办的").select_option("mail+sms")
    page.get_by_label("免打扰，从").fill("21:30")
    look(page, "notices-choice")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_text("已保存，从下一条通知起生效")).to_be_visible()
    expect(page.get_by_label("交给我办的")).to_have_value("mail+sms")


def test_an_operator_calls_who_reported_by_telephone(
    sit: Sit, act: Any, operator: Actor, at: datetime
) -> None:
    page = sit(operator)
    said = actions.Report(
        text="楼下路灯坏了三天",
        address="路口",
        phone="13800138000",
        name="张三",
        channel=Channel.PHONE,
        agreed="said",
    )
    event = act(actions.report, said=said, actor=operator, at=at)
    reply = {"reason": "out_of_scope", "reply": "请找物业"}
    act(actions.refuse, event_id=event.id, actor=operator, at=at, **reply)
    work()
    by_day()

    page.goto("/desk/calls")
    expect(page.get_by_text("138****8000")).to_be_visible()
    assert faults(page, "notices-calls") == []
    page.get_by_role("button", name="显示电话").click()
    expect(page.get_by_role("link", name="13800138000")).to_be_visible()
    page.get_by_role("button", name="已告知").click()

    expect(page.get_by_text("没有要打的电话")).to_be_visible()


def by_day() -> None:
    """Make it day: whoever is to be called is called now, whatever the hour of this test."""

    def made() -> None:
        from quanyu.kernel.notices.models import Delivery  # noqa: PLC0415

        Delivery.objects.update(next_at=timezone.now())
        connections.close_all()

    thread = threading.Thread(target=made)
    thread.start()
    thread.join()

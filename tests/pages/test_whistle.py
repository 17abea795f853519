"""A street whistles, a department reports in, the street ends it and assesses (吹哨报到)."""

from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Role
from quanyu.organisations import queries as organisations
from tests.conftest import in_body, person
from tests.events.calls import callable_keys
from tests.pages.conftest import PHONE, Sit, choose, look


def test_a_street_calls_a_department_and_assesses_it(sit: Sit, act: Any, reported: Event) -> None:
    body = callable_keys(timezone.now())[0]
    name = organisations.body_names([body])[body]
    street = sit(person(Role.COMMANDER, name="何强"))
    theirs = sit(in_body(body, name="刘洋"))

    street.goto(f"/desk/matters/{reported.number}")
    look(street, "whistle-matter")
    street.get_by_role("link", name="为这件事吹哨").click()
    expect(street.get_by_label("为哪些事项（编号，用空格分开）")).to_have_value(reported.number)
    street.get_by_label("日常哨").check()
    street.get_by_label("群众反映突出、街道自己解决不了").check()
    street.get_by_label("事由和要求").fill("井盖破损多次，请到现场一起定责任")
    choose(street.locator("main"), "叫哪些单位", name)
    look(street, "whistle-new")
    street.get_by_role("main").get_by_role("button", name="吹哨").click()
    expect(street.get_by_text("已吹哨，被叫单位已收到通知")).to_be_visible()

    theirs.goto("/desk/")
    theirs.get_by_role("link", name="报到：日常哨").click()
    theirs.get_by_label("带了什么人和设备，准备做什么").fill("两人一车，先围挡")
    look(theirs, "whistle-report")
    theirs.get_by_role("button", name="报到").click()
    expect(theirs.get_by_text("已报到").first).to_be_visible()
    theirs.get_by_label("办了什么").fill("井盖已换")
    theirs.get_by_role("button", name="本单位办完").click()
    expect(theirs.get_by_text("说办完了")).to_be_visible()
    theirs.get_by_role("link", name=reported.title).click()
    expect(theirs.get_by_role("heading", name=reported.title)).to_be_visible()

    street.reload()
    street.get_by_text("评价响应").first.click()
    for side in ("到位", "解决", "态度"):
        street.get_by_role("group", name=side).get_by_label("好", exact=True).check()
    look(street, "whistle-assess")
    street.get_by_role("button", name="评价响应").click()
    expect(street.get_by_text("到位 好")).to_be_visible()
    street.get_by_text("收哨", exact=True).first.click()
    street.get_by_label("结果").fill("换好了")
    street.get_by_role("button", name="收哨").click()
    expect(street.get_by_text("已收哨").first).to_be_visible()
    look(street, "whistle-ended")
    street.set_viewport_size(PHONE)
    look(street, "whistle-phone")
    street.goto("/desk/whistle?show=figures")
    expect(street.get_by_text("按时报到率").first).to_be_visible()
    look(street, "whistle-figures-phone")

"""A matter leaves our hands: closed unsolved and reviewed, outside and back, forwarded (转出)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.calendar.rules import local
from tests.conftest import person
from tests.pages.conftest import PHONE, Sit, look, now, unfold

WORKER = system(settings.QUANYU_CITY, job="tests")


def form_of(page: Page, act: str) -> Any:
    return unfold(page, act)


def test_the_commander_closes_unsolved_and_the_district_undoes_it(
    sit: Sit, act: Any, handling: Event, at: datetime
) -> None:
    commander = person(Role.COMMANDER, name="吴刚")
    page = sit(commander)
    page.goto(f"/desk/matters/{handling.number}")
    form = form_of(page, "强制结案")
    form.get_by_label("强制结案事由").select_option("cannot_be_met")
    form.get_by_label("理由", exact=True).fill("三次协商不成")
    form.get_by_label("给反映人的答复").fill("按现行规定办不了，可以找街道信访窗口")
    look(page, "force-close")
    form.get_by_role("button", name="强制结案").click()
    expect(page.get_by_text("强制结案：已办好")).to_be_visible()
    look(page, "force-closed")

    later = at + timedelta(days=8)
    facts = {"region_path": "34/01/04/", "until": later, "seed": "a" * 32, "at": later}
    act(actions.draw, actor=WORKER, **facts)
    desk = sit(person(Role.DISTRICT_ADMIN, "34/01/04/", name="严文博"))
    desk.goto("/desk/forced")
    desk.locator("summary", has_text="复查").click()
    look(desk, "review")
    desk.get_by_label("不妥，重新办").check()
    desk.get_by_label("复查意见").fill("没有到现场看过")
    desk.get_by_role("button", name="记下结论").click()
    expect(desk.get_by_text("复查结论已记下")).to_be_visible()
    assert now(handling).state == "filed"


def test_the_reporter_is_told_as_it_is_and_asks_to_have_it_done(
    sit: Sit, act: Any, said: Any, clerk: Actor, body: Any, at: datetime
) -> None:
    receipt = act(actions.report, said=said, actor=REPORTER, at=at)
    facts = {"event_id": receipt.id, "class_code": "P0102", "body": body}
    act(actions.send_out, actor=clerk, at=at, **facts)
    ended = {"ground": "cannot_be_met", "reason": "谈不成", "reply": "办不了，可以找信访窗口"}
    commander = person(Role.COMMANDER)
    act(actions.force_close, event_id=receipt.id, actor=commander, at=at, **ended)

    page = sit(size=PHONE)
    page.goto(f"/follow/{receipt.code.replace(' ', '')}")
    expect(page.get_by_text("办不了，可以找信访窗口").first).to_be_visible()
    look(page, "stopped-phone")
    page.get_by_label("为什么要重办").fill("还是漏水")
    page.get_by_role("button", name="要求重办").click()
    expect(page.get_by_text("您要求重办").first).to_be_visible()


def test_the_dispatcher_hands_it_outside_and_takes_the_answer(
    sit: Sit, filed: Event, dispatcher: Actor
) -> None:
    page = sit(dispatcher)
    page.goto(f"/desk/matters/{filed.number}")
    form = form_of(page, "转系统外单位")
    form.get_by_label("转给哪个单位").select_option(label="市供电公司（0551-6000-0090）")
    form.get_by_label("转外事由").select_option("power")
    form.get_by_label("函的内容").fill("请派人修复电缆沟盖板")
    day = (local(filed.reported_at) + timedelta(days=9)).date()
    form.get_by_label("对方答应哪天前答复").fill(day.isoformat())
    look(page, "hand-outside")
    form.get_by_role("button", name="转系统外单位").click()
    expect(page.get_by_text("转系统外单位：已办好")).to_be_visible()
    look(page, "outside")
    page.goto("/desk/letters")
    expect(page.get_by_text("市供电公司")).to_be_visible()
    look(page, "letters")
    page.set_viewport_size(PHONE)
    look(page, "letters-phone")

    page.goto(f"/desk/matters/{filed.number}")
    form = form_of(page, "外单位办结")
    form.get_by_label("对方谁答复的").fill("李工")
    form.get_by_label("哪天答复的").fill(timezone.localdate().isoformat())
    form.get_by_label("对方怎么答复的").fill("盖板已换新")
    look(page, "outside-phone")
    form.get_by_role("button", name="外单位办结").click()
    expect(page.get_by_text("外单位办结：已办好")).to_be_visible()
    assert now(filed).state == "handled"


def test_the_operator_forwards_what_another_city_answers_for(
    sit: Sit, reported: Event, operator: Actor
) -> None:
    page = sit(operator)
    page.goto(f"/desk/matters/{reported.number}")
    form = form_of(page, "移送其他辖区")
    form.get_by_label("转给哪个单位").select_option(index=1)
    form.get_by_label("理由", exact=True).fill("地点在相邻市")
    form.get_by_label("给反映人的答复").fill("这个地方归相邻市管，已转过去")
    look(page, "forward")
    form.get_by_role("button", name="移送其他辖区").click()
    expect(page.get_by_text("移送其他辖区：已办好")).to_be_visible()
    look(page, "forwarded")
    assert now(reported).state == "forwarded"

"""A commander opens a campaign from a hot issue; a clerk sees what is reported already (热点)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from quanyu.events import actions, jobs
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.access.scope import acting
from tests.conftest import person
from tests.pages.conftest import PHONE, Sit, look

CITY = settings.QUANYU_CITY


def test_a_commander_opens_a_campaign_from_a_hot_issue(
    sit: Sit, act: Any, said: actions.Report
) -> None:
    at = timezone.now()
    for n in range(7):
        with acting(REPORTER) as reporter:
            when = at - timedelta(days=200 if n == 0 else n)
            key = actions.report(said=said, actor=reporter, at=when).id
        with acting(system(CITY, job="tests")):
            Event.objects.filter(pk=key).update(category="P0102")
    with acting(system(CITY, job="tests")):
        jobs.find_hot(at)
    page = sit(person(Role.COMMANDER, name="何强"))

    page.goto("/desk/hot")
    expect(page.get_by_text("8 周 6 件，往常 0.4 件")).to_be_visible()
    look(page, "hot")
    page.get_by_role("listitem").get_by_role("link", name="开专项").click()
    page.get_by_label("目标").fill("四周内换完破损井盖")
    page.get_by_label("查找牵头单位").fill("城管")
    page.get_by_role("group", name="牵头单位").get_by_role("radio").first.check()
    look(page, "campaign-new")
    page.get_by_role("main").get_by_role("button", name="开专项").click()
    expect(page.get_by_text("纳入 6 件：在办 6")).to_be_visible()
    page.get_by_label("记一笔").fill("今天换了两个")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("今天换了两个")).to_be_visible()
    look(page, "campaign")
    page.set_viewport_size(PHONE)
    look(page, "campaign-phone")
    page.goto("/desk/hot")
    look(page, "hot-phone")


def test_who_types_a_report_sees_that_it_is_reported(
    sit: Sit, operator: Actor, reported: Event
) -> None:
    page = sit(operator)

    page.goto("/desk/report")
    page.evaluate(
        """([lon, lat]) => {
            document.querySelector('[name=lon]').value = lon;
            document.querySelector('[name=lat]').value = lat;
        }""",
        [reported.lon, reported.lat],
    )
    page.get_by_label("情况").press_sequentially("路口井盖破了一半，晚上看不见")

    expect(page.get_by_text("疑似重复 1 件")).to_be_visible()
    expect(page.get_by_role("link", name=reported.title)).to_be_visible()
    look(page, "typing")

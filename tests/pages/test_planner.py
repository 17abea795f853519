"""A planner draws a community's grids anew, and another lets them take effect (网格规划)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from quanyu.kernel.access.rules import Role, system
from quanyu.kernel.access.scope import acting
from quanyu.regions.models import Building, Region
from tests.conftest import STREET, person
from tests.pages.conftest import Sit, look, work

COMMUNITY = f"{STREET}001/"
SIZES = {"户数下限": "250", "目标户数": "450", "户数上限": "700"}


def slide(page: Page) -> None:
    """Put the sizes as wished; a range is set by its value, as the arrow keys would."""
    for label, value in SIZES.items():
        page.get_by_label(label, exact=True).fill(value)


def homes() -> dict[Any, str]:
    with acting(system(settings.QUANYU_CITY, job="tests")):
        return dict(Building.objects.within(COMMUNITY).values_list("pk", "region_path"))


def grids() -> set[str]:
    with acting(system(settings.QUANYU_CITY, job="tests")):
        rows = Region.objects.standing().filter(parent_path=COMMUNITY)
        return set(rows.values_list("path", flat=True))


def test_grids_are_planned_painted_decided_and_take_effect(sit: Sit) -> None:
    planner, commander = person(Role.COMMUNITY_SECRETARY, COMMUNITY), person(Role.COMMANDER)
    before = homes()
    page = sit(planner)

    page.goto("/desk/plans")
    page.get_by_role("link", name="新建方案").click()
    page.get_by_label("名称").fill("春季优化")
    page.get_by_role("button", name="新建方案").click()
    expect(page.get_by_text("正在计算：0 / 1 个社区")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="各网格户数")).to_be_visible()
    slide(page)
    page.get_by_role("button", name="重新计算", exact=True).click()
    work()
    expect(page.get_by_text("250–700 户").first).to_be_visible()
    look(page, "plan-drawn")

    page.get_by_role("heading", name="手工指定楼栋的网格").click()
    choice = page.get_by_role("row").get_by_role("combobox").first
    building = UUID((choice.get_attribute("name") or "").removeprefix("lock-"))
    there = min(grids() - {before[building]})
    choice.select_option(value=there)
    page.get_by_role("button", name="按指定重新计算").click()
    work()
    expect(page.get_by_text("已指定 1 幢")).to_be_visible()

    page.get_by_label("生效日期").fill(timezone.localdate().isoformat())
    page.get_by_label("依据").fill("示例文件")
    page.get_by_label("为什么这样划").fill("户数不均")
    page.get_by_role("button", name="转为区划调整").click()
    page.get_by_role("link", name="看区划调整").click()
    work()
    expect(page.get_by_role("heading", name="会转移的")).to_be_visible()
    look(page, "plan-rehearsed")
    page.get_by_role("button", name="提交批准").click()
    expect(page.get_by_text("待批准").first).to_be_visible()

    decides = sit(commander)
    decides.goto(page.url)
    decides.get_by_role("group").filter(has_text="批准").get_by_text(
        "批准", exact=True
    ).first.click()
    decides.get_by_role("button", name="批准", exact=True).click()
    work()
    decides.reload()
    expect(decides.get_by_text("已生效").first).to_be_visible()

    after = homes()
    assert set(after.values()) == grids()
    assert after[building] == there != before[building]

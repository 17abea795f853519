"""A dispatcher narrows the list, chooses columns, keeps the view and takes the file (列表导出)."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.conftest import POINT
from tests.pages.conftest import Sit, look, report, work


@pytest.fixture
def lamps(act: Any, at: datetime, reported: Event) -> list[Event]:
    """Three broken lamps beside the broken cover."""
    lon, lat = POINT
    said = [
        actions.Report(text=f"第{n}盏路灯不亮", address=f"绩溪路{n}号", lon=lon, lat=lat)
        for n in range(3)
    ]
    return [report(act, one, at=at) for one in said]


def test_what_is_seen_is_what_is_taken(
    sit: Sit, lamps: list[Event], clerk: Actor, tmp_path: Path
) -> None:
    work()  # The worker learns the words by which matters are found.
    page = sit(clerk, accept_downloads=True)
    page.goto("/desk/matters")
    page.get_by_role("textbox", name="搜索").fill("路灯")
    page.get_by_role("textbox", name="搜索").press("Enter")
    expect(page.get_by_text("共 3 件")).to_be_visible()

    page.get_by_text("列", exact=True).click()
    columns = page.get_by_role("form", name="选择列")
    columns.get_by_label("类别").uncheck()
    columns.get_by_label("地点").check()
    look(page, "list-columns")
    columns.get_by_role("button", name="显示这些列").click()
    expect(page.get_by_role("columnheader", name="地点")).to_be_visible()
    expect(page.get_by_role("columnheader", name="类别")).to_have_count(0)

    page.get_by_text("视图", exact=True).click()
    page.get_by_label("把现在的筛选、排序和列存为").fill("路灯")
    page.get_by_label("每次先打开它").check()
    look(page, "list-view")
    page.get_by_role("button", name="保存视图").click()
    expect(page.get_by_text("已保存视图“路灯”")).to_be_visible()
    page.goto("/desk/matters")
    expect(page.get_by_role("link", name="路灯", exact=True).first).to_have_attribute(
        "aria-current", "page"
    )
    look(page, "list-narrowed")
    seen = page.get_by_role("table").locator("tbody tr td:first-child").all_inner_texts()

    page.get_by_role("link", name="导出", exact=True).click()
    look(page, "export-new")
    page.get_by_role("button", name="导出").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    look(page, "export-waiting")
    work()
    with page.expect_download() as begun:
        page.get_by_role("link", name="下载").click()
    look(page, "export-done")
    path = tmp_path / "list.xlsx"
    begun.value.save_as(path)
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == seen
    assert "地点" in head
    assert "类别" not in head
    assert begun.value.suggested_filename.startswith("事项-")

    page.goto("/desk/files")
    expect(page.get_by_role("link", name="事项-")).to_be_visible()
    look(page, "files")

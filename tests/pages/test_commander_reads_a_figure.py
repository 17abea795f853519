"""A commander opens a figure, reads how it is made, and sees the matters it counts (指标)."""

from typing import Any

import pytest
from playwright.sync_api import expect

from quanyu.kernel.access.rules import Role
from tests.conftest import person
from tests.events.figured import made
from tests.pages.conftest import Sit, look


@pytest.fixture
def month(act: Any) -> None:
    """A small month."""
    made(act)


@pytest.mark.usefixtures("month")
def test_a_figure_opens_its_passport_and_its_matters(sit: Sit) -> None:
    page = sit(person(Role.COMMANDER, name="高山"))
    page.goto("/desk/figures?period=2026-03")

    page.locator("summary").filter(has_text="按期结案率").click()
    expect(page.get_by_role("link", name="看按期结案 2 件")).to_be_visible()
    expect(page.get_by_text("按期结案÷应结案")).to_be_visible()
    look(page, "figure-passport")
    page.get_by_role("link", name="看应结案 6 件").last.click()
    expect(page.get_by_text("共 6 件")).to_be_visible()

    page.go_back()
    page.get_by_role("link", name="北京三率").click()
    page.locator("summary").filter(has_text="响应率").click()
    expect(page.get_by_text("签收不等于联系")).to_be_visible()
    page.locator("summary").filter(has_text="响应率").click()
    page.get_by_role("link", name="分大类").click()
    expect(page.get_by_role("columnheader", name="大类")).to_be_visible()

    page.get_by_role("link", name="生成月报").click()
    expect(page.get_by_role("radio", name="XLSX")).to_be_visible()
    page.get_by_role("button", name="导出").click()
    expect(page.get_by_role("heading", name="导出：指标通报")).to_be_visible()
    look(page, "figure-bulletin")

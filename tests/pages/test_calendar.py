"""A district officer enters next year's holidays, and the matters follow (工作日历)."""

from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import expect

from quanyu.kernel.access.rules import Role
from quanyu.kernel.calendar import queries
from tests.conftest import owner, person
from tests.pages.conftest import PHONE, Sit, look
from tests.pages.test_axe import faults

HOLIDAYS = {
    "元旦": ("2031-01-01", "2031-01-01", ""),
    "春节": ("2031-01-22", "2031-01-29", "2031-01-19 2031-02-02"),
    "清明节": ("2031-04-05", "2031-04-07", ""),
    "劳动节": ("2031-05-01", "2031-05-04", ""),
    "端午节": ("2031-06-24", "2031-06-24", ""),
    "中秋节": ("2031-10-01", "2031-10-01", ""),
    "国庆节": ("2031-10-02", "2031-10-08", "2031-09-28"),
}
"""A year to come, invented."""


def test_the_year_is_entered_line_by_line_and_shown(sit: Sit) -> None:
    page = sit(person(Role.DISTRICT_ADMIN, "34/01/"))
    page.goto("/desk/calendar?year=2031")
    expect(page.get_by_role("alert")).to_contain_text("2031 年的放假安排还没有录入")
    for name, (first, last, worked) in HOLIDAYS.items():
        page.get_by_label(f"放假第一天：{name}").fill(first)
        page.get_by_label(f"放假最后一天：{name}").fill(last)
        page.get_by_label(f"调休上班的日子：{name}").fill(worked)
    page.get_by_label("通知的名称、文号或网址").fill("示例通知")

    page.get_by_role("button", name="保存").click()

    expect(page.get_by_text("已录入")).to_be_visible()
    look(page, "calendar-2031")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("td.is-makeup")).to_have_count(3)


def test_a_slip_is_named_and_nothing_typed_is_lost(sit: Sit) -> None:
    page = sit(person(Role.DISTRICT_ADMIN, "34/01/"), size=PHONE)
    page.goto("/desk/calendar?year=2031")
    page.get_by_label("放假第一天：元旦").fill("2031-01-01")
    page.get_by_label("通知的名称、文号或网址").fill("示例通知")

    page.get_by_role("button", name="保存").click()

    expect(page.get_by_text("还缺：春节")).to_be_visible()
    expect(page.get_by_label("放假第一天：元旦")).to_have_value("2031-01-01")
    look(page, "calendar-slip-390")


def test_whoever_reads_it_finds_no_form(sit: Sit) -> None:
    page = sit(person(Role.DISPATCHER))

    page.goto("/desk/calendar?year=2026")

    expect(page.get_by_role("heading", name="2026 年")).to_be_visible()
    expect(page.get_by_role("button", name="保存")).to_have_count(0)
    assert faults(page, "calendar") == []


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Take the year back: real commits outlive a test, and the calendar is kept for all of them."""
    yield
    with owner(connection.settings_dict["NAME"]) as cleaner:
        cleaner.execute("DELETE FROM calendar_calendarday WHERE source LIKE '%2031%'")
        cleaner.execute("DELETE FROM calendar_calendaryear WHERE year = 2031")
        cleaner.execute("UPDATE calendar_calendaredition SET token = gen_random_uuid()")
    queries.kept.forget()

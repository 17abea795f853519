"""A reporter's number is shown for a reason, for a minute, and the reporter sees by whom (查看)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import Sit, look


def test_a_number_is_shown_for_a_reason_and_fades(
    sit: Sit, reported: Event, operator: Actor
) -> None:
    page = sit(operator)
    page.clock.install()
    page.goto(f"/desk/matters/{reported.number}")
    expect(page.get_by_text("13800138000")).to_have_count(0)

    page.get_by_text("显示电话").click()
    page.get_by_label("为什么要看").select_option(label="联系当事人")
    page.get_by_role("button", name="显示", exact=True).click()

    expect(page.get_by_role("link", name="13800138000")).to_be_visible()
    look(page, "contact-shown")
    page.clock.run_for(62_000)
    expect(page.get_by_text("13800138000")).to_have_count(0)
    expect(page.get_by_text("138****8000")).to_be_visible()
    page.reload()
    expect(page.get_by_text("事由：联系当事人")).to_be_visible()

"""A checker sends back what is not done well, and the clock goes on (返工)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import Sit, now


def test_a_checker_sends_it_back_and_the_body_sees_why(
    sit: Sit, checking: Event, checker: Actor, handler: Actor
) -> None:
    due = checking.due_at
    assert due
    page = sit(checker)
    page.goto(f"/desk/matters/{checking.number}")
    page.get_by_role("group", name="其他做法").get_by_text("返工").first.click()
    form = page.get_by_role("form", name="返工")
    form.get_by_label("理由").fill("井盖四周还有缝，会翘。")
    form.get_by_role("button", name="返工").click()
    expect(page.get_by_text("返工：已办好")).to_be_visible()

    desk = sit(handler)
    desk.goto("/desk/")
    desk.get_by_role("link", name="处置反馈：").first.click()

    expect(desk.get_by_text("井盖四周还有缝，会翘。")).to_be_visible()
    assert (now(checking).due_at or due) >= due

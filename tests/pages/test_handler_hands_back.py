"""A body hands a matter back once, and the dispatcher decides (退回与裁定)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import Sit, look, now


def test_a_body_hands_back_once_and_must_take_it_then(
    sit: Sit, dispatched: Event, handler: Actor, dispatcher: Actor
) -> None:
    address = f"/desk/matters/{dispatched.number}"
    page = sit(handler)
    page.goto(address)
    page.get_by_role("group", name="其他做法").get_by_text("退回").first.click()
    form = page.get_by_role("form", name="退回")
    form.get_by_label("退回依据").select_option(index=1)
    form.get_by_label("理由").fill("这段路由区里养护。")
    look(page, "handler-hands-back")
    form.get_by_role("button", name="退回").click()
    expect(page.get_by_text("退回：已办好")).to_be_visible()

    desk = sit(dispatcher)
    desk.goto("/desk/")
    desk.get_by_role("link", name="裁定：").first.click()
    form = desk.get_by_role("form", name="维持派遣")
    if not form.is_visible():
        desk.get_by_text("维持派遣").first.click()
    form.get_by_label("理由").fill("养护协议写明由街道养护。")
    look(desk, "dispatcher-insists")
    form.get_by_role("button", name="维持派遣").click()
    expect(desk.get_by_text("维持派遣：已办好")).to_be_visible()

    page.goto(address)
    expect(page.get_by_role("button", name="签收")).to_be_visible()
    expect(page.get_by_text("退回：本单位已退回过一次")).to_be_visible()
    assert now(dispatched).state == "dispatched"

"""The desk enters a report for somebody on the telephone and reads out the code (代报)."""

from playwright.sync_api import expect

from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import CODE, Sit, look


def test_who_telephones_gets_a_code(sit: Sit, operator: Actor) -> None:
    page = sit(operator)

    page.goto("/desk/")
    page.get_by_role("main").get_by_role("link", name="代报事项").click()
    page.get_by_role("radio", name="电话").check()
    page.get_by_role("textbox", name="地址").fill("绩溪路社区 3 幢 2 单元")
    page.get_by_label("情况").fill("楼道里堆满纸箱，老人说走不过去。")
    page.get_by_label("姓名").fill("李桂英")
    page.get_by_role("textbox", name="电话").fill("13900139000")
    page.get_by_role("radio", name="口头同意").check()
    page.get_by_role("button", name="登记").click()

    expect(page.get_by_text(CODE)).to_be_visible()
    look(page, "on-behalf-done")
    page.get_by_role("link", name="打开").click()
    expect(page.get_by_text("139****9000")).to_be_visible()
    expect(page.get_by_text("楼道里堆满纸箱").first).to_be_visible()


def test_what_is_missing_is_said_and_the_rest_kept(sit: Sit, operator: Actor) -> None:
    page = sit(operator)

    page.goto("/desk/report")
    page.get_by_label("情况").fill("楼道里堆满纸箱。")
    page.get_by_role("button", name="登记").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("情况")).to_have_value("楼道里堆满纸箱。")

"""A grid worker puts it right on the spot, phone in hand (现场办结)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import PHONE, Sit, look, now, photo, work


def test_a_grid_worker_settles_on_the_spot(sit: Sit, reported: Event, grid_worker: Actor) -> None:
    page = sit(grid_worker, size=PHONE, has_touch=True)

    page.goto("/desk/")
    look(page, "grid-worker-390")
    page.get_by_role("link", name="现场办结：").first.tap()
    form = page.get_by_role("form", name="现场办结")
    form.get_by_label("怎么处理的").fill("盖子只是移了位，已复位踩实。")
    form.get_by_label("照片").set_input_files(photo("green"))
    look(page, "grid-worker-settles-390")
    form.get_by_role("button", name="现场办结").tap()

    expect(page.get_by_text("现场办结：已办好")).to_be_visible()
    assert now(reported).state == "settled"


def test_a_grid_worker_looks_when_asked(
    sit: Sit, reported: Event, operator: Actor, grid_worker: Actor
) -> None:
    desk = sit(operator)
    desk.goto(f"/desk/matters/{reported.number}")
    desk.get_by_role("group", name="其他做法").get_by_text("请网格员核实").first.click()
    desk.get_by_role("form", name="请网格员核实").get_by_role("button").click()
    expect(desk.get_by_text("请网格员核实：已办好")).to_be_visible()

    page = sit(grid_worker, size=PHONE)
    page.goto("/desk/")
    page.get_by_role("link", name="核实：").first.click()
    form = page.get_by_role("form", name="核实")
    form.get_by_label("现场看到了什么").fill("井盖缺了一角，已放警示桩。")
    form.get_by_label("照片").set_input_files(photo())
    form.get_by_role("button", name="核实").click()
    expect(page.get_by_text("处理中")).to_be_visible()
    work()

    page.reload()
    expect(page.get_by_alt_text("现场核实的照片")).to_be_visible()

"""Somebody at the desk finds a place on the map of the city (城市地图)."""

from playwright.sync_api import expect

from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import Sit, look


def test_the_map_and_its_list_lead_to_a_place(sit: Sit, dispatcher: Actor) -> None:
    page = sit(dispatcher, maps=True)

    page.goto("/desk/city-map")
    expect(page.get_by_text("图上 44 个网格")).to_be_visible()
    page.get_by_role("searchbox", name="找地点").fill("杏林")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="杏林社区").first.click()
    expect(page.get_by_text("打印杏林社区")).to_be_visible()
    expect(page.locator("[data-ready]")).to_be_visible()
    look(page, "city-map")

    page.get_by_role("region", name="地图，可用旁边的列表代替").click()

    expect(page.get_by_role("link", name="打开", exact=True)).to_be_visible()

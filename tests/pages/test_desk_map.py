"""The desk map and the list are two views of one query (调度地图)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import Sit, look


def test_the_map_and_the_list_show_the_same(sit: Sit, filed: Event, dispatcher: Actor) -> None:
    page = sit(dispatcher, maps=True)

    page.goto("/desk/matters")
    page.get_by_role("link", name="地图", exact=True).click()
    page.get_by_role("link", name="待派遣 1").click()
    expect(page.get_by_role("link", name=filed.title)).to_be_visible()
    look(page, "desk-map")
    page.get_by_role("link", name="转列表").click()

    expect(page.get_by_role("combobox", name="状态")).to_have_value("filed")
    expect(page.get_by_role("link", name=filed.title)).to_be_visible()


def test_the_list_opens_at_what_is_open(sit: Sit, closed: Event, dispatcher: Actor) -> None:
    page = sit(dispatcher)

    page.goto("/desk/matters")
    expect(page.get_by_text("没有符合条件的事项")).to_be_visible()
    page.get_by_role("link", name="全部", exact=True).click()

    expect(page.get_by_role("link", name=closed.title)).to_be_visible()


def test_a_filter_stands_in_the_address(sit: Sit, filed: Event, dispatcher: Actor) -> None:
    page = sit(dispatcher)

    page.goto("/desk/matters")
    page.get_by_role("combobox", name="到期").select_option(label="已超时")
    page.wait_for_url("**/desk/matters?*due=late*")
    page.get_by_role("combobox", name="到期").select_option(label="全部")
    page.wait_for_url("**/desk/matters?state=open")

    expect(page.get_by_role("link", name=filed.title)).to_be_visible()


def test_the_keys_lead_from_matter_to_matter(
    sit: Sit, reported: Event, filed: Event, dispatcher: Actor
) -> None:
    page = sit(dispatcher)
    page.goto("/desk/matters")

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(filed.title)
    page.wait_for_load_state()  # the heading is there before the script that hears the keys
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="搜索事项")).to_be_focused()

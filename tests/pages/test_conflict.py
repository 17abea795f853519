"""Of two people at one matter the second is told who was faster, and loses no word (冲突)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from tests.conftest import person
from tests.pages.conftest import Sit, look


def test_the_second_is_told_who_was_faster(sit: Sit, filed: Event, dispatcher: Actor) -> None:
    slower = person(Role.DISPATCHER, name="韩立")
    first, second = sit(dispatcher), sit(slower)
    for page in (first, second):
        page.goto(f"/desk/matters/{filed.number}")
    second.get_by_label("交代几句").fill("请今晚前围好")

    first.get_by_role("button", name="派给").click()
    expect(first.get_by_text("派遣：已办好")).to_be_visible()
    second.get_by_role("button", name="派给").click()

    told = second.get_by_role("alert")
    expect(told).to_contain_text("周*")
    expect(told).to_contain_text("已派遣")
    expect(told).to_contain_text("没有生效")
    expect(told).to_contain_text("请今晚前围好")
    look(second, "conflict")
    told.get_by_role("link", name="看现在的样子").click()
    expect(second.get_by_text("已派遣").first).to_be_visible()

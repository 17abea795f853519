"""Who holds both desk roles sends a report out with one button (受理并派遣)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import Sit, look, now


def test_one_button_accepts_files_and_dispatches(sit: Sit, reported: Event, clerk: Actor) -> None:
    page = sit(clerk)

    page.goto("/desk/")
    page.get_by_role("link", name="打开并受理并派遣").click()
    page.get_by_role("button", name="派给三里庵街道市政养护队").click()

    expect(page.get_by_text("受理并派遣：已办好")).to_be_visible()
    assert now(reported).state == "dispatched"


def test_another_class_brings_its_body_and_its_limit(
    sit: Sit, reported: Event, clerk: Actor
) -> None:
    page = sit(clerk)
    page.goto(f"/desk/matters/{reported.number}")
    form = page.get_by_role("form", name="受理并派遣")

    form.get_by_label("交代几句").fill("请先围挡")
    form.get_by_text("改选").first.click()
    form.get_by_label("类别").select_option("0102")

    button = form.get_by_role("button", name="派给")
    expect(button).not_to_have_text("派给三里庵街道市政养护队")
    expect(form.get_by_label("交代几句")).to_have_value("请先围挡")
    look(page, "clerk-another-class")
    button.click()
    expect(page.get_by_text("受理并派遣：已办好")).to_be_visible()
    assert now(reported).category == "0102"

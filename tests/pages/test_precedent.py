"""A dispatcher sees why a class is suggested, and decides once whose job a matter is (判例)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from playwright.sync_api import expect

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.rules import classing as rules
from quanyu.kernel.access.rules import REPORTER, Actor, system
from quanyu.kernel.access.scope import acting
from tests.pages.conftest import Sit, look, now

FOUND = rules.Suggestion("P0102", 0.42, ("污水", "井盖"), ("P0103", "0102"), model=1)


def test_decided_against_the_suggestion_once_is_suggested_next_time(
    sit: Sit, act: Any, reported: Event, clerk: Actor, said: actions.Report, at: datetime
) -> None:
    _suggest(reported, at)
    page = sit(clerk)
    page.goto(f"/desk/matters/{reported.number}")
    form = page.get_by_role("form", name="受理并派遣")
    expect(page.locator("mark", has_text="井盖")).to_be_visible()
    expect(form.get_by_text("把握 42 %")).to_be_visible()
    expect(form.get_by_text("把握不大，请核对")).to_be_visible()
    look(page, "suggested")
    form.get_by_text("改选").nth(1).click()
    other = form.get_by_label("处置单位").locator("option").nth(1).inner_text()
    form.get_by_label("处置单位").select_option(index=1)
    form.get_by_role("button", name="受理并派遣").click()
    expect(page.get_by_text("受理并派遣：已办好")).to_be_visible()

    page.get_by_text("登记为判例").first.click()
    page.get_by_label("依据什么这样定").fill("四月会商纪要：先由它养护")
    look(page, "precedent-form")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已登记为判例，下次先按它建议")).to_be_visible()

    again = act(actions.report, said=replace(said, phone=""), actor=REPORTER, at=at)
    like = Event(pk=again.id)
    _suggest(like, at)
    page.goto(f"/desk/matters/{again.number}")
    expect(page.get_by_role("button", name=f"派给{other}")).to_be_visible()
    expect(page.get_by_text("四月会商纪要")).to_be_visible()
    look(page, "precedent-offered")
    page.goto("/desk/precedents")
    expect(page.get_by_role("cell", name="四月会商纪要")).to_be_visible()
    look(page, "precedents")


def test_another_class_is_picked_with_one_key(
    sit: Sit, reported: Event, clerk: Actor, at: datetime
) -> None:
    _suggest(reported, at)
    page = sit(clerk)
    page.goto(f"/desk/matters/{reported.number}")
    form = page.get_by_role("form", name="受理并派遣")
    button = form.get_by_role("button", name="派给")
    before = button.inner_text()

    with page.expect_response(lambda answer: "/form/send_out" in answer.url):
        page.keyboard.press("2")
    expect(button).not_to_have_text(before)
    button.click()

    expect(page.get_by_text("受理并派遣：已办好")).to_be_visible()
    assert now(reported).category == "0102"


def _suggest(event: Event, at: datetime) -> None:
    with acting(system(settings.QUANYU_CITY, job="tests")) as worker:
        actions.suggest(event_id=event.pk, suggestion=FOUND, actor=worker, at=at)

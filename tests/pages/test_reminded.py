"""A dispatcher sees whom a late matter was told to; an administrator changes a step (逐级提醒)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from playwright.sync_api import expect

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import acting
from tests.conftest import person
from tests.pages.conftest import Sit, look, now


def test_a_late_matter_says_who_was_told_and_who_is_next(
    sit: Sit, handling: Event, handler: Actor, dispatcher: Actor
) -> None:
    sit(handler)
    page = sit(dispatcher)
    due = now(handling).due_at
    assert due is not None
    with acting(system(settings.QUANYU_CITY, job="tests")) as worker:
        actions.escalate(event_id=handling.pk, actor=worker, at=due + timedelta(minutes=1))

    page.goto(f"/desk/matters/{handling.number}")
    block = page.get_by_role("region", name="提醒情况")

    expect(block.get_by_text("已告知承办人")).to_be_visible()
    look(page, "reminded")
    page.goto("/desk/rungs")
    page.get_by_label("某一类别的").select_option("0403")
    expect(page.get_by_role("heading", name="处置：04 突发事件")).to_be_visible()
    look(page, "rungs")


def test_a_step_is_changed_from_tomorrow_on(sit: Sit, act: Any) -> None:
    page = sit(person(Role.SYS_ADMIN, "34/01/", name="魏明轩"))
    page.goto("/desk/rungs")
    page.get_by_role("link", name="改：处置 全部类别 5").click()
    page.get_by_label("多久").fill("3")
    look(page, "rungs-form")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_text("已登记。已经开始计时的事项照原来的步骤走")).to_be_visible()
    expect(page.get_by_text("到期后 3 个工作日 街道指挥长")).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("heading", name="还没到的改动")).to_have_count(0)

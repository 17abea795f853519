"""An appointment gives access in an open session, and its end takes it away (任职带权限)."""

from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.organisations.models import Post
from tests.conftest import GRID, person
from tests.organisations.posts import CITY, post
from tests.pages.conftest import PHONE, Sit, look, work
from tests.pages.test_axe import faults


def proposes(page: Page, where: Post, username: str) -> None:
    """Propose somebody, as the street's commander."""
    page.goto(f"/desk/posts/{where.pk}")
    form = page.get_by_role("region", name="提名")
    form.get_by_label("用户名").fill(username)
    form.get_by_label("事由").fill("公开招聘（示例）")
    look(page, "posts-1-propose")
    form.get_by_role("button", name="提名").click()
    expect(page.get_by_text("已提名，等待另一人确认")).to_be_visible()


def confirms(page: Page) -> None:
    """Confirm what waits, as the district's officer."""
    page.goto("/desk/appointments")
    waiting = page.get_by_role("region", name="待确认的提名")
    expect(waiting.get_by_text("李军", exact=True)).to_be_visible()
    look(page, "posts-2-waiting")
    waiting.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_text("整批已确认")).to_be_visible()
    look(page, "posts-3-list")


def ends(page: Page, where: Post) -> None:
    """Enter the end, on the post's page."""
    page.goto(f"/desk/posts/{where.pk}")
    page.get_by_text("登记卸任", exact=True).first.click()
    page.get_by_label("事由").first.fill("轮岗")
    look(page, "posts-4-end")
    page.get_by_role("button", name="登记卸任").click()
    expect(page.get_by_text("已登记卸任，岗位所带的权限按日期收回")).to_be_visible()
    assert faults(page, "post") == []


def test_an_appointment_counts_at_once_and_no_more_when_it_ends(
    sit: Sit, reported: Event, act: Any
) -> None:
    with acting(CITY):
        where = post(CITY, timezone.localtime())
    worker: Actor = person(Role.PARTY_OFFICER, GRID, name="李军")
    open_desk = sit(worker, size=PHONE)
    commander = sit(person(Role.COMMANDER, name="韩四"))
    district = sit(person(Role.DISTRICT_ADMIN, "34/01/04/", name="严五"))
    refused = open_desk.goto("/desk/matters")
    assert refused is not None
    assert refused.status == 403
    assert worker.id is not None

    proposes(commander, where, f"u{worker.id.hex[-12:]}")
    confirms(district)

    open_desk.goto("/desk/matters")
    expect(open_desk.get_by_role("link", name="事项", exact=True).first).to_be_attached()
    open_desk.goto("/desk/grants")
    expect(open_desk.get_by_role("region", name="任职")).to_contain_text("专职网格员")
    look(open_desk, "posts-5-mine-390")

    ends(commander, where)
    answer = open_desk.goto("/desk/matters")
    assert answer is not None
    assert answer.status == 403
    work()

"""A grant is asked for by one, approved by another, and counts in an open session (授权)."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from tests.conftest import GRID, person
from tests.pages.conftest import PHONE, Sit, look, work
from tests.pages.test_axe import faults


def asks(page: Page, name: str) -> None:
    """Ask, as the system administrator, that somebody be an operator of the street."""
    page.goto("/desk/people")
    page.get_by_role("link", name=name).click()
    form = page.get_by_role("region", name="申请授权")
    form.get_by_label("角色").select_option("operator")
    form.get_by_label("辖区").fill("三里庵街道")
    form.get_by_label("申请事由").fill("接手受理")
    look(page, "grants-1-ask")
    form.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("申请已提交，等待安全管理员审批")).to_be_visible()
    look(page, "grants-2-asked")


def approves(page: Page) -> None:
    """Approve what waits, as the security administrator."""
    page.goto("/desk/grants/requests")
    page.get_by_text("批准", exact=True).first.click()
    look(page, "grants-3-approve")
    page.get_by_label("审批意见").fill("同意")
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_text("已批准，对方下一次操作起生效")).to_be_visible()
    look(page, "grants-4-approved")


def takes_away(page: Page, name: str) -> None:
    """End every grant of somebody that can be ended, from their page."""
    page.goto("/desk/people")
    page.get_by_role("link", name=name).click()
    page.get_by_text("收回", exact=True).first.click()
    page.get_by_label("终止事由").first.fill("调离")
    page.get_by_role("button", name="收回").first.click()
    expect(page.get_by_text("授权已终止，下一次操作起失效")).to_be_visible()


def test_a_grant_counts_at_once_and_no_more_when_it_ends(
    sit: Sit, reported: Event, at: datetime, act: Any
) -> None:
    worker = person(Role.PARTY_OFFICER, GRID, name="李军")
    city = settings.QUANYU_CITY
    open_desk = sit(worker, size=PHONE)
    asking = sit(person(Role.SYS_ADMIN, city, name="钱一"))
    deciding = sit(person(Role.SEC_ADMIN, city, name="孙二"))
    open_desk.goto("/desk/grants")
    look(open_desk, "grants-mine-390")
    expect(open_desk.get_by_role("link", name="事项", exact=True)).to_have_count(0)

    asks(asking, "李军")
    approves(deciding)

    open_desk.goto("/desk/matters")
    expect(open_desk.get_by_role("link", name="污水井盖").first).to_be_visible()

    takes_away(deciding, "李军")
    answer = open_desk.goto("/desk/matters")
    assert answer is not None
    assert answer.status == 403


def test_a_leader_sees_as_a_colleague_and_leaves(sit: Sit, reported: Event) -> None:
    worker: Actor = person(Role.GRID_WORKER, name="李军")
    sit(worker)
    page = sit(person(Role.COMMANDER, name="韩四"))

    page.goto("/desk/grants/people")
    page.get_by_role("link", name="李军").click()
    look(page, "grants-circle")
    page.get_by_role("button", name="以此人视角查看").click()
    expect(page.get_by_text("正在以李军的视角查看")).to_be_visible()
    look(page, "grants-seen")
    page.goto("/desk/matters")
    expect(page.get_by_role("link", name="污水井盖").first).to_be_visible()
    page.get_by_role("button", name="退出", exact=True).first.click()

    expect(page.get_by_text("已恢复本人视角")).to_be_visible()


def bell(page: Page) -> None:
    """Open the inbox by the bell, which shows that one thing is new."""
    page.goto("/desk/grants")
    page.get_by_role("link", name="通知，1 条未读").click()


def test_the_bell_tells_who_decides_and_then_the_person(sit: Sit) -> None:
    city = settings.QUANYU_CITY
    worker = sit(person(Role.PARTY_OFFICER, GRID, name="李军"), size=PHONE)
    asking = sit(person(Role.SYS_ADMIN, city, name="钱一"))
    deciding = sit(person(Role.SEC_ADMIN, city, name="孙二"))
    worker.goto("/desk/notices")
    asks(asking, "李军")
    work()

    bell(deciding)
    look(deciding, "grants-bell-decides")
    assert faults(deciding, "grants-bell") == []
    deciding.get_by_role("button", name="授权申请待审批：受理员").first.click()
    expect(deciding).to_have_url(re.compile("/desk/grants/requests$"))
    approves(deciding)
    work()

    bell(worker)
    look(worker, "grants-bell-person-390")
    expect(worker.get_by_role("button", name="授权申请已批准：受理员").first).to_be_visible()
    deciding.goto("/desk/notices")
    expect(deciding.get_by_text("没有新通知")).to_be_visible()


def test_one_writes_down_ones_own_mail_address(sit: Sit) -> None:
    page = sit(person(Role.DISPATCHER, name="周明"))
    page.goto("/desk/account")
    page.get_by_role("link", name="填写邮箱").click()
    assert faults(page, "own-mail") == []
    look(page, "own-mail")
    page.get_by_label("新的邮箱").fill("zhou.ming@example.cn")
    page.get_by_role("button", name="保存邮箱").click()

    expect(page.get_by_text("邮箱已保存；邮件接通后开始使用")).to_be_visible()
    expect(page.get_by_text("zhou.ming@example.cn")).to_be_visible()
    look(page, "own-account-mail")

"""Staff sign in with a password, administrators with a code besides (登录)."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from playwright.sync_api import Page, expect

from quanyu.kernel.access.rules import Role, system
from quanyu.kernel.accounts import actions
from tests.conftest import STREET
from tests.pages.conftest import Sit, look

PASSWORD = "Lamp-post-7-green"
SECRET = re.compile(r"^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$")
Hire = Callable[..., None]


@pytest.fixture
def hire(act: Any, at: datetime) -> Hire:
    """Make an account with a password and one role."""
    demo = system(settings.QUANYU_CITY, job="tests")

    def hired(username: str, role: Role, path: str, **more: Any) -> None:
        account = act(
            actions.create_account,
            username=username,
            name="周明",
            password=PASSWORD,
            actor=demo,
            at=at,
            **more,
        )
        act(
            actions.grant,
            account=account,
            role=role,
            region_path=path,
            reason="到岗",
            actor=demo,
            at=at,
        )

    return hired


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def code_of(secret: str, *, later: int = 0) -> str:
    """Return the code a phone shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def test_a_password_opens_the_page_that_was_asked_for(sit: Sit, hire: Hire) -> None:
    hire("zhou.ming", Role.DISPATCHER, STREET)
    page = sit()

    page.goto("/desk/duties")
    look(page, "sign-in")
    sign_in(page, "zhou.ming")

    expect(page.get_by_role("heading", name="权责清单")).to_be_visible()


def test_leaving_closes_the_desk(sit: Sit, hire: Hire) -> None:
    hire("zhou.ming", Role.DISPATCHER, STREET)
    page = sit()
    page.goto("/desk/")
    sign_in(page, "zhou.ming")

    page.get_by_label("账户菜单").click()
    page.get_by_role("button", name="退出登录").click()

    page.goto("/desk/")
    expect(page.get_by_role("heading", name="登录工作台")).to_be_visible()


def test_a_wrong_password_is_told_and_the_name_kept(sit: Sit, hire: Hire) -> None:
    hire("zhou.ming", Role.DISPATCHER, STREET)
    page = sit()

    page.goto("/desk/sign-in")
    sign_in(page, "zhou.ming", "Wrong-word-1")

    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    expect(page.get_by_label("账号")).to_have_value("zhou.ming")


def test_too_many_wrong_passwords_lock_for_a_while(sit: Sit, hire: Hire) -> None:
    hire("zhou.ming", Role.DISPATCHER, STREET)
    page = sit()

    page.goto("/desk/sign-in")
    for _ in range(5):
        sign_in(page, "zhou.ming", "Wrong-word-1")
        page.wait_for_load_state()
    sign_in(page, "zhou.ming")

    expect(page.get_by_role("alert")).to_contain_text("登录失败次数过多，已暂停登录")


def test_an_administrator_needs_a_code_besides(sit: Sit, hire: Hire) -> None:
    hire("qian.yi", Role.SYS_ADMIN, settings.QUANYU_CITY)
    page = sit()

    page.goto("/desk/")
    sign_in(page, "qian.yi")
    expect(page.get_by_role("heading", name="绑定动态验证码")).to_be_visible()
    look(page, "second-factor")
    secret = page.get_by_text(SECRET).inner_text().replace(" ", "")
    page.get_by_label("动态验证码", exact=True).fill(code_of(secret))
    page.get_by_role("button", name="绑定").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    look(page, "recovery-codes")
    page.get_by_role("link", name="已经抄好，继续").click()
    expect(page.get_by_role("link", name="人员与授权").first).to_be_visible()

    other = sit()
    other.goto("/desk/")
    sign_in(other, "qian.yi")
    other.get_by_label("动态验证码").fill("000000")
    other.get_by_role("button", name="验证").click()
    expect(other.get_by_role("alert").first).to_contain_text("动态验证码不正确")
    other.get_by_label("动态验证码").fill(code_of(secret, later=1))
    other.get_by_role("button", name="验证").click()
    expect(other.get_by_role("link", name="人员与授权").first).to_be_visible()


def test_the_demo_offers_its_people_with_one_click(sit: Sit, hire: Hire, settings: Any) -> None:
    settings.QUANYU_DEMO = True
    hire("d.dispatcher", Role.DISPATCHER, STREET, is_demo=True)
    page = sit()

    page.goto("/desk/")
    look(page, "sign-in-demo")
    page.get_by_role("button", name="派遣员").click()

    expect(page.get_by_role("heading", name="我的工作")).to_be_visible()


def test_outside_the_demo_nobody_is_offered(sit: Sit, hire: Hire) -> None:
    hire("d.dispatcher", Role.DISPATCHER, STREET, is_demo=True)
    page = sit()

    page.goto("/desk/sign-in")

    expect(page.get_by_role("heading", name="登录工作台")).to_be_visible()
    expect(page.get_by_role("button", name="派遣员")).to_have_count(0)

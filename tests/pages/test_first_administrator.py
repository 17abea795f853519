"""The first administrator comes in by the link that the installation printed (首次登录)."""

import re
import time
from datetime import datetime
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from playwright.sync_api import Page, expect

from quanyu.kernel.access.rules import Role, system
from quanyu.kernel.accounts import actions
from tests.pages.conftest import Sit, look

PASSWORD = "Lamp-post-7-green"
SECRET = re.compile(r"^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$")


def code_of(page: Page) -> str:
    """Return the code that a phone shows which has read the page's secret."""
    secret = page.get_by_text(SECRET).inner_text().replace(" ", "")
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_from_a_link_to_a_desk_with_a_second_factor(sit: Sit, act: Any, at: datetime) -> None:
    machine = system(settings.QUANYU_CITY, job="quanyu init")
    account = act(
        actions.create_account,
        username="secadmin",
        name="安全管理员",
        password=None,
        actor=machine,
        at=at,
    )
    act(
        actions.grant,
        account=account,
        role=Role.SEC_ADMIN,
        region_path=settings.QUANYU_CITY,
        reason="初始化",
        actor=machine,
        at=at,
    )
    token = act(actions.invite, account=account, actor=machine, at=at)
    page = sit()

    page.goto(f"/desk/welcome/{token}")
    expect(page.get_by_role("heading", name="您好，安全管理员")).to_be_visible()
    look(page, "welcome")
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次新密码").fill(PASSWORD)
    page.get_by_role("button", name="设置密码并登录").click()
    page.get_by_role("textbox", name="动态验证码").fill(code_of(page))
    page.get_by_role("button", name="绑定").click()
    page.get_by_role("button", name="已经抄好，继续").or_(
        page.get_by_role("link", name="已经抄好，继续")
    ).click()
    expect(page.get_by_role("link", name="人员与授权").first).to_be_visible()
    page.goto(f"/desk/welcome/{token}")

    expect(page.get_by_role("heading", name="链接打不开")).to_be_visible()

"""Staff sign in by the city's identity provider, and see where they are signed in (统一身份)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as city
from playwright.sync_api import Page, expect

from quanyu.kernel.access.rules import Role, system
from quanyu.kernel.accounts import actions
from tests.conftest import STREET
from tests.kernel.accounts.provider import Provider, running
from tests.pages.conftest import PHONE, Sit, look

PASSWORD = "Lamp-post-7-green"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running() as started:
        yield started


@pytest.fixture(autouse=True)
def switched_on(provider: Provider, settings: Any) -> None:
    settings.QUANYU_OIDC_ISSUER = provider.url
    settings.QUANYU_OIDC_CLIENT_ID = "quanyu"
    settings.QUANYU_OIDC_CLIENT_SECRET = "a secret of the tests"


@pytest.fixture
def worker(act: Any, at: datetime) -> Any:
    demo = system(city.QUANYU_CITY, job="tests")
    account = act(
        actions.create_account,
        username="zhou.ming",
        name="周明",
        password=PASSWORD,
        actor=demo,
        at=at,
    )
    act(
        actions.grant,
        account=account,
        role=Role.DISPATCHER,
        region_path=STREET,
        reason="到岗",
        actor=demo,
        at=at,
    )
    return account


@pytest.fixture
def seat(sit: Sit) -> Sit:
    """Seat somebody; the provider's page asks the wide world for its looks, and goes without."""

    def seated(**more: Any) -> Page:
        page = sit(**more)
        page.context.route(re.compile("^https://"), lambda route: route.fulfill(body=""))
        return page

    return seated


def approve(page: Page, subject: str) -> None:
    """Sign in on the provider's own page."""
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_a_worker_links_an_identity_and_signs_in_with_it(seat: Sit, worker: Any) -> None:
    page = seat()
    page.goto("/desk/")
    page.get_by_label("账号").fill("zhou.ming")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_label("账户菜单").click()
    page.get_by_role("link", name="账号与安全").click()
    page.get_by_text("绑定统一身份").click()
    page.get_by_role("button", name="开始绑定").click()
    page.get_by_role("link", name="前往统一身份认证").click()
    approve(page, "3401-0071")
    expect(page.get_by_text("统一身份已绑定，以后可以用它登录")).to_be_visible()
    look(page, "own-account")

    other = seat(size=PHONE)
    other.goto("/desk/duties")
    look(other, "sign-in-oidc")
    other.get_by_role("link", name="统一身份认证登录").click()
    approve(other, "3401-0071")

    expect(other.get_by_role("heading", name="权责清单")).to_be_visible()
    other.goto("/desk/account")
    look(other, "own-account-phone")
    other.get_by_role("button", name="退出 Chrome · Linux").click()
    expect(other.get_by_text("那处登录已退出")).to_be_visible()
    page.goto("/desk/duties")
    expect(page.get_by_role("heading", name="登录工作台")).to_be_visible()


def test_somebody_unknown_is_told_what_to_do(seat: Sit) -> None:
    page = seat(size=PHONE)

    page.goto("/desk/sign-in")
    page.get_by_role("link", name="统一身份认证登录").click()
    approve(page, "somebody")

    expect(page.get_by_role("heading", name="还差一步：绑定账号")).to_be_visible()
    look(page, "not-linked")

"""A page that says no says what happened, what was kept, and what to do next (出错页)."""

from typing import Any

from playwright.sync_api import Page, expect

from quanyu.kernel.access.rules import Actor
from tests.pages.conftest import PHONE, Sit, look, photo


def told(page: Page, title: str) -> None:
    """See the three things that every such page tells."""
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("保住了什么")).to_be_visible()
    expect(page.get_by_text("接下来", exact=True)).to_be_visible()


def test_a_resident_finds_no_such_page(sit: Sit) -> None:
    page = sit(size=PHONE)

    page.goto("/nothing/here")

    told(page, "没有找到这一页")
    look(page, "404-390")
    page.get_by_role("link", name="回到首页").click()
    expect(page.get_by_role("link", name="反映一个问题")).to_be_visible()


def test_staff_find_no_such_page_inside_their_frame(sit: Sit, operator: Actor) -> None:
    page = sit(operator)

    page.goto("/desk/matters/000000-NOTHING")

    told(page, "没有找到这一页")
    expect(page.get_by_role("navigation", name="主导航").first).to_be_visible()
    look(page, "404-desk")


def test_a_page_of_other_posts_is_closed(sit: Sit, dispatcher: Actor) -> None:
    page = sit(dispatcher)

    page.goto("/desk/audit")

    told(page, "您的身份不能打开这一页")
    look(page, "403-desk")


def test_a_form_left_open_too_long_says_so(sit: Sit, operator: Actor) -> None:
    page = sit(operator)
    page.goto("/desk/report")

    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="登记").click()

    told(page, "页面放得太久了")


def test_too_many_photos_at_once_are_not_taken(sit: Sit) -> None:
    page = sit(size=PHONE, java_script_enabled=False)

    page.goto("/report")
    page.get_by_label("拍照或选照片").set_input_files([photo(name=f"{n}.jpg") for n in range(13)])
    page.get_by_role("button", name="发出").click()

    told(page, "照片太大，没有收下")


def test_who_reports_too_fast_is_told_when_to_come_again(sit: Sit, settings: Any) -> None:
    settings.QUANYU_REPORTS_A_MINUTE = 1
    page = sit(size=PHONE, java_script_enabled=False)

    for words in ("垃圾桶满了三天没人清。", "垃圾桶还是满的。"):
        page.goto("/report")
        page.get_by_label("地址", exact=True).fill("绩溪路")
        page.get_by_label("怎么了？").fill(words)
        page.get_by_role("button", name="发出").click()

    told(page, "发得太快了，请等一等")
    expect(page.get_by_text("秒后可以再发")).to_be_visible()

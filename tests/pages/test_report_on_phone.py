"""A resident reports on a phone in a minute, with or without scripts (手机上报)."""

import re

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import CODE, PHONE, Sit, photo


def test_a_report_takes_three_steps_and_seven_touches(sit: Sit) -> None:
    page = sit(size=PHONE, has_touch=True)

    page.goto("/")
    page.get_by_role("link", name="反映一个问题").tap()
    page.get_by_label("拍照或选照片").set_input_files(photo())
    page.get_by_role("button", name="下一步：在哪里").tap()
    page.get_by_label("地址", exact=True).fill("绩溪路，菜市场门口")
    page.get_by_role("button", name="下一步：说一说").tap()
    page.get_by_label("怎么了？").fill("垃圾桶满了三天没人清。")
    page.get_by_role("button", name="发出").tap()

    expect(page.get_by_text(CODE)).to_be_visible()


def test_a_report_goes_out_without_scripts(sit: Sit) -> None:
    page = sit(size=PHONE, java_script_enabled=False)

    page.goto("/report")
    page.get_by_label("地址", exact=True).fill("绩溪路，菜市场门口")
    page.get_by_label("怎么了？").fill("垃圾桶满了三天没人清。")
    page.get_by_role("button", name="发出").click()

    expect(page.get_by_text(CODE)).to_be_visible()


def test_what_was_typed_without_scripts_is_still_there(sit: Sit) -> None:
    page = sit(size=PHONE, java_script_enabled=False)

    page.goto("/report")
    page.get_by_label("怎么了？").fill("垃圾桶满了三天没人清。")
    page.get_by_role("button", name="发出").click()

    expect(page.get_by_role("alert")).to_contain_text("您写的都还在")
    expect(page.get_by_label("怎么了？")).to_have_value("垃圾桶满了三天没人清。")


def test_no_step_is_left_out(sit: Sit) -> None:
    page = sit(size=PHONE)

    page.goto("/report")
    page.get_by_role("button", name="下一步：在哪里").click()
    page.get_by_role("button", name="下一步：说一说").click()

    expect(page.get_by_role("alert")).to_contain_text("请写个地址")
    expect(page.get_by_role("heading", name="问题在哪里？")).to_be_visible()


def test_where_i_am_is_taken_from_the_phone(sit: Sit) -> None:
    here = {"latitude": 31.82, "longitude": 117.23}
    page = sit(size=PHONE, maps=True, geolocation=here, permissions=["geolocation"])

    page.goto("/report")
    page.get_by_role("button", name="下一步：在哪里").click()
    page.get_by_role("button", name="用我现在的位置").click()

    expect(page.get_by_text("图钉已放到您现在的位置")).to_be_visible()


@pytest.mark.parametrize("code", ["1234 5678 9012 3456", "什么码"])
def test_a_wrong_code_is_told_from_no_other(sit: Sit, code: str) -> None:
    page = sit(size=PHONE)

    page.goto("/")
    page.get_by_role("textbox").fill(code)
    page.get_by_role("button", name="查看").click()

    expect(page.get_by_role("alert")).to_have_text(re.compile("没有找到这个查询码"))

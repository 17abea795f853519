"""A hotline is let in by two hands; its orders come in by file, and answers go out (热线对接)."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from quanyu.events import actions as events
from quanyu.gateway import actions
from quanyu.gateway.models import Order
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import acting
from tests.conftest import STREET, person
from tests.gateway.conftest import HOTLINE
from tests.pages.conftest import PHONE, WIDE, Sit, look, work
from tests.pages.test_axe import faults

HEAD = ["source", "number", "contents", "address", "class_said", "class_name", "name", "phone"]
ROWS = [
    [
        "hotline",
        "HF-001",
        "小区东门路灯三天不亮",
        "绩溪路",
        "010203",
        "路灯",
        "张三",
        "13800138000",
    ],
    ["hotline", "HF-002", "垃圾桶满了没人收", "梅山路", "020101", "垃圾", "", ""],
]
SYSTEM = system("34/01/", job="gateway.tell")


@pytest.fixture
def sys_admin(transactional_db: None) -> Actor:
    """系统管理员 of the city."""
    return person(Role.SYS_ADMIN, "34/01/", name="魏明轩")


@pytest.fixture
def registered(sys_admin: Actor) -> None:
    """The hotline, as it stands after its registration."""
    with acting(sys_admin):
        given: dict[str, Any] = {"code": "hotline", "place": STREET, **HOTLINE}
        actions.register_source(actor=sys_admin, at=timezone.now(), **given)


def test_two_administrators_let_a_hotline_in(sit: Sit, sys_admin: Actor) -> None:
    page = sit(sys_admin)
    page.goto("/desk/sources")
    page.get_by_label("代号").fill("hotline")
    page.get_by_label("名称", exact=True).fill("市 12345 热线")
    page.get_by_label("可以送来哪里的事").select_option(index=1)
    page.get_by_role("button", name="登记").click()
    page.get_by_role("button", name="生成令牌").click()
    expect(page.get_by_text(re.compile(r"^qy-hotline-"))).to_be_visible()
    expect(page.get_by_text("待安全管理员核准")).to_be_visible()
    expect(page.get_by_role("button", name="核准")).to_have_count(0)
    look(page, "sources-secret")
    assert faults(page, "sources") == []
    page.set_viewport_size(PHONE)
    look(page, "sources-secret-390")

    other = sit(person(Role.SEC_ADMIN, "34/01/", name="戚慧敏"))
    other.goto("/desk/sources")
    expect(other.get_by_text(re.compile(r"qy-hotline-"))).to_have_count(0)
    other.get_by_role("button", name="核准").click()
    expect(other.get_by_text("在用", exact=True)).to_be_visible()
    other.get_by_role("button", name="吊销").click()
    expect(other.get_by_text("已吊销", exact=True)).to_be_visible()


def test_an_operator_brings_orders_in_and_hands_answers_out(
    sit: Sit, registered: None, operator: Actor, tmp_path: Path
) -> None:
    page = sit(operator)
    page.goto("/desk/orders")
    assert faults(page, "orders-none") == []
    page.get_by_role("link", name="导入", exact=True).click()
    file = tmp_path / "orders.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as kept:
        csv.writer(kept).writerows([HEAD, *ROWS])
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并试算").click()
    expect(page.get_by_text("已看 0 行")).to_be_visible()
    work()
    expect(page.get_by_text("前几处变化")).to_be_visible()
    expect(page.get_by_text("13800138000")).to_have_count(0)
    look(page, "orders-checked")
    page.get_by_role("button", name="写入：新增 2，变更 0").click()
    work()
    expect(page.get_by_role("heading", name="已写入")).to_be_visible()
    page.get_by_role("link", name="回到列表").click()
    expect(page.get_by_role("cell", name="HF-001")).to_be_visible()
    expect(page.get_by_text("2 个对方代码还没有对照")).to_be_visible()
    look(page, "orders")
    page.set_viewport_size(PHONE)
    look(page, "orders-390")
    page.set_viewport_size(WIDE)
    assert faults(page, "orders") == []

    page.get_by_role("link", name="去对照").click()
    look(page, "matches")
    page.get_by_label("010203 的本方代码").fill("P0118")
    page.get_by_role("row", name="010203").get_by_role("button", name="设定").click()
    expect(page.get_by_text("已设定，从今天收到的工单起")).to_be_visible()
    look(page, "matches-set")
    page.set_viewport_size(PHONE)
    look(page, "matches-390")
    page.set_viewport_size(WIDE)
    assert faults(page, "matches") == []

    refuse(operator)
    page.goto("/desk/orders/answers")
    expect(page.get_by_text("有 1 条答复等待交出")).to_be_visible()
    look(page, "answers")
    page.set_viewport_size(PHONE)
    look(page, "answers-390")
    page.set_viewport_size(WIDE)
    assert faults(page, "answers") == []
    page.get_by_role("button", name="出一批").click()
    expect(page.get_by_text("第 1 批：1 条答复")).to_be_visible()
    look(page, "answers-batch")
    page.goto("/desk/orders")
    page.get_by_role("link", name=re.compile(r"^\d{6}-")).last.click()
    expect(page.get_by_text("HF-001").first).to_be_visible()
    look(page, "matter-of-an-order")


def refuse(operator: Actor) -> None:
    """Let the desk decline the first order, and the worker write down the answer."""
    now = timezone.now()
    with acting(operator):
        key = Order.objects.get(number="HF-001").event_id
        reply = {"reason": "out_of_scope", "reply": "不归街道管"}
        events.refuse(event_id=key, actor=operator, at=now, **reply)
    with acting(SYSTEM):
        actions.tell_source(event_id=key, actor=SYSTEM, at=now)

"""The system administrator sees a dead job with its reason, retries it, and sees it go (运维)."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from quanyu.kernel.access import slow
from quanyu.kernel.access.rules import Role
from quanyu.kernel.jobs.actions import note_failure
from quanyu.kernel.operations import actions
from tests.conftest import person
from tests.kernel.jobs.test_failures import put, standing
from tests.pages.conftest import PHONE, Sit, look
from tests.pages.test_axe import faults

TASK = "quanyu.events.jobs.suggest_class"
KEY = "01890000-0000-7000-8000-000000000000"


def failed(at: datetime) -> int:
    """Leave a job dead, as a disk that was full leaves it."""
    key = put(TASK)
    with connection.cursor() as cursor:
        args = f'{{"case": "{KEY}", "at": "{at.isoformat()}"}}'
        cursor.execute("UPDATE procrastinate_jobs SET args = %s WHERE id = %s", [args, key])
    try:
        Path("/张三/13800138000").read_bytes()
    except OSError as fault:
        note_failure(job_id=key, task=TASK, tries=8, fault=fault, at=at)
    return key


def test_a_dead_job_is_read_retried_and_gone(sit: Sit, act: Any, at: datetime) -> None:
    key = failed(at)
    page = sit(person(Role.SYS_ADMIN, settings.QUANYU_CITY, name="钱一"))

    page.goto("/desk/people")
    page.get_by_role("status").filter(has_text="系统运行有事要处理").get_by_role("link").click()
    card = page.get_by_role("article", name="后台任务")
    expect(card).to_contain_text("1 项失败")
    card.get_by_role("link", name="后台任务").click()
    page.get_by_role("link", name=f"events.suggest_class {key}").click()
    expect(page.get_by_text("本机的文件、磁盘或内存有问题")).to_be_visible()
    expect(page.get_by_text(KEY)).to_be_visible()
    expect(page.get_by_text("张三")).to_have_count(0)
    look(page, "operations-job")
    page.get_by_role("region", name="重试").get_by_label("理由").fill("磁盘已清理")
    page.get_by_role("button", name="重试").click()

    expect(page.get_by_text("任务已重新排队")).to_be_visible()
    page.get_by_role("link", name="后台任务").first.click()
    page.goto("/desk/operations/jobs?state=dead")
    expect(page.get_by_text("没有这样的任务")).to_be_visible()
    assert standing(key) == "waiting"


def test_the_pages_can_be_used_by_everybody(sit: Sit, live_server: Any, at: datetime) -> None:
    key = failed(at)
    put(TASK, status="todo", tries=3), put("quanyu.kernel.audit.jobs.seal", status="doing")
    for took in (320, 1250):
        text = 'SELECT "events_event"."id" FROM "events_event" WHERE "region_path" >= %s LIMIT ?'
        slow.keep(text, took, at=at)
    actions.keep_slow(at=at)
    page = sit(person(Role.SYS_ADMIN, settings.QUANYU_CITY, name="钱一"))

    told = []
    for name, address in (
        ("overview", ""),
        ("jobs", f"/jobs?state=dead&task={TASK}"),
        ("job", f"/jobs/{key}"),
    ):
        page.goto(f"/desk/operations{address}")
        told += faults(page, f"operations-{name}")
        page.set_viewport_size(PHONE)
        wide = page.evaluate("document.documentElement.scrollWidth")
        told += [f"{name} is {wide} wide"] if wide > PHONE["width"] else []

    assert told == []

"""A matter leaves the main way and comes back to it, and its reporter reads why (旁路)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from quanyu.events import actions
from quanyu.events.actions import Receipt
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.access.scope import acting
from tests.conftest import person
from tests.pages.conftest import PHONE, Sit, look, now, unfold

PROMISE = "已报维修计划，十二月换新灯杆，先装临时灯"
LATER = "临时灯已装好，一月换灯杆"


@pytest.fixture
def receipt(act: Any, said: actions.Report, at: datetime) -> Receipt:
    """What the reporter of the matter was given."""
    return act(actions.report, said=said, actor=REPORTER, at=at)


@pytest.fixture
def reported(receipt: Receipt) -> Event:
    """The matter whose code is known."""
    return _matter(receipt)


@pytest.fixture
def commander() -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, name="何强")


def test_a_body_asks_for_more_time_and_the_dispatcher_grants_it(
    sit: Sit, handling: Event, handler: Actor, dispatcher: Actor
) -> None:
    page, desk = sit(handler), sit(dispatcher)

    form = _form(page, handling, "申请延期")
    form.get_by_label("延长几个工作日").fill("2")
    form.get_by_label("理由").fill("配件后天到货")
    look(page, "extension-asked")
    form.get_by_role("button", name="申请延期").click()
    expect(page.get_by_text("申请延期：已办好")).to_be_visible()

    form = _form(desk, handling, "同意延期")
    expect(desk.get_by_text("配件后天到货").first).to_be_visible()
    look(desk, "extension-decided")
    form.get_by_role("button", name="同意延期").click()
    expect(desk.get_by_text("同意延期：已办好")).to_be_visible()

    assert now(handling).extended == 1
    assert (now(handling).due_at or timezone.now()) > (handling.due_at or timezone.now())


def test_a_body_that_is_refused_more_time_reads_why(
    sit: Sit, handling: Event, handler: Actor, dispatcher: Actor, act: Any
) -> None:
    at = timezone.now()
    asked = {"days": 2, "reason": "人手不够"}
    act(actions.ask_extension, event_id=handling.id, actor=handler, at=at, **asked)
    page, desk = sit(handler), sit(dispatcher)

    form = _form(desk, handling, "不同意延期")
    form.get_by_label("理由").fill("请从邻近班组调人")
    form.get_by_role("button", name="不同意延期").click()
    expect(desk.get_by_text("不同意延期：已办好")).to_be_visible()

    page.goto(f"/desk/matters/{handling.number}")
    expect(page.get_by_text("请从邻近班组调人")).to_be_visible()
    look(page, "extension-refused")
    assert now(handling).due_at == handling.due_at


def test_a_matter_stands_with_a_promise_is_reviewed_and_goes_on(
    sit: Sit, receipt: Receipt, handling: Event, handler: Actor, commander: Actor
) -> None:
    page, desk, mine = sit(handler), sit(commander), sit(size=PHONE)
    day = timezone.localdate() + timedelta(days=10)

    form = _form(page, handling, "申请挂账")
    form.get_by_label("挂账条件").select_option(index=1)
    form.get_by_label("哪天复核").fill(day.isoformat())
    form.get_by_label("给反映人的承诺").fill(PROMISE)
    look(page, "suspension-asked")
    form.get_by_role("button", name="申请挂账").click()
    expect(page.get_by_text("申请挂账：已办好")).to_be_visible()

    _form(desk, handling, "同意挂账").get_by_role("button", name="同意挂账").click()
    expect(desk.get_by_text("同意挂账：已办好")).to_be_visible()
    look(desk, "suspended")
    mine.goto(f"/follow/{_digits(receipt)}")
    expect(mine.get_by_text(PROMISE).first).to_be_visible()
    look(mine, "suspended-reporter")

    _wake(handling, timezone.now() + timedelta(days=11))
    form = _form(desk, handling, "继续挂账")
    form.get_by_label("哪天复核").fill((day + timedelta(days=5)).isoformat())
    form.get_by_label("给反映人的承诺").fill(LATER)
    look(desk, "suspension-reviewed")
    form.get_by_role("button", name="继续挂账").click()
    mine.reload()
    expect(mine.get_by_text(LATER).first).to_be_visible()

    form = _form(desk, handling, "恢复办理")
    form.get_by_label("理由").fill("灯杆提前到货")
    form.get_by_role("button", name="恢复办理").click()
    expect(desk.get_by_text("恢复办理：已办好")).to_be_visible()
    mine.reload()
    look(mine, "resumed-reporter")
    assert (now(handling).state, now(handling).suspended) == ("handling", 1)


def test_a_body_asks_the_reporter_who_answers_by_code(
    sit: Sit, receipt: Receipt, handling: Event, handler: Actor
) -> None:
    page, mine = sit(handler), sit(size=PHONE)

    form = _form(page, handling, "补充询问")
    form.get_by_label("要问反映人什么").fill("请问在几号楼门口？")
    look(page, "question-asked")
    form.get_by_role("button", name="补充询问").click()
    expect(page.get_by_text("补充询问：已办好")).to_be_visible()

    mine.goto(f"/follow/{_digits(receipt)}")
    expect(mine.get_by_text("请问在几号楼门口？").first).to_be_visible()
    look(mine, "question-reporter")
    mine.get_by_label("您的回答").fill("3 号楼东门，垃圾房旁边")
    mine.get_by_role("button", name="告诉我们").click()
    expect(mine.get_by_label("您的回答")).to_have_count(0)

    page.goto(f"/desk/matters/{handling.number}")
    expect(page.get_by_text("3 号楼东门，垃圾房旁边").first).to_be_visible()
    look(page, "question-answered")
    assert now(handling).state == "handling"


def test_two_reports_of_one_matter_are_merged_and_both_reporters_answered(
    sit: Sit, act: Any, said: actions.Report, handling: Event, handler: Actor, operator: Actor
) -> None:
    second = act(actions.report, said=said, actor=REPORTER, at=timezone.now())
    other, desk, mine = _matter(second), sit(operator), sit(size=PHONE)

    def merge() -> None:
        form = _form(desk, other, "并案")
        form.get_by_label("并入哪一件（编号）").fill(handling.number)
        form.get_by_role("button", name="并案").click()
        expect(desk.get_by_text("并案：已办好")).to_be_visible()

    merge()
    look(desk, "merged")
    form = _form(desk, other, "撤销并案")
    form.get_by_label("理由").fill("不是同一处")
    form.get_by_role("button", name="撤销并案").click()
    expect(desk.get_by_text("撤销并案：已办好")).to_be_visible()
    assert now(other).state == "reported"

    merge()
    mine.goto(f"/follow/{_digits(second)}")
    look(mine, "merged-reporter")
    checker, at = person(Role.CHECKER, name="陈静"), timezone.now()
    act(actions.handle, event_id=handling.id, outcome="井盖已更换", actor=handler, at=at)
    act(actions.check, event_id=handling.id, actor=checker, at=at)
    act(actions.close, event_id=handling.id, evidence="现场看过", actor=checker, at=at)
    with acting(system(settings.QUANYU_CITY, job="tests")) as worker:
        actions.follow_main(event_id=other.id, actor=worker, at=at)
    mine.reload()

    expect(mine.get_by_text("井盖已更换").first).to_be_visible()
    expect(mine.get_by_text("问题解决了吗？")).to_be_visible()
    look(mine, "merged-answered")
    assert now(other).state == "closed"


def test_a_resident_joins_what_is_reported_near_by(
    sit: Sit, handling: Event, operator: Actor
) -> None:
    page, desk = sit(size=PHONE), sit(operator)

    page.goto("/report")
    page.get_by_role("button", name="下一步：在哪里").click()
    page.get_by_label("地址", exact=True).fill("路口往北一点")
    page.evaluate(
        """([lon, lat]) => {
            document.querySelector('[name=lon]').value = lon;
            document.querySelector('[name=lat]').value = lat;
        }""",
        [handling.lon, handling.lat],
    )
    page.get_by_role("button", name="下一步：说一说").click()
    page.get_by_label("怎么了？").press_sequentially("井盖一踩就翻，太吓人了")
    near = page.get_by_role("group", name="附近已有人反映")
    expect(near).to_be_visible()
    near.get_by_role("radio", name="约 100 米内").check()
    look(page, "near-phone")
    page.get_by_role("button", name="发出").click()
    expect(page.get_by_text("查询码").first).to_be_visible()

    with acting(system(settings.QUANYU_CITY, job="tests")):
        mine = Event.objects.exclude(pk=handling.pk).get()
    desk.goto(f"/desk/matters/{mine.number}")
    expect(desk.get_by_text("反映人说是同一件")).to_be_visible()
    look(desk, "near-desk")


# ------------------------------------------------------------------ what each does


def _form(page: Page, event: Event, name: str) -> Locator:
    """Open a matter and the form of one act, folded or not."""
    page.goto(f"/desk/matters/{event.number}")
    form = unfold(page, name)
    expect(form).to_be_visible()
    return form


def _matter(receipt: Receipt) -> Event:
    with acting(system(settings.QUANYU_CITY, job="tests")):
        return Event.objects.get(pk=receipt.id)


def _digits(receipt: Receipt) -> str:
    return receipt.code.replace(" ", "")


def _wake(event: Event, at: datetime) -> None:
    with acting(system(settings.QUANYU_CITY, job="events.wake")) as worker:
        actions.wake(event_id=event.id, actor=worker, at=at)

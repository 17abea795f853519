"""Two bodies put one matter right, one leads and answers the whole (联合处置)."""

from playwright.sync_api import expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from tests.conftest import in_body
from tests.events.test_join import code
from tests.pages.conftest import PHONE, Sit, choose, look, now, unfold

TASK = "关掉上游阀门，配合清淤"


def test_a_dispatcher_asks_a_second_body_and_the_first_answers_for_both(
    sit: Sit, handling: Event, handler: Actor, dispatcher: Actor, checker: Actor
) -> None:
    address = f"/desk/matters/{handling.number}"
    desk = sit(dispatcher)
    desk.goto(address)
    desk.get_by_role("group", name="其他做法").get_by_text("请单位协办").first.click()
    form = desk.get_by_role("form", name="请单位协办")
    choose(form, "协办单位", "市供水集团")
    form.get_by_label("要办哪一部分").fill(TASK)
    look(desk, "joint-dispatcher-asks")
    form.get_by_role("button", name="请单位协办").click()
    expect(desk.get_by_text("请单位协办：已办好")).to_be_visible()

    second = sit(in_body(code("water-supply"), name="刘洋"), size=PHONE)
    second.goto("/desk/")
    look(second, "joint-second-body-works-phone")
    second.get_by_role("link", name="签收协办：").first.click()
    expect(second.get_by_role("region", name="承办").get_by_text(TASK)).to_be_visible()
    expect(second.get_by_role("button", name="处置反馈")).to_have_count(0)
    second.get_by_role("button", name="签收协办").click()
    form = second.get_by_role("form", name="答复协办")
    form.get_by_label("办了什么").fill("阀门已关，清淤时已配合。")
    look(second, "joint-second-body-answers-phone")
    form.get_by_role("button", name="答复协办").click()
    expect(second.get_by_text("答复协办：已办好")).to_be_visible()

    lead = sit(handler)
    lead.goto(address)
    expect(lead.get_by_role("region", name="承办").get_by_text("阀门已关")).to_be_visible()
    form = lead.get_by_role("form", name="处置反馈")
    form.get_by_label("怎么处理的").fill("管道已疏通，两家一起看过。")
    look(lead, "joint-lead-answers")
    form.get_by_role("button", name="处置反馈").click()
    expect(lead.get_by_text("处置反馈：已办好")).to_be_visible()

    page = sit(checker)
    page.goto(address)
    page.get_by_role("button", name="开始核查").click()
    form = page.get_by_role("form", name="结案")
    form.get_by_label("核查结果").fill("到现场看过，已通。")
    form.get_by_label("提示已看过，仍然结案").check()
    form.get_by_role("button", name="结案").click()
    expect(page.get_by_text("结案：已办好")).to_be_visible()
    look(page, "joint-checker-closes")
    assert now(handling).state == "closed"


def test_bodies_meet_over_a_hard_matter_and_the_minutes_say_who_leads(
    sit: Sit, filed: Event, dispatcher: Actor
) -> None:
    desk = sit(dispatcher)
    desk.goto(f"/desk/matters/{filed.number}")
    form = unfold(desk, "召集会商")
    form.get_by_label("要议定什么").fill("积水来自供水还是排水，由谁牵头")
    choose(form, "请哪些单位", "市供水集团")
    choose(form, "请哪些单位", "市排水管理办公室")
    form.get_by_label("在哪里开").fill("街道二楼会议室")
    look(desk, "joint-convene")
    form.get_by_role("button", name="召集会商").click()
    expect(desk.get_by_text("召集会商：已办好")).to_be_visible()

    expect(desk.get_by_text("等着会商").first).to_be_visible()
    form = unfold(desk, "会商定案")
    form.get_by_role("group", name="到会单位").get_by_label("市供水集团").check()
    form.get_by_role("group", name="到会单位").get_by_label("市排水管理办公室").check()
    form.get_by_label("到会人数").fill("4")
    form.get_by_label("决定").fill("供水管渗漏所致，由供水集团牵头修复。")
    choose(form, "由谁牵头", "市供水集团")
    form.get_by_label("依据什么这样定").fill("现场闭阀后积水不再上涨。")
    form.get_by_role("textbox", name="市排水管理办公室").fill("疏通排水口")
    look(desk, "joint-conclude")
    form.get_by_role("button", name="会商定案").click()
    expect(desk.get_by_text("会商定案：已办好")).to_be_visible()
    expect(desk.get_by_role("region", name="承办").get_by_text("疏通排水口").first).to_be_visible()
    look(desk, "joint-concluded")
    expect(desk.get_by_role("link", name="会商纪要")).to_be_visible()
    assert now(filed).state == "dispatched"

"""A secretary plans a meeting, records it and settles what it resolved (会议)."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from quanyu.kernel.access.rules import Role
from tests.organisations.party import COMMUNITY, GRID, found, person
from tests.pages.conftest import PHONE, Sit, look
from tests.pages.test_axe import faults


def test_a_secretary_holds_a_members_meeting(sit: Sit, db: None) -> None:
    at = timezone.now()
    code = f"p-{at.timestamp():.0f}"
    above = found("party_committee", COMMUNITY, at=at, code=f"{code}-c")
    branch = found("party_branch", GRID, above, at=at, code=f"{code}-b")
    page = sit(person(Role.COMMUNITY_SECRETARY, COMMUNITY, name="王芳"))

    page.goto(f"/desk/party/bodies/{branch.pk}")
    page.get_by_role("heading", name="登记党员数").or_(page.get_by_text("登记党员数").first).click()
    page.get_by_label("正式党员").fill("2")
    page.get_by_role("button", name="登记党员数").click()
    expect(page.get_by_text("正式党员 2 人，不足 3 人")).to_be_visible()
    assert faults(page, "party-body") == []
    page.get_by_role("link", name="安排会议").click()
    page.get_by_label("类型").select_option(label="支部党员大会")
    moment = timezone.localtime() - timedelta(hours=1)
    page.get_by_label("开始时间").fill(moment.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("议题").fill("讨论路灯")
    look(page, "meeting-new")
    page.get_by_role("button", name="安排并通知").click()
    expect(page.get_by_text("已安排，会通知参加的人")).to_be_visible()
    page.get_by_label("应到人数").fill("21")
    page.get_by_label("实到人数").fill("19")
    page.get_by_label("会议记录").fill("逐户听取意见。")
    page.get_by_role("button", name="登记会议").click()
    expect(page.get_by_text("应到 21 人，实到 19 人，列席 0 人")).to_be_visible()
    page.get_by_label("决定做什么").fill("整理楼道")
    page.get_by_label("什么时候完成").fill((moment + timedelta(days=30)).strftime("%Y-%m-%d"))
    page.get_by_label("赞成").fill("18")
    page.get_by_role("button", name="登记决议").click()
    expect(page.get_by_text("超过应到会人数的半数")).to_be_visible()
    assert faults(page, "meeting") == []
    page.goto("/desk/meetings")
    expect(page.get_by_role("link", name="整理楼道")).to_be_visible()
    assert faults(page, "meetings") == []
    page.goto("/desk/party")
    assert faults(page, "party") == []
    page.goto("/desk/party/rules")
    page.set_viewport_size(PHONE)
    look(page, "party-rules-phone")

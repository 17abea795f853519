"""A secretary prepares an election, counts the votes and begins the new term (换届选举)."""

from django.utils import timezone
from playwright.sync_api import expect

from quanyu.kernel.access.rules import Role
from tests.organisations.party import COMMUNITY, GRID, found, person
from tests.pages.conftest import Sit, look
from tests.pages.test_axe import faults


def test_a_secretary_holds_an_election(sit: Sit, db: None) -> None:
    at = timezone.now()
    code = f"e-{at.timestamp():.0f}"
    above = found("party_committee", COMMUNITY, at=at, code=f"{code}-c")
    branch = found("party_branch", GRID, above, at=at, code=f"{code}-b")
    page = sit(person(Role.COMMUNITY_SECRETARY, COMMUNITY, name="王芳"))
    today = timezone.localdate().isoformat()

    page.goto(f"/desk/elections/new?body={branch.pk}")
    page.get_by_label("选举日期").fill(today)
    page.get_by_label("应到会有表决权的正式党员").fill("20")
    page.get_by_label("应选书记").fill("1")
    page.get_by_role("button", name="发起换届选举").click()
    page.get_by_label("姓名").fill("李军")
    page.get_by_label("职务").select_option(label="书记")
    page.get_by_role("button", name="提名候选人").click()
    expect(page.get_by_role("button", name="撤下李军")).to_be_visible()
    assert faults(page, "election-prepared") == []
    page.get_by_text("确定候选人").first.click()
    page.get_by_role("button", name="确定候选人").click()
    for label, number in (("实到人数", "15"), ("发出选票", "15"), ("收回选票", "15")):
        page.get_by_label(label).first.fill(number)
    page.get_by_label("李军（书记）得票").fill("12")
    page.get_by_role("button", name="登记选举结果").click()
    expect(page.get_by_text("选举不能进行").first).to_be_visible()
    look(page, "election-too-few")
    page.get_by_label("实到人数").first.fill("16")
    page.get_by_role("button", name="登记选举结果").click()
    expect(page.get_by_text("当选", exact=True).first).to_be_visible()
    page.get_by_role("button", name="产生新一届").click()
    expect(page.get_by_text("已产生新一届").first).to_be_visible()
    assert faults(page, "election-concluded") == []
    page.goto("/desk/elections")
    assert faults(page, "elections") == []

"""A district officer takes a department into a leading group and calls its meeting (成员单位)."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.organisations import actions
from quanyu.organisations.models import Body
from tests.organisations.party import person
from tests.pages.conftest import Sit

DISTRICT = "34/01/04/"


@pytest.fixture
def officer() -> Actor:
    return person(Role.DISTRICT_ADMIN, DISTRICT)


@pytest.fixture
def group(transactional_db: None, officer: Actor) -> Body:
    """A leading group of the district, and a department that does not belong to it yet."""
    at, day = timezone.now(), timezone.localdate() - timedelta(days=90)
    return [
        founded(code, kind, name, day, officer, at=at)
        for code, kind, name in (
            ("lg-archives", "department", "示例档案局"),
            ("lg-bureau", "department", "示例发展局"),
            ("lg-group", "coordination_body", "示例领导小组"),
        )
    ][-1]


def founded(code: str, kind: str, name: str, day: date, actor: Actor, *, at: datetime) -> Body:
    with acting(actor):
        body: Body = actions.found_body(
            code=code,
            kind=kind,
            name=name,
            place=DISTRICT,
            start=day,
            actor=actor,
            at=at,
        )
    return body


def test_a_member_that_is_taken_in_is_called_to_the_next_meeting(
    sit: Sit, group: Body, officer: Actor
) -> None:
    page = sit(officer)
    page.goto(f"/desk/organisations/{group.pk}")
    page.get_by_role("region", name="成员单位").get_by_role("link", name="增加成员单位").click()
    page.get_by_role("searchbox", name="查找成员单位").fill("示例发展")
    page.get_by_role("radio", name="示例发展局").check()
    page.get_by_role("button", name="增加成员单位").click()
    members = page.get_by_role("region", name="成员单位")
    expect(members.get_by_role("link", name="示例发展局", exact=True)).to_be_visible()

    page.goto("/desk/meetings/new")
    called = page.get_by_role("group", name="还请哪些单位参加")
    expect(called.get_by_role("checkbox", name="示例发展局")).to_be_checked()
    called.get_by_role("searchbox").fill("示例档案")
    called.get_by_role("checkbox", name="示例档案局").check()
    called.get_by_role("searchbox").fill("示例发展")
    expect(called.get_by_role("checkbox", checked=True)).to_have_count(2)

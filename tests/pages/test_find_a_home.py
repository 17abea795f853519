"""A district coordinator finds a home by what a caller says (按地址找房)."""

from playwright.sync_api import expect

from quanyu.kernel.access.rules import Role
from tests.conftest import person
from tests.pages.conftest import Sit


def test_by_a_spoken_address(sit: Sit) -> None:
    page = sit(person(Role.DISTRICT_ADMIN, "34/01/04/"))
    page.goto("/desk/places")

    page.get_by_role("searchbox", name="地址", exact=True).fill("二里街8号三号楼二单元601")
    page.get_by_role("button", name="查").click()
    page.get_by_role("link", name="荷香苑3幢2单元601室").click()

    expect(page.get_by_role("heading", name="荷香苑3幢")).to_be_visible()
    expect(page.get_by_role("heading", name="所在网格")).to_be_visible()
    expect(page.get_by_role("link", name="梅山路社区 第一网格")).to_be_visible()

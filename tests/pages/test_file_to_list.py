"""A district officer brings bodies in: faults come back, the mended file goes in (导入单位)."""

import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect

from quanyu.kernel.access.rules import Actor, Role
from quanyu.organisations.models import Body
from tests.conftest import STREET, person
from tests.pages.conftest import PHONE, WIDE, Sit, look, work
from tests.pages.test_axe import faults


@pytest.fixture
def officer(transactional_db: None) -> Actor:
    """区级统筹 of the district."""
    return person(Role.DISTRICT_ADMIN, "34/01/04/", name="方圆")


def kept(begun: Download, path: Path) -> list[list[str]]:
    """Return the rows of a downloaded CSV."""
    begun.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def uploaded(page: Page, path: Path, rows: list[list[str]]) -> None:
    """Upload rows as a CSV and let the worker weigh them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_role("button", name="上传并试算").click()
    expect(page.get_by_text("已看 0 行")).to_be_visible()
    work()


def test_faults_come_back_and_the_mended_file_goes_in(
    sit: Sit, officer: Actor, tmp_path: Path
) -> None:
    page = sit(officer)
    page.goto("/desk/bodies")
    page.get_by_role("link", name="导入", exact=True).click()
    assert faults(page, "import-new") == []
    with page.expect_download() as begun:
        page.get_by_role("link", name="CSV 模板").click()
    head, codes = kept(begun.value, tmp_path / "template.csv")
    lamps: dict[str, Any] = {"code": "lamps", "name": "路灯队", "kind": "派驻机构"}
    cafe = {"code": "cafe", "name": "茶馆", "kind": "茶馆", "phone": "13800138000"}
    rows = [[one.get(key, "") for key in codes] for one in (lamps, cafe)]
    for row in rows:
        row[codes.index("place")] = STREET

    uploaded(page, tmp_path / "rows.csv", [head, codes, *rows])
    expect(page.get_by_text("只能填：")).to_be_visible()
    look(page, "import-wrong")
    assert faults(page, "import-wrong") == []
    with page.expect_download() as begun:
        page.get_by_role("link", name="下载问题文件").click()
    back = kept(begun.value, tmp_path / "faults.csv")
    assert back[0][-1] == "问题"
    assert back[2][-1] == ""
    assert back[3][-1].startswith("类型：只能填：")

    page.get_by_role("link", name="再上传").click()
    back[3][codes.index("kind")], back[3][codes.index("phone")] = "部门", ""
    uploaded(page, tmp_path / "mended.csv", back)
    expect(page.get_by_text("前几处变化")).to_be_visible()
    look(page, "import-checked")
    page.set_viewport_size(PHONE)
    look(page, "import-checked-390")
    page.set_viewport_size(WIDE)
    assert not Body.objects.filter(code="lamps").exists()
    page.get_by_role("button", name="写入：新增 2，变更 0").click()
    expect(page.get_by_text("已看 0 行")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="已写入")).to_be_visible()
    page.get_by_role("link", name="回到列表").click()
    expect(page.get_by_role("cell", name="路灯队")).to_be_visible()
    look(page, "bodies")
    assert faults(page, "bodies") == []

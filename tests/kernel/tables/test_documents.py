"""A document … is one workbook or one print, and holds no formula (通报文件)."""

import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import tables
from quanyu.kernel.errors import Denied
from quanyu.kernel.tables import printing, queries
from quanyu.kernel.tables.documents import Document, Head, Part, Side
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import Format, WrongFile

WHOLE = Document(
    "三里庵街道2026年10月指标通报",
    "案卷通用",
    [
        Part(
            "分辖区",
            [Head("辖区"), Head("上报", Side.COUNT), Head("结案率 %", Side.SHARE)],
            [['=HYPERLINK("http://bad.example")', 1_234, None], ["合计", 1_234, None]],
            has_total=True,
        )
    ],
)
PASSPORT = Passport([("导出人", "高山")])


def _print(path: Path, form: Format) -> None:
    printing.write(path, form, WHOLE, PASSPORT)


def test_holds_numbers_as_numbers_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    _print(path, Format.XLSX)

    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["分辖区", "来历"]
    assert book.get_sheet_by_index(0).to_python()[1] == [
        '=HYPERLINK("http://bad.example")',
        1234.0,
        "—",
    ]
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_is_printed_as_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"

    _print(path, Format.PDF)

    assert path.read_bytes().startswith(b"%PDF-")


@pytest.mark.usefixtures("matters")
def test_as_csv_is_refused_with_what_there_is(leader: Actor, taken: Any) -> None:
    with pytest.raises(WrongFile) as no:
        taken(leader, {"period": "2026-03"}, table="bulletin", format="csv")

    assert "xlsx" in no.value.allowed


def test_of_rows_is_never_printed(leader: Actor, taken: Any) -> None:
    with pytest.raises(WrongFile):
        taken(leader, {}, format="pdf")


@pytest.mark.usefixtures("matters")
@pytest.mark.parametrize("form", queries.formats(tables["bulletin"]))
def test_of_figures_is_made_by_the_worker(form: str, leader: Actor, taken: Any) -> None:
    month = f"{timezone.localtime(timezone.now() - timedelta(hours=1)):%Y-%m}"

    made = taken(leader, {"period": month}, table="bulletin", format=form)

    assert (made.state, made.sentence, made.done) == ("done", "", 7)
    assert queries.made(made).stat().st_size == made.size > 1_000


@pytest.mark.usefixtures("matters")
def test_of_figures_has_a_sheet_by_region_body_and_class(leader: Actor, taken: Any) -> None:
    month = f"{timezone.localtime(timezone.now() - timedelta(hours=1)):%Y-%m}"

    made = taken(leader, {"period": month}, table="bulletin", format="xlsx")

    book = CalamineWorkbook.from_path(str(queries.made(made)))
    assert book.sheet_names == ["指标", "分辖区", "分单位", "分大类", "分小类", "口径", "来历"]
    assert book.get_sheet_by_name("指标").to_python()[1][:3] == ["上报", "7", "件"]
    assert book.get_sheet_by_name("分辖区").to_python()[-1][:2] == ["合计", 7.0]


def test_of_figures_asks_for_a_place_within_reach(stranger: Actor, seated: Any, taken: Any) -> None:
    with pytest.raises(Denied):
        taken(seated(stranger), {"place": "34/01/04/001/"}, table="bulletin", format="xlsx")


def test_on_a_machine_without_pango_is_a_workbook_alone(
    leader: Actor, taken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "can_print", lambda: False)

    assert queries.formats(tables["bulletin"]) == ("xlsx",)

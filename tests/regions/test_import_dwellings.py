"""A file of dwellings … is taken in as a whole, or each wrong row is named (导入房)."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from quanyu.kernel.access.rules import Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.project import places
from quanyu.regions.actions.dwellings import import_dwellings
from quanyu.regions.models import Building, Dwelling, Unit
from tests.conftest import person

pytestmark = pytest.mark.django_db

HEAD = ("building", "unit", "floor", "room")
CODE = "340104001001E001001"
NEW = ((CODE, "8单元", "5层", "501"), (CODE, "8单元", "5层", "502"), (CODE, "无", "1层", "9001"))


@pytest.fixture
def building() -> Building:
    return Building.objects.get(code=CODE)


def _csv(folder: Path, rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD) -> Path:
    file = folder / "homes.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([head, *rows])
    return file


def _bring(
    file: Path, capsys: pytest.CaptureFixture[str], at: datetime, **more: Any
) -> dict[str, Any]:
    places.play(places.Asked(file, **({"is_written": True} | more)), at=at)
    return json.loads(capsys.readouterr().out)


def _counted(building: Building) -> int:
    return Dwelling.objects.filter(building=building).count()


def test_with_its_staircases(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    before = _counted(building)

    told = _bring(_csv(tmp_path, NEW), capsys, at)

    assert (told["kind"], told["new"], told["written"]) == ("dwellings", 3, True)
    assert _counted(building) == before + 3
    assert Unit.objects.filter(building=building, number="8").count() == 1
    assert Record.objects.filter(topic="dwelling.import").count() == 1


def test_a_second_time_nothing_changes(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    file = _csv(tmp_path, NEW)
    _bring(file, capsys, at)

    again = _bring(file, capsys, at)

    assert (again["new"], again["changed"], again["same"]) == (0, 0, 3)


def test_only_when_asked_to_write(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    before = _counted(building)

    told = _bring(_csv(tmp_path, NEW), capsys, at, is_written=False)

    assert (told["rows"], told["written"], _counted(building)) == (3, False, before)


def test_from_parquet(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    file = tmp_path / "homes.parquet"
    columns = [list(column) for column in zip(*NEW, strict=True)]
    pq.write_table(pa.table(dict(zip(HEAD, columns, strict=True))), file)

    assert _bring(file, capsys, at)["new"] == 3


def test_from_a_spreadsheet_by_its_chinese_heads(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    file = tmp_path / "homes.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate((("楼栋代码", "单元", "楼层", "房号"), *NEW)):
            sheet.write_row(line, 0, row)

    assert _bring(file, capsys, at)["new"] == 3


BAD = [
    (("nowhere", "1单元", "1层", "101"), "building"),
    ((CODE, "1号门", "1层", "101"), "unit"),
    ((CODE, "", "1层", "101"), "unit"),
    ((CODE, "1单元", "一楼", "101"), "floor"),
    ((CODE, "1单元", "0层", "101"), "floor"),
    ((CODE, "1单元", "999层", "101"), "floor"),
    ((CODE, "1单元", "1层", ""), "room"),
    ((CODE, "1单元", "1层", "一零一"), "room"),
    ((CODE, "8单元", "5层", "501"), "room"),
    ((CODE, "8单元", "5层"), "room"),
]


@pytest.mark.parametrize(("row", "field"), BAD, ids=["-".join(row) for row, _ in BAD])
def test_a_wrong_row_stands_in_the_file_of_faults_and_nothing_is_written(
    building: Building,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    at: datetime,
    row: Sequence[str],
    field: str,
) -> None:
    before, faults = _counted(building), tmp_path / "faults.csv"

    told = _bring(_csv(tmp_path, [*NEW, row]), capsys, at, faults=faults)

    with faults.open(encoding="utf-8-sig", newline="") as opened:
        _head, *wrong = list(csv.reader(opened))
    assert [(line, column) for line, column, *_rest in wrong] == [("5", field)]
    assert wrong[0][3]
    assert (told["written"], _counted(building)) == (False, before)


def test_that_was_cut_off_in_the_middle_of_a_cell(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    file, before = _csv(tmp_path, NEW), _counted(building)
    file.write_text(file.read_text("utf-8") + f'{CODE},"9单', encoding="utf-8")

    told = _bring(file, capsys, at)

    assert len(told["first_faults"]) == 1
    assert (told["written"], _counted(building)) == (False, before)


@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "gb18030"])
def test_as_a_chinese_office_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime, form: str
) -> None:
    file = _csv(tmp_path, NEW)
    file.write_text(file.read_text("utf-8"), encoding=form)

    assert (_bring(file, capsys, at)["new"], _bring(file, capsys, at)["same"]) == (3, 3)


def test_that_was_cut_off_within_a_sign_is_no_other_sign(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    file = tmp_path / "homes.csv"
    file.write_bytes(_csv(tmp_path, NEW).read_bytes() + f"{CODE},9单".encode()[:-1])

    told = _bring(file, capsys, at)

    assert (told["written"], len(told["first_faults"])) == (False, 1)


def test_a_row_with_what_no_database_keeps_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    told = _bring(_csv(tmp_path, [*NEW, (CODE, "9单元", "1层", "1\x0001")]), capsys, at)

    assert told["written"] is False
    assert told["first_faults"][0].startswith("5 row")


def test_that_was_cut_off_between_two_rows(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    before = _counted(building)

    told = _bring(_csv(tmp_path, NEW), capsys, at, expected=4)

    assert "3" in told["first_faults"][0]
    assert (told["written"], _counted(building)) == (False, before)


def test_of_parquet_that_was_cut_off(
    building: Building, tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    file = tmp_path / "homes.parquet"
    pq.write_table(pa.table({name: ["x"] for name in HEAD}), file)
    file.write_bytes(file.read_bytes()[:-20])

    assert _bring(file, capsys, at)["written"] is False


def test_of_buildings_with_each_wrong_row_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime
) -> None:
    head = ("code", "estate", "number", "community", "lon", "lat", "households")
    rows = [("NEW-1", "无", "3栋", "340104001001", "117.22", "31.82", "-1")]

    told = _bring(_csv(tmp_path, rows, head), capsys, at, faults=tmp_path / "faults.csv")

    assert (told["kind"], told["written"]) == ("buildings", False)
    assert (tmp_path / "faults.csv").read_text("utf-8-sig").count("3幢") == 1


def test_by_nobody_but_who_stands_at_the_machine(at: datetime) -> None:
    with pytest.raises(Denied):
        import_dwellings(rows=(), writes=True, actor=person(Role.SYS_ADMIN), at=at)

"""A file of dwellings brought in on a page … as `import places` takes it (页面上导入房)."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.tables.judging import Judge, Judged
from quanyu.regions.models import Building, Dwelling, Unit
from quanyu.regions.tables import DWELLINGS
from tests.conftest import person

pytestmark = pytest.mark.django_db

HEAD = ("楼栋代码", "单元", "楼层", "房号")
CODE = "340104001001E001001"
ROWS = ((CODE, "8单元", "5层", "501"), (CODE, "8单元", "5层", "50a"), (CODE, "无", "1层", "9001"))

Bring = Callable[..., Judged]


@pytest.fixture
def bring(tmp_path: Path, importer: Actor, at: datetime) -> Bring:
    """Take a file in by its rows."""

    def take(*rows: Sequence[str], actor: Actor = importer, writes: bool = True) -> Judged:
        file = tmp_path / "rows"
        lines = [json.dumps([number, row]) for number, row in enumerate((HEAD, *rows), start=1)]
        file.write_text("\n".join(lines), encoding="utf-8")
        judge = Judge(DWELLINGS, file, actor=actor, at=at, writes=writes, tell=lambda _n: True)
        return judge.judge()

    return take


def _kept() -> set[tuple[str, int, str]]:
    rows = Dwelling.objects.filter(building__code=CODE, unit__number="8")
    return set(rows.values_list("unit__number", "floor", "room"))


def test_with_its_staircases_and_one_record(bring: Bring) -> None:
    judged = bring(*ROWS)

    assert (judged.faults, judged.new) == ([], 3)
    assert _kept() == {("8", 5, "501"), ("8", 5, "50A")}
    assert Dwelling.objects.filter(building__code=CODE, unit=None, room="9001").count() == 1
    assert Unit.objects.filter(building__code=CODE, number="8").count() == 1
    assert Record.objects.filter(topic="dwelling.import").count() == 1


def test_a_second_time_only_what_differs_changes(bring: Bring) -> None:
    bring(*ROWS)

    again = bring(*ROWS[:2], (CODE, "无", "2层", "9001"))

    assert (again.new, again.changed, again.same) == (0, 1, 2)
    assert Dwelling.objects.get(building__code=CODE, unit=None, room="9001").floor == 2


def test_nothing_before_it_is_confirmed(bring: Bring) -> None:
    assert bring(*ROWS, writes=False).new == 3
    assert _kept() == set()


BAD = [
    (("nowhere", "1单元", "1层", "101"), "building"),
    ((CODE, "1号门", "1层", "101"), "unit"),
    ((CODE, "", "1层", "101"), "unit"),
    ((CODE, "1单元", "一楼", "101"), "floor"),
    ((CODE, "1单元", "0层", "101"), "floor"),
    ((CODE, "1单元", "999层", "101"), "floor"),
    ((CODE, "1单元", "1层", ""), "room"),
    ((CODE, "1单元", "1层", "一零一"), "room"),
    ((CODE, "8单元", "4层", "501"), "building"),
    ((CODE, "8单元", "5层", "50A"), "room"),
]


@pytest.mark.parametrize(("row", "column"), BAD)
def test_one_wrong_row_is_named_and_nothing_is_written(
    bring: Bring, row: tuple[str, ...], column: str
) -> None:
    judged = bring(*ROWS, row)

    assert [(fault.row, fault.column) for fault in judged.faults] == [(5, column)]
    assert "9001" not in Dwelling.objects.filter(building__code=CODE).values_list("room", flat=True)


def test_not_in_a_building_that_is_gone(bring: Bring) -> None:
    Building.objects.filter(code=CODE).update(status="demolished", valid_to="2026-01-01")

    assert {fault.column for fault in bring(*ROWS).faults} == {"building"}


def test_not_in_another_s_place(bring: Bring) -> None:
    stranger = person(Role.COMMANDER, "34/01/04/002/")

    judged = bring(*ROWS, actor=stranger)

    assert len(judged.wrong) == 3
    assert _kept() == set()

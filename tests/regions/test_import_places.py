"""A file of estates or buildings … is taken in by the standard of its fields (导入小区与楼栋)."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.columns import Table
from quanyu.kernel.tables.judging import Judge, Judged
from quanyu.regions.models import Address, Alias, Building, Estate, Siting
from quanyu.regions.queries import building_values, codes_of
from quanyu.regions.rules import level_of
from quanyu.regions.rules.coordinates import shifted
from quanyu.regions.tables import BUILDINGS, ESTATES
from tests.conftest import person

pytestmark = pytest.mark.django_db

COMMUNITY = "340104001001"
PATH = "34/01/04/001/001/"

Bring = Callable[..., Judged]


@pytest.fixture
def spot() -> tuple[float, float]:
    """A point in the first community, and so in one of its grids."""
    building = Building.objects.filter(region_path__startswith=PATH).order_by("code")[0]
    return building.lon, building.lat


@pytest.fixture
def bring(tmp_path: Path, importer: Actor, at: datetime) -> Bring:
    """Take a file in: its head and its rows."""

    def take(
        table: Table,
        head: Sequence[str],
        *rows: Sequence[Any],
        actor: Actor = importer,
        writes: bool = True,
    ) -> Judged:
        file = tmp_path / "rows"
        cells = [[str(cell) for cell in row] for row in (head, *rows)]
        lines = [json.dumps([number, row]) for number, row in enumerate(cells, start=1)]
        file.write_text("\n".join(lines), encoding="utf-8")
        judge = Judge(table, file, actor=actor, at=at, writes=writes, tell=lambda _count: True)
        return judge.judge()

    return take


HEAD = ("code", "estate", "number", "community", "lon", "lat", "crs", "households", "outline")


def _row(spot: tuple[float, float], **other: Any) -> tuple[Any, ...]:
    usual = {
        "code": "NEW-1",
        "estate": f"{COMMUNITY}E001",
        "number": "77幢",
        "community": COMMUNITY,
        "lon": spot[0],
        "lat": spot[1],
        "crs": "wgs84",
        "households": 24,
        "outline": "",
    }
    return tuple((usual | other)[name] for name in HEAD)


def _faults(judged: Judged) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in judged.faults]


def test_a_building_stands_in_the_grid_of_its_point(
    bring: Bring, spot: tuple[float, float]
) -> None:
    judged = bring(BUILDINGS, HEAD, _row(spot))

    building = Building.objects.get(code="NEW-1")
    assert judged.faults == []
    assert building.region_path == Building.objects.get(code=f"{COMMUNITY}E001001").region_path
    assert Siting.objects.filter(building=building, valid_to=None).count() == 1
    assert Record.objects.filter(topic="building.found").count() == 1


def test_a_point_of_gcj_02_is_put_back_where_it_lies(
    bring: Bring, spot: tuple[float, float]
) -> None:
    lon, lat = shifted(spot)

    bring(BUILDINGS, HEAD, _row(spot, lon=lon, lat=lat, crs="gcj02"))

    building = Building.objects.get(code="NEW-1")
    assert (building.lon, building.lat) == pytest.approx(spot, abs=1e-6)
    assert building.given_in == "gcj02"


BAD = [
    ({"households": -1}, "households"),
    ({"households": 10_000}, "households"),
    ({"number": "3栋"}, "number"),
    ({"number": "3号楼"}, "number"),
    ({"community": "340104001099"}, "community"),
    ({"estate": "nowhere"}, "estate"),
    ({"lon": 121.47, "lat": 31.23}, "lon"),
    ({"lon": 31.82, "lat": 117.23}, "lon"),
    ({"lon": "东经"}, "lon"),
    ({"crs": "epsg3857"}, "crs"),
    ({"code": "有空 格"}, "code"),
    (
        {"outline": "POLYGON((117 31,117.1 31.1,117.1 31,117 31.1,117 31))"},
        "outline",
    ),
    ({"outline": "LINESTRING(117 31,117.1 31.1)"}, "outline"),
]


@pytest.mark.parametrize(("other", "field"), BAD, ids=[str(other) for other, _ in BAD])
def test_a_wrong_row_is_named_with_its_field_and_nothing_is_written(
    bring: Bring, spot: tuple[float, float], other: dict[str, Any], field: str
) -> None:
    wrong = _row(spot, **({"code": "NEW-2", "number": "78幢"} | other))

    judged = bring(BUILDINGS, HEAD, _row(spot), wrong)

    assert _faults(judged) == [(3, field)]
    assert judged.faults[0].value


def test_a_code_that_stands_twice_is_named(bring: Bring, spot: tuple[float, float]) -> None:
    judged = bring(BUILDINGS, HEAD, _row(spot), _row(spot, number="78幢"))

    assert _faults(judged) == [(3, "code")]


def test_a_number_that_stands_twice_in_an_estate_is_named(
    bring: Bring, spot: tuple[float, float]
) -> None:
    judged = bring(BUILDINGS, HEAD, _row(spot), _row(spot, code="NEW-2"))

    assert _faults(judged) == [(3, "number")]


def test_each_row_of_another_system_than_the_first_is_named(
    bring: Bring, spot: tuple[float, float]
) -> None:
    others = [
        _row(spot, code=f"NEW-{number}", number=f"{number}幢", crs="gcj02") for number in (81, 82)
    ]

    judged = bring(BUILDINGS, HEAD, _row(spot), *others)

    assert _faults(judged) == [(3, "crs"), (4, "crs")]


def test_what_is_brought_a_second_time_is_the_same(bring: Bring, spot: tuple[float, float]) -> None:
    row = _row((round(spot[0], 6), round(spot[1], 6)))
    bring(BUILDINGS, HEAD, row)

    again = bring(BUILDINGS, HEAD, row)

    assert (again.new, again.changed, again.same) == (0, 0, 1)


def test_a_building_goes_with_a_day_and_stays_in_the_past(
    bring: Bring, spot: tuple[float, float]
) -> None:
    code = f"{COMMUNITY}E001001"

    judged = bring(
        BUILDINGS,
        (*HEAD, "status", "end"),
        (*_row(spot, code=code, number="1幢"), "demolished", "2025-12-01"),
    )

    building = Building.objects.get(code=code)
    assert judged.faults == []
    assert (building.status, str(building.valid_to)) == ("demolished", "2025-12-01")


def test_a_building_without_a_day_is_not_gone(bring: Bring, spot: tuple[float, float]) -> None:
    judged = bring(BUILDINGS, (*HEAD, "status"), (*_row(spot), "demolished"))

    assert _faults(judged) == [(2, "end")]


ESTATE_HEAD = ("code", "name", "community", "plates", "aliases")


def test_an_estate_has_its_plates_and_what_people_call_it(bring: Bring) -> None:
    row = ("E-9", "天鹅湖花园", COMMUNITY, "天鹅湖路88号、怀宁路12-1号", "老干部宿舍")

    judged = bring(ESTATES, ESTATE_HEAD, row)

    estate = Estate.objects.get(code="E-9")
    assert judged.faults == []
    assert sorted(Address.objects.filter(estate=estate).values_list("road", "door")) == [
        ("天鹅湖路", "88"),
        ("怀宁路", "12-1"),
    ]
    assert Alias.objects.get(estate=estate).text == "老干部宿舍"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("E-9", "天鹅湖(东)", COMMUNITY, "", ""), "name"),
        (("E-9", "天鹅湖花园", COMMUNITY, "天鹅湖路", ""), "plates"),
        (("E-9", "天鹅湖花园", COMMUNITY, "二里街8号", ""), "plates"),
        (("E-9", "荷香苑", COMMUNITY, "", ""), "name"),
        (("E-9", "天鹅湖花园", "340104001", "", ""), "community"),
    ],
)
def test_a_wrong_estate_is_named_with_its_field(
    bring: Bring, row: Sequence[str], field: str
) -> None:
    judged = bring(ESTATES, ESTATE_HEAD, row)

    assert _faults(judged) == [(2, field)]
    assert not Estate.objects.filter(code="E-9").exists()


def test_a_stranger_brings_nothing(bring: Bring, spot: tuple[float, float]) -> None:
    stranger = person(Role.DISTRICT_ADMIN, "34/01/11/")

    judged = bring(BUILDINGS, HEAD, _row(spot), actor=stranger)

    assert _faults(judged) == [(2, "")]
    assert not Building.objects.filter(code="NEW-1").exists()


def test_who_only_works_there_brings_nothing(bring: Bring, spot: tuple[float, float]) -> None:
    worker = person(Role.GRID_WORKER, PATH)

    judged = bring(BUILDINGS, HEAD, _row(spot), actor=worker)

    assert len(judged.faults) == 1


def test_a_building_of_the_demo_street_is_the_same_when_it_comes_back(bring: Bring) -> None:
    building = Building.objects.get(code=f"{COMMUNITY}E001001")
    values = building_values(building, codes_of([building.region_path]))
    head = [name for name, value in values.items() if value is not None]

    judged = bring(BUILDINGS, head, [values[name] for name in head])

    assert (judged.faults, judged.same) == ([], 1)
    assert level_of(building.region_path).value == "grid"

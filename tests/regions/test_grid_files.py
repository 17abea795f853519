"""A file of grids … is weighed row by row, and written whole or not at all (导入导出网格)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyogrio import raw as ogr

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.columns import Key
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.tables.engine import lines, unpack
from quanyu.kernel.tables.judging import Judge
from quanyu.kernel.tables.making import fill
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import Format, WrongFile, parsed, shape_text
from quanyu.kernel.tables.writing import opened
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.reorganising import Step, Wanted
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import listing
from quanyu.regions.rules.changes import Named, Operation, Taken
from quanyu.regions.rules.grids import NotGridKeeper
from quanyu.regions.tables import GRIDS
from tests.conftest import STREET, person

COMMUNITY = f"{STREET}001/"
FIRST, SECOND = "3401040010011001", "3401040010011002"
SQUARE = shapely.box(117.2212, 31.8236, 117.2218, 31.8240)


@pytest.fixture
def keeper() -> Actor:
    return person(Role.COMMANDER, STREET)


def shape_of(code: str) -> Any:
    row = Region.objects.standing().get(code=code)
    return shapely.from_wkb(bytes(row.shape or b""))


def row(code: str, name: str, shape: Any, kind: str = "base_grid", **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "kind": kind, "shape": shape_text(shape), **more}


def taken(rows: Sequence[Mapping[str, Any]], actor: Actor, at: datetime) -> list[Exception]:
    """Take rows in as the tables kernel does; return what was refused."""
    set_scope(actor)
    keys: dict[Key, int] = {(one["code"],): number for number, one in enumerate(rows)}
    intake = GRIDS.intake(keys=keys, actor=actor, at=at)
    held = intake.held(list(keys), is_locked=True)
    refused: list[Exception] = []
    for one in rows:
        try:
            intake.check(one, held=held.get((one["code"],)))
        except (Refusal, Denied) as no:
            refused.append(no)
    refused += [no for _key, no in intake.end()]
    if not refused:
        new = [one for one in rows if (one["code"],) not in held]
        intake.write(new, [one for one in rows if (one["code"],) in held])
        intake.finish()
    return refused


def halves() -> tuple[Any, Any]:
    """Return the first two grids of the community with another border between them."""
    first, second = shape_of(FIRST), shape_of(SECOND)
    kept = first.intersection(shapely.box(117.22, 31.82, 117.2225, 31.83))
    rest = shapely.union(second, first.difference(kept)).buffer(1e-7).buffer(-1e-7)
    return kept, max(shapely.get_parts(rest), key=lambda part: part.area)


def test_draws_two_grids_anew_at_once(db: None, keeper: Actor, at: datetime) -> None:
    kept, grown = halves()

    refused = taken(
        [row(FIRST, "第一网格", kept), row(SECOND, "第二网格", grown, residents=990)], keeper, at
    )

    assert refused == []
    assert shape_of(FIRST).symmetric_difference(kept).area < 1e-9
    rows = Region.objects.filter(code=FIRST).order_by("valid_from")
    assert [one.valid_to for one in rows] == [date(2026, 3, 2), None]
    moved = Building.objects.filter(region_path=f"{COMMUNITY}g002/")
    assert all(kept.disjoint(shapely.Point(one.lon, one.lat)) for one in moved)
    assert Region.objects.standing().get(code=SECOND).residents == 990


def test_founds_a_grid_under_its_own_code(db: None, keeper: Actor, at: datetime) -> None:
    given = row("3401040010012007", "实验小学网格", SQUARE, "dedicated_grid")

    assert taken([given], keeper, at) == []

    assert Region.objects.standing().get(code="3401040010012007").path == f"{COMMUNITY}s007/"


BOW = shapely.Polygon([(117.22, 31.82), (117.23, 31.83), (117.23, 31.82), (117.22, 31.83)])
NEW = "3401040010012007"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"shape": shape_text(BOW)}, "shape"),
        (
            {"shape": "POLYGON ((500000 3520000, 500100 3520000, 500100 3520100, 500000 3520000))"},
            "shape",
        ),
        ({"shape": "LINESTRING (117.22 31.82, 117.23 31.83)"}, "shape"),
        ({"shape": shape_text(shapely.box(117.0, 31.0, 117.1, 31.1))}, "shape"),
        ({"code": "3401040019992001"}, "code"),
        ({"code": "3401040010011007X"}, "code"),
        ({"code": "3401040010011099"}, "code"),
        ({"name": "第一网格"}, "name"),
        ({"kind": "base_grid", "code": "3401040010011099"}, "shape"),
        ({"code": FIRST, "name": "第一网格", "kind": "dedicated_grid"}, "kind"),
        ({"residents": -1}, "residents"),
    ],
    ids=[
        "self-crossing",
        "in metres",
        "a line",
        "outside its community",
        "unknown community",
        "no code",
        "a code of another kind",
        "a name that is there",
        "over another base grid",
        "another kind than it has",
        "fewer than nobody",
    ],
)
def test_names_the_column_of_a_wrong_row(
    db: None, keeper: Actor, at: datetime, given: dict[str, Any], field: str
) -> None:
    one = row(NEW, "实验小学网格", SQUARE, "dedicated_grid") | given

    refused = taken([one], keeper, at)

    assert [no.field for no in refused if isinstance(no, Refusal)] == [field]


def test_two_rows_over_each_other_are_refused(db: None, keeper: Actor, at: datetime) -> None:
    kept, _grown = halves()
    over = shape_of(FIRST)

    refused = taken([row(FIRST, "第一网格", over), row(SECOND, "第二网格", kept)], keeper, at)

    assert len(refused) == 1


def test_is_not_for_a_stranger(db: None, at: datetime) -> None:
    far = person(Role.COMMANDER, "34/01/03/001/")

    assert isinstance(taken([row(NEW, "园区", SQUARE, "dedicated_grid")], far, at)[0], Denied)


def test_is_not_for_a_grid_worker(db: None, grid_worker: Actor, at: datetime) -> None:
    given = row(NEW, "园区", SQUARE, "dedicated_grid")

    assert isinstance(taken([given], grid_worker, at)[0], NotGridKeeper)


@pytest.mark.parametrize("form", [Format.GPKG, Format.GEOJSON])
def test_goes_out_and_comes_back_unchanged(
    db: None, keeper: Actor, at: datetime, tmp_path: Path, form: Format
) -> None:
    set_scope(keeper)
    path = tmp_path / f"grids.{form}"
    columns = GRIDS.columns
    sheet = opened(path, form, columns, title="网格", passport=Passport([]))
    asked = listing.grids_asked({}, actor=keeper)

    assert fill(sheet, GRIDS, asked, columns, at=at, tell=lambda _done: True) == 44
    assert ogr.read(path)[0]["crs"] == "EPSG:4326"

    unpack(path, into=tmp_path / "rows")
    judged = Judge(
        GRIDS, tmp_path / "rows", actor=keeper, at=at, writes=False, tell=lambda _done: True
    ).judge()
    assert (judged.faults, judged.new, judged.changed, judged.same) == ([], 0, 0, 44)


def test_a_stranger_takes_out_no_grid_of_ours(db: None) -> None:
    far = person(Role.COMMANDER, "34/01/03/001/")

    assert listing.grid_page({}, actor=far).count == 0


def test_names_a_row_that_waits_for_a_reorganisation(
    db: None, keeper: Actor, at: datetime, act: Any
) -> None:
    maker, chief = (
        person(Role.DISTRICT_ADMIN, "34/01/04/", name=name) for name in ("冯岚", "田野")
    )
    first, second = f"{COMMUNITY}g001/", f"{COMMUNITY}g002/"
    wanted = Wanted("合并第一、第二网格", "户数偏少", "街道网格优化方案（示例）", date(2026, 3, 9))
    step = Step(Operation("merge", (first, second), (Named(first, "大网格"),)))
    made = act(reorganising.propose, wanted=wanted, steps=[step], actor=maker, at=at)
    act(reorganising.submit, reorganisation_id=made.pk, actor=maker, at=at)
    act(reorganising.approve, reorganisation_id=made.pk, actor=chief, at=at)
    given = row("3401040010012007", "大网格", SQUARE, "dedicated_grid")

    refused = taken([row(FIRST, "第一网格", shape_of(FIRST)), given], keeper, at)

    assert [type(no) for no in refused] == [Taken, Taken]
    assert [getattr(no, "field", "") for no in refused] == ["code", "name"]


def test_reads_a_border_longer_than_a_csv_cell_usually_is(tmp_path: Path) -> None:
    border = shape_text(shapely.Point(117.2, 31.8).buffer(0.01, quad_segs=3_000))
    raw = tmp_path / "grids.csv"
    raw.write_text(f'代码,边界\n{FIRST},"{border}"\n', encoding="utf-8")

    unpack(raw, into=tmp_path / "rows")

    assert len(border) > 2 * 131_072
    assert list(lines(tmp_path / "rows"))[1] == (2, [FIRST, border])
    shape = next(column for column in GRIDS.columns if column.key == "shape")
    assert parsed(shape, border, names={}) == border


def test_a_file_cut_off_within_a_cell_is_no_file(tmp_path: Path) -> None:
    raw = tmp_path / "grids.csv"
    raw.write_text(f'代码,名称\n{FIRST},"第一网', encoding="utf-8")

    with pytest.raises(WrongFile):
        unpack(raw, into=tmp_path / "rows")

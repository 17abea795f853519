"""Files of maps … are written for QGIS and read back row by row (图形文件)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio import raw as ogr

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.columns import Column, Kind, tables
from quanyu.kernel.tables import queries, rules
from quanyu.kernel.tables.engine import lines, unpack
from quanyu.kernel.tables.judging import Judge
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import Format, State, WrongCell, WrongFile
from quanyu.kernel.tables.writing import opened
from quanyu.web import urls
from tests.kernel.tables.conftest import Taken

COLUMNS = (
    Column("code", "网格代码", Kind.CODE),
    Column("households", "户数", Kind.NUMBER),
    Column("since", "生效日期", Kind.DATE),
    Column("shape", "边界", Kind.SHAPE),
)
SQUARE = "POLYGON ((117.22 31.82, 117.23 31.82, 117.23 31.83, 117.22 31.83, 117.22 31.82))"
ROWS: list[dict[str, Any]] = [
    {"code": "3401040010011001", "households": 376, "since": date(2023, 6, 30), "shape": SQUARE},
    {"code": "3401040010011002", "households": None, "since": None, "shape": ""},
]
MAPS = (Format.GEOJSON, Format.GPKG)


def written(path: Path, form: Format, rows: list[dict[str, Any]] = ROWS) -> Path:
    sheet = opened(path, form, COLUMNS, title="网格", passport=Passport([("导出人", "周明")]))
    for row in rows:
        sheet.add(row)
    sheet.close()
    return path


def test_a_border_longer_than_a_cell_is_not_cut_but_named(tmp_path: Path) -> None:
    corners = shapely.get_coordinates(shapely.Point(117.2, 31.8).buffer(0.01, quad_segs=900))
    long = shapely.to_wkt(shapely.Polygon(corners), rounding_precision=7)

    with pytest.raises(WrongFile, match="第 3 行第 4 列") as no:
        written(tmp_path / "long.xlsx", Format.XLSX, [ROWS[0], ROWS[1] | {"shape": long}])

    assert no.value.field == "format"
    assert "gpkg" in no.value.allowed
    assert written(tmp_path / "long.gpkg", Format.GPKG, [ROWS[0] | {"shape": long}]).exists()


def read(path: Path, folder: Path) -> list[list[str]]:
    unpack(path, into=folder / "rows")
    return [cells for _number, cells in lines(folder / "rows")]


@pytest.mark.parametrize("form", MAPS)
def test_open_in_another_reader(tmp_path: Path, form: Format) -> None:
    path = written(tmp_path / f"grids.{form}", form)

    meta, _fids, shapes, held = ogr.read(path)

    assert meta["crs"] == "EPSG:4326"
    assert list(meta["fields"]) == ["code", "households", "since"]
    assert list(held[0]) == ["3401040010011001", "3401040010011002"]
    assert shapely.from_wkb(shapes[0]).equals(shapely.from_wkt(SQUARE))
    assert shapes[1] is None


@pytest.mark.parametrize("form", MAPS)
def test_are_written_without_any_row(tmp_path: Path, form: Format) -> None:
    path = written(tmp_path / f"grids.{form}", form, rows=[])

    assert len(ogr.read(path)[2]) == 0


@pytest.mark.parametrize("form", MAPS)
def test_come_back_as_they_went(tmp_path: Path, form: Format) -> None:
    path = written(tmp_path / f"grids.{form}", form)

    assert rules.check_start(path.read_bytes()[:64]) is form
    assert read(path, tmp_path) == [
        ["code", "households", "since", "shape"],
        ["3401040010011001", "376", "2023-06-30", SQUARE],
        ["3401040010011002"],
    ]


def test_in_metres_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "metres.gpkg"
    shapes = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], dtype=object)
    ogr.write(
        str(path),
        geometry=shapes,
        field_data=[np.array(["1"], dtype=object)],
        fields=["code"],
        driver="GPKG",
        geometry_type="Polygon",
        crs="EPSG:32650",
    )

    with pytest.raises(WrongFile, match="坐标系"):
        read(path, tmp_path)


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        (
            '{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:32650"}}, '
            '"features": []}',
            "坐标系",
        ),
        ('{"hello": 1}', "图形"),
        ('{"features": [', "读不出来"),
        ('{"features": [{"properties": {}, "geometry": {"type": "Nothing"}}]}', "读不出来"),
        ('{"features": [1, 2]}', "读不出来"),
        ('{"features": [{"properties": "abc", "geometry": null}]}', "读不出来"),
        ('{"crs": "EPSG:4326", "features": []}', "读不出来"),
        ('{"features": ' + "[" * 100_000 + "]" * 100_000 + "}", "读不出来"),
    ],
    ids=[
        *("another system", "no features", "cut short", "no geometry"),
        *("numbers for features", "words for properties", "a word for the system", "too deep"),
    ],
)
def test_that_are_none_are_refused(tmp_path: Path, whole: str, words: str) -> None:
    path = tmp_path / "in.geojson"
    path.write_text(whole)

    with pytest.raises(WrongFile, match=words):
        read(path, tmp_path)


def test_a_damaged_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    path.write_bytes(written(tmp_path / "good.gpkg", Format.GPKG).read_bytes()[:5_000])

    with pytest.raises(WrongFile):
        read(path, tmp_path)


def test_a_shape_is_written_one_way() -> None:
    column = COLUMNS[-1]

    one = rules.parsed(column, "POINT Z (117.123456789 31.5 8)", names={})

    assert one == "POINT (117.1234568 31.5)"


def test_a_shape_that_is_none_is_refused() -> None:
    with pytest.raises(WrongCell, match="WKT"):
        rules.parsed(COLUMNS[-1], "somewhere", names={})


def test_properties_that_some_features_lack_are_empty(tmp_path: Path) -> None:
    features = [
        {"properties": {"code": 1}, "geometry": {"type": "Point", "coordinates": [117.5, 31.5]}},
        {"properties": {"name": "二"}, "geometry": None},
    ]
    path = tmp_path / "in.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))

    assert read(path, tmp_path) == [
        ["code", "name", "shape"],
        ["1", "", "POINT (117.5 31.5)"],
        ["", "二"],
    ]


@pytest.mark.parametrize("form", MAPS)
@pytest.mark.parametrize(("table", "count"), [("grids", 44), ("estates", 54), ("buildings", 605)])
def test_of_places_come_back_unchanged(
    table: str, count: int, form: Format, leader: Actor, taken: Taken, at: Any, tmp_path: Path
) -> None:
    assert urls.urlpatterns, "the edge is loaded, so that every list is read"
    export = taken(leader, {}, table=table, format=form)
    made = queries.made(export)

    meta, _fids, shapes, _held = ogr.read(made)
    unpack(made, into=tmp_path / "rows")
    set_scope(leader)
    judged = Judge(
        tables[table],
        tmp_path / "rows",
        actor=leader,
        at=at,
        writes=False,
        tell=lambda _done: True,
    ).judge()

    assert (export.state, export.done, len(shapes)) == (State.DONE, count, count)
    assert meta["crs"] == "EPSG:4326"
    assert (judged.faults, judged.new, judged.changed, judged.same) == ([], 0, 0, count)

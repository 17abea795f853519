"""A typed address … is read part by part (地址解析)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.regions.rules import addresses
from quanyu.regions.rules.addresses import read_address

READ = [
    ("政务区天鹅湖路88号3幢2单元501", ("政务区天鹅湖路", "88", "", "3", "2", None, "501")),
    ("天鹅湖路 88 号 3 栋 2 单元 501 室", ("天鹅湖路", "88", "", "3", "2", None, "501")),
    ("天鹅湖路88号三号楼二单元501", ("天鹅湖路", "88", "", "3", "2", None, "501")),
    ("天鹅湖路88号翠竹小区3幢", ("天鹅湖路", "88", "翠竹小区", "3", "", None, "")),
    ("翠竹小区3幢2单元5层501", ("翠竹小区", "", "", "3", "2", 5, "501")),
    ("翠竹小区3-2-501", ("翠竹小区", "", "", "3", "2", None, "501")),
    ("翠竹小区12#1201", ("翠竹小区", "", "", "12", "", None, "1201")),
    ("翠竹小区十二幢", ("翠竹小区", "", "", "12", "", None, "")),
    ("翠竹小区A座1203", ("翠竹小区", "", "", "a", "", None, "1203")),
    ("天鹅湖路88-1号", ("天鹅湖路", "88-1", "", "", "", None, "")),
    ("天鹅湖路88", ("天鹅湖路", "88", "", "", "", None, "")),
    ("天鹅湖路８８号５０１", ("天鹅湖路", "88", "", "", "", None, "501")),
    ("翠竹小区", ("翠竹小区", "", "", "", "", None, "")),
    ("天鹅湖公园东门", ("天鹅湖公园东门", "", "", "", "", None, "")),
    ("", ("", "", "", "", "", None, "")),
]


@pytest.mark.parametrize(("text", "parts"), READ, ids=[text for text, _ in READ])
def test_part_by_part(text: str, parts: tuple[object, ...]) -> None:
    read = read_address(text)

    said = (read.before, read.door, read.after, read.building, read.unit, read.floor, read.room)
    assert said == parts


@given(st.text(alphabet="天鹅湖路号幢栋单元层室楼街座-#0123456789一二十a ，", max_size=40))
def test_whatever_was_typed_without_an_error(text: str) -> None:
    assert read_address(text).text == addresses.comparable(text)


@given(st.integers(1, 999), st.integers(1, 99), st.integers(1, 9), st.integers(101, 3399))
def test_as_the_standard_writes_it(door: int, building: int, unit: int, room: int) -> None:
    read = read_address(f"绩溪路{door}号{building}幢{unit}单元{room}室")

    said = (read.before, read.door, read.building, read.unit, read.room)
    assert said == ("绩溪路", str(door), str(building), str(unit), str(room))


@pytest.mark.parametrize(("numerals", "said"), [("十", 10), ("二十三", 23), ("一百零二", 102)])
def test_with_numerals(numerals: str, said: int) -> None:
    assert addresses.number(numerals) == said


@pytest.mark.parametrize(("room", "floor"), [("501", 5), ("1203", 12), ("12A", None), ("", None)])
def test_by_a_room_on_its_floor(room: str, floor: int | None) -> None:
    assert addresses.floor_of(room) == floor

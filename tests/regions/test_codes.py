"""A division code says what it is the code of (区划代码)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.regions import rules
from quanyu.regions.rules import Kind, Level, Scheme


@pytest.mark.parametrize(
    ("code", "town", "village", "urban_rural", "words"),
    [
        ("220581102001", Kind.TOWN, Kind.RESIDENTS_COMMITTEE, "121", "镇中心区"),
        ("220581102200", Kind.TOWN, Kind.VILLAGERS_COMMITTEE, "122", "镇乡结合区"),
        ("220581102202", Kind.TOWN, Kind.VILLAGERS_COMMITTEE, "220", "村庄"),
    ],
)
def test_the_public_vectors_read_as_published(
    code: str, town: Kind, village: Kind, urban_rural: str, words: str
) -> None:
    read = rules.read_code(code)

    assert (read.level, read.kind) == (Level.COMMUNITY, village)
    assert rules.read_code(code[:9]).kind is town
    assert rules.URBAN_RURAL[urban_rural] == words


@pytest.mark.parametrize(
    ("code", "name", "kind", "scheme"),
    [
        ("34", "安徽省", Kind.PROVINCE, Scheme.GBT2260),
        ("3401", "合肥市", Kind.CITY, Scheme.GBT2260),
        ("340101", "市辖区", Kind.HEADING, Scheme.GBT2260),
        ("340104", "蜀山区", Kind.DISTRICT, Scheme.GBT2260),
        ("340121", "长丰县", Kind.COUNTY, Scheme.GBT2260),
        ("340181", "巢湖市", Kind.COUNTY_CITY, Scheme.GBT2260),
        ("340176", "合肥高新技术产业开发区", Kind.ZONE, Scheme.STAT),
        ("340104001", "三里庵街道", Kind.STREET, Scheme.STAT),
        ("340104100", "井岗镇", Kind.TOWN, Scheme.STAT),
        ("340103200", "三十岗乡", Kind.TOWNSHIP, Scheme.STAT),
        ("340104400", "蜀山新产业园区", Kind.TOWNSHIP_LIKE, Scheme.STAT),
        ("340111400", "滨湖世纪社区", Kind.MEGA_COMMUNITY, Scheme.STAT),
        ("340124401", "白湖监狱生活社区", Kind.TOWNSHIP_LIKE, Scheme.STAT),
        ("340124400498", "虚拟社区", Kind.VIRTUAL_COMMUNITY, Scheme.STAT),
        ("340124400598", "虚拟生活区", Kind.VIRTUAL_LIVING_AREA, Scheme.STAT),
        ("340104001001", "梅山路社区居委会", Kind.RESIDENTS_COMMITTEE, Scheme.STAT),
        ("3401040010021006", "第六网格", Kind.BASE_GRID, Scheme.LOCAL),
    ],
)
def test_a_code_and_its_name_give_the_kind(
    code: str, name: str, kind: Kind, scheme: Scheme
) -> None:
    read = rules.read_code(code, name)

    assert (read.kind, read.scheme) == (kind, scheme)


def test_zeros_that_pad_to_twelve_digits_are_no_level() -> None:
    assert rules.read_code("340104000000").level is Level.AREA


@pytest.mark.parametrize("code", ["", "3", "34010", "34010400100a", "３４", "34010400160"])
def test_refuses_what_is_no_code(code: str) -> None:
    with pytest.raises(rules.WrongCode) as refused:
        rules.read_code(code)

    assert (refused.value.field, refused.value.value) == ("code", code)
    assert "12" in refused.value.allowed


def test_refuses_digits_outside_every_range() -> None:
    with pytest.raises(rules.WrongCode):
        rules.read_code("340104600")


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("34", "34/"),
        ("3401", "34/01/"),
        ("340104", "34/01/04/"),
        ("340104001", "34/01/04/001/"),
        ("340104001002", "34/01/04/001/002/"),
        ("3401040010021006", "34/01/04/001/002/g006/"),
    ],
)
def test_a_path_is_the_codes_own_digits_by_level(code: str, path: str) -> None:
    assert rules.path_of(code) == path
    assert rules.check_path(path) == path
    assert rules.level_of(path) is rules.read_code(code).level


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "34", "34/1/", "34//", "34/²²/", "34/01/04/001/002/g٣٣٣/"),
        *("34/01/04/001/002/006/", "34/01/04/001/002/g006/1/"),
    ],
)
def test_refuses_what_is_no_path(path: str) -> None:
    with pytest.raises(rules.WrongPath):
        rules.check_path(path)


def test_the_parents_of_a_path_begin_with_the_province() -> None:
    assert rules.parents("34/01/04/001/") == ("34/", "34/01/", "34/01/04/")
    assert rules.parent("34/01/04/001/") == "34/01/04/"
    assert rules.parent("34/") == ""


@given(st.integers(1, 999), st.integers(1, 199), st.integers(1, 999))
def test_every_parent_of_a_grid_begins_its_path(street: int, village: int, grid: int) -> None:
    path = rules.path_of(f"340104{street:03d}{village:03d}1{grid:03d}")

    assert all(path.startswith(above) for above in rules.ancestry(path))
    assert len(rules.ancestry(path)) == 6


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("杏林社区居委会", "杏林社区"),
        ("竹荫里社区委员会", "竹荫里社区"),
        ("大榆树村村民委员会", "大榆树村"),
        ("徐桥村委会", "徐桥村"),
        ("官亭社区村委会", "官亭社区"),
        ("三里庵街道", "三里庵街道"),
    ],
)
def test_a_committee_is_called_by_its_place(name: str, short: str) -> None:
    assert rules.short_name(name) == short

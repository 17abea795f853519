"""A value … stands in a file and comes back from it as it was (单元格规则)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events.tables import MATTERS
from quanyu.kernel.columns import Column, Kind, Table, tables
from quanyu.kernel.tables import rules
from quanyu.kernel.tables.rules import DANGEROUS, WrongCell, bare, csv_cell, harmless, parsed
from quanyu.web.context import DOORS

BODY = Column("kind", "类型", choices={"department": "部门", "community": "社区"}, is_required=True)


@given(st.text())
def test_a_text_never_begins_a_formula_and_comes_back(text: str) -> None:
    marked = harmless(text)

    assert marked[:1] not in DANGEROUS
    assert bare(marked) == text


@given(st.text(alphabet="'=+-@＝ab", max_size=6))
def test_a_text_full_of_signs_comes_back(text: str) -> None:
    assert bare(harmless(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-", "@SUM(A1)", "\t=1", "＝1", "＋1"])
def test_what_spreadsheets_reckon_with_is_marked(text: str) -> None:
    assert csv_cell(Kind.TEXT, text).startswith("'")
    assert csv_cell(Kind.CODE, text).startswith("'")


def test_a_number_below_nothing_is_a_number() -> None:
    assert csv_cell(Kind.NUMBER, -3) == "-3"
    assert csv_cell(Kind.MONEY, -305) == "-3.05"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.CODE, "００１２", "0012"),
        (Kind.CODE, "340104.0", "340104"),
        (Kind.CODE, " 01.02 ", "01.02"),
        (Kind.NUMBER, "１，２３４", 1234),
        (Kind.NUMBER, "12.0", 12),
        (Kind.MONEY, "¥1,426.50", 142650),
        (Kind.DATE, "2026-3-2", date(2026, 3, 2)),
        (Kind.DATE, "2026年3月2日", date(2026, 3, 2)),
        (Kind.DATE, "20260302", date(2026, 3, 2)),
        (Kind.DATE, "２０２６／３／２", date(2026, 3, 2)),
        (Kind.DATE, "2026-03-02 00:00:00", date(2026, 3, 2)),
        (Kind.YES_NO, "是", True),
        (Kind.YES_NO, "NO", False),
        (Kind.TEXT, " 三里庵 ", "三里庵"),
        (Kind.TEXT, "  ", None),
    ],
)
def test_a_cell_means(kind: Kind, text: str, value: object) -> None:
    assert parsed(Column("x", "列", kind), text, names={}) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.NUMBER, "很多"),
        (Kind.NUMBER, "1.5"),
        (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, "1e400"),
        (Kind.MONEY, "1.005"),
        (Kind.DATE, "2026-02-30"),
        (Kind.DATE, "昨天"),
        (Kind.YES_NO, "也许"),
        (Kind.TEXT, "a\x07b"),
        (Kind.TEXT, "六个字太长了"),
    ],
)
def test_a_cell_means_nothing(kind: Kind, text: str) -> None:
    with pytest.raises(WrongCell) as no:
        parsed(Column("x", "列", kind, longest=5), text, names={})

    assert no.value.field == "x"


@pytest.mark.parametrize("text", ["department", "部门", " Department "])
def test_a_choice_is_named_by_code_or_by_word(text: str) -> None:
    names = rules.named(BODY, [{"department": "部门"}, {"department": "Department"}])

    assert parsed(BODY, text, names=names) == "department"


def test_a_choice_that_is_none_tells_what_is_allowed() -> None:
    with pytest.raises(WrongCell) as no:
        parsed(BODY, "公司", names=rules.named(BODY, []))

    assert "department, community" in str(no.value)


def test_what_must_be_there_is_missed() -> None:
    with pytest.raises(WrongCell):
        parsed(BODY, "　", names={})


def test_columns_come_in_the_order_of_the_address_and_the_fixed_ones_first() -> None:
    assert [c.key for c in MATTERS.chosen("due,nonsense,due,state")] == [
        "number",
        "title",
        "due",
        "state",
    ]
    assert MATTERS.chosen("") == tuple(c for c in MATTERS.columns if c.is_shown)


def test_a_column_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Table("t", "表", "desk", (BODY, BODY), (), frozenset())


def test_what_is_taken_in_has_a_natural_key() -> None:
    with pytest.raises(ValueError, match="natural key"):
        Table("t", "表", "desk", (Column("a", "甲", is_taken=True),), (), frozenset())


BEHIND = {
    "desk_estates": "desk_places",
    "desk_buildings": "desk_places",
    "desk_dwellings": "desk_places",
    "desk_covers": "desk_coverage",
    "desk_participations": "desk_organisations",
    "desk_party_counts": "desk_party",
}
"""Lists that stand behind the door of another page."""


NARROWER = {"reorganisation-rehearsal"}
"""Files that fewer may have than the page: it names whose grants move."""


def test_each_list_gives_its_file_to_those_who_open_its_page() -> None:
    doors = {door.name: door.roles for _label, group in DOORS for door in group}
    doors |= {page: doors[door] for page, door in BEHIND.items()}

    assert tables
    assert {t.name: t.opened_by for t in tables.values() if t.name not in NARROWER} == {
        t.name: doors[t.page] for t in tables.values() if t.name not in NARROWER
    }
    assert all(tables[name].opened_by < doors[tables[name].page] for name in NARROWER)

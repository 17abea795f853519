"""A chart … goes on to more sheets, loses nothing on the way, and keeps its names readable."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.organisations.rules.chart import LEAVES, Branch, leaves, lines, sheets

NETS = st.recursive(
    st.just(()),
    lambda below: st.lists(below, max_size=30).map(tuple),
    max_leaves=400,
)


def named(shape: tuple, name: str = "0") -> Branch:  # type: ignore[type-arg]
    """Return a net of a shape in which every body has a name of its own."""
    return Branch(name, "", below=tuple(named(one, f"{name}.{n}") for n, one in enumerate(shape)))


def names(branch: Branch) -> list[str]:
    return [branch.name, *(name for one in branch.below for name in names(one))]


@given(NETS)
@settings(max_examples=40, deadline=None)
def test_every_body_stands_on_a_sheet_that_can_be_read(shape: tuple) -> None:  # type: ignore[type-arg]
    root = named(shape)

    drawn = sheets(root)

    shown = Counter(name for sheet in drawn for name in names(sheet))
    assert set(shown) == set(names(root))
    assert all(leaves(sheet) <= LEAVES for sheet in drawn)


def test_what_is_too_large_is_closed_on_the_first_sheet_and_opened_on_its_own() -> None:
    large = Branch("大", "", below=tuple(Branch(f"{n}", "") for n in range(LEAVES + 1)))
    root = Branch("根", "", below=(large, Branch("小", "")))

    first, *rest = sheets(root)

    assert [(one.name, one.more) for one in first.below] == [("大", LEAVES + 1), ("小", 0)]
    assert [(one.name, len(one.below)) for one in rest] == [("大", LEAVES), ("大", 1)]


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("梅山路社区党委", ("梅山路社区党委",)),
        ("梅山路第三、四网格联合党支部", ("梅山路第三、四网格联合党支部",)),
        ("Property Services Branch of Jixi Road", ("Property Services Branch of", "Jixi Road")),
        (
            "中共合肥市蜀山区三里庵街道梅山路社区委员会",
            ("中共合肥市蜀山区三里庵街道梅山路", "社区委员会"),
        ),
        ("网" * 40, ("网" * 16, f"{'网' * 15}…")),
    ],
)
def test_a_long_name_goes_on_to_a_second_line(name: str, drawn: tuple[str, ...]) -> None:
    assert lines(name) == drawn

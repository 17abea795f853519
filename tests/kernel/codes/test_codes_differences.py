"""Two days of a list side by side … name what was added, ended and changed (差异)."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.codes.rules import (
    CodeEntry,
    LimitEntry,
    code_differences,
    limit_differences,
)

DAY = date(2026, 1, 1)
LAMP = CodeEntry("event_class", "0101", "路灯", DAY)
LITTER = CodeEntry("event_class", "0102", "暴露垃圾", DAY)
LIMIT = LimitEntry("event", "handling", 7, "working_days", DAY)

names = st.dictionaries(st.sampled_from(["01", "02", "03", "04"]), st.text(max_size=3))


def entries(named: dict[str, str]) -> list[CodeEntry]:
    """Return codes of these names."""
    return [CodeEntry("list", code, name, DAY) for code, name in named.items()]


def test_a_new_code_is_added() -> None:
    (found,) = code_differences([LAMP], [LAMP, LITTER])

    assert (found.kind, found.before, found.after) == ("added", None, LITTER)


def test_a_code_that_is_gone_was_ended() -> None:
    (found,) = code_differences([LAMP, LITTER], [LAMP])

    assert (found.kind, found.before, found.after) == ("ended", LITTER, None)


def test_a_code_that_says_otherwise_names_what() -> None:
    (found,) = code_differences(
        [LAMP], [replace(LAMP, name="路灯不亮", valid_from=date(2026, 2, 1))]
    )

    assert (found.kind, found.changed) == ("changed", ("name",))


def test_a_row_that_only_begins_anew_is_no_difference() -> None:
    assert code_differences([LAMP], [replace(LAMP, valid_from=date(2026, 2, 1))]) == ()


def test_a_longer_limit_is_named() -> None:
    (found,) = limit_differences([LIMIT], [replace(LIMIT, amount=9)])

    assert found.changed == ("amount",)


def test_limits_of_other_places_are_others() -> None:
    found = limit_differences([LIMIT], [replace(LIMIT, place_path="34/01/")])

    assert sorted(one.kind for one in found) == ["added", "ended"]


@given(names)
def test_a_list_does_not_differ_from_itself(named: dict[str, str]) -> None:
    assert code_differences(entries(named), entries(named)) == ()


@given(names, names)
def test_backwards_what_was_added_was_ended(one: dict[str, str], other: dict[str, str]) -> None:
    there = code_differences(entries(one), entries(other))
    back = code_differences(entries(other), entries(one))

    assert [(d.before, d.after) for d in there] == [(d.after, d.before) for d in back]

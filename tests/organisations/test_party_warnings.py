"""The rules of party organisations … warn with their clause and block nothing (党组织提醒)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from quanyu.organisations.queries.norms import norms
from quanyu.organisations.rules.kinds import BodyKind
from quanyu.organisations.rules.norms import Norms
from quanyu.organisations.rules.party import (
    Facts,
    Head,
    WarningKey,
    adding_up,
    warnings,
)
from quanyu.organisations.rules.terms import Form, Span

TODAY = date(2026, 3, 2)
GOOD = Facts(
    id=UUID(int=1),
    kind=BodyKind.BRANCH,
    is_of_community=True,
    head=Head(20, 1),
    form=Form.COMMITTEE,
    size=5,
    span=Span(date(2024, 1, 1), 5),
)
VERIFIED = "党支部设置、任期和表决规定摘要（条号待补）"
SAMPLE = "示例：党组织设置、换届提醒和会议周期样表"


@pytest.fixture
def held(db: None) -> Norms:
    """The numbers as they ship."""
    return norms(on=TODAY)


def keys(facts: Facts, held: Norms, today: date = TODAY) -> dict[WarningKey, str]:
    return {one.key: one.norm.clause for one in warnings(facts, held, today=today)}


def test_say_nothing_of_a_branch_that_keeps_them(held: Norms) -> None:
    assert keys(GOOD, held) == {}


@pytest.mark.parametrize(
    ("change", "key", "clause"),
    [
        ({"head": Head(2, 9), "form": Form.SECRETARY}, "branch_few", f"《{VERIFIED}》一"),
        (
            {"kind": BodyKind.JOINT_BRANCH, "head": Head(20, 0, 6)},
            "joint_wide",
            f"《{VERIFIED}》一",
        ),
        ({"head": Head(50, 1)}, "general_due", f"《{VERIFIED}》四"),
        ({"head": Head(100, 1)}, "party_committee_due", f"《{SAMPLE}》一"),
        (
            {"kind": BodyKind.GENERAL_BRANCH, "head": Head(101, 0)},
            "party_committee_due",
            f"《{SAMPLE}》一",
        ),
        (
            {"kind": BodyKind.GENERAL_BRANCH, "head": Head(50, 0)},
            "general_few",
            f"《{VERIFIED}》四",
        ),
        ({"head": Head(7, 0), "form": Form.SECRETARY}, "committee_missing", f"《{VERIFIED}》二"),
        ({"head": Head(6, 4), "size": 3}, "committee_early", f"《{VERIFIED}》二"),
        ({"size": 2}, "committee_small", f"《{VERIFIED}》二"),
        ({"size": 6}, "committee_large", f"《{VERIFIED}》二"),
        ({"size": 8}, "committee_over", f"《{VERIFIED}》二"),
        ({"span": None}, "term_missing", f"《{VERIFIED}》三"),
        ({"span": Span(date(2024, 1, 1), 3)}, "term_other", f"《{VERIFIED}》三"),
        (
            {"is_of_community": False, "span": Span(date(2024, 1, 1), 5)},
            "term_other",
            f"《{VERIFIED}》三",
        ),
        ({"span": Span(date(2021, 9, 2), 5)}, "election_soon", f"《{SAMPLE}》二"),
        ({"span": Span(date(2021, 3, 2), 5)}, "election_overdue", f"《{VERIFIED}》三"),
    ],
)
def test_name_what_they_rest_on(
    change: dict[str, object], key: str, clause: str, held: Norms
) -> None:
    facts = replace(GOOD, **change)  # type: ignore[arg-type]

    assert keys(facts, held) == {WarningKey(key): clause}


@pytest.mark.parametrize(
    "change",
    [
        {"head": Head(3, 0), "form": Form.SECRETARY, "size": 1},
        {"head": Head(6, 0), "form": Form.SECRETARY, "size": 2},
        {"head": Head(7, 0), "size": 3},
        {"head": Head(50, 0)},
        {"kind": BodyKind.JOINT_BRANCH, "head": Head(20, 0, 5)},
        {"kind": BodyKind.GENERAL_BRANCH, "head": Head(51, 0)},
        {"kind": BodyKind.GENERAL_BRANCH, "head": Head(100, 0)},
        {"kind": BodyKind.PARTY_WORK_COMMITTEE, "span": None, "head": None},
        {"span": Span(date(2021, 9, 3), 5)},
        {"span": Span(date(2021, 3, 2), 5, date(2026, 12, 1))},
        {"is_of_community": False, "span": Span(date(2024, 1, 1), 3)},
    ],
)
def test_say_nothing_at_the_border_that_is_still_right(
    change: dict[str, object], held: Norms
) -> None:
    assert keys(replace(GOOD, **change), held) == {}  # type: ignore[arg-type]


def test_say_which_content_was_not_checked(held: Norms) -> None:
    soon = replace(GOOD, span=Span(date(2021, 9, 2), 5))
    few = replace(GOOD, head=Head(2, 0), form=Form.SECRETARY)

    assert [one.norm.is_sample for one in warnings(soon, held, today=TODAY)] == [True]
    assert [one.norm.is_sample for one in warnings(few, held, today=TODAY)] == [False]


def test_are_silent_where_a_city_has_no_such_number() -> None:
    wrong = replace(GOOD, head=Head(2, 9), size=9, span=Span(date(2001, 1, 1), 5))

    assert warnings(wrong, {}, today=TODAY) == []


def test_do_not_speak_of_other_bodies(held: Norms) -> None:
    assert keys(replace(GOOD, kind=BodyKind.DEPARTMENT, head=Head(2, 0)), held) == {}


def test_add_up_what_lies_below_and_count_a_group_with_its_branch() -> None:
    committee, general, branch, group = (UUID(int=number) for number in range(4))
    kinds = {
        committee: BodyKind.PARTY_COMMITTEE,
        general: BodyKind.GENERAL_BRANCH,
        branch: BodyKind.BRANCH,
        group: BodyKind.PARTY_GROUP,
    }
    above = {committee: None, general: committee, branch: general, group: branch}
    own = {branch: Head(40, 2), group: Head(9, 0), general: Head(10, 1)}

    found = adding_up(kinds, above, own)

    assert found[branch] == Head(40, 2)
    assert found[general] == Head(50, 3)
    assert found[committee] == Head(50, 3)
    assert found[group] == Head(9, 0)


def test_stop_where_bodies_hang_on_each_other_in_a_ring() -> None:
    one, two = UUID(int=1), UUID(int=2)
    kinds = {one: BodyKind.BRANCH, two: BodyKind.BRANCH}

    found = adding_up(kinds, {one: two, two: one}, {one: Head(5, 0)})

    assert found[two] == Head(5, 0)


def test_ship_for_every_city(db: None) -> None:
    assert {one.clause.split("》")[0] for one in norms(on=TODAY).values()} == {
        f"《{VERIFIED}",
        f"《{SAMPLE}",
    }

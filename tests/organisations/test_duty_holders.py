"""Who answers for a class at a place, the first first (权责清单查询)."""

import re
from datetime import date, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.codes import queries as codes
from quanyu.organisations import actions, queries, rules
from quanyu.organisations.models import Body, Duty
from quanyu.organisations.rules import Holder

GRID = "34/01/04/001/002/g006/"


def _holder(number: int, basis: str, place: str, prefix: str) -> Holder:
    key = UUID(int=number)
    return Holder(key, f"body-{number}", "department", "", "", basis, place, prefix)


HOLDERS = st.lists(
    st.builds(
        _holder,
        st.integers(1, 9),
        st.sampled_from(["owner", "territory"]),
        st.sampled_from(["34/01/", "34/01/04/", "34/01/04/001/"]),
        st.sampled_from(["", "P", "P01", "P0102"]),
    )
)


def test_of_a_part_the_owner_comes_before_the_territory() -> None:
    owner = _holder(1, "owner", "34/01/", "P01")
    territory = _holder(2, "territory", "34/01/04/001/", "P0102")

    assert rules.choose([territory, owner], class_code="P0102") == owner


def test_of_an_event_the_territory_comes_before_the_owner() -> None:
    owner = _holder(1, "owner", "34/01/04/001/", "0102")
    territory = _holder(2, "territory", "34/01/", "01")

    assert rules.choose([owner, territory], class_code="0102") == territory


def test_the_most_specific_place_comes_first() -> None:
    city = _holder(1, "territory", "34/01/", "0102")
    street = _holder(2, "territory", "34/01/04/001/", "01")

    assert rules.choose([city, street], class_code="0102") == street


def test_at_one_place_the_longest_class_comes_first() -> None:
    major = _holder(1, "territory", "34/01/", "01")
    minor = _holder(2, "territory", "34/01/", "0102")

    assert rules.choose([major, minor], class_code="0102") == minor


def test_who_answers_for_everything_comes_last() -> None:
    fallback = _holder(1, "territory", "34/01/04/001/", "")
    owner = _holder(2, "owner", "34/01/", "04")

    assert rules.order([fallback, owner], class_code="0402") == [owner, fallback]


def test_nobody_answers_when_the_list_is_empty() -> None:
    assert rules.choose([], class_code="0102") is None


@given(HOLDERS, st.randoms())
def test_the_order_does_not_depend_on_the_tables(holders: list[Holder], chance: object) -> None:
    mixed = sorted(holders, key=lambda _: chance.random())  # type: ignore[attr-defined]

    ordered = rules.order(mixed, class_code="P0102")

    assert ordered == rules.order(holders, class_code="P0102")
    assert len(ordered) == len({holder.body_id for holder in holders})


def test_every_class_has_a_holder_everywhere_in_the_city(db: None, on: date) -> None:
    classes = [*codes.codes("event_class", on=on), *codes.codes("part_class", on=on)]

    assert len(classes) > 150
    assert all(queries.duty_holders(one.code, place="34/01/81/", on=on) for one in classes)


def test_every_class_has_somebody_nearer_than_the_fallback_in_the_demo_street(
    db: None, on: date
) -> None:
    classes = [*codes.codes("event_class", on=on), *codes.codes("part_class", on=on)]
    minors = [one.code for one in classes if one.parent]

    firsts = [queries.duty_holders(code, place=GRID, on=on)[0] for code in minors]

    assert [first for first in firsts if not first.class_prefix] == []


@pytest.mark.parametrize(
    ("class_code", "first"),
    [
        ("P0102", "street-works"),
        ("P0101", "water-supply"),
        ("P0118", "city-lighting"),
        ("0102", "street-sanitation"),
        ("0402", "water-supply"),
        ("0504", "street-enforcement"),
        ("2201", "community-002"),
        ("2901", "street-office"),
    ],
)
def test_the_demo_street_sends_each_class_to_the_right_body(
    db: None, on: date, class_code: str, first: str
) -> None:
    assert queries.duty_holders(class_code, place=GRID, on=on)[0].code == first


def test_a_holder_says_why(db: None, on: date) -> None:
    holder = queries.duty_holders("P0102", place=GRID, on=on)[0]

    assert holder.reason == "属主责任：负责三里庵街道的0102 污水井盖"
    assert (holder.clause, holder.is_sample) == ("《示例：城市治理权责清单》二", True)


def test_the_holders_of_a_class_cost_one_query(db: None, on: date) -> None:
    queries.duty_holders("P0102", place=GRID, on=on)

    with CaptureQueriesContext(connection) as asked:
        queries.duty_holders("P0102", place=GRID, on=on)

    assert len(asked) == 1


def test_the_duty_list_turns_its_pages_without_loss(db: None, on: date) -> None:
    first = queries.duty_list(on=on, size=150)
    second = queries.duty_list(on=on, size=150, after=first.after)

    keys = {row.id for row in (*first.rows, *second.rows)}
    assert (len(keys), second.after) == (Duty.objects.count(), "")


def test_the_duty_list_of_a_class_shows_who_covers_it(db: None, on: date) -> None:
    page = queries.duty_list(on=on, class_code="P0102", place="34/01/04/001/")

    assert {row.class_prefix for row in page.rows} <= {"", "P", "P01", "P0102"}
    assert "三里庵街道市政养护队" in {row.body for row in page.rows}


def test_the_duty_list_of_a_body_shows_its_own(db: None, on: date) -> None:
    body = queries.body_by_code("heat-supply")

    assert body is not None
    rows = queries.duty_list(on=on, body_id=body.id).rows
    assert [row.class_name for row in rows] == ["0405 热力管道破裂", "0110 热力井盖"]


def test_a_mark_of_nonsense_opens_the_first_page(db: None, on: date) -> None:
    assert queries.duty_list(on=on, after="a~b~c").rows == queries.duty_list(on=on).rows


def test_bodies_are_found_by_kind_and_name(db: None, on: date) -> None:
    teams = queries.bodies(on=on, kind="stationed_agency", search="市政")

    assert [(team.code, team.kind_name) for team in teams] == [("street-works", "派驻机构")]


def test_bodies_are_named_in_english(db: None, on: date) -> None:
    with translation.override("en"):
        (team,) = queries.bodies(on=on, search="Road and Drain")

        assert (team.label, team.place_name) == (
            "Sanli'an Road and Drain Team",
            "Sanli'an Subdistrict",
        )


def test_accounts_learns_what_a_body_is_called(db: None) -> None:
    team = Body.objects.get(code="street-works")

    (names,) = accounts.body_names.ask([team.id])
    (places,) = accounts.body_places.ask([team.id])

    assert (names, places) == ({team.id: "三里庵街道市政养护队"}, {team.id: "34/01/04/001/"})


def test_loading_again_brings_nothing(db: None, loader: Actor, at: datetime) -> None:
    assert actions.load(actor=loader, at=at) == {"bodies": 0, "duties": 0}


def test_sample_bodies_have_sample_phones_and_clauses(db: None) -> None:
    phones = set(Body.objects.values_list("phone", flat=True))

    assert not Body.objects.filter(is_sample=False).exists()
    # A neighbouring city's hotline has the neighbour's area code.
    assert all(re.fullmatch(r"055\d-6000-0\d{3}", phone) for phone in phones)
    assert not Duty.objects.filter(clause__document__is_sample=False).exists()
    assert not Duty.objects.filter(clause=None).exists()

"""Who may do what, and where (权限与辖区)."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import (
    ADMINISTRATORS,
    REPORTER,
    Actor,
    ActorKind,
    Grant,
    Role,
    disjoint,
    holder,
    upper,
)

paths = st.lists(st.text("0123456789", min_size=2, max_size=3), min_size=1, max_size=5).map(
    lambda parts: "/".join(parts) + "/"
)


@dataclass
class Row:
    """A row with a place, a body and an owner."""

    region_path: str = "34/01/04/"
    body_id: UUID | None = None
    account_id: UUID | None = None
    id: UUID | None = None


@given(paths, paths)
def test_a_grant_covers_exactly_its_own_subtree(grant: str, place: str) -> None:
    inside = place.split("/")[: grant.count("/")] == grant.split("/")[:-1]

    assert Grant("operator", grant).covers(place) is inside


@given(paths, paths)
def test_the_range_of_a_place_holds_exactly_its_subtree(grant: str, place: str) -> None:
    assert (grant <= place < upper(grant)) is Grant("operator", grant).covers(place)


@given(st.lists(paths, max_size=6))
def test_disjoint_places_cover_the_same(given_paths: list[str]) -> None:
    kept = disjoint(given_paths)

    assert all(any(path.startswith(one) for one in kept) for path in given_paths)
    assert not any(a != b and a.startswith(b) for a in kept for b in kept)


def test_a_grant_on_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="slash"):
        Grant("operator", "")


def test_a_grant_without_a_final_slash_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="slash"):
        Grant("operator", "34/01")


def test_a_grant_at_a_place_and_in_a_body_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not both"):
        Grant("handler", "34/01/", body=uuid4())


def test_an_actor_without_grants_holds_no_role_anywhere() -> None:
    nobody = Actor(ActorKind.PERSON, uuid4())

    assert nobody.roles_on(Row()) == frozenset()


def test_a_post_in_a_body_gives_its_role_on_the_bodys_rows_alone() -> None:
    body = uuid4()
    actor = Actor(ActorKind.PERSON, uuid4(), frozenset({Grant("handler", body=body)}))

    assert actor.roles_on(Row(body_id=body)) == {"handler"}
    assert actor.roles_on(Row(body_id=uuid4())) == frozenset()


def test_the_holder_of_a_code_is_resident_on_that_row_alone() -> None:
    key = uuid4()

    assert holder(key).roles_on(Row(id=key)) == {"resident"}
    assert holder(key).roles_on(Row(id=uuid4())) == frozenset()


def test_anybody_may_report_as_a_resident() -> None:
    stranger = Actor(ActorKind.PERSON, uuid4(), frozenset({Grant("operator", "34/01/02/")}))

    assert stranger.opening_roles(Row(region_path="34/01/04/")) == {"resident"}


def test_a_reporter_may_open_and_holds_nothing() -> None:
    assert REPORTER.opening_roles(Row()) == {"resident"}
    assert REPORTER.roles_on(Row()) == frozenset()


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_an_administrator_sees_no_rows_by_the_place(role: Role) -> None:
    actor = Actor(ActorKind.PERSON, uuid4(), frozenset({Grant(role, "34/01/")}))

    assert actor.places == ()
    assert actor.roles_at("34/01/04/") == {role}

"""Hats, addresses, passwords and locks, without a database (规则)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import MOST_PLACES, Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import rules
from quanyu.kernel.keys import uuid7

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
paths = st.lists(st.sampled_from(["01", "02", "03"]), min_size=1, max_size=4).map(
    lambda parts: "34/01/" + "".join(f"{part}/" for part in parts)
)
grants = st.frozensets(
    st.one_of(
        st.builds(lambda path: Grant(Role.CHECKER, path), paths),
        st.builds(lambda: Grant(Role.HANDLER, body=uuid7())),
    ),
    max_size=8,
)


@given(grants)
def test_under_any_hat_no_more_places_than_the_wall_has_doors(held: frozenset[Grant]) -> None:
    hats = (None, *rules.hats(held))

    assert all(
        len(Actor(ActorKind.PERSON, grants=rules.under(held, hat)).places) <= MOST_PLACES
        for hat in hats
    )


@given(grants)
def test_a_hat_never_adds_a_grant(held: frozenset[Grant]) -> None:
    assert all(rules.under(held, hat) <= held for hat in rules.hats(held))


@given(grants)
def test_the_hats_together_are_everything(held: frozenset[Grant]) -> None:
    together = {grant for hat in rules.hats(held) for grant in rules.under(held, hat)}

    assert together == held


def test_every_role_but_the_system_has_a_name() -> None:
    assert set(rules.ROLE_NAMES) == set(Role) - {Role.SYSTEM}


def test_a_fresh_password_is_accepted_by_the_rules() -> None:
    assert rules.kinds(rules.fresh_password()) == 4


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "found"),
    [
        ("10.0.0.1", "1.2.3.4", "", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", "10.0.0.1", "1.2.3.4"),
        ("10.0.0.2", "1.2.3.4", "10.0.0.1", "10.0.0.2"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4", "10.0.0.1", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, 10.0.0.7", "10.0.0.0/24", "1.2.3.4"),
        ("10.0.0.1", "rubbish", "10.0.0.1", "10.0.0.1"),
        ("::ffff:1.2.3.4", "", "", "1.2.3.4"),
        ("2001:db8:1:2:3::4", "", "", "2001:db8:1:2::/64"),
        ("", "", "", ""),
    ],
)
def test_finds_the_address(remote: str, forwarded: str, trusted: str, found: str) -> None:
    assert rules.address(remote, forwarded, trusted=trusted) == found


def test_the_fifth_failure_within_five_minutes_locks_for_fifteen() -> None:
    before = rules.Failures(tuple(AT - timedelta(minutes=n) for n in (4, 3, 2, 1)))

    assert rules.after_failure(before, kind="name", at=AT).locked_until == AT + timedelta(
        minutes=15
    )


def test_a_failure_of_long_ago_does_not_count() -> None:
    before = rules.Failures(tuple(AT - timedelta(minutes=n) for n in (5, 3, 2, 1)))

    assert rules.after_failure(before, kind="name", at=AT).locked_until is None


def test_a_lock_names_the_time_of_the_city() -> None:
    refusal = rules.locked(AT, at=AT - timedelta(minutes=3))

    assert str(refusal) == "登录失败次数过多，已暂停登录，09:00 后可再试"


@pytest.mark.parametrize(
    ("role", "held"),
    [("sys_admin", ["sec_admin"]), ("audit_admin", ["operator"]), ("operator", ["sys_admin"])],
)
def test_administrators_stay_apart(role: str, held: list[str]) -> None:
    with pytest.raises(rules.RolesApart):
        rules.check_apart(role, held=held)


@pytest.mark.parametrize(
    ("role", "held"),
    [("sys_admin", []), ("sys_admin", ["sys_admin"]), ("operator", ["dispatcher", "checker"])],
)
def test_others_may_be_in_one_hand(role: str, held: list[str]) -> None:
    rules.check_apart(role, held=held)


@pytest.mark.parametrize("path", ["34/01", "34//01/", "/", "34/01|/", "34/01/\n", "34/ZZ/"])
def test_a_grant_is_at_a_path(path: str) -> None:
    with pytest.raises(ValueError, match="slash"):
        Grant(Role.CHECKER, path)

"""A ballot … counts and elects by whole numbers (到会与当选规则)."""

from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.organisations.rules.voting import (
    NotQuorate,
    Outcome,
    Rule,
    Share,
    Sheet,
    Tally,
    WrongBallot,
    check_sheet,
    check_tallies,
    is_carried,
    is_quorate,
    least_present,
    least_votes,
    outcome,
)

LEAST, ABOVE = Share(4, 5), Share(1, 2)
RULE = Rule(LEAST, ABOVE)
SEATS = {"member": 3}
KEYS = [UUID(int=number) for number in range(1, 9)]


def sheet(entitled: int, present: int | None = None) -> Sheet:
    there = entitled if present is None else present
    return Sheet(entitled, there, there, there)


def tallies(*votes: int, seat: str = "member") -> list[Tally]:
    return [Tally(key, seat, count) for key, count in zip(KEYS, votes, strict=False)]


@pytest.mark.parametrize(
    ("present", "entitled", "enough"),
    [(4, 5, True), (8, 10, True), (7, 10, False), (9, 11, True), (8, 11, False), (0, 0, False)],
)
def test_counts_with_just_four_fifths(present: int, entitled: int, enough: bool) -> None:
    assert is_quorate(present, entitled, least=LEAST) is enough


@pytest.mark.parametrize(
    ("votes", "entitled", "enough"),
    [(5, 10, False), (6, 10, True), (5, 9, True), (4, 9, False), (0, 0, False)],
)
def test_carries_with_more_than_half_of_all(votes: int, entitled: int, enough: bool) -> None:
    assert is_carried(votes, entitled, above=ABOVE) is enough


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_is_exact_where_fractions_are(entitled: int, there: int) -> None:
    assert is_quorate(there, entitled, least=LEAST) == (Fraction(there, entitled) >= Fraction(4, 5))
    assert is_carried(there, entitled, above=ABOVE) == (Fraction(there, entitled) > Fraction(1, 2))


@given(st.integers(1, 10**6))
def test_names_the_least_number_that_is_enough(entitled: int) -> None:
    there, votes = least_present(entitled, least=LEAST), least_votes(entitled, above=ABOVE)

    assert is_quorate(there, entitled, least=LEAST)
    assert not is_quorate(there - 1, entitled, least=LEAST)
    assert is_carried(votes, entitled, above=ABOVE)
    assert not is_carried(votes - 1, entitled, above=ABOVE)


def test_elects_the_most_votes_of_those_above_half() -> None:
    found = outcome(sheet(20), tallies(18, 15, 13, 12), seats=SEATS, rule=RULE)

    assert found == Outcome(frozenset(KEYS[:3]), frozenset(), frozenset(KEYS[3:4]))


def test_fails_who_has_just_half_of_those_entitled_though_it_is_more_of_those_present() -> None:
    found = outcome(sheet(20, 16), tallies(10, 11), seats=SEATS, rule=RULE)

    assert found.elected == {KEYS[1]}
    assert found.failed == {KEYS[0]}


def test_leaves_the_last_seat_open_where_two_have_the_same() -> None:
    found = outcome(sheet(20), tallies(18, 15, 12, 12), seats=SEATS, rule=RULE)

    assert found.elected == set(KEYS[:2])
    assert found.tied == set(KEYS[2:4])


def test_elects_each_post_by_itself() -> None:
    cast = [Tally(KEYS[0], "secretary", 11), *tallies(0, 19, 18)[1:]]

    found = outcome(sheet(20), cast, seats={"secretary": 1, "member": 2}, rule=RULE)

    assert found.elected == set(KEYS[:3])


def test_does_not_count_below_the_quorum() -> None:
    with pytest.raises(NotQuorate) as no:
        outcome(sheet(20, 15), tallies(15), seats=SEATS, rule=RULE)

    assert no.value.field == "present"
    assert no.value.allowed == ["16…20"]


@given(
    st.integers(1, 60).flatmap(
        lambda entitled: st.tuples(
            st.just(entitled),
            st.lists(st.integers(0, entitled), min_size=1, max_size=8),
            st.integers(1, 5),
        )
    )
)
def test_elects_no_more_than_seats_and_nobody_below_another(
    cast: tuple[int, list[int], int],
) -> None:
    entitled, votes, seats = cast
    given_votes = dict(zip(KEYS, votes, strict=False))

    found = outcome(sheet(entitled), tallies(*votes), seats={"member": seats}, rule=RULE)

    lowest = min((given_votes[key] for key in found.elected), default=entitled + 1)
    assert len(found.elected) <= seats
    assert all(given_votes[key] * 2 > entitled for key in found.elected | found.tied)
    assert all(given_votes[key] < lowest for key in found.tied)
    assert found.elected | found.tied | found.failed == set(given_votes)
    assert len(found.elected) + len(found.tied) >= min(
        seats, sum(count * 2 > entitled for count in votes)
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Sheet(0, 0, 0, 0), "entitled"),
        (Sheet(10, 11, 10, 10), "present"),
        (Sheet(10, 9, 10, 9), "issued"),
        (Sheet(10, 9, 9, 10), "returned"),
        (Sheet(10, 9, 9, 8, 9), "invalid"),
    ],
)
def test_refuses_papers_that_do_not_add_up(wrong: Sheet, field: str) -> None:
    with pytest.raises(WrongBallot) as no:
        check_sheet(wrong)

    assert no.value.field == field


def test_refuses_more_votes_than_papers() -> None:
    with pytest.raises(WrongBallot):
        check_tallies(Sheet(10, 10, 10, 9, 1), tallies(9), seats=SEATS)


def test_refuses_more_votes_for_a_post_than_fit_on_the_papers() -> None:
    with pytest.raises(WrongBallot) as no:
        check_tallies(Sheet(10, 10, 10, 10), tallies(8, 8, 8, 8), seats=SEATS)

    assert no.value.allowed == ["0…30"]

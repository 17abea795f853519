"""The unified social credit code, by every vector of the reference (统一社会信用代码)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.organisations.rules.credit import (
    ALPHABET,
    KINDS,
    WrongCredit,
    agrees_inside,
    check_character,
    check_credit,
)

REAL = ("91350100M000100Y43", "91110000101623741K", "911101066976941872")
ZERO = "51340100ARUJWX97A0"
"""The remainder is 0: the check character is 0, where index 31 - 0 would fall off the alphabet."""
ODD = "91350211M0000XUF46"
"""An existing company's, its check character wrong."""


@pytest.mark.parametrize("code", [*REAL, ZERO, ""])
def test_takes_a_code_that_is_right(code: str) -> None:
    check_credit(code)


def test_gives_the_check_character_0_where_the_remainder_is_0() -> None:
    assert check_character(ZERO[:-1]) == "0"


def test_refuses_a_wrong_check_character_unless_somebody_read_it_in_the_register() -> None:
    with pytest.raises(WrongCredit) as refused:
        check_credit(ODD)
    assert (refused.value.field, refused.value.value) == ("uscc", ODD)

    with pytest.raises(WrongCredit):
        check_credit(ODD, verified="  ")
    check_credit(ODD, verified="2026-03-02 在国家企业信用信息公示系统核对")


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y4", "91350100M000100Y433", "91350100m000100y43", "9135O100M000100Y43"],
)
def test_refuses_what_is_no_code_even_when_verified(code: str) -> None:
    with pytest.raises(WrongCredit):
        check_credit(code, verified="核对过")


@pytest.mark.parametrize("first", ["54", "55", "A1", "N9", "Y1", "11", "93"])
def test_knows_the_offices_of_registration(first: str) -> None:
    whole = first + "340100ARUJWX97A"
    check_credit(whole + check_character(whole))


@pytest.mark.parametrize("first", ["14", "22", "56", "94", "Z1", "Y2", "01"])
def test_refuses_an_office_that_registers_nobody(first: str) -> None:
    rest = "340100ARUJWX97A"
    whole = first + rest if set(first) <= set(ALPHABET) else f"10{rest}"
    with pytest.raises(WrongCredit):
        check_credit(whole + check_character(whole))


def test_has_the_36_pairs_of_the_standard_and_the_two_of_the_older_allocation() -> None:
    assert len(KINDS) == 38
    assert {"54", "55"} <= KINDS


def test_compares_the_older_code_inside() -> None:
    assert [agrees_inside(code) for code in REAL] == [True, True, True]
    assert not agrees_inside(ZERO)


@given(st.text(ALPHABET, min_size=15, max_size=15), st.sampled_from(sorted(KINDS)))
def test_every_code_has_one_check_character(rest: str, first: str) -> None:
    right = check_character(first + rest)

    check_credit(first + rest + right)
    for other in set(ALPHABET) - {right}:
        with pytest.raises(WrongCredit):
            check_credit(first + rest + other)

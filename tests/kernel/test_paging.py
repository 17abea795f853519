"""A page of a list … follows on the one before, and what is no number asks for the first (翻页)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import Role
from quanyu.kernel.paging import PAGE, begin_of, part
from tests.conftest import person
from tests.seat import browser_of


@given(st.integers(0, 3 * PAGE + 1))
def test_the_pages_together_are_the_whole_list(count: int) -> None:
    rows, seen, after = list(range(count)), list[int](), "0"
    while after:
        page, after = part(rows, after)
        seen += page

    assert seen == rows


@pytest.mark.parametrize("odd", ["", "x", "-1", "1.5", "9" * 10, "9" * 5000, "²"])
def test_what_is_no_number_of_ours_asks_for_the_first(odd: str) -> None:
    assert begin_of(odd) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["9" * 30, "9" * 5000])
def test_a_page_with_an_odd_number_is_the_first(odd: str) -> None:
    browser = browser_of(person(Role.DISPATCHER))

    assert browser.get("/desk/orders/matches", {"after": odd}).status_code == 200

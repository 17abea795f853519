"""The API of re-organisations … does what the pages do, and says why not (区划调整接口)."""

from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from quanyu.kernel.access.rules import Role
from quanyu.regions import jobs
from tests.conftest import STREET, person
from tests.seat import browser_of, send

COMMUNITY = f"{STREET}001/"
G1, G2 = f"{COMMUNITY}g001/", f"{COMMUNITY}g002/"
ADDRESS = "/api/v1/reorganisations"


@pytest.fixture
def browser(db: None) -> Any:
    """A commander of the street, signed in."""
    return browser_of(person(Role.COMMANDER, name="郑强"))


@pytest.fixture
def drafted(browser: Any) -> str:
    """The address of a draft with one merge."""
    words = {"title": "合并两个网格", "reason": "户数偏少", "ground": "优化方案（示例）"}
    day = timezone.localdate().isoformat()
    made = send(browser, ADDRESS, words | {"region_path": COMMUNITY, "effective_date": day})
    address = f"{ADDRESS}/{made.json()['id']}"
    targets = [{"path": G1, "name": "荷塘网格"}]
    step = {"change": "merge", "sources": [G1, G2], "targets": targets}
    assert send(browser, f"{address}/steps", step).status_code == 201
    return address


def rehearsed(address: str) -> None:
    """Do what the worker does."""
    jobs.rehearse(UUID(address.rsplit("/", 1)[1]), timezone.now())


def test_says_that_it_is_not_rehearsed_yet(browser: Any, drafted: str) -> None:
    told = browser.get(f"{drafted}/rehearsal").json()

    assert (told["found_at"], told["moves"]) == (None, [])


def test_rehearses_with_counts_that_are_the_lengths(browser: Any, drafted: str) -> None:
    rehearsed(drafted)

    told = browser.get(f"{drafted}/rehearsal").json()

    assert told["moves"][0]["lines"][0]["target"] == G1

    assert [lot["count"] for lot in told["moves"]] == [len(lot["lines"]) for lot in told["moves"]]
    assert told["households"] == sum(line["households"] for line in told["moves"][0]["lines"])


def test_submits_and_says_what_may_follow(browser: Any, drafted: str) -> None:
    told = send(browser, f"{drafted}/submit", {}).json()

    assert told["state"] == "submitted"
    assert told["offers"] == ["take_back", "withdraw"]


def test_says_which_field_is_wrong(browser: Any, drafted: str) -> None:
    step = {"change": "merge", "sources": [G1, G2], "targets": [{"path": G1, "name": "x"}]}

    answer = send(browser, f"{drafted}/steps", step)

    assert answer.status_code == 422
    assert "operations" in answer.content.decode()


def test_is_nothing_to_a_stranger(browser: Any, drafted: str) -> None:
    stranger = browser_of(person(Role.COMMANDER, "34/01/02/"))

    answers = [
        stranger.get(drafted),
        stranger.get(f"{drafted}/rehearsal"),
        send(stranger, f"{drafted}/submit", {}),
    ]

    assert {one.status_code for one in answers} == {404}


def test_tells_the_past_of_a_place(browser: Any) -> None:
    told = browser.get(f"{ADDRESS}/past?path={G1}").json()

    assert told["today"] == G1
    assert [one["name"] for one in told["names"]] == ["第一网格"]

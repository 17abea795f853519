"""Calls and cards are reckoned on both sides … every number opens to its rows (数字)."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from quanyu.events.actions import cards, whistle
from quanyu.events.figures.response import MEASURES
from quanyu.events.models import Event
from quanyu.events.pages.cards import compose
from quanyu.events.queries import response as queries
from quanyu.events.rules.cards import Charge
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Invalid
from quanyu.kernel.figures.rules import Figure, period
from tests.conftest import STREET, in_body, person
from tests.events.calls import blown, callable_keys
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
MARCH = period("2026-03")
LINK = re.compile(r'<a href="([^"]*figure=[^"]*)">([\d,]+)</a>')
BEHIND = re.compile(r'id="h-behind">[^<]*<b>([\d,]+)</b>')


@pytest.fixture
def commander(db: None) -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, name="何强")


@pytest.fixture
def later(act: Any, commander: Actor, handling: Event, body: Any, at: datetime) -> datetime:
    """Two calls of two bodies, one who came in time and found the call needless; a late card."""
    came, missing = callable_keys(at)[:2]
    one = blown(act, commander, at, came, missing)
    blown(act, commander, at + timedelta(days=3), came, missing)
    blown(act, commander, at + timedelta(days=3), came, kind="emergency", ground="emergency")
    act(whistle.report_in, call_id=one.pk, actor=in_body(came), at=at)
    facts = {"is_needed": False, "words": "街道能办"}
    act(whistle.judge, call_id=one.pk, actor=in_body(came), at=at, **facts)
    assert handling.due_at is not None
    late = handling.due_at + timedelta(days=1)
    charge = Charge("letter", "overdue", "办结并答复", body, matter=handling.number)
    made = act(cards.raise_card, charge=charge, actor=commander, at=late)
    after = made.answer_due_at + timedelta(days=1)
    act(cards.answer, card_id=made.pk, words="办了", actor=in_body(body), at=after)
    return after


def value(found: list[Figure], code: str) -> tuple[int | None, int | None]:
    one = next(each for each in found if each.metric.code == code)
    return one.numerator, one.denominator


def test_counts_who_came_in_time_and_which_calls_were_needless(
    commander: Actor, later: datetime
) -> None:
    set_scope(commander)
    found = queries.figures("calls", MARCH, actor=commander, at=later)

    assert value(found, "calls") == (3, None)
    assert value(found, "came_rate") == (1, 5)
    assert value(found, "needless_rate") == (1, 1)
    assert value(found, "repeat_rate") == (1, 3)


def test_counts_a_card_by_its_first_answer(commander: Actor, later: datetime) -> None:
    set_scope(commander)

    assert value(queries.figures("cards", MARCH, actor=commander, at=later), "card_rate") == (0, 1)


def test_sets_the_calls_of_a_street_beside_its_matters(commander: Actor, later: datetime) -> None:
    set_scope(commander)
    (one,) = queries.streets(MARCH, actor=commander, at=later)

    assert (one.path, one.kinds, one.matters) == (STREET, {"daily": 2, "emergency": 1}, 1)


def test_has_no_figure_where_there_is_nothing(commander: Actor, at: datetime) -> None:
    set_scope(commander)
    found = queries.figures("calls", MARCH, actor=commander, at=at)

    assert [one.value for one in found] == [0, None, None, None]


def test_shows_nothing_to_a_stranger(later: datetime, stranger: Actor) -> None:
    set_scope(stranger)

    assert queries.streets(MARCH, actor=stranger, at=later) == []
    for code in MEASURES:
        assert queries.counted(code, MARCH, actor=stranger, at=later).count() == 0


def test_refuses_a_measure_that_is_none(commander: Actor, at: datetime) -> None:
    with pytest.raises(Invalid):
        queries.counted("points", MARCH, actor=commander, at=at)


@pytest.mark.parametrize("page", ["/desk/whistle", "/desk/cards"])
def test_opens_each_number_to_as_many_rows(page: str, commander: Actor, later: datetime) -> None:
    browser = browser_of(commander)
    links = LINK.findall(_text(browser, f"{page}?show=figures&period=2026-03"))

    opened = [BEHIND.findall(_text(browser, unescape(url))) for url, _number in links]

    assert len(links) >= 2
    assert opened == [[number] for _url, number in links]


def _text(browser: Client, url: str) -> str:
    page = browser.get(url)
    assert page.status_code == 200, url
    return page.content.decode()


def test_a_card_is_a_document(commander: Actor, later: datetime) -> None:
    set_scope(commander)
    (row,) = queries.counted("cards", MARCH, actor=commander, at=later)
    made = compose({"card": row.number}, actor=commander, at=later)

    said = {line[0]: line[1] for line in made.parts[0].rows}
    assert (said["督办单编号"], said["要求"], said["答复"]) == (row.number, "办结并答复", "办了")
    assert [line[1] for line in made.parts[1].rows] == ["督办", "答复督办"]


# ------------------------------------------------------------------ the API


@pytest.fixture
def keys(at: datetime, db: None) -> list[UUID]:
    """Two bodies that may be called."""
    return callable_keys(at)[:2]


def test_a_call_goes_its_way_by_the_api(keys: list[UUID], commander: Actor) -> None:
    street, one = browser_of(commander), browser_of(in_body(keys[0]))
    sent: dict[str, Any] = {"kind": "daily", "ground": "joint_enforcement", "words": "联合整治"}
    sent |= {"bodies": [str(key) for key in keys], "region_path": STREET}

    made = street.post("/api/v1/whistles", sent, content_type="application/json")
    url = f"/api/v1/whistles/{made.json()['id']}"
    came = one.post(f"{url}/report_in", {}, content_type="application/json")
    refused = one.post(f"{url}/report_in", {}, content_type="application/json")
    ended = street.post(f"{url}/end", {"words": "办完"}, content_type="application/json")

    assert (made.status_code, came.status_code, ended.status_code) == (201, 200, 200)
    assert sum(part["reported_at"] is not None for part in came.json()["parts"]) == 1
    assert (refused.status_code, refused.json()["detail"]) == (409, "这个单位已经报到")
    assert ended.json()["state"] == "ended"
    assert len(one.get("/api/v1/whistles").json()) == 1


def test_a_card_goes_its_way_by_the_api(
    act: Any, handling: Event, body: UUID, handler: Actor, commander: Actor
) -> None:
    street, theirs = browser_of(commander), browser_of(handler)
    sent = {"level": "letter", "ground": "overdue", "demand": "办结"}
    sent |= {"body": str(body), "matter": handling.number}

    hints = street.get("/api/v1/cards/suggested").json()
    made = street.post("/api/v1/cards", sent, content_type="application/json")
    again = street.post("/api/v1/cards", sent, content_type="application/json")
    url = f"/api/v1/cards/{made.json()['id']}"
    told = theirs.post(f"{url}/answer", {"words": "办了"}, content_type="application/json")
    done = street.post(f"{url}/accept", {}, content_type="application/json")

    assert [hint["matter"] for hint in hints] == [handling.number]
    assert (made.status_code, again.status_code) == (201, 409)
    assert (told.json()["state"], done.json()["state"]) == ("answered", "accepted")
    assert len(theirs.get("/api/v1/cards?state=accepted").json()) == 1

"""The demo's community committee … was elected by the rules, and its people serve (换届示例)."""

from datetime import datetime, timedelta

import pytest

from quanyu.demo import elected as demo
from quanyu.demo import party as life
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations.models import Appointment, Election
from quanyu.organisations.queries import elected, elections, party
from quanyu.organisations.rules.posts import Stand
from tests.organisations.party import COMMUNITY, STREET, found, person
from tests.organisations.posts import grants


@pytest.fixture
def actors(db: None, at: datetime) -> dict[str, Actor]:
    """Who leads and who confirms, over a community whose branches count their members."""
    general = found("general_party_branch", COMMUNITY, at=at, code="d-0")
    found("party_branch", f"{COMMUNITY}g004/", general, at=at, code="d-4")
    above = found("party_committee", COMMUNITY, at=at, code=life.ELECTED)
    for number in range(1, 4):
        found("party_branch", f"{COMMUNITY}g00{number}/", above, at=at, code=f"d-{number}")
    leads = person(Role.COMMANDER, STREET)
    life.show({"commander": leads}, at=at)
    cast = {"commander": leads, "district_admin": person(Role.DISTRICT_ADMIN, "34/01/04/")}
    demo.show(cast, at=at)
    set_scope(leads)
    return cast


@pytest.fixture
def row(actors: dict[str, Actor]) -> Election:
    """The election that is over."""
    return elections.elections({"state": "concluded"}, actor=actors["commander"]).get()


def test_was_put_off_when_too_few_came_and_elected_a_week_later(
    row: Election, actors: dict[str, Actor]
) -> None:
    few, enough = (cast.ballot for cast in elections.ballots(row, actor=actors["commander"]))
    chosen = [who.seat for who in row.elected()]

    assert (few.is_quorate, enough.is_quorate) == (False, True)
    assert enough.entitled == 31
    assert sorted(chosen) == ["member", "member", "secretary"]
    assert row.candidates.count() == len(chosen) + 1


def test_began_a_new_term_before_the_last_was_over(row: Election, at: datetime) -> None:
    due = {one.term.body.code for one in party.due_elections(on=at.date(), place=STREET)}

    assert row.term is not None
    assert row.next_term is not None
    assert row.next_term.starts < row.term.due_date
    assert life.ELECTED not in due


def test_holds_its_posts_and_who_served_before_holds_none(
    row: Election, actors: dict[str, Actor], at: datetime
) -> None:
    found = elected.chosen(row, actor=actors["commander"], at=at)
    held = Appointment.objects.visible_to(actors["commander"])
    last, new = held.filter(post__kind="community-secretary").order_by("valid_from")

    assert [one.held.stand if one.held else None for one in found] == [
        *(Stand.SERVING, Stand.SERVING),
        None,  # whose account nobody knows
    ]
    assert row.next_term is not None
    assert (last.valid_to, new.valid_from) == (row.next_term.starts, row.next_term.starts)
    assert (grants(last.account, at=at), len(grants(new.account, at=at))) == (frozenset(), 1)


def test_is_not_elected_twice(row: Election, actors: dict[str, Actor], at: datetime) -> None:
    demo.show(actors, at=at + timedelta(hours=1))
    set_scope(actors["commander"])

    assert elections.elections({}, actor=actors["commander"]).count() == 2

"""The demo street's party organisations … count, meet and elect, once (党建示例)."""

from datetime import date, datetime, timedelta

import pytest

from quanyu.demo import party as demo
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations.models import Meeting
from quanyu.organisations.queries import elections, meetings, party
from quanyu.organisations.rules.party import WarningKey
from quanyu.organisations.rules.terms import Due
from tests.organisations.party import COMMUNITY, STREET, found, person


@pytest.fixture
def keeper(db: None, at: datetime) -> Actor:
    """The street's commander, over a community with branches that have come to life."""
    work = found("party_work_committee", STREET, at=at, code="d-street")
    general = found("general_party_branch", COMMUNITY, work, at=at, code="d-0")
    for number in range(1, 4):
        grid = f"{COMMUNITY}g00{number}/"
        found("party_branch", grid, general, at=at, code=f"d-{number}")
    found("joint_party_branch", f"{COMMUNITY}g004/", general, at=at, code="d-4")
    commander = person(Role.COMMANDER, STREET)
    demo.show({"commander": commander}, at=at)
    set_scope(commander)
    return commander


def test_show_each_warning_that_a_visitor_should_see(keeper: Actor, at: datetime) -> None:
    told = {one.key for _body, one in party.warned_for(keeper, on=at.date())}

    assert {WarningKey.BRANCH_FEW, WarningKey.ELECTION_SOON, WarningKey.ELECTION_OVERDUE} <= told


def test_have_met_and_resolved_and_let_a_rhythm_slip(keeper: Actor, at: datetime) -> None:
    on: date = at.date()
    late = {one.kind.value for one in meetings.overdue(actor=keeper, on=on, place=STREET)}
    stands = {one.state for one in meetings.commitments(actor=keeper)}

    assert "lecture" in late
    assert "theme_day" not in late
    assert stands >= {"open", "done"}


def test_have_an_election_under_way_and_one_late(keeper: Actor, at: datetime) -> None:
    due = {one.stands for one in party.due_elections(on=at.date(), place=STREET)}

    assert elections.elections({}, actor=keeper).count() == 1
    assert due == {Due.SOON, Due.OVERDUE}


def test_are_not_shown_twice(keeper: Actor, at: datetime) -> None:
    before = Meeting.objects.count()

    demo.show({"commander": keeper}, at=at + timedelta(hours=1))
    set_scope(keeper)

    assert Meeting.objects.count() == before

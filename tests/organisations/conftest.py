"""Who keeps the duty list; the sample bodies stand in the template database (权责清单的管理者)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions
from quanyu.organisations.models import Body
from tests.organisations import party

STREET = "34/01/04/001/"


def person(role: Role, path: str) -> Actor:
    return Actor(ActorKind.PERSON, id=uuid7(), grants=frozenset({Grant(role, path)}))


@pytest.fixture
def on(at: datetime) -> date:
    return at.date()


@pytest.fixture
def loader() -> Actor:
    return system("34/01/", job="demo")


@pytest.fixture
def district_admin() -> Actor:
    return person(Role.DISTRICT_ADMIN, "34/01/04/")


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER, STREET)


@pytest.fixture
def stranger() -> Actor:
    """The same role in another district."""
    return person(Role.DISTRICT_ADMIN, "34/01/03/")


@dataclass
class Net:
    """A small net of party organisations in the demo street."""

    street: Body
    community: Body
    first: Body
    second: Body
    group: Body
    office: Body

    @property
    def branches(self) -> tuple[Body, Body]:
        return self.first, self.second


COMMUNITY = f"{STREET}002/"
GRIDS = (f"{COMMUNITY}g001/", f"{COMMUNITY}g002/", f"{COMMUNITY}g003/")


@pytest.fixture
def net(db: None, commander: Actor, at: datetime, on: date) -> Net:
    def found(code: str, kind: str, name: str, above: Body | None, place: str) -> Body:
        return actions.found_body(
            code=code,
            kind=kind,
            name=name,
            place=place,
            parent=above.pk if above else None,
            start=on - timedelta(days=400),
            actor=commander,
            at=at,
        )

    street = found("net-street", "party_work_committee", "街道党工委", None, STREET)
    community = found("net-community", "party_committee", "社区党委", street, COMMUNITY)
    first = found("net-first", "party_branch", "第一网格党支部", community, COMMUNITY)
    second = found("net-second", "party_branch", "第二网格党支部", community, COMMUNITY)
    group = found("net-group", "party_group", "一幢党小组", first, COMMUNITY)
    office = found("net-office", "street_office", "另一街道办事处", None, STREET)
    return Net(street, community, first, second, group, office)


@pytest.fixture
def team(db: None, district_admin: Actor, at: datetime, on: date) -> Body:
    return actions.found_body(
        code="lamp-team",
        kind="stationed_agency",
        name="路灯养护队",
        place=STREET,
        start=on - timedelta(days=60),
        actor=district_admin,
        at=at,
    )


# ------------------------------------------------------------------ party organisations


@pytest.fixture
def work_committee(db: None, at: datetime) -> Body:
    return party.found("party_work_committee", party.STREET, at=at, code="t-street")


@pytest.fixture
def committee(work_committee: Body, at: datetime) -> Body:
    return party.found(
        "party_committee", party.COMMUNITY, work_committee, at=at, code="t-community"
    )


@pytest.fixture
def branch(committee: Body, at: datetime) -> Body:
    return party.found("party_branch", party.GRID, committee, at=at, code="t-branch")


@pytest.fixture
def secretary() -> Actor:
    """网格党支部书记."""
    return person(Role.GRID_BRANCH_SECRETARY, party.GRID)


@pytest.fixture
def officer() -> Actor:
    """党务干事 of the street."""
    return person(Role.PARTY_OFFICER, party.STREET)


@pytest.fixture
def far_officer() -> Actor:
    """The same role in another district."""
    return person(Role.PARTY_OFFICER, "34/01/03/")

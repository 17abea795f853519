"""Who keeps the duty list; the sample bodies stand in the template database (权责清单的管理者)."""

from datetime import date, datetime, timedelta

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions
from quanyu.organisations.models import Body

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

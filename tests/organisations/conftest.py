"""Who keeps the duty list, and who does not (权责清单的管理者)."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions
from quanyu.organisations.models import Body
from quanyu.regions import actions as regions
from tests.regions.conftest import keep_a_few

STREET = "34/01/04/001/"


def person(role: Role, path: str) -> Actor:
    return Actor(ActorKind.PERSON, id=uuid7(), grants=frozenset({Grant(role, path)}))


@pytest.fixture(scope="session")
def few_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_a_few(tmp_path_factory.mktemp("few"))


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
def city(db: None, few_tables: Path, loader: Actor, at: datetime) -> None:
    """Two streets of the tree, and the code lists."""
    regions.import_divisions(folder=few_tables, day=regions.HEFEI_DAY, actor=loader, at=at)
    codes.load(actor=loader, at=at)


@pytest.fixture
def loaded(city: None, loader: Actor, at: datetime) -> dict[str, int]:
    return actions.load(actor=loader, at=at)


@pytest.fixture
def team(city: None, district_admin: Actor, at: datetime, on: date) -> Body:
    return actions.found_body(
        code="lamp-team",
        kind="stationed_team",
        name="路灯养护队",
        place=STREET,
        start=on - timedelta(days=60),
        actor=district_admin,
        at=at,
    )

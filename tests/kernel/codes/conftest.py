from collections.abc import Iterator
from datetime import datetime

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, system
from quanyu.kernel.codes import actions
from quanyu.kernel.editions import forget_everything
from quanyu.kernel.keys import uuid7


def person(role: str, path: str) -> Actor:
    return Actor(ActorKind.PERSON, id=uuid7(), grants=frozenset({Grant(role, path)}))


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Read nothing that another test rolled back."""
    forget_everything()
    yield
    forget_everything()


@pytest.fixture
def keeper() -> Actor:
    """The system administrator of the whole city."""
    return person("sys_admin", "34/01/")


@pytest.fixture
def of_one_district() -> Actor:
    """The administrator of one district of the city."""
    return person("district_admin", "34/01/04/")


@pytest.fixture
def stranger() -> Actor:
    """The system administrator of another city."""
    return person("sys_admin", "34/02/")


@pytest.fixture
def shipped(at: datetime) -> actions.Loaded:
    """What the package ships, loaded by the system."""
    return actions.load(actor=system("34/01/", job="test"), at=at)

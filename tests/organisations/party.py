"""The cast of party organisations: a street, a community below it, a branch in a grid (党组织)."""

from datetime import date, datetime
from typing import Any

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions
from quanyu.organisations.models import Body

STREET = "34/01/04/001/"
COMMUNITY = "34/01/04/001/001/"
GRID = "34/01/04/001/001/g001/"
FOUNDED = date(2020, 1, 1)


def person(role: Role, path: str, *, name: str = "周明") -> Actor:
    """Return somebody with one role at one place."""
    return Actor(ActorKind.PERSON, uuid7(), frozenset({Grant(role, path)}), name=name)


def found(kind: str, place: str, above: Body | None = None, *, at: datetime, code: str) -> Body:
    """Found a body as the system does."""
    keeper = system("34/01/", job="tests")
    return actions.found_body(
        code=code,
        kind=kind,
        name=f"{code} 党组织",
        place=place,
        parent=above.pk if above else None,
        start=FOUNDED,
        actor=keeper,
        at=at,
    )


def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
    """Do something as somebody, under that person's reach in the database."""
    set_scope(actor)
    return verb(actor=actor, **facts)

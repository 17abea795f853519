"""The cast of party organisations: a street, a community below it, a branch in a grid (党组织)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.keys import uuid7
from quanyu.organisations import actions
from quanyu.organisations.actions import elections
from quanyu.organisations.actions.elections import Plan
from quanyu.organisations.models import Body, Election
from quanyu.organisations.rules.voting import Sheet

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


def concluded(body: Body, votes: Mapping[str, int], *, actor: Actor, at: datetime) -> Election:
    """Elect a secretary, who is named first, and members, today; the new term stands."""
    on = at.date()

    def do(verb: Any, **facts: Any) -> Any:
        return done(verb, actor=actor, at=at, **facts)

    wanted = Plan(entitled=20, meeting_date=on, secretaries=1, members=len(votes) - 1)
    row: Election = do(elections.prepare, body_id=body.pk, wanted=wanted)
    for number, name in enumerate(votes):
        seat = "member" if number else "secretary"
        do(elections.nominate, election_id=row.pk, name=name, seat=seat)
    do(elections.close_list, election_id=row.pk)
    told = {who.pk: votes[who.name] for who in row.candidates.all()}
    do(elections.count, election_id=row.pk, held_on=on, sheet=Sheet(20, 18, 18, 18), votes=told)
    made: Election = do(elections.conclude, election_id=row.pk)
    return made

"""JSON of elections: parse, one call, schema."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import Actor
from quanyu.organisations.actions import elections as actions
from quanyu.organisations.queries import elections as queries
from quanyu.organisations.schemas import elections as schemas

router = Router(tags=["elections"])
MOST = 200


@router.get("", response=list[schemas.ElectionOut])
def list_elections(request: HttpRequest, state: str = "", place: str = "") -> list[Any]:
    """List the elections within reach, the latest day first; two hundred at most."""
    asked = {"state": state, "place": place}
    return list(queries.elections(asked, actor=actor_of(request))[:MOST])


@router.post("/of/{uuid:body_id}", response={201: schemas.ElectionDetail})
def prepare(
    request: HttpRequest, body_id: UUID, body: schemas.ElectionIn
) -> Status[dict[str, Any]]:
    """Begin the election of an organisation's next committee (发起换届选举)."""
    actor, at = actor_of(request), timezone.now()
    made = actions.prepare(body_id=body_id, wanted=body.plan(), actor=actor, at=at)
    return Status(201, _detail(made.pk, actor))


@router.get("/{uuid:election_id}", response=schemas.ElectionDetail)
def one(request: HttpRequest, election_id: UUID) -> dict[str, Any]:
    """Return one election, its candidates, its ballots, and what the reader may do."""
    return _detail(election_id, actor_of(request))


@router.post("/{uuid:election_id}/amend", response=schemas.ElectionDetail)
def amend(request: HttpRequest, election_id: UUID, body: schemas.ElectionIn) -> dict[str, Any]:
    """Change what an election is for while it is prepared (修改方案)."""
    actor, at = actor_of(request), timezone.now()
    actions.amend(election_id=election_id, wanted=body.plan(), actor=actor, at=at)
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/nominate", response=schemas.ElectionDetail)
def nominate(request: HttpRequest, election_id: UUID, body: schemas.CandidateIn) -> dict[str, Any]:
    """Let somebody stand for a post (提名候选人)."""
    actor, at = actor_of(request), timezone.now()
    actions.nominate(
        election_id=election_id,
        name=body.name,
        seat=body.seat,
        account_id=body.account,
        actor=actor,
        at=at,
    )
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/strike/{uuid:candidate_id}", response=schemas.ElectionDetail)
def strike(request: HttpRequest, election_id: UUID, candidate_id: UUID) -> dict[str, Any]:
    """Take a candidate off the list while it is prepared (撤下候选人)."""
    actor, at = actor_of(request), timezone.now()
    actions.strike(election_id=election_id, candidate_id=candidate_id, actor=actor, at=at)
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/close-list", response=schemas.ElectionDetail)
def close_list(request: HttpRequest, election_id: UUID) -> dict[str, Any]:
    """Settle who stands (确定候选人)."""
    actor, at = actor_of(request), timezone.now()
    actions.close_list(election_id=election_id, actor=actor, at=at)
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/reopen", response=schemas.ElectionDetail)
def reopen(request: HttpRequest, election_id: UUID, body: schemas.WordsIn) -> dict[str, Any]:
    """Name candidates anew, with the reason (重新提名)."""
    actor, at = actor_of(request), timezone.now()
    actions.reopen(election_id=election_id, words=body.words, actor=actor, at=at)
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/adjourn", response=schemas.ElectionDetail)
def adjourn(request: HttpRequest, election_id: UUID, body: schemas.AdjournIn) -> dict[str, Any]:
    """Note that too few were there (人数不足，改期再开)."""
    actor, at = actor_of(request), timezone.now()
    actions.adjourn(election_id=election_id, **body.dict(), actor=actor, at=at)
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/count", response=schemas.ElectionDetail)
def count(request: HttpRequest, election_id: UUID, body: schemas.CountIn) -> dict[str, Any]:
    """Enter the votes of a ballot; who is elected follows by the rules (登记选举结果)."""
    actor, at = actor_of(request), timezone.now()
    actions.count(
        election_id=election_id,
        held_on=body.held_on,
        sheet=body.sheet(),
        votes=body.votes,
        actor=actor,
        at=at,
    )
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/again", response=schemas.ElectionDetail)
def again(request: HttpRequest, election_id: UUID) -> dict[str, Any]:
    """Vote again for the seats left (再次投票)."""
    actor, at = actor_of(request), timezone.now()
    actions.again(election_id=election_id, actor=actor, at=at)
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/conclude", response=schemas.ElectionDetail)
def conclude(request: HttpRequest, election_id: UUID, body: schemas.ConcludeIn) -> dict[str, Any]:
    """Let the new committee's term begin (产生新一届)."""
    actor, at = actor_of(request), timezone.now()
    actions.conclude(election_id=election_id, **body.dict(), actor=actor, at=at)
    return _detail(election_id, actor)


@router.post("/{uuid:election_id}/withdraw", response=schemas.ElectionDetail)
def withdraw(request: HttpRequest, election_id: UUID, body: schemas.WordsIn) -> dict[str, Any]:
    """Give an election up, with the reason (终止选举)."""
    actor, at = actor_of(request), timezone.now()
    actions.withdraw(election_id=election_id, words=body.words, actor=actor, at=at)
    return _detail(election_id, actor)


def _detail(key: UUID, actor: Actor) -> dict[str, Any]:
    row = queries.one(key, actor=actor)
    told = schemas.ElectionOut.from_orm(row).dict()
    standing = [
        {
            "id": who.pk,
            "number": who.number,
            "name": who.name,
            "seat": who.seat,
            "is_elected": who.elected_in_id is not None,
        }
        for who in queries.candidates(row, actor=actor)
    ]
    ballots = [_ballot(cast) for cast in queries.ballots(row, actor=actor)]
    offers = [move.verb for move in queries.offers(row, actor=actor)]
    return told | {"way": row.way, "candidates": standing, "ballots": ballots, "offers": offers}


def _ballot(cast: queries.Cast) -> dict[str, Any]:
    names = ("number", "held_on", "entitled", "present", "issued", "returned", "invalid")
    told = {name: getattr(cast.ballot, name) for name in (*names, "is_quorate")}
    return told | {"votes": list(cast.votes)}

"""JSON of counts, terms and warnings of party organisations: parse, one call, schema."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from quanyu.kernel.access.http import actor_of
from quanyu.organisations.actions import party as actions
from quanyu.organisations.actions import terms as term_actions
from quanyu.organisations.queries import party as queries
from quanyu.organisations.queries.party_words import body_label, sentence
from quanyu.organisations.schemas import party as schemas

router = Router(tags=["party organisations"])


@router.get("/warnings", response=list[schemas.WarningOut])
def warned(request: HttpRequest, place: str) -> list[dict[str, Any]]:
    """List what the rules say against the organisations in a place; nothing is blocked by it."""
    actor = actor_of(request)
    found = queries.warned_for(actor, on=timezone.localdate(), place=place)
    return [
        {
            "body_id": body.pk,
            "body": body_label(body),
            "place": body.region_path,
            "key": one.key,
            "sentence": sentence(one),
            "clause": one.norm.clause,
            "is_sample": one.norm.is_sample,
        }
        for body, one in found
    ]


@router.get("/{uuid:body_id}/counts", response=list[schemas.CountOut])
def counts(request: HttpRequest, body_id: UUID) -> list[Any]:
    """List the counts of members of an organisation, the newest first."""
    return list(queries.counts(queries.party_body(body_id).pk))


@router.post("/{uuid:body_id}/counts", response={201: schemas.CountOut})
def keep_count(request: HttpRequest, body_id: UUID, body: schemas.CountIn) -> Status[Any]:
    """Let a count of members hold from a day on (登记党员数)."""
    actor, at = actor_of(request), timezone.now()
    made = actions.keep_count(body_id=body_id, **body.dict(), actor=actor, at=at)
    return Status(201, made)


@router.get("/{uuid:body_id}/terms", response=list[schemas.TermOut])
def terms(request: HttpRequest, body_id: UUID) -> list[Any]:
    """List the terms of an organisation's committees, the newest first."""
    return list(queries.terms(queries.party_body(body_id).pk))


@router.post("/{uuid:body_id}/terms", response={201: schemas.TermOut})
def keep_term(request: HttpRequest, body_id: UUID, body: schemas.TermIn) -> Status[Any]:
    """Enter a committee that serves from a day on (登记届期)."""
    actor, at = actor_of(request), timezone.now()
    made = term_actions.keep_term(body_id=body_id, **body.dict(), actor=actor, at=at)
    return Status(201, made)


@router.post("/terms/{uuid:term_id}/changes", response={201: schemas.ChangeOut})
def ask_change(request: HttpRequest, term_id: UUID, body: schemas.ChangeIn) -> Status[Any]:
    """Ask the superior to let an election be later, or earlier (申请延期或提前换届)."""
    actor, at = actor_of(request), timezone.now()
    made = term_actions.ask_change(term_id=term_id, **body.dict(), actor=actor, at=at)
    return Status(201, made)


@router.post("/changes/{uuid:change_id}/decide", response=schemas.ChangeOut)
def decide_change(request: HttpRequest, change_id: UUID, body: schemas.DecisionIn) -> Any:
    """Decide for the superior about another's request (批复)."""
    actor, at = actor_of(request), timezone.now()
    return term_actions.decide_change(change_id=change_id, **body.dict(), actor=actor, at=at)

"""JSON of whistle calls and supervision cards: parse, one call, schema."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from quanyu.events.actions import cards as card_actions
from quanyu.events.actions import whistle as call_actions
from quanyu.events.queries import cards as card_queries
from quanyu.events.queries import whistle as call_queries
from quanyu.events.rules.cards import Charge
from quanyu.events.schemas import calling as schemas
from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.strict import Strict

calls = Router(tags=["whistle calls"])
cards = Router(tags=["supervision cards"])


@calls.get("", response=list[schemas.CallOut])
def list_calls(request: HttpRequest, state: str = "", body: UUID | None = None) -> list[Any]:
    """List the whistle calls within reach, the newest hundred."""
    found = call_queries.calls(actor=actor_of(request), state=state, body=body)
    return list(found[: call_queries.MOST])


@calls.post("", response={201: schemas.CallDetail})
def blow(request: HttpRequest, body: schemas.BlowIn) -> Status[schemas.CallDetail]:
    """Call departments: for matters, for a campaign, or for a place and words (吹哨)."""
    actor, at = actor_of(request), timezone.now()
    made = call_actions.blow(call=body.call(), actor=actor, at=at)
    return Status(201, _call(made.pk, actor))


@calls.get("/{uuid:call_id}", response=schemas.CallDetail)
def one_call(request: HttpRequest, call_id: UUID) -> schemas.CallDetail:
    """Return one call, the parts of those called, and what the reader may do."""
    return _call(call_id, actor_of(request))


@cards.get("", response=list[schemas.CardOut])
def list_cards(
    request: HttpRequest,
    state: str = "",
    level: str = "",
    body: UUID | None = None,
    place: str = "",
) -> list[Any]:
    """List the cards within reach, the newest hundred; ``state`` may be ``open``."""
    actor = actor_of(request)
    found = card_queries.cards(actor=actor, state=state, level=level, body=body, place=place)
    return list(found[: card_queries.MOST])


@cards.post("", response={201: schemas.CardDetail})
def raise_card(request: HttpRequest, body: schemas.RaiseIn) -> Status[schemas.CardDetail]:
    """Urge a body about a matter, or about a whistle call it did not answer (督办)."""
    actor, at = actor_of(request), timezone.now()
    made = card_actions.raise_card(charge=Charge(**body.dict()), actor=actor, at=at)
    return Status(201, _card(made.pk, actor))


@cards.get("/suggested", response=list[schemas.SuggestionOut])
def suggested(request: HttpRequest) -> list[schemas.SuggestionOut]:
    """List what merits a card by the thresholds of the codes; nothing is raised by itself."""
    found = card_queries.suggested(actor=actor_of(request), at=timezone.now())
    return [
        schemas.SuggestionOut(
            level=one.level,
            ground=one.ground,
            body_id=one.body_id,
            due_at=one.due_at,
            matter=one.event.number if one.event else "",
            call=one.call.pk if one.call else None,
        )
        for one in found
    ]


@cards.get("/{uuid:card_id}", response=schemas.CardDetail)
def one_card(request: HttpRequest, card_id: UUID) -> schemas.CardDetail:
    """Return one card, and what the reader may do."""
    return _card(card_id, actor_of(request))


def _call_verb(name: str, body_type: type[Strict]) -> None:
    def act(request: HttpRequest, call_id: UUID, body: Any) -> schemas.CallDetail:
        actor, at = actor_of(request), timezone.now()
        getattr(call_actions, name)(call_id=call_id, actor=actor, at=at, **body.dict())
        return _call(call_id, actor)

    act.__name__ = name
    act.__doc__ = getattr(call_actions, name).__doc__
    act.__annotations__["body"] = body_type
    calls.post(
        f"/{{uuid:call_id}}/{name}", response=schemas.CallDetail, operation_id=f"whistle_{name}"
    )(act)


def _card_verb(name: str, body_type: type[Strict]) -> None:
    def act(request: HttpRequest, card_id: UUID, body: Any) -> schemas.CardDetail:
        actor, at = actor_of(request), timezone.now()
        done = getattr(card_actions, name)(card_id=card_id, actor=actor, at=at, **body.dict())
        return _card(done.pk, actor)

    act.__name__ = name
    act.__doc__ = getattr(card_actions, name).__doc__
    act.__annotations__["body"] = body_type
    cards.post(
        f"/{{uuid:card_id}}/{name}", response=schemas.CardDetail, operation_id=f"card_{name}"
    )(act)


for verb, body_type in schemas.CALL_VERBS.items():
    _call_verb(verb, body_type)
for verb, body_type in schemas.CARD_VERBS.items():
    _card_verb(verb, body_type)


def _call(call_id: UUID, actor: Actor) -> schemas.CallDetail:
    call = call_queries.one(call_id, actor=actor)
    parts = call_queries.parts(call, actor=actor)
    return schemas.CallDetail(
        **schemas.CallOut.from_orm(call).dict(),
        parts=[schemas.PartOut.from_orm(part) for part in parts],
        matters=[event.number for event in call_queries.matters(call, actor=actor)],
        offers=[move.verb for move in call_queries.offers(call, actor=actor)],
    )


def _card(card_id: UUID, actor: Actor) -> schemas.CardDetail:
    card = card_queries.one(card_id, actor=actor)
    plain = schemas.CardOut.from_orm(card).dict()
    offers = [move.verb for move in card_queries.offers(card, actor=actor)]
    return schemas.CardDetail(**plain, offers=offers)

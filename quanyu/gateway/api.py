"""JSON for other systems: orders in, answers out. Parse, one call, schema.

Answers are fetched, not pushed: a city without a way out to other networks is served alike.
"""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.security import HttpBearer

from quanyu.gateway import actions, queries, rules, schemas
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.http import address_of
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _

MOST = 500


class BySource(HttpBearer):
    """Lets another system in by its token, as itself and at its place."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return which system asks and as whom it acts; a wrong token is refused and counted."""
        return actions.open_by_token(
            secret=token[:200], address=address_of(request), at=timezone.now()
        )


router = Router(tags=["exchange"], auth=BySource())


def _asking(request: HttpRequest) -> tuple[Any, Actor]:
    found: tuple[Any, Actor] = request.auth  # type: ignore[attr-defined]
    return found


def _own(request: HttpRequest) -> tuple[Any, Actor]:
    source, actor = _asking(request)
    return source, actions.reach_own(source=source, actor=actor)


@router.post("/orders", response={200: schemas.OrderOut, 201: schemas.OrderOut})
def take_order(request: HttpRequest, body: schemas.OrderIn) -> Status[schemas.OrderOut]:
    """Send an order: a new one becomes a matter, one that came before is brought up to date."""
    source, actor = _asking(request)
    actor = actions.reach_own(source=source, actor=actor, number=body.number)
    said = rules.Said(**body.dict())
    taken = actions.take_order(source=source, said=said, actor=actor, at=timezone.now())
    return Status(201 if taken.is_new else 200, _order(taken))


@router.get("/orders/{number}", response=schemas.OrderOut)
def order(request: HttpRequest, number: str) -> schemas.OrderOut:
    """Return how an order stands; another system's is not found."""
    source, actor = _own(request)
    found = queries.order_of(source, number, actor=actor)
    if found is None:
        raise Denied
    return _order(actions.Taken(found, is_new=False))


@router.post("/orders/{number}/withdraw", response=schemas.OrderOut)
def withdraw(request: HttpRequest, number: str, body: schemas.WithdrawIn) -> schemas.OrderOut:
    """Take an order back: struck out while nobody was sent, else told to who has it."""
    source, actor = _own(request)
    found = queries.order_of(source, number, actor=actor)
    if found is None:
        raise Denied
    said = replace(queries.said(found), withdrawn=body.reason)
    return _order(actions.take_order(source=source, said=said, actor=actor, at=timezone.now()))


@router.get("/answers", response=schemas.AnswersOut)
def answers(request: HttpRequest, after: int = 0, size: int = 100) -> schemas.AnswersOut:
    """List what there is to be told after a number, in order and without gaps."""
    source, actor = _own(request)
    if not 1 <= size <= MOST:
        raise Invalid(
            _("每页 1 到 {most} 条"), field="size", value=size, allowed=[f"1–{MOST}"], most=MOST
        )
    found = queries.answers_since(source, max(after, 0), size + 1, actor=actor)
    shown = [_answer(row) for row in found[:size]]
    last = shown[-1].seq if shown else max(after, 0)
    return schemas.AnswersOut(items=shown, next=last, has_more=len(found) > size)


@router.post("/answers/{seq}/acknowledge", response=schemas.AnswerOut)
def acknowledge_answer(request: HttpRequest, seq: int) -> schemas.AnswerOut:
    """Say that an answer has arrived; twice is once."""
    source, actor = _own(request)
    row = actions.acknowledge_answer(source=source, seq=seq, actor=actor, at=timezone.now())
    return _answer(row)


@router.post("/answers/{seq}/send_back", response=schemas.AnswerOut)
def send_back(request: HttpRequest, seq: int, body: schemas.SendBackIn) -> schemas.AnswerOut:
    """Refuse a last word, with the reason: the matter is done again (退回重办)."""
    source, actor = _own(request)
    row = actions.send_back(
        source=source, seq=seq, reason=body.reason, actor=actor, at=timezone.now()
    )
    return _answer(row)


def _order(taken: actions.Taken) -> schemas.OrderOut:
    order = taken.order
    event = queries.matter_of(order)
    return schemas.OrderOut(
        number=order.number,
        matter=event.number,
        state=event.state,
        class_code=order.class_code,
        due_at=event.due_at,
        is_late=rules.is_later(event.due_at, order.due_said),
        is_new=taken.is_new,
        code=taken.code,
        did=list(taken.did),
    )


def _answer(row: Any) -> schemas.AnswerOut:
    return schemas.AnswerOut(
        seq=row.seq,
        number=row.order.number,
        matter=row.event.number,
        kind=row.kind,
        words=row.words,
        body=row.body,
        until=row.until,
        at=row.at,
        acknowledged_at=row.acknowledged_at,
        sent_back_at=row.sent_back_at,
    )

"""JSON: parse, one call, schema."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Header, Query, Router, Status, UploadedFile

from quanyu.events import actions, queries, schemas
from quanyu.events.queries import closing, joint, words
from quanyu.events.queries.version import check_version
from quanyu.events.rules import Channel
from quanyu.events.workflow import State
from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import REPORTER, Actor
from quanyu.kernel.accounts.http import address_of
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.strict import Strict

router = Router(tags=["events"])
public = Router(tags=["public"])


# ------------------------------------------------------------------ residents


@public.post("/reports", response={201: schemas.ReceiptOut}, auth=None)
def report(
    request: HttpRequest,
    body: schemas.ReportIn,
    idempotency_key: Header[str] = "",
) -> Status[schemas.ReceiptOut]:
    """Report a problem without an account; the answer's code follows it."""
    said = actions.Report(
        text=body.text,
        address=body.address,
        lon=body.lon,
        lat=body.lat,
        category=body.category,
        channel=Channel.API,
        name=body.contact.name,
        phone=body.contact.phone,
        may_text=body.contact.may_text,
        is_confidential=body.contact.is_confidential,
        may_ask_back=body.contact.may_ask_back,
        repeat_of=_again(request, body.again),
    )
    receipt = actions.report(
        said=said,
        actor=REPORTER,
        at=timezone.now(),
        address=address_of(request),
        key=idempotency_key[:200],
    )
    out = schemas.ReceiptOut(
        code=receipt.code, number=receipt.number, reported_at=receipt.reported_at
    )
    return Status(201, out)


def _again(request: HttpRequest, code: str) -> UUID | None:
    """Return the matter of a follow code that is reported again, or None when none is named."""
    if not code:
        return None
    address, asker = address_of(request), actor_of(request)
    return actions.matter_again(code=code, address=address, actor=asker, at=timezone.now())


@public.get("/reports/{code}", response=schemas.FollowOut, auth=None)
def follow(request: HttpRequest, code: str) -> schemas.FollowOut:
    """Follow a report by its code; an unknown and a malformed one are answered alike."""
    at = timezone.now()
    holder = actions.open_by_code(code=code, address=address_of(request), at=at)
    return _followed(holder, at=at)


@public.post("/reports/{code}/rate", response=schemas.FollowOut, auth=None)
def rate(request: HttpRequest, code: str, body: schemas.Rate) -> schemas.FollowOut:
    """Say whether it is solved and how one was treated; unsolved has it done again."""
    at = timezone.now()
    holder = actions.open_by_code(code=code, address=address_of(request), at=at)
    actions.rate(
        event_id=_row(holder),
        solved=body.solved,
        treated=body.treated,
        comment=body.comment,
        actor=holder,
        at=at,
    )
    return _followed(holder, at=at)


@public.post("/reports/{code}/answer", response=schemas.FollowOut, auth=None)
def answer(request: HttpRequest, code: str, body: schemas.Answer) -> schemas.FollowOut:
    """Add what one was asked for; the matter goes on at once."""
    at, address = timezone.now(), address_of(request)
    holder = actions.open_by_code(code=code, address=address, at=at)
    key = _row(holder)
    actions.answer(event_id=key, answer=body.answer, actor=holder, at=at, address=address)
    return _followed(holder, at=at)


@public.post("/reports/{code}/appeal", response=schemas.FollowOut, auth=None)
def appeal(request: HttpRequest, code: str, body: schemas.Reasoned) -> schemas.FollowOut:
    """Say why a matter that ended unsolved should be done after all; it is dispatched anew."""
    at = timezone.now()
    holder = actions.open_by_code(code=code, address=address_of(request), at=at)
    actions.appeal(event_id=_row(holder), reason=body.reason, actor=holder, at=at)
    return _followed(holder, at=at)


def _followed(holder: Actor, *, at: datetime) -> schemas.FollowOut:
    seen = words.followed(holder, at=at)
    event = seen.event
    return schemas.FollowOut(
        number=event.number,
        title=event.title,
        state=State(event.state),
        state_words=seen.state_words,
        main_words=seen.main_words,
        reported_at=event.reported_at,
        handler=seen.handler,
        due_at=seen.due_at,
        due_words=seen.due_words,
        reply=event.reply,
        question=event.question,
        story=[
            schemas.FollowStep(at=line.at, words=line.words, text=line.text) for line in seen.story
        ],
        may_rate=seen.may_rate,
        may_reopen=seen.may_reopen,
        may_correct=seen.may_correct,
        reopen_until=closing.reopen_until(event),
        may_appeal=seen.may_appeal,
    )


def _row(holder: Actor) -> UUID:
    if holder.row is None:
        raise Denied
    return holder.row


# ------------------------------------------------------------------ staff: reads


@router.get("", response=schemas.EventPage)
def listed(
    request: HttpRequest,
    filters: Query[schemas.FilterIn],
    after: str = "",
    size: int = 50,
) -> schemas.EventPage:
    """List the matters within reach, a page at a time."""
    at = timezone.now()
    if not 1 <= size <= queries.PAGE:
        raise Invalid(_("每页 1 到 100 件"), field="size", value=size, allowed=["1–100"])
    page = queries.page(filters.filters(), actor=actor_of(request), at=at, after=after, size=size)
    return schemas.EventPage(
        items=[schemas.EventOut.from_orm(row) for row in page.rows],
        next=page.next or None,
        count=page.count,
        is_exact=page.is_exact,
    )


@router.get("/callbacks", response=list[schemas.CallbackOut])
def callbacks(request: HttpRequest) -> list[schemas.CallbackOut]:
    """List whom one may call back now, what has waited longest first; never one's own work."""
    found = closing.waiting(actor=actor_of(request), at=timezone.now())
    return [
        schemas.CallbackOut(
            event_id=one.event_id,
            number=one.event.number,
            title=one.event.title,
            next_at=one.next_at,
            until=one.until,
            tries=one.tries,
        )
        for one in found
    ]


@router.get("/{uuid:event_id}", response=schemas.EventDetail)
def one(request: HttpRequest, event_id: UUID, response: HttpResponse) -> schemas.EventDetail:
    """Return one matter, its story, and what the reader may do next."""
    return _answer(request, event_id, response)


# ------------------------------------------------------------------ staff: verbs


@router.post("", response={201: schemas.ReceiptOut})
def report_for(request: HttpRequest, body: schemas.ReportForIn) -> Status[schemas.ReceiptOut]:
    """Enter a matter oneself, or on somebody's behalf by telephone or at the window (代报)."""
    receipt = actions.report(
        said=actions.Report(
            text=body.text,
            address=body.address,
            lon=body.lon,
            lat=body.lat,
            category=body.category,
            channel=body.channel,
            name=body.contact.name,
            phone=body.contact.phone,
            may_text=body.contact.may_text,
            is_confidential=body.contact.is_confidential,
            agreed=body.contact.agreed,
            may_ask_back=body.contact.may_ask_back,
            repeat_of=_again(request, body.again),
        ),
        actor=actor_of(request),
        at=timezone.now(),
    )
    out = schemas.ReceiptOut(
        code=receipt.code, number=receipt.number, reported_at=receipt.reported_at
    )
    return Status(201, out)


def _verb(name: str, body_type: type[Strict]) -> None:
    """Give one verb its address: parse, one call, the matter as it now stands.

    ETag is the matter's version; with If-Match an act on an older one is refused.
    """

    def act(
        request: HttpRequest,
        event_id: UUID,
        body: Any,
        response: HttpResponse,
        if_match: Header[str] = "",
    ) -> schemas.EventDetail:
        actor, at = actor_of(request), timezone.now()
        check_version(event_id, if_match, actor=actor, beside=getattr(body, "main", ""))
        getattr(actions, name)(event_id=event_id, actor=actor, at=at, **body.dict())
        return _answer(request, event_id, response)

    act.__name__ = name
    act.__doc__ = getattr(actions, name).__doc__
    act.__annotations__["body"] = body_type
    router.post(
        f"/{{uuid:event_id}}/{name}",
        response=schemas.EventDetail,
        operation_id=f"event_{name}",
    )(act)


for verb, body_type in schemas.VERBS.items():
    _verb(verb, body_type)


def _part_verb(name: str, body_type: type[Strict]) -> None:
    """Give one verb on a part its address; the answer is the whole matter as it now stands."""

    def act(
        request: HttpRequest, event_id: UUID, part_id: UUID, body: Any, response: HttpResponse
    ) -> schemas.EventDetail:
        actor, at = actor_of(request), timezone.now()
        done = getattr(actions, name)
        done(event_id=event_id, part_id=part_id, actor=actor, at=at, **body.dict())
        return _answer(request, event_id, response)

    act.__name__ = name
    act.__doc__ = getattr(actions, name).__doc__
    act.__annotations__["body"] = body_type
    router.post(
        f"/{{uuid:event_id}}/parts/{{uuid:part_id}}/{name}",
        response=schemas.EventDetail,
        operation_id=f"event_{name}",
    )(act)


for verb, body_type in schemas.PART_VERBS.items():
    _part_verb(verb, body_type)


@router.post("/{uuid:event_id}/photos", response=schemas.EventDetail)
def add_photos(
    request: HttpRequest,
    event_id: UUID,
    response: HttpResponse,
    photos: File[list[UploadedFile]],
) -> schemas.EventDetail:
    """Add pictures to the step one is at; they are shown once they have been made anew."""
    actor, at = actor_of(request), timezone.now()
    actions.add_photos(event_id=event_id, photos=photos, actor=actor, at=at)
    return _answer(request, event_id, response)


@router.post("/{uuid:event_id}/reveal", response=schemas.ContactOut)
def reveal(request: HttpRequest, event_id: UUID, body: schemas.Reveal) -> schemas.ContactOut:
    """Return the reporter's contact in the clear, for a listed reason; the look is logged."""
    shown = actions.reveal_contact(
        event_id=event_id, reason=body.reason, actor=actor_of(request), at=timezone.now()
    )
    return schemas.ContactOut(name=shown["name"], phone=shown["phone"])


def _answer(request: HttpRequest, event_id: UUID, response: HttpResponse) -> schemas.EventDetail:
    actor = actor_of(request)
    event = queries.one(event_id=event_id, actor=actor)
    response["ETag"] = f'"{event.version}"'
    plain = schemas.EventOut.from_orm(event).dict()
    steps = [schemas.StepOut.from_orm(step) for step in queries.story(event, actor=actor)]
    offered = [move.verb for move in queries.offers(event, actor=actor)]
    parts = [schemas.PartOut.from_orm(one) for one in joint.parts(event, actor=actor)]
    meetings = joint.consultations(event, actor=actor)
    return schemas.EventDetail(
        **plain,
        offers=offered,
        steps=steps,
        parts=parts,
        consultations=[schemas.ConsultationOut.from_orm(one) for one in meetings],
    )

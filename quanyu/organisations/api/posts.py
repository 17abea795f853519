"""JSON of posts and of who holds them: parse, one call, schema."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from quanyu.kernel import paging
from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import Refusal
from quanyu.organisations import actions
from quanyu.organisations.actions import NewPost, Nominee
from quanyu.organisations.queries import holders, kinds, post_lists
from quanyu.organisations.schemas import posts as schemas

router = Router(tags=["posts"])
appointments = Router(tags=["appointments"])
Detail = dict[str, Any]


@router.get("", response=schemas.PostsOut)
def list_posts(request: HttpRequest, filters: Query[schemas.PostsAsked], after: str = "") -> Any:
    """List the posts within reach, a page at a time."""
    rows = post_lists.posts_asked(filters.said(), on=timezone.localdate(), actor=actor_of(request))
    return paging.page_of(rows, after)


@router.get("/kinds", response=list[schemas.PostKindOut])
def list_kinds(request: HttpRequest, on: date | None = None) -> Any:
    """List the kinds of post on a day, in their order."""
    return list(kinds.kinds_on(on or timezone.localdate()).values())


@router.post("", response={201: schemas.PostDetail})
def open_post(request: HttpRequest, body: schemas.PostIn) -> Status[Detail]:
    """Open a post of a body (设立岗位)."""
    actor, at = actor_of(request), timezone.now()
    made = actions.open_post(post=NewPost(**body.dict()), actor=actor, at=at)
    return Status(201, _post(made.pk, actor, at=at))


@router.get("/{uuid:post_id}", response=schemas.PostDetail)
def one_post(request: HttpRequest, post_id: UUID) -> Detail:
    """Return a post with its seats and its holders."""
    return _post(post_id, actor_of(request), at=timezone.now())


@router.post("/{uuid:post_id}/seats", response=schemas.PostDetail)
def change_seats(request: HttpRequest, post_id: UUID, body: schemas.SeatsIn) -> Detail:
    """Give a post more or fewer seats from a day on (调整编制)."""
    actor, at = actor_of(request), timezone.now()
    actions.change_seats(post_id=post_id, **body.dict(), actor=actor, at=at)
    return _post(post_id, actor, at=at)


@router.post("/{uuid:post_id}/close", response=schemas.PostDetail)
def close_post(request: HttpRequest, post_id: UUID, body: schemas.CloseIn) -> Detail:
    """Close a post that nobody holds beyond that day (撤销岗位)."""
    actor, at = actor_of(request), timezone.now()
    actions.close_post(post_id=post_id, end=body.end, actor=actor, at=at)
    return _post(post_id, actor, at=at)


@appointments.get("", response=schemas.AppointmentsOut)
def list_appointments(
    request: HttpRequest, filters: Query[schemas.AppointmentsAsked], after: str = ""
) -> Detail:
    """List who holds, held and is to hold which post, within reach, a page at a time."""
    actor, at = actor_of(request), timezone.now()
    rows = post_lists.appointments_asked(filters.said(), on=timezone.localdate(at), actor=actor)
    page = paging.page_of(rows, after)
    told = holders.told(page.rows, actor=actor, at=at, is_short=True)
    return {"rows": told, "after": page.after, "count": page.count}


@appointments.get("/waiting", response=list[schemas.BatchOut])
def list_waiting(request: HttpRequest) -> Any:
    """List what waits for a decision within reach by batch, the oldest first; 200 at most."""
    return holders.waiting(actor=actor_of(request), at=timezone.now())


@appointments.post("", response={201: list[schemas.AppointmentOut]})
def propose(request: HttpRequest, body: schemas.NomineesIn) -> Status[Any]:
    """Propose people for posts as one batch, all or none (提名任职)."""
    actor, at = actor_of(request), timezone.now()
    keys = accounts.keys_meant(one.account for one in body.nominees)
    nominees = [
        Nominee(one.post, keys[one.account], one.reason, one.start, one.end)
        for one in body.nominees
    ]
    try:
        rows = actions.propose_all(nominees=nominees, actor=actor, at=at)
    except Refusal as no:
        # The caller has named them all, so the name that is meant tells nothing new.
        no.whom = next((name for name, key in keys.items() if key == no.about), "")
        raise
    return Status(201, holders.told(rows, actor=actor, at=at, is_short=True))


@appointments.get("/{uuid:appointment_id}", response=schemas.AppointmentOut)
def one_appointment(request: HttpRequest, appointment_id: UUID) -> Any:
    """Return one appointment within reach."""
    return _told(appointment_id, actor_of(request), at=timezone.now())


@appointments.post("/{uuid:appointment_id}/confirm", response=schemas.AppointmentOut)
def confirm(request: HttpRequest, appointment_id: UUID, body: schemas.ReasonIn) -> Any:
    """Confirm what somebody else proposed; its roles count from its first day (确认任职)."""
    actor, at = actor_of(request), timezone.now()
    actions.confirm(appointment_id=appointment_id, reason=body.reason, actor=actor, at=at)
    return _told(appointment_id, actor, at=at)


@appointments.post("/{uuid:appointment_id}/refuse", response=schemas.AppointmentOut)
def refuse(request: HttpRequest, appointment_id: UUID, body: schemas.ReasonIn) -> Any:
    """Decide that somebody is not appointed, and why (不同意任职)."""
    actor, at = actor_of(request), timezone.now()
    actions.refuse(appointment_id=appointment_id, reason=body.reason, actor=actor, at=at)
    return _told(appointment_id, actor, at=at)


@appointments.post("/{uuid:appointment_id}/withdraw", response=schemas.AppointmentOut)
def withdraw(request: HttpRequest, appointment_id: UUID) -> Any:
    """Take back whom one has proposed (撤回提名)."""
    actor, at = actor_of(request), timezone.now()
    actions.withdraw(appointment_id=appointment_id, actor=actor, at=at)
    return _told(appointment_id, actor, at=at)


@appointments.post("/{uuid:appointment_id}/end", response=schemas.AppointmentOut)
def end(request: HttpRequest, appointment_id: UUID, body: schemas.LeaveIn) -> Any:
    """Let somebody leave a post, or ask the level above for it (卸任)."""
    actor, at = actor_of(request), timezone.now()
    actions.end_appointment(appointment_id=appointment_id, **body.dict(), actor=actor, at=at)
    return _told(appointment_id, actor, at=at)


@appointments.post("/{uuid:appointment_id}/keep", response=schemas.AppointmentOut)
def keep(request: HttpRequest, appointment_id: UUID) -> Any:
    """Let somebody stay whose end was asked for (不予卸任)."""
    actor, at = actor_of(request), timezone.now()
    actions.keep_appointment(appointment_id=appointment_id, actor=actor, at=at)
    return _told(appointment_id, actor, at=at)


@appointments.post("/{uuid:appointment_id}/stand-in", response=schemas.AppointmentOut)
def stand_in(request: HttpRequest, appointment_id: UUID, body: schemas.StandInIn) -> Any:
    """Let a colleague stand in for the holder until the end of a day (指定代理)."""
    actor, at = actor_of(request), timezone.now()
    actions.name_stand_in(
        appointment_id=appointment_id,
        account_id=accounts.keys_meant([body.account])[body.account],
        until=timezone.make_aware(datetime.combine(body.until, time.max)),
        reason=body.reason,
        actor=actor,
        at=at,
    )
    return _told(appointment_id, actor, at=at)


@appointments.post("/batches/{uuid:batch_id}/confirm", response=list[schemas.AppointmentOut])
def confirm_batch(request: HttpRequest, batch_id: UUID, body: schemas.ReasonIn) -> Any:
    """Confirm all that is open of a batch, all or none (批量确认任职)."""
    actor, at = actor_of(request), timezone.now()
    with holders.of_batch(batch_id, actor=actor, at=at):
        rows = actions.confirm_batch(batch=batch_id, reason=body.reason, actor=actor, at=at)
    return holders.told(rows, actor=actor, at=at, is_short=True)


@appointments.post("/batches/{uuid:batch_id}/refuse", response=list[schemas.AppointmentOut])
def refuse_batch(request: HttpRequest, batch_id: UUID, body: schemas.ReasonIn) -> Any:
    """Refuse all that is open of a batch, and say why (批量不同意任职)."""
    actor, at = actor_of(request), timezone.now()
    with holders.of_batch(batch_id, actor=actor, at=at):
        rows = actions.refuse_batch(batch=batch_id, reason=body.reason, actor=actor, at=at)
    return holders.told(rows, actor=actor, at=at, is_short=True)


@appointments.post("/batches/{uuid:batch_id}/withdraw", response=list[schemas.AppointmentOut])
def withdraw_batch(request: HttpRequest, batch_id: UUID) -> Any:
    """Take back all that is open of a batch (批量撤回提名)."""
    actor, at = actor_of(request), timezone.now()
    rows = actions.withdraw_batch(batch=batch_id, actor=actor, at=at)
    return holders.told(rows, actor=actor, at=at, is_short=True)


# ------------------------------------------------------------------ inside


def _post(post_id: UUID, actor: Actor, *, at: datetime) -> Detail:
    row = post_lists.post(post_id, on=timezone.localdate(at), actor=actor)
    held = holders.history(actor=actor, at=at, post=post_id, is_short=True)
    told = schemas.PostOut.from_orm(row).dict()
    return told | {"stood": post_lists.seats_of(post_id), "held": held}


def _told(appointment_id: UUID, actor: Actor, *, at: datetime) -> holders.Held:
    return holders.one(appointment_id, actor=actor, at=at, is_short=True)

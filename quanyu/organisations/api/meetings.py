"""JSON of meetings and resolutions: parse, one call, schema."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import Actor
from quanyu.organisations.actions import meetings as actions
from quanyu.organisations.queries import meetings as queries
from quanyu.organisations.schemas import meetings as schemas

router = Router(tags=["meetings"])
MOST = 200


@router.get("", response=list[schemas.MeetingOut])
def list_meetings(
    request: HttpRequest, state: str = "", kind: str = "", place: str = "", body: str = ""
) -> list[Any]:
    """List the meetings within reach, the latest first; two hundred at most."""
    asked = {"state": state, "kind": kind, "place": place, "body": body}
    return list(queries.meetings(asked, actor=actor_of(request), at=timezone.now())[:MOST])


@router.get("/commitments", response=list[schemas.CommitmentOut])
def commitments(
    request: HttpRequest,
    state: str = "",
    place: str = "",
    body: UUID | None = None,
    due_before: date | None = None,
) -> list[Any]:
    """List what meetings committed bodies to, the earliest day first."""
    actor = actor_of(request)
    return queries.commitments(
        actor=actor, body=body, place=place, state=state, due_before=due_before
    )


@router.post("/of/{uuid:body_id}", response={201: schemas.MeetingDetail})
def plan(request: HttpRequest, body_id: UUID, body: schemas.PlanIn) -> Status[dict[str, Any]]:
    """Plan a meeting of a body; those expected are told (安排会议)."""
    actor, at = actor_of(request), timezone.now()
    made = actions.plan(body_id=body_id, wanted=body.plan(), actor=actor, at=at)
    return Status(201, _detail(made.pk, actor))


@router.get("/{uuid:meeting_id}", response=schemas.MeetingDetail)
def one(request: HttpRequest, meeting_id: UUID) -> dict[str, Any]:
    """Return one meeting with what it resolved."""
    return _detail(meeting_id, actor_of(request))


@router.post("/{uuid:meeting_id}/change", response=schemas.MeetingDetail)
def change(request: HttpRequest, meeting_id: UUID, body: schemas.PlanIn) -> dict[str, Any]:
    """Say anew what a meeting is to be (修改会议安排)."""
    actor, at = actor_of(request), timezone.now()
    actions.change(meeting_id=meeting_id, wanted=body.plan(), actor=actor, at=at)
    return _detail(meeting_id, actor)


@router.post("/{uuid:meeting_id}/call-off", response=schemas.MeetingDetail)
def call_off(request: HttpRequest, meeting_id: UUID, body: schemas.WordsIn) -> dict[str, Any]:
    """Call a meeting off, with the reason (取消会议)."""
    actor, at = actor_of(request), timezone.now()
    actions.call_off(meeting_id=meeting_id, words=body.words, actor=actor, at=at)
    return _detail(meeting_id, actor)


@router.post("/{uuid:meeting_id}/record", response=schemas.MeetingDetail)
def record(request: HttpRequest, meeting_id: UUID, body: schemas.RecordIn) -> dict[str, Any]:
    """Record a meeting: how many came, its minutes, what it resolved (登记会议)."""
    actor, at = actor_of(request), timezone.now()
    actions.record_meeting(
        meeting_id=meeting_id,
        attendance=body.attendance(),
        minutes=body.minutes,
        resolved=[one.resolved() for one in body.resolved],
        actor=actor,
        at=at,
    )
    return _detail(meeting_id, actor)


@router.post("/{uuid:meeting_id}/resolutions", response={201: schemas.ResolutionOut})
def adopt(request: HttpRequest, meeting_id: UUID, body: schemas.ResolvedIn) -> Status[Any]:
    """Add what a recorded meeting resolved (登记决议)."""
    actor, at = actor_of(request), timezone.now()
    made = actions.adopt(meeting_id=meeting_id, resolved=body.resolved(), actor=actor, at=at)
    return Status(201, made)


@router.post("/resolutions/{uuid:resolution_id}/settle", response=schemas.ResolutionOut)
def settle(request: HttpRequest, resolution_id: UUID, body: schemas.WordsIn) -> Any:
    """Say that a resolution was carried out (决议完成)."""
    actor, at = actor_of(request), timezone.now()
    return actions.settle(resolution_id=resolution_id, words=body.words, actor=actor, at=at)


@router.post("/resolutions/{uuid:resolution_id}/withdraw", response=schemas.ResolutionOut)
def withdraw(request: HttpRequest, resolution_id: UUID, body: schemas.WordsIn) -> Any:
    """Withdraw a resolution (撤销决议)."""
    actor, at = actor_of(request), timezone.now()
    return actions.withdraw(resolution_id=resolution_id, words=body.words, actor=actor, at=at)


def _detail(key: UUID, actor: Actor) -> dict[str, Any]:
    row = queries.meeting(key, actor=actor)
    told = schemas.MeetingOut.from_orm(row).dict()
    more = {"agenda": row.agenda, "minutes": row.minutes, "invited": row.invited}
    return told | more | {"resolutions": queries.resolutions_of(row, actor=actor)}

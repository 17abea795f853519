"""Plan a meeting, record it, and keep what it resolved (会议与决议的动作)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.organisations.actions.party import check_leads, led
from quanyu.organisations.models import Body, Meeting, Resolution
from quanyu.organisations.queries import meetings as queries
from quanyu.organisations.rules import rhythm as rules
from quanyu.organisations.rules import voting
from quanyu.organisations.rules.rhythm import Attendance, WrongMeeting, said

MOST_BODIES = 60
MOST_RESOLUTIONS = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """What is said of a meeting before it is held (会议安排)."""

    kind: str
    starts_at: datetime
    title: str = ""
    place: str = ""
    agenda: str = ""
    invited: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Votes:
    """How a resolution was voted on (表决)."""

    in_favour: int
    against: int = 0
    abstained: int = 0


@dataclass(frozen=True, slots=True)
class Resolved:
    """One thing that a meeting decided: who does what by when (决定的事)."""

    text: str
    due: date
    body_id: UUID | None = None
    """The body that does it; the one that met where none is named."""
    votes: Votes | None = None


@transaction.atomic
def plan(*, body_id: UUID, wanted: Plan, actor: Actor, at: datetime) -> Meeting:
    """Plan a meeting of a body; those expected are told (安排会议).

    :raises WrongMeeting: if the kind is not known, a text is too long, or a body is not there
    :raises NotLedByYou: if the actor has another role there
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    body = led(body_id, actor=actor)
    row = Meeting(body=body, region_path=body.life_path, planned_by=actor.id, planned_at=at)
    _say(row, wanted)
    row.save(force_insert=True)
    _recorded("plan", row, actor=actor, at=at)
    announce("meeting.plan", row, at=at)
    return row


@transaction.atomic
def change(*, meeting_id: UUID, wanted: Plan, actor: Actor, at: datetime) -> Meeting:
    """Say anew what a meeting is to be; those expected are told again (修改会议安排).

    :raises MeetingOver: if it was held or called off
    :raises WrongMeeting: if it cannot be so
    :raises NotLedByYou: if the actor does not keep it
    :raises Denied: if it is out of reach
    """
    row = _open(meeting_id, actor=actor)
    _say(row, wanted)
    row.save()
    _recorded("change", row, actor=actor, at=at)
    announce("meeting.change", row, at=at)
    return row


@transaction.atomic
def call_off(*, meeting_id: UUID, words: str, actor: Actor, at: datetime) -> Meeting:
    """Call a meeting off, with the reason; those expected are told (取消会议).

    :raises MeetingOver: if it was held or called off
    :raises WrongMeeting: if no reason is given
    :raises NotLedByYou: if the actor does not keep it
    :raises Denied: if it is out of reach
    """
    row = _open(meeting_id, actor=actor)
    row.called_off, row.called_off_at, row.over_at = said("text", words, least=2), at, at
    row.save(update_fields=["called_off", "called_off_at", "over_at"])
    _recorded("call_off", row, actor=actor, at=at)
    announce("meeting.call_off", row, at=at)
    return row


@transaction.atomic
def record_meeting(
    *,
    meeting_id: UUID,
    attendance: Attendance,
    minutes: str = "",
    resolved: Sequence[Resolved] = (),
    actor: Actor,
    at: datetime,
) -> Meeting:
    """Record a meeting that was held: how many came, its minutes, what it resolved (登记会议).

    Nobody is named as present or absent, and no picture is asked for.

    :raises MeetingOver: if it was recorded or called off
    :raises NotYet: if it has not begun
    :raises WrongMeeting: if numbers or texts cannot be
    :raises WrongBallot: if votes cannot be
    :raises NotLedByYou: if the actor does not keep it
    :raises Denied: if it is out of reach
    """
    row = _open(meeting_id, actor=actor)
    if row.starts_at > at:
        raise rules.NotYet(_("会议还没有开始，不能登记"), field="starts_at")
    rules.check_attendance(attendance)
    row.expected, row.present = attendance.expected, attendance.present
    row.observing, row.minutes = attendance.observing, said("minutes", minutes)
    row.recorded_by, row.recorded_at, row.over_at = actor.id, at, at
    row.save()
    _recorded("record", row, actor=actor, at=at)
    for one in resolved:
        _adopt(row, one, actor=actor, at=at)
    announce("meeting.record", row, at=at)
    return row


@transaction.atomic
def adopt(*, meeting_id: UUID, resolved: Resolved, actor: Actor, at: datetime) -> Resolution:
    """Add what a recorded meeting resolved (登记决议).

    :raises MeetingOver: if the meeting was called off, or is not recorded yet
    :raises WrongMeeting: if it is too long, too late, or for a body that is not there
    :raises WrongBallot: if its votes cannot be
    :raises NotLedByYou: if the actor does not keep it
    :raises Denied: if it is out of reach
    """
    row = _kept(meeting_id, actor=actor)
    if row.recorded_at is None:
        raise rules.MeetingOver(_("先登记会议，再登记决议"))
    return _adopt(row, resolved, actor=actor, at=at)


@transaction.atomic
def settle(*, resolution_id: UUID, words: str, actor: Actor, at: datetime) -> Resolution:
    """Say that a resolution was carried out (决议完成).

    :raises ResolutionOver: if it was, or was withdrawn
    :raises WrongMeeting: if nothing is said of how
    :raises Denied: if it is out of reach, or neither body is the actor's
    """
    row = _unsettled(resolution_id, actor=actor)
    row.done_at, row.ended_words = at, said("text", words, least=2)
    row.save(update_fields=["done_at", "ended_words"])
    record("resolution.settle", row, actor=actor, at=at, changed=["done_at"])
    announce("resolution.settle", row, at=at)
    return row


@transaction.atomic
def withdraw(*, resolution_id: UUID, words: str, actor: Actor, at: datetime) -> Resolution:
    """Withdraw a resolution that nothing is done of any more (撤销决议).

    :raises ResolutionOver: if it was carried out or withdrawn
    :raises WrongMeeting: if no reason is given
    :raises NotLedByYou: if the actor does not keep the meeting
    :raises Denied: if it is out of reach
    """
    row = _unsettled(resolution_id, actor=actor)
    check_leads(actor, row.region_path)
    row.withdrawn_at, row.ended_words = at, said("text", words, least=2)
    row.save(update_fields=["withdrawn_at", "ended_words"])
    record("resolution.withdraw", row, actor=actor, at=at, changed=["withdrawn_at"])
    announce("resolution.withdraw", row, at=at)
    return row


# ------------------------------------------------------------------ inside


def _say(row: Meeting, wanted: Plan) -> None:
    rules.check_kind(wanted.kind)
    row.kind, row.starts_at = wanted.kind, wanted.starts_at
    row.title, row.place = said("title", wanted.title), said("place", wanted.place)
    row.agenda = said("agenda", wanted.agenda)
    row.invited = _bodies(wanted.invited)


def _bodies(keys: Sequence[UUID]) -> list[UUID]:
    """Return the bodies called to a meeting, each once, in the order of their codes.

    :raises WrongMeeting: if one is not there, or there are too many
    """
    asked = set(keys)
    found = list(Body.objects.filter(pk__in=asked).order_by("code").values_list("pk", flat=True))
    if len(found) < len(asked) or len(asked) > MOST_BODIES:
        raise WrongMeeting(
            _("参加单位须是已登记的单位，最多 {most} 个"), field="invited", most=MOST_BODIES
        )
    return found


def _kept(meeting_id: UUID, *, actor: Actor) -> Meeting:
    row = queries.meeting(meeting_id, actor=actor, lock=True)
    check_leads(actor, row.region_path)
    return row


def _open(meeting_id: UUID, *, actor: Actor) -> Meeting:
    row = _kept(meeting_id, actor=actor)
    if row.over_at is not None:
        raise rules.MeetingOver(_("这次会议已经登记或取消"))
    return row


def _adopt(row: Meeting, one: Resolved, *, actor: Actor, at: datetime) -> Resolution:
    number = len(queries.resolutions_of(row, actor=actor)) + 1
    if number > MOST_RESOLUTIONS:
        raise WrongMeeting(_("一次会议最多登记 {most} 项决议"), field="text", most=MOST_RESOLUTIONS)
    body = one.body_id or row.body_id
    _check_resolved(row, one, body)
    votes = one.votes
    made = Resolution(
        meeting=row,
        region_path=row.region_path,
        kind=row.kind,
        invited=row.invited,
        number=number,
        body_id=body,
        text=said("text", one.text, least=2),
        due_date=one.due,
        votes_for=votes.in_favour if votes else None,
        votes_against=votes.against if votes else None,
        abstained=votes.abstained if votes else None,
        adopted_at=at,
    )
    made.save(force_insert=True)
    facts = {"meeting": str(row.pk), "body": str(body), "due": one.due.isoformat()}
    record("resolution.adopt", made, actor=actor, at=at, facts=facts)
    announce("resolution.adopt", made, at=at)
    return made


def _check_resolved(row: Meeting, one: Resolved, body: UUID) -> None:
    if not Body.objects.filter(pk=body).exists():
        raise WrongMeeting(_("没有这个单位"), field="body", value=str(body))
    if one.due < timezone.localdate(row.starts_at):
        raise WrongMeeting(_("完成期限不能早于会议日期"), field="due", value=one.due.isoformat())
    if one.votes is not None:
        cast = (one.votes.in_favour, one.votes.against, one.votes.abstained)
        for name, value in zip(("in_favour", "against", "abstained"), cast, strict=True):
            voting.check_between(name, value, 0, row.present or 0)
        voting.check_between("in_favour", sum(cast), 0, row.present or 0)


def _unsettled(resolution_id: UUID, *, actor: Actor) -> Resolution:
    row = queries.resolution(resolution_id, actor=actor, lock=True)
    place, holds = row.region_path, row.body_id in actor.bodies
    if not holds and not actor.roles_at(place):
        raise Denied
    if not holds:
        check_leads(actor, place)
    if row.done_at is not None or row.withdrawn_at is not None:
        raise rules.ResolutionOver(_("这项决议已经完成或撤销"))
    return row


def _recorded(verb: str, row: Meeting, *, actor: Actor, at: datetime) -> None:
    facts = {"kind": row.kind, "body": str(row.body_id), "starts_at": row.starts_at.isoformat()}
    counts = {name: getattr(row, name) for name in ("expected", "present", "observing")}
    told = facts | {name: value for name, value in counts.items() if value is not None}
    record(f"meeting.{verb}", row, actor=actor, at=at, facts=told)

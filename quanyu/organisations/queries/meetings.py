"""Meetings and resolutions within reach, and the rhythms that are overdue (会议与决议)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.organisations.models import Body, CommitteeTerm, Meeting, Resolution
from quanyu.organisations.queries.norms import norms, rhythms
from quanyu.organisations.queries.stood import Stood, stood
from quanyu.organisations.rules.norms import Norm
from quanyu.organisations.rules.rhythm import HELD_BY, MeetingKind, due_by
from quanyu.organisations.rules.terms import Form

OPEN = Q(done_at__isnull=True, withdrawn_at__isnull=True)
"""Resolutions of which something is still to be done."""


def meeting(meeting_id: UUID, *, actor: Actor, lock: bool = False) -> Meeting:
    """Return one meeting within reach.

    :raises Denied: if there is none
    """
    return get(Meeting, meeting_id, actor=actor, lock=lock)


def meetings(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> QuerySet[Meeting]:
    """Return the meetings within reach that an address asks for, the latest first.

    ``state`` is planned, unrecorded, held or off; ``kind``, ``place`` and ``body`` narrow it.
    """
    rows = Meeting.objects.visible_to(actor).select_related("body")
    states = {
        "planned": Q(over_at__isnull=True, starts_at__gt=at),
        "unrecorded": Q(over_at__isnull=True, starts_at__lte=at),
        "held": Q(recorded_at__isnull=False),
        "off": Q(called_off_at__isnull=False),
    }
    rows = rows.filter(states.get(asked.get("state", ""), Q()))
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("body"):
        rows = rows.filter(body__code=asked["body"])
    if place := asked.get("place", ""):
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    return rows.order_by("-starts_at", "-id")


def resolutions_of(row: Meeting, *, actor: Actor) -> list[Resolution]:
    """Return what a meeting decided, in order."""
    rows = Resolution.objects.visible_to(actor).select_related("body").filter(meeting=row)
    return list(rows.order_by("number"))


def resolution(resolution_id: UUID, *, actor: Actor, lock: bool = False) -> Resolution:
    """Return one resolution within reach.

    :raises Denied: if there is none
    """
    rows = Resolution.objects.visible_to(actor).select_related("body")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row: Resolution | None = rows.filter(pk=resolution_id).first()
    if row is None:
        raise Denied
    return row


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a meeting committed a body to: who, what, by when, and how it stands (决议事项)."""

    id: UUID
    meeting_id: UUID
    kind: str
    region_path: str
    body_id: UUID
    text: str
    due_date: date
    state: str
    """``open``, ``done`` or ``withdrawn``."""


def commitments(
    *,
    actor: Actor,
    body: UUID | None = None,
    place: str = "",
    state: str = "",
    due_before: date | None = None,
) -> list[Commitment]:
    """Return what meetings within reach committed bodies to, the earliest day first.

    For whoever goes on with it: supervision takes up what is open, by its key. A body has those
    that it is to carry out, be the meeting within its reach or not.
    """
    rows = Resolution.objects.visible_to(actor)
    rows = rows.filter(body=body) if body else rows
    if place:
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    rows = rows.filter(due_date__lt=due_before) if due_before else rows
    states = {
        "open": OPEN,
        "done": Q(done_at__isnull=False),
        "withdrawn": Q(withdrawn_at__isnull=False),
    }
    rows = rows.filter(states.get(state, Q())).order_by("due_date", "id")
    return [_commitment(row) for row in rows]


def readable(keys: Collection[UUID], *, actor: Actor) -> set[UUID]:
    """Return which of these meetings are within reach."""
    return set(Meeting.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))


def standing_of(row: Resolution) -> str:
    """Return how a resolution stands: open, done or withdrawn."""
    if row.done_at is not None:
        return "done"
    return "withdrawn" if row.withdrawn_at is not None else "open"


def _commitment(row: Resolution) -> Commitment:
    return Commitment(
        id=row.pk,
        meeting_id=row.meeting_id,
        kind=row.kind,
        region_path=row.region_path,
        body_id=row.body_id,
        text=row.text,
        due_date=row.due_date,
        state=standing_of(row),
    )


# ------------------------------------------------------------------ rhythms


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a body last held a kind of meeting, and from when the next is overdue (会议周期)."""

    body: Stood
    kind: MeetingKind
    norm: Norm
    last: date | None
    due: date
    """The first day on which it is overdue."""

    def is_overdue(self, today: date) -> bool:
        """Answer whether a whole period has gone by without one."""
        return today >= self.due


def rhythm(*, actor: Actor, on: date, place: str = "", body: UUID | None = None) -> list[Rhythm]:
    """Return the rhythms of the bodies within reach, by place, then kind.

    Only where meetings are within reach too: of others nobody is told that none is known.
    """
    held = rhythms(norms(on=on))
    rows = _bodies(on, actor=actor, place=place, body=body)
    with_committee = _with_committee(on, body)
    last = _last_held(actor, body)
    return [
        _rhythm(row, kind, held[kind], last.get((row.pk, kind)))
        for row in rows
        for kind in _kinds(row, has_committee=row.pk in with_committee)
        if kind in held
    ]


def overdue(*, actor: Actor, on: date, place: str = "") -> list[Rhythm]:
    """Return the rhythms within reach of which a whole period has gone by without a meeting."""
    found = [one for one in rhythm(actor=actor, on=on, place=place) if one.is_overdue(on)]
    return sorted(found, key=lambda one: (one.body.region_path, one.body.code, one.due))


def _rhythm(body: Stood, kind: MeetingKind, norm: Norm, last: date | None) -> Rhythm:
    since = max(body.valid_from, norm.valid_from)
    return Rhythm(body, kind, norm, last, due_by(norm.amount, last=last, since=since))


def _kinds(body: Stood, *, has_committee: bool) -> list[MeetingKind]:
    return [
        kind
        for kind, kinds in HELD_BY.items()
        if body.kind in kinds and (kind != MeetingKind.COMMITTEE or has_committee)
    ]


def _bodies(on: date, *, actor: Actor, place: str, body: UUID | None) -> Iterable[Stood]:
    within = Q(pk__in=[])
    for low, high in actor.ranges_in("life"):
        within |= Q(life_path__gte=low, life_path__lt=high)
    kinds = {kind for kinds in HELD_BY.values() for kind in kinds}
    rows = Body.objects.on(on).filter(within, kind__in=kinds)
    if place:
        rows = rows.filter(life_path__gte=place, life_path__lt=upper(place))
    return stood(rows.filter(pk=body) if body else rows)


def _with_committee(on: date, body: UUID | None) -> set[UUID]:
    stands = Q(ended__isnull=True) | Q(ended__gt=on)
    rows = CommitteeTerm.objects.filter(stands, starts__lte=on, form=Form.COMMITTEE)
    rows = rows.filter(body=body) if body else rows
    return set(rows.values_list("body_id", flat=True))


def _last_held(actor: Actor, body: UUID | None) -> dict[tuple[UUID, str], date]:
    rows = Meeting.objects.visible_to(actor).filter(recorded_at__isnull=False)
    rows = rows.filter(body=body) if body else rows
    told = rows.order_by().values_list("body_id", "kind").annotate(last=Max("starts_at"))
    return {(body, kind): timezone.localdate(last) for body, kind, last in told}

"""Whistle calls within reach: who was called, who came, what waits for whom (吹哨报到)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from quanyu.events.models import (
    Event,
    EventStep,
    WhistleCall,
    WhistleMatter,
    WhistlePart,
    WhistleStep,
)
from quanyu.events.rules import whistle as rules
from quanyu.events.workflow.whistle import CALL, CallState
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import Limit, Unit, due, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.spec import Move
from quanyu.organisations import queries as organisations
from quanyu.organisations.queries import BodyEntry

MOST = 100
STREET = frozenset(CALL.opened_by)
"""Who calls, assesses and ends: the street's dispatchers and commanders."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How soon those called are to report in, and on what that rests."""

    limit: Limit
    due_at: datetime
    clause_id: UUID | None


def one(call_id: UUID, *, actor: Actor, lock: bool = False) -> WhistleCall:
    """Return one call within reach.

    :raises Denied: if there is none
    """
    return get(WhistleCall, call_id, actor=actor, lock=lock)


def by_number(number: str, *, actor: Actor) -> WhistleCall:
    """Return the call of that number within reach.

    :raises Denied: if there is none
    """
    found = WhistleCall.objects.visible_to(actor).filter(number=number).first()
    if found is None:
        raise Denied
    return found


def calls(*, actor: Actor, state: str = "", body: UUID | None = None) -> "QuerySet[WhistleCall]":
    """Return the calls within reach in a state, the newest first."""
    rows: QuerySet[WhistleCall] = WhistleCall.objects.visible_to(actor)
    if state:
        rows = rows.filter(state=state)
    if body:
        rows = rows.filter(bodies__contains=[body])
    return rows.order_by("-called_at", "-id")


def parts(call: WhistleCall, *, actor: Actor, lock: bool = False) -> list[WhistlePart]:
    """Return the parts of a call, in the order of their bodies' names."""
    rows = WhistlePart.objects.visible_to(actor).filter(call=call)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = list(rows.order_by("id"))
    names = organisations.body_names([part.body_id for part in found])
    return sorted(found, key=lambda part: names.get(part.body_id, ""))


def parts_of(found: Iterable[WhistleCall], *, actor: Actor) -> Mapping[UUID, list[WhistlePart]]:
    """Return the parts of some calls, by call."""
    keys = [call.pk for call in found]
    by_call: dict[UUID, list[WhistlePart]] = {key: [] for key in keys}
    for part in WhistlePart.objects.visible_to(actor).filter(call__in=keys).order_by("id"):
        by_call[part.call_id].append(part)
    return by_call


def matters(call: WhistleCall, *, actor: Actor) -> list[Event]:
    """Return the matters within reach that a call is about."""
    rows: QuerySet[Event] = Event.objects.visible_to(actor)
    return list(rows.filter(calls__call=call).order_by("id"))


def lasting(call: WhistleCall, *, actor: Actor) -> list[Event]:
    """Return the matters within reach whose story does not tell yet that a call has ended."""
    ended = EventStep.objects.visible_to(actor).filter(
        case=OuterRef("pk"), verb="whistle_end", facts__whistle=call.number
    )
    rows: QuerySet[Event] = Event.objects.visible_to(actor)
    return list(rows.filter(~Exists(ended), calls__call=call).order_by("id"))


def to_take_leave(*, actor: Actor) -> list[UUID]:
    """Return the calls that have ended, but not yet in the story of each of their matters."""
    said = KeyTextTransform("whistle", "facts")
    ends = EventStep.objects.visible_to(actor).annotate(said=said)
    told = ends.filter(case=OuterRef("event"), verb="whistle_end", said=OuterRef("call__number"))
    rows = WhistleMatter.objects.visible_to(actor).filter(
        ~Exists(told), call__state=CallState.ENDED
    )
    return list(rows.order_by("call").values_list("call", flat=True).distinct()[:MOST])


def of_matter(event: Event, *, actor: Actor) -> list[WhistleCall]:
    """Return the calls within reach that are about a matter, the newest first."""
    rows = WhistleCall.objects.visible_to(actor).filter(matters__event=event)
    return list(rows.order_by("-called_at"))


def story(call: WhistleCall, *, actor: Actor) -> list[WhistleStep]:
    """Return the acts of a call, the newest first."""
    rows = WhistleStep.objects.visible_to(actor).filter(case_id=call.pk)
    return list(rows.order_by("-number"))


def step_at(call: WhistleCall, verb: str, *, at: datetime, actor: Actor) -> WhistleStep | None:
    """Return the act that was done at a moment."""
    rows = WhistleStep.objects.visible_to(actor).filter(case_id=call.pk, verb=verb, at=at)
    return rows.order_by("-number").first()


def offers(call: WhistleCall, *, actor: Actor) -> list[Move]:
    """Return the acts that a role of this person has here; the part decides the rest."""
    return CALL.offers(call, actor=actor)


def acting_bodies(call: WhistleCall, *, actor: Actor) -> list[UUID]:
    """Return the called bodies in which this person handles."""
    held = {grant.body for grant in actor.grants if grant.role == Role.HANDLER}
    return [body for body in call.bodies if body in held]


def callable_bodies(place: str, *, at: datetime) -> list[BodyEntry]:
    """Return whom a street may call at a place: departments and teams with a duty there."""
    found = organisations.with_duty(place=place, on=local(at).date())
    return [one for one in found if one.kind in rules.CALLABLE]


def answering(numbers: Iterable[str], *, actor: Actor, at: datetime) -> dict[UUID, str]:
    """Return the bodies whose duty the classes of some matters are, each with the reason."""
    rows = Event.objects.visible_to(actor).filter(number__in=list(numbers)).exclude(category="")
    pairs = set(rows.values_list("category", "region_path")[: rules.MOST_MATTERS])
    day = local(at).date()
    return {
        holder.body_id: holder.reason
        for category, place in sorted(pairs)
        for holder in organisations.duty_holders(category, place=place, on=day)
        if holder.class_prefix
    }


def flagged(listed: str, *, at: datetime) -> dict[str, bool]:
    """Return the codes of a list, each with whether it is for emergencies."""
    found = codes.codes(listed, on=local(at).date())
    return {entry.code: entry.has("emergency") for entry in found}


def clock(call: WhistleCall, *, at: datetime) -> Clock:
    """Return by when those called are to report in: by kind and place, from the call on."""
    row = codes.limit(
        workflow=CALL.name,
        stage=rules.CALLED,
        class_code=call.kind,
        place=call.region_path,
        on=local(at).date(),
    )
    limit = Limit(row.amount, Unit(row.unit)) if row else rules.FALLBACK[rules.CALLED]
    hours = calendar.hours(place=call.region_path, on=local(at).date())
    ends = due(limit, since=at, calendar=calendar.calendar(at), hours=hours)
    return Clock(limit, ends, row.clause_id if row else None)


def waiting(*, actor: Actor, at: datetime) -> list[tuple[WhistleCall, str]]:
    """Return the open calls that wait for an act of this person, each with the act.

    A called body is to report in, then to end its part; the street is to end what all have ended.
    """
    rows = WhistleCall.objects.visible_to(actor).filter(state=CallState.CALLED)
    held = list(rows.order_by("answer_due_at")[:MOST])
    by_call = parts_of(held, actor=actor)
    found = [(call, _waits(call, by_call[call.pk], actor=actor)) for call in held]
    return [(call, verb) for call, verb in found if verb]


def _waits(call: WhistleCall, held: Iterable[WhistlePart], *, actor: Actor) -> str:
    mine = set(acting_bodies(call, actor=actor))
    own = [part for part in held if part.body_id in mine]
    if any(part.reported_at is None for part in own):
        return "report_in"
    if any(part.done_at is None for part in own):
        return "finish"
    is_done = all(part.done_at is not None for part in held)
    return "end" if is_done and STREET & actor.roles_on(call) else ""


def unassessed(call: WhistleCall, held: Iterable[WhistlePart]) -> list[WhistlePart]:
    """Return the parts of a call that can be assessed and were not."""
    is_ended = call.state == CallState.ENDED
    return [p for p in held if p.assessed_at is None and (is_ended or p.done_at is not None)]


def is_missing(body: UUID, call: WhistleCall, *, actor: Actor, at: datetime) -> bool:
    """Answer whether a called body did not report in within the limit."""
    rows = WhistlePart.objects.visible_to(actor).filter(call=call, body_id=body)
    came = Q(reported_at__lte=call.answer_due_at)
    return call.answer_due_at < at and rows.exclude(came).exists()


def may_blow(actor: Actor) -> str:
    """Return the street where somebody may whistle, or nothing."""
    held = [grant.path for grant in actor.grants if grant.role in STREET]
    return min((path for path in held if path.count("/") >= rules.STREET_STEPS), default="")

"""The bodies of one matter: who leads, who has a part, who consults (联合处置、会商)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.events import queries
from quanyu.events.models import Consultation, Event, EventStep, JointPart
from quanyu.events.queries import escalating
from quanyu.events.rules import PARTS_OF_A_STREET
from quanyu.events.rules import joint as rules
from quanyu.events.rules.joint import KEPT, LIVE, PartState
from quanyu.events.workflow import EVENT
from quanyu.events.workflow.joint import PART, STATE_WORDS
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import Limit, Unit, due, local
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow import clocks
from quanyu.kernel.workflow.spec import Move
from quanyu.organisations import queries as organisations
from quanyu.organisations.queries import BodyEntry
from quanyu.organisations.rules import BodyKind
from quanyu.regions.rules import ancestry

WHISTLED = ("whistle", "whistle_end")
MOST_TOLD = 100
MOST_OWED = 200


def part(event: Event, part_id: UUID, *, actor: Actor) -> JointPart:
    """Return one part of a matter within reach.

    :raises Denied: if there is none
    """
    found = JointPart.objects.visible_to(actor).select_related("event")
    row = found.filter(event=event, pk=part_id).first()
    if row is None:
        raise Denied
    return row


def parts(event: Event, *, actor: Actor) -> list[JointPart]:
    """Return the parts of a matter, in the order in which they were asked for."""
    found = JointPart.objects.visible_to(actor).select_related("event").filter(event=event)
    return list(found.order_by("asked_at", "id"))


def live(event: Event, *, actor: Actor) -> list[JointPart]:
    """Return the parts of which somebody still owes something."""
    return [one for one in parts(event, actor=actor) if one.state in LIVE]


def offers(row: JointPart, *, actor: Actor) -> list[Move]:
    """Return what this person may do with a part, while its matter is open."""
    return PART.offers(row, actor=actor) if row.event.state in queries.OPEN else []


def state_words(row: JointPart) -> str:
    """Return where a part stands, in the reader's language."""
    return str(STATE_WORDS[PartState(row.state)])


def owed(*, actor: Actor) -> list[tuple[JointPart, str]]:
    """Return the parts that wait for an act of mine, each with the act, what is due first first."""
    rows = JointPart.objects.visible_to(actor).select_related("event")
    mine = Q(body_id__in=actor.bodies, state__in=[PartState.ASKED, PartState.DOING])
    rows = rows.filter(mine | Q(state=PartState.RETURNED), event__state__in=queries.OPEN)
    found = [(row, _meant(row, actor=actor)) for row in rows.order_by("due_at", "id")[:MOST_OWED]]
    return [(row, verb) for row, verb in found if verb]


def _meant(row: JointPart, *, actor: Actor) -> str:
    verbs = {move.verb for move in PART.offers(row, actor=actor)}
    return next((verb for verb in ("acknowledge", "answer", "insist") if verb in verbs), "")


def invited(*, actor: Actor) -> list[Consultation]:
    """Return the meetings to come to which a body of mine is called."""
    if not actor.bodies:
        return []
    rows = Consultation.objects.visible_to(actor).select_related("event")
    rows = rows.filter(ended_at=None, invited__overlap=list(actor.bodies))
    return list(rows.order_by("meets_at", "id")[:MOST_TOLD])


def consultations(event: Event, *, actor: Actor) -> list[Consultation]:
    """Return the meetings on a matter, the newest first."""
    rows = Consultation.objects.visible_to(actor).select_related("event", "clause__document")
    return list(rows.filter(event=event).order_by("-convened_at", "-id"))


def consultation(key: UUID, *, actor: Actor) -> Consultation:
    """Return one meeting within reach.

    :raises Denied: if there is none
    """
    return get(Consultation, key, actor=actor)


def held(key: UUID, *, actor: Actor) -> "QuerySet[Consultation]":
    """Return one meeting within reach once it has minutes, as rows."""
    return Consultation.objects.visible_to(actor).filter(pk=key).exclude(decision="")


def called_to(event: Event, *, actor: Actor) -> set[UUID]:
    """Return the bodies that see a matter besides the one that has it, each for a reason.

    For a part, asked or answered; for a meeting to come; for a whistle call that lasts; and the
    body above the one that has it, if its people were asked to see to it.
    """
    now = {one.body_id for one in parts(event, actor=actor) if one.state in KEPT}
    meetings = consultations(event, actor=actor)
    now |= {body for one in meetings if one.ended_at is None for body in one.invited}
    above = escalating.body_above(event)
    if above in event.shared_with and escalating.was_told_above(event, actor=actor):
        now.add(above)
    return (now | _whistled(event, actor=actor)) - {event.body_id}


def _whistled(event: Event, *, actor: Actor) -> set[UUID]:
    """Return the bodies of the whistle calls that last.

    By the story: whoever has the matter sees the whole of it, and the call itself perhaps not.
    """
    steps = EventStep.objects.visible_to(actor).filter(case=event, verb__in=WHISTLED)
    called: dict[str, list[str]] = {}
    for verb, facts in steps.order_by("number").values_list("verb", "facts"):
        called[str(facts.get("whistle"))] = facts.get("bodies", []) if verb == "whistle" else []
    return {UUID(body) for bodies in called.values() for body in bodies}


def here(event: Event, *, at: datetime) -> list[BodyEntry]:
    """Return the bodies of ours that may be called: seated in the matter's street, or above it."""
    day = local(at).date()
    street = "/".join(event.region_path.split("/")[:PARTS_OF_A_STREET]) + "/"
    above = [path for path in ancestry(event.region_path) if not path.startswith(street)]
    over = [one for one in organisations.bodies_over(above) if one.stands(day)]
    standing = (*over, *organisations.bodies(on=day, place=street))
    return [one for one in standing if one.kind != BodyKind.OUTSIDE]


def limit_in(event: Event, days: int | None, *, since: datetime) -> Limit:
    """Return so many working days for a part; the usual time for None."""
    found, _clause = clocks.limit_of(event, rules.PART, at=since)
    return Limit(days, Unit.WORKING_DAYS) if days else found or rules.USUAL


def due_in(event: Event, limit: Limit, *, body: UUID, since: datetime) -> datetime:
    """Return when a limit is over by the hours of a body."""
    hours = calendar.hours(place=event.region_path, body=body, on=local(since).date())
    return due(limit, since=since, calendar=calendar.calendar(since), hours=hours)


def stood_since(event: Event, *, actor: Actor) -> tuple[datetime, datetime] | None:
    """Return when the matter last stood still and when it went on, or None."""
    running = EVENT.span.runs if EVENT.span else []
    steps = EventStep.objects.visible_to(actor).filter(case=event).order_by("number")
    stood: datetime | None = None
    found: tuple[datetime, datetime] | None = None
    for source, target, moment in steps.values_list("source", "target", "at"):
        if source in running and target not in running:
            stood = moment
        elif stood is not None and target in running:
            found, stood = (stood, moment), None
    return found


def names(keys: Sequence[UUID]) -> list[str]:
    """Return what some bodies are called, in the order given."""
    known = organisations.body_names(sorted(set(keys)))
    return [known[key] for key in keys if key in known]

"""What the desk reads: my work, what hinders an act, what lies near."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Value

from quanyu.events import queries
from quanyu.events.models import Event
from quanyu.events.queries import precedents, standing
from quanyu.events.workflow import BEFORE_DISPATCH, EVENT
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.workflow.spec import Guard, Move
from quanyu.organisations import queries as organisations
from quanyu.organisations.rules import Holder

MOST_WORK = 200
MOST_WAITING = 8
NEAR = 150.0
METRES_A_DEGREE = 111_320.0
NO_DUTY = frozenset(
    {
        "void",
        "refuse",
        "merge",
        "unmerge",
        "close_with",
        "settle_with",
        "ask",
        "answer",
        "go_on",
        "ask_extension",
        "ask_suspension",
        "keep_due",
        "keep_on",
        "review",
        "resume",
        "join",
        "move_lead",
        "convene",
        "reconvene",
        "call_off",
        "force_close",
        "force_with",
        "overrule",
        "overrule_with",
        "hand_outside",
        "take_back",
        "send_back",
        "forward",
        "forward_with",
        "come_back",
        "hand_over",
    }
)
"""Acts that are open but that nobody has to do."""

OF_REPORTERS = frozenset({"rate", "reopen", "appeal"})
"""What reporters do, or who has called them: the list of call-backs asks for it, not my work."""

ASKED_FIRST = frozenset({"nothing_asked", "extension_asked", "suspension_asked"})
ASKED_FIRST |= {"concluded", "was_out", "never_out", "is_theirs", "settled_here", "stayed"}
"""Guards that hinder nobody: there is merely nothing to decide, or something waits already."""

FIRST = (
    "send_out",
    "verify",
    "accept",
    "file",
    "request_verification",
    "conclude",
    "dispatch",
    "insist",
    "take_answer",
    "extend",
    "suspend",
    "suspend_on",
    "acknowledge",
    "handle",
    "check",
    "close",
    "settle",
)
"""Of several acts on one matter, the one that is meant comes first."""

DISPATCHED_ON = [s for s in queries.OPEN if s not in BEFORE_DISPATCH]


@dataclass(frozen=True, slots=True)
class Task:
    """A matter and what I am to do with it (待办)."""

    event: Event
    verb: str


def work(*, actor: Actor) -> list[Task]:
    """Return the matters that wait for an act of mine, what is due first first.

    One query over the states my roles act on; what may be done is reckoned from the rows.
    """
    states = sorted({s for move in EVENT.moves for s in _mine(move, actor)})
    rows = Event.objects.visible_to(actor)
    rows = rows.filter(Q(state__in=states) | Q(asking__in=_decided(actor)))
    found = rows.order_by("next_due_at", "id")[:MOST_WORK]
    tasks = [Task(event, first(event, actor=actor)) for event in found]
    return [task for task in tasks if task.verb]


def _mine(move: Move, actor: Actor) -> Iterable[str]:
    acts = (
        set(move.by) & (actor.roles - {Role.RESIDENT}) and move.verb not in NO_DUTY | OF_REPORTERS
    )
    return move.source if acts and move.verb not in standing.DECIDED_BY else ()


def _decided(actor: Actor) -> list[str]:
    """Return the requests that a role of mine decides."""
    decided = standing.DECIDED_BY
    return [decided[m.verb] for m in EVENT.moves if m.verb in decided and set(m.by) & actor.roles]


def first(event: Event, *, actor: Actor) -> str:
    """Return the act on this matter that is meant for me first, or nothing."""
    verbs = {move.verb for move in queries.offers(event, actor=actor)}
    verbs |= {"send_out"} if may_send_out(event, actor=actor) else set()
    return next((verb for verb in FIRST if verb in verbs), "")


def may_send_out(event: Event, *, actor: Actor) -> bool:
    """Answer whether this person may accept, file and dispatch in one act."""
    verbs = {move.verb for move in queries.offers(event, actor=actor)}
    return bool({"accept", "file"} & verbs) and Role.DISPATCHER in actor.roles_on(event)


def blocked(event: Event, *, actor: Actor) -> list[tuple[Move, Guard]]:
    """Return the moves my role has here, and the guard that stands in the way of each."""
    roles = actor.roles_on(event)
    return [
        (move, guard)
        for move in EVENT.moves
        if event.state in move.source
        and set(move.by) & roles
        and not any(g.name in ASKED_FIRST and not g.check(event, actor) for g in move.guards)
        for guard in move.guards
        if not guard.check(event, actor)
    ]


def awaited(event: Event) -> list[str]:
    """Return the roles of whom an open matter waits for."""
    found = [m for m in EVENT.moves if event.state in m.source and m.verb not in NO_DUTY]
    first_ones = [m.by if m.verb not in OF_REPORTERS else [Role.RESIDENT] for m in found[:1]]
    return list(dict.fromkeys(role for by in first_ones for role in by))


def waiting(*, actor: Actor, without: Iterable[UUID] = ()) -> list[Event]:
    """Return the open matters that I dispatched or handled and that are with others now."""
    rows = Event.objects.visible_to(actor).filter(state__in=DISPATCHED_ON)
    mine = rows.filter(queries.done_by(actor)).exclude(pk__in=list(without))
    return list(mine.order_by("next_due_at", "id")[:MOST_WAITING])


def near(event: Event, *, actor: Actor) -> list[tuple[Event, int]]:
    """Return the open matters within some metres, the nearest first."""
    if event.lon is None or event.lat is None:
        return []
    up = NEAR / METRES_A_DEGREE
    aside = up / max(math.cos(math.radians(event.lat)), 0.01)
    rows = Event.objects.visible_to(actor).filter(
        state__in=queries.OPEN,
        lon__range=(event.lon - aside, event.lon + aside),
        lat__range=(event.lat - up, event.lat + up),
    )
    found = [(other, _metres(event, other)) for other in rows.exclude(pk=event.pk)[:50]]
    return sorted((f for f in found if f[1] <= NEAR), key=lambda f: (f[1], f[0].pk))[:6]


def _metres(one: Event, other: Event) -> int:
    pairs = (one.lon, one.lat, other.lon, other.lat)
    a, b, c, d = (value or 0.0 for value in pairs)
    east = (c - a) * math.cos(math.radians(b))
    return round(math.hypot(east, d - b) * METRES_A_DEGREE)


def beside(event: Event, *, actor: Actor) -> tuple[str, str]:
    """Return the numbers of the open matters that are due before and after this one, or ""."""
    due, key = event.next_due_at, event.pk
    if due is None or event.state not in queries.OPEN:
        return "", ""
    rows = Event.objects.visible_to(actor).filter(state__in=queries.OPEN)
    earlier = rows.filter(Q(next_due_at__lt=due) | Q(next_due_at=due, id__lt=key))
    later = rows.filter(Q(next_due_at__gt=due) | Q(next_due_at=due, id__gt=key))
    before = earlier.order_by("-next_due_at", "-id").annotate(side=Value("before"))
    after = later.order_by("next_due_at", "id").annotate(side=Value("after"))
    both = before.values_list("side", "number")[:1].union(after.values_list("side", "number")[:1])
    found = dict(both)
    return found.get("before", ""), found.get("after", "")


def holders(event: Event, class_code: str, *, at: datetime) -> list[Holder]:
    """Return the bodies that answer for a class where the matter lies, the first first."""
    return precedents.holders(event, class_code, at=at)


def body_names(events: Sequence[Event], *more: UUID | None) -> Mapping[UUID, str]:
    """Return what the bodies of these matters are called, in one query."""
    keys = {event.body_id for event in events if event.body_id} | {key for key in more if key}
    return organisations.body_names(sorted(keys)) if keys else {}


def bodies_in(steps: Sequence[Any]) -> list[UUID]:
    """Return the bodies that the facts of some steps name."""
    named = (step.facts.get("body") for step in steps)
    return [UUID(key) for key in named if key]


def is_placed(event: Event) -> bool:
    """Answer whether a matter lies in a community at least."""
    return event.region_path.count("/") > 4


def last_verb(steps: Sequence[Any], verb: str) -> Any:
    """Return the newest step of a verb, or None; the steps come newest first."""
    return next((step for step in steps if step.verb == verb), None)

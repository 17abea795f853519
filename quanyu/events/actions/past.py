"""Another system's matters, brought in as the history they are (历史事项导入)."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from quanyu.events.actions.common import SIGNS
from quanyu.events.engine.past import Past
from quanyu.events.models import YEARS, Event, EventStep, Origin
from quanyu.events.queries import past as queries
from quanyu.events.queries.past import Ground
from quanyu.events.rules import seconds_left
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.audit.actions import build, record
from quanyu.kernel.calendar.rules import Unit, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.rules import FADED
from quanyu.kernel.workflow.storage import keep_all

TOPIC = "event.import"
RUN = "event.import_run"
MARK = "events.origin.mark"
ONE_AT_A_TIME = 0x9A57
CLOCK = (
    *("due_at", "due_told_at", "span_since", "span_amount"),
    *("span_left", "span_resumed_at", "span_resumed_left"),
)


@dataclass
class Taken:
    """What became of the rows of one batch, or of a whole file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    """Numbers that were worked on here since: they are ours now, and the file changes nothing."""
    without_words: int = 0
    """New or changed, without words: those were kept to their end, or are not wanted."""
    ending: int = 0
    """Brought in with words that tonight's purge will erase."""

    def add(self, other: "Taken") -> None:
        """Count another batch too."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.kept += other.kept
        self.without_words += other.without_words
        self.ending += other.ending


@dataclass(frozen=True, slots=True)
class Order:
    """How the rows of one batch are taken in, and by whom."""

    source: str
    ground: Ground
    texts: str
    actor: Actor
    at: datetime


@transaction.atomic
def take_past(
    *, rows: Sequence[Past], source: str, ground: Ground, texts: str, actor: Actor, at: datetime
) -> Taken:
    """Bring in matters that another system had: their rows, their stories and one record for each.

    A matter that stands already as the file tells it is left alone; one that the file tells
    otherwise is changed, unless somebody has worked on it here. Nothing is announced: it is past.

    :param texts: ``law`` leaves out the words of what was closed longer ago than words are kept,
        ``keep`` brings them in until the nightly purge, ``none`` brings in none at all
    :raises Denied: if the actor is not the system
    """
    order = Order(source, ground, texts, actor, at)
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    held = queries.held(order.source, [row.number for row in rows], actor=actor)
    new = [row for row in rows if row.number not in held]
    told = [row for row in rows if row.number in held and not _is_same(held[row.number], row)]
    told.sort(key=lambda row: held[row.number].event_id)  # the matters are locked in this order
    taken = Taken(new=len(new), unchanged=len(rows) - len(new) - len(told))
    _write(new, order, taken)
    for row, path in zip(told, queries.paths(told, order.ground), strict=True):
        _change(row, path, held[row.number], order, taken)
    return taken


@transaction.atomic
def end_run(*, source: str, facts: dict[str, object], actor: Actor, at: datetime) -> None:
    """Write down a whole run of an import: which file by which mapping, and what became of it."""
    record(RUN, f"events.origin:{source}", actor=actor, at=at, facts=facts)


# ------------------------------------------------------------------ new ones


def _write(new: Sequence[Past], order: Order, taken: Taken) -> None:
    steps: list[EventStep] = []
    events, origins, records = [], [], []
    # By position, as rows come out of the database: by name it takes three times as long.
    blank = {field.attname: field.get_default() for field in Event._meta.concrete_fields}
    for row, path in zip(new, queries.paths(new, order.ground), strict=True):
        number = _number(order.source, row)
        told = {"id": uuid7(), "number": number, **_values(row, path, order, taken)}
        values: Any = (blank | told).values()
        event = Event(*values)
        story = _story(event, row, order)
        event.version = len(story)
        origin = _origin(event, row, order)
        events.append(event)
        origins.append(origin)
        steps += story
        records.append(_recorded(event, origin, bytes(story[0].salt), order))
    for kind in (events, steps, origins):
        keep_all(kind)
    keep_all(records)


def _values(row: Past, path: str, order: Order, taken: Taken) -> dict[str, Any]:
    """Return what a row of the file sets of a matter."""
    is_over = row.closed is not None and row.closed <= order.at - timedelta(days=YEARS)
    is_worded = order.texts == "keep" or (order.texts == "law" and not is_over)
    taken.without_words += not is_worded
    taken.ending += is_worded and is_over
    return {
        "region_path": path,
        "body_id": order.ground.bodies.get(row.body_code),
        "state": State.CLOSED if row.closed else State.REPORTED,
        "state_since": row.closed or row.opened,
        "channel": row.channel,
        "category": row.class_code,
        "is_urgent": _is_urgent(row.class_code, order),
        "reported_at": row.opened,
        "closed_at": row.closed,
        **(_words(row) if is_worded else _no_words(row, is_kept=order.texts == "law")),
        **_clock(row, order),
    }


def _words(row: Past) -> dict[str, Any]:
    return {
        "title": row.title,
        "text": row.text,
        "address": row.address,
        "lon": row.lon,
        "lat": row.lat,
        "outcome": row.outcome,
    }


def _no_words(row: Past, *, is_kept: bool) -> dict[str, Any]:
    """Return what stands where the words would: what the purge leaves, or the class alone."""
    gone = {"address": "", "lon": None, "lat": None}
    if is_kept:
        return gone | {
            "title": FADED,
            "text": FADED,
            "outcome": FADED if row.outcome else "",
        }
    return gone | {"title": row.class_said[:60], "text": "", "outcome": ""}


def _clock(row: Past, order: Order) -> dict[str, Any]:
    """Return the span's clock: the end that was promised holds, to the second; nobody is nagged.

    A closed one stands still with what was left, less than nothing when it was late; an open one
    runs on to its end when it is handed out here.
    """
    if row.due is None:
        return dict.fromkeys(CLOCK) | {"span_unit": ""}
    whole = seconds_left(row.due, at=row.opened)
    is_late = row.closed is None and row.due < order.at
    left = seconds_left(row.due, at=row.closed) if row.closed else None
    ends = (row.due, order.at if is_late else None, row.opened)
    return dict(zip(CLOCK, (*ends, max(0, whole // 60), left, row.opened, whole), strict=True)) | {
        "span_unit": Unit.MINUTES.value
    }


def _is_urgent(class_code: str, order: Order) -> bool:
    entry = codes.class_of(class_code, on=local(order.at).date()) if class_code else None
    return entry is not None and (entry.has("safety") or entry.has("emergency"))


def _story(event: Event, row: Past, order: Order) -> list[EventStep]:
    """Return the acts that a file tells: it came in, and it was closed."""
    facts = _came(event, row, order)
    told = [_step(event, 1, "start", "", State.REPORTED, row.opened, facts)]
    if row.closed is not None:
        said = facts | ({"outcome": event.outcome} if facts and event.outcome else {})
        told.append(_step(event, 2, "close", State.REPORTED, State.CLOSED, row.closed, said))
    return told


def _came(event: Event, row: Past, order: Order) -> dict[str, object]:
    """Return what a line of the story says of where it came from; nothing once words are gone."""
    gone = event.text == FADED
    return {} if gone else {"imported": order.source, "number": row.number}


def _step(
    event: Event,
    number: int,
    verb: str,
    source: str,
    target: str,
    at: datetime,
    facts: dict[str, object],
) -> EventStep:
    return EventStep(
        case_id=event.pk,
        number=number,
        verb=verb,
        source=source,
        target=target,
        actor_kind=ActorKind.SYSTEM.value,
        role=Role.SYSTEM.value,
        at=at,
        facts=facts,
        salt=os.urandom(16),
    )


def _origin(event: Event, row: Past, order: Order) -> Origin:
    return Origin(
        event_id=event.pk,
        source=order.source,
        number=row.number,
        class_said=row.class_said,
        body_said=row.body_said,
        place_said=row.place_said,
        mark=_mark(row),
        version=event.version,
        taken_at=order.at,
    )


def _recorded(
    event: Event, origin: Origin, salt: bytes, order: Order, changed: Sequence[str] = ()
) -> Any:
    facts = {"source": origin.source, "number": origin.number, "mark": bytes(origin.mark).hex()}
    return build(
        TOPIC, event, actor=order.actor, at=order.at, changed=changed, facts=facts, salt=salt
    )


def _mark(row: Past) -> bytes:
    """Return the keyed hash of a row: without the key nobody guesses words back from it."""
    return ring().digest(row.parts(), column=MARK)


def _is_same(held: Origin, row: Past) -> bool:
    return bytes(held.mark) in ring().digests(row.parts(), column=MARK)


def _number(source: str, row: Past) -> str:
    """Return a number for the desk that is the same at every try."""
    chance = hashlib.sha256(f"{source}\0{row.number}".encode()).digest()
    signs = "".join(SIGNS[byte % len(SIGNS)] for byte in chance[:8])
    return f"{local(row.opened):%y%m%d}-{signs}"


# ------------------------------------------------------------------ what the file tells otherwise


def _change(row: Past, path: str, held: Origin, order: Order, taken: Taken) -> None:
    event = get(Event, held.event_id, actor=order.actor, lock=True)
    if event.version != held.version:
        taken.kept.append(row.number)
        return
    taken.changed += 1
    values = _values(row, path, order, taken)
    changed = [name for name in values if getattr(event, name) != values[name]]
    source = event.state
    for name, value in values.items():
        setattr(event, name, value)
    event.version += 1
    event.save()
    fresh = _origin(event, row, order)
    fresh.pk, fresh.version = held.pk, event.version
    fresh.save(force_update=True)
    step = _step(
        event,
        event.version,
        "import",
        source,
        event.state,
        order.at,
        _came(event, row, order) | ({"outcome": event.outcome} if event.text != FADED else {}),
    )
    step.save(force_insert=True)
    _recorded(event, fresh, bytes(step.salt), order, changed).save(force_insert=True)

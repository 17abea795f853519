"""What is handled together with another matter, and what its reporter may know of it (并案)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, Subquery

from quanyu.events import queries
from quanyu.events.models import Event
from quanyu.events.rules import side
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Invalid

SEEN = "SELECT state, body_id, due_at FROM event_main_of(%s)"


@dataclass(frozen=True, slots=True)
class Main:
    """What the reporter of a merged matter may know of the main one: no word of anybody."""

    state: str
    body_id: UUID | None
    due_at: datetime | None


def key_of(number: str, *, actor: Actor) -> UUID:
    """Return the key of the matter of that number within reach.

    :raises Invalid: if there is none
    """
    rows = Event.objects.visible_to(actor).filter(number=number.strip().upper())
    key: UUID | None = rows.values_list("id", flat=True).first()
    if key is None:
        raise Invalid(side.NO_MAIN, field="main", value=number)
    return key


def is_open(event: Event) -> bool:
    """Answer whether a matter is under way."""
    return event.state in queries.OPEN


def has_merged(event: Event, *, actor: Actor) -> bool:
    """Answer whether others are handled together with this one."""
    return Event.objects.visible_to(actor).filter(merged_into=event).exists()


def merged_with(main: UUID, *, actor: Actor) -> list[UUID]:
    """Return the matters that wait for this one to end."""
    rows = Event.objects.visible_to(actor).filter(merged_into=main, state=State.MERGED)
    return list(rows.order_by("id").values_list("id", flat=True))


def forced_with(main: UUID, *, actor: Actor) -> list[UUID]:
    """Return the matters that were ended unsolved with this one, and have stayed so."""
    rows = Event.objects.visible_to(actor).filter(merged_into=main, state=State.FORCED)
    return list(rows.order_by("id").values_list("id", flat=True))


def counted(number: str, *, actor: Actor) -> tuple[Event, int]:
    """Return the matter of that number, and how many reports are handled together with it.

    :raises Denied: if there is none within reach
    """
    visible = Event.objects.visible_to(actor)
    others = visible.filter(merged_into=OuterRef("pk")).order_by().values("merged_into")
    count = Subquery(others.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    event = visible.filter(number=number).annotate(merged_count=count).first()
    if event is None:
        raise Denied
    return event, event.merged_count or 0


def number_of(event: Event, *, actor: Actor) -> str:
    """Return the number of the main matter; one out of reach shows none."""
    if event.merged_into_id is None:
        return ""
    rows = Event.objects.visible_to(actor).filter(pk=event.merged_into_id)
    return rows.values_list("number", flat=True).first() or ""


def seen(event: Event) -> Main | None:
    """Return how the main matter stands, for the reporter of a merged one.

    The owner's function gives state, body and due time of that one row and nothing else.
    """
    if event.state != State.MERGED:
        return None
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [event.pk])
        row = cursor.fetchone()
    return Main(*row) if row else None

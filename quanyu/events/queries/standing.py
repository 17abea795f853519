"""What stands still, until when, and for how long it has (挂账)."""

from datetime import date, datetime
from uuid import UUID

from quanyu.events.models import Event
from quanyu.events.rules import side
from quanyu.events.workflow import STANDING, State
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local

MOST_WOKEN = 200
DECIDED_BY = {"extend": side.Asking.EXTENSION, "suspend": side.Asking.SUSPENSION}
"""The act that grants each request; it stands on the list of whom it waits for."""

AWAY = (State.SUSPENDED, State.REVIEWING)


def due(*, actor: Actor, at: datetime) -> list[UUID]:
    """Return what stands still and whose day has come."""
    rows = Event.objects.visible_to(actor).filter(state__in=STANDING, stands_until__lte=at)
    return list(rows.order_by("stands_until", "id").values_list("id", flat=True)[:MOST_WOKEN])


def suspended_days(event: Event, *, on: date) -> int:
    """Return how many days a matter has been suspended in all, up to a day."""
    running = side.days_between(local(event.state_since).date(), on) if event.state in AWAY else 0
    return event.suspended_days + running

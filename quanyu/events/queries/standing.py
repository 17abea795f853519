"""What stands still, until when, and for how long it has (挂账)."""

from datetime import date, datetime
from uuid import UUID

from quanyu.events.models import Event, EventStep
from quanyu.events.rules import side
from quanyu.events.workflow import STANDING, State
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import due as due_by
from quanyu.kernel.calendar.rules import local, moment_of, next_working_moment
from quanyu.kernel.workflow import clocks

MOST_WOKEN = 200
DECIDED_BY = {"extend": side.Asking.EXTENSION, "suspend": side.Asking.SUSPENSION}
"""The act that grants each request; it stands on the list of whom it waits for."""

AWAY = (State.SUSPENDED, State.REVIEWING)


SAYS_DAY = ("suspend", "suspend_on")
"""The acts whose story says until which day a matter stands."""


def until(event: Event, *, actor: Actor) -> datetime | None:
    """Return until when what stands still does so, by the calendar as it is now.

    A review waits for the first working day from the day that was promised on; an answer for as
    long as it was given.
    """
    if event.state == State.SUSPENDED:
        day = _chosen(event, actor=actor)
        return review_on(day) if day else event.stands_until
    limit, _clause = clocks.limit_of(event, side.ANSWER, at=event.state_since)
    since = event.state_since
    given = limit or side.FALLBACK[side.ANSWER]
    return due_by(given, since=since, calendar=calendar.calendar(since))


def review_on(day: date) -> datetime:
    """Return the beginning of the first working day from this one on: on others nobody decides."""
    begin = moment_of(day, 0)
    opens = next_working_moment(begin, calendar=calendar.calendar(begin))
    return moment_of(opens.date(), 0)


def moved(*, since: date, actor: Actor) -> list[Event]:
    """Return what stands still until another moment by the calendar as it is now.

    :param since: the first date that has changed
    """
    rows = Event.objects.visible_to(actor).filter(
        state__in=STANDING, stands_until__gte=moment_of(since, 0)
    )
    found = rows.order_by("id").iterator(chunk_size=1_000)
    return [event for event in found if until(event, actor=actor) != event.stands_until]


def _chosen(event: Event, *, actor: Actor) -> date | None:
    steps = EventStep.objects.visible_to(actor).filter(case=event, verb__in=SAYS_DAY)
    facts = steps.order_by("-number").values_list("facts", flat=True).first() or {}
    said = facts.get("review_date", "")
    return date.fromisoformat(said) if said else None


def due(*, actor: Actor, at: datetime) -> list[UUID]:
    """Return what stands still and whose day has come."""
    rows = Event.objects.visible_to(actor).filter(state__in=STANDING, stands_until__lte=at)
    return list(rows.order_by("stands_until", "id").values_list("id", flat=True)[:MOST_WOKEN])


def suspended_days(event: Event, *, on: date) -> int:
    """Return how many days a matter has been suspended in all, up to a day."""
    running = side.days_between(local(event.state_since).date(), on) if event.state in AWAY else 0
    return event.suspended_days + running

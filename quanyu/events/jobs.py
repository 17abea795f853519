"""What follows an act, and what the clock brings."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.events import actions, queries, rules
from quanyu.events.queries import hot, standing, telling
from quanyu.events.workflow import EVENT
from quanyu.kernel.access.rules import system
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.jobs.rules import Listener, every, on

TOLD = ("acknowledge", "handle", *rules.AUDIENCES)


@on("event.start")
def suggest_class(case: UUID, at: datetime) -> None:
    """Set down which class the words of the report speak for."""
    worker = system(settings.QUANYU_CITY, job="events.suggest_class")
    actions.suggest(event_id=case, actor=worker, at=at)


@every("* * * * * 10")
def escalate(at: datetime) -> None:
    """Announce every clock that has run out since, once each."""
    worker = system(settings.QUANYU_CITY, job="events.escalate")
    for clock in ("stage", "span"):
        for key in queries.overdue(clock=clock, actor=worker, at=at):
            actions.tell_overdue(event_id=key, clock=clock, actor=worker, at=at)


@every("*/5 * * * * 20")
def wake(at: datetime) -> None:
    """Have what was suspended until today wait for a decision."""
    worker = system(settings.QUANYU_CITY, job="events.wake")
    for key in standing.due(actor=worker, at=at):
        actions.wake(event_id=key, actor=worker, at=at)


@on("calendar.change")
def find_moved(case: UUID, at: datetime) -> None:
    """Find the matters whose end is another since a year or a day was set."""
    worker = system(settings.QUANYU_CITY, job="events.find_moved")
    since = calendar.first_changed(case)
    if since is not None:
        actions.announce_moved(since=since, actor=worker, at=at)


@on("event.moved_by_calendar")
def recount_due(case: UUID, at: datetime) -> None:
    """Set the end of one matter by the calendar as it is now, and say so in its story."""
    worker = system(settings.QUANYU_CITY, job="events.recount_due")
    actions.recount_due(event_id=case, actor=worker, at=at)


@every("40 3 * * * 0")
def forget_keys(at: datetime) -> None:
    """Delete the idempotency keys whose day is over."""
    actions.forget_keys(at=at)


@every("5 * * * * 0")
def publish(at: datetime) -> None:
    """Refresh the figures of the residents' page."""
    worker = system(settings.QUANYU_CITY, job="events.publish")
    actions.refresh_figures(actor=worker, at=at)


@every("*/10 * * * * 40")
def warn(at: datetime) -> None:
    """Tell whoever has a matter that it is soon due, once."""
    worker = system(settings.QUANYU_CITY, job="events.warn")
    for key, due in telling.soon(actor=worker, at=at):
        actions.tell(event_id=key, verb="soon", since=at, occasion=due, actor=worker, at=at)


@every("20 2 * * * 0")
def find_hot(at: datetime) -> None:
    """Find where more matters of a kind have piled up than usual, and how many may be twins."""
    from quanyu.events.engine.repeats import repeats

    worker = system(settings.QUANYU_CITY, job="events.find_hot")
    found = hot.piled_up(actor=worker, at=at)
    told = {
        (one.place, one.category): [
            (row.text, row.reported_at.timestamp(), row.lon, row.lat)
            for row in hot.reports(one, actor=worker, at=at)
        ]
        for one in found.hot
    }
    counts = {key: repeats(rows) for key, rows in told.items()}
    actions.keep_hot(found=found, repeats=counts, actor=worker, at=at)


def _telling(verb: str) -> Listener:
    def tell(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"events.tell_{verb}")
        actions.tell(event_id=case, verb=verb, since=at, actor=worker, at=timezone.now())

    tell.__name__ = tell.__qualname__ = f"tell_{verb}"
    return tell


TELLS = {
    verb: on(f"{EVENT.name}.{verb}", is_news=True)(_telling(verb))
    for verb in (*TOLD, EVENT.escalates)
}
"""One listener a verb that somebody is told of, or that settles what they were told."""

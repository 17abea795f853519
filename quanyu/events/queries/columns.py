"""What the filters of a list keep, column by column (筛选条件)."""

from datetime import date, datetime, time, timedelta
from functools import reduce
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.functions import Collate
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from quanyu.events.queries import figures
from quanyu.events.rules import SOON, Filters
from quanyu.events.workflow import EVENT, STANDING, State
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.calendar import queries as days
from quanyu.kernel.calendar import rules as calendar
from quanyu.organisations import queries as organisations

OPEN = [state for state in State if state in EVENT.owed or state in STANDING]
"""States in which somebody still has something to do, or waits."""

ENDED = [state for state in State if state not in OPEN]

DUE = ("late", "soon", "today", "days")
"""What a list may ask of the time at which something is due."""

NOBODY = UUID(int=0)

LAST_SIGN = "\U0010ffff"
"""After every other sign: what begins with a code stands before the code with this one."""


def kept(filters: Filters, *, actor: Actor, at: datetime) -> Q:
    """Return the condition that the columns of a matter are as the filters say."""
    said = [
        _by_state(filters.state, actor=actor, at=at),
        within(filters.place) if filters.place else Q(),
        of_class(filters.category),
        Q(body_id=filters.body) if filters.body else Q(),
        _of_unit(filters.unit),
        Q(channel=filters.channel) if filters.channel else Q(),
        _by_due(filters.due, at=at),
        figures.behind(filters, at=at),
        Q(is_urgent=True) if filters.urgent else Q(),
        reported(filters.since, filters.until),
    ]
    return reduce(Q.__and__, said, Q())


def is_open(filters: Filters) -> bool:
    """Answer whether the filters keep open matters alone."""
    return filters.state in {"open", "late", *OPEN} or filters.due in DUE


def within(place: str) -> Q:
    """Return the condition that a matter lies in a place."""
    return Q(region_path__gte=place, region_path__lt=upper(place))


def of_class(code: str) -> Q:
    """Return the condition that a matter is of a class or of one below it.

    A range and not LIKE: under row security an index serves only comparisons that cannot leak.
    """
    if not code:
        return Q()
    column = Collate(F("category"), "C")
    end = f"{code}{LAST_SIGN}"
    return Q(GreaterThanOrEqual(column, Value(code))) & Q(LessThan(column, Value(end)))


def _of_unit(said: str) -> Q:
    """Return the condition that a body called so has a matter.

    By keys and not by a join: under row security an index serves only comparisons that cannot leak.
    """
    return Q(body_id__in=organisations.keys_called(said) or [NOBODY]) if said.strip() else Q()


def reported(since: date | None, until: date | None) -> Q:
    """Return the condition that a matter came in on these days, by the clock of the city."""
    found = Q(reported_at__gte=_midnight(since)) if since else Q()
    if until is None or until == date.max:
        return found
    return found & Q(reported_at__lt=_midnight(until + timedelta(days=1)))


def done_by(actor: Actor) -> Q:
    """Return the condition that this person dispatched or handled a matter."""
    return Q(dispatched_by__contains=[actor.id]) | Q(handled_by__contains=[actor.id])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=calendar.ZONE)


def _by_state(state: str, *, actor: Actor, at: datetime) -> Q:
    known = {
        "open": Q(state__in=OPEN),
        "ended": Q(state__in=ENDED),
        "late": Q(next_due_at__lt=at),
        "mine": done_by(actor),
        "": Q(),
    }
    return known[state] if state in known else Q(state=state)


def _by_due(due: str, *, at: datetime) -> Q:
    tomorrow = calendar.local(at).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    ends = {
        "soon": lambda: _within_working(SOON, at=at),
        "today": lambda: tomorrow,
        "days": lambda: tomorrow + timedelta(days=2),
    }
    if due in ends:
        return Q(next_due_at__gte=at, next_due_at__lt=ends[due]())
    return Q(next_due_at__lt=at) if due == "late" else Q()


def _within_working(length: timedelta, *, at: datetime) -> datetime:
    """Return the moment so much working time from now, by the hours of the city."""
    return calendar.add_working_seconds(
        at,
        int(length.total_seconds()),
        calendar=days.calendar(at),
        hours=days.hours(on=calendar.local(at).date()),
    )

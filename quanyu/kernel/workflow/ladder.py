"""When each rung of a ladder is due, and which are due now. No database, no clock (逐级提醒)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from quanyu.kernel.calendar.rules import (
    OFFICE,
    Hours,
    Limit,
    Unit,
    WorkCalendar,
    add_working_seconds,
    before,
    due,
    remaining,
)
from quanyu.kernel.codes.rules.rungs import BEFORE, SHARE, RungEntry


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as the rungs are reckoned from it: how long it was given, and when it ends."""

    limit: Limit
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """One rung and when it is due (某一步的时间)."""

    rung: RungEntry
    at: datetime

    @property
    def number(self) -> int:
        """Return which rung it is."""
        return self.rung.number


def moments(
    rungs: Iterable[RungEntry],
    clock: Clock,
    *,
    calendar: WorkCalendar,
    hours: Hours = OFFICE,
) -> tuple[Moment, ...]:
    """Return when each rung is due, in the order of the ladder and of time.

    A reminder that would come before the clock begins is left out, who just got it knows; and so
    is one that would come when it is late. A rung that the one below it would overtake waits.
    """
    found: list[Moment] = []
    for rung in rungs:
        at = _moment(rung, clock, calendar=calendar, hours=hours)
        at = max(at, found[-1].at) if found else at
        if rung.side != BEFORE or clock.since < at < clock.due:
            found.append(Moment(rung, at))
    return tuple(found)


def ahead(found: Sequence[Moment], *, climbed: int) -> tuple[Moment, ...]:
    """Return the rungs that are still to come after the last that was told."""
    return tuple(moment for moment in found if moment.number > climbed)


def reached(found: Sequence[Moment], *, climbed: int, at: datetime) -> tuple[Moment, ...]:
    """Return the rungs to be told now: those passed since the last one.

    Once it is late nobody is told that it is soon due; of several reminders before the end the
    last one is enough. That happens when the worker stood still, or a clock goes on.
    """
    passed = [moment for moment in ahead(found, climbed=climbed) if moment.at < at]
    late = [moment for moment in passed if moment.rung.side != BEFORE]
    return tuple(late or passed[-1:])


def _moment(rung: RungEntry, clock: Clock, *, calendar: WorkCalendar, hours: Hours) -> datetime:
    if rung.unit == SHARE:
        return _share(rung.amount, clock, calendar=calendar, hours=hours)
    limit = Limit(rung.amount, Unit(rung.unit))
    if rung.side == BEFORE:
        return before(limit, end=clock.due, calendar=calendar, hours=hours)
    if rung.amount == 0:
        return clock.due
    return due(limit, since=clock.due, calendar=calendar, hours=hours)


def _share(percent: int, clock: Clock, *, calendar: WorkCalendar, hours: Hours) -> datetime:
    """Return when so much of the limit is left: of the limit as it was given, without what was
    added to it since.
    """
    unit = clock.limit.unit
    end = due(clock.limit, since=clock.since, calendar=calendar, hours=hours)
    whole = remaining(end, at=clock.since, unit=unit, calendar=calendar, hours=hours)
    left = whole * percent // 100
    if unit.is_working:
        return add_working_seconds(clock.due, -left, calendar=calendar, hours=hours)
    return clock.due - timedelta(seconds=left)

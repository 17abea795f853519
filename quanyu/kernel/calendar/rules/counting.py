"""Working days and working time: add them, measure them, and say when a limit runs out."""

from datetime import date, datetime, timedelta
from typing import Final

from quanyu.kernel.calendar.rules.days import (
    MIDNIGHT,
    OFFICE,
    ONE_DAY,
    Hours,
    Window,
    WorkCalendar,
    local,
    moment_of,
    stretches,
    windows_on,
)
from quanyu.kernel.calendar.rules.units import Limit, Unit

NOTHING: Final = timedelta(0)
_SECONDS: Final = {
    Unit.MINUTES: 60,
    Unit.WORKING_MINUTES: 60,
    Unit.WORKING_HOURS: 3600,
    Unit.HOURS: 3600,
}


def add_working_days(start: date, amount: int, *, calendar: WorkCalendar) -> date:
    """Return the ``amount``-th working day after ``start``; the start day is not counted."""
    end, left = start, amount
    while left > 0:
        end += ONE_DAY
        left -= calendar.is_working(end)
    return end


def working_days_between(first: date, last: date, *, calendar: WorkCalendar) -> int:
    """Return how many working days lie after ``first`` and up to ``last``."""
    span = range(1, (last - first).days + 1)
    return sum(calendar.is_working(first + timedelta(days=n)) for n in span)


# ------------------------------------------------------------ working time


def working_time(
    begin: datetime, end: datetime, *, calendar: WorkCalendar, hours: Hours = OFFICE
) -> timedelta:
    """Return the working time between two moments, negative when they run backwards."""
    begin, end = local(begin), local(end)
    if end < begin:
        return -working_time(end, begin, calendar=calendar, hours=hours)
    total, day = NOTHING, begin.date()
    while day <= end.date():
        for opens, shuts in stretches(day, calendar=calendar, hours=hours):
            total += max(min(shuts, end) - max(opens, begin), NOTHING)
        day += ONE_DAY
    return total


def working_seconds(
    begin: datetime, end: datetime, *, calendar: WorkCalendar, hours: Hours = OFFICE
) -> int:
    """Return the whole working seconds between two moments, negative when they run backwards."""
    return round(working_time(begin, end, calendar=calendar, hours=hours).total_seconds())


def next_working_moment(
    moment: datetime, *, calendar: WorkCalendar, hours: Hours = OFFICE
) -> datetime:
    """Return ``moment`` if the unit is at work then, otherwise when it opens next."""
    moment = local(moment)
    day = moment.date()
    while True:
        for opens, shuts in stretches(day, calendar=calendar, hours=hours):
            if moment <= shuts:
                return max(moment, opens)
        day += ONE_DAY


def add_working_seconds(
    start: datetime, seconds: int, *, calendar: WorkCalendar, hours: Hours = OFFICE
) -> datetime:
    """Return the moment ``seconds`` of working time after ``start`` (before it, if negative)."""
    left, start = timedelta(seconds=seconds), local(start)
    if left < NOTHING:
        return _back(start, -left, calendar=calendar, hours=hours)
    moment = next_working_moment(start, calendar=calendar, hours=hours)
    day = moment.date()
    while True:
        for opens, shuts in stretches(day, calendar=calendar, hours=hours):
            begin = max(opens, moment)
            if begin + left <= shuts:
                return begin + left
            left -= max(shuts - begin, NOTHING)
        day += ONE_DAY


def _back(start: datetime, left: timedelta, *, calendar: WorkCalendar, hours: Hours) -> datetime:
    day = start.date()
    while True:
        for opens, shuts in reversed(list(stretches(day, calendar=calendar, hours=hours))):
            end = min(shuts, start)
            if end - left >= opens:
                return end - left
            left -= max(end - opens, NOTHING)
        day -= ONE_DAY


# ------------------------------------------------------------------ limits


def due(
    limit: Limit, *, since: datetime, calendar: WorkCalendar, hours: Hours = OFFICE
) -> datetime:
    """Return the moment the limit runs out; acting at that very moment is in time."""
    since = local(since)
    if limit.unit is Unit.WORKING_DAYS:
        return _due_in_days(limit.amount, since, calendar=calendar, hours=hours)
    if limit.unit is Unit.DAYS:
        return since + timedelta(days=limit.amount)
    seconds = limit.amount * _SECONDS[limit.unit]
    if limit.unit.is_working:
        return add_working_seconds(since, seconds, calendar=calendar, hours=hours)
    return since + timedelta(seconds=seconds)


def before(
    limit: Limit, *, end: datetime, calendar: WorkCalendar, hours: Hours = OFFICE
) -> datetime:
    """Return the moment so much before ``end``: of working days, the same time of day earlier."""
    end = local(end)
    if limit.unit is Unit.DAYS:
        return end - timedelta(days=limit.amount)
    if limit.unit is not Unit.WORKING_DAYS:
        seconds = limit.amount * _SECONDS[limit.unit]
        if limit.unit.is_working:
            return add_working_seconds(end, -seconds, calendar=calendar, hours=hours)
        return end - timedelta(seconds=seconds)
    day, left = end.date(), limit.amount
    while left > 0:
        day -= ONE_DAY
        left -= calendar.is_working(day)
    windows = windows_on(day, calendar=calendar, hours=hours)
    return _clamp(datetime.combine(day, end.timetz()), windows) if limit.amount else end


def _due_in_days(amount: int, since: datetime, *, calendar: WorkCalendar, hours: Hours) -> datetime:
    """Return the same time of day ``amount`` working days later, within working hours.

    What begins on a rest day has the last counted day until it shuts: were the time of day kept,
    a limit begun on Saturday morning would run out before one begun on Friday night.
    """
    if amount == 0:
        return next_working_moment(since, calendar=calendar, hours=hours)
    end = add_working_days(since.date(), amount, calendar=calendar)
    windows = windows_on(end, calendar=calendar, hours=hours)
    if calendar.is_working(since.date()):
        return _clamp(datetime.combine(end, since.timetz()), windows)
    return moment_of(end, min(windows[-1].end, MIDNIGHT - 1))


def _clamp(moment: datetime, windows: tuple[Window, ...]) -> datetime:
    """Return the last working moment of the day not after ``moment``, or the day's opening."""
    day, result = moment.date(), moment_of(moment.date(), windows[0].start)
    for window in windows:
        # a limit that ends at midnight is shown on the day it belongs to
        end = moment_of(day, min(window.end, MIDNIGHT - 1))
        if moment_of(day, window.start) <= moment:
            result = min(moment, end)
    return result


# ------------------------------------------------------------------ pauses


def remaining(
    due_at: datetime,
    *,
    at: datetime,
    unit: Unit,
    calendar: WorkCalendar,
    hours: Hours = OFFICE,
) -> int:
    """Return the seconds left when a clock stops, negative when it is late already.

    Working seconds for a working unit, natural seconds otherwise.
    """
    if unit.is_working:
        return working_seconds(at, due_at, calendar=calendar, hours=hours)
    return round((due_at - at).total_seconds())


def resumed(
    left: int,
    *,
    at: datetime,
    unit: Unit,
    calendar: WorkCalendar,
    hours: Hours = OFFICE,
) -> datetime:
    """Return when a clock stopped with ``left`` seconds runs out after going on at ``at``."""
    if unit.is_working:
        return add_working_seconds(at, left, calendar=calendar, hours=hours)
    return local(at) + timedelta(seconds=left)

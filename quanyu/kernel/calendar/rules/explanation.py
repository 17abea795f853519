"""Why a limit ends when it does: the days that were counted and the days that were not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from quanyu.kernel.calendar.rules.counting import working_seconds
from quanyu.kernel.calendar.rules.days import (
    MIDNIGHT,
    OFFICE,
    ONE_DAY,
    Day,
    Hours,
    Kind,
    WorkCalendar,
    local,
    moment_of,
)
from quanyu.kernel.calendar.rules.units import Limit, Unit


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day between beginning and end, and whether it was counted (计入的日期)."""

    day: Day
    number: int | None = None
    """The how-manieth working day of a limit in days; None when it was not counted."""
    seconds: int = 0
    """Working time counted on this day, for a limit in hours or minutes."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off in a row that were skipped under one name (跳过的假期)."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a limit ends when it does (时限说明)."""

    limit: Limit
    since: datetime
    due: datetime
    days: tuple[CountedDay, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    makeup: tuple[Day, ...] = ()
    unknown_years: tuple[int, ...] = ()


def explain(
    limit: Limit,
    *,
    since: datetime,
    due: datetime,
    calendar: WorkCalendar,
    hours: Hours = OFFICE,
) -> Explanation:
    """Return the days that were counted and skipped between ``since`` and ``due``.

    Pass the stored ``due``: after a pause it lies later than the limit alone would give.
    """
    since, due = local(since), local(due)
    if not limit.unit.is_working or due < since:
        return Explanation(limit, since, due)
    counted = tuple(_counted(limit.unit, since, due, calendar=calendar, hours=hours))
    skipped = [c.day for c in counted if _is_skipped(c, every_day=hours.every_day, unit=limit.unit)]
    return Explanation(
        limit=limit,
        since=since,
        due=due,
        days=counted,
        holidays=tuple(_in_a_row(skipped)),
        makeup=tuple(c.day for c in counted if c.day.kind is Kind.MAKEUP),
        unknown_years=calendar.unknown_between(since.date(), due.date()),
    )


def _counted(
    unit: Unit, since: datetime, due: datetime, *, calendar: WorkCalendar, hours: Hours
) -> Iterator[CountedDay]:
    number = 0
    for offset in range((due.date() - since.date()).days + 1):
        day = calendar.day(since.date() + timedelta(days=offset))
        if unit is not Unit.WORKING_DAYS:
            begin, end = max(since, moment_of(day.date, 0)), min(due, moment_of(day.date, MIDNIGHT))
            yield CountedDay(
                day, seconds=working_seconds(begin, end, calendar=calendar, hours=hours)
            )
            continue
        counts = bool(offset) and day.is_working
        number += counts
        yield CountedDay(day, number=number if counts else None)


def _is_skipped(counted: CountedDay, *, every_day: bool, unit: Unit) -> bool:
    """Test whether a named holiday was passed over: weekends need no mention."""
    if every_day and unit is not Unit.WORKING_DAYS:
        return False
    return counted.day.kind is Kind.STATUTORY


def _in_a_row(days_off: list[Day]) -> Iterator[Holiday]:
    run: list[Day] = []
    for day in days_off:
        if run and (day.name != run[-1].name or day.date - run[-1].date != ONE_DAY):
            yield Holiday(run[0].name, run[0].date, run[-1].date)
            run = []
        run.append(day)
    if run:
        yield Holiday(run[0].name, run[0].date, run[-1].date)

"""Count time the way the rulebook does. No database, no clock (工作日与时限)."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

ZONE: Final = ZoneInfo("Asia/Shanghai")
MIDNIGHT: Final = 24 * 60
ONE_DAY: Final = timedelta(days=1)
NOTHING: Final = timedelta(0)


class WrongWindows(Invalid):
    """Working windows overlap, run backwards or leave the day."""


class Unit(StrEnum):
    """What a limit is counted in (时限单位)."""

    MINUTES = "minutes"
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    DAYS = "days"

    @property
    def is_working(self) -> bool:
        """Test whether the clock of this unit rests when offices rest."""
        return self.value.startswith("working_")


class Kind(StrEnum):
    """What a date is (日期类型)."""

    WORKDAY = "workday"
    RESTDAY = "restday"
    STATUTORY = "statutory"
    MAKEUP = "makeup"

    @property
    def is_working(self) -> bool:
        """Test whether offices are open on such a date."""
        return self in {Kind.WORKDAY, Kind.MAKEUP}


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit (时限)."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError(f"a limit does not run backwards: {self.amount}")


def minutes(amount: int) -> Limit:
    """Return a limit in natural minutes (分钟)."""
    return Limit(amount, Unit.MINUTES)


def working_minutes(amount: int) -> Limit:
    """Return a limit in minutes of working time (工作分钟)."""
    return Limit(amount, Unit.WORKING_MINUTES)


def working_hours(amount: int) -> Limit:
    """Return a limit in hours of working time (工作时)."""
    return Limit(amount, Unit.WORKING_HOURS)


def working_days(amount: int) -> Limit:
    """Return a limit in working days, the first day not counted (工作日)."""
    return Limit(amount, Unit.WORKING_DAYS)


def hours(amount: int) -> Limit:
    """Return a limit in natural hours (小时)."""
    return Limit(amount, Unit.HOURS)


def days(amount: int) -> Limit:
    """Return a limit in natural days (天)."""
    return Limit(amount, Unit.DAYS)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one day, in minutes from midnight (工作时段)."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MIDNIGHT:
            raise WrongWindows(_("工作时段须在同一天内，且开始早于结束"), field="windows")

    @classmethod
    def between(cls, start: str, end: str) -> "Window":
        """Return the window between two times of day, written ``08:30`` and ``24:00``.

        :raises WrongWindows: if they are no times of day, or in the wrong order
        """
        return cls(_minute(start), _minute(end))

    def __str__(self) -> str:
        return "-".join(f"{m // 60:02d}:{m % 60:02d}" for m in (self.start, self.end))


def _minute(text: str) -> int:
    """Return the minutes from midnight to ``text``."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and len(minute) == 2 and minute.isdecimal()):
        raise WrongWindows(_("时间应写作 08:30 的形式"), field="windows", value=text)
    if int(minute) > 59:
        raise WrongWindows(_("时间应写作 08:30 的形式"), field="windows", value=text)
    return int(hour) * 60 + int(minute)


def check_windows(windows: tuple[Window, ...]) -> None:
    """Refuse windows that overlap or stand in the wrong order.

    :raises WrongWindows: if there are none, or one begins before the last has ended
    """
    if not windows:
        raise WrongWindows(_("至少需要一个工作时段"), field="windows")
    for earlier, later in itertools.pairwise(windows):
        if later.start <= earlier.end:
            raise WrongWindows(_("工作时段须按先后排列且互不重叠"), field="windows")


@dataclass(frozen=True, slots=True)
class Hours:
    """The working windows of a unit; ``every_day`` for shifts that know no rest day (工作时间)."""

    windows: tuple[Window, ...]
    every_day: bool = False

    def __post_init__(self) -> None:
        check_windows(self.windows)


OFFICE: Final = Hours((Window.between("08:30", "12:00"), Window.between("14:30", "17:30")))
ROUND_THE_CLOCK: Final = Hours((Window(0, MIDNIGHT),), every_day=True)


@dataclass(frozen=True, slots=True)
class Day:
    """One date of the calendar; ``windows`` only where the day is a half day (日历日)."""

    date: date
    kind: Kind
    name: str = ""
    windows: tuple[Window, ...] = ()

    @property
    def is_working(self) -> bool:
        """Test whether offices are open."""
        return self.kind.is_working


@dataclass(frozen=True)
class WorkCalendar:
    """Every date that is not what its weekday says, and the years that are known (工作日历)."""

    exceptions: Mapping[date, Day] = field(default_factory=lambda: MappingProxyType({}))
    years: frozenset[int] = frozenset()

    def day(self, day: date) -> Day:
        """Return what ``day`` is; Monday to Friday work where nothing else is known."""
        known = self.exceptions.get(day)
        if known is not None:
            return known
        return Day(day, Kind.WORKDAY if day.weekday() < 5 else Kind.RESTDAY)

    def is_working(self, day: date) -> bool:
        """Test whether offices are open (调休上班 counts, statutory holidays do not)."""
        known = self.exceptions.get(day)
        return day.weekday() < 5 if known is None else known.is_working

    def working_days_of(self, year: int) -> int:
        """Return how many working days ``year`` has."""
        first = date(year, 1, 1)
        length = (date(year + 1, 1, 1) - first).days
        return sum(self.is_working(first + timedelta(days=n)) for n in range(length))

    def unknown_between(self, first: date, last: date) -> tuple[int, ...]:
        """Return the years from ``first`` to ``last`` that no notice has been read for."""
        return tuple(y for y in range(first.year, last.year + 1) if y not in self.years)


WEEKDAYS: Final = WorkCalendar()
"""Monday to Friday, when nothing is known."""


def missing_years(calendar: WorkCalendar, *, today: date) -> tuple[int, ...]:
    """Return the years a notice should have been read for: this one, and from November the next.

    The State Council publishes next year's notice in November.
    """
    ahead = 1 if today.month >= 11 else 0
    return calendar.unknown_between(today, date(today.year + ahead, 12, 31))


# ------------------------------------------------------------------ one day


def local(moment: datetime) -> datetime:
    """Return ``moment`` in the city's own time.

    :raises ValueError: if it says no time zone
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone means nothing")
    return moment.astimezone(ZONE)


def _at(day: date, minute: int) -> datetime:
    """Return ``minute`` of ``day``; minute 1440 is the next midnight."""
    return datetime.combine(day, time(), tzinfo=ZONE) + timedelta(minutes=minute)


def windows_on(day: date, *, calendar: WorkCalendar, hours: Hours = OFFICE) -> tuple[Window, ...]:
    """Return when the unit works on ``day``."""
    if hours.every_day:
        return hours.windows
    known = calendar.day(day)
    return (known.windows or hours.windows) if known.is_working else ()


def _stretches(
    day: date, *, calendar: WorkCalendar, hours: Hours
) -> Iterator[tuple[datetime, datetime]]:
    for window in windows_on(day, calendar=calendar, hours=hours):
        yield _at(day, window.start), _at(day, window.end)


def _clamp(moment: datetime, windows: tuple[Window, ...]) -> datetime:
    """Return the last working moment of the day not after ``moment``, or the day's opening."""
    day, result = moment.date(), _at(moment.date(), windows[0].start)
    for window in windows:
        # a limit that ends at midnight is shown on the day it belongs to
        end = _at(day, min(window.end, MIDNIGHT - 1))
        if _at(day, window.start) <= moment:
            result = min(moment, end)
    return result


# ------------------------------------------------------------ working days


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
        for opens, shuts in _stretches(day, calendar=calendar, hours=hours):
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
        for opens, shuts in _stretches(day, calendar=calendar, hours=hours):
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
        for opens, shuts in _stretches(day, calendar=calendar, hours=hours):
            begin = max(opens, moment)
            if begin + left <= shuts:
                return begin + left
            left -= max(shuts - begin, NOTHING)
        day += ONE_DAY


def _back(start: datetime, left: timedelta, *, calendar: WorkCalendar, hours: Hours) -> datetime:
    day = start.date()
    while True:
        for opens, shuts in reversed(list(_stretches(day, calendar=calendar, hours=hours))):
            end = min(shuts, start)
            if end - left >= opens:
                return end - left
            left -= max(end - opens, NOTHING)
        day -= ONE_DAY


# ------------------------------------------------------------------ limits

_SECONDS: Final = {
    Unit.MINUTES: 60,
    Unit.WORKING_MINUTES: 60,
    Unit.WORKING_HOURS: 3600,
    Unit.HOURS: 3600,
}


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
    return _at(end, min(windows[-1].end, MIDNIGHT - 1))


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


# ------------------------------------------------------------- explanation


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
            begin, end = max(since, _at(day.date, 0)), min(due, _at(day.date, MIDNIGHT))
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

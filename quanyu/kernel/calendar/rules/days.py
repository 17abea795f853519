"""What a date is, when a unit works on it, and which years are known."""

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


class WrongWindows(Invalid):
    """Working windows overlap, run backwards or leave the day."""


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


def local(moment: datetime) -> datetime:
    """Return ``moment`` in the city's own time.

    :raises ValueError: if it says no time zone
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone means nothing")
    return moment.astimezone(ZONE)


def moment_of(day: date, minute: int) -> datetime:
    """Return ``minute`` of ``day``; minute 1440 is the next midnight."""
    return datetime.combine(day, time(), tzinfo=ZONE) + timedelta(minutes=minute)


def windows_on(day: date, *, calendar: WorkCalendar, hours: Hours = OFFICE) -> tuple[Window, ...]:
    """Return when the unit works on ``day``."""
    if hours.every_day:
        return hours.windows
    known = calendar.day(day)
    return (known.windows or hours.windows) if known.is_working else ()


def stretches(
    day: date, *, calendar: WorkCalendar, hours: Hours
) -> Iterator[tuple[datetime, datetime]]:
    """Give the beginning and end of each window of ``day``."""
    for window in windows_on(day, calendar=calendar, hours=hours):
        yield moment_of(day, window.start), moment_of(day, window.end)

"""Read the calendar: kept in the process, asked for its edition every few seconds."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from quanyu.kernel.calendar import rules
from quanyu.kernel.calendar.models import (
    CalendarDay,
    CalendarEdition,
    CalendarYear,
    WorkingHours,
)
from quanyu.kernel.calendar.rules import Unit
from quanyu.kernel.editions import Kept

log = logging.getLogger(__name__)
_warned: set[int] = set()


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours at a place or of a body, from a day on."""

    place_path: str
    body: UUID | None
    hours: rules.Hours
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        """Answer whether they hold on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole calendar as the process keeps it."""

    calendar: rules.WorkCalendar
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class State:
    """How many dates are written down, and how many of them the city has set itself."""

    days: int
    edited: int


def state() -> State:
    """Return how the table of dates stands now."""
    rows = CalendarDay.objects
    return State(rows.count(), rows.filter(is_edited=True).count())


def _load() -> Snapshot:
    exceptions = {
        row.date: rules.Day(row.date, rules.Kind(row.kind), row.name, parsed(row.windows))
        for row in CalendarDay.objects.all()
    }
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    shifts = tuple(
        Shift(
            row.place_path,
            row.body_id,
            rules.Hours(parsed(row.windows), every_day=row.every_day),
            row.valid_from,
            row.valid_to,
        )
        for row in WorkingHours.objects.all()
    )
    return Snapshot(rules.WorkCalendar(MappingProxyType(exceptions), years), shifts)


def _edition() -> UUID | None:
    return CalendarEdition.objects.values_list("token", flat=True).first()


kept: Kept[Snapshot] = Kept(_load, edition=_edition)


def parsed(windows: Iterable[str]) -> tuple[rules.Window, ...]:
    """Return windows written ``08:30-12:00``.

    :raises WrongWindows: if one is not written like that
    """
    return tuple(rules.Window.between(*text.partition("-")[::2]) for text in windows)


def calendar(at: datetime) -> rules.WorkCalendar:
    """Return the city's calendar; a missing year is logged once, and works Monday to Friday."""
    found = kept.get().calendar
    for year in rules.missing_years(found, today=rules.local(at).date()):
        if year not in _warned:
            _warned.add(year)
            log.warning("no holiday notice for %s: counting Monday to Friday", year)
    return found


def missing_years(at: datetime) -> tuple[int, ...]:
    """Return the years whose notice is missing: a page shows the alarm while there are any."""
    return rules.missing_years(kept.get().calendar, today=rules.local(at).date())


def hours(*, on: date, place: str = "", body: UUID | None = None) -> rules.Hours:
    """Return when a unit works: its own hours, or the most specific place's, or the usual ones."""
    fitting = [
        shift
        for shift in kept.get().shifts
        if shift.holds(on)
        and (shift.body is None or shift.body == body)
        and place.startswith(shift.place_path)
    ]
    if not fitting:
        return rules.OFFICE
    return max(fitting, key=lambda s: (s.body is not None, len(s.place_path))).hours


def hours_at(places: Collection[str], *, on: date) -> list[Shift]:
    """Return the hours set for just these places that hold on a day or later, the first first."""
    found = [one for one in kept.get().shifts if one.place_path in places]
    lasting = [one for one in found if one.valid_to is None or on < one.valid_to]
    return sorted(lasting, key=lambda one: (one.place_path, one.valid_from))


def years() -> tuple[CalendarYear, ...]:
    """Return the years whose notice has been read, the newest first."""
    return tuple(CalendarYear.objects.order_by("-year"))


def days(year: int) -> tuple[CalendarDay, ...]:
    """Return the dates of a year that are not what their weekday says, in order."""
    return tuple(CalendarDay.objects.filter(date__year=year).order_by("date"))


def first_changed(key: UUID) -> date | None:
    """Return the first date that may have changed with a year or a day, by its key."""
    year = CalendarYear.objects.filter(pk=key).values_list("year", flat=True).first()
    if year is not None:
        return date(year, 1, 1) - rules.BESIDE
    return CalendarDay.objects.filter(pk=key).values_list("date", flat=True).first()


# ------------------------------------------------------------------- words


def holiday_name(name: str) -> str:
    """Return a holiday's name in the reader's language, as far as it is known."""
    known = {
        "元旦": _("元旦"),
        "春节": _("春节"),
        "清明节": _("清明节"),
        "劳动节": _("劳动节"),
        "端午节": _("端午节"),
        "中秋节": _("中秋节"),
        "国庆节": _("国庆节"),
        "国庆节、中秋节": _("国庆节、中秋节"),
        "中秋节、国庆节": _("中秋节、国庆节"),
    }
    return known.get(name, name)


def limit_words(limit: rules.Limit) -> str:
    """Return ``7 个工作日`` in the reader's language."""
    n = limit.amount
    said = {
        Unit.MINUTES: ngettext("{n} 分钟", "{n} 分钟", n),
        Unit.WORKING_MINUTES: ngettext("{n} 工作分钟", "{n} 工作分钟", n),
        Unit.WORKING_HOURS: ngettext("{n} 工作时", "{n} 工作时", n),
        Unit.WORKING_DAYS: ngettext("{n} 个工作日", "{n} 个工作日", n),
        Unit.HOURS: ngettext("{n} 小时", "{n} 小时", n),
        Unit.DAYS: ngettext("{n} 天", "{n} 天", n),
    }
    return said[limit.unit].format(n=n)


def words(explanation: rules.Explanation) -> str:
    """Return why a limit ends when it does, as one sentence in the reader's language."""
    parts = [
        _("{due} 到期：自 {since} 起 {limit}").format(
            due=_moment(explanation.due),
            since=_moment(explanation.since),
            limit=limit_words(explanation.limit),
        )
    ]
    if explanation.holidays:
        skipped = _listed(_holiday(holiday) for holiday in explanation.holidays)
        parts.append(_("跳过{holidays}").format(holidays=skipped))
    if explanation.makeup:
        worked = _listed(_date(day.date) for day in explanation.makeup)
        parts.append(_("{days}调休上班，计入").format(days=worked))
    if explanation.unknown_years:
        unknown = _listed(str(year) for year in explanation.unknown_years)
        parts.append(_("{years} 年放假安排尚未载入，按周一至周五计").format(years=unknown))
    return pgettext("between clauses", "；").join(parts)


def _listed(items: Iterable[str]) -> str:
    return pgettext("between items", "、").join(items)


def _holiday(holiday: rules.Holiday) -> str:
    name, first, last = holiday_name(holiday.name), _date(holiday.first), _date(holiday.last)
    if first == last:
        return _("{name}（{day}）").format(name=name, day=first)
    return _("{name}（{first}至{last}）").format(name=name, first=first, last=last)


def _moment(moment: datetime) -> str:
    return date_format(rules.local(moment), pgettext("date format", "n月j日 H:i"))


def _date(day: date) -> str:
    return date_format(day, pgettext("date format", "n月j日"))

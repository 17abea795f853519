"""Change the calendar: a notice read, a day or the hours set by the city."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar import queries, rules
from quanyu.kernel.calendar.models import (
    CalendarDay,
    CalendarEdition,
    CalendarYear,
    WorkingHours,
)
from quanyu.kernel.calendar.rules import Kind
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.keys import uuid7

KEEPERS = frozenset({Role.SYS_ADMIN, Role.DISTRICT_ADMIN, Role.SYSTEM})
"""Who keeps the calendar: an administrator of the whole city, and the system itself."""


class NotKeeper(Refusal):
    """Only an administrator of the whole place keeps its calendar."""


class WrongNotice(Invalid):
    """A notice that cannot be read, or says nothing."""


class TooLate(Refusal):
    """Working hours change from today on, and after the last change."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One year's notice, read and checked."""

    year: int
    papers: tuple[str, ...]
    days: tuple[rules.Day, ...]


def check_keeper(actor: Actor, path: str) -> None:
    """Refuse whoever does not administer all of ``path``.

    :raises NotKeeper: if no grant of theirs covers it
    """
    if not KEEPERS & actor.roles_at(path):
        raise NotKeeper(_("只有全市的系统管理员或区级统筹可以修改日历"))


@transaction.atomic
def load_notices(*, actor: Actor, at: datetime) -> int:
    """Read every notice shipped with the package; return how many dates were written.

    Bears repetition, and never overwrites what the city has set itself.
    """
    folder = files("quanyu.kernel.calendar") / "data"
    texts = [file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".json")]
    notices = sorted((_read(json.loads(text)) for text in texts), key=lambda n: n.year)
    check_keeper(actor, settings.QUANYU_CITY)
    return _write(notices, actor=actor, at=at)


@transaction.atomic
def load_notice(*, notice: Mapping[str, Any], actor: Actor, at: datetime) -> int:
    """Read one year's notice (放假安排通知), in the form of the files in ``data``.

    :raises WrongNotice: if it cannot be read or names no day
    """
    check_keeper(actor, settings.QUANYU_CITY)
    return _write([_read(notice)], actor=actor, at=at)


def _read(notice: Mapping[str, Any]) -> Notice:
    try:
        year = int(notice["year"])
        papers = tuple(str(paper)[:300] for paper in notice.get("papers", ()))
        found = tuple(_read_day(day) for day in notice["days"])
    except (KeyError, TypeError, ValueError, AttributeError) as unread:
        raise WrongNotice(_("放假安排文件无法读取"), field="notice") from unread
    if not found or any(abs(day.date.year - year) > 1 for day in found):
        raise WrongNotice(_("放假安排文件没有本年度的日期"), field="notice", value=year)
    return Notice(year, papers, found)


def _read_day(day: Mapping[str, Any]) -> rules.Day:
    when, is_off = date.fromisoformat(day["date"]), day["isOffDay"]
    if not isinstance(is_off, bool):
        raise TypeError("isOffDay is true or false")
    working = Kind.MAKEUP if when.weekday() > 4 else Kind.WORKDAY
    return rules.Day(when, Kind.STATUTORY if is_off else working, str(day["name"])[:60])


def _write(notices: Sequence[Notice], *, actor: Actor, at: datetime) -> int:
    _lock()
    known = {row.date: row for row in CalendarDay.objects.all()}
    years = {row.year: row for row in CalendarYear.objects.all()}
    total = 0
    for notice in notices:
        written = _write_days(notice, known)
        total += written
        if not written and notice.year in years:
            continue
        year, _made = CalendarYear.objects.update_or_create(
            year=notice.year, defaults={"papers": list(notice.papers), "loaded_at": at}
        )
        facts = {"year": notice.year, "papers": notice.papers, "dates": written}
        record("calendar.load_notice", year, actor=actor, at=at, facts=facts)
        _renew()
        announce("calendar.change", year, at=at)
    return total


def _write_days(notice: Notice, known: dict[date, CalendarDay]) -> int:
    source = _shipped(notice.year)
    new, mended = [], []
    for day in notice.days:
        row = known.get(day.date)
        if row is None:
            row = CalendarDay(date=day.date, kind=day.kind.value, name=day.name, source=source)
            known[day.date] = row
            new.append(row)
        elif not row.is_edited and (row.kind, row.name) != (day.kind.value, day.name):
            row.kind, row.name, row.source = day.kind.value, day.name, source
            mended.append(row)
    CalendarDay.objects.bulk_create(new)
    CalendarDay.objects.bulk_update(mended, ["kind", "name", "source"])
    return len(new) + len(mended)


@transaction.atomic
def enter_year(
    *, year: int, breaks: Sequence[rules.Break], paper: str, actor: Actor, at: datetime
) -> CalendarYear:
    """Say a year's holidays as its notice does; what was loaded or entered before gives way.

    A day that the city has set by itself stays, and no later load overwrites what is entered.

    :param paper: the notice's title and number, or its address
    :raises NotKeeper: if the actor does not administer the city
    :raises WrongBreak: if the breaks do not make up a year
    """
    check_keeper(actor, settings.QUANYU_CITY)
    if not paper.strip():
        raise Invalid(_("请写明通知的名称、文号或网址"), field="paper")
    _lock()
    days = {day.date: day for day in rules.days_of(year, breaks)}
    rows = CalendarDay.objects.filter(source__in=[_shipped(year), _entered(year)])
    rows.exclude(date__in=days).delete()
    for row in CalendarDay.objects.filter(date__in=days):
        day = days.pop(row.date)
        if row.source in {_shipped(year), _entered(year)}:
            row.kind, row.name = day.kind.value, day.name
            row.source, row.is_edited = _entered(year), True
            row.save(update_fields=["kind", "name", "source", "is_edited"])
    CalendarDay.objects.bulk_create(
        CalendarDay(
            date=day.date,
            kind=day.kind.value,
            name=day.name,
            source=_entered(year),
            is_edited=True,
        )
        for day in days.values()
    )
    held, _made = CalendarYear.objects.update_or_create(
        year=year, defaults={"papers": [paper.strip()[:300]], "loaded_at": at}
    )
    facts = {"year": year, "paper": paper, "breaks": [str(one) for one in breaks]}
    record("calendar.enter_year", held, actor=actor, at=at, facts=facts)
    _renew()
    announce("calendar.change", held, at=at)
    return held


def _shipped(year: int) -> str:
    return f"国务院放假安排通知 {year}"


def _entered(year: int) -> str:
    return f"国务院放假安排通知 {year}（本市录入）"


@transaction.atomic
def set_day(
    *,
    day: date,
    kind: Kind,
    name: str,
    source: str,
    windows: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> CalendarDay:
    """Say what one date is, against its weekday or the notice; no later load overwrites it.

    :param source: what it rests on; it may not be empty
    :param windows: only for a half day, such as ``["08:30-12:00"]``
    :raises NotKeeper: if the actor does not administer the city
    """
    check_keeper(actor, settings.QUANYU_CITY)
    if not source.strip():
        raise Invalid(_("请写明依据"), field="source")
    if windows:
        rules.check_windows(queries.parsed(windows))
    _lock()
    values = {"kind": Kind(kind).value, "name": name, "source": source, "windows": list(windows)}
    row, _made = CalendarDay.objects.update_or_create(
        date=day, defaults={**values, "is_edited": True}
    )
    facts = {"date": day.isoformat(), **values}
    record("calendar.set_day", row, actor=actor, at=at, facts=facts)
    _renew()
    announce("calendar.change", row, at=at)
    return row


@transaction.atomic
def set_hours(
    *,
    windows: Sequence[str],
    start: date,
    place: str = "",
    body: UUID | None = None,
    every_day: bool = False,
    actor: Actor,
    at: datetime,
) -> WorkingHours:
    """Set the working hours of a place, or of one body, from ``start`` on; the old ones end then.

    :raises NotKeeper: if the actor does not administer the place
    :raises WrongWindows: if the windows overlap or are no times of day
    :raises TooLate: if ``start`` is past, or not after the last change
    """
    check_keeper(actor, place or settings.QUANYU_CITY)
    rules.Hours(queries.parsed(windows), every_day=every_day)
    if place and not place.endswith("/"):
        raise Invalid(_("辖区路径须以斜杠结尾"), field="place", value=place)
    if start < rules.local(at).date():
        raise TooLate(_("生效日期不能早于今天"), field="start", value=start.isoformat())
    _lock()
    rows = WorkingHours.objects.filter(place_path=place, body_id=body)
    last = rows.order_by("-valid_from").first()
    if last is not None and start <= last.valid_from:
        raise TooLate(_("生效日期须晚于上一次变更"), field="start", value=start.isoformat())
    rows.filter(valid_to=None).update(valid_to=start)
    row = WorkingHours.objects.create(
        place_path=place,
        body_id=body,
        windows=list(windows),
        every_day=every_day,
        valid_from=start,
    )
    facts = {"windows": list(windows), "every_day": every_day, "start": start.isoformat()}
    record("calendar.set_hours", row, actor=actor, at=at, facts=facts)
    _renew()
    return row


def _lock() -> None:
    """Let one change at a time through: two would each see the state before the other."""
    CalendarEdition.objects.get_or_create(number=1)
    CalendarEdition.objects.select_for_update().get(number=1)


def _renew() -> None:
    CalendarEdition.objects.update(token=uuid7())
    queries.kept.forget()
    transaction.on_commit(queries.kept.forget)

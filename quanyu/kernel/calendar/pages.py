"""The working calendar: a year as offices keep it, and the form by which a notice is entered."""

import calendar as weeks
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    meant,
    option,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar import actions, queries, rules
from quanyu.kernel.calendar.rules import Break, Kind
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _later

ROWS = 9
"""Lines of the form: the holidays of all citizens, and room for one that is parted in two."""

PARTS = ("name", "first", "last", "worked")


@read_or_write
def year(request: HttpRequest) -> HttpResponse:
    """Show a year; take a notice that is entered, or one day that the city sets."""
    actor, at = actor_of(request), timezone.now()
    shown = _asked(request.GET.get("year", ""), at=at)

    def change() -> HttpResponse:
        entered = "paper" in request.POST
        act = _entered if entered else _set
        act(request.POST, shown, actor, at=at)
        done = _("已录入；还没办完的事项随后按新的安排重新计算期限") if entered else _("已设定")
        messages.success(request, done)
        return HttpResponseRedirect(f"{reverse('desk_calendar')}?year={shown}")

    return answered(request, change, lambda no: _page(request, shown, actor, at=at, no=no))


def _asked(text: str, *, at: datetime) -> int:
    """Return the year that is asked for; else the first whose notice is missing, else this one."""
    missing = queries.missing_years(at)
    usual = missing[0] if missing else timezone.localdate(at).year
    known = text.isdecimal() and len(text) == 4 and rules.EARLIEST <= int(text) <= rules.LATEST
    return int(text) if known else usual


# ------------------------------------------------------------------ what was sent


def _entered(given: QueryDict, shown: int, actor: Actor, *, at: datetime) -> None:
    breaks = [made for made in (_break(row) for row in _rows(given)) if made is not None]
    actions.enter_year(year=shown, breaks=breaks, paper=given.get("paper", ""), actor=actor, at=at)


def _rows(given: QueryDict) -> list[dict[str, str]]:
    """Return the lines of the form as they were sent."""
    columns = [given.getlist(part) for part in PARTS]
    lines = zip(*columns, strict=False)
    return [dict(zip(PARTS, (text.strip() for text in line), strict=True)) for line in lines]


def _break(row: Mapping[str, str]) -> Break | None:
    """Return the break of one line; a line without dates is none."""
    if not row["first"] and not row["last"] and not row["worked"]:
        return None
    first = _day(row["first"], "first", row["name"])
    last = _day(row["last"] or row["first"], "last", row["name"])
    worked = row["worked"].replace("，", " ").replace(",", " ").replace("、", " ").split()
    days = tuple(_day(text, "worked", row["name"]) for text in worked)
    return Break(row["name"], first, last, days)


def _day(text: str, named: str, name: str = "") -> date:
    wrong = Invalid(
        _later("{name}的日期“{value}”应写作 2027-01-01 的形式"), field=named, value=text, name=name
    )
    return meant(date.fromisoformat, text, otherwise=wrong)


def _set(given: QueryDict, shown: int, actor: Actor, *, at: datetime) -> None:
    kind = given.get("kind", "")
    no = Invalid(_later("请选这一天是什么日子"), field="kind", value=kind, allowed=list(Kind))
    actions.set_day(
        day=_day(given.get("day", ""), "day"),
        kind=meant(Kind, kind, otherwise=no),
        name=given.get("name", "").strip()[:60],
        source=given.get("source", "").strip()[:200],
        windows=given.get("windows", "").replace("，", " ").replace(",", " ").split(),
        actor=actor,
        at=at,
    )


# ------------------------------------------------------------------ the page


def _page(
    request: HttpRequest, shown: int, actor: Actor, *, at: datetime, no: Refusal | None
) -> HttpResponse:
    may_edit = bool(actions.KEEPERS & actor.roles_at(settings.QUANYU_CITY))
    known, today = queries.calendar(at), timezone.localdate(at)
    held = {one.year: one for one in queries.years()}
    days = queries.days(shown)
    context = {
        "section": "calendar",
        "year": shown,
        "years": _years(sorted(held, reverse=True), shown, at=at),
        "is_known": shown in held,
        "papers": held[shown].papers if shown in held else [],
        "working": known.working_days_of(shown),
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
        "months": [_month(known, shown, month, today) for month in range(1, 13)],
        "days": [_shown(day) for day in days],
        "lines": _lines(request, shown, days) if may_edit else None,
        "paper": _paper(request, no) if may_edit else None,
        "day_fields": _day_fields(request.POST, no) if may_edit else None,
        "now": timezone.localtime(at),
    }
    return answer(request, "calendar/year.html", context, no)


def _years(known: Sequence[int], shown: int, *, at: datetime) -> list[dict[str, Any]]:
    missing = queries.missing_years(at)
    years = sorted({*known, *missing, shown}, reverse=True)
    return [
        {
            "year": one,
            "url": f"{reverse('desk_calendar')}?year={one}",
            "current": one == shown,
            "missing": one in missing,
        }
        for one in years
    ]


def _month(known: rules.WorkCalendar, shown: int, month: int, today: date) -> dict[str, Any]:
    """Return the weeks of a month, each date with what it is."""
    dates = weeks.Calendar().monthdatescalendar(shown, month)
    lines = [
        [_cell(known.day(day), day == today) if day.month == month else None for day in week]
        for week in dates
    ]
    working = sum(known.is_working(day) for week in dates for day in week if day.month == month)
    return {"name": date(shown, month, 1), "weeks": lines, "working": working}


def _cell(day: rules.Day, is_today: bool) -> dict[str, Any]:
    words = {Kind.STATUTORY: _("休"), Kind.MAKEUP: _("班")}
    is_usual = day.kind in {Kind.WORKDAY, Kind.RESTDAY} and not day.name
    kind = "usual" if is_usual and day.is_working else day.kind.value
    return {
        "number": day.date.day,
        "kind": kind,
        "mark": words.get(day.kind, ""),
        "name": queries.holiday_name(day.name),
        "today": is_today,
    }


def _shown(day: Any) -> dict[str, Any]:
    return {
        "date": day.date,
        "kind": _kinds()[Kind(day.kind)],
        "name": queries.holiday_name(day.name),
        "source": day.source,
        "windows": day.windows,
        "is_edited": day.is_edited,
    }


def _kinds() -> dict[Kind, str]:
    return {
        Kind.STATUTORY: _("放假"),
        Kind.MAKEUP: _("调休上班"),
        Kind.WORKDAY: _("工作日"),
        Kind.RESTDAY: _("休息日"),
    }


def _lines(request: HttpRequest, shown: int, days: Sequence[Any]) -> list[dict[str, str]]:
    """Return the lines of the form: as sent, as the year is, or the names of the holidays alone."""
    if "paper" in request.POST:
        rows = _rows(request.POST)
    else:
        notice = [d for d in days if str(shown) in d.source and d.kind in {"statutory", "makeup"}]
        breaks = rules.breaks_of(rules.Day(d.date, Kind(d.kind), d.name) for d in notice)
        rows = [_line(one) for one in breaks] or [{"name": name} for name in rules.FESTIVALS]
    return [*rows, *({"name": ""} for _row in range(ROWS - len(rows)))]


def _line(one: Break) -> dict[str, str]:
    worked = " ".join(day.isoformat() for day in one.worked)
    first, last = one.first.isoformat(), one.last.isoformat()
    return {"name": one.name, "first": first, "last": last, "worked": worked}


def _paper(request: HttpRequest, no: Refusal | None) -> dict[str, object]:
    return field(
        "paper",
        _("通知的名称、文号或网址"),
        no=no,
        value=request.POST.get("paper", ""),
        maxlength=300,
    )


def _day_fields(given: QueryDict, no: Refusal | None) -> list[dict[str, object]]:
    sent: Mapping[str, Any] = given if "kind" in given else {}
    no = no if sent else None
    kinds = [option(kind.value, words) for kind, words in _kinds().items()]
    return [
        field("day", _("日期"), "date", no=no, value=sent.get("day", "")),
        field("kind", _("是什么日子"), "select", no=no, value=sent.get("kind", ""), options=kinds),
        field("name", _("名称"), no=no, value=sent.get("name", ""), required=False, maxlength=60),
        field("source", _("依据"), no=no, value=sent.get("source", ""), maxlength=200),
        field(
            "windows",
            _("只上半天的，写工作时段"),
            no=no,
            value=sent.get("windows", ""),
            required=False,
            placeholder="08:30-12:00",
        ),
    ]

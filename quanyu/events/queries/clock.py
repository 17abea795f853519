"""What the two clocks of a matter say: how much is left, why, and day by day (时限)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from quanyu.events import queries
from quanyu.events.models import Event, JointPart
from quanyu.events.rules.joint import LIVE
from quanyu.events.workflow import EVENT
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar import rules
from quanyu.kernel.calendar.rules import CountedDay, Explanation, Limit, Unit
from quanyu.kernel.codes import queries as codes

HOUR, MINUTE = 3600, 60
MOST_DAYS = 14
"""Days in a strip; of a longer one the middle is left out."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock runs out, how much is left, and why (到期)."""

    at: datetime
    left: str | int
    """Words, or natural seconds; negative when late."""
    level: str
    """late, soon or nothing"""
    why: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One day of a strip: counted, off, the first or the last (日期条)."""

    number: str
    weekday: str = ""
    note: str = ""
    kind: str = "off"
    today: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """The limit that would run if the matter were handed out now (时限预览)."""

    label: str
    due: datetime
    why: str
    clause: str
    days: list[Strip]


@dataclass(frozen=True, slots=True)
class Running:
    """One clock of a matter as it stands in the row."""

    since: datetime
    due: datetime
    limit: Limit


def running(event: Event, clock: str) -> Running | None:
    """Return the clock of this state, or the span's, if it runs or has run."""
    stage = clock == "stage"
    if not stage and event.stands_still():
        return None
    since = event.state_since if stage else event.span_since
    due = event.stage_due_at if stage else event.due_at
    amount = event.stage_amount if stage else event.span_amount
    unit = event.stage_unit if stage else event.span_unit
    if since is None or due is None or amount is None:
        return None
    return Running(since, due, Limit(amount, Unit(unit)))


def nearest(event: Event) -> str:
    """Return which clock of an open matter runs out first: "stage", "span" or ""."""
    if event.state not in queries.OPEN:
        return ""
    is_span = EVENT.span is not None and event.state in EVENT.span.runs and event.span_left is None
    ends = {"stage": event.stage_due_at, "span": event.due_at if is_span else None}
    found = [(end, name) for name, end in ends.items() if end is not None]
    return min(found)[1] if found else ""


def due(event: Event, *, at: datetime, clock: str = "", is_long: bool = False) -> Due | None:
    """Return what a clock says now; without ``clock`` the one that runs out first."""
    named = clock or nearest(event)
    found = running(event, named) if named else None
    if found is None:
        return None
    left = _remaining(found, event, at=at)
    return Due(
        at=found.due,
        left=_left_words(found, left, at=at),
        level=_level(found, left, event, at=at),
        why=_why(event, named, found, at=at, is_long=is_long),
    )


def of_part(row: JointPart, *, at: datetime) -> Due:
    """Return what the clock of one body's part says now, by the matter's hours."""
    found = Running(row.asked_at, row.due_at, Limit(1, Unit.WORKING_DAYS))
    left = _remaining(found, row.event, at=at)
    return Due(
        at=row.due_at,
        left=_left_words(found, left, at=at),
        level=_level(found, left, row.event, at=at) if row.state in LIVE else "",
        why=_("{since} 起").format(since=_moment(row.asked_at)),
    )


def used(event: Event, *, clock: str, at: datetime) -> int:
    """Return how much of a clock is used up, in percent."""
    found = running(event, clock)
    if found is None:
        return 0
    whole = _remaining(found, event, at=found.since)
    return (
        100
        if whole <= 0
        else max(0, min(100, 100 - 100 * _remaining(found, event, at=at) // whole))
    )


def days(explained: Explanation | None, *, at: datetime) -> list[Strip]:
    """Return the strip of days between beginning and end of a limit."""
    if explained is None:
        return []
    last = len(explained.days) - 1
    strip = [
        _strip(counted, is_first=n == 0, is_last=n == last, at=at)
        for n, counted in enumerate(explained.days)
    ]
    if len(strip) <= MOST_DAYS:
        return strip
    half = MOST_DAYS // 2
    return [*strip[:half], Strip("…"), *strip[1 - half :]]


def week(*, at: datetime, place: str, count: int = 7) -> list[Strip]:
    """Return the days to come, as offices keep them."""
    known = calendar.calendar(at)
    first = rules.local(at).date()
    found = []
    for n in range(count):
        day = known.day(first + timedelta(days=n))
        note = _("今天") if n == 0 else _("上班") if day.is_working else _day_off(day)
        found.append(
            Strip(str(day.date.day), weekday(day.date.weekday()), note, _kind(day), today=n == 0)
        )
    return found


def next_holiday(*, at: datetime, place: str) -> str:
    """Return which holiday lies in the days to come, in a sentence, or nothing."""
    known = calendar.calendar(at)
    first = rules.local(at).date()
    ahead = [known.day(first + timedelta(days=n)) for n in range(14)]
    off = [day for day in ahead if day.kind is rules.Kind.STATUTORY]
    if not off:
        return ""
    days_off = [day for day in off if day.name == off[0].name]
    return _("{first}至{last}{name}放假，按工作日计的时限顺延；按小时计的照走").format(
        first=_date(days_off[0].date),
        last=_date(days_off[-1].date),
        name=calendar.holiday_name(off[0].name),
    )


def preview(event: Event, class_code: str, *, at: datetime) -> Preview | None:
    """Return the limit that begins when the matter is handed out now; one that ran runs on."""
    if EVENT.span is None:
        return None
    day = rules.local(at).date()
    hours = calendar.hours(place=event.region_path, body=event.body_id, on=day)
    row = codes.limit(
        workflow=EVENT.name,
        stage=EVENT.span.name,
        class_code=class_code,
        place=event.region_path,
        on=day,
    )
    limit = Limit(row.amount, Unit(row.unit)) if row else EVENT.span.limit
    since, due_at = at, event.due_at
    if event.span_since is not None and due_at is not None:
        since = event.span_since
    else:
        due_at = rules.due(limit, since=at, calendar=calendar.calendar(at), hours=hours)
    explained = rules.explain(
        limit, since=since, due=due_at, calendar=calendar.calendar(at), hours=hours
    )
    return Preview(
        label=_("{limit}，到 {due}").format(limit=calendar.limit_words(limit), due=_moment(due_at)),
        due=due_at,
        why=calendar.words(explained),
        clause=codes.cited(row.clause) if row else "",
        days=days(explained, at=at),
    )


def weekday(number: int) -> str:
    """Return what a day of the week is called, Monday being 0."""
    names = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    return names[number]


def moment_words(moment: datetime) -> str:
    """Return month, day and time of a moment, on the clock of the city."""
    return _moment(moment)


def date_words(moment: datetime) -> str:
    """Return month and day of a moment, on the clock of the city."""
    return _date(rules.local(moment))


# ------------------------------------------------------------------ inside


def _remaining(found: Running, event: Event, *, at: datetime) -> int:
    return rules.remaining(
        found.due,
        at=at,
        unit=found.limit.unit,
        calendar=calendar.calendar(at),
        hours=calendar.hours(
            place=event.region_path, body=event.body_id, on=rules.local(found.since).date()
        ),
    )


def _left_words(found: Running, left: int, *, at: datetime) -> str | int:
    """Return how much is left or over; what is counted in working time says so.

    Where offices did not rest in between both are the same, and the plain number is enough.
    """
    natural = int((found.due - at).total_seconds())
    if not found.limit.unit.is_working:
        return natural
    full = _full_days(at, found.due)
    if natural > 0 and full and found.limit.unit is Unit.WORKING_DAYS:
        full = _days_between(at, found.due)
    if not full and abs(natural - left) < MINUTE:
        return natural
    if not full and abs(left) < MINUTE:
        return _("刚到期") if natural < 0 else _("上班即到期")
    return (_("超 {time}") if natural < 0 else _("剩 {time}")).format(time=_working(full, left))


def _working(full: int, seconds: int) -> str:
    """Return working time in words: full days, or hours and minutes of less than one."""
    if full:
        return ngettext("{n} 个工作日", "{n} 个工作日", full).format(n=full)
    hours, minutes = abs(seconds) // HOUR, abs(seconds) % HOUR // MINUTE
    if hours and not minutes:
        return ngettext("{n} 工作时", "{n} 工作时", hours).format(n=hours)
    if hours:
        return _("{hours} 工作时 {minutes} 分").format(hours=hours, minutes=minutes)
    return ngettext("{n} 工作分钟", "{n} 工作分钟", minutes).format(n=minutes)


def _days_between(first: datetime, last: datetime) -> int:
    begin, end = rules.local(first).date(), rules.local(last).date()
    return rules.working_days_between(begin, end, calendar=calendar.calendar(first))


def _full_days(one: datetime, other: datetime) -> int:
    """Return how many working days lie between two moments, to the same time of day."""
    first, last = sorted((rules.local(one), rules.local(other)))
    count = _days_between(first, last)
    return max(0, count - 1) if last.time() < first.time() else count


def _level(found: Running, left: int, event: Event, *, at: datetime) -> str:
    if found.due < at:
        return "late"
    whole = _remaining(found, event, at=found.since)
    return "soon" if left < whole * queries.SOON else ""


def _why(event: Event, clock: str, found: Running, *, at: datetime, is_long: bool) -> str:
    if is_long:
        explained = queries.explained(event, clock=clock, at=at)
        return calendar.words(explained) if explained else ""
    return _("{since} 起 {limit}").format(
        since=_moment(found.since), limit=calendar.limit_words(found.limit)
    )


def _strip(counted: CountedDay, *, is_first: bool, is_last: bool, at: datetime) -> Strip:
    day = counted.day
    note, kind = _counted(counted)
    if is_first:
        note, kind = note if counted.seconds else _("起算"), "start"
    if is_last:
        note, kind = _("最晚"), "due"
    is_today = day.date == rules.local(at).date()
    return Strip(str(day.date.day), weekday(day.date.weekday()), note, kind, today=is_today)


def _counted(counted: CountedDay) -> tuple[str, str]:
    if counted.number is not None:
        return _("第 {n} 天").format(n=counted.number), "count"
    if counted.seconds:
        hours = f"{counted.seconds / 3600:.1f}".removesuffix(".0")
        return _("{hours} 时").format(hours=hours), "count"
    return _day_off(counted.day), "off"


def _day_off(day: rules.Day) -> str:
    is_holiday = day.kind is rules.Kind.STATUTORY
    return calendar.holiday_name(day.name) if is_holiday and day.name else _("休息")


def _kind(day: rules.Day) -> str:
    return "work" if day.is_working else "off"


def _moment(moment: datetime) -> str:
    return date_format(rules.local(moment), pgettext("date format", "n月j日 H:i"))


def _date(day: object) -> str:
    return date_format(day, pgettext("date format", "n月j日"))  # type: ignore[arg-type]


def missing_years(*, at: datetime) -> tuple[int, ...]:
    """Return the years that limits may reach into and whose holidays are not known."""
    return calendar.missing_years(at)

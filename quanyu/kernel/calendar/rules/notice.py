"""A year's notice as people read it: breaks with a name, and the weekends worked for them."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quanyu.kernel.calendar.rules.days import ONE_DAY, Day, Kind
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""The holidays of all citizens (全国年节及纪念日放假办法, 第二条)."""

LONGEST = timedelta(days=15)
EARLIEST, LATEST = 1949, 2999
BESIDE = timedelta(days=31)
"""So far outside its year a break may begin, or a weekend be worked: New Year's own."""


class WrongBreak(Invalid):
    """A break that cannot be: without a name, backwards, or over another (放假安排有误)."""


@dataclass(frozen=True, slots=True)
class Break:
    """One holiday of a notice: its days off, and the weekends worked for it (一个假期)."""

    name: str
    first: date
    last: date
    worked: tuple[date, ...] = ()

    def days(self) -> tuple[Day, ...]:
        """Return every date it changes."""
        length = (self.last - self.first).days + 1
        off = [Day(self.first + timedelta(n), Kind.STATUTORY, self.name) for n in range(length)]
        return (*off, *(Day(day, Kind.MAKEUP, self.name) for day in self.worked))


def days_of(year: int, breaks: Sequence[Break]) -> tuple[Day, ...]:
    """Return every date that the notice of ``year`` changes, in order.

    :raises WrongBreak: naming the break and what is wrong with it
    """
    if not EARLIEST <= year <= LATEST:
        raise WrongBreak(_("没有 {value} 年"), field="year", value=year)
    missing = [name for name in FESTIVALS if not any(name in one.name for one in breaks)]
    if missing:
        raise WrongBreak(
            _("还缺：{names}。合在一起放的，名称写在一起，如“国庆节、中秋节”"),
            field="name",
            names="、".join(missing),
        )
    for one in breaks:
        _check(one, year)
    days = sorted((day for one in breaks for day in one.days()), key=lambda day: day.date)
    for earlier, later in itertools.pairwise(days):
        if earlier.date == later.date:
            raise WrongBreak(
                _("{day} 写了两次：{first}与{second}"),
                field="first",
                value=later.date.isoformat(),
                day=later.date.isoformat(),
                first=earlier.name,
                second=later.name,
            )
    return tuple(days)


def _check(one: Break, year: int) -> None:
    if one.last < one.first:
        raise WrongBreak(_("{name}的止日早于起日"), field="last", name=one.name)
    if one.last - one.first >= LONGEST:
        raise WrongBreak(_("{name}超过 15 天，请核对"), field="last", name=one.name)
    earliest, latest = date(year, 1, 1) - BESIDE, date(year, 12, 31) + BESIDE
    for day in (one.first, one.last, *one.worked):
        if not earliest <= day <= latest:
            outside = _("{name}的 {day} 不在 {year} 年")
            raise WrongBreak(outside, field="first", name=one.name, day=f"{day}", year=year)
    weekdays = [day for day in one.worked if day.weekday() < 5]
    if weekdays:
        no_weekend = _("{name}的调休上班日 {day} 不是周末")
        raise WrongBreak(no_weekend, field="worked", name=one.name, day=f"{weekdays[0]}")


def breaks_of(days: Iterable[Day]) -> tuple[Break, ...]:
    """Return the breaks that these dates make up, in order; the other way round of days_of."""
    by_name: dict[str, list[Day]] = {}
    for day in sorted(days, key=lambda one: one.date):
        by_name.setdefault(day.name, []).append(day)
    found = [made for name, some in by_name.items() for made in _breaks(name, some)]
    return tuple(sorted(found, key=lambda one: one.first))


def _breaks(name: str, days: Sequence[Day]) -> list[Break]:
    """Return one break for each row of days off; a worked weekend belongs to the nearest."""
    off = [day.date for day in days if day.kind is Kind.STATUTORY]
    rows: list[list[date]] = []
    for day in off:
        if rows and day - rows[-1][-1] == ONE_DAY:
            rows[-1].append(day)
        else:
            rows.append([day])
    worked: dict[int, list[date]] = {}
    for one in days:
        if one.is_working and rows:
            nearest = min(range(len(rows)), key=lambda n: abs(rows[n][0] - one.date))
            worked.setdefault(nearest, []).append(one.date)
    return [Break(name, row[0], row[-1], tuple(worked.get(n, ()))) for n, row in enumerate(rows)]

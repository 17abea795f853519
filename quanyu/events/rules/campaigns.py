"""What a campaign must be, and over which days it is measured (专项). No database, no clock."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from quanyu.events.rules.hot import WEEKS
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

LONGEST_DAYS = 366
LONGEST_TITLE, LONGEST_GOAL, LONGEST_NOTE = 60, 200, 400
FEWEST_DAYS = 1
USUAL_DAYS = WEEKS * 7

IS_CLOSED = _("这个专项已经办结，不能再改")
SAY = _("请写 1 到 {most} 个字")
ENDS_FIRST = _("结束日期不能早于开始日期")
TOO_LONG = _("专项最长 {most} 天，现在是 {count} 天")


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody wants to open a campaign for."""

    title: str
    goal: str
    body_id: UUID
    starts_on: date
    ends_on: date
    region_path: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Two stretches of as many days: before the campaign began and since."""

    before: date
    since: date
    until: date
    """The day after the last one that counts."""

    @property
    def days(self) -> int:
        """Return how many days each of the two holds."""
        return (self.until - self.since).days


class Closed(Refusal):
    """A campaign that is over is changed no more (专项已办结)."""


def said(text: str, *, field: str, most: int) -> str:
    """Return what was written, trimmed.

    :raises Invalid: if nothing was, or too much
    """
    words = text.strip()
    if not 1 <= len(words) <= most:
        raise Invalid(SAY, field=field, value=len(words), allowed=[f"1–{most}"], most=most)
    return words


def check_dates(starts_on: date, ends_on: date) -> None:
    """Refuse dates the wrong way round, or a campaign without an end in sight.

    :raises Invalid: naming ``ends_on``
    """
    days = (ends_on - starts_on).days + 1
    if days < FEWEST_DAYS:
        raise Invalid(ENDS_FIRST, field="ends_on", value=ends_on.isoformat())
    if days > LONGEST_DAYS:
        raise Invalid(TOO_LONG, field="ends_on", value=days, most=LONGEST_DAYS, count=days)


def measured(starts_on: date, ends_on: date, *, on: date) -> Measured | None:
    """Return the days over which new matters are compared; None before the first day is over."""
    until = min(on, ends_on + timedelta(days=1))
    days = min((until - starts_on).days, USUAL_DAYS)
    if days < FEWEST_DAYS:
        return None
    return Measured(starts_on - timedelta(days=days), until - timedelta(days=days), until)

"""Which meetings there are, how often one is due, and when one is overdue (组织生活的周期)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare
from quanyu.organisations.rules.kinds import BodyKind

YEAR: Final = 12
PERIODS: Final = (1, 2, 3, 4, 6, 12)
"""Months of a period; each divides the year, so that periods are those of the calendar."""

LONGEST: Final = {"title": 80, "place": 120, "agenda": 2_000, "minutes": 10_000, "text": 500}


class MeetingKind(StrEnum):
    """What kind of meeting it is (会议类型)."""

    GENERAL = "general"
    COMMITTEE = "committee"
    GROUP = "group"
    LECTURE = "lecture"
    THEME_DAY = "theme_day"
    LIFE = "life"
    APPRAISAL = "appraisal"
    JOINT = "joint"
    LEADING_GROUP = "leading_group"


MEETING_WORDS: Final = {
    MeetingKind.GENERAL: _("支部党员大会"),
    MeetingKind.COMMITTEE: _("支部委员会会议"),
    MeetingKind.GROUP: _("党小组会"),
    MeetingKind.LECTURE: _("党课"),
    MeetingKind.THEME_DAY: _("主题党日"),
    MeetingKind.LIFE: _("组织生活会"),
    MeetingKind.APPRAISAL: _("民主评议党员"),
    MeetingKind.JOINT: _("联席会议"),
    MeetingKind.LEADING_GROUP: _("领导小组会议"),
}
_BRANCH: Final = frozenset({BodyKind.BRANCH, BodyKind.JOINT_BRANCH})
HELD_BY: Final[Mapping[MeetingKind, frozenset[BodyKind]]] = {
    MeetingKind.GENERAL: _BRANCH,
    MeetingKind.COMMITTEE: _BRANCH,
    MeetingKind.GROUP: frozenset({BodyKind.PARTY_GROUP}),
    MeetingKind.LECTURE: _BRANCH,
    MeetingKind.THEME_DAY: _BRANCH,
    MeetingKind.LIFE: _BRANCH,
    MeetingKind.APPRAISAL: _BRANCH,
    MeetingKind.JOINT: frozenset({BodyKind.COORDINATION}),
}
"""Of which kinds of bodies the rhythm of a meeting is kept; others hold it as they need it."""


_USUAL: Final = {**HELD_BY, MeetingKind.LEADING_GROUP: frozenset({BodyKind.COORDINATION})}


def usual_first(body_kind: str) -> list[MeetingKind]:
    """Return every kind of meeting, those that a body of this kind usually holds first."""
    return sorted(MeetingKind, key=lambda one: body_kind not in _USUAL[one])


class WrongMeeting(Invalid):
    """A meeting, a record or a resolution that cannot be kept as it was given."""


class MeetingOver(Refusal):
    """The meeting was held or called off already."""


class NotYet(Refusal):
    """The meeting has not begun, so there is nothing to record."""


class ResolutionOver(Refusal):
    """The resolution was carried out or withdrawn already."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many were expected, there, and observing: numbers, never names (应到、实到、列席)."""

    expected: int
    present: int
    observing: int = 0


def next_period(day: date, months: int) -> date:
    """Return the first day of the calendar period after the one that ``day`` lies in."""
    index = day.year * YEAR + (day.month - 1) // months * months + months
    return date(index // YEAR, index % YEAR + 1, 1)


@lru_cache(maxsize=4096)
def due_by(months: int, *, last: date | None, since: date) -> date:
    """Return the day from which a meeting is overdue: one belongs into every period.

    Held in one period, it is due by the end of the next. Never held, by the end of the first whole
    period since the body stands and the rhythm holds.
    """
    if last is not None:
        return next_period(next_period(last, months), months)
    first = since if _begins(since, months) else next_period(since, months)
    return next_period(first, months)


def _begins(day: date, months: int) -> bool:
    return day.day == 1 and (day.month - 1) % months == 0


def is_overdue(months: int, *, last: date | None, since: date, today: date) -> bool:
    """Answer whether a whole period has gone by without a meeting."""
    return today >= due_by(months, last=last, since=since)


def check_attendance(given: Attendance) -> None:
    """Refuse numbers that cannot all be true.

    :raises WrongMeeting: naming the field
    """
    limits = (
        ("expected", given.expected, 1, 100_000),
        ("present", given.present, 0, given.expected),
        ("observing", given.observing, 0, 100_000),
    )
    for name, value, low, high in limits:
        if not low <= value <= high:
            raise WrongMeeting(
                _("应为 {low} 至 {high} 的整数"),
                field=name,
                value=value,
                allowed=[f"{low}…{high}"],
                low=low,
                high=high,
            )


def said(name: str, text: str, *, least: int = 0) -> str:
    """Return a text as it is kept.

    :raises WrongMeeting: if it is too short or too long
    """
    told = text.strip()
    if not least <= len(told) <= LONGEST[name]:
        raise WrongMeeting(
            _("须有 {least} 至 {most} 个字"),
            field=name,
            value=told[:80],
            least=least,
            most=LONGEST[name],
        )
    return told


def check_kind(kind: str) -> None:
    """Refuse a kind of meeting that there is not.

    :raises WrongMeeting: if so
    """
    if kind not in set(MeetingKind):
        raise WrongMeeting(
            _("没有这种会议"), field="kind", value=kind, allowed=[one.value for one in MeetingKind]
        )


PLANNED: Final = "meeting.plan"
CHANGED: Final = "meeting.change"
CALLED_OFF: Final = "meeting.call_off"
TOLD: Final = ("kind", "body", "start_at", "place")
"""The words of a notice: public ones, never what is on the agenda."""

declare(
    Topic(
        PLANNED,
        Group.ASSIGNED,
        _("会议通知"),
        _("{body}：{kind}"),
        _("{start_at}，{body}召开{kind}，地点：{place}。"),
        TOLD,
    ),
    Topic(
        CHANGED,
        Group.ASSIGNED,
        _("会议安排有变"),
        _("{body}的{kind}有变"),
        _("{body}的{kind}改为{start_at}，地点：{place}。"),
        TOLD,
    ),
    Topic(
        CALLED_OFF,
        Group.ASSIGNED,
        _("会议取消"),
        _("{body}的{kind}取消"),
        _("原定{start_at}的{kind}（{body}）取消。"),
        ("kind", "body", "start_at"),
    ),
)

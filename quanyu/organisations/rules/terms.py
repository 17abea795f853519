"""When a committee's term ends, and when its election is due (届期与换届)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

MOST_YEARS: Final = 10
MOST_MEMBERS: Final = 50
LONGEST_WORDS: Final = 500


class Form(StrEnum):
    """How an organisation is led: by a committee, or by a secretary alone (领导形式)."""

    COMMITTEE = "committee"
    SECRETARY = "secretary"


class ChangeKind(StrEnum):
    """Which way an election is moved (届期变更)."""

    POSTPONE = "postpone"
    ADVANCE = "advance"


class Due(StrEnum):
    """How an election stands to its day (换届提醒)."""

    LATER = "later"
    SOON = "soon"
    OVERDUE = "overdue"


FORM_WORDS: Final = {
    Form.COMMITTEE: _("设委员会"),
    Form.SECRETARY: _("只设书记"),
}
CHANGE_WORDS: Final = {
    ChangeKind.POSTPONE: _("延期换届"),
    ChangeKind.ADVANCE: _("提前换届"),
}
DUE_WORDS: Final = {
    Due.LATER: _("未到期"),
    Due.SOON: _("快到期"),
    Due.OVERDUE: _("逾期未换届"),
}


class WrongTerm(Invalid):
    """A term that cannot be kept as it was given."""


class WrongChange(Invalid):
    """An election cannot be moved to that day."""


class ChangeWaits(Refusal):
    """Another request about this term waits for its decision."""


class ChangeDecided(Refusal):
    """The request was decided already."""


class NotAnother(Refusal):
    """Who asked does not decide."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a committee serves: as elected, and as a superior has moved it."""

    starts: date
    years: int
    moved_to: date | None = None

    @property
    def ends(self) -> date:
        """Return the first day after the term as it was elected."""
        return add_months(self.starts, 12 * self.years)

    @property
    def due(self) -> date:
        """Return by when the next committee must have been elected."""
        return self.moved_to or self.ends


@lru_cache(maxsize=8192)
def add_months(day: date, months: int) -> date:
    """Return the day so many months on; the last of a shorter month where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def warned_from(span: Span, *, months: int) -> date:
    """Return from which day an election counts as due soon."""
    return add_months(span.due, -months)


def due(span: Span, *, months: int, today: date) -> Due:
    """Return how an election stands to its day."""
    if today >= span.due:
        return Due.OVERDUE
    return Due.SOON if today >= warned_from(span, months=months) else Due.LATER


def check_term(*, form: str, size: int, years: int) -> None:
    """Refuse a form that there is not, or numbers that cannot be.

    :raises WrongTerm: naming the field
    """
    if form not in set(Form):
        raise WrongTerm(
            _("领导形式须为设委员会或只设书记"),
            field="form",
            value=form,
            allowed=[one.value for one in Form],
        )
    for name, value, most in (("size", size, MOST_MEMBERS), ("years", years, MOST_YEARS)):
        if not 1 <= value <= most:
            raise WrongTerm(
                _("应为 1 至 {most} 的整数"),
                field=name,
                value=value,
                allowed=[f"1…{most}"],
                most=most,
            )


def check_begins(starts: date, *, after: date | None) -> None:
    """Refuse a term that would begin before the one before it.

    :raises WrongTerm: if so
    """
    if after is not None and starts <= after:
        raise WrongTerm(
            _("这一届须晚于上一届开始的日期 {after}"),
            field="starts",
            value=starts.isoformat(),
            after=after.isoformat(),
        )


def check_change(span: Span, *, kind: str, to: date, today: date) -> None:
    """Refuse a day that is no postponement, or no advance.

    :raises WrongChange: naming the field and what is allowed
    """
    if kind not in set(ChangeKind):
        raise WrongChange(
            _("只能申请延期换届或提前换届"),
            field="kind",
            value=kind,
            allowed=[one.value for one in ChangeKind],
        )
    if kind == ChangeKind.POSTPONE and to <= span.due:
        raise WrongChange(
            _("延期须晚于应换届日期 {due}"),
            field="to",
            value=to.isoformat(),
            due=span.due.isoformat(),
        )
    if kind == ChangeKind.ADVANCE and not today <= to < span.due:
        raise WrongChange(
            _("提前须在今天到应换届日期 {due} 之间"),
            field="to",
            value=to.isoformat(),
            due=span.due.isoformat(),
        )


def said(text: str, *, field: str = "words", least: int = 2) -> str:
    """Return words as they are kept.

    :raises WrongChange: if there are too few or too many
    """
    told = " ".join(text.split())
    if not least <= len(told) <= LONGEST_WORDS:
        raise WrongChange(
            _("须有 {least} 至 {most} 个字"),
            field=field,
            value=told[:80],
            least=least,
            most=LONGEST_WORDS,
        )
    return told

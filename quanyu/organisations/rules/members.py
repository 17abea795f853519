"""The roll of members, as far as it is kept at all (党员名册规则)."""

from datetime import date
from enum import StrEnum
from typing import Final

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

LONGEST: Final = 40


class Standing(StrEnum):
    """Whether one is a full member yet (党员类别)."""

    FULL = "full"
    PROBATIONARY = "probationary"


STANDING_WORDS: Final = {
    Standing.FULL: _("正式党员"),
    Standing.PROBATIONARY: _("预备党员"),
}


class WrongMember(Invalid):
    """A member that cannot be entered as given."""


class NoLonger(Refusal):
    """The member has left already, or is a full one already."""


def check_member(*, name: str, standing: str, joined: date, today: date) -> None:
    """Refuse a member without a name, of no known standing, or of a day to come.

    :raises WrongMember: naming the field
    """
    if not 1 <= len(name.strip()) <= LONGEST:
        raise WrongMember(_("姓名须有 1 至 {most} 个字"), field="name", most=LONGEST)
    if standing not in set(Standing):
        raise WrongMember(
            _("党员类别须为正式或预备"),
            field="standing",
            value=standing,
            allowed=[one.value for one in Standing],
        )
    check_past(joined, field="joined", today=today)


def check_past(day: date, *, field: str, today: date) -> None:
    """Refuse a day to come.

    :raises WrongMember: if so
    """
    if day > today:
        raise WrongMember(_("日期不能晚于今天"), field=field, value=day.isoformat())

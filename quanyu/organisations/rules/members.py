"""The roll of members, as far as it is kept at all (党员名册规则)."""

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

LONGEST: Final = 40
WORDS: Final = 200


class Standing(StrEnum):
    """Whether one is a full member yet (党员类别)."""

    FULL = "full"
    PROBATIONARY = "probationary"


class Answer(StrEnum):
    """What became of a transfer that was proposed (转接结果)."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ANSWER_WORDS: Final = {
    Answer.ACCEPTED: _("已接收"),
    Answer.DECLINED: _("未接收"),
    Answer.WITHDRAWN: _("已撤回"),
}


class TransferWaits(Refusal):
    """The member is on the way to another organisation."""


class TransferAnswered(Refusal):
    """The transfer waits no longer."""


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


def check_elsewhere(now: UUID, then: UUID) -> None:
    """Refuse a transfer to where the member belongs already.

    :raises WrongMember: if so
    """
    if now == then:
        raise WrongMember(_("已经在这个党组织"), field="to", value=str(then))


def check_declined(words: str) -> str:
    """Return why a member is not taken over, in a few words.

    :raises WrongMember: if it says none
    """
    said = words.strip()
    if not 2 <= len(said) <= WORDS:
        raise WrongMember(
            _("请写明不接收的理由，2 至 {most} 个字"), field="words", value=said, most=WORDS
        )
    return said

"""What the rules of party organisations say in numbers, each with its clause (规定的数)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

MOST: Final = 100_000
LONGEST: Final = 200
AHEAD: Final = timedelta(days=366)
"""So far ahead a number may be changed: before a change nothing else can be changed any more."""


class NormKey(StrEnum):
    """Which number it is (规定项)."""

    BRANCH_LEAST = "branch_least"
    JOINT_UNITS_MOST = "joint_units_most"
    COMMITTEE_FROM = "committee_from"
    COMMITTEE_LEAST = "committee_least"
    COMMITTEE_USUAL = "committee_usual"
    COMMITTEE_MOST = "committee_most"
    GENERAL_ABOVE = "general_above"
    PARTY_COMMITTEE_ABOVE = "party_committee_above"
    TERM = "term"
    ELECTION_MONTHS = "election_months"
    MOVED_BY_SUPERIOR = "moved_by_superior"
    PRESENT = "present"
    MAJORITY = "majority"
    RHYTHM = "rhythm"


NORM_WORDS: Final[Mapping[NormKey, str]] = {
    NormKey.BRANCH_LEAST: _("成立党支部的正式党员数"),
    NormKey.JOINT_UNITS_MOST: _("联合党支部覆盖单位一般不超过"),
    NormKey.COMMITTEE_FROM: _("设支部委员会的正式党员数"),
    NormKey.COMMITTEE_LEAST: _("委员会人数，至少"),
    NormKey.COMMITTEE_USUAL: _("委员会人数，一般不超过"),
    NormKey.COMMITTEE_MOST: _("委员会人数，最多"),
    NormKey.GENERAL_ABOVE: _("设党总支的党员数，超过"),
    NormKey.PARTY_COMMITTEE_ABOVE: _("设基层党委的党员数，超过"),
    NormKey.TERM: _("任期（年）"),
    NormKey.ELECTION_MONTHS: _("换届提前提醒（月）"),
    NormKey.MOVED_BY_SUPERIOR: _("延期或提前换届须上级批准"),
    NormKey.PRESENT: _("选举到会比例，至少"),
    NormKey.MAJORITY: _("赞成占应到会人数，超过"),
    NormKey.RHYTHM: _("会议周期（月）"),
}


class WrongNorm(Invalid):
    """A number that cannot be one of these rules."""


class NormBegun(Refusal):
    """The rule has changed on that day or later already."""


@dataclass(frozen=True, slots=True)
class Norm:
    """One number of the rules as it holds on a day, with the clause it rests on (规定)."""

    key: str
    subject: str
    amount: int
    base: int
    clause: str
    """As the reader's language cites it; the ground that was written down, where it is none."""
    is_sample: bool
    """Of a sample document, or without any ground: its content was not checked (示例)."""
    valid_from: date
    id: UUID | None = None


Norms = Mapping[tuple[str, str], Norm]
"""The numbers that hold on one day, by key and subject."""


def norm(norms: Norms, key: NormKey, *subjects: str) -> Norm | None:
    """Return the number for the first of these subjects that has one, else the general one."""
    for one in (*subjects, ""):
        if (found := norms.get((key, one))) is not None:
            return found
    return None


def check_norm(*, key: str, amount: int, base: int) -> None:
    """Refuse a number that cannot be one of these rules.

    :raises WrongNorm: naming the field
    """
    if key not in set(NormKey):
        raise WrongNorm(
            _("没有这一项规定"), field="key", value=key, allowed=[one.value for one in NormKey]
        )
    if not 1 <= amount <= MOST:
        raise WrongNorm(
            _("应为 1 至 {most} 的整数"),
            field="amount",
            value=amount,
            allowed=[f"1…{MOST}"],
            most=MOST,
        )
    if not 1 <= base <= MOST or (base > 1 and amount > base):
        raise WrongNorm(_("比例的分母须不小于分子"), field="base", value=base)
    if key == NormKey.RHYTHM and 12 % amount:
        raise WrongNorm(
            _("会议周期须能整除 12 个月"),
            field="amount",
            value=amount,
            allowed=["1", "2", "3", "4", "6", "12"],
        )


def check_begin(day: date, *, today: date) -> None:
    """Refuse a first day too far ahead: nothing could be changed before it any more.

    :raises WrongNorm: if so
    """
    last = today + AHEAD
    if day > last:
        raise WrongNorm(
            _("最晚从 {last} 起，即一年之内"),
            field="start",
            value=day.isoformat(),
            allowed=[f"…{last.isoformat()}"],
            last=last.isoformat(),
        )


def check_ground(because: str) -> None:
    """Refuse a change without its ground, or with too long a one.

    :raises WrongNorm: if so
    """
    if not 1 <= len(because.strip()) <= LONGEST:
        raise WrongNorm(
            _("请写明依据的文件或理由，最多 {most} 个字"),
            field="because",
            value=because[:LONGEST],
            most=LONGEST,
        )

"""Whether a meeting counts and who is elected: whole numbers, never shares of them (表决与选举)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _


class Seat(StrEnum):
    """What one is elected to (选举职务)."""

    SECRETARY = "secretary"
    DEPUTY = "deputy"
    MEMBER = "member"


SEAT_WORDS: Final = {
    Seat.SECRETARY: _("书记"),
    Seat.DEPUTY: _("副书记"),
    Seat.MEMBER: _("委员"),
}
MOST_SEATS: Final = 30
MOST_VOTERS: Final = 100_000


class WrongBallot(Invalid):
    """Numbers of a ballot that cannot all be true (票数有误)."""


class NotQuorate(Refusal):
    """Too few of those entitled were there (到会人数不足)."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, in whole numbers: 4 of 5."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{self.part}/{self.whole}"


@dataclass(frozen=True, slots=True)
class Rule:
    """By which shares is decided: present at least ``least``, more votes than ``above``."""

    least: Share
    above: Share


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a ballot went: who may vote, who was there, and what became of the papers (选票)."""

    entitled: int
    present: int
    issued: int
    returned: int
    invalid: int = 0

    @property
    def valid(self) -> int:
        """Return how many papers count."""
        return self.returned - self.invalid


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes for one candidate (得票)."""

    key: UUID
    seat: str
    votes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a ballot came to, each candidate in one of three (选举结果)."""

    elected: frozenset[UUID]
    tied: frozenset[UUID]
    """Enough votes, but as many as another for too few seats: a further ballot decides."""
    failed: frozenset[UUID]


def is_quorate(present: int, entitled: int, *, least: Share) -> bool:
    """Answer whether enough were there: just the share is enough."""
    return entitled > 0 and present * least.whole >= entitled * least.part


def is_carried(votes: int, entitled: int, *, above: Share) -> bool:
    """Answer whether more than the share of those who should attend said yes: just it is not."""
    return entitled > 0 and votes * above.whole > entitled * above.part


def least_present(entitled: int, *, least: Share) -> int:
    """Return how many must be there."""
    return -(-entitled * least.part // least.whole)


def least_votes(entitled: int, *, above: Share) -> int:
    """Return how many votes are enough."""
    return entitled * above.part // above.whole + 1


def check_sheet(sheet: Sheet) -> None:
    """Refuse numbers that cannot all be true.

    :raises WrongBallot: naming the field, its value and what is allowed
    """
    limits = (
        ("entitled", sheet.entitled, 1, MOST_VOTERS),
        ("present", sheet.present, 0, sheet.entitled),
        ("issued", sheet.issued, 0, sheet.present),
        ("returned", sheet.returned, 0, sheet.issued),
        ("invalid", sheet.invalid, 0, sheet.returned),
    )
    for name, value, low, high in limits:
        check_between(name, value, low, high)


def check_between(name: str, value: int, low: int, high: int) -> None:
    """Refuse a number outside its bounds.

    :raises WrongBallot: naming the bounds
    """
    if not low <= value <= high:
        raise WrongBallot(
            _("应为 {low} 至 {high} 的整数"),
            field=name,
            value=value,
            allowed=[f"{low}…{high}"],
            low=low,
            high=high,
        )


def check_tallies(sheet: Sheet, tallies: Sequence[Tally], *, seats: Mapping[str, int]) -> None:
    """Refuse votes that these papers cannot have held.

    :raises WrongBallot: if a candidate has more votes than papers, or a post more than fit on them
    """
    for tally in tallies:
        check_between(f"votes_{tally.key}", tally.votes, 0, sheet.valid)
    for seat, count in seats.items():
        cast = [tally for tally in tallies if tally.seat == seat]
        total, most = sum(tally.votes for tally in cast), sheet.valid * count
        if total > most:
            raise WrongBallot(
                _("这一职务的票数合计不能超过有效票乘以应选人数（{most}）"),
                field=f"votes_{cast[0].key}",
                value=total,
                allowed=[f"0…{most}"],
                most=most,
            )


def outcome(
    sheet: Sheet, tallies: Sequence[Tally], *, seats: Mapping[str, int], rule: Rule
) -> Outcome:
    """Return who is elected, post by post.

    Whoever has more than the share of those who should attend is elected, the most votes first, as
    long as there are seats. Of those with the same votes for the last seats nobody is: they stand
    again.

    :raises NotQuorate: if too few were there
    """
    check_quorum(sheet, rule=rule)
    elected: set[UUID] = set()
    tied: set[UUID] = set()
    for seat, count in seats.items():
        passed = sorted(
            (one for one in tallies if one.seat == seat and _passes(one, sheet, rule)),
            key=lambda one: -one.votes,
        )
        even = _even(passed, count)
        tied |= even
        elected |= {one.key for one in passed[:count]} - even
    failed = {one.key for one in tallies} - elected - tied
    return Outcome(frozenset(elected), frozenset(tied), frozenset(failed))


def check_quorum(sheet: Sheet, *, rule: Rule) -> None:
    """Refuse a ballot that cannot count, because too few were there.

    :raises NotQuorate: naming how many had to be
    """
    if not is_quorate(sheet.present, sheet.entitled, least=rule.least):
        raise NotQuorate(
            _("应到 {entitled} 人，实到 {value} 人，不足 {share}（至少 {need} 人），选举不能进行"),
            field="present",
            value=sheet.present,
            allowed=[f"{least_present(sheet.entitled, least=rule.least)}…{sheet.entitled}"],
            entitled=sheet.entitled,
            share=str(rule.least),
            need=least_present(sheet.entitled, least=rule.least),
        )


def _passes(tally: Tally, sheet: Sheet, rule: Rule) -> bool:
    return is_carried(tally.votes, sheet.entitled, above=rule.above)


def _even(passed: Sequence[Tally], count: int) -> set[UUID]:
    """Return those who share the votes at which the seats end."""
    if count <= 0 or len(passed) <= count or passed[count - 1].votes != passed[count].votes:
        return set()
    last = passed[count - 1].votes
    return {one.key for one in passed if one.votes == last}

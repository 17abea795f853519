"""For which organisations or meetings a number of the rules may hold by itself (规定的适用对象)."""

from typing import Final

from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.kinds import PARTY, BodyKind
from quanyu.organisations.rules.norms import NormKey, WrongNorm
from quanyu.organisations.rules.party import AT_COMMUNITY, ELECTING
from quanyu.organisations.rules.rhythm import MeetingKind

SHARES: Final = frozenset({NormKey.PRESENT, NormKey.MAJORITY})
"""The numbers that are a part of a whole."""

FOR_ALL: Final = SHARES | {NormKey.ELECTION_MONTHS, NormKey.MOVED_BY_SUPERIOR}


def subjects_of(key: str) -> tuple[str, ...]:
    """Return for what a number may hold by itself; "" is for all that have no number of their own.

    A term may be another one in a community; a rhythm is that of one kind of meeting.
    """
    if key == NormKey.RHYTHM:
        return tuple(MeetingKind)
    if key in FOR_ALL:
        return ("",)
    if key == NormKey.TERM:
        own = [one for one in BodyKind if one in ELECTING]
        return ("", *own, *(f"{one}{AT_COMMUNITY}" for one in own))
    return ("", *(one for one in BodyKind if one in PARTY))


def check_subject(key: str, subject: str) -> None:
    """Refuse a number for what has none of that kind.

    :raises WrongNorm: naming what is allowed
    """
    allowed = subjects_of(key)
    if subject not in allowed:
        raise WrongNorm(
            _("这项规定不分这类对象"), field="subject", value=subject[:40], allowed=list(allowed)
        )

"""Who lets a holder leave a post: one hand above, the holder, or two hands (卸任规则)."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from quanyu.organisations.rules.posts import may_confirm, may_propose
from quanyu.regions.rules import Level, level_of


class Leaving(StrEnum):
    """How somebody ends an appointment (卸任方式)."""

    ALONE = "alone"
    """At once: the level above, or the holder who resigns."""
    ASK = "ask"
    """Only asks for it."""
    SECOND = "second"
    """Ends what somebody else asked for, where there is no level above."""
    NO = "no"


def leaving(
    place: str,
    *,
    roles: Collection[str],
    deciding: Collection[str],
    is_own: bool,
    is_asked: bool,
    is_asker: bool,
) -> Leaving:
    """Return how somebody ends an appointment at a place.

    It takes access away, so nobody ends a peer's alone.

    :param roles: held at the place
    :param deciding: held where such appointments are confirmed
    :param is_own: whether it is the actor's own
    :param is_asked: whether somebody has asked for it, as :func:`waits` says
    :param is_asker: whether that was the actor
    """
    level = level_of(place)
    has_above = level is not Level.CITY
    decides = may_confirm(deciding, level)
    if is_own or (has_above and decides):
        return Leaving.ALONE
    if not may_propose(roles, level):
        return Leaving.NO
    if is_asker or not is_asked:
        return Leaving.ASK
    return Leaving.SECOND if decides and not has_above else Leaving.NO


def waits(asked_at: datetime | None, ended_at: datetime | None) -> bool:
    """Answer whether an end that was asked for still waits: two hands are spent by one end."""
    return asked_at is not None and (ended_at is None or asked_at > ended_at)


def may_keep(how: Leaving, *, is_own: bool, is_asked: bool) -> bool:
    """Answer whether somebody strikes the request for an end; nobody does for oneself."""
    return is_asked and not is_own and how is not Leaving.NO


def agreed(asked: date, *, today: date) -> tuple[date, ...]:
    """Return on which days the second hand ends it: the day asked for, or today once that is past.

    Of these the last is meant where none is named.
    """
    return asked, max(asked, today)

"""Which body belongs to which co-ordination body (成员单位规则)."""

from collections.abc import Iterable
from datetime import date

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.kinds import HOSTS

Period = tuple[date, date | None]
"""The first day, and the day on which it holds no more."""


class WrongJoining(Invalid):
    """No other body can belong to it."""


class AlreadyJoined(Refusal):
    """It belongs to it on one of these days already."""


def check_host(kind: str) -> None:
    """Refuse what is no co-ordination body: nothing else has bodies for its members.

    :raises WrongJoining: if so
    """
    if kind not in HOSTS:
        raise WrongJoining(
            _("只有议事协调机构有成员单位"), field="host", value=kind, allowed=sorted(HOSTS)
        )


def check_other(host: str, member: str) -> None:
    """Refuse a body as a member of itself.

    :raises WrongJoining: if so
    """
    if host == member:
        raise WrongJoining(_("议事协调机构不能是自己的成员单位"), field="member", value=member)


def check_free(start: date, end: date | None, held: Iterable[Period]) -> None:
    """Refuse a period on whose days the body belongs to it already.

    :raises AlreadyJoined: if so
    """
    for first, last in held:
        is_apart = (end is not None and end <= first) or (last is not None and last <= start)
        if not is_apart:
            raise AlreadyJoined(
                _("从{since}起已是成员单位"), field="start", value=start, since=first.isoformat()
            )


def going_on(day: date, held: Iterable[Period]) -> date | None:
    """Return from which day a body may belong for good: that day, or later; None if it does."""
    start = day
    for _first, last in held:
        if last is None:
            return None
        start = max(start, last)
    return start

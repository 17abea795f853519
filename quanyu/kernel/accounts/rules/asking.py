"""How long a grant lasts, who asks, who stands in (申请、复核、代理规则). No database, no clock."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from quanyu.kernel.access.rules import ADMINISTRATORS, OWN_ROLES, Grant, Role
from quanyu.kernel.accounts.rules.grants import WrongGrant
from quanyu.kernel.accounts.rules.hats import needs_hat
from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _

LEADERS = frozenset(
    {
        Role.GRID_LEADER,
        Role.COMMUNITY_SECRETARY,
        Role.COMMANDER,
        Role.DISTRICT_ADMIN,
    }
)
"""Who answers for the people of a place: asks for their grants, names deputies, sees as they do."""

LONGEST_SIGHT = timedelta(minutes=15)
"""So long one sees as a colleague does before one is oneself again."""

SOON = timedelta(days=30)
"""A grant that ends within this is on the list of those that end."""


class Asked(StrEnum):
    """Where a request stands (申请状态)."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @classmethod
    def decided(cls) -> list[str]:
        """Return the states into which another person brought it."""
        return [cls.APPROVED.value, cls.REFUSED.value]


class Verdict(StrEnum):
    """What a review says of one grant (复核结论)."""

    KEEP = "keep"
    END = "end"


class OwnRequest(Refusal):
    """Who asked does not decide, and nobody decides about oneself (申请与审批分离)."""


class Settled(Refusal):
    """The request or the line has been decided, withdrawn or has lapsed (已办结)."""


class AskedBefore(Refusal):
    """The same is asked for already (已有相同申请)."""


class NotDeputy(Refusal):
    """This person may not stand in here, or not so long (不得代理)."""


NO_COLLEAGUE: Final = _("没有这个用户名，或该人员不在同一辖区或机构任职")
"""Said alike of nobody and of somebody elsewhere, so that nobody learns of names in use."""


def last_moment(begins: datetime, ends: datetime | None, *, days: int) -> datetime:
    """Return when a grant asked for ends: as asked, or after the longest time.

    :param days: the longest time
    :raises WrongGrant: if it would last longer
    """
    latest = begins + timedelta(days=days)
    # The last day counts to its end, so that it may run over by less than a day.
    if ends is not None and ends > latest + timedelta(days=1):
        raise WrongGrant(
            _("授权最长 {days} 天，最迟止于 {day}"),
            field="granted_to",
            value=f"{ends:%Y-%m-%d}",
            days=days,
            day=f"{latest:%Y-%m-%d}",
        )
    return ends or latest


def may_lead(grants: Iterable[Grant], place: str) -> bool:
    """Answer whether one of these grants leads a place."""
    return any(grant.role in LEADERS and grant.covers(place) for grant in grants)


def is_working(role: str) -> bool:
    """Answer whether a role is work at a place or in a body, and no administrator's."""
    return role not in ADMINISTRATORS and role not in OWN_ROLES and role != Role.SYSTEM


def stands_near(wanted: Grant, held: Grant) -> bool:
    """Answer whether ``held`` is work where ``wanted`` is: there, above it, or in its body."""
    if not is_working(held.role):
        return False
    if wanted.body is not None:
        return held.body == wanted.body
    return held.covers(wanted.path)


def check_deputy_period(begins: datetime, ends: datetime, *, at: datetime, days: int) -> None:
    """Refuse a period in which nobody may stand in.

    :raises NotDeputy: if it is empty, past or too long
    """
    if ends <= begins or ends <= at:
        raise NotDeputy(_("代理的止期须在起期和今天之后"), field="granted_to")
    if ends - begins > timedelta(days=days + 1):
        raise NotDeputy(_("代理最长 {days} 天"), field="granted_to", days=days)


def quarter(day: date) -> str:
    """Return the quarter of a day, as 2026Q4."""
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def quarter_begins(name: str) -> date:
    """Return the first day of a quarter."""
    year, number = name.split("Q")
    return date(int(year), int(number) * 3 - 2, 1)


def sees_as_much(mine: Collection[Grant], theirs: Collection[Grant]) -> bool:
    """Answer whether a leader sees all that these grants open, and none is an administrator's.

    What is seen is the same under every sighted role, so places and bodies decide.
    """
    held = frozenset(theirs)
    if not held or needs_hat(held) or any(not is_working(grant.role) for grant in held):
        return False
    bodies = {grant.body for grant in mine if grant.body}
    return all(
        grant.body in bodies if grant.body else may_lead(mine, grant.path) for grant in theirs
    )

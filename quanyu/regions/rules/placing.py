"""Who keeps places, and when a building may be put into another grid."""

from datetime import date

from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.kinds import Level
from quanyu.regions.rules.places import level_of

KEEPERS = frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER, Role.SYS_ADMIN, Role.SYSTEM})
"""Who keeps estates and buildings of a place: the district, a commander for the street."""

HOUSED_AT = frozenset({Level.COMMUNITY, Level.GRID})
"""Where a building may stand: in a grid, or in a community of which none is drawn yet."""


class NotKeeper(Refusal):
    """One has a part in the place and does not keep what stands in it."""


class WrongSiting(Refusal):
    """A building cannot be put there, or not on that day."""


def check_may_house(path: str, *, is_known: bool) -> None:
    """Refuse a place that is neither a grid nor a community of the tree.

    :raises WrongSiting: if so
    """
    if not is_known or level_of(path) not in HOUSED_AT:
        raise WrongSiting(
            _("楼栋须归属到区划中的网格，未划网格的归属到社区"),
            field="region_path",
            value=path,
            allowed=["34/01/04/001/001/g001/", "34/01/04/001/001/"],
        )


def check_day(day: date, *, today: date, since: date | None) -> None:
    """Refuse a day to come, and one before the building's last move: what was, stays.

    :raises WrongSiting: if so
    """
    if day > today:
        raise WrongSiting(
            _("归属从今天或以前起；将来的调整请用计划"),
            field="day",
            value=day.isoformat(),
            allowed=[f"<= {today.isoformat()}"],
        )
    if since is not None and day < since:
        raise WrongSiting(
            _("早于上一次调整的日子，已有的历史不能改写"),
            field="day",
            value=day.isoformat(),
            allowed=[f">= {since.isoformat()}"],
        )

"""How a body's standing may change, from which day (机构变动规则)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.dates import WrongDay
from quanyu.organisations.rules.kinds import alike


class Change(StrEnum):
    """By which act a body began to stand as it does (变动)."""

    FOUND = "found"
    RENAME = "rename"
    RESUBORDINATE = "resubordinate"
    RELOCATE = "relocate"
    MERGE = "merge"
    TAKE = "take"
    DISSOLVE = "dissolve"


CHANGE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Change.FOUND: _("设立"),
        Change.RENAME: _("更名"),
        Change.RESUBORDINATE: _("改变隶属"),
        Change.RELOCATE: _("随区划调整"),
        Change.MERGE: _("合并"),
        Change.TAKE: _("批量导入"),
        Change.DISSOLVE: _("撤销"),
    }
)


class Nothing(Refusal):
    """The body stands like that already."""


class StillHanging(Refusal):
    """Something hangs on the body and would be left without an owner."""


class WrongMerge(Refusal):
    """These bodies cannot become one."""


def check_day(day: date, *, today: date, since: date, field: str = "day") -> None:
    """Refuse a day to come, and one before the body began to stand as it does.

    What the register says today holds today: a change to come is entered on its day.

    :raises WrongDay: if so
    """
    if day > today:
        raise WrongDay(
            _("变动从当天或以前的日子起登记，不登记将来的日子"),
            field=field,
            value=day.isoformat(),
            allowed=[today.isoformat()],
        )
    if day < since:
        raise WrongDay(
            _("不能早于上一次变动的日子{since}"),
            field=field,
            value=day.isoformat(),
            since=since.isoformat(),
        )


def check_ends(day: date, *, today: date, since: date) -> None:
    """Refuse to end what began that day or later, or what is still to come.

    :raises WrongDay: if so
    """
    check_day(day, today=today, since=since)
    if day == since:
        raise WrongDay(
            _("撤销日期须晚于上一次变动的日子{since}"),
            field="day",
            value=day.isoformat(),
            since=since.isoformat(),
        )


def returns(body: UUID, above: UUID | None, superiors: Mapping[UUID, UUID | None]) -> bool:
    """Tell whether the way up from ``above`` leads to ``body``, and so round in a ring."""
    seen: set[UUID] = set()
    while above is not None and above not in seen:
        if above == body:
            return True
        seen.add(above)
        above = superiors.get(above)
    return False


def check_merge(kinds: Mapping[UUID, str], stays: UUID, goes: UUID) -> None:
    """Refuse a merge of a body with itself, or of party organisations with others.

    :raises WrongMerge: if so
    """
    from_kind, into_kind = kinds.get(goes, ""), kinds.get(stays, "")
    if stays == goes:
        raise WrongMerge(_("单位不能并入自己"), field="into", value=str(stays))
    if into_kind not in alike(from_kind):
        raise WrongMerge(
            _("只有同类单位可以合并：党支部并入党支部，部门并入部门"),
            field="into",
            value=into_kind,
            allowed=[from_kind],
        )

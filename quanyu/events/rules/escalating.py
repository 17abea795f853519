"""Who is told as a limit runs down and after, level by level; no database (逐级提醒)."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from quanyu.events.rules import HOLDERS, PARTS_OF_A_STREET, WORDS, Audience
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare


class Whom(StrEnum):
    """Whom a rung tells, from who does the work upwards (告知对象)."""

    HANDS = "hands"
    """Who has the matter in its state: a grid worker, a body's handlers, a dispatcher."""

    LEADER = "leader"
    """Who handles in the body above the one that has it."""

    DESK = "desk"
    """Who sent it out; else the nearest desk that dispatches."""

    STREET = "street"
    DISTRICT = "district"
    CITY = "city"


UPWARD: Final = tuple(Whom)

WHOM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Whom.HANDS: _("承办人"),
        Whom.LEADER: _("承办单位的上级单位"),
        Whom.DESK: _("派遣员"),
        Whom.STREET: _("街道指挥长"),
        Whom.DISTRICT: _("区级统筹"),
        Whom.CITY: _("市级统筹"),
    }
)

BESIDE: Final = (Whom.HANDS, Whom.DESK, Whom.STREET, Whom.DISTRICT, Whom.CITY)
"""Whom the clock of a part, a call or a card tells: the body above gets no sight for it."""

CLOCKS_BESIDE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "part": ("part", _("协办答复")),
        "whistle": ("called", _("吹哨后报到")),
        "card": ("raised", _("督办单答复")),
    }
)
"""By workflow, the clock that runs beside that of a matter, and what it is called."""

WHOM_BESIDE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "part": {Whom.HANDS: _("协办单位")},
        "whistle": {Whom.HANDS: _("没有报到的单位"), Whom.DESK: _("吹哨人")},
        "card": {Whom.HANDS: _("被督办单位"), Whom.DESK: _("督办人")},
    }
)
"""What the levels are called there, where not as for a matter."""

IN_COMMAND: Final = frozenset({Role.COMMANDER, Role.DISTRICT_ADMIN})
"""Who commands a place: the street, the district or the city, each by the place of the grant."""

PARTS: Mapping[str, int] = MappingProxyType(
    {Whom.STREET: PARTS_OF_A_STREET, Whom.DISTRICT: 3, Whom.CITY: 2}
)
"""How many parts the path of each level's place has."""

TOPICS: Mapping[str, str] = MappingProxyType(
    {"soon": _("快到期"), "overdue": _("已逾期"), "raised": _("逾期，请督促")}
)
"""With which notice a rung tells; each is worded by the city."""

VACANT: Final = _("{whom}空缺，由您代为关注。")

declare(
    Topic(
        "event.soon",
        Group.DUE,
        _("快到期"),
        _("快到期：{matter}"),
        _("{place}，编号 {number}，{due_at} 到期。{note}"),
        (*WORDS, "holder", "note"),
    ),
    Topic(
        "event.overdue",
        Group.DUE,
        _("已逾期"),
        _("已逾期：{matter}"),
        _("{place}，编号 {number}，{due_at} 到期，请尽快办理。{note}"),
        (*WORDS, "holder", "note"),
    ),
    Topic(
        "event.raised",
        Group.DUE,
        _("逾期，请督促"),
        _("逾期未办，请督促：{matter}"),
        _("{place}，编号 {number}，{holder}在办，{due_at} 到期。{note}"),
        (*WORDS, "holder", "note"),
    ),
)


def is_meant(whom: str, *, state: str) -> bool:
    """Answer whether a rung means anybody in this state: a common desk is told of nothing.

    What stands on a desk's common list is late in everybody's sight there; a notice to each would
    add nothing. Who commands them is told.
    """
    return whom != Whom.HANDS or state in HOLDERS


def hands(state: str) -> Audience | None:
    """Return who has a matter in this state."""
    return HOLDERS.get(state)


def upward(whom: str, *, among: Sequence[Whom] = UPWARD) -> Sequence[Whom]:
    """Return a level and those above it: where nobody is at one, the next is told."""
    return among[among.index(Whom(whom)) :]


def place_of(whom: str, path: str) -> str:
    """Return the place whose commander a level means; nothing where the matter lies above it."""
    parts = path.split("/")[: PARTS[whom]]
    return "/".join([*parts, ""]) if len(parts) == PARTS[whom] and all(parts) else ""


def highest(told: Sequence[Iterable[UUID]]) -> list[list[UUID]]:
    """Return who is told of each of several rungs at once: each person of the last alone."""
    seen: set[UUID] = set()
    found: list[list[UUID]] = []
    for people in reversed([list(dict.fromkeys(people)) for people in told]):
        found.append([one for one in people if one not in seen])
        seen.update(people)
    return found[::-1]

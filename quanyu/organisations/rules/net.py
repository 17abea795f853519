"""How the tree is read: in which part a body stands, and what two days differ by (组织树)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.kinds import PARTY, BodyKind


class Axis(StrEnum):
    """Which part of the register a tree shows (组织树分类)."""

    PARTY = "party"
    STATE = "state"
    SOCIETY = "society"


AXIS_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {Axis.PARTY: _("党组织"), Axis.STATE: _("政府与社区"), Axis.SOCIETY: _("社会单位")}
)
STATE: Final = frozenset(
    {
        BodyKind.DEPARTMENT,
        BodyKind.STREET_OFFICE,
        BodyKind.STREET_UNIT,
        BodyKind.STATIONED_AGENCY,
        BodyKind.RESIDENTS_COMMITTEE,
        BodyKind.COORDINATION,
        BodyKind.CENTRE,
    }
)
KINDS_OF: Final[Mapping[str, frozenset[BodyKind]]] = MappingProxyType(
    {Axis.PARTY: PARTY, Axis.STATE: STATE, Axis.SOCIETY: frozenset(BodyKind) - PARTY - STATE}
)


def axis_of(kind: str) -> Axis:
    """Return in which part of the register bodies of a kind stand."""
    return next(axis for axis in Axis if kind in KINDS_OF[axis])


class Differs(StrEnum):
    """In what a body differs between two days (差异)."""

    FOUNDED = "founded"
    ENDED = "ended"
    RENAMED = "renamed"
    RECAST = "recast"
    HUNG = "hung"
    MOVED = "moved"


DIFFERS_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Differs.FOUNDED: _("新设"),
        Differs.ENDED: _("撤销或并入"),
        Differs.RENAMED: _("更名"),
        Differs.RECAST: _("改设"),
        Differs.HUNG: _("改变隶属"),
        Differs.MOVED: _("迁移"),
    }
)


@dataclass(frozen=True, slots=True)
class Stood:
    """How a body stood on one day."""

    name: str
    name_en: str
    kind: str
    place: str
    parent: UUID | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One body that stood otherwise, or not at all, on one of two days."""

    body_id: UUID
    before: Stood | None
    after: Stood | None
    in_what: tuple[Differs, ...]


def differences(
    before: Mapping[UUID, Stood], after: Mapping[UUID, Stood]
) -> tuple[Difference, ...]:
    """Return every body that stood otherwise on two days: those that ended first."""
    ended = [
        Difference(key, one, None, (Differs.ENDED,))
        for key, one in before.items()
        if key not in after
    ]
    founded = [
        Difference(key, None, one, (Differs.FOUNDED,))
        for key, one in after.items()
        if key not in before
    ]
    changed = [
        Difference(key, before[key], one, in_what)
        for key, one in after.items()
        if key in before and (in_what := _in_what(before[key], one))
    ]
    return (*ended, *founded, *changed)


def _in_what(before: Stood, after: Stood) -> tuple[Differs, ...]:
    pairs = (
        (Differs.RENAMED, before.name, after.name),
        (Differs.RECAST, before.kind, after.kind),
        (Differs.HUNG, before.parent, after.parent),
        (Differs.MOVED, before.place, after.place),
    )
    return tuple(word for word, one, other in pairs if one != other)

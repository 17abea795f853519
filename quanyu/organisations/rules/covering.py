"""Which party organisation covers which grid and building (网格与楼栋覆盖)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.fitting import Caution
from quanyu.organisations.rules.kinds import PARTY, BodyKind


class Tie(StrEnum):
    """What a party organisation covers (覆盖关系)."""

    GRID = "grid"
    """A branch covers a grid."""
    BUILDING = "building"
    """A group covers a building."""


TIE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {Tie.GRID: _("支部覆盖网格"), Tie.BUILDING: _("党小组覆盖楼栋")}
)
COVERERS: Final[Mapping[str, frozenset[BodyKind]]] = MappingProxyType(
    {
        Tie.GRID: frozenset({BodyKind.BRANCH, BodyKind.JOINT_BRANCH}),
        Tie.BUILDING: frozenset({BodyKind.PARTY_GROUP}),
    }
)

FORMED: Final = PARTY - {BodyKind.PARTY_WORK_COMMITTEE, BodyKind.PARTY_GROUP}
"""The party organisations that a unit may have of its own."""

UNITS: Final = frozenset(
    {
        BodyKind.RESIDENT_UNIT,
        BodyKind.PROPERTY_FIRM,
        BodyKind.PROVIDER,
        BodyKind.OWNERS_COMMITTEE,
        BodyKind.DEPARTMENT,
        BodyKind.STATIONED_AGENCY,
    }
)
"""The units in which one may be formed."""

OWN: Final = _("支部工作条例：正式党员 3 人以上成立党支部，不足 3 人的成立联合党支部")


class Covered(StrEnum):
    """How a grid is covered by a branch (网格覆盖情况)."""

    OWN = "own"
    JOINT = "joint"
    NONE = "none"


COVERED_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Covered.OWN: _("单独党支部"),
        Covered.JOINT: _("联合党支部"),
        Covered.NONE: _("没有党支部"),
    }
)


class WrongCover(Invalid):
    """A body of this kind covers nothing of that kind."""


class AlreadyCovered(Refusal):
    """Another body covers it on that day."""


def check_cover(tie: str, kind: str) -> None:
    """Refuse a body that covers no such thing: branches cover grids, groups cover buildings.

    :raises WrongCover: if so
    """
    if tie not in set(Tie):
        raise WrongCover(
            _("覆盖关系须为支部覆盖网格或党小组覆盖楼栋"),
            field="tie",
            value=tie,
            allowed=[one.value for one in Tie],
        )
    if kind not in COVERERS[tie]:
        raise WrongCover(
            _("只有党支部、联合党支部覆盖网格，只有党小组覆盖楼栋"),
            field="body",
            value=kind,
            allowed=sorted(COVERERS[tie]),
        )


def covered(kind: str, grids: int) -> Covered:
    """Return how the grids of one branch are covered: alone, or together with others."""
    if kind == BodyKind.JOINT_BRANCH or grids > 1:
        return Covered.JOINT
    return Covered.OWN


def cover_cautions(kind: str, grids: int) -> tuple[Caution, ...]:
    """Return what is unusual about the grids of a branch, with the clause."""
    if kind == BodyKind.BRANCH and grids > 1:
        return (Caution(_("一个党支部覆盖几个网格，应登记为联合党支部"), OWN),)
    return ()

"""Under what a body may hang: what is refused, and what is only warned of (隶属规则)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.kinds import BRANCHES, COMMUNITY_PARTY, PARTY, BodyKind

RANK: Final[Mapping[str, int]] = MappingProxyType(
    {
        BodyKind.PARTY_WORK_COMMITTEE: 0,
        BodyKind.PARTY_COMMITTEE: 1,
        BodyKind.GENERAL_BRANCH: 2,
        BodyKind.BRANCH: 3,
        BodyKind.JOINT_BRANCH: 3,
        BodyKind.PARTY_GROUP: 4,
    }
)
"""How deep a party organisation stands: each hangs under a higher one."""

CHAIN: Final = _(
    "中国城市报 2021-08-30：街道党工委—社区党委（党总支）—网格党支部—楼院（楼栋）党小组"
)
"""What the chain of four rests on (domain.md section 6.1, verified)."""

STATIONED: Final = _("中国城市报 2021-08-30：区属街管街用，派驻街道的机构由街道指挥调度和考核监督")
"""What command by the street rests on (domain.md section 8.3, verified)."""


class WrongSuperior(Refusal):
    """A body cannot hang there."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something unusual that is allowed, and the clause that says what is usual (提示)."""

    sentence: str
    clause: str
    is_verified: bool = True
    """Whether the clause was read at its source; else it is marked as a sample (示例)."""


def check_superior(kind: str, above: str) -> None:
    """Refuse a superior under which a body of this kind can never hang; "" is none.

    :raises WrongSuperior: if so
    """
    if kind in PARTY and above and above not in PARTY:
        raise WrongSuperior(
            _("党组织的上级须是党组织；驻在单位以所在地和共建关系表示"), field="parent", value=above
        )
    if kind in PARTY and above and RANK[kind] <= RANK[above]:
        raise WrongSuperior(
            _("党组织隶属于层级更高的党组织：党工委、党委、党总支、党支部、党小组"),
            field="parent",
            value=above,
        )
    if above == BodyKind.PARTY_GROUP:
        raise WrongSuperior(_("党小组之下不设单位"), field="parent", value=above)
    offices = {BodyKind.STREET_OFFICE, BodyKind.PARTY_WORK_COMMITTEE}
    if kind == BodyKind.STREET_UNIT and above not in offices:
        raise WrongSuperior(
            _("街道内设机构须隶属于街道办事处或街道党工委"),
            field="parent",
            value=above,
            allowed=sorted(offices),
        )


def cautions(kind: str, above: str) -> tuple[Caution, ...]:
    """Return what is unusual about where a body hangs, with the clause."""
    found = []
    if kind == BodyKind.PARTY_GROUP and above in COMMUNITY_PARTY:
        found.append(Caution(_("党小组直属社区党组织，一般设在网格党支部之下"), CHAIN))
    if kind in BRANCHES and above == BodyKind.PARTY_WORK_COMMITTEE:
        found.append(Caution(_("党支部直属街道党工委，一般设在社区党组织之下"), CHAIN))
    if kind in PARTY and not above and kind != BodyKind.PARTY_WORK_COMMITTEE:
        found.append(Caution(_("没有上级党组织"), CHAIN))
    if kind == BodyKind.STATIONED_AGENCY and above != BodyKind.DEPARTMENT:
        found.append(Caution(_("派驻机构一般隶属于区属部门"), STATIONED))
    return tuple(found)

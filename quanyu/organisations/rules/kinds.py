"""What kind of body acts (机构类型)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quanyu.kernel.errors import gettext_noop as _


class BodyKind(StrEnum):
    """What kind of body acts (机构类型)."""

    PARTY_WORK_COMMITTEE = "party_work_committee"
    PARTY_COMMITTEE = "party_committee"
    GENERAL_BRANCH = "general_party_branch"
    BRANCH = "party_branch"
    JOINT_BRANCH = "joint_party_branch"
    PARTY_GROUP = "party_group"
    DEPARTMENT = "department"
    STREET_OFFICE = "street_office"
    STREET_UNIT = "street_unit"
    STATIONED_AGENCY = "stationed_agency"
    RESIDENTS_COMMITTEE = "residents_committee"
    OWNERS_COMMITTEE = "owners_committee"
    RESIDENT_UNIT = "resident_unit"
    PROPERTY_FIRM = "property_firm"
    PROVIDER = "provider"
    COORDINATION = "coordination_body"
    CENTRE = "party_service_centre"
    OUTSIDE = "outside"


KIND_WORDS: Final[Mapping[BodyKind, str]] = MappingProxyType(
    {
        BodyKind.PARTY_WORK_COMMITTEE: _("党工委"),
        BodyKind.PARTY_COMMITTEE: _("党委"),
        BodyKind.GENERAL_BRANCH: _("党总支"),
        BodyKind.BRANCH: _("党支部"),
        BodyKind.JOINT_BRANCH: _("联合党支部"),
        BodyKind.PARTY_GROUP: _("党小组"),
        BodyKind.DEPARTMENT: _("部门"),
        BodyKind.STREET_OFFICE: _("街道办事处"),
        BodyKind.STREET_UNIT: _("街道内设机构"),
        BodyKind.STATIONED_AGENCY: _("派驻机构"),
        BodyKind.RESIDENTS_COMMITTEE: _("居民委员会"),
        BodyKind.OWNERS_COMMITTEE: _("业主委员会"),
        BodyKind.RESIDENT_UNIT: _("驻区单位"),
        BodyKind.PROPERTY_FIRM: _("物业服务企业"),
        BodyKind.PROVIDER: _("公用服务单位"),
        BodyKind.COORDINATION: _("议事协调机构"),
        BodyKind.CENTRE: _("党群服务中心"),
        BodyKind.OUTSIDE: _("系统外单位"),
    }
)

PARTY: Final = frozenset(
    {
        BodyKind.PARTY_WORK_COMMITTEE,
        BodyKind.PARTY_COMMITTEE,
        BodyKind.GENERAL_BRANCH,
        BodyKind.BRANCH,
        BodyKind.JOINT_BRANCH,
        BodyKind.PARTY_GROUP,
    }
)
"""The party organisations; a group is none in the register of members, and stands in the tree."""

HOSTS: Final = frozenset({BodyKind.COORDINATION})
"""The co-ordination bodies: other bodies belong to them and meet in them."""

BRANCHES: Final = frozenset({BodyKind.BRANCH, BodyKind.JOINT_BRANCH})
COMMUNITY_PARTY: Final = frozenset({BodyKind.PARTY_COMMITTEE, BodyKind.GENERAL_BRANCH})


def alike(kind: str) -> frozenset[BodyKind]:
    """Return the kinds one body may change between, and merge within; none of an unknown kind."""
    for group in (BRANCHES, COMMUNITY_PARTY):
        if kind in group:
            return group
    return frozenset(one for one in BodyKind if one == kind)

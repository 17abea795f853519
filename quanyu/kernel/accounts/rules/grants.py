"""Who may hold what (授权规则). No database, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from quanyu.kernel.access.rules import ADMINISTRATORS, BODY_ROLES, PATH, Grant, Role
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

LONGEST_PATH = 80
ROLE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Role.RESIDENT: _("居民"),
        Role.ENTERPRISE: _("企业"),
        Role.GRID_WORKER: _("网格员"),
        Role.GRID_LEADER: _("网格长"),
        Role.GRID_BRANCH_SECRETARY: _("网格党支部书记"),
        Role.BUILDING_LEAD: _("楼栋长"),
        Role.PARTY_GROUP_LEADER: _("党小组长"),
        Role.COMMUNITY_OFFICER: _("社区工作者"),
        Role.COMMUNITY_SECRETARY: _("社区书记"),
        Role.OPERATOR: _("受理员"),
        Role.DISPATCHER: _("派遣员"),
        Role.CHECKER: _("核查员"),
        Role.COMMANDER: _("街道指挥长"),
        Role.HANDLER: _("处置人"),
        Role.DISTRICT_ADMIN: _("区级统筹"),
        Role.WINDOW_CLERK: _("窗口人员"),
        Role.ASSISTANT_AGENT: _("帮办代办员"),
        Role.PROVIDER: _("养老服务商"),
        Role.CAREGIVER: _("护理员"),
        Role.ASSESSOR: _("评估员"),
        Role.PROPERTY_FIRM: _("物业企业"),
        Role.OWNERS_COMMITTEE: _("业主委员会"),
        Role.CO_BUILD_UNIT: _("驻区单位"),
        Role.PARTTIME_MEMBER: _("兼职委员"),
        Role.REPORTED_MEMBER: _("报到党员"),
        Role.PARTY_OFFICER: _("党务干事"),
        Role.ACCOUNTANT: _("财务人员"),
        Role.AUDITOR: _("审计员"),
        Role.SYS_ADMIN: _("系统管理员"),
        Role.SEC_ADMIN: _("安全管理员"),
        Role.AUDIT_ADMIN: _("审计管理员"),
    }
)
"""What a role is called (domain.md section 15.1)."""


class RolesApart(Refusal):
    """The three administrators are kept apart from each other and from working roles (三员分立)."""


class OwnGrant(Refusal):
    """Nobody grants a role to oneself, or takes one away (不得自我授权)."""


class WrongGrant(Invalid):
    """The grant is not as one must be: its role, place, body, period or reason (授权有误)."""


class Ended(Refusal):
    """The account or the grant has already come to its end (已停用)."""


def is_administrator(roles: Iterable[str]) -> bool:
    """Answer whether one of the three administrators is among these roles."""
    return not ADMINISTRATORS.isdisjoint(roles)


def check_apart(role: str, *, held: Iterable[str]) -> None:
    """Refuse an administrator's role beside any other, and any other beside it.

    :param held: the roles of the same account whose period meets the new one
    :raises RolesApart: if they may not be in one hand
    """
    others = set(held) - {role}
    if others and is_administrator({role} | others):
        raise RolesApart(
            _("系统、安全、审计三员须分设，不得由同一账号兼任，也不得兼任业务角色"),
            field="role",
            value=role,
        )


def check_grant(
    *,
    role: str,
    region_path: str,
    body: UUID | None,
    granted_from: datetime,
    granted_to: datetime | None,
    reason: str,
) -> Grant:
    """Return the grant these facts describe.

    :raises WrongGrant: if they describe none
    """
    if role not in ROLE_NAMES:
        raise WrongGrant(_("没有这个角色"), field="role", value=role)
    if not reason.strip():
        raise WrongGrant(_("请写明授权事由"), field="reason")
    if granted_to is not None and granted_to <= granted_from:
        raise WrongGrant(_("授权的止期须在起期之后"), field="granted_to")
    return _placed(role, region_path, body)


def _placed(role: str, region_path: str, body: UUID | None) -> Grant:
    if role in BODY_ROLES:
        if body is None or region_path:
            raise WrongGrant(_("该角色只能在机构内授予"), field="body")
    elif not region_path or body:
        raise WrongGrant(_("该角色须按辖区授予"), field="region_path")
    elif not region_path.endswith("/"):
        raise WrongGrant(_("辖区路径须以斜线结尾"), field="region_path", value=region_path)
    elif len(region_path) > LONGEST_PATH or not PATH.fullmatch(region_path):
        raise no_such_place(region_path)
    return Grant(role, path=region_path, body=body)


def no_such_place(region_path: str) -> WrongGrant:
    """Return the refusal of a path that leads nowhere."""
    shown = region_path[:LONGEST_PATH]
    return WrongGrant(_("没有这个辖区"), field="region_path", value=shown)


def roles_in_order(roles: Iterable[str]) -> Sequence[str]:
    """Return roles in the order of the list of roles."""
    return sorted(set(roles), key=list(ROLE_NAMES).index)

"""Who may hold what, which hat is worn, when a sign-in locks. No database, no clock."""

import hashlib
import hmac
import ipaddress
import secrets
import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from quanyu.kernel.access.rules import (
    ADMINISTRATORS,
    BODY_ROLES,
    MOST_PLACES,
    PATH,
    Actor,
    ActorKind,
    Grant,
    Role,
    disjoint,
)
from quanyu.kernel.errors import Invalid, Refusal, TooMany
from quanyu.kernel.errors import gettext_noop as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPAN = timedelta(minutes=5)
"""Failures older than this are forgotten."""

LONGEST_PATH = 80
LONGEST_NAME = 40
LOCK = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=12)
PROOF = timedelta(minutes=10)
"""So long after a sign-in the second factor is set up without the password again."""

MOST_FAILURES = MappingProxyType({"name": 5, "code": 5, "address": 20})
"""How many failures within SPAN lock a name, a second factor, or an address."""

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


class NameTaken(Invalid):
    """Another account bears this name (用户名已被使用)."""


class WrongName(Invalid):
    """A user name has 2 to 60 letters, digits, dots, dashes or Chinese characters (用户名有误)."""


class Ended(Refusal):
    """The account or the grant has already come to its end (已停用)."""


class WrongCode(Invalid):
    """The code of the second factor is wrong or was used before (动态验证码有误)."""


class Locked(TooMany):
    """Too many failures under this name or from this address (暂停登录)."""


@dataclass(frozen=True, slots=True)
class Hat:
    """The place or the body in which a person acts for now (身份)."""

    path: str = ""
    body: UUID | None = None

    @property
    def key(self) -> str:
        """Return how the session keeps it."""
        return self.path or str(self.body)

    def covers(self, grant: Grant) -> bool:
        """Answer whether the grant belongs to this hat."""
        if self.body:
            return grant.body == self.body
        return bool(grant.path) and grant.path.startswith(self.path)


def hats(grants: Collection[Grant]) -> tuple[Hat, ...]:
    """Return the hats that these grants offer: each disjoint place, then each body."""
    places = disjoint(grant.path for grant in grants if grant.path)
    bodies = sorted({grant.body for grant in grants if grant.body})
    return (*(Hat(path=path) for path in places), *(Hat(body=body) for body in bodies))


def worn(grants: frozenset[Grant], key: str) -> Hat | None:
    """Return the hat of this key, or None when it is not among those offered."""
    return next((hat for hat in hats(grants) if hat.key == key), None)


def needs_hat(grants: frozenset[Grant]) -> bool:
    """Answer whether there are more places than one request may reach."""
    return len(Actor(ActorKind.PERSON, grants=grants).places) > MOST_PLACES


def under(grants: frozenset[Grant], hat: Hat | None) -> frozenset[Grant]:
    """Return the grants that count under this hat; with too many places and no hat, none does."""
    if hat is not None:
        return frozenset(grant for grant in grants if hat.covers(grant))
    return frozenset() if needs_hat(grants) else grants


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


def username(text: str) -> str:
    """Return the user name as it is kept: without capitals and outer blanks.

    :raises WrongName: if it is too short or too long, or holds other signs
    """
    name = text.strip().lower()
    if not 2 <= len(name) <= 60 or not all(sign.isalnum() or sign in ".-_" for sign in name):
        raise WrongName(
            _("用户名为 2 至 60 个字母、数字、汉字或 . - _"), field="username", value=text
        )
    return name


def person_name(text: str) -> str:
    """Return a person's name as it is kept: without outer blanks.

    :raises Invalid: if it is empty or too long
    """
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(_("姓名为 1 至 40 个字"), field="name", value=text[:LONGEST_NAME])
    return name


def kinds(password: str) -> int:
    """Return how many of the four kinds of signs a password holds."""
    return (
        any(sign.islower() for sign in password)
        + any(sign.isupper() for sign in password)
        + any(sign.isdigit() for sign in password)
        + any(not sign.isalnum() for sign in password)
    )


def fresh_password() -> str:
    """Return a password made by chance that the rules accept and a person can type."""
    easy = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
    words = ["".join(secrets.choice(easy) for _sign in range(4)) for _word in range(4)]
    text = "-".join(words)
    return text if kinds(text) == 4 else fresh_password()


@dataclass(frozen=True, slots=True)
class Failures:
    """What is known of one name or address that failed: when, and until when it is locked."""

    times: tuple[datetime, ...] = ()
    locked_until: datetime | None = None


def after_failure(before: Failures, *, kind: str, at: datetime) -> Failures:
    """Return what one more failure makes of it; the one that reaches the number locks."""
    times = (*(time for time in before.times if at - time < SPAN), at)
    if len(times) >= MOST_FAILURES[kind]:
        return Failures((), at + LOCK)
    return Failures(times, before.locked_until)


def check_open(found: Iterable[datetime | None], *, at: datetime) -> None:
    """Refuse while one of these locks holds, in words that do not tell whether the name exists.

    :raises Locked: until the latest of them
    """
    until = max((time for time in found if time and time > at), default=None)
    if until is not None:
        raise locked(until, at=at)


def locked(until: datetime, *, at: datetime) -> Locked:
    """Return the refusal of a lock: it tells until when."""
    return Locked(
        _("登录失败次数过多，已暂停登录，{until} 后可再试"),
        retry_after=int((until - at).total_seconds()) + 1,
        until=f"{until.astimezone(SHANGHAI):%H:%M}",
    )


def keyed(kind: str, value: str, *, secret: str) -> str:
    """Return the hash under which failures are counted; the name or address cannot be read back."""
    return hmac.digest(secret.encode(), f"sign-in {kind} {value}".encode(), hashlib.sha256).hex()


def address(remote: str, forwarded: str, *, trusted: str) -> str:
    """Return from where a request comes.

    The header counts only when the peer is a trusted proxy, and in it the last one that is none.
    IPv6 addresses count by their /64, which one household or host has to itself.

    :param forwarded: the header's value, nearest proxy last
    :param trusted: addresses or networks of our proxies, with commas
    """
    proxies = [ipaddress.ip_network(one.strip(), strict=False) for one in trusted.split(",") if one]
    chain = [one.strip() for one in forwarded.split(",") if one.strip()] if proxies else []
    found = _parsed(remote)
    while chain and found and any(found in proxy for proxy in proxies):
        nearer = _parsed(chain.pop())
        if nearer is None:
            break
        found = nearer
    return _counted(found)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _parsed(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _counted(found: Address | None) -> str:
    if found is None:
        return ""
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def mask_name(name: str) -> str:
    """Return a name with all but its first sign hidden."""
    return f"{name[:1]}{'*' * min(len(name) - 1, 2)}"


def roles_in_order(roles: Iterable[str]) -> Sequence[str]:
    """Return roles in the order of the list of roles."""
    return sorted(set(roles), key=list(ROLE_NAMES).index)

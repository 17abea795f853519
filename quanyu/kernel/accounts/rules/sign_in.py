"""What a name and a password are, and when a sign-in locks (登录规则). No database, no clock."""

import hashlib
import hmac
import ipaddress
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from quanyu.kernel.errors import Invalid, TooMany
from quanyu.kernel.errors import gettext_noop as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPAN = timedelta(minutes=5)
"""Failures older than this are forgotten."""
LONGEST_NAME = 40
LONGEST_MAIL = 254
MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
"""A plain address of one person: no name, no comment, no list, no line."""
LOCK = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=12)
PROOF = timedelta(minutes=10)
"""So long after a sign-in the second factor is set up without the password again."""
MOST_FAILURES = MappingProxyType({"name": 5, "code": 5, "address": 20, "vouching": 60})
"""How many failures within SPAN lock a name, a code, an address, an address for the provider."""


class NameTaken(Invalid):
    """Another account bears this name (用户名已被使用)."""


class WrongName(Invalid):
    """A user name has 2 to 60 letters, digits, dots, dashes or Chinese characters (用户名有误)."""


class WrongCode(Invalid):
    """The code of the second factor is wrong or was used before (动态验证码有误)."""


class Locked(TooMany):
    """Too many failures under this name or from this address (暂停登录)."""


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


def mail_address(text: str) -> str:
    """Return a mail address as it is kept, or nothing for none.

    :raises Invalid: if it is none
    """
    address = text.strip()
    if address and not (
        len(address) <= LONGEST_MAIL and MAIL.fullmatch(address) and ".." not in address
    ):
        raise Invalid(
            _("邮箱应为 name@example.cn 的样子；不用邮件就留空"),
            field="email",
            value=address[:LONGEST_MAIL],
        )
    return address


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

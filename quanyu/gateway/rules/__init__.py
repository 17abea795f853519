"""What is right between two systems, whoever asks (对接规则). No database, no clock."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quanyu.events.rules import LONGEST_TEXT, SHORTEST_TEXT
from quanyu.kernel.access.rules import PATH, Role
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

CODE: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,29}")
NUMBER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
SAID: Final = re.compile(r"[^\s\x00-\x1f]{1,40}")
MOST_DAYS: Final = 366
MOST_A_MINUTE: Final = 6_000
EARLY: Final = timedelta(minutes=10)
"""So far may another system's clock be ahead of ours."""

OPENS_SOURCES: Final = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN})
KEEPS_SOURCES: Final = frozenset({Role.SYS_ADMIN})
"""Who registers a system and makes its tokens; another kind of administrator confirms them."""

CONFIRMS: Final = frozenset({Role.SEC_ADMIN})
MATCHES: Final = frozenset({Role.OPERATOR, Role.COMMANDER, Role.DISTRICT_ADMIN})
"""Who says what the codes of another system mean here, at its place."""

BRINGS: Final = frozenset({Role.OPERATOR})
"""Who takes orders in by file, and hands answers out by file."""

READS: Final = MATCHES | {Role.DISPATCHER, Role.CHECKER}


class WrongSource(Invalid):
    """What was said of another system is not as it must be (来源系统有误)."""


class WrongToken(Refusal):
    """The token opens nothing: unknown, unconfirmed, run out or revoked (令牌无效)."""

    status = 401


class WrongMatch(Invalid):
    """This is no meaning for a code of another system (对照有误)."""


class WrongOrder(Invalid):
    """An order cannot be taken as it is (工单有误)."""


class WrongAnswer(Refusal):
    """This answer is not in the state for this act (答复状态不符)."""


# ------------------------------------------------------------------ systems and tokens


def check_source(*, code: str, name: str, place: str, a_minute: int) -> None:
    """Refuse a system that cannot be told apart, has no name, no place, or no measure.

    :raises WrongSource: naming the field
    """
    if not CODE.fullmatch(code):
        raise WrongSource(
            _("代号用小写字母、数字、点和短横，至多 30 个"), field="code", value=code[:40]
        )
    if not 2 <= len(name.strip()) <= 60:
        raise WrongSource(_("名称请写 2 到 60 个字"), field="name", value=name[:60])
    if not PATH.fullmatch(place):
        raise WrongSource(_("请选它可以送来事项的辖区"), field="place", value=place[:40])
    if not 1 <= a_minute <= MOST_A_MINUTE:
        raise WrongSource(
            _("每分钟次数请填 1 到 {most}"),
            field="a_minute",
            value=a_minute,
            allowed=[f"1–{MOST_A_MINUTE}"],
            most=MOST_A_MINUTE,
        )


def check_days(days: int) -> None:
    """Refuse a token without an end within a year.

    :raises WrongSource: if it would last for no day, or too long
    """
    if not 1 <= days <= MOST_DAYS:
        raise WrongSource(
            _("令牌的有效期请填 1 到 {most} 天"),
            field="days",
            value=days,
            allowed=[f"1–{MOST_DAYS}"],
            most=MOST_DAYS,
        )


def fresh_secret(code: str) -> str:
    """Return a token: the system's code to know it by, and 256 bits of chance."""
    return f"qy-{code}-{secrets.token_urlsafe(32)}"


# ------------------------------------------------------------------ what codes mean


class Kind(StrEnum):
    """What a code of another system says (对照种类)."""

    CLASS = "class"
    BODY = "body"
    PRIORITY = "priority"


KIND_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {Kind.CLASS: _("类别"), Kind.BODY: _("承办单位"), Kind.PRIORITY: _("紧急程度")}
)
URGENT, ORDINARY = "urgent", "ordinary"
PRIORITIES: Final = (URGENT, ORDINARY)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code means here between two days (一条对照)."""

    kind: str
    said: str
    code: str
    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        """Answer whether it holds on a day; the last day is one of them."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def meant(meanings: Sequence[Meaning], kind: str, said: str, *, on: date) -> str:
    """Return what a code means on a day, "" where nobody has said; the newest word counts."""
    found = [one for one in meanings if (one.kind, one.said) == (kind, said) and one.holds(on)]
    return max(found, key=lambda one: one.valid_from).code if found else ""


def check_match(kind: str, said: str, valid_from: date, valid_to: date | None) -> None:
    """Refuse a meaning of nothing, or one that ends before it begins.

    :raises WrongMatch: naming the field
    """
    if kind not in KIND_WORDS:
        raise WrongMatch(
            _("种类只能是类别、承办单位、紧急程度"), field="kind", value=kind, allowed=[*KIND_WORDS]
        )
    if not SAID.fullmatch(said):
        raise WrongMatch(_("对方代码请写 1 到 40 个字，中间不留空"), field="said", value=said[:40])
    if valid_to is not None and valid_to < valid_from:
        raise WrongMatch(
            _("失效日期不能早于生效日期"), field="valid_to", value=valid_to.isoformat()
        )


# ------------------------------------------------------------------ an order


@dataclass(frozen=True, slots=True)
class Said:
    """One order as the other system tells it now (工单)."""

    number: str
    contents: str
    said_at: datetime | None = None
    due_said: datetime | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    coordinates: str = "wgs84"
    class_said: str = ""
    class_name: str = ""
    body_said: str = ""
    priority_said: str = ""
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    is_confidential: bool = False
    urged: int = 0
    """How often the caller has urged in all."""
    urged_words: str = ""
    withdrawn: str = ""
    """Why it was withdrawn; "" when it was not."""
    returned: str = ""
    """Why the last answer was not taken; "" when none was sent back."""


def check_order(said: Said, *, at: datetime) -> None:
    """Refuse an order that has no number of its own, says nothing, or comes from the future.

    :raises WrongOrder: naming the field
    """
    if not NUMBER.fullmatch(said.number):
        raise WrongOrder(
            _("工单号用字母、数字、点、横线和下划线，至多 64 个"),
            field="number",
            value=said.number[:64],
        )
    if not SHORTEST_TEXT <= len(said.contents.strip()) <= LONGEST_TEXT:
        raise WrongOrder(
            _("诉求内容请写 {least} 到 {most} 个字"),
            field="contents",
            value=len(said.contents.strip()),
            least=SHORTEST_TEXT,
            most=LONGEST_TEXT,
        )
    if said.said_at is not None and said.said_at > at + EARLY:
        raise WrongOrder(_("来电时间在将来"), field="said_at", value=said.said_at.isoformat())
    _check_point(said)


def _check_point(said: Said) -> None:
    if (said.lon is None) != (said.lat is None):
        raise WrongOrder(_("经度和纬度要一起给"), field="lon" if said.lon is None else "lat")
    if said.lon is None or said.lat is None:
        return
    if not (-180 <= said.lon <= 180 and -90 <= said.lat <= 90):
        raise WrongOrder(_("坐标不在地球上：{value}"), field="lon", value=f"{said.lon}, {said.lat}")


def is_later(ours: datetime | None, theirs: datetime | None) -> bool:
    """Answer whether we promise to be done after they want an answer."""
    return ours is not None and theirs is not None and ours > theirs


# ------------------------------------------------------------------ an answer


class Given(StrEnum):
    """What an answer tells (答复种类)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DISPATCHED = "dispatched"
    ASKED = "asked"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    NOT_EXTENDED = "not_extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    MERGED = "merged"
    CLOSED = "closed"
    VOID = "void"
    REOPENED = "reopened"
    OUTSIDE = "outside"
    FORCED = "forced"
    FORWARDED = "forwarded"


GIVEN_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Given.ACCEPTED: _("已受理"),
        Given.REFUSED: _("不予受理答复"),
        Given.DISPATCHED: _("已派遣"),
        Given.ASKED: _("请补充情况"),
        Given.EXTENSION_ASKED: _("已申请延期"),
        Given.EXTENDED: _("已延期"),
        Given.NOT_EXTENDED: _("未同意延期"),
        Given.SUSPENDED: _("已挂账"),
        Given.RESUMED: _("已恢复办理"),
        Given.MERGED: _("并案办理"),
        Given.CLOSED: _("办结答复"),
        Given.VOID: _("已作废"),
        Given.REOPENED: _("已重办"),
        Given.OUTSIDE: _("已转系统外单位"),
        Given.FORCED: _("强制结案答复"),
        Given.FORWARDED: _("已移送其他辖区"),
    }
)

TELLS: Final[Mapping[str, Given]] = MappingProxyType(
    {
        "accept": Given.ACCEPTED,
        "refuse": Given.REFUSED,
        "dispatch": Given.DISPATCHED,
        "ask": Given.ASKED,
        "ask_extension": Given.EXTENSION_ASKED,
        "extend": Given.EXTENDED,
        "keep_due": Given.NOT_EXTENDED,
        "suspend": Given.SUSPENDED,
        "suspend_on": Given.SUSPENDED,
        "resume": Given.RESUMED,
        "merge": Given.MERGED,
        "close": Given.CLOSED,
        "close_with": Given.CLOSED,
        "settle": Given.CLOSED,
        "settle_with": Given.CLOSED,
        "void": Given.VOID,
        "withdraw": Given.VOID,
        "reopen": Given.REOPENED,
        "redo": Given.REOPENED,
        "appeal": Given.REOPENED,
        "overrule": Given.REOPENED,
        "overrule_with": Given.REOPENED,
        "come_back": Given.REOPENED,
        "hand_outside": Given.OUTSIDE,
        "force_close": Given.FORCED,
        "force_with": Given.FORCED,
        "forward": Given.FORWARDED,
        "forward_with": Given.FORWARDED,
    }
)
"""What the other system is told of, by the act; all else stays inside."""

FINAL: Final = frozenset({Given.REFUSED, Given.CLOSED, Given.FORCED})
"""The answers that the other system may send back to be done again."""

RETURNABLE: Final = [given.value for given in FINAL]

declare(
    Topic(
        "gateway.later",
        Group.DUE,
        _("我方期限晚于热线要求"),
        _("我方期限晚于热线要求：{matter}"),
        _("{place}，编号 {number}。热线要求的答复时间早于我方 {due_at} 的期限，请提前办。"),
        ("number", "matter", "place", "due_at"),
    ),
)

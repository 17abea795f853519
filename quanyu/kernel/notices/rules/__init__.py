"""What is told, when, by which way; no database, no clock (通知规则)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quanyu.kernel.access.rules import Role
from quanyu.kernel.calendar.rules import ONE_DAY, WorkCalendar, local, moment_of
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

KEPT: Final = timedelta(days=90)
"""How long a notice stands in the inbox."""

LIVES: Final = timedelta(days=3)
"""What could not be sent in this time is news no more and is not sent."""

CALLED_WITHIN: Final = timedelta(days=14)
"""How long somebody stands on the telephone list."""

FRESH: Final = timedelta(days=2)
"""Only what happened so lately is told: a queue that stood still for a week tells no old news."""

WAITS: Final = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 360))
"""How long is waited after the first, second, … failed try; then the way is given up."""

SILENT: Final = timedelta(minutes=10)
"""A sending of which nothing was heard for so long was cut short."""

DIGEST_AT: Final = 8 * 60 + 30
"""The minute of the day at which what was collected goes out."""

MIDNIGHT: Final = 24 * 60
WORD: Final = re.compile(r"\{([^{}]*)\}")
NAME: Final = re.compile(r"[a-z][a-z_]*")


class Channel(StrEnum):
    """A way to a person besides the inbox, where every notice stands anyway (渠道)."""

    MAIL = "mail"
    SMS = "sms"
    PHONE = "phone"


CHANNEL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "inapp": _("站内"),
        Channel.MAIL: _("邮件"),
        Channel.SMS: _("短信"),
        Channel.PHONE: _("电话名单"),
    }
)
CHOSEN: Final = (Channel.MAIL, Channel.SMS)
"""What one may choose for oneself; the telephone list is for those whom nothing else reaches."""


class Group(StrEnum):
    """What a notice is about, as one chooses for it (类别)."""

    ASSIGNED = "assigned"
    DUE = "due"
    ANSWERS = "answers"
    ADMINISTRATION = "administration"


GROUP_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Group.ASSIGNED: _("交给我办的"),
        Group.DUE: _("快到期和逾期的"),
        Group.ANSWERS: _("答复和结果"),
        Group.ADMINISTRATION: _("账号与管理"),
    }
)


class State(StrEnum):
    """Where one delivery stands (发送状态)."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    DEAD = "dead"
    DROPPED = "dropped"


STATE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        State.WAITING: _("待发"),
        State.SENDING: _("正在发"),
        State.SENT: _("已发出"),
        State.DELIVERED: _("已送达"),
        State.UNKNOWN: _("不清楚发没发出"),
        State.DEAD: _("没发成"),
        State.DROPPED: _("不再需要"),
    }
)


class Outcome(StrEnum):
    """What came of a call (通话结果)."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    AGAIN = "again"
    REFUSED = "refused"


CALLERS: Final = frozenset({Role.COMMUNITY_OFFICER, Role.OPERATOR, Role.WINDOW_CLERK})
"""Who calls those whom nothing else reaches, each in their own place."""

OUTCOME_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Outcome.REACHED: _("已告知"),
        Outcome.NOT_REACHED: _("没打通"),
        Outcome.AGAIN: _("请改时间再打"),
        Outcome.REFUSED: _("不愿接听"),
    }
)
CALL_AGAIN: Final = timedelta(hours=2)
MOST_CALLS: Final = 3
"""So often somebody is called who does not answer; then it is let be."""


class UnknownWord(Invalid):
    """A wording holds a placeholder that this topic does not fill (未知的占位词)."""


class WrongChoice(Invalid):
    """One cannot be told in this way (通知方式有误)."""


class NotSent(Refusal):
    """What is asked of a delivery does not fit where it stands (发送状态不符)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Something people are told of, with the wording that holds until a city writes its own.

    :raises UnknownWord: if the wording asks for a word that is not among ``words``
    """

    key: str
    group: Group
    label: str
    subject: str
    body: str
    words: tuple[str, ...] = ()
    """The names of the short public words that fill it: never a person's name or number."""

    sms: str = ""
    """Shorter words for a text message and a call; the body where there are none."""

    def __post_init__(self) -> None:
        for text in (self.subject, self.body, self.sms):
            check_wording(text, words=self.words)

    def wording(self, channel: str) -> tuple[str, str]:
        """Return subject and body as shipped, in the source language."""
        short = channel in {Channel.SMS, Channel.PHONE} and self.sms
        return self.subject, self.sms if short else self.body


topics: dict[str, Topic] = {}


def declare(*told: Topic) -> None:
    """Make topics known, once each."""
    for topic in told:
        topics[topic.key] = topic


def check_wording(text: str, *, words: Iterable[str]) -> None:
    """Refuse a wording with a placeholder that nothing fills, or with a lone brace.

    :raises UnknownWord: with the placeholder, and those that there are
    """
    allowed = sorted(words)
    for name in WORD.findall(text):
        if name not in allowed:
            raise UnknownWord(
                _("没有“{word}”这个占位词，可用的有：{allowed_words}"),
                field="body",
                value=name,
                allowed=allowed,
                word=name,
                allowed_words=" ".join(f"{{{word}}}" for word in allowed),
            )
    if re.search(r"[{}]", WORD.sub("", text)):
        raise UnknownWord(_("花括号要成对，里面写占位词"), field="body", allowed=allowed)


def filled(text: str, words: Mapping[str, str]) -> str:
    """Return the wording with its words in place; a word that is missing leaves nothing."""
    return WORD.sub(lambda found: words.get(found[1], ""), text)


# ------------------------------------------------------------------ when


@dataclass(frozen=True, slots=True)
class Quiet:
    """When one is not to be disturbed, in minutes of the day (免打扰时段)."""

    start: int = 20 * 60
    end: int = 8 * 60
    rest_days: bool = True
    """Whether days that are no working days are quiet as a whole."""

    def __post_init__(self) -> None:
        if not (0 <= self.start < MIDNIGHT and 0 <= self.end < MIDNIGHT):
            raise WrongChoice(_("免打扰时间应在 00:00 至 23:59 之间"), field="quiet_from")

    def holds(self, minute: int) -> bool:
        """Answer whether this minute of a working day is quiet; from and to alike: none is."""
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


NIGHT: Final = Quiet()


def allowed_at(at: datetime, quiet: Quiet, *, calendar: WorkCalendar) -> datetime:
    """Return the first moment from ``at`` on at which one may be disturbed."""
    moment = at
    while (later := _end_of_quiet(moment, quiet, calendar)) != moment:
        moment = later
    return moment


def _end_of_quiet(at: datetime, quiet: Quiet, calendar: WorkCalendar) -> datetime:
    here = local(at)
    day, minute = here.date(), here.hour * 60 + here.minute
    if quiet.rest_days and not calendar.is_working(day):
        return moment_of(day + ONE_DAY, 0)
    if not quiet.holds(minute):
        return at
    is_tomorrow = quiet.start > quiet.end and minute >= quiet.start
    return moment_of(day + ONE_DAY if is_tomorrow else day, quiet.end)


def digest_at(at: datetime, quiet: Quiet, *, calendar: WorkCalendar) -> datetime:
    """Return when what was collected at ``at`` goes out: the next morning's, out of quiet."""
    here = local(at)
    today = moment_of(here.date(), DIGEST_AT)
    return allowed_at(
        today if at < today else moment_of(here.date() + ONE_DAY, DIGEST_AT),
        quiet,
        calendar=calendar,
    )


def wait(tries: int) -> timedelta | None:
    """Return how long to wait after so many failed tries; none when it is given up."""
    return WAITS[tries - 1] if 0 < tries <= len(WAITS) else None


# ------------------------------------------------------------------ by which way


@dataclass(frozen=True, slots=True)
class Way:
    """How one wants to be told of one group: by what, in order; at once or collected (方式)."""

    channels: tuple[str, ...] = ()
    is_digest: bool = False


USUAL: Mapping[str, Way] = MappingProxyType(
    {
        Group.ASSIGNED: Way((Channel.MAIL,)),
        Group.DUE: Way((Channel.MAIL,), is_digest=True),
        Group.ANSWERS: Way(),
        Group.ADMINISTRATION: Way((Channel.MAIL,)),
    }
)
"""What holds for whoever chose nothing: the inbox, and a mail for what is to be done."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How one person wants to be told (通知方式)."""

    language: str = "zh-hans"
    quiet: Quiet = NIGHT
    ways: Mapping[str, Way] = field(default_factory=lambda: USUAL)

    def way(self, group: str) -> Way:
        """Return how one wants to be told of this group."""
        return self.ways.get(group, USUAL[group])


def next_channel(
    wanted: Sequence[str], *, reachable: Iterable[str], after: str = ""
) -> Channel | None:
    """Return the first way one wants that is open, or the one after ``after``."""
    open_ways = set(reachable)
    start = wanted.index(after) + 1 if after in wanted else 0
    return next((Channel(name) for name in wanted[start:] if name in open_ways), None)


def goes_out(
    way: Way, quiet: Quiet, *, at: datetime, calendar: WorkCalendar, is_urgent: bool = False
) -> datetime:
    """Return when a notice goes out: what is urgent at once, else by digest and quiet hours."""
    if is_urgent:
        return at
    plan = digest_at if way.is_digest else allowed_at
    return plan(at, quiet, calendar=calendar)


def check_channels(given: Sequence[str]) -> tuple[str, ...]:
    """Return the ways in order.

    :raises WrongChoice: if one is unknown or stands there twice
    """
    if len(set(given)) != len(given) or not set(given) <= {str(one) for one in CHOSEN}:
        raise WrongChoice(_("请从列出的方式里选"), field="channels", allowed=[*CHOSEN])
    return tuple(given)

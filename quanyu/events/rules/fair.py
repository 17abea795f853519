"""What holds after closing: reopening, calling back, leaving out of the rates (公平结案)."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from quanyu.events.rules import side
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar.rules import Limit, days, hours, working_days, working_hours
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Quiet, Topic, declare

REOPEN, CALL_WAIT, CALL_AGAIN, CALL_UNTIL = "reopen", "call_wait", "call_again", "call_until"
CALL_FROM, CALL_TO = "call_from", "call_to"
CALLS, CALL_SHARE, CALL_REST_DAYS = "calls", "call_share", "call_rest_days"
SETTLED_SHARE = "call_share_settled"
"""The stages under which the codes keep how long, at which hours, how often and how many."""

FALLBACK: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        REOPEN: days(15),
        CALL_WAIT: working_days(1),
        CALL_AGAIN: working_hours(4),
        CALL_UNTIL: working_days(10),
        CALL_FROM: hours(9),
        CALL_TO: hours(20),
    }
)
"""Samples, for where the codes say nothing; the two last are hours of the day."""

COUNTED: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        CALLS: ("times", 3),
        CALL_SHARE: ("percent", 100),
        SETTLED_SHARE: ("percent", 20),
        CALL_REST_DAYS: ("times", 0),
    }
)
"""Samples too: how many calls to one reporter, how many of a hundred, whether on rest days."""

CALLERS: Final = frozenset({Role.OPERATOR, Role.CHECKER})
"""Who calls reporters back, each in their own place."""

REVIEWERS: Final = frozenset({Role.CHECKER, Role.DISTRICT_ADMIN})
"""Who decides that a matter leaves the rates: the checking side, never the handing-out side."""

ASK_EXCLUSION: Final = frozenset({Role.HANDLER, Role.DISPATCHER})

HOLDS: Final = timedelta(minutes=30)
"""So long a call that somebody took is theirs; then another may take it."""

HOURS_A_DAY = 24

CALLING_BACK: Final = "reply"
"""The reason for which whoever calls back looks at a number; it keeps to the hours of calls."""

REOPEN_LATE = _("重办次数已满，请再反映一次，会和这一件连在一起")
REOPEN_OVER = _("可以重办的日子已过（{day}），请再反映一次，会和这一件连在一起")
NOT_CALLED = _("评价由反映人作；打回访电话请先从回访队列领取")
OWN_CALL = _("您派遣、处置或核查过这件事，不能回访自己经手的事，请换一个人")
TAKEN = _("别人正在打这个回访电话，请换一个")
NOT_TAKEN = _("请先领取这个回访电话")
NO_CALL = _("这件事没有等待的回访电话")
TOO_EARLY = _("约好的时间还没到，{when} 以后再打")
QUIET_NOW = _("现在是免打扰时间，{when} 以后再打")
QUIET_ON_REST_DAYS = _(
    "回访只在工作日 {begins} 点到 {ends} 点打，{when} 以后再看电话；紧急类别不受此限"
)
QUIET_AT_NIGHT = _("回访只在每天 {begins} 点到 {ends} 点打，{when} 以后再看电话；紧急类别不受此限")
WRONG_OUTCOME = _("请选一项通话结果")

OWN_EXCLUSION = _("剔除要由别人评审：提出的人、派遣或处置过的人、承办单位的人都不能决定")
ASKED_BEFORE = _("这件事已有一项剔除申请等待评审")
EXCLUDED_BEFORE = _("这件事已经剔除")
WHY_DECIDED = _("请写一句为什么这样决定")
NOT_ASKED = _("没有等待评审的剔除申请")
NOT_EXCLUDED = _("这件事没有剔除")
NOT_YOURS = _("这一步不归您办")
NOT_COUNTED = _("作废、并案的事项本来就不计入指标，不用剔除")


class Outcome(StrEnum):
    """What came of a call-back (回访结果)."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    AGAIN = "again"
    REFUSED = "refused"


class Ended(StrEnum):
    """How a call-back ended (回访结束)."""

    REACHED = "reached"
    SELF = "self"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    LAPSED = "lapsed"


OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Outcome.REACHED: _("打通了"),
        Outcome.NOT_REACHED: _("没打通"),
        Outcome.AGAIN: _("请改时间再打"),
        Outcome.REFUSED: _("不愿接受回访"),
    }
)
UNHEARD: Final = (Outcome.NOT_REACHED, Outcome.AGAIN, Outcome.REFUSED)
"""What may come of a call besides the two answers."""


class RatedBy(StrEnum):
    """Where the two answers came from (评价来源)."""

    SELF = "self"
    CALL = "call"


class Decision(StrEnum):
    """What became of the wish to leave a matter out of the rates (剔除评审)."""

    WAITING = "waiting"
    EXCLUDED = "excluded"
    KEPT = "kept"
    COUNTED = "counted"


class CallTaken(Refusal):
    """Somebody else is calling just now."""


class NotNow(Refusal):
    """It is no time to call: quiet hours, or before the time that was agreed."""


class ReopenOver(Refusal):
    """The days or times within which it is done again are over."""


class OwnCall(Refusal):
    """One's own work is called back by somebody else."""


class OwnExclusion(Refusal):
    """Who asked for it or worked on it does not decide that it leaves the rates."""


class Matter(Protocol):
    """What these rules need to know of a matter."""

    region_path: str
    state: str
    body_id: UUID | None
    dispatched_by: list[UUID]
    handled_by: list[UUID]
    checked_by: list[UUID]
    called_by: UUID | None
    reopened: int
    most_reopens: int | None

    def most(self, stage: str) -> int:
        """Return how often something may be done with it."""


def may_answer(matter: Matter, actor: Actor) -> bool:
    """Answer whether it is the reporter who rates, or whoever has the reporter on the telephone."""
    if Role.RESIDENT in actor.roles_on(matter):
        return True
    return matter.called_by is not None and matter.called_by == actor.id


def may_reopen(matter: Matter, actor: Actor) -> bool:
    """Answer whether the times are not used up that were promised when it was closed."""
    return _has_times_left(matter)


def _has_times_left(matter: Matter) -> bool:
    promised = matter.most_reopens
    return matter.reopened < (matter.most(side.REOPENS) if promised is None else promised)


def is_reopenable(matter: Matter, until: datetime | None, *, at: datetime) -> bool:
    """Answer whether it may be done again: times left, and the day promised not over."""
    return _has_times_left(matter) and (until is None or at <= until)


def check_reopening(until: datetime | None, *, day: str, at: datetime) -> None:
    """Refuse to do it again after the day that was promised when it was closed.

    A matter closed before there was such a promise has no last day.

    :raises ReopenOver: if the day is over
    """
    if until is not None and at > until:
        raise ReopenOver(REOPEN_OVER, field="solved", value=until.isoformat(), day=day)


# ------------------------------------------------------------------ calling back


def worked_on(matter: Matter) -> frozenset[UUID]:
    """Return who dispatched, handled or checked a matter: none of them calls its reporter."""
    return frozenset({*matter.dispatched_by, *matter.handled_by, *matter.checked_by})


def check_caller(matter: Matter, actor: Actor) -> None:
    """Refuse to have somebody call back on their own work.

    :raises OwnCall: if they dispatched, handled or checked it
    """
    if actor.id in worked_on(matter):
        raise OwnCall(OWN_CALL, field="caller")


def is_held(by: UUID | None, since: datetime | None, *, at: datetime) -> bool:
    """Answer whether a call belongs to somebody just now."""
    return by is not None and since is not None and at - since < HOLDS


def in_sample(key: UUID, share: int) -> bool:
    """Answer whether a matter is among so many of a hundred: by its key, the same every time.

    The last digits of a key are chance; nobody chooses whom to call.
    """
    return key.int % 100 < share


def quiet(begins: int, ends: int, *, rest_days: bool) -> Quiet:
    """Return when nobody is called back, from the hours when one may; from 24 to 24 always.

    :param rest_days: whether one may be called on days that are no working days
    """
    start, end = ends % HOURS_A_DAY * 60, begins % HOURS_A_DAY * 60
    return Quiet(start=start, end=end, rest_days=not rest_days)


def after_call(outcome: str, tries: int, *, most: int) -> Ended | None:
    """Return how a call-back has ended after so many tries, or None when it goes on.

    :raises Invalid: if the outcome is none of the list
    """
    if outcome not in set(UNHEARD):
        raise Invalid(WRONG_OUTCOME, field="outcome", value=outcome, allowed=[*UNHEARD])
    if outcome == Outcome.REFUSED:
        return Ended.REFUSED
    return Ended.NOT_REACHED if tries >= most else None


# ------------------------------------------------------------------ leaving out of the rates


class Reviewed(Protocol):
    """What the review of an exclusion needs to know of its request."""

    @property
    def asked_by(self) -> UUID | None:
        """Return who asked."""

    @property
    def body_id(self) -> UUID | None:
        """Return the body that had the matter then."""


def may_review(matter: Matter, asked: Reviewed, actor: Actor) -> bool:
    """Answer whether somebody neither asked, nor worked on it, nor belongs to the body that did."""
    bodies: Collection[UUID | None] = {matter.body_id, asked.body_id} - {None}
    own = {*matter.dispatched_by, *matter.handled_by, asked.asked_by}
    return actor.id not in own and set(actor.bodies).isdisjoint(bodies)


def check_reviewer(matter: Matter, asked: Reviewed, actor: Actor) -> None:
    """Refuse a decision by whoever asked, worked on it, or belongs to the body that did.

    :raises OwnExclusion: if so
    """
    if not may_review(matter, asked, actor):
        raise OwnExclusion(OWN_EXCLUSION, field="reviewer")


AUDIENCES: Final = {
    "ask_exclusion": "reviewers",
    "exclude": "asker_of_exclusion",
    "keep_counted": "asker_of_exclusion",
    "count_again": "asker_of_exclusion",
}
"""Whom each act of a review concerns."""

SETTLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ask_exclusion": (),
        "exclude": ("event.ask_exclusion",),
        "keep_counted": ("event.ask_exclusion",),
        "count_again": (),
    }
)
"""What each of them takes off the inboxes: the matter itself has gone no further."""

WORDS = ("number", "matter", "place", "due_at")

declare(
    Topic(
        "event.ask_exclusion",
        Group.ASSIGNED,
        _("有人申请剔除"),
        _("申请剔除，请评审：{matter}"),
        _("{place}，编号 {number}。剔除只影响指标，不结案，也不改变给反映人的办理。"),
        WORDS,
    ),
    Topic(
        "event.exclude",
        Group.ASSIGNED,
        _("同意剔除"),
        _("评审同意剔除：{matter}"),
        _("{place}，编号 {number}。事情照常办理，只是不计入指标。"),
        WORDS,
    ),
    Topic(
        "event.keep_counted",
        Group.ASSIGNED,
        _("不同意剔除"),
        _("评审不同意剔除：{matter}"),
        _("{place}，编号 {number}。理由见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.count_again",
        Group.ASSIGNED,
        _("撤销剔除"),
        _("剔除已撤销，重新计入指标：{matter}"),
        _("{place}，编号 {number}。理由见事项经过。"),
        WORDS,
    ),
)

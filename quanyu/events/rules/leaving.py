"""What holds when a matter leaves our hands: ended unsolved, handed outside, forwarded, moved.

强制结案与抽查、转系统外单位、移送其他辖区、转本市其他辖区。No database, no clock.
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from quanyu.events.rules import fair, forwarded
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

SHARE, FEW, MOVES = "audit_share", "audit_few", "moves"
"""The stages under which the codes keep the share looked at again, and how many are few."""

MOST = {SHARE: 20, FEW: 5, MOVES: 2}
"""Samples, for where the codes say nothing."""

UNITS = {SHARE: "percent", FEW: "times", MOVES: "times"}

PARTS_OF_A_CITY, PARTS_OF_A_DISTRICT = 2, 3
"""Province and city: ``34/01/``; and the district: ``34/01/04/``."""

DESK = frozenset({Role.OPERATOR, Role.DISPATCHER})
REVIEWERS = frozenset({Role.DISTRICT_ADMIN})
"""Who looks at a forced closing again: the district, which stands above the street's commander.

The audit administrator sees no matter, by the separation of the three, and so could not judge.
"""

LETTERS = frozenset({*DESK, Role.COMMANDER, Role.DISTRICT_ADMIN})
"""Who opens the register of letters."""

READS_FORCED = frozenset({Role.COMMANDER, *REVIEWERS})
"""Who opens the register of forced closings."""

FORCING_OWN = _("您派遣或处置过这件事，不能由您强制结案，请交上一级指挥长")
REVIEWING_OWN = _("您强制结案、派遣或处置过这件事，请换一位复查人")
NOT_DRAWN = _("这一件没有抽中，或已经复查过")
DONE_OUTSIDE = _("这件事是系统外单位办的，请用“退回重派”")
DONE_INSIDE = _("这件事是本系统单位办的，请用“返工”")
MOVED_ENOUGH = _("这件事转辖区的次数已满，请由市级派遣员确定地点")
MOVING_NOW = _("这件事正在转往别的辖区")
NO_SUCH_OUTSIDER = _("请从列表里选一个系统外单位")
BAD_PROMISED = _("答复日期应在明天到 {last} 之间")
BAD_ANSWERED = _("答复日期应在转出那天到今天之间")
BAD_TARGET = _("请选本市的另一个辖区")


class Kind(StrEnum):
    """What a letter is for (函件种类)."""

    OUTSIDE = "outside"
    FORWARD = "forward"


class Ending(StrEnum):
    """What has become of a letter; nothing while it waits (函件结果)."""

    WAITING = ""
    DONE = "done"
    BACK = "back"
    STOPPED = "stopped"


class Leaving(Protocol):
    """What these rules need to know of a matter."""

    region_path: str
    is_outside: bool
    moved: int
    moving_to: str
    dispatched_by: list[UUID]
    handled_by: list[UUID]

    def most(self, stage: str) -> int:
        """Return how often something may be done with it."""


def is_ours(matter: Leaving, actor: Actor) -> bool:
    """Answer whether a body of ours has it."""
    return not matter.is_outside


def is_theirs(matter: Leaving, actor: Actor) -> bool:
    """Answer whether a body outside has it."""
    return matter.is_outside


def may_appeal(matter: Any, actor: Actor) -> bool:
    """Answer whether it is the reporter, who has them on the telephone, or the hotline."""
    return fair.may_answer(matter, actor) or forwarded.is_forwarded(matter, actor)


def may_move(matter: Leaving, actor: Actor) -> bool:
    """Answer whether it may go to another queue: so many times, and then by the city's desk."""
    city = above(matter.region_path, PARTS_OF_A_CITY)
    return matter.moved < matter.most(MOVES) or bool(DESK & actor.roles_at(city))


def is_settled_here(matter: Leaving, actor: Actor) -> bool:
    """Answer whether it is not on its way to another queue."""
    return not matter.moving_to


def above(path: str, parts: int) -> str:
    """Return the place above, of so many parts."""
    return "/".join(path.split("/")[:parts]) + "/"


def chosen(keys: Collection[UUID], *, seed: str, share: int, few: int) -> list[UUID]:
    """Return which are looked at again: all of a few, else a share of them, rounded up.

    Whoever has the seed and the keys finds the same ones.
    """
    ranked = sorted(keys, key=lambda key: sha256(f"{seed}:{key}".encode()).digest())
    if len(ranked) <= few:
        return ranked
    return ranked[: max(few, -(-len(ranked) * share // 100))]


def check_promised(promised: date, *, today: date, last: date) -> None:
    """Refuse a day of answer that is not to come, or too far off.

    :raises Invalid: if it is not between tomorrow and ``last``
    """
    if not today < promised <= last:
        raise Invalid(
            BAD_PROMISED,
            field="promised_on",
            value=promised.isoformat(),
            allowed=[f"≤ {last.isoformat()}"],
            last=last.isoformat(),
        )


def check_answered(answered: date, *, sent: date, today: date) -> None:
    """Refuse an answer from before the letter, or from tomorrow.

    :raises Invalid: if so
    """
    if not sent <= answered <= today:
        allowed = [f"{sent.isoformat()}–{today.isoformat()}"]
        raise Invalid(
            BAD_ANSWERED, field="answered_on", value=answered.isoformat(), allowed=allowed
        )


AUDIENCES = {
    "force_close": "reporter",
    "force_with": "reporter",
    "sample": "overseers",
    "fault": "command",
    "overrule": "reporter",
    "overrule_with": "reporter",
    "appeal": "dispatchers",
    "hand_outside": "reporter",
    "send_back": "dispatchers",
    "forward": "reporter",
    "forward_with": "reporter",
    "come_back": "reporter",
    "arrive": "operators",
}
"""Whom each of these verbs concerns."""

WORDS = ("number", "matter", "place", "due_at")
SAMPLED_AGAIN = _("抽查强制结案")
STOPPED = _("反映的事没有办成")
STOPPED_SUBJECT = _("您反映的事停办了，没有解决：{matter}")
STOPPED_BODY = _(
    "{place}，编号 {number}。为什么停办、可以找谁，凭查询码可以看到；认为不该停办的，可以要求重办。"
)
ANEW = _("停办的事重新办")
ANEW_SUBJECT = _("您反映的事重新办了：{matter}")
ANEW_BODY = _("{place}，编号 {number}。上一级复查认为不该停办，已重新安排。")
GIVEN = _("反映的事移送了")
GIVEN_SUBJECT = _("您反映的事不归本市管，已移送：{matter}")
GIVEN_BODY = _("{place}，编号 {number}。移送到哪里、怎么联系，凭查询码可以看到。")

declare(
    Topic("event.force_close", Group.ANSWERS, STOPPED, STOPPED_SUBJECT, STOPPED_BODY, WORDS),
    Topic("event.force_with", Group.ANSWERS, STOPPED, STOPPED_SUBJECT, STOPPED_BODY, WORDS),
    Topic(
        "event.sample",
        Group.ASSIGNED,
        SAMPLED_AGAIN,
        _("抽中复查：{matter}"),
        _("{place}，编号 {number}，强制结案的，由系统抽中。请看理由和经过，写明结论。"),
        WORDS,
    ),
    Topic(
        "event.fault",
        Group.ASSIGNED,
        _("强制结案不当"),
        _("复查认为不该强制结案：{matter}"),
        _("{place}，编号 {number}，已重新办理。复查意见见事项经过。"),
        WORDS,
    ),
    Topic("event.overrule", Group.ANSWERS, ANEW, ANEW_SUBJECT, ANEW_BODY, WORDS),
    Topic("event.overrule_with", Group.ANSWERS, ANEW, ANEW_SUBJECT, ANEW_BODY, WORDS),
    Topic(
        "event.appeal",
        Group.ASSIGNED,
        _("反映人要求重办"),
        _("反映人要求重办，请重新派遣：{matter}"),
        _("{place}，编号 {number}。反映人的话见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.hand_outside",
        Group.ANSWERS,
        _("反映的事转给了别的单位"),
        _("您反映的事转给了系统外的单位办：{matter}"),
        _("{place}，编号 {number}。转给谁、答应哪天答复，凭查询码可以看到；我们一直跟着。"),
        WORDS,
    ),
    Topic(
        "event.send_back",
        Group.ASSIGNED,
        _("核查退回重派"),
        _("核查没有通过，请重新派遣：{matter}"),
        _("{place}，编号 {number}。系统外单位没有办好，原因见事项经过。"),
        WORDS,
    ),
    Topic("event.forward", Group.ANSWERS, GIVEN, GIVEN_SUBJECT, GIVEN_BODY, WORDS),
    Topic("event.forward_with", Group.ANSWERS, GIVEN, GIVEN_SUBJECT, GIVEN_BODY, WORDS),
    Topic(
        "event.come_back",
        Group.ANSWERS,
        _("移送的事被退回"),
        _("您反映的事对方没有收，我们接着办：{matter}"),
        _("{place}，编号 {number}。办到哪一步，凭查询码可以看到。"),
        WORDS,
    ),
    Topic(
        "event.arrive",
        Group.ASSIGNED,
        _("别的辖区转来"),
        _("别的辖区转来：{matter}"),
        _("{place}，编号 {number}。从哪里转来、为什么，见事项经过。"),
        WORDS,
    ),
)

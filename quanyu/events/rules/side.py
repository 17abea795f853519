"""What holds on the side paths: more time, standing still (延期、挂账)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import Limit, days, working_days
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

EXTENSION, SUSPENSION, ANSWER = "extension", "suspension", "answer"
"""The stages under which the codes keep how long each of them may last."""

FALLBACK = {EXTENSION: working_days(5), SUSPENSION: days(90), ANSWER: working_days(5)}
"""Samples, for where the codes say nothing."""

EXTENSIONS, QUESTIONS, REOPENS = "extensions", "questions", "reopens"
"""The stages under which the codes keep how often each of them may be done."""

MOST = {EXTENSIONS: 1, QUESTIONS: 2, REOPENS: 3}
"""Samples too. What held on the day a matter was reported holds for it to its end."""

ASKED_ALREADY = _("这件事已有一项申请等待决定")
NOTHING_ASKED = _("没有等待决定的这项申请")
OWN_REQUEST = _("自己提出的申请要由别人决定")
EXTENDED_ENOUGH = _("延期次数已满，不能再延")
ASKED_ENOUGH = _("问反映人的次数已满，不能再问")
NO_MAIN = _("您的辖区内没有编号 {value} 的事项")
BAD_MAIN = _("编号 {value} 不能作主件：要是另一件还在办的事项，本件也没有别的事项并入")
MERGED_BEFORE = _("并案只能当天撤销")
ENDS_WITH = {
    "closed": "close_with",
    "rated": "close_with",
    "settled": "settle_with",
    "refused": "unmerge",
    "void": "unmerge",
    "forced": "force_with",
    "forwarded": "forward_with",
}
"""What becomes of a merged matter when the main one has come to this state."""

TOO_LATE = _("已经到期，不能再申请或批准延期")
TOO_LONG = _("延期请填 1 到 {most} 个工作日")
BAD_REVIEW = _("复核日期应在明天到 {last} 之间")


class Asking(StrEnum):
    """What somebody asked for and another person decides (申请)."""

    NOTHING = ""
    EXTENSION = "extension"
    SUSPENSION = "suspension"


class Asked(Protocol):
    """What these rules need to know of a matter."""

    asking: str
    asked_by: UUID | None
    extended: int
    questions: int
    due_told_at: datetime | None

    def most(self, stage: str) -> int:
        """Return how often something may be done with it."""


def asks_nothing(matter: Asked, actor: Actor) -> bool:
    """Answer whether no request waits: one at a time."""
    return not matter.asking


def asks_extension(matter: Asked, actor: Actor) -> bool:
    """Answer whether more time was asked for."""
    return matter.asking == Asking.EXTENSION


def asks_suspension(matter: Asked, actor: Actor) -> bool:
    """Answer whether it was asked to let the matter stand."""
    return matter.asking == Asking.SUSPENSION


def is_not_ones_request(matter: Asked, actor: Actor) -> bool:
    """Answer whether somebody else asked."""
    return matter.asked_by is None or matter.asked_by != actor.id


def may_extend(matter: Asked, actor: Actor) -> bool:
    """Answer whether the times are not used up."""
    return matter.extended < matter.most(EXTENSIONS)


def may_ask(matter: Asked, actor: Actor) -> bool:
    """Answer whether the reporter may still be asked: questions buy no time without end."""
    return matter.questions < matter.most(QUESTIONS)


def is_in_time(matter: Asked, actor: Actor) -> bool:
    """Answer whether nobody was told yet that it is late; the minute itself is checked besides."""
    return matter.due_told_at is None


def check_in_time(due_at: datetime | None, *, at: datetime) -> None:
    """Refuse more time for what has run out.

    :raises Invalid: if the due time has passed
    """
    if due_at is None or due_at < at:
        raise Invalid(TOO_LATE, field="days")


def check_days(wanted: int, *, limit: Limit) -> None:
    """Refuse more working days than one extension may give.

    :raises Invalid: if there are too many, or none
    """
    if not 1 <= wanted <= limit.amount:
        allowed = [f"1–{limit.amount}"]
        raise Invalid(TOO_LONG, field="days", value=wanted, allowed=allowed, most=limit.amount)


def check_review(review: date, *, today: date, last: date) -> None:
    """Refuse a day of review that is not to come, or too far off.

    :raises Invalid: if it is not between tomorrow and ``last``
    """
    if not today < review <= last:
        raise Invalid(
            BAD_REVIEW,
            field="review_date",
            value=review.isoformat(),
            allowed=[f"≤ {last.isoformat()}"],
            last=last.isoformat(),
        )


def check_main(*, is_other: bool, is_open: bool, has_own: bool, number: str) -> None:
    """Refuse to merge into what is over or the same, and to merge what others were merged into.

    :raises Invalid: if one of these holds
    """
    if not is_other or not is_open or has_own:
        raise Invalid(BAD_MAIN, field="main", value=number)


def check_same_day(merged: date, today: date) -> None:
    """Refuse to undo what was merged on another day.

    :raises Invalid: if it was
    """
    if merged != today:
        raise Invalid(MERGED_BEFORE, field="reason", value=merged.isoformat())


def days_between(first: date, last: date) -> int:
    """Return how many nights lie between two days; none when they are turned round."""
    return max((last - first).days, 0)


AUDIENCES = {
    "ask_extension": "dispatchers",
    "extend": "hands",
    "keep_due": "hands",
    "ask_suspension": "commanders",
    "suspend": "reporter",
    "suspend_on": "reporter",
    "keep_on": "hands",
    "review": "commanders",
    "resume": "hands",
    "merge": "reporter",
    "close_with": "reporter",
    "settle_with": "reporter",
    "ask": "reporter",
    "answer": "asker",
    "go_on": "asker",
}
"""Whom each verb of the side paths concerns."""

WORDS = ("number", "matter", "place", "due_at")

declare(
    Topic(
        "event.ask_extension",
        Group.ASSIGNED,
        _("有人申请延期"),
        _("申请延期，请决定：{matter}"),
        _("{place}，编号 {number}，{due_at} 到期。到期前没有决定，申请作废。"),
        WORDS,
    ),
    Topic(
        "event.extend",
        Group.ASSIGNED,
        _("同意延期"),
        _("延期已同意：{matter}"),
        _("{place}，编号 {number}，新的期限是 {due_at}。"),
        WORDS,
    ),
    Topic(
        "event.keep_due",
        Group.ASSIGNED,
        _("不同意延期"),
        _("延期没有同意，请按原期限办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前办结。理由见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.ask_suspension",
        Group.ASSIGNED,
        _("有人申请挂账"),
        _("申请挂账，请决定：{matter}"),
        _("{place}，编号 {number}。请看条件、复核日期和给反映人的承诺。"),
        WORDS,
    ),
    Topic(
        "event.suspend",
        Group.ANSWERS,
        _("反映的事一时办不了"),
        _("您反映的事现在还办不了：{matter}"),
        _("{place}，编号 {number}。为什么、哪天再看、我们答应什么，凭查询码可以看到。"),
        WORDS,
    ),
    Topic(
        "event.suspend_on",
        Group.ANSWERS,
        _("反映的事还要再等"),
        _("您反映的事还要再等：{matter}"),
        _("{place}，编号 {number}。到了说好的日子又看过一次，新的日子和承诺，凭查询码可以看到。"),
        WORDS,
    ),
    Topic(
        "event.keep_on",
        Group.ASSIGNED,
        _("不同意挂账"),
        _("挂账没有同意，请接着办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前办结。理由见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.review",
        Group.ASSIGNED,
        _("挂账到了复核日期"),
        _("挂账到期，请复核：{matter}"),
        _("{place}，编号 {number}。请恢复办理，或写明承诺继续挂账。"),
        WORDS,
    ),
    Topic(
        "event.ask",
        Group.ANSWERS,
        _("请反映人补充情况"),
        _("想请您补充一点情况：{matter}"),
        _("{place}，编号 {number}。凭查询码可以看到问题，并在那里回答。"),
        WORDS,
    ),
    Topic(
        "event.answer",
        Group.ASSIGNED,
        _("反映人补充了情况"),
        _("反映人补充了情况，请接着办：{matter}"),
        _("{place}，编号 {number}。补充的情况见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.go_on",
        Group.ASSIGNED,
        _("不再等反映人补充"),
        _("不再等补充，请接着办：{matter}"),
        _("{place}，编号 {number}。等的日子到了，时限接着走。"),
        WORDS,
    ),
    Topic(
        "event.merge",
        Group.ANSWERS,
        _("反映的事一起办"),
        _("您反映的事和别人反映的一起办：{matter}"),
        _("{place}，编号 {number}。办到哪一步，凭查询码照样可以看到。"),
        WORDS,
    ),
    Topic(
        "event.close_with",
        Group.ANSWERS,
        _("一起办的事办好了"),
        _("您反映的事办好了：{matter}"),
        _("{place}，编号 {number}，已核对办好。解决了没有，请凭查询码告诉我们；没解决可以接着办。"),
        WORDS,
    ),
    Topic(
        "event.settle_with",
        Group.ANSWERS,
        _("一起办的事当场办好了"),
        _("您反映的事当场办好了：{matter}"),
        _("{place}，编号 {number}，网格员到现场已办好。凭查询码可以看经过。"),
        WORDS,
    ),
    Topic(
        "event.resume",
        Group.ASSIGNED,
        _("恢复办理"),
        _("恢复办理，请接着办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前办结。"),
        WORDS,
    ),
)

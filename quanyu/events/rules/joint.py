"""What holds where several bodies put one matter right, and where they consult (联合处置、会商)."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar.rules import local, working_days
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

PART = "part"
"""The stage under which the codes keep how long a part is given when nobody says."""

USUAL = working_days(2)
"""A sample, for where the codes say nothing."""

PARTS = "parts"
MOST = {PARTS: 8}
"""A sample: so many bodies may be asked for a part of one matter at once."""

LONGEST_TASK = 400
LONGEST_DECISION = 1_000
LONGEST_PLACE = 100
SHORTEST = 4
PERSONAL = re.compile(r"\d{7,}")
"""A telephone or an identity number has no place in a task or in minutes."""

STILL_OPEN = _("还有单位没有答复：{names}；请等答复，或写明为什么不再需要")
NO_REASON_NEEDED = _("没有等答复的单位，这里不用写")
NOT_HERE = _("请从列表里选一个单位：要在这件事所在的地方或上级")
IS_LEAD = _("这个单位是牵头单位，不用再请它协办")
ASKED_ALREADY = _("这个单位已有一项没有答复的协办任务")
ENOUGH = _("一件事最多同时请 {most} 个单位协办")
OUTLASTS = _("协办不能晚于事项的到期时间（{last}）；先给事项延期")
BAD_DAYS = _("请填 1 个工作日以上，或不填")
BAD_WORDS = _("请写 {least} 到 {most} 个字，现在是 {count} 个字")
NO_NUMBERS = _("这里不写电话、证件号码等个人信息")
LEAD_SAME = _("这个单位已经是牵头单位")
HANDED_BACK = _("本单位已退回过一次这项协办，不能再退；请签收，或与派遣员商量")
OVER = _("这件事已经了结，协办任务也不再办")

STANDS_IN_CONSULTATION = _("会商还没有定案，先写纪要")
NOT_OUT_YET = _("这件事已经派出过，请用“维持派遣”")
OUT_BEFORE = _("这件事还没有派出过，请用“取消会商”")
NO_MEETING = _("没有等着定案的会商")
NOBODY_INVITED = _("请选要参加会商的单位，至少两个")
MEETS_IN_THE_PAST = _("会商时间应在现在以后")
NOT_HELD = _("请填实际开会的时间：在召集以后，不晚于现在")
NOT_INVITED = _("只能从受邀单位里选到会单位")
NOBODY_CAME = _("请选到会单位")
TOO_FEW = _("到会人数不能少于到会单位数")
NO_CLAUSE = _("没有这一条款")


CONVENERS = frozenset({Role.DISPATCHER, Role.COMMANDER})
"""Who calls a consultation and writes its minutes."""


class PartState(StrEnum):
    """Where a part stands (协办任务状态)."""

    ASKED = "asked"
    DOING = "doing"
    RETURNED = "returned"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


HELD = (PartState.ASKED, PartState.DOING)
"""The body owes the next act."""

LIVE = (*HELD, PartState.RETURNED)
"""Somebody still owes something: the body, or the dispatcher who decides."""

KEPT = (*LIVE, PartState.ANSWERED)
"""The body sees the matter: what it was asked is open, or was answered by it."""

BECAME_LEAD = _("转为牵头单位")
"""Why the part of a body ends that gets the whole matter."""


MERGED = _("并案办理")
"""Why the parts end of a matter that is handled with another one."""


class NotJoined(Refusal):
    """This body cannot be asked for a part here (协办)."""


class PartsOpen(Invalid):
    """A whole is not answered while parts are (协办未答复)."""


class Shared(Protocol):
    """What the guards need to know of a matter."""

    body_id: UUID | None
    consulting: UUID | None


class Asked(Protocol):
    """What the guards need to know of a part."""

    handed_back: int


def is_concluded(matter: Shared, actor: Actor) -> bool:
    """Answer whether no consultation waits for its minutes."""
    return matter.consulting is None


def was_out(matter: Shared, actor: Actor) -> bool:
    """Answer whether a body has the matter already."""
    return matter.body_id is not None


def was_never_out(matter: Shared, actor: Actor) -> bool:
    """Answer whether no body has the matter yet."""
    return matter.body_id is None


def has_not_handed_back_part(part: Asked, actor: Actor) -> bool:
    """Answer whether this part may still be handed back: once."""
    return part.handed_back == 0


def check_words(text: str, *, field: str, most: int, least: int = SHORTEST) -> str:
    """Return what was written, trimmed, with no number of a person in it.

    :raises Invalid: if it is too short or too long, or holds such a number
    """
    said = text.strip()
    if not least <= len(said) <= most:
        raise Invalid(
            BAD_WORDS, field=field, value=len(said), least=least, most=most, count=len(said)
        )
    if PERSONAL.search(re.sub(r"(?<=\d)[\s-](?=\d)", "", said)):
        raise Invalid(NO_NUMBERS, field=field)
    return said


def check_asked(
    body: UUID, *, lead: UUID | None, here: Collection[UUID], live: Collection[UUID], most: int
) -> None:
    """Refuse to ask the lead, a body from elsewhere, one that owes a part already, or too many.

    :raises NotJoined: if one of these holds
    """
    if body == lead:
        raise NotJoined(IS_LEAD, field="body", value=str(body))
    if body in live:
        raise NotJoined(ASKED_ALREADY, field="body", value=str(body))
    check_here(body, here=here)
    if len(live) >= most:
        raise NotJoined(ENOUGH, field="body", value=len(live), most=most)


def check_here(body: UUID, *, here: Collection[UUID]) -> None:
    """Refuse a body that has its seat neither where the matter lies nor above.

    :raises NotJoined: if it has not
    """
    if body not in here:
        raise NotJoined(NOT_HERE, field="body", value=str(body))


def part_due(
    wanted: datetime, *, whole: datetime | None, at: datetime, is_chosen: bool
) -> datetime:
    """Return when a part is due: never after the whole, while that one has time left.

    What nobody chose is cut to the whole's due time. Of a whole that is late already, or has no
    due time, a part is due when its own time says.

    :raises Invalid: if it was chosen to outlast the whole
    """
    if whole is None or whole <= at or wanted <= whole:
        return wanted
    if is_chosen:
        last = local(whole).strftime("%Y-%m-%d %H:%M")
        raise Invalid(
            OUTLASTS, field="days", value=wanted.isoformat(), allowed=[f"≤ {last}"], last=last
        )
    return whole


def check_days(days: int | None) -> None:
    """Refuse a number of working days that is none.

    :raises Invalid: if it is less than one
    """
    if days is not None and days < 1:
        raise Invalid(BAD_DAYS, field="days", value=days, allowed=["≥ 1"])


def check_whole(names: Sequence[str], *, unneeded: str) -> str:
    """Return why the parts still open are not needed; nothing where none is.

    :raises PartsOpen: if parts are open and no reason is given
    :raises Invalid: if a reason is given and none is open
    """
    why = unneeded.strip()
    if not names and why:
        raise Invalid(NO_REASON_NEEDED, field="unneeded", value=why)
    if names and not why:
        raise PartsOpen(STILL_OPEN, field="unneeded", names=", ".join(names))
    return check_words(why, field="unneeded", most=LONGEST_TASK) if why else ""


def check_meeting(
    meets_at: datetime, invited: Collection[UUID], *, here: Collection[UUID], at: datetime
) -> None:
    """Refuse a meeting in the past, of fewer than two bodies, or with bodies from elsewhere.

    :raises Invalid: if it is one of these
    :raises NotJoined: if a body has no seat here
    """
    if meets_at <= at:
        raise Invalid(MEETS_IN_THE_PAST, field="meets_at", value=meets_at.isoformat())
    if len(set(invited)) < 2:
        raise Invalid(NOBODY_INVITED, field="invited", value=len(set(invited)))
    for body in invited:
        check_here(body, here=here)


def check_held(held_at: datetime, *, called: datetime, at: datetime) -> None:
    """Refuse minutes of a meeting that is still to come, or was before it was called.

    :raises Invalid: if it is so
    """
    if not called.replace(second=0, microsecond=0) <= held_at <= at:  # a form says minutes
        raise Invalid(NOT_HELD, field="held_at", value=held_at.isoformat())


def check_attended(attended: Collection[UUID], people: int, *, invited: Collection[UUID]) -> None:
    """Refuse minutes of a meeting where nobody was, or where others were than were invited.

    :raises Invalid: if it is so
    """
    if not attended:
        raise Invalid(NOBODY_CAME, field="attended")
    if not set(attended) <= set(invited):
        raise Invalid(NOT_INVITED, field="attended")
    if people < len(set(attended)):
        raise Invalid(TOO_FEW, field="people", value=people, allowed=[f"≥ {len(set(attended))}"])


# ------------------------------------------------------------------ who is told


class Whom(StrEnum):
    """Whom an act on a part or a consultation concerns (告知对象)."""

    BODY = "body"
    """Who signed for the part; else everybody who handles in its body."""

    LEAD = "lead"
    """Who signed for the whole."""

    DESK = "desk"
    """Who asked for the part."""

    INVITED = "invited"
    """Everybody who handles in an invited body or in the one that has the matter."""


TOLD = {
    "part.join": Whom.BODY,
    "part.answer": Whom.LEAD,
    "part.hand_back": Whom.DESK,
    "part.insist": Whom.BODY,
    "part.extend": Whom.BODY,
    "part.withdraw": Whom.BODY,
    "consultation.convene": Whom.INVITED,
    "consultation.reconvene": Whom.INVITED,
    "consultation.conclude": Whom.INVITED,
    "consultation.call_off": Whom.INVITED,
}
"""Whom each topic is told."""

WORDS = ("number", "matter", "place", "due_at")
RUNG = (*WORDS, "holder", "note")
MEETING = ("number", "matter", "place", "meets_at", "where")

declare(
    Topic(
        "part.join",
        Group.ASSIGNED,
        _("请本单位协办"),
        _("请本单位协办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前答复。只办其中一部分，请签收；不归本单位的可退回。"),
        WORDS,
    ),
    Topic(
        "part.answer",
        Group.ASSIGNED,
        _("协办单位已答复"),
        _("协办单位已答复：{matter}"),
        _("{place}，编号 {number}，整件事 {due_at} 前办结。"),
        WORDS,
    ),
    Topic(
        "part.hand_back",
        Group.ASSIGNED,
        _("协办单位退回"),
        _("协办单位退回，请裁定：{matter}"),
        _("{place}，编号 {number}。请维持，或撤回这项协办。"),
        WORDS,
    ),
    Topic(
        "part.insist",
        Group.ASSIGNED,
        _("维持协办"),
        _("维持协办，仍由本单位办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前答复。理由见事项经过。"),
        WORDS,
    ),
    Topic(
        "part.extend",
        Group.ASSIGNED,
        _("协办延期"),
        _("协办的期限改了：{matter}"),
        _("{place}，编号 {number}，现在是 {due_at} 前答复。"),
        WORDS,
    ),
    Topic(
        "part.withdraw",
        Group.ASSIGNED,
        _("协办撤回"),
        _("这项协办不用办了：{matter}"),
        _("{place}，编号 {number}。已撤回，不用再办；有疑问请找派遣员。"),
        WORDS,
    ),
    Topic(
        "part.soon",
        Group.DUE,
        _("协办快到期"),
        _("协办快到期：{matter}"),
        _("{place}，编号 {number}，{due_at} 到期。{note}"),
        RUNG,
    ),
    Topic(
        "part.overdue",
        Group.DUE,
        _("协办已逾期"),
        _("协办已逾期：{matter}"),
        _("{place}，编号 {number}，{due_at} 到期，请尽快答复。{note}"),
        RUNG,
    ),
    Topic(
        "part.raised",
        Group.DUE,
        _("协办逾期，请督促"),
        _("协办逾期未答复，请督促：{matter}"),
        _("{place}，编号 {number}，{holder}协办，{due_at} 到期。{note}"),
        RUNG,
    ),
    Topic(
        "consultation.convene",
        Group.ASSIGNED,
        _("请参加会商"),
        _("请参加疑难会商：{matter}"),
        _("{place}，编号 {number}。{meets_at}，{where}。要议什么，见事项。"),
        MEETING,
    ),
    Topic(
        "consultation.reconvene",
        Group.ASSIGNED,
        _("会商改期"),
        _("会商改期：{matter}"),
        _("{place}，编号 {number}。改在 {meets_at}，{where}。"),
        MEETING,
    ),
    Topic(
        "consultation.conclude",
        Group.ASSIGNED,
        _("会商已定案"),
        _("会商已定案：{matter}"),
        _("{place}，编号 {number}。分到任务的单位另有通知。"),
        MEETING,
    ),
    Topic(
        "consultation.call_off",
        Group.ASSIGNED,
        _("会商取消"),
        _("会商取消：{matter}"),
        _("{place}，编号 {number}。不用参加了。"),
        MEETING,
    ),
)

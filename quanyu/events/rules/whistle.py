"""When a street may call departments, how they answer, and how both sides judge it (吹哨报到).

No database, no clock. Three situations alone allow a call; kinds, situations and limits are dated
data of the codes, the scale of the assessment stands here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from quanyu.kernel.calendar.rules import Limit, days, working_hours
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules import BodyKind

KINDS, GROUNDS = "whistle_kind", "whistle_ground"
"""The code lists of the kinds of whistle and of the situations that allow one."""

CALLED, REPEAT = "called", "repeat"
"""The stages under which the codes keep the limits."""

FALLBACK: Final = {CALLED: working_hours(4), REPEAT: days(30)}
"""Samples, for where the codes say nothing."""

CALLABLE: Final = frozenset({BodyKind.DEPARTMENT, BodyKind.STATIONED_AGENCY, BodyKind.PROVIDER})
"""Whom a street may call: never itself and never a community, that would be passing work down."""

STREET_STEPS: Final = 4
"""So many steps of the way down to a place is a street; a call lies there or below."""

MOST_BODIES, MOST_MATTERS = 12, 20
LONGEST = 400
SHORTEST = 2


class Grade(StrEnum):
    """How the street found one side of a response (评价等次)."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


GRADE_WORDS: Final[Mapping[str, str]] = {
    Grade.GOOD: _("好"),
    Grade.FAIR: _("一般"),
    Grade.POOR: _("差"),
}
LOWEST: Final = Grade.POOR
"""Who gives it says why."""

ASSESSED: Final[Mapping[str, str]] = {
    "came": _("到位"),
    "solved": _("解决"),
    "manner": _("态度"),
}
"""What of a response is assessed: whether it came, what it solved, how it went about it."""

SAY = _("请写 {least} 到 {most} 个字")
NO_KIND = _("请选一种吹哨类型")
NO_GROUND = _("请选一种吹哨情形，只有列出的三种可以吹哨")
ONLY_EMERGENCY = _("应急哨只用于突发紧急情况")
NO_BODY = _("请至少选一个要报到的单位")
TOO_MANY_BODIES = _("一次最多叫 {most} 个单位")
TOO_MANY_MATTERS = _("一次吹哨最多带 {most} 件事")
NO_DUTY = _("这个单位在这里没有职责，不能叫它")
NOT_IN_A_STREET = _("吹哨要落在一个街道以内；这些事不在同一个街道")
NOT_OPEN = _("编号 {value} 的事项已经了结，不能再为它吹哨")
NOWHERE = _("没有选事项时，请选地点")
NOT_CALLED = _("没有叫这个单位")
WHICH_BODY = _("您在几个被叫的单位任职，请选以哪个单位办")
REPORTED_ALREADY = _("这个单位已经报到")
NOT_REPORTED = _("这个单位还没有报到")
DONE_ALREADY = _("这个单位已经说办完")
NOT_DONE = _("这个单位还没有说办完，不用叫回")
ASSESSED_ALREADY = _("已经评价过这个单位，不能再改")
TOO_EARLY = _("单位说办完、或者收哨以后才能评价")
NOT_ASSESSED = _("还没有评价，没有可答复的")
REPLIED_ALREADY = _("已经答复过一次，不能再答复")
WRONG_GRADE = _("请从“好、一般、差”里选")
WHY_LOWEST = _("评为“差”的，请写明理由")
JUDGED_ALREADY = _("已经评判过这次吹哨")
OWN_CALL = _("自己吹的哨由别人评判")
WHY_NEEDLESS = _("认为不必吹哨的，请写明理由")


class NotNow(Refusal):
    """A part of a call that is not where this act needs it (现在不能这样做)."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a street wants to call departments for (吹哨)."""

    kind: str
    ground: str
    words: str
    bodies: tuple[UUID, ...]
    matters: tuple[str, ...] = ()
    """The numbers of the matters it is about."""
    campaign: UUID | None = None
    region_path: str = ""
    """Where it is, when it is about no matter."""
    address: str = ""


class Part(Protocol):
    """What these rules need to know of one department's part."""

    reported_at: datetime | None
    done_at: datetime | None
    assessed_at: datetime | None
    replied_at: datetime | None
    is_needed: bool | None


def said(text: str, *, field: str, least: int = SHORTEST) -> str:
    """Return what was written, trimmed.

    :raises Invalid: if nothing was, or too much
    """
    words = text.strip()
    if not least <= len(words) <= LONGEST:
        allowed = [f"{least}–{LONGEST}"]
        raise Invalid(
            SAY, field=field, value=len(words), allowed=allowed, least=least, most=LONGEST
        )
    return words


def check_kind(
    kind: str, ground: str, *, kinds: Mapping[str, bool], grounds: Mapping[str, bool]
) -> None:
    """Refuse a kind or a situation that is not listed, or an emergency whistle without one.

    :param kinds: the listed kinds, each with whether it is for emergencies; grounds alike
    :raises Invalid: if so
    """
    if kind not in kinds:
        raise Invalid(NO_KIND, field="kind", value=kind, allowed=list(kinds))
    if ground not in grounds:
        raise Invalid(NO_GROUND, field="ground", value=ground, allowed=list(grounds))
    if kinds[kind] and not grounds[ground]:
        allowed = [code for code, urgent in grounds.items() if urgent]
        raise Invalid(ONLY_EMERGENCY, field="ground", value=ground, allowed=allowed)


def check_bodies(bodies: Collection[UUID], *, allowed: Collection[UUID]) -> None:
    """Refuse a call to nobody, to too many, or to a body without a duty there.

    :raises Invalid: naming ``bodies``
    """
    if not bodies:
        raise Invalid(NO_BODY, field="bodies")
    if len(bodies) > MOST_BODIES:
        raise Invalid(TOO_MANY_BODIES, field="bodies", value=len(bodies), most=MOST_BODIES)
    for body in bodies:
        if body not in allowed:
            raise Invalid(
                NO_DUTY, field="bodies", value=str(body), allowed=[str(one) for one in allowed]
            )


def common_place(paths: Iterable[str]) -> str:
    """Return the nearest place that holds all of these, or nothing."""
    ways = [path.rstrip("/").split("/") for path in paths if path]
    if not ways:
        return ""
    shared = []
    for steps in zip(*ways, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return "/".join(shared) + "/" if shared else ""


def check_place(path: str) -> None:
    """Refuse a call that lies in no single street.

    :raises Invalid: if so
    """
    if path.count("/") < STREET_STEPS:
        raise Invalid(NOT_IN_A_STREET, field="matters", value=path)


def check_matters(count: int) -> None:
    """Refuse more matters than one call can be about.

    :raises Invalid: if so
    """
    if count > MOST_MATTERS:
        raise Invalid(TOO_MANY_MATTERS, field="matters", value=count, most=MOST_MATTERS)


# ------------------------------------------------------------------ one department's part


def check_reports(part: Part) -> None:
    """Refuse to report in twice.

    :raises NotNow: if the body did
    """
    if part.reported_at is not None:
        raise NotNow(REPORTED_ALREADY, field="body")


def check_ends(part: Part) -> None:
    """Refuse to end a part before the body has reported in, or twice.

    :raises NotNow: if so
    """
    if part.reported_at is None:
        raise NotNow(NOT_REPORTED, field="body")
    if part.done_at is not None:
        raise NotNow(DONE_ALREADY, field="body")


def check_called_back(part: Part) -> None:
    """Refuse to call back who has not left.

    :raises NotNow: if so
    """
    if part.done_at is None:
        raise NotNow(NOT_DONE, field="body")


def check_assessable(part: Part, *, is_ended: bool) -> None:
    """Refuse to assess what is still under way, or twice.

    :raises NotNow: if so
    """
    if part.assessed_at is not None:
        raise NotNow(ASSESSED_ALREADY, field="body")
    if part.done_at is None and not is_ended:
        raise NotNow(TOO_EARLY, field="body")


def check_grades(grades: Mapping[str, str], *, why: str) -> None:
    """Refuse a grade that is none, and the lowest one without a reason.

    :raises Invalid: naming the grade, or the reason
    """
    for name, grade in grades.items():
        if grade not in set(Grade):
            raise Invalid(WRONG_GRADE, field=name, value=grade, allowed=[g.value for g in Grade])
    if LOWEST in grades.values() and len(why) < SHORTEST:
        raise Invalid(WHY_LOWEST, field="words")


def check_reply(part: Part) -> None:
    """Refuse an answer to no assessment, and a second one.

    :raises NotNow: if so
    """
    if part.assessed_at is None:
        raise NotNow(NOT_ASSESSED, field="words")
    if part.replied_at is not None:
        raise NotNow(REPLIED_ALREADY, field="words")


def check_judgement(before: bool | None, *, is_needed: bool, why: str) -> None:
    """Refuse a second judgement, and "not needed" without a reason.

    :raises Refusal: if so
    """
    if before is not None:
        raise NotNow(JUDGED_ALREADY, field="is_needed")
    if not is_needed and len(why) < SHORTEST:
        raise Invalid(WHY_NEEDLESS, field="words")


# ------------------------------------------------------------------ over-whistling


@dataclass(frozen=True, slots=True)
class Blown:
    """One call, as far as repeats are concerned."""

    key: UUID
    region_path: str
    kind: str
    at: datetime


def repeats(calls: Iterable[Blown], *, within: timedelta) -> frozenset[UUID]:
    """Return the calls that follow another of their kind at the same place so soon."""
    last: dict[tuple[str, str], datetime] = {}
    found: set[UUID] = set()
    for one in sorted(calls, key=lambda call: (call.at, call.key)):
        before = last.get((one.region_path, one.kind))
        if before is not None and one.at - before <= within:
            found.add(one.key)
        last[one.region_path, one.kind] = one.at
    return frozenset(found)


def in_time(reported_at: datetime | None, due_at: datetime, *, at: datetime) -> bool | None:
    """Answer whether a body reported in within the limit; None while it still may."""
    if reported_at is not None:
        return reported_at <= due_at
    return False if due_at < at else None


def as_timedelta(limit: Limit) -> timedelta:
    """Return a limit in days as a length of time."""
    return timedelta(days=limit.amount)

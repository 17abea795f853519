"""When a body is urged, by which level, and what it owes then (督办). No database, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Protocol
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import working_days, working_hours
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

LEVELS, GROUNDS = "card_level", "card_ground"
"""The code lists of the levels, each naming the one before it as its parent, and of the grounds."""

RAISED, OVERDUE = "raised", "overdue"
"""The stages under which the codes keep how long an answer may take, and what merits a card."""

FALLBACK: Final = {RAISED: working_days(3), OVERDUE: working_hours(8)}
"""Samples, for where the codes say nothing."""

GROUND_OVERDUE, GROUND_NO_ANSWER = "overdue", "no_answer"

NO_LEVEL = _("请选督办等级")
NO_GROUND = _("请选督办事由")
NOT_LATE = _("这件事没有超过处置期限，不能以超期督办")
ANSWERED = _("这个单位已按时报到，不能以没有报到督办")
NOT_A_CALL = _("没有报到这一条只用于吹哨")
NOT_INVOLVED = _("这件事不在这个单位手里，也没有派给过它")
OPEN_ALREADY = _("对这个单位的这件事，已有一张同等级的督办单没有了结")
HIGHEST = _("已是最高等级，不能再升级")
OWN_ANSWER = _("答复由别人认可")


class AlreadyOpen(Refusal):
    """There is an open card of that level for this matter and body (已有同级督办单)."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of cards: the codes name the one before it (督办等级)."""

    code: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a body is urged for (督办内容)."""

    level: str
    ground: str
    demand: str
    body: UUID
    matter: str = ""
    """The number of the matter it is about."""
    call: UUID | None = None
    """The whistle call it is about."""


class Answered(Protocol):
    """What these rules need to know of a card."""

    answered_by: UUID | None


def is_anothers_answer(card: Answered, actor: Actor) -> bool:
    """Answer whether somebody else wrote the answer."""
    return card.answered_by is None or card.answered_by != actor.id


def ladder(levels: Iterable[Level]) -> tuple[str, ...]:
    """Return the levels from the mildest to the gravest, each after the one it names."""
    held = list(levels)
    found: list[str] = []
    while rest := [one for one in held if one.code not in found]:
        following = [one.code for one in rest if one.before in {"", *found}]
        if not following:
            # They name each other in a ring: the rest in the order of their codes.
            return (*found, *sorted(one.code for one in rest))
        found += sorted(following)
    return tuple(found)


def check_level(level: str, *, levels: Sequence[str]) -> None:
    """Refuse a level that is not listed.

    :raises Invalid: if so
    """
    if level not in levels:
        raise Invalid(NO_LEVEL, field="level", value=level, allowed=list(levels))


def above(level: str, *, levels: Sequence[str]) -> str:
    """Return the level after this one.

    :raises Invalid: if there is none
    """
    following = dict(pairwise(levels)).get(level, "")
    if not following:
        raise Invalid(HIGHEST, field="level", value=level, allowed=list(levels))
    return following


def check_ground(ground: str, *, grounds: Sequence[str], is_late: bool, call: bool | None) -> None:
    """Refuse a ground that is not listed, or that does not hold.

    :param is_late: whether the matter is past its limit
    :param call: whether the body owes its report to a call; None where it is about a matter
    :raises Invalid: if so
    """
    if ground not in grounds:
        raise Invalid(NO_GROUND, field="ground", value=ground, allowed=list(grounds))
    if ground == GROUND_OVERDUE and not is_late and call is None:
        raise Invalid(NOT_LATE, field="ground", value=ground)
    if ground == GROUND_NO_ANSWER and not call:
        sentence = NOT_A_CALL if call is None else ANSWERED
        raise Invalid(sentence, field="ground", value=ground)


def check_body(body: UUID, *, involved: Iterable[UUID | None]) -> None:
    """Refuse a body that never had to do with it.

    :raises Invalid: if so
    """
    known = [one for one in involved if one is not None]
    if body not in known:
        allowed = [str(one) for one in known]
        raise Invalid(NOT_INVOLVED, field="body", value=str(body), allowed=allowed)


def merited(
    due_at: datetime, *, cutoffs: Mapping[str, datetime], levels: Sequence[str], had: Iterable[str]
) -> str:
    """Return the gravest level that an overdue matter merits and has not had, or nothing.

    :param cutoffs: by level, the moment before which its due time lies
    :param had: the levels of the cards raised for it and not withdrawn
    """
    reached = [n for n, one in enumerate(levels) if one in cutoffs and due_at < cutoffs[one]]
    given = [levels.index(one) for one in had if one in levels]
    if not reached or max(given, default=-1) >= reached[-1]:
        return ""
    return levels[reached[-1]]

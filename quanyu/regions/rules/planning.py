"""What a plan of grids asks for, who makes and who decides it (网格规划的规则).

Sizes: domain.md section 1.3, 300 to 500 households a base grid; the target is the city's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from shapely.errors import ShapelyError

from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare
from quanyu.regions.rules.kinds import Level
from quanyu.regions.rules.places import level_of

MAKERS = frozenset({Role.COMMUNITY_SECRETARY, Role.COMMANDER, Role.DISTRICT_ADMIN})
LONGEST_TITLE, LONGEST_SAID = 80, 400
LEAST, MOST = 50, 2_000
"""Households of a grid that anybody could mean."""

NEW = "new:"
"""How the key of a grid begins that has no path yet."""

FIGURES = "零一二三四五六七八九"

PLACES = (Level.COMMUNITY, Level.STREET, Level.AREA, Level.CITY)


class State(StrEnum):
    """How far a plan is (方案状态)."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"


STATE_WORDS: Mapping[State, str] = {
    State.DRAFT: _("拟定中"),
    State.PROPOSED: _("已转区划调整"),
    State.WITHDRAWN: _("已撤销"),
}


class Weight(StrEnum):
    """What besides the size makes a good grid (看重什么)."""

    LITTLE_CHANGE = "little_change"
    WHOLE_ESTATES = "whole_estates"
    ROADS = "roads"
    COMPACT = "compact"


WEIGHT_WORDS: Mapping[Weight, tuple[str, str]] = {
    Weight.LITTLE_CHANGE: (_("少变动"), _("越靠右，换网格的住户越少")),
    Weight.WHOLE_ESTATES: (_("小区不拆开"), _("同一小区尽量在一个网格")),
    Weight.ROADS: (_("不跨主干道"), _("网格不横跨主干道")),
    Weight.COMPACT: (_("形状紧凑"), _("便于步行走访")),
}
GRADE_WORDS: Sequence[str] = (
    _("不看重"),
    _("略看重"),
    _("一般看重"),
    _("较看重"),
    _("很看重"),
)
GRADES = (0.0, 0.4, 1.0, 2.0, 4.0)
"""By how much a slider multiplies the engine's own weight, from the left to the right."""

MIDDLE = 2

REASON_WORDS: Mapping[str, str] = {
    "large_building": _("有一幢楼超过户数上限，单独成网格也会超"),
    "few": _("全部住户不足一个网格的下限"),
    "between": _("总户数无论分成几个网格都不能全部落在范围内"),
    "apart": _("锁定在同一网格的楼栋互不相连"),
    "not_found": _("在给定时间内没有找到全部合适的划法，可以再算一次"),
}
"""Why a part of a community has no answer as wished; the engine's words for it."""


class Fault(StrEnum):
    """Why a community was not drawn at all (没有算出的原因)."""

    SHAPE = "shape"
    MEMORY = "memory"
    OTHER = "other"


FAULT_WORDS: Mapping[Fault, str] = {
    Fault.SHAPE: _("社区边界或道路的图形有误，请检查边界后再算"),
    Fault.MEMORY: _("这台机器的内存不够，请稍后再算"),
    Fault.OTHER: _("计算时出错，详情在运行日志里；可以再算一次"),
}


class WrongPlan(Invalid):
    """A wish of the plan is not as it must be; the field and what is allowed are named."""


class NotNow(Refusal):
    """The plan is not in the state this act starts from, or is being reckoned."""


class Work(StrEnum):
    """What a plan waits for (后台计算)."""

    DRAW = "draw"
    PROPOSE = "propose"


BUSY_WORDS: Mapping[Work, str] = {
    Work.DRAW: _("这个方案还在计算，请稍候"),
    Work.PROPOSE: _("这个方案正在转为区划调整，请稍候"),
}

PROPOSED: Final = "plan.proposed"
UNPROPOSED: Final = "plan.unproposed"

declare(
    Topic(
        PROPOSED,
        Group.ASSIGNED,
        _("方案已转为区划调整"),
        _("“{title}”已转为区划调整"),
        _("方案“{title}”已转为区划调整，共 {count} 个社区。请看预演，再提交批准。"),
        ("title", "count"),
    ),
    Topic(
        UNPROPOSED,
        Group.ASSIGNED,
        _("方案没有转成区划调整"),
        _("“{title}”没有转成区划调整"),
        _("方案“{title}”没有转成区划调整，原因在方案页上；改好后可以再转。"),
        ("title",),
    ),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the planner asks for: sizes in households, weights from 0 to 4 (规划要求)."""

    low: int = 300
    high: int = 500
    target: int = 430
    weights: Mapping[str, int] = field(
        default_factory=lambda: {weight.value: MIDDLE for weight in Weight}
    )
    seed: int = 1


def check_wanted(wanted: Wanted) -> Wanted:
    """Return the wishes if they can be meant.

    :raises WrongPlan: naming the first that cannot
    """
    sizes = {"low": wanted.low, "high": wanted.high, "target": wanted.target}
    for name, value in sizes.items():
        if not LEAST <= value <= MOST:
            raise WrongPlan(
                _("户数须在 {least} 至 {most} 之间"),
                field=name,
                value=value,
                allowed=[f"{LEAST}-{MOST}"],
                least=LEAST,
                most=MOST,
            )
    if not wanted.low <= wanted.target <= wanted.high or wanted.low >= wanted.high:
        raise WrongPlan(
            _("目标户数须在下限与上限之间，下限须小于上限"),
            field="target",
            value=wanted.target,
            allowed=[f"{wanted.low}-{wanted.high}"],
        )
    _check_weights(wanted.weights)
    return wanted


def _check_weights(weights: Mapping[str, int]) -> None:
    for weight in Weight:
        grade = weights.get(weight)
        if grade not in range(len(GRADES)):
            raise WrongPlan(
                _("看重程度须是 0 至 4"), field=weight.value, value=grade, allowed=["0-4"]
            )


def check_words(*, title: str, reason: str) -> None:
    """Refuse a plan without a title, or one with too long words.

    :raises WrongPlan: naming the field
    """
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise WrongPlan(
            _("名称须有 1 至 {most} 个字"),
            field="title",
            value=title[:20],
            allowed=[f"1-{LONGEST_TITLE}"],
            most=LONGEST_TITLE,
        )
    if len(reason) > LONGEST_SAID:
        raise WrongPlan(
            _("说明不得超过 {most} 个字"),
            field="reason",
            value=reason[:20],
            allowed=[f"0-{LONGEST_SAID}"],
            most=LONGEST_SAID,
        )


def check_place(path: str) -> str:
    """Return a place that can be planned: a community or what holds communities.

    :raises WrongPlan: for a province or a grid
    """
    if level_of(path) not in PLACES:
        raise WrongPlan(_("请选市、县(区)、街道或社区"), field="place", value=path)
    return path


def wishes(wanted: Wanted, like: object) -> dict[str, Any]:
    """Return what the engine is asked for: its own weights as the sliders have them.

    :param like: the engine's wishes as they are when nobody asks for anything
    """
    weights = {
        weight.value: getattr(like, weight.value) * GRADES[wanted.weights[weight.value]]
        for weight in Weight
    }
    sizes = {"low": wanted.low, "high": wanted.high, "target": wanted.target}
    return {**sizes, **weights, "seed": wanted.seed}


def fault_of(fault: Exception) -> Fault:
    """Return which of the reasons an error of the engine is."""
    if isinstance(fault, MemoryError):
        return Fault.MEMORY
    return Fault.SHAPE if isinstance(fault, ShapelyError) else Fault.OTHER


def fits(households: int, *, low: int, high: int) -> bool:
    """Answer whether a grid's households lie within the range asked for."""
    return low <= households <= high


def is_new(key: str) -> bool:
    """Answer whether a grid of a plan has no path yet."""
    return key.startswith(NEW)


def grid_name(path: str) -> str:
    """Return what a new grid is called when nobody says otherwise: 第十二网格 (domain.md 1.2)."""
    return f"第{_counted(int(path.rstrip('/').rpartition('g')[2]))}网格"


def _counted(number: int) -> str:
    """Return a number below a thousand in Chinese figures."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{FIGURES[hundreds]}百" if hundreds else ""
    if tens > 1 or (tens and hundreds):
        said += FIGURES[tens]
    said += "十" if tens else "零" if hundreds and ones else ""
    return said + (FIGURES[ones] if ones else "")

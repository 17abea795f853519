"""What is right, whoever asks. No database, no clock."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from quanyu.events.rules import fair, leaving, side
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

VERIFY_FIRST = _("这个类别规定先由网格员现场核实，请先点“请网格员核实”")
HANDED_BACK_ONCE = _("本单位已退回过一次，不能再退；请签收，或与派遣员商量")
OWN_WORK = _("您派遣或处置过这件事，不能核查自己经手的事，请换一位核查员")
NOT_OURS = _("这个地点不在您的辖区内，请交上一级派遣员落点")
PLACED_TOO_LATE = _("已经派出或了结的事项不能再改地点")
PLACE_FIRST = _("这件事还没有落到街道，请先确定地点")
EVIDENCE = _("这一类须附处置后的照片（{basis}）")

NOT_SURE = _("没关系，看过以后再来告诉我们，这个码一直能用")
ANSWER_SOLVED = _("请选一项：解决了没有")
ANSWER_TREATED = _("请选一项：对您的态度好不好")

LONGEST_TEXT = 2_000
SHORTEST_TEXT = 2
TITLE = 40
DANGER = (
    *("着火", "起火", "冒烟", "爆炸", "燃气泄漏", "漏气", "煤气味", "触电", "漏电"),
    *("坍塌", "塌了", "晕倒", "受伤", "流血", "溺水", "持刀", "打架", "跳楼"),
)
"""Words that send one to the telephone: fire, gas, current, collapse, somebody hurt."""

REACHES_REPORTER = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.CHECKER, Role.GRID_WORKER})
"""Who may open the reporter's name and telephone, for a listed reason."""

READS_FIGURES = frozenset(
    {
        *(Role.OPERATOR, Role.DISPATCHER, Role.CHECKER, Role.COMMANDER),
        *(Role.DISTRICT_ADMIN, Role.COMMUNITY_SECRETARY),
    }
)
"""Who opens the figures of the places they see, and asks for the bulletin."""

CODE_DIGITS = 16
PARTS_OF_A_STREET = 4
"""Province, city, area, street: ``34/01/04/001/``."""


class Channel(StrEnum):
    """How a matter came in (来源渠道)."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    WINDOW = "window"
    GRID = "grid"
    HOTLINE = "hotline"


class WrongHandler(Refusal):
    """This body does not answer for this class in this place (权责清单)."""


class UnknownClass(Invalid):
    """No such class holds on this day (事件部件分类)."""


class BadText(Invalid):
    """Nothing was said, or too much."""


class BadPlace(Invalid):
    """Neither a point nor words say where."""


class Matter(Protocol):
    """What the rules need to know of a matter."""

    region_path: str
    body_id: UUID | None
    must_verify: bool
    is_verified: bool
    handed_back_by: list[UUID]
    dispatched_by: list[UUID]
    handled_by: list[UUID]

    def most(self, stage: str) -> int:
        """Return how often something may be done with it."""


def may_skip_verification(matter: Matter, actor: Actor) -> bool:
    """Answer whether the matter may be accepted: its class needs no look, or it had one."""
    return matter.is_verified or not matter.must_verify


def has_not_handed_back(matter: Matter, actor: Actor) -> bool:
    """Answer whether the body that has the matter may still return it: once per body."""
    return matter.body_id not in matter.handed_back_by


def is_not_ones_own(matter: Matter, actor: Actor) -> bool:
    """Answer whether the actor neither dispatched nor handled this matter."""
    return actor.id not in {*matter.dispatched_by, *matter.handled_by}


def is_placed(matter: Matter, actor: Actor) -> bool:
    """Answer whether the matter lies in a street at least, not merely in the city or a district."""
    return matter.region_path.count("/") >= PARTS_OF_A_STREET


def check_handler(body: UUID, *, allowed: Collection[UUID], names: Collection[str]) -> None:
    """Refuse a body that the duty list does not name for this class and place.

    :raises WrongHandler: if ``body`` is not among ``allowed``
    """
    if body not in allowed:
        raise WrongHandler(_("该单位不负责此类别"), field="body", value=str(body), allowed=[*names])


def check_text(text: str) -> str:
    """Return what was said, trimmed.

    :raises BadText: if it is too short or too long
    """
    said = text.strip()
    if not SHORTEST_TEXT <= len(said) <= LONGEST_TEXT:
        raise BadText(
            _("请用 {least} 到 {most} 个字说明情况，现在是 {count} 个字"),
            field="text",
            value=len(said),
            allowed=[f"{SHORTEST_TEXT}–{LONGEST_TEXT}"],
            least=SHORTEST_TEXT,
            most=LONGEST_TEXT,
            count=len(said),
        )
    return said


def check_point(lon: float | None, lat: float | None, address: str) -> None:
    """Refuse a report that says nothing of where.

    :raises BadPlace: if half a point, a point off the globe, or neither point nor address is given
    """
    if (lon is None) != (lat is None):
        raise BadPlace(_("经度和纬度要一起给"), field="lon" if lon is None else "lat")
    if lon is None or lat is None:
        if not address.strip():
            raise BadPlace(_("请写一下地点，或在地图上点一下"), field="address")
        return
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadPlace(_("坐标不在地球上：{value}"), field="lon", value=f"{lon}, {lat}")


def title(text: str) -> str:
    """Return the first sentence of what was said, cut to a line."""
    first = re.split(r"[。！？!?\n；;]", text.strip(), maxsplit=1)[0].strip() or text.strip()
    return first if len(first) <= TITLE else f"{first[: TITLE - 1]}…"


def sounds_dangerous(text: str) -> bool:
    """Answer whether a report speaks of danger to life, for which one calls before one writes."""
    return any(word in text for word in DANGER)


def code_digits(code: str) -> str:
    """Return a follow code's digits, however they were spaced or typed; "" when it is none."""
    digits = re.sub(r"[\s\-—]", "", code.strip()).translate(FULL_WIDTH)
    return digits if re.fullmatch(r"[0-9]{16}", digits) else ""


def in_fours(digits: str) -> str:
    """Return a follow code in groups of four, as it is read out on the telephone."""
    return " ".join(digits[n : n + 4] for n in range(0, CODE_DIGITS, 4))


MOST_SECONDS = 2**31 - 1
"""What the column of the seconds left holds."""

FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def is_on_time(
    due: datetime | None,
    *,
    left: int | None,
    at: datetime,
    without_due: bool | None = None,
) -> bool | None:
    """Answer whether a matter is within its time, seen at an instant (按时).

    The one rule of figures and of what is brought in: a clock that stands still says what it had
    left, nothing left is in time; one that runs is late once its end has passed.

    :param left: the seconds its clock had left when it stopped; None while it runs
    :param without_due: what a matter counts as that nobody set an end for; None leaves it out
    """
    if due is None:
        return without_due
    return at <= due if left is None else left >= 0


def seconds_left(due: datetime, *, at: datetime) -> int:
    """Return the natural seconds left of a clock that stops, rounded towards late."""
    left = (due - at) // timedelta(seconds=1)
    return max(-MOST_SECONDS, min(MOST_SECONDS, left))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; it stands in the URL (筛选条件)."""

    state: str = ""
    """A state, or ``open``, ``ended``, ``late``, ``mine``; empty for all."""
    place: str = ""
    category: str = ""
    body: UUID | None = None
    unit: str = ""
    """A part of the name of the body that has it, or its first letters."""
    channel: str = ""
    due: str = ""
    """``late``, ``soon`` (within some working hours), ``today`` or ``days`` (within three)."""
    words: str = ""
    urgent: bool = False
    since: date | None = None
    until: date | None = None
    figure: str = ""
    """A measure of ``figures.py``: exactly the matters that it counts in ``period``."""
    period: str = ""
    without: str = ""
    """``body``, ``class`` or ``below``: those that have none, or lie in no place below this one."""
    sort: str = "due"
    """``due`` what is due first, or ``new`` the newest first."""


# ------------------------------------------------------------------ who is told


class Audience(StrEnum):
    """Whom a step concerns (告知对象)."""

    HANDLERS = "handlers"
    """Everybody who handles in the body that has it."""

    HANDS = "hands"
    """Who signed for it; else everybody who handles in the body."""

    DISPATCHERS = "dispatchers"
    """Who sent it out; else the nearest desk that dispatches."""

    ASKER = "asker"
    """Who asked the reporter."""

    OPERATORS = "operators"
    """The nearest desk that takes matters on."""

    OVERSEERS = "overseers"
    """Who looks at forced closings again."""

    COMMAND = "command"
    """Who commands the place and everybody above."""

    COMMANDERS = "commanders"
    """Who commands the street, above whoever dispatches."""

    GRID = "grid"
    """The grid's worker."""

    REVIEWERS = "reviewers"
    """Who decides that a matter leaves the rates."""

    ASKER_OF_EXCLUSION = "asker_of_exclusion"
    """Who asked for that."""

    REPORTER = "reporter"


AUDIENCES: Mapping[str, Audience] = MappingProxyType(
    {
        "request_verification": Audience.GRID,
        "dispatch": Audience.HANDLERS,
        "insist": Audience.HANDLERS,
        "hand_back": Audience.DISPATCHERS,
        "rework": Audience.HANDS,
        "reopen": Audience.HANDS,
        "redo": Audience.HANDS,
        "close": Audience.REPORTER,
        "settle": Audience.REPORTER,
        "refuse": Audience.REPORTER,
    }
    | {
        verb: Audience(whom)
        for verb, whom in (side.AUDIENCES | fair.AUDIENCES | leaving.AUDIENCES).items()
    }
)
"""Whom each verb concerns. What is not here stands on the work list alone: one telling a step."""

HOLDERS: Mapping[str, Audience] = MappingProxyType(
    {
        "verifying": Audience.GRID,
        "dispatched": Audience.HANDLERS,
        "handling": Audience.HANDS,
        "returned": Audience.DISPATCHERS,
        "consulting": Audience.DISPATCHERS,
        "reviewing": Audience.COMMANDERS,
        "outside": Audience.DISPATCHERS,
    }
)
"""Who has a matter in each state, to be told that it is late or soon will be."""

ADDED = frozenset({"urge", "supplement", "withdrawn"})
"""What is told to whoever has the matter, and takes nothing off anybody's inbox."""

STEPS = frozenset(verb for verb, whom in AUDIENCES.items() if whom is not Audience.REPORTER)
"""The topics that are over once the matter has gone on."""

SOON = timedelta(hours=4)
"""So much working time before its end a matter is soon due, on the desk's list."""

ON_BEHALF = frozenset({Channel.PHONE, Channel.WINDOW})
"""Reported without a screen of one's own: what comes of it is told by telephone too."""

NAMELESS = _("反映的问题")
"""What a matter is called that has no class yet."""

WORDS = ("number", "matter", "place", "due_at")

declare(
    Topic(
        "event.request_verification",
        Group.ASSIGNED,
        _("请现场核实"),
        _("请到现场核实：{matter}"),
        _("{place}，编号 {number}。看过后写一句核实情况即可。"),
        WORDS,
    ),
    Topic(
        "event.dispatch",
        Group.ASSIGNED,
        _("派给本单位"),
        _("派给本单位：{matter}"),
        _("{place}，编号 {number}，{due_at} 前办结。请签收；不归本单位办的可依据退回一次。"),
        WORDS,
    ),
    Topic(
        "event.insist",
        Group.ASSIGNED,
        _("维持派遣"),
        _("维持派遣，仍由本单位办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前办结。理由见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.hand_back",
        Group.ASSIGNED,
        _("承办单位退回"),
        _("承办单位退回，请裁定：{matter}"),
        _("{place}，编号 {number}。请改派，或写明理由维持派遣。"),
        WORDS,
    ),
    Topic(
        "event.rework",
        Group.ASSIGNED,
        _("核查要求返工"),
        _("核查未通过，请重新办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前办结。原因见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.reopen",
        Group.ASSIGNED,
        _("反映人说没解决"),
        _("反映人说没解决，请接着办：{matter}"),
        _("{place}，编号 {number}，{due_at} 前办结。哪里没解决，见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.close",
        Group.ANSWERS,
        _("反映的事办好了"),
        _("您反映的事办好了：{matter}"),
        _("{place}，编号 {number}，已核对办好。解决了没有，请凭查询码告诉我们；没解决可以接着办。"),
        WORDS,
    ),
    Topic(
        "event.settle",
        Group.ANSWERS,
        _("反映的事当场办好了"),
        _("您反映的事当场办好了：{matter}"),
        _("{place}，编号 {number}，网格员到现场已办好。凭查询码可以看经过。"),
        WORDS,
    ),
    Topic(
        "event.refuse",
        Group.ANSWERS,
        _("反映的事办不了"),
        _("您反映的事我们办不了：{matter}"),
        _("{place}，编号 {number}。为什么办不了、可以找谁，凭查询码可以看到答复。"),
        WORDS,
    ),
)


def audience(verb: str, *, state: str) -> Audience | None:
    """Return whom a step concerns; of what is urged, whoever has it in this state."""
    return HOLDERS.get(state, Audience.DISPATCHERS) if verb in ADDED else AUDIENCES.get(verb)

"""What another system or somebody on behalf adds to a matter (他系统来件、代报)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

HOTLINE: Final = "hotline"
UNPLACED: Final = _("地点见反映的情况")
NOT_FORWARDED: Final = _("这件事不是热线转来的")
OPENS_CONFIDENTIAL: Final = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.CHECKER})
"""Who may open the contact of a reporter who asked for confidence: nobody on the spot."""

ADDS: Final = frozenset(
    {Role.SYSTEM, Role.OPERATOR, Role.DISPATCHER, Role.WINDOW_CLERK, Role.COMMUNITY_OFFICER}
)
"""Who may write down that the reporter says more, urges, or takes it back."""


class Agreed(StrEnum):
    """How the other person agreed that name and telephone are written down (同意方式)."""

    SAID = "said"
    WRITTEN = "written"
    PASSED = "passed"
    """Passed on by the system that asked them."""


AGREED_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Agreed.SAID: _("口头同意"),
        Agreed.WRITTEN: _("书面同意"),
        Agreed.PASSED: _("由来源系统取得"),
    }
)


class NotAgreed(Invalid):
    """Nobody said that the other person agrees to the record (未经同意)."""


@dataclass(frozen=True, slots=True)
class Came:
    """From which other system a matter came, under which number, and in its words (来源)."""

    source: str
    number: str
    class_said: str = ""
    body_said: str = ""
    mark: bytes = b""


class Forwarded(Protocol):
    """What the rules need to know of a matter."""

    channel: str


def is_forwarded(matter: Forwarded, actor: Actor) -> bool:
    """Answer whether a hotline sent the matter: only then may it be withdrawn or sent back."""
    return matter.channel == HOTLINE


def check_agreed(agreed: str, *, is_on_behalf: bool, has_contact: bool) -> None:
    """Refuse to write down somebody's name or number who did not agree to it.

    :raises NotAgreed: if staff give a contact and do not say how the person agreed
    """
    if agreed and agreed not in AGREED_WORDS:
        raise NotAgreed(
            _("请从列表里选同意的方式"), field="agreed", value=agreed, allowed=[*AGREED_WORDS]
        )
    if is_on_behalf and has_contact and not agreed:
        raise NotAgreed(
            _("对方同意记下姓名、电话吗？同意就选方式，不同意就把姓名和电话空着"),
            field="agreed",
            allowed=[*AGREED_WORDS],
        )


WORDS = ("number", "matter", "place", "due_at")
declare(
    Topic(
        "event.urge",
        Group.DUE,
        _("反映人催办"),
        _("反映人催办：{matter}"),
        _("{place}，编号 {number}。催了几次、说了什么，见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.supplement",
        Group.ASSIGNED,
        _("反映人又补充了情况"),
        _("反映人又补充了情况：{matter}"),
        _("{place}，编号 {number}。补充的内容见事项经过。"),
        WORDS,
    ),
    Topic(
        "event.withdrawn",
        Group.ASSIGNED,
        _("反映人撤回"),
        _("反映人撤回，请决定还办不办：{matter}"),
        _("{place}，编号 {number}。事情已经派出，不会自动作废。"),
        WORDS,
    ),
    Topic(
        "event.redo",
        Group.ASSIGNED,
        _("来源退回重办"),
        _("答复被退回，请重新办：{matter}"),
        _("{place}，编号 {number}。退回的理由见事项经过。"),
        WORDS,
    ),
)

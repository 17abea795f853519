"""Where a file that goes out or comes in is on its way (文件状态)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quanyu.kernel.errors import gettext_noop as _


class State(StrEnum):
    """Where a file is on its way (文件状态)."""

    ASKED = "asked"
    """Waits for another person's leave."""
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CHECKED = "checked"
    """An import of which a dry run has told what it would do."""
    WRONG = "wrong"
    """An import with faults: nothing of it goes in."""


STATE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        State.ASKED: _("待批准"),
        State.WAITING: _("排队中"),
        State.RUNNING: _("处理中"),
        State.DONE: _("已完成"),
        State.REFUSED: _("未批准"),
        State.FAILED: _("未完成"),
        State.CANCELLED: _("已取消"),
        State.CHECKED: _("待确认"),
        State.WRONG: _("有问题"),
    }
)

UNDER_WAY: Final = frozenset({State.WAITING, State.RUNNING})

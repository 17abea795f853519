"""What a file of dwellings is called by, and what may stand in it (房的导入)."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Final

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.standard import (
    BUILDING_ALLOWED,
    FLOOR_ALLOWED,
    FLOOR_SAID,
    LOWEST_FLOOR,
    MOST_FLOORS,
    ROOM_ALLOWED,
    ROOM_SAID,
    UNIT_ALLOWED,
    WrongField,
    unit_number,
)

COLUMNS: Final = ("building", "unit", "floor", "room")
HEADS: Final = {
    "building": ("building", "楼栋代码"),
    "unit": ("unit", "单元"),
    "floor": ("floor", "楼层"),
    "room": ("room", "房号"),
}
"""By which heads the columns of a file are known."""

CUT: Final = "cut"
UNFIT: Final = "unfit"
MOST_FAULTS: Final = 10_000
"""Rows named in words; all of them are counted."""

WORDS: Final = {
    "building": _("没有登记这栋楼，请先导入楼栋"),
    "gone": _("这栋楼已拆除或已并入"),
    "unit": _("单元写成数字加“单元”，没有写“无”"),
    "floor": _("楼层写成数字加“层”，从 -9 层到 150 层，没有 0 层"),
    "room": _("房号由数字和字母组成，最多 12 位"),
    "twice": _("同一栋同一单元有两个这样的房号，另一个在第 {other} 行"),
    UNFIT: _("含有无法保存的字符"),
    CUT: _("这一行不完整：文件可能在传输中被截断"),
    "count": _("文件有 {count} 行，应有 {expected} 行：可能在传输中被截断"),
}
"""What may be wrong with a row of dwellings."""

BROKEN: Final = _("文件读到第 {line} 行就断了：可能在传输中被截断，或不是这种文件")

ALLOWED: Final = {
    "building": ("340104001001E001003",),
    "gone": BUILDING_ALLOWED,
    "unit": UNIT_ALLOWED,
    "floor": FLOOR_ALLOWED,
    "room": ROOM_ALLOWED,
}


class WrongHead(Invalid):
    """The first row of a file names no list that is known."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row: the line as people count, the field, its value, the allowed."""

    line: int
    field: str
    value: str
    sentence: str
    allowed: tuple[str, ...] = ()
    parts: dict[str, object] = dataclasses.field(default_factory=dict)

    @property
    def words(self) -> str:
        """The sentence with its parts."""
        return self.sentence.format(**self.parts) if self.parts else self.sentence


def places_of(head: list[str]) -> tuple[int, ...] | None:
    """Return where a file of dwellings has its columns; None when it is no such file."""
    said = [cell.strip().lower() for cell in head]
    found = [
        next((said.index(name) for name in HEADS[column] if name in said), -1) for column in COLUMNS
    ]
    return None if -1 in found else tuple(found)


def home_of(unit: str, floor: str, room: str) -> tuple[str, int, str]:
    """Return staircase, floor and room of one dwelling, as they are kept.

    :raises WrongField: if one of them is written otherwise
    """
    number = unit_number(unit)
    stored = re.fullmatch(FLOOR_SAID, floor.strip())
    if stored is None or not _is_floor(int(stored[1])):
        raise wrong("floor", floor)
    if re.fullmatch(ROOM_SAID, room.strip()) is None:
        raise wrong("room", room)
    return number, int(stored[1]), room.strip().upper()


def wrong(kind: str, value: str, *, field: str = "", **parts: object) -> WrongField:
    """Return what is wrong with one cell of a dwelling, in the words of its kind."""
    allowed = ALLOWED.get(kind, ())
    return WrongField(WORDS[kind], field=field or kind, value=value, allowed=allowed, **parts)


def _is_floor(number: int) -> bool:
    return number != 0 and LOWEST_FLOOR <= number <= MOST_FLOORS

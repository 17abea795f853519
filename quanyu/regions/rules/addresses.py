"""What people type for an address, read part by part (地址解析). Words alone: no table is asked.

``政务区天鹅湖路88号3幢2单元501`` is a place, a road with a door, a building, a staircase and a
room. Where the place ends and the road begins, no rule can tell: the table knows the roads.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST = 120
SHORTEST_NAME, LONGEST_NAME = 2, 20

_BLANKS: Final = re.compile(r"[\s,，。.、;；:：·()（）\"'“”‘’]+")
_NUMERALS: Final = "零一二三四五六七八九"
_COUNTED: Final = re.compile(
    rf"([{_NUMERALS}两十百]+)(?=号楼|幢|栋|座|单元|门洞|梯|层|楼|号|室|房)"
)
_DASHES: Final = re.compile("[-–—－~～]")
_ROAD_ENDS: Final = ("路", "街", "巷", "道", "弄", "里", "胡同", "条")

_TAIL: Final = re.compile(
    r"""(?P<head>.*?)
    (?:(?P<building>\d+[a-z]?|[a-z])(?:幢|栋|座|号楼|\#楼?|楼(?=\d|$)))?
    (?:(?P<unit>\d+|[a-z])(?:单元|门洞|梯|门))?
    (?:(?P<floor>-?\d{1,3})(?:层|楼|f))?
    (?:(?P<room>\d{2,5}[a-z]?)(?:室|号房|房|户|号)?)?""",
    re.VERBOSE,
)
_DASHED: Final = re.compile(
    r"(?P<head>.*?[^\d-])(?P<building>\d{1,3})-(?:(?P<unit>\d{1,2})-)?(?P<room>\d{3,5}[a-z]?)室?"
)
_DOOR: Final = re.compile(r"(?P<before>.*?)(?P<door>\d+(?:-\d+)?)号?(?:大?院)?(?P<after>\D.*)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed address, part by part; what was not said is "" (输入的地址)."""

    text: str
    """The whole, as addresses are compared."""
    before: str
    """Places, and the road when there is a door; else all but the building."""
    door: str = ""
    after: str = ""
    """What stands between door and building: an estate's name, mostly."""
    building: str = ""
    unit: str = ""
    floor: int | None = None
    room: str = ""

    @property
    def head(self) -> str:
        """Everything before the building's number."""
        return f"{self.before}{self.door and self.door + '号'}{self.after}"


def comparable(text: str) -> str:
    """Return an address as two are compared: half-width, no blanks, figures for numerals."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    plain = _DASHES.sub("-", _BLANKS.sub("", plain))
    return _COUNTED.sub(lambda found: str(number(found[1])), plain)


def number(numerals: str) -> int:
    """Return what Chinese numerals below a thousand say: 二十三 is 23."""
    total, digit = 0, 0
    for sign in numerals:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + (2 if sign == "两" else _NUMERALS.index(sign))
    return total + digit


def read_address(text: str) -> Typed:
    """Return the parts of a typed address; it never refuses, what it cannot read stays in front."""
    whole = comparable(text)
    found = _DASHED.fullmatch(whole) or _TAIL.fullmatch(whole)
    parts = found.groupdict() if found else {"head": whole}
    if _is_door(parts):
        # 天鹅湖路88 is a door whose 号 was left out; a room needs something to be in.
        parts = {"head": whole}
    head = _DOOR.fullmatch(parts["head"])
    is_plate = head is not None and _has_door(head)
    floor = parts.get("floor")
    return Typed(
        text=whole,
        before=head["before"] if head and is_plate else parts["head"],
        door=head["door"] if head and is_plate else "",
        after=(head["after"] or "") if head and is_plate else "",
        building=parts.get("building") or "",
        unit=parts.get("unit") or "",
        floor=int(floor) if floor else None,
        room=(parts.get("room") or "").upper(),
    )


def _is_door(parts: dict[str, str]) -> bool:
    """Answer whether what looks like a room is the number of a door, or of nothing."""
    held = parts.get("building") or parts.get("unit") or parts.get("floor")
    is_lone = bool(parts.get("room")) and not held
    return is_lone and not parts["head"].endswith(("号", "院", "楼"))


def _has_door(head: re.Match[str]) -> bool:
    said = head[0][: head.end("door") + 1]
    return said.endswith("号") or head["before"].endswith(_ROAD_ENDS)


def endings(text: str) -> list[str]:
    """Return every ending of a text that may be a road's name, the longest first."""
    longest = min(len(text), LONGEST_NAME)
    return [text[-length:] for length in range(longest, SHORTEST_NAME - 1, -1)]


def spans(text: str) -> list[str]:
    """Return every part of a text that may be a name, the longest first."""
    longest = min(len(text), LONGEST_NAME)
    return list(
        dict.fromkeys(
            text[start : start + length]
            for length in range(longest, SHORTEST_NAME - 1, -1)
            for start in range(len(text) - length + 1)
        )
    )


def floor_of(room: str) -> int | None:
    """Return the floor that a room's number tells: 501 is on the fifth, 1203 on the twelfth."""
    digits = room.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits[:-2]) if len(digits) > 2 and digits.isdecimal() and int(digits[:-2]) else None

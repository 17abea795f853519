"""A map on paper: how large it comes out, and how long its scale bar is (打印比例)."""

from dataclasses import dataclass
from enum import StrEnum

from quanyu.kernel.errors import Refusal


class Unprintable(Refusal):
    """This place cannot be put on paper (不能打印)."""


class Paper(StrEnum):
    """A size of paper (纸张)."""

    A4 = "a4"
    A3 = "a3"


class Turn(StrEnum):
    """How a sheet lies (方向)."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


SIZES = {Paper.A4: (210, 297), Paper.A3: (297, 420)}
MARGIN, HEAD, FOOT = 10, 17, 27
"""Millimetres round the sheet, and above and below the map."""

AIR = 0.06
"""Share of the frame left free round the place."""

_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
_LENGTHS = (1.0, 2.0, 5.0)
LONGEST_BAR = 60.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a sheet that the map fills, in millimetres, and the sheet itself."""

    paper: Paper
    turn: Turn
    width: int
    height: int


def frame(paper: Paper, turn: Turn) -> Frame:
    """Return the frame of the map on a sheet."""
    short, long = SIZES[paper]
    wide, high = (long, short) if turn is Turn.LANDSCAPE else (short, long)
    return Frame(paper, turn, wide - 2 * MARGIN, high - 2 * MARGIN - HEAD - FOOT)


def turned(wide: float, high: float) -> Turn:
    """Return how a sheet lies on which a shape comes out larger."""
    sheets = {turn: frame(Paper.A4, turn) for turn in Turn}
    return min(Turn, key=lambda turn: max(wide / sheets[turn].width, high / sheets[turn].height))


def scale(wide: float, high: float, sheet: Frame) -> int:
    """Return the round number N of the largest scale 1:N at which so many metres fit."""
    need = 1000 * max(wide / sheet.width, high / sheet.height) / (1 - AIR)
    power = 10
    while True:
        for step in _STEPS:
            if step * power >= need:
                return int(step * power)
        power *= 10


def bar(number: int) -> int:
    """Return how many metres the scale bar stands for at 1:N."""
    longest, power = LONGEST_BAR * number / 1000, 1
    while longest / power >= 10:
        power *= 10
    return int(max(step for step in _LENGTHS if step * power <= max(longest, 1)) * power)

"""A row of another system's file as a past matter of ours, or what is wrong with it (历史事项)."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from quanyu.events.engine.mapping import Meaning, Words
from quanyu.events.rules import title
from quanyu.kernel.errors import gettext_noop as _

LONGEST_NUMBER: Final = 64
LONGEST_ADDRESS: Final = 200
LONGEST_WORD: Final = 120
YEARS: Final = range(1900, 2200)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

MISSING: Final = object()
"""What a row holds for a cell that it ends before; an empty cell is another thing."""
MORE: Final = None
"""Under this the cells stand that lie beyond the last column."""

CUT = _("这一行不完整：文件可能在传输中被截断")
SHIFTED = _("这一行的格数比列名多：可能有一格里的分隔符没有加引号")
EMPTY_NUMBER = _("没有编号")
LONG_NUMBER = _("编号太长，至多 64 个字")
TWICE = _("这个编号在文件里出现过，以第一次为准")
NO_TEXT = _("没有说明情况的文字")
NO_INSTANT = _("读不懂这个时间")
NO_OPENING = _("没有受理时间")
NO_STATE = _("对照表没有说这个状态是办结还是在办")
NO_CLOSING = _("状态是办结，却没有办结时间")
STILL_OPEN = _("状态是在办，却有办结时间")
NO_POINT = _("经纬度不完整或不在地球上，不记位置")
EARLY = _("办结早于受理，照原样记")
TWO_HOURS = _("拨钟的那一小时有两种读法，取较早的")
UNKNOWN_FLAG = _("读不懂是否按时，不作核对")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about one row: why it is not taken, or what was noticed in taking it."""

    line: int
    column: str
    value: str
    sentence: str
    is_fault: bool = True


@dataclass(frozen=True, slots=True)
class Past:
    """One matter as another system told it (历史事项)."""

    number: str
    title: str
    text: str
    address: str
    lon: float | None
    lat: float | None
    opened: datetime
    due: datetime | None
    closed: datetime | None
    outcome: str
    class_said: str
    class_code: str
    body_said: str
    body_code: str
    channel: str
    place_said: str
    place_code: str
    on_time: bool | None = field(default=None, compare=False)
    """What the other system says of it: a flag to check by, none of ours."""

    def parts(self) -> str:
        """Return everything that is taken in, so that a changed row can be told."""
        shown = [getattr(self, name) for name in self.__slots__ if name != "on_time"]
        return repr(shown)


class Faulty(Exception):
    """A cell cannot be understood, and without it the row cannot be taken."""

    def __init__(self, name: str, value: object, sentence: str) -> None:
        super().__init__(sentence)
        self.name, self.value, self.sentence = name, value, sentence


@dataclass
class Reader:
    """Understands the rows of one file; counts what the mapping did not foresee."""

    meaning: Meaning
    remarks: Callable[[Remark], None]
    unmapped: dict[str, Counter[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    line: int = 0
    row: Mapping[Any, Any] = field(default_factory=dict)

    def past(self, line: int, row: Mapping[Any, Any]) -> Past | None:
        """Return the matter that a row tells; None, and a remark, when it cannot be taken."""
        self.line, self.row = line, row
        try:
            return self._past()
        except Faulty as fault:
            self._remark(fault.name, fault.value, fault.sentence)
            return None

    def _past(self) -> Past:
        self._check_whole()
        number = self._number()
        said = self._text("text")
        if not said:
            raise Faulty("text", "", NO_TEXT)
        opened = self._instant("opened")
        if opened is None:
            raise Faulty("opened", "", NO_OPENING)
        closed = self._closed(opened)
        lon, lat = self._point()
        body, place = self._word("body"), self._word("place")
        class_said = self._word("class")
        past = Past(
            number=number,
            title=title(self._text("title") or said),
            text=said,
            address=self._text("address")[:LONGEST_ADDRESS],
            lon=lon,
            lat=lat,
            opened=opened,
            due=self._instant("due"),
            closed=closed,
            outcome=self._text("outcome"),
            class_said=class_said,
            class_code=self._code("class", class_said, self.meaning.classes),
            body_said=body,
            body_code=self._code("body", body, self.meaning.bodies),
            channel=self._code("channel", self._word("channel"), self.meaning.channels),
            place_said=place,
            place_code=self._code("place", place, self.meaning.places),
            on_time=self._flag(),
        )
        self.seen.add(number)
        return past

    def _check_whole(self) -> None:
        """Check that each cell stands under its own name, so that none is taken for another."""
        for name, columns in self.meaning.columns.items():
            if any(self.row.get(column) is MISSING for column in columns):
                raise Faulty(name, "", CUT)
        beyond = "".join(self.row.get(MORE, ()))
        if beyond.strip():
            raise Faulty("", beyond, SHIFTED)

    # -------------------------------------------------------------- one cell after another

    def _cells(self, name: str) -> list[Any]:
        columns = self.meaning.columns.get(name)
        if columns is None:
            return []
        return [cell for column in columns if not _is_empty(cell := self.row.get(column))]

    def _text(self, name: str) -> str:
        return "\n".join(_plain(cell) for cell in self._cells(name))

    def _word(self, name: str) -> str:
        return self._text(name)[:LONGEST_WORD]

    def _number(self) -> str:
        number = self._text("number")
        if not number:
            raise Faulty("number", "", EMPTY_NUMBER)
        if len(number) > LONGEST_NUMBER:
            raise Faulty("number", number, LONG_NUMBER)
        if number in self.seen:
            raise Faulty("number", number, TWICE)
        return number

    def _instant(self, name: str) -> datetime | None:
        cells = self._cells(name)
        if not cells:
            return None
        found = _instant(cells[0], self.meaning.formats)
        if found is None or found.year not in YEARS:
            raise Faulty(name, cells[0], NO_INSTANT)
        if found.tzinfo is None:
            found = found.replace(tzinfo=self.meaning.zone)
            if found.utcoffset() != found.replace(fold=1).utcoffset():
                self._remark(name, cells[0], TWO_HOURS, is_fault=False)
        return found

    def _closed(self, opened: datetime) -> datetime | None:
        closed = self._instant("closed")
        if self.meaning.states.codes:
            self._check_state(closed)
        if closed is not None and closed < opened:
            self._remark("closed", closed.isoformat(), EARLY, is_fault=False)
        return closed

    def _check_state(self, closed: datetime | None) -> None:
        word = self._text("state")
        state = self.meaning.states.code(word)
        if not state:
            raise Faulty("state", word, NO_STATE)
        if state == "closed" and closed is None:
            raise Faulty("closed", word, NO_CLOSING)
        if state == "open" and closed is not None:
            raise Faulty("closed", closed.isoformat(), STILL_OPEN)

    def _point(self) -> tuple[float | None, float | None]:
        cells = [*self._cells("lon"), *self._cells("lat")]
        if not cells:
            return None, None
        found = [_degrees(cell) for cell in cells]
        if len(found) != 2 or None in found or not _is_on_earth(found):
            self._remark("lon", ", ".join(str(cell) for cell in cells), NO_POINT, is_fault=False)
            return None, None
        return (None, None) if tuple(found) in self.meaning.nowhere else (found[0], found[1])

    def _code(self, name: str, word: str, words: Words) -> str:
        if word and words.codes and word not in words.codes:
            self.unmapped.setdefault(name, Counter())[word] += 1
        return words.code(word)

    def _flag(self) -> bool | None:
        word = self._text("on_time")
        if not word:
            return None
        code = self.meaning.on_time.code(word)
        if not code:
            self._remark("on_time", word, UNKNOWN_FLAG, is_fault=False)
        return {"yes": True, "no": False}.get(code)

    def _remark(self, name: str, value: object, sentence: str, *, is_fault: bool = True) -> None:
        column = "+".join(self.meaning.columns.get(name, (name,)))
        self.remarks(Remark(self.line, column, str(value)[:LONGEST_WORD], sentence, is_fault))


# ------------------------------------------------------------------ cells


def _is_empty(cell: object) -> bool:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    return isinstance(cell, str) and not cell.strip()


def _plain(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, no control signs."""
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return CONTROL.sub("", str(cell)).strip()


def _instant(cell: object, formats: Sequence[str]) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    text = str(cell).strip()
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the same
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _degrees(cell: object) -> float | None:
    try:
        return float(str(cell))
    except ValueError:
        return None


def _is_on_earth(point: Sequence[float | None]) -> bool:
    lon, lat = point
    return lon is not None and lat is not None and -180 <= lon <= 180 and -90 <= lat <= 90

"""How a value stands in a file and is read back, and when a file needs a second person's leave.

No database, no clock, no spreadsheet.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

import shapely
import shapely.errors

from quanyu.kernel.access.rules import Role
from quanyu.kernel.calendar.rules import ZONE
from quanyu.kernel.columns import Column, Key, Kind, Table, plain
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.tables.states import STATE_WORDS, UNDER_WAY, State

__all__ = ["STATE_WORDS", "UNDER_WAY", "State"]

KEPT: Final = timedelta(hours=24)
"""How long a made file, and an uploaded one, lies on the disk."""

MOST_ROWS: Final = 200_000
"""Rows of one uploaded file."""

MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 32_767
"""What a cell of a spreadsheet holds."""

MOST_UNPACKED: Final = 300 * 2**20
"""Bytes that an uploaded spreadsheet may unpack to."""

MOST_FAULTS: Final = 200
"""Faults that a page tells; the error file marks all."""

PREVIEW: Final = 20
"""Changes that a page shows before they are written."""

APPROVERS: Final = frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER, Role.COMMUNITY_SECRETARY})
"""Who may let another person have a large file with people's words in it."""

FAULT_COLUMN: Final = "_fault"
"""The code of the column that an error file bears and an import passes over."""


class Format(StrEnum):
    """What kind of file (文件格式)."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
    """Of composed documents alone; rows are not printed."""
    GEOJSON = "geojson"
    GPKG = "gpkg"
    """GeoPackage: what QGIS keeps."""


OF_ROWS: Final = (Format.XLSX, Format.CSV)
"""The formats in which rows go out and come in."""

OF_MAPS: Final = (Format.GEOJSON, Format.GPKG)
"""The formats of lists with a shape."""

TAKEN: Final = (*OF_ROWS, *OF_MAPS)
"""What may be brought in."""

DEGREES: Final = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")
"""The systems of coordinates that are taken: WGS-84, which CGCS2000 equals here."""

GEOMETRY: Final = "shape"
"""What the geometry of a map file is called among its rows; the column may bear another name."""

DECIMALS: Final = 7
"""Of degrees: a centimetre."""


class WrongFile(Invalid):
    """This file cannot be taken as a whole (文件不可导入)."""


class WrongCell(Invalid):
    """One cell is not as its column must be (单元格有误)."""


class NotNow(Refusal):
    """The file is not in the state for this act (当前状态不允许)."""


class NotOpen(Refusal):
    """This list gives no file, or takes none, for this person (无权导入导出)."""


# ------------------------------------------------------------------ formulas

DANGEROUS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula, full-width signs included."""

MARK: Final = "'"


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; :func:`bare` takes the mark off."""
    return f"{MARK}{text}" if text[:1] in DANGEROUS | {MARK} and text else text


def bare(text: str) -> str:
    """Return what :func:`harmless` was given."""
    is_marked = len(text) > 1 and text[0] == MARK and text[1] in DANGEROUS | {MARK}
    return text[1:] if is_marked else text


# ------------------------------------------------------------------ what a file is

ZIP: Final = b"PK\x03\x04"
SQLITE: Final = b"SQLite format 3\x00"
OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"%PDF", b"GIF8", b"\x7fELF", b"MZ")


def is_spreadsheet(start: bytes) -> bool:
    """Answer by the first bytes whether this is an XLSX and no text."""
    return start.startswith(ZIP)


def check_start(start: bytes) -> Format:
    """Return what a file is by its first bytes; its name and the sender's word count nothing.

    :raises WrongFile: if it is empty, an old or locked spreadsheet, or no table at all
    """
    if not start:
        raise WrongFile(_("文件里没有内容"), field="file")
    if start.startswith(OLD):
        raise WrongFile(
            _("这是旧的 .xls 文件，或加了密码；请另存为不加密的 .xlsx 再上传"), field="file"
        )
    if start.startswith(SQLITE):
        return Format.GPKG
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Format.GEOJSON
    if start.startswith(PICTURES) or (b"\x00" in start and not is_spreadsheet(start)):
        raise WrongFile(_("请上传 XLSX 或 CSV 文件"), field="file", allowed=["XLSX", "CSV"])
    return Format.XLSX if is_spreadsheet(start) else Format.CSV


# ------------------------------------------------------------------ writing

YES, NO = _("是"), _("否")


def written(kind: Kind, value: object, *, yes: str = YES, no: str = NO) -> str:
    """Return a value as a line of text holds it, before formulas are made harmless."""
    if value is None or value == "":
        return ""
    if kind is Kind.YES_NO:
        return yes if value else no
    if kind is Kind.MONEY:
        return f"{Decimal(str(value)) / 100:.2f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(plain(value))


NUMBERS: Final = frozenset({Kind.NUMBER, Kind.MONEY})
"""Kinds that are ours to write: a minus before a number is no formula."""


def csv_cell(kind: Kind, value: object, *, yes: str = YES, no: str = NO) -> str:
    """Return a value as a CSV holds it."""
    text = written(kind, value, yes=yes, no=no)
    return text if kind in NUMBERS else harmless(text)


# ------------------------------------------------------------------ reading

YES_WORDS: Final = frozenset({"是", "yes", "y", "true", "1", "√", "有"})
NO_WORDS: Final = frozenset({"否", "no", "n", "false", "0", "×", "无"})
DAYS: Final = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]0{1,2}:00(?::00)?)?"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
WHOLE: Final = re.compile(r"-?\d+\.0+")


def parsed(column: Column, text: str, *, names: Mapping[str, str]) -> object:
    """Return what a cell means; None where it is empty and may be.

    :param names: for a column with choices: the words for each, in every language, to its code
    :raises WrongCell: if it means nothing, is too long, or is missing
    """
    said = text.strip()
    if not said:
        if column.is_required or column.is_key:
            raise _wrong(column, _("这一格必须填写"), said)
        return None
    if column.choices:
        return _choice(column, said, names=names)
    return _PARSERS.get(column.kind, _text)(column, said)


def _wrong(column: Column, sentence: str, value: str, **parts: Any) -> WrongCell:
    return WrongCell(sentence, field=column.key, value=value[:200], **parts)


def _choice(column: Column, said: str, *, names: Mapping[str, str]) -> str:
    found = names.get(_folded(said))
    if found is None:
        raise _wrong(column, _("只能填：{choices}"), said, choices=", ".join(column.choices))
    return found


def named(column: Column, languages: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return every word by which a choice may be called, to its code."""
    found = {_folded(code): code for code in column.choices}
    for names in languages:
        found |= {_folded(name): code for code, name in names.items()}
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _text(column: Column, said: str) -> str:
    longest = column.longest or LONGEST_CELL
    if len(said) > longest:
        raise _wrong(
            column,
            _("最多 {longest} 个字，现有 {count} 个"),
            said,
            longest=longest,
            count=len(said),
        )
    if not said.isprintable() and any(_is_unfit(sign) for sign in said):
        raise _wrong(column, _("含有无法保存的字符"), said)
    return said


def _is_unfit(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t"


def _code(column: Column, said: str) -> str:
    """Return a code with ordinary digits; a number that a spreadsheet made of it is put right."""
    text = unicodedata.normalize("NFKC", said).strip()
    return _text(column, text.partition(".")[0] if WHOLE.fullmatch(text) else text)


def _number(column: Column, said: str) -> int:
    try:
        value = Decimal(_digits(said))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value != value.to_integral_value() or abs(value) >= 2**53:
        raise _wrong(column, _("请填整数"), said)
    return int(value)


def _money(column: Column, said: str) -> int:
    try:
        fen = Decimal(_digits(said).lstrip("¥")) * 100
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) >= 2**53:
        raise _wrong(column, _("请填金额，以元为单位，最多两位小数"), said)
    return int(fen)


def _digits(said: str) -> str:
    return unicodedata.normalize("NFKC", said).replace(",", "").replace(" ", "")


def _date(column: Column, said: str) -> date:
    text = unicodedata.normalize("NFKC", said).replace(" 00:00:00", "")
    for form in DAYS:
        found = form.fullmatch(text)
        if found:
            try:
                return date(*(int(part) for part in found.groups()))
            except ValueError:
                break
    raise _wrong(column, _("请填日期，如 2026-03-02"), said)


def _instant(column: Column, said: str) -> datetime:
    """Return a moment on the clock of the city; one with an offset is taken as it says."""
    text = unicodedata.normalize("NFKC", said).replace("/", "-")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise _wrong(column, _("请填日期和时间，如 2026-03-02 08:30"), said) from fault
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def _yes_no(column: Column, said: str) -> bool:
    word = _folded(said)
    if word in YES_WORDS | NO_WORDS:
        return word in YES_WORDS
    raise _wrong(column, _("请填“是”或“否”"), said)


def _shape(column: Column, said: str) -> str:
    """Return a shape written one way, so that the same one is told to be the same."""
    try:
        found = shapely.from_wkt(said)
    except shapely.errors.ShapelyError as fault:
        raise _wrong(column, _("请填 WKT 图形，如 POLYGON ((…))"), said) from fault
    return shape_text(found)


def shape_text(shape: Any) -> str:
    """Return a shape as well-known text in two dimensions, to a centimetre."""
    flat = shapely.orient_polygons(shapely.force_2d(shape))  # as RFC 7946 has it
    return str(shapely.to_wkt(flat, rounding_precision=DECIMALS, trim=True))


_PARSERS: Final = {
    Kind.CODE: _code,
    Kind.PLACE: _code,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.YES_NO: _yes_no,
    Kind.SHAPE: _shape,
}


# ------------------------------------------------------------------ the head of a file


@dataclass(frozen=True, slots=True)
class Head:
    """Which column of a file holds what, and where its rows begin (表头)."""

    columns: tuple[Column | None, ...]
    """None for a column that is passed over."""
    rows_from: int
    """The number of the first row, as people count."""


def head(
    table: Table,
    first: Sequence[str],
    second: Sequence[str],
    *,
    number: int,
    labels: Mapping[str, str],
) -> Head:
    """Return how to read a file by its first one or two rows; the order of columns is free.

    :param labels: the columns' names in every language, folded, to their keys
    :raises WrongFile: naming what is unknown, what is twice, what is missing
    """
    codes = {column.key for column in table.columns} | {FAULT_COLUMN}
    by_code = sum(cell.strip() in codes for cell in second)
    has_codes = bool(second) and by_code * 2 > sum(bool(cell.strip()) for cell in second)
    keys = [_key_of(cell, labels, codes) for cell in (second if has_codes else first)]
    shown = [cell.strip() for cell in (second if has_codes else first)]
    _check_known(keys, shown)
    _check_once(keys)
    _check_all_there(table, keys)
    return Head(tuple(_taken(table, key) for key in keys), number + 1 + has_codes)


def _taken(table: Table, key: str | None) -> Column | None:
    """Return the column that an import sets; what a list only shows is passed over."""
    column = table.column(key) if key else None
    return column if column is not None and column.is_taken else None


def _key_of(cell: str, labels: Mapping[str, str], codes: set[str]) -> str | None:
    """Return the column that a cell of the head names: "" for an empty cell, None for none."""
    said = cell.strip()
    if not said:
        return ""
    return said if said in codes else labels.get(_folded(said).rstrip("* "))


def _check_known(keys: Sequence[str | None], shown: Sequence[str]) -> None:
    unknown = [name for key, name in zip(keys, shown, strict=True) if key is None]
    if unknown:
        raise WrongFile(
            _("文件里有模板没有的列：{names}。请删去，或改成模板的列名"),
            field="file",
            names=", ".join(name[:40] for name in unknown[:10]),
        )


def _check_once(keys: Sequence[str | None]) -> None:
    seen = [key for key in keys if key]
    twice = sorted({key for key in seen if seen.count(key) > 1})
    if twice:
        raise WrongFile(_("同一列出现了两次：{names}"), field="file", names=", ".join(twice))


def _check_all_there(table: Table, keys: Sequence[str | None]) -> None:
    needed = [c for c in table.taken_columns if c.is_required or c.is_key]
    missing = [column.key for column in needed if column.key not in keys]
    if missing:
        raise WrongFile(_("文件缺少必填的列：{names}"), field="file", names=", ".join(missing))


def folded_labels(labels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return names of columns, as people may write them, to their keys."""
    return {_folded(label): key for key, label in labels}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row: which column, which value, and a sentence (问题)."""

    row: int
    column: str
    value: str
    sentence: str
    parts: Mapping[str, Any]
    allowed: tuple[str, ...] = ()


def fault(row: int, no: Refusal) -> Fault:
    """Return a refusal as the fault of a row."""
    value = "" if no.value is None else str(plain(no.value))
    kept = {name: str(plain(part)) for name, part in no.parts.items()}
    return Fault(row, no.field, value[:200], no.sentence, kept, tuple(no.allowed))


def same_key(row: int, other: int, key: Key, *, column: str) -> Fault:
    """Return the fault of a row whose key an earlier row has."""
    text = " ".join(key)
    return Fault(row, column, text, _("与第 {other} 行重复：{key}"), {"other": other, "key": text})


# ------------------------------------------------------------------ a second person's leave


def needs_leave(columns: Iterable[Column], rows: int, *, before: int, most: int) -> bool:
    """Answer whether a file needs a second person's leave.

    :param before: rows with people's words that this person took out in the last day
    """
    return any(column.is_personal for column in columns) and rows + before > most

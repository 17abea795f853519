"""Write rows into a file as they come: XLSX and CSV, in bounded memory (写文件)."""

import csv
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format as Style
from xlsxwriter.worksheet import Worksheet

from quanyu.kernel.columns import Column, Kind, Row
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import (
    LONGEST_CELL,
    OF_MAPS,
    Format,
    WrongFile,
    csv_cell,
    written,
)

SHEET_ROWS = 1_048_575
"""Rows that a sheet holds below its head."""

FORMS = {Kind.DATE: "yyyy-mm-dd", Kind.INSTANT: "yyyy-mm-dd hh:mm", Kind.NUMBER: "0"}
FORMS |= {Kind.MONEY: "#,##0.00"}


class Sheet(Protocol):
    """A file that takes row after row."""

    def add(self, row: Row) -> None:
        """Write one row."""

    def close(self) -> None:
        """Write what remains."""


def opened(
    path: Path, form: Format, columns: Sequence[Column], *, title: str, passport: Passport
) -> Sheet:
    """Return a new file with its head written."""
    if form in OF_MAPS:
        # What writes maps takes 90 MB: only a worker that is asked for one loads it.
        features = import_module("quanyu.kernel.tables.engine.mapping")
        made: Sheet = features.Features(path, columns, form=form, title=title, passport=passport)
        return made
    kind = Xlsx if form is Format.XLSX else Csv
    return kind(path, columns, title=title, passport=passport)


class Csv:
    """UTF-8 with a byte order mark, so that Excel reads it; no cell begins a formula."""

    def __init__(
        self, path: Path, columns: Sequence[Column], *, title: str, passport: Passport
    ) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._columns = [(column.key, column.kind) for column in columns]
        self._last = [csv_cell(Kind.TEXT, passport.watermark)] if passport.watermark else []
        self._words = {"yes": _("是"), "no": _("否")}
        heads = [_(column.label) for column in columns]
        self._writer.writerow([*heads, *([_("水印")] if self._last else [])])

    def add(self, row: Row) -> None:
        """Write one row."""
        cells = [csv_cell(kind, row.get(key), **self._words) for key, kind in self._columns]
        self._writer.writerow(cells + self._last)

    def close(self) -> None:
        """Bring all of it to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


class Xlsx:
    """One sheet of rows, one that tells where they come from; texts are texts, never formulas."""

    def __init__(
        self, path: Path, columns: Sequence[Column], *, title: str, passport: Passport
    ) -> None:
        self._book = book(path)
        self._columns, self._row = columns, 0
        styles = {kind: self._book.add_format({"num_format": form}) for kind, form in FORMS.items()}
        self._cells = [(one.key, one.kind, styles.get(one.kind)) for one in columns]
        self._words = {"yes": _("是"), "no": _("否")}
        self._sheet = self._book.add_worksheet(sheet_name(title))
        head(self._book, self._sheet, [_(one.label) for one in columns], columns)
        self._passport = passport
        if passport.watermark:
            marked = passport.watermark.replace("&", "&&")
            self._sheet.set_header(f"&L{marked}&R{sheet_name(title)}")
            self._sheet.set_footer(f"&L{marked}&RP. &P / &N")

    def add(self, row: Row) -> None:
        """Write one row."""
        self._row += 1
        if self._row > SHEET_ROWS:
            raise WrongFile(gettext_noop("超过一张工作表能放的行数，请导出 CSV"), field="format")
        try:
            for number, (key, kind, style) in enumerate(self._cells):
                put(self._sheet, self._row, number, kind, row.get(key), style, self._words)
        except WrongFile:
            self._book.close()  # its rows lie in files of their own until then
            raise

    def close(self) -> None:
        """Write the sheet that tells where the rows come from, and all of it to the disk."""
        self._sheet.autofilter(0, 0, max(self._row, 1), max(len(self._columns) - 1, 0))
        told = self._book.add_worksheet(sheet_name(_("来历")))
        told.set_column(0, 0, 18)
        told.set_column(1, 1, 80)
        for number, (label, value) in enumerate(self._passport.lines):
            told.write_string(number, 0, label)
            told.write_string(number, 1, value)
        self._book.close()


def book(path: Path) -> xlsxwriter.Workbook:
    """Return a new workbook that keeps one row in memory."""
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    return xlsxwriter.Workbook(path, options)


def sheet_name(title: str) -> str:
    """Return a name that a sheet may bear."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:31]


def head(
    book: xlsxwriter.Workbook, sheet: Worksheet, labels: Sequence[str], columns: Sequence[Column]
) -> None:
    """Write the head of a sheet: it stays in sight."""
    style = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F6"})
    for number, (label, column) in enumerate(zip(labels, columns, strict=True)):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, label, style)
    sheet.freeze_panes(1, 0)


def put(
    sheet: Worksheet,
    row: int,
    number: int,
    kind: Kind,
    value: Any,
    style: Style | None,
    words: Mapping[str, str],
) -> None:
    """Write one cell by its kind; whatever is no number and no date is text."""
    if value is None or value == "":
        return
    if kind in (Kind.DATE, Kind.INSTANT) and not isinstance(value, str):
        sheet.write_datetime(row, number, value, style)
    elif kind is Kind.NUMBER:
        sheet.write_number(row, number, value, style)
    elif kind is Kind.MONEY:
        sheet.write_number(row, number, value / 100, style)
    else:
        text = written(kind, value, **words)
        if len(text) > LONGEST_CELL:
            # Half a border is another border: the whole of it goes out in another format.
            raise WrongFile(
                gettext_noop(
                    "第 {row} 行第 {column} 列有 {count} 个字，Excel 一格最多 {most}；"
                    "请导出 CSV，有边界的请导出 GeoPackage"
                ),
                field="format",
                value=row + 1,
                allowed=["gpkg", "geojson", "csv"],
                row=row + 1,
                column=number + 1,
                count=f"{len(text):,}",
                most=f"{LONGEST_CELL:,}",
            )
        sheet.write_string(row, number, text, style)


@dataclass
class Settled:
    """A file in its place: how long, and its hash."""

    size: int
    sha256: str


@dataclass
class Draft:
    """A file that appears in its place whole or not at all."""

    goal: Path
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = self.goal.with_name(f"{self.goal.name}.part")

    def settle(self) -> Settled:
        """Put the finished file where it is handed out from."""
        with self.path.open("rb") as whole:
            sha256 = hashlib.file_digest(whole, "sha256").hexdigest()
            os.fsync(whole.fileno())
        size = self.path.stat().st_size
        self.path.replace(self.goal)
        return Settled(size, sha256)

    def drop(self) -> None:
        """Leave nothing behind."""
        self.path.unlink(missing_ok=True)


Progress = Callable[[int], bool]
"""Told how many rows are done; answers whether to go on."""

"""The empty file of a list: head, codes, what is allowed, and how to fill it in (导入模板)."""

import csv
import io
import tempfile
from pathlib import Path

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.tables import writing
from quanyu.kernel.tables.rules import MOST_ROWS, Format

ROWS = 10_000
"""Rows of the template in which lists of what is allowed drop down."""


def template(table: Table, form: Format) -> bytes:
    """Return the template of a list in the reader's language."""
    return _xlsx(table) if form is Format.XLSX else _csv(table)


def label(column: Column) -> str:
    """Return what a column is called in a template; what must be filled in bears a star."""
    return f"{_(column.label)}{'*' if column.is_required or column.is_key else ''}"


def _csv(table: Table) -> bytes:
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow([label(column) for column in table.taken_columns])
    writer.writerow([column.key for column in table.taken_columns])
    return kept.getvalue().encode("utf-8-sig")


def _xlsx(table: Table) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        book = Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
        columns = table.taken_columns
        rows = book.add_worksheet(writing.sheet_name(_(table.title)))
        allowed = _codes(book, columns)
        _rows(book, rows, columns, allowed)
        _explained(book, columns)
        book.close()
        return path.read_bytes()


def _rows(
    book: Workbook, sheet: Worksheet, columns: tuple[Column, ...], allowed: dict[str, str]
) -> None:
    writing.head(book, sheet, [label(column) for column in columns], columns)
    text = book.add_format({"num_format": "@"})
    grey = book.add_format({"italic": True, "font_color": "#667085", "num_format": "@"})
    for number, column in enumerate(columns):
        # Text all the way down: a code keeps its zeros, a date stays as it was typed.
        sheet.set_column(number, number, column.width, text)
        sheet.write_string(1, number, column.key, grey)
        if column.key in allowed:
            rule = {"validate": "list", "source": allowed[column.key], "ignore_blank": True}
            sheet.data_validation(2, number, ROWS, number, rule)
    sheet.freeze_panes(2, 0)


def _codes(book: Workbook, columns: tuple[Column, ...]) -> dict[str, str]:
    """Write every list of what is allowed, and return where the words of each stand."""
    name = writing.sheet_name(_("可填的值"))
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    found: dict[str, str] = {}
    place = 0
    for column in columns:
        words = _allowed(column)
        if not words:
            continue
        sheet.set_column(place, place + 1, 20)
        sheet.write_string(0, place, _(column.label), bold)
        sheet.write_string(0, place + 1, column.key, bold)
        for row, (code, word) in enumerate(words.items(), start=1):
            sheet.write_string(row, place, word)
            sheet.write_string(row, place + 1, code)
        letter = _letter(place)
        found[column.key] = f"='{name}'!${letter}$2:${letter}${len(words) + 1}"
        place += 3
    return found


def _allowed(column: Column) -> dict[str, str]:
    if column.kind is Kind.YES_NO:
        return {"1": _("是"), "0": _("否")}
    return {code: _(words) for code, words in column.choices.items()}


def _letter(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _explained(book: Workbook, columns: tuple[Column, ...]) -> None:
    sheet = book.add_worksheet(writing.sheet_name(_("填写说明")))
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 2, 18)
    sheet.set_column(3, 4, 50)
    notes = [
        _("第一个工作表填数据，前两行不要改；列的顺序可以换，不需要的选填列可以删去。"),
        _("同一个键再次出现就是修改；选填的格子留空，就清空原来的值。"),
        _("先试算，一行有问题就都不写入；问题文件里逐行写明原因，改好后可以直接再上传。"),
        _("最多 {rows} 行。").format(rows=f"{MOST_ROWS:,}"),
    ]
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, note)
    heads = [_("列名"), _("代码"), _("是否必填"), _("说明"), _("示例值")]
    for place, head in enumerate(heads):
        sheet.write_string(len(notes) + 1, place, head, bold)
    for row, column in enumerate(columns, start=len(notes) + 2):
        must = column.is_required or column.is_key
        help_ = _(column.help) if column.help else ""
        cells = [_(column.label), column.key, _("必填") if must else _("选填"), help_]
        for place, cell in enumerate([*cells, column.example]):
            sheet.write_string(row, place, cell, wrap)

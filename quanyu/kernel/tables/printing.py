"""Write a document as a workbook or as a print of A4 pages (月报、通报的文件).

Loaded by the worker alone: the library that sets pages is large.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from weasyprint import HTML
from xlsxwriter.format import Format as Style
from xlsxwriter.worksheet import Worksheet

from quanyu.kernel.tables.documents import Cell, Document, Part, Side
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import Format
from quanyu.kernel.tables.writing import book, sheet_name

BLANK = "—"
FORMS = {
    Side.COUNT: "#,##0",
    Side.SHARE: "#,##0.00",
    Side.CHANGE: "+#,##0.00;-#,##0.00;0.00",
}


def write(path: Path, form: Format, document: Document, passport: Passport) -> None:
    """Write a document in one of the formats."""
    if form is Format.PDF:
        _pdf(path, document, passport)
    else:
        _xlsx(path, document, passport)


# ------------------------------------------------------------------ a workbook


def _xlsx(path: Path, document: Document, passport: Passport) -> None:
    whole = book(path)
    bold = whole.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F6", "text_wrap": True})
    wrap = whole.add_format({"text_wrap": True, "valign": "top"})
    styles = {side: whole.add_format({"num_format": form}) for side, form in FORMS.items()}
    for part in document.parts:
        sheet = whole.add_worksheet(sheet_name(part.title))
        _fill(sheet, part, styles | {Side.TEXT: wrap}, bold)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{document.title.replace('&', '&&')}&RP. &P / &N")
    told = whole.add_worksheet(sheet_name(_("来历")))
    told.set_column(0, 0, 18)
    told.set_column(1, 1, 80)
    for number, (label, value) in enumerate(_lines(document, passport)):
        told.write_string(number, 0, label)
        told.write_string(number, 1, value)
    whole.close()


def _fill(sheet: Worksheet, part: Part, styles: dict[Side, Style], bold: Style) -> None:
    for number, one in enumerate(part.heads):
        sheet.set_column(number, number, one.width)
        sheet.write_string(0, number, one.label, bold)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(part.rows, start=1):
        for place, (one, cell) in enumerate(zip(part.heads, row, strict=True)):
            _put(sheet, number, place, cell, styles[one.side])


def _put(sheet: Worksheet, row: int, number: int, cell: Cell, style: Style) -> None:
    """Write a number as a number and everything else as text, never as a formula."""
    if isinstance(cell, int | Decimal):
        sheet.write_number(row, number, cell, style)
    else:
        sheet.write_string(row, number, BLANK if cell is None else cell, style)


# ------------------------------------------------------------------ a print


def _pdf(path: Path, document: Document, passport: Passport) -> None:
    parts = [
        {
            "title": part.title,
            "note": part.note,
            "has_total": part.has_total,
            "heads": part.heads,
            "rows": [_shown(part, row) for row in part.rows],
        }
        for part in document.parts
    ]
    context: dict[str, Any] = {
        "document": document,
        "parts": parts,
        "lines": _lines(document, passport),
        "language": get_language() or "zh-hans",
    }
    page = render_to_string("tables/document.html", context)
    HTML(string=page, url_fetcher=_nothing).write_pdf(path)


def _shown(part: Part, row: Sequence[Cell]) -> list[dict[str, str]]:
    return [
        {"text": _written(cell, one.side), "side": one.side.value}
        for one, cell in zip(part.heads, row, strict=True)
    ]


def _written(cell: Cell, side: Side) -> str:
    if cell is None:
        return BLANK
    if isinstance(cell, str):
        return cell
    if side is Side.COUNT:
        return f"{cell:,.0f}"
    return f"{cell:+,.2f}" if side is Side.CHANGE and cell else f"{cell:,.2f}"


def _lines(document: Document, passport: Passport) -> list[tuple[str, str]]:
    return [(_("文件"), f"{document.title} {document.subtitle}"), *passport.lines]


def _nothing(url: str, *_more: Any, **_named: Any) -> Any:
    """Fetch nothing: a print is made of what is in it."""
    raise ValueError(f"a document asks for nothing from outside: {url}")

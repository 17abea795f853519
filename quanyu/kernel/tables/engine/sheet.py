"""Read one file and write its rows as lines; started by ``unpack`` as a process of its own."""

import csv
import io
import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from quanyu.kernel.tables.encoding import encoding_of
from quanyu.kernel.tables.engine import (
    ASKEW,
    BARE,
    DAMAGED,
    EMPTY,
    NO_ROOM,
    SECONDS,
    TOO_LARGE,
    TOO_MANY,
    features,
)
from quanyu.kernel.tables.rules import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    OF_MAPS,
    bare,
    check_start,
    is_spreadsheet,
)

MEMORY = 2**30
MOST_PARTS = 2_000
HEAD = 2
"""Rows of the head beside the rows themselves."""


class TooMany(Exception):
    """More rows or columns than one file may hold."""


ENDS: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    ((TooMany,), TOO_MANY),
    ((MemoryError, OverflowError), TOO_LARGE),
    ((features.Askew,), ASKEW),
    ((features.Bare,), BARE),
    ((CalamineError, csv.Error, zipfile.BadZipFile, UnicodeError, ValueError), DAMAGED),
)
"""How the process ends when the file itself is to blame."""


def main(raw: Path, into: Path) -> int:
    """Write the rows; return what went wrong as a number."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    os.nice(5)
    try:
        count = _write(_rows(raw), into)
    except OSError as fault:
        sys.stderr.write(str(fault))
        return NO_ROOM
    except Exception as fault:
        code = next((code for kinds, code in ENDS if isinstance(fault, kinds)), None)
        if code is None:
            raise
        return code
    return 0 if count else EMPTY


def _write(rows: Iterator[list[str]], into: Path) -> int:
    count = 0
    with into.open("w", encoding="utf-8") as file:
        for number, cells in enumerate(rows, start=1):
            if not any(cells):
                continue
            count += 1
            if count > MOST_ROWS + HEAD or len(_whole(cells)) > MOST_COLUMNS:
                raise TooMany
            file.write(json.dumps([number, _whole(cells)], ensure_ascii=False) + "\n")
    return count


def _whole(cells: list[str]) -> list[str]:
    """Return the cells without the empty ones at the end."""
    last = len(cells)
    while last and not cells[last - 1]:
        last -= 1
    return cells[:last]


def _rows(raw: Path) -> Iterator[list[str]]:
    with raw.open("rb") as file:
        start = file.read(64)
    form = check_start(start)
    if is_spreadsheet(start):
        return _sheet(raw)
    return features.rows(raw, form) if form in OF_MAPS else _csv(raw)


def _sheet(raw: Path) -> Iterator[list[str]]:
    with zipfile.ZipFile(raw) as packed:
        parts = packed.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > MOST_PARTS:
            raise MemoryError
    book = CalamineWorkbook.from_path(str(raw))
    sheet = book.get_sheet_by_index(0)
    if sheet.total_width > 4 * MOST_COLUMNS:
        raise TooMany
    above = sheet.start[0] if sheet.start else 0
    before = sheet.start[1] if sheet.start else 0
    yield from ([] for _row in range(above))
    for row in sheet.iter_rows():
        yield [""] * before + [_text(cell) for cell in row]


def _csv(raw: Path) -> Iterator[list[str]]:
    whole = raw.read_bytes()
    if b"\x00" in whole:
        raise UnicodeError
    text = whole.decode(encoding_of([whole]))
    # A border is longer than any cell of a spreadsheet: the file's own size is the limit here, and
    # each column's beyond it, which says which row and how long.
    csv.field_size_limit(len(text) + 1)
    first = text.partition("\n")[0]
    mark = "\t" if "\t" in first and "," not in first else ","
    # Strictly: of a file that was cut off within quotes the last cell would pass as a whole one.
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
        yield [bare(cell.strip()) for cell in row]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

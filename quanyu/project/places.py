"""`quanyu import places`: estates, buildings or dwellings from a file (导入小区、楼栋、房)."""

import csv
import hashlib
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

from quanyu.kernel.operations.faults import choose
from quanyu.project import verbs
from quanyu.project.past import check_there, check_writable, plain, translated

MOST_SHOWN = 10
BATCH = 10_000
BLOCK = 2**20
HEAD = (("行", "line"), ("列", "column"), ("值", "value"), ("问题", "what"), ("应为", "allowed"))
PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
OF_BUILDINGS = {"households", "户数"}
"""A head that holds one of these is a list of buildings, else of estates."""

Cells = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for on the command line."""

    file: Path
    is_written: bool = False
    expected: int | None = None
    """How many rows there should be: fewer came when the file was cut off."""
    faults: Path | None = None


@dataclass
class Told:
    """What became of a file."""

    kind: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    faults: list[Any] = field(default_factory=list)
    """Line, column, value, sentence, allowed."""


def bring(path: Path, asked: Asked) -> int:
    """Check a file of places, and write it when asked; not zero when a row is wrong."""
    check_there(asked.file)
    check_writable(asked.faults, asked.file)
    with verbs.opened(path):
        return play(asked, at=import_module("django.utils.timezone").now())


def play(asked: Asked, *, at: datetime) -> int:
    """Take a whole file in, all of it or nothing, and say what became of it."""
    began, cpu = time.monotonic(), time.process_time()
    actor = verbs.system_of("quanyu import places")
    scope = import_module("quanyu.kernel.access.scope")
    with scope.acting(actor):
        told = _taken(asked, actor=actor, at=at)
    _write_faults(asked, told)
    seconds = time.monotonic() - began
    is_written = asked.is_written and not told.faults
    verbs.say(
        {
            "kind": told.kind,
            "written": is_written,
            "rows": told.rows,
            "new": told.new,
            "changed": told.changed,
            "same": told.same,
            "faults": dict(Counter(sentence for _l, _c, _v, sentence, _a in told.faults)),
            "first_faults": [
                f"{line} {column} {value!r}: {sentence}"
                for line, column, value, sentence, _allowed in told.faults[:MOST_SHOWN]
            ],
            "rows_per_s": round(told.rows / seconds) if seconds else 0,
            "seconds": round(seconds, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "most_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )
    return 1 if told.faults else 0


def _taken(asked: Asked, *, actor: Any, at: datetime) -> Told:
    staging = import_module("quanyu.regions.rules.staging")
    refusal = import_module("quanyu.kernel.errors").Refusal
    try:
        rows = _rows(asked.file)
        number, head = next(rows, (1, []))
        places = staging.places_of(head)
        if places is None:
            return _by_table(asked, chain([(number, head)], rows), head, actor=actor, at=at)
        lines = _dwellings(rows, places, width=len(head))
        return _homes(asked, lines, actor=actor, at=at)
    except refusal as no:
        said = (0, no.field, _short(no.value), _said(no), ", ".join(no.allowed))
        return Told(choose("文件", "file"), faults=[said])


# ------------------------------------------------------------------ dwellings


def _homes(asked: Asked, lines: Iterable[Any], *, actor: Any, at: datetime) -> Told:
    done = import_module("quanyu.regions.actions.dwellings").import_dwellings(
        rows=lines,
        writes=asked.is_written,
        expected=asked.expected,
        digest=_digest(asked.file),
        actor=actor,
        at=at,
    )
    faults = [
        (
            fault.line,
            fault.field,
            _short(fault.value),
            translated(fault.sentence).format(**fault.parts),
            ", ".join(fault.allowed),
        )
        for fault in done.faults
    ]
    return Told("dwellings", done.rows, done.new, done.changed, done.same, faults)


def _dwellings(rows: Iterator[Cells], places: Sequence[int], *, width: int) -> Iterator[Any]:
    """Give the four cells of each row, or its fault where the row ends before its time."""
    staging = import_module("quanyu.regions.rules.staging")
    building, unit, floor, room = places
    needed = max(places)
    for number, cells in rows:
        if len(cells) <= needed:
            yield staging.Fault(
                number,
                staging.COLUMNS[len(cells)] if len(cells) < len(places) else "room",
                ",".join(cells),
                staging.WORDS[staging.CUT],
                (f"{width}",),
            )
        elif any("\x00" in cells[place] for place in places):
            said = ",".join(cells).replace("\x00", " ")
            yield staging.Fault(number, "row", said, staging.WORDS[staging.UNFIT])
        else:
            yield number, cells[building], cells[unit], cells[floor], cells[room]


# ------------------------------------------------------------------ estates and buildings


def _by_table(
    asked: Asked, rows: Iterable[Cells], head: Sequence[str], *, actor: Any, at: datetime
) -> Told:
    """Weigh a list by its declaration, as the page of imports does, and write it when asked."""
    tables = import_module("quanyu.regions.tables")
    judging = import_module("quanyu.kernel.tables.judging")
    is_of_buildings = not OF_BUILDINGS.isdisjoint(cell.strip().lower() for cell in head)
    table = tables.BUILDINGS if is_of_buildings else tables.ESTATES
    with tempfile.TemporaryDirectory(prefix="quanyu-") as folder:
        lines = Path(folder) / "lines"
        _keep(rows, lines)

        def judged(*, writes: bool) -> Any:
            return judging.Judge(
                table, lines, actor=actor, at=at, writes=writes, tell=_progress
            ).judge()

        result = judged(writes=False)
        faults = [_fault(one) for one in result.faults]
        if asked.expected is not None and asked.expected != result.rows:
            faults.append(_short_of_rows(result.rows, asked.expected))
        if asked.is_written and not faults:
            judged(writes=True)
    return Told(table.name, result.rows, result.new, result.changed, result.same, faults)


def _keep(rows: Iterable[Cells], to: Path) -> None:
    with to.open("w", encoding="utf-8") as file:
        for number, cells in rows:
            file.write(json.dumps([number, cells], ensure_ascii=False) + "\n")


def _progress(count: int) -> bool:
    sys.stderr.write(f"{count}\n")
    return True


def _fault(fault: Any) -> tuple[int, str, str, str, str]:
    parts = dict(fault.parts)
    sentence = translated(fault.sentence)
    return fault.row, fault.column, fault.value, _filled(sentence, parts), ", ".join(fault.allowed)


def _short_of_rows(count: int, expected: int) -> tuple[int, str, str, str, str]:
    words = import_module("quanyu.regions.rules.staging").WORDS["count"]
    sentence = translated(words).format(count=count, expected=expected)
    return count + 1, "rows", str(count), sentence, str(expected)


# ------------------------------------------------------------------ reading


def _rows(file: Path) -> Iterator[Cells]:
    """Give the rows of a file with their numbers, the head first; blank ones are left out."""
    with file.open("rb") as opened:
        start = opened.read(4)
    reader = _parquet if start == PARQUET else _sheet if start == ZIP else _csv
    for number, cells in reader(file):
        if any(cells):
            yield number, cells


def _csv(file: Path) -> Iterator[Cells]:
    csv.field_size_limit(import_module("quanyu.regions.rules.borders").LONGEST)
    rules = import_module("quanyu.kernel.tables.rules")
    bare, wrong = rules.bare, rules.WrongFile
    line, form = 0, _encoding(file)
    try:
        with file.open(encoding=form, newline="") as opened:
            reader = csv.reader(opened, strict=True)
            for row in reader:
                line = reader.line_num
                yield line, [bare(cell) for cell in row]
    except (csv.Error, UnicodeDecodeError) as fault:
        raise wrong(
            import_module("quanyu.regions.rules.staging").BROKEN,
            field="file",
            value=file.name,
            allowed=["UTF-8", "GB 18030"],
            line=line + 1,
        ) from fault


def _encoding(file: Path) -> str:
    encodings = import_module("quanyu.kernel.tables.encoding")
    with file.open("rb") as opened:
        form: str = encodings.encoding_of(iter(lambda: opened.read(BLOCK), b""))
    return form


def _parquet(file: Path) -> Iterator[Cells]:
    parquet = import_module("pyarrow.parquet")
    wrong = import_module("quanyu.kernel.tables.rules").WrongFile
    broken = import_module("quanyu.regions.rules.staging").BROKEN
    number = 0
    try:
        with parquet.ParquetFile(file) as opened:
            number = 1
            yield number, list(opened.schema_arrow.names)
            for batch in opened.iter_batches(batch_size=BATCH):
                columns = [[_text(cell) for cell in column.to_pylist()] for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, list(cells)
    except (OSError, ValueError) as fault:  # Arrow's own are of both kinds
        raise wrong(
            broken, field="file", value=file.name, allowed=["Parquet"], line=number
        ) from fault


def _sheet(file: Path) -> Iterator[Cells]:
    calamine = import_module("python_calamine")
    rules = import_module("quanyu.kernel.tables.rules")
    broken = import_module("quanyu.regions.rules.staging").BROKEN
    try:
        sheet = calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            yield number, [rules.bare(_text(cell)) for cell in row]
    except (calamine.CalamineError, ValueError) as fault:
        raise rules.WrongFile(
            broken, field="file", value=file.name, allowed=["XLSX"], line=0
        ) from fault


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


# ------------------------------------------------------------------ telling


def _write_faults(asked: Asked, told: Told) -> None:
    if asked.faults is None:
        return
    with ExitStack() as files:
        opened = asked.faults.open("w", encoding="utf-8-sig", newline="")
        writer = csv.writer(files.enter_context(opened))
        writer.writerow(choose(*pair) for pair in HEAD)
        for line, column, value, sentence, allowed in told.faults:
            writer.writerow((line, column, plain(value), sentence, allowed))


def _said(no: Any) -> str:
    return _filled(translated(no.sentence), no.parts)


def _filled(sentence: str, parts: Any) -> str:
    return sentence.format(**parts) if parts else sentence


def _short(value: object) -> str:
    return "" if value is None else str(value)[:120]


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()

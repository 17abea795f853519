"""Read, weigh and write an uploaded file as the person who brought it (处理导入文件)."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.columns import Column, Table
from quanyu.kernel.errors import Denied, Refusal, gettext_noop
from quanyu.kernel.tables import actions, queries, words, writing
from quanyu.kernel.tables.engine import lines, unpack
from quanyu.kernel.tables.judging import Called, Judge, Judged
from quanyu.kernel.tables.making import Clock, telling
from quanyu.kernel.tables.models import Import
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import (
    FAULT_COLUMN,
    MOST_FAULTS,
    Fault,
    Format,
    NotNow,
)

JOB = "tables.import"


class Moved(Exception):
    """What stands has changed since the dry run: what would be written is not what was told."""

    def __init__(self, judged: Judged) -> None:
        super().__init__()
        self.judged = judged


def check(import_id: UUID, *, now: Clock) -> None:
    """Weigh a file and write nothing; it bears repetition."""
    _worked(import_id, is_confirmed=False, act=_checked, now=now)


def write(import_id: UUID, *, now: Clock) -> None:
    """Write a confirmed file whole or not at all; it bears repetition."""
    _worked(import_id, is_confirmed=True, act=_written, now=now)


Act = Callable[..., None]


def _worked(import_id: UUID, *, is_confirmed: bool, act: Act, now: Clock) -> None:
    worker = system(settings.QUANYU_CITY, job=JOB)
    with acting(worker):
        taken = actions.start(
            import_id=import_id, is_confirmed=is_confirmed, actor=worker, at=now()
        )
    if taken is None:
        return
    at = now()
    try:
        with (
            tempfile.TemporaryDirectory(dir=queries.folder()) as folder,
            translation.override(taken.language),
            timezone.override(settings.TIME_ZONE),
            telling(import_id, tell=_tell, worker=worker) as tell,
        ):
            rows = Path(folder) / "rows"
            unpack(queries.uploaded(taken), into=rows)
            act(taken, rows, worker=worker, at=at, tell=tell)
    except Called:
        queries.forget(taken)
    except (Refusal, Denied) as no:
        with acting(worker):
            actions.turn_down(import_id=import_id, no=no, actor=worker, at=now())


def _tell(import_id: UUID, done: int, worker: Actor) -> bool:
    return actions.tell_import(import_id=import_id, done=done, actor=worker)


def _checked(
    taken: Import, rows: Path, *, worker: Actor, at: datetime, tell: Callable[[int], bool]
) -> None:
    asker = _asker(taken, worker, at=at)
    with acting(asker):
        table = queries.kept(taken.table, actor=asker)
        found = Judge(table, rows, actor=asker, at=at, writes=False, tell=tell).judge()
    _told(taken, table, rows, found, no=None, worker=worker, at=at)


def _written(
    taken: Import, rows: Path, *, worker: Actor, at: datetime, tell: Callable[[int], bool]
) -> None:
    asker = _asker(taken, worker, at=at)
    table = queries.table(taken.table)
    try:
        with acting(asker):
            queries.kept(taken.table, actor=asker)
            found = Judge(table, rows, actor=asker, at=at, writes=True, tell=tell).judge()
            _check_same(found, taken)
            actions.took_in(taken=taken, found=_facts(found), worker=worker, actor=asker, at=at)
    except Moved as moved:
        no = NotNow(gettext_noop("核对以后数据有了变化，什么也没有写入；请再看一遍，再确认"))
        _told(taken, table, rows, moved.judged, no=no, worker=worker, at=at)
        return
    queries.forget(taken)


def _check_same(found: Judged, taken: Import) -> None:
    if found.wrong or found.basis != taken.basis:
        raise Moved(found)


def _asker(taken: Import, worker: Actor, *, at: datetime) -> Actor:
    with acting(worker):
        return queries.asker(taken, at=at)


def _told(
    taken: Import,
    table: Table,
    rows: Path,
    found: Judged,
    *,
    no: Refusal | None,
    worker: Actor,
    at: datetime,
) -> None:
    if found.wrong:
        mark(taken, table, rows, found)
    with acting(worker):
        actions.judged(import_id=taken.pk, found=_facts(found), no=no, actor=worker, at=at)


def _facts(found: Judged) -> dict[str, Any]:
    shown = sorted(found.faults, key=lambda fault: fault.row)[:MOST_FAULTS]
    return {
        "total": found.rows,
        "done": found.rows,
        "new": found.new,
        "changed": found.changed,
        "same": found.same,
        "wrong": len(found.wrong),
        "preview": found.preview,
        "faults": [
            [one.row, one.column, one.value, one.sentence, dict(one.parts)] for one in shown
        ],
        "basis": found.basis,
    }


# ------------------------------------------------------------------ the file with its faults


def mark(taken: Import, table: Table, rows: Path, found: Judged) -> None:
    """Write the same file with a column that says of each row what is wrong in it.

    It can be put right and brought in again as it is: the column is passed over.
    """
    wrong: dict[int, list[Fault]] = {}
    for fault in found.faults:
        wrong.setdefault(fault.row, []).append(fault)
    draft = writing.Draft(queries.faulty(taken))
    columns = found.head.columns
    places = [number for number, column in enumerate(columns) if column is not None]
    kept = [column for column in columns if column is not None]
    make = _xlsx if queries.marked_as(taken) is Format.XLSX else _csv
    make(draft.path, table, kept, places, rows, found.head.rows_from, wrong)
    draft.settle()


def _said(faults: list[Fault], table: Table) -> str:
    said = []
    for one in faults:
        told = words.fault(table, one.column, one.sentence, one.parts)
        said.append(f"{words.label(table, one.column)}{_('：')}{told}" if one.column else told)
    return _("；").join(said)


def _cells(cells: list[str], places: list[int]) -> list[str]:
    return [cells[place] if place < len(cells) else "" for place in places]


def _csv(
    path: Path,
    table: Table,
    columns: list[Column],
    places: list[int],
    rows: Path,
    since: int,
    wrong: dict[int, list[Fault]],
) -> None:
    shown = [Column(str(n), column.label) for n, column in enumerate(columns)]
    shown.append(Column(FAULT_COLUMN, gettext_noop("问题")))
    sheet = writing.Csv(path, shown, title="", passport=Passport([]))
    sheet.add({str(n): c.key for n, c in enumerate(columns)} | {FAULT_COLUMN: FAULT_COLUMN})
    for number, cells in lines(rows):
        if number >= since:
            said = _said(wrong.get(number, []), table)
            values = {str(n): text for n, text in enumerate(_cells(cells, places))}
            sheet.add(values | {FAULT_COLUMN: said})
    sheet.close()


def _xlsx(
    path: Path,
    table: Table,
    columns: list[Column],
    places: list[int],
    rows: Path,
    since: int,
    wrong: dict[int, list[Fault]],
) -> None:
    book = writing.book(path)
    sheet = book.add_worksheet(writing.sheet_name(_(table.title)))
    red = book.add_format({"bg_color": "#FBE3E1", "font_color": "#8F1D14", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    grey = book.add_format({"italic": True, "font_color": "#667085", "num_format": "@"})
    last = Column(FAULT_COLUMN, gettext_noop("问题"), width=60)
    shown = [*columns, last]
    writing.head(book, sheet, [_(column.label) for column in shown], shown)
    for place, column in enumerate(shown):
        sheet.write_string(1, place, column.key, grey)
    line = 1
    for number, cells in lines(rows):
        if number < since:
            continue
        line += 1
        faults = wrong.get(number, [])
        blamed = {fault.column for fault in faults}
        for place, (column, cell) in enumerate(zip(columns, _cells(cells, places), strict=True)):
            sheet.write_string(line, place, cell, red if column.key in blamed else text)
        if faults:
            sheet.write_string(line, len(columns), _said(faults, table), red)
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, max(line, 2), len(columns))
    book.close()

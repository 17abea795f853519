"""Make a file of a list as the person who asked would see it now (生成导出文件).

Three transactions: it is taken, it is read and written, it is handed over. How far it is goes into
the row through a second connection, so that the page sees it while the rows are still being read.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.tables import actions, queries
from quanyu.kernel.tables.actions.exports import check_leave
from quanyu.kernel.tables.models import Export
from quanyu.kernel.tables.passport import Passport
from quanyu.kernel.tables.rules import OF_MAPS, Format
from quanyu.kernel.tables.writing import Draft, Sheet, opened

BATCH = 2_000
PATIENCE = 1.0
"""Seconds between two words of how far it is."""

Clock = Callable[[], datetime]


class Cancelled(Exception):
    """Who asked has called it off (已取消)."""


def make(export_id: UUID, *, now: Clock) -> None:
    """Make the file of one export, or write down why it cannot be made; it bears repetition."""
    worker = system(settings.QUANYU_CITY, job="tables.export")
    with acting(worker):
        export = actions.begin(export_id=export_id, actor=worker, at=now())
    if export is None:
        return
    draft = Draft(queries.made(export))
    try:
        with telling(export_id, tell=_tell, worker=worker) as tell:
            rows = _written(export, draft, now=now, tell=tell)
        settled = draft.settle()
        with acting(worker):
            facts: dict[str, Any] = {"size": settled.size, "sha256": settled.sha256}
            is_wanted = actions.finish(
                export_id=export_id, rows=rows, actor=worker, at=now(), **facts
            )
        if not is_wanted:
            draft.goal.unlink(missing_ok=True)
    except Cancelled:
        return
    except (Refusal, Denied) as no:
        with acting(worker):
            actions.fail(export_id=export_id, no=no, actor=worker, at=now())
    finally:
        draft.drop()


def _written(export: Export, draft: Draft, *, now: Clock, tell: Callable[[int], bool]) -> int:
    """Write every row that the page would show, batch by batch; return how many."""
    at = now()
    with translation.override(export.language), timezone.override(settings.TIME_ZONE):
        asker = _asker(export, at=at)
        with acting(asker):
            table = queries.opened(export.table, actor=asker)
            # Who brings a map's file back needs all of it, whatever the page showed.
            is_map = export.format in OF_MAPS
            columns = table.columns if is_map else table.chosen(",".join(export.columns))
            asked = queries.asked_of(export.asked)
            found = table.narrowed(asked, actor=asker, at=at)
            count: int = found.order_by().count()
            check_leave(export, columns, count)
            passport = _passport(export, table, asked, asker, count=count, at=at)
            if table.is_composed:
                document = table.composed(asked, actor=asker, at=at)
                # What makes PDF takes 60 MB: only a worker that is asked for one loads it.
                printing = import_module("quanyu.kernel.tables.printing")
                printing.write(draft.path, Format(export.format), document, passport)
                return count
            sheet = opened(
                draft.path,
                Format(export.format),
                columns,
                title=_(table.title),
                passport=passport,
            )
            return fill(sheet, table, found, columns, at=at, tell=tell)


def _tell(export_id: UUID, done: int, worker: Actor) -> bool:
    return actions.tell(export_id=export_id, done=done, actor=worker)


def _asker(export: Export, *, at: datetime) -> Actor:
    with acting(system(settings.QUANYU_CITY, job="tables.export")):
        return queries.asker(export, at=at)


def fill(
    sheet: Sheet,
    table: Table,
    found: Any,
    columns: Sequence[Column],
    *,
    at: datetime,
    tell: Callable[[int], bool],
) -> int:
    """Write rows from a cursor of the server, so that no more than a batch is in memory."""
    instants = [column.key for column in columns if column.kind is Kind.INSTANT]
    done = 0
    try:
        for batch in batches(found.iterator(chunk_size=BATCH)):
            for row in table.read(batch, at=at):
                sheet.add(_local(row, instants))
            done += len(batch)
            if not tell(done):
                raise Cancelled
    finally:
        sheet.close()
    return done


def batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Give rows in lists of at most a batch."""
    kept: list[Any] = []
    for row in rows:
        kept.append(row)
        if len(kept) == BATCH:
            yield kept
            kept = []
    if kept:
        yield kept


def _local(row: dict[str, Any], instants: Sequence[str]) -> dict[str, Any]:
    for key in instants:
        if row.get(key) is not None:
            row[key] = timezone.localtime(row[key]).replace(tzinfo=None, microsecond=0)
    return row


def _passport(
    export: Export,
    table: Table,
    asked: Mapping[str, str],
    asker: Actor,
    *,
    count: int,
    at: datetime,
) -> Passport:
    told = [f"{label}{_('：')}{value}" for label, value in table.told(asked, actor=asker, at=at)]
    moment = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    key = str(export.pk)[-8:]
    lines = [
        (_("列表"), _(table.title)),
        (_("导出人"), asker.name),
        (_("时间"), moment),
        (_("筛选"), _("；").join(told) or _("无")),
        (_("行数"), f"{count:,}"),
        (_("导出编号"), key),
    ]
    if export.reason:
        lines.append((_("用途"), export.reason))
    mark = f"{asker.name} {moment} {key}" if export.approved_by else ""
    return Passport(lines, watermark=mark)


# ------------------------------------------------------------------ how far it is


@contextmanager
def telling(
    key: UUID, *, tell: Callable[..., bool], worker: Actor
) -> Iterator[Callable[[int], bool]]:
    """Give a function that tells how far it is at most once a second, from another connection."""
    with ThreadPoolExecutor(1) as other:
        teller = _Teller(key, tell=tell, worker=worker, other=other)
        try:
            yield teller
        finally:
            other.submit(connections.close_all).result()


class _Teller:
    """Tells in another thread, and learns there whether to go on."""

    def __init__(
        self, key: UUID, *, tell: Callable[..., bool], worker: Actor, other: ThreadPoolExecutor
    ) -> None:
        self._key, self._tell, self._worker, self._other = key, tell, worker, other
        self._last = 0.0
        self._said: Future[bool] | None = None
        self._goes_on = True

    def __call__(self, done: int) -> bool:
        """Say how many rows are done; answer whether to go on."""
        if self._said is not None and self._said.done():
            self._goes_on, self._said = self._said.result(), None
        if self._said is None and time.monotonic() - self._last > PATIENCE:
            self._last = time.monotonic()
            self._said = self._other.submit(self._say, done)
        return self._goes_on

    def _say(self, done: int) -> bool:
        with acting(self._worker):
            return self._tell(self._key, done, self._worker)

"""The rows of a CSV or Parquet file, one by one in bounded memory (读取文件)."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from quanyu.events.engine.mapping import Meaning
from quanyu.events.engine.past import MISSING, MORE
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

AT_ONCE = 5_000
LONGEST_CELL = 1_000_000
PARQUET = b"PAR1"

Line = tuple[int, Mapping[Any, Any]]
"""The number of a row as a person finds it in the file, and its values by column."""


class BadFile(Invalid):
    """The file is none of those that can be read, or lacks a column of the mapping."""


def rows(file: Path, meaning: Meaning) -> Iterator[Line]:
    """Give the rows of a file with the columns that the mapping names.

    :raises BadFile: if it cannot be read as what it is
    """
    with file.open("rb") as opened:
        is_parquet = opened.read(4) == PARQUET
    return _parquet(file, meaning) if is_parquet else _csv(file, meaning)


def _parquet(file: Path, meaning: Meaning) -> Iterator[Line]:
    """Give the rows of a Parquet file; the first after the names counts as 2, as in a table."""
    number = 0
    try:
        with pq.ParquetFile(file) as opened:
            _check_columns(opened.schema_arrow.names, meaning)
            number = 1
            for batch in opened.iter_batches(batch_size=AT_ONCE, columns=[*meaning.read]):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (OSError, ValueError) as fault:  # Arrow's own are of both kinds
        raise BadFile(
            _("文件读到第 {line} 行就断了：可能在传输中被截断，或不是这种文件"),
            field="file",
            value=file.name,
            allowed=["Parquet"],
            line=number,
        ) from fault


def _csv(file: Path, meaning: Meaning) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_CELL)
    line = 0
    try:
        with file.open(encoding=meaning.encoding, newline="") as opened:
            reader = csv.reader(opened, delimiter=meaning.delimiter, strict=True)
            names = next(reader, [])
            line = reader.line_num
            _check_columns(names, meaning)
            for cells in filter(None, reader):
                line = reader.line_num
                yield line, _row(names, cells)
    except (UnicodeDecodeError, LookupError) as fault:
        raise BadFile(
            _("文件不是 {encoding} 编码，请在对照表的 file 里写明 encoding"),
            field="encoding",
            encoding=meaning.encoding,
        ) from fault
    except csv.Error as fault:
        raise BadFile(
            _("第 {line} 行之后读不下去：{why}"), field="file", line=line, why=str(fault)
        ) from fault


def _row(names: Sequence[str], cells: list[str]) -> Mapping[Any, Any]:
    """Return a row by its names; where one is too short or too long the reader of it is told."""
    row: dict[Any, Any] = dict(zip_longest(names, cells[: len(names)], fillvalue=MISSING))
    if len(cells) > len(names):
        row[MORE] = cells[len(names) :]
    return row


def _check_columns(names: list[str], meaning: Meaning) -> None:
    missing = [name for name in meaning.read if name not in names]
    if missing:
        raise BadFile(
            _("文件里没有这些列：{missing}；有的是：{names}"),
            field="columns",
            value=missing,
            allowed=names,
            missing=", ".join(missing),
            names=", ".join(names),
        )
    twice = [name for name in meaning.read if names.count(name) > 1]
    if twice:
        raise BadFile(
            _("同一列出现了两次：{names}"), field="columns", value=twice, names=", ".join(twice)
        )

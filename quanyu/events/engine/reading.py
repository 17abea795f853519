"""The rows of a CSV or Parquet file, one by one in bounded memory (读取文件)."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from quanyu.events.engine.mapping import Meaning
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

AT_ONCE = 5_000
LONGEST_CELL = 1_000_000
PARQUET = b"PAR1"

Line = tuple[int, Mapping[str, Any]]
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
    with pq.ParquetFile(file) as opened:
        _check_columns(opened.schema_arrow.names, meaning)
        number = 1
        for batch in opened.iter_batches(batch_size=AT_ONCE, columns=[*meaning.read]):
            for row in batch.to_pylist():
                number += 1
                yield number, row


def _csv(file: Path, meaning: Meaning) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        with file.open(encoding=meaning.encoding, newline="") as opened:
            found = csv.DictReader(opened, delimiter=meaning.delimiter, strict=True)
            _check_columns([*(found.fieldnames or ())], meaning)
            for row in found:
                yield found.line_num, row
    except (UnicodeDecodeError, LookupError) as fault:
        raise BadFile(
            _("文件不是 {encoding} 编码，请在对照表的 file 里写明 encoding"),
            field="encoding",
            encoding=meaning.encoding,
        ) from fault
    except csv.Error as fault:
        raise BadFile(_("表格读不下去：{why}"), field="file", why=str(fault)) from fault


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

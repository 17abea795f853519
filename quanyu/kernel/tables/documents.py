"""A document of several tables, as a domain composes it; XLSX and PDF are made of the same one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | None
"""None where there is nothing to say: it is written "—", never 0."""


class Side(StrEnum):
    """What a column of a document holds, and so to which side it stands (列的种类)."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Head:
    """One column of a table in a document."""

    label: str
    side: Side = Side.TEXT
    width: int = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a document: a sheet of the workbook, a section of the print."""

    title: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    has_total: bool = False
    """Whether the last row adds up the others."""


@dataclass(frozen=True, slots=True)
class Document:
    """Some tables under one title, all in the reader's language (文件)."""

    title: str
    subtitle: str
    parts: Sequence[Part]

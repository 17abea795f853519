"""Weigh the rows of an uploaded file: what is new, what changes, what is wrong (试算与写入)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Column, Intake, Key, Kind, Row, Table, key_of, plain
from quanyu.kernel.errors import Denied, Refusal, gettext_noop
from quanyu.kernel.tables import rules
from quanyu.kernel.tables.engine import Line, lines
from quanyu.kernel.tables.rules import (
    FAULT_COLUMN,
    GEOMETRY,
    PREVIEW,
    Fault,
    Head,
    NotOpen,
    WrongFile,
    written,
)

BATCH = 2_000
MASKED = "***"
MOST_KEPT = 10_000
"""Faults after which a file is read no further: it is not the right file."""

Change = dict[str, Any]
Tell = Callable[[int], bool]


@dataclass
class Judged:
    """What a file would do, or has done (试算结果)."""

    head: Head
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: set[int] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    preview: list[Change] = field(default_factory=list)
    basis: str = ""


class Called(Exception):
    """Whoever brought the file has called it off (已取消)."""


def languages() -> list[str]:
    """Return the languages in which a file may name its columns and choices."""
    return [code for code, _name in settings.LANGUAGES]


def head_of(table: Table, path: Path) -> Head:
    """Return how to read a file.

    :raises WrongFile: if its head is not one of this list
    """
    first = list(_first(lines(path), 2))
    if not first:
        raise WrongFile(gettext_noop("文件里没有内容"), field="file")
    number, cells = first[0]
    second = first[1][1] if len(first) > 1 else []
    width = max(len(cells), len(second))
    return rules.head(
        table, _wide(cells, width), _wide(second, width), number=number, labels=_labels(table)
    )


def _labels(table: Table) -> dict[str, str]:
    named: list[tuple[str, str]] = []
    for language in languages():
        with translation.override(language):
            named += [(column.key, _(column.label)) for column in table.columns]
            named.append((FAULT_COLUMN, _("问题")))
    named += [(column.key, GEOMETRY) for column in table.columns if column.kind is Kind.SHAPE]
    return rules.folded_labels(named)


def _wide(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *([""] * (width - len(cells)))]


def _first(rows: Iterator[Line], count: int) -> Iterator[Line]:
    for _number, row in zip(range(count), rows, strict=False):
        yield row


class Judge:
    """Goes through the rows of one file twice: first for their keys, then for all of it."""

    def __init__(
        self, table: Table, path: Path, *, actor: Actor, at: datetime, writes: bool, tell: Tell
    ) -> None:
        self._table, self._path, self._writes, self._tell = table, path, writes, tell
        self._actor, self._at = actor, at
        self._names = _choices(table)
        self._hash = hashlib.sha256()
        self.result = Judged(head_of(table, path))

    def judge(self) -> Judged:
        """Weigh every row, and write batch by batch where that is asked; the caller rolls back."""
        keys = self._keys()
        intake = self._table.intake(keys=keys, actor=self._actor, at=self._at)
        for batch in _batches(self._rows()):
            self._weigh(batch, keys, intake)
            if not self._tell(self.result.rows):
                raise Called
            if len(self.result.faults) >= MOST_KEPT:
                break
        self._judge_whole(keys, intake)
        if self._writes and not self.result.faults:
            intake.finish()
        self.result.basis = self._hash.hexdigest()
        return self.result

    # -------------------------------------------------------------- first: keys

    def _keys(self) -> dict[Key, int]:
        """Return the row of each key; of a key that stands twice the later rows are wrong."""
        places = {
            column.key: number
            for number, column in enumerate(self.result.head.columns)
            if column is not None and column.is_key
        }
        keys: dict[Key, int] = {}
        for number, cells in self._rows():
            key = self._key(cells, places)
            if key is None:
                continue
            if key in keys:
                column = self._table.key_columns[0].key
                self._blame(rules.same_key(number, keys[key], key, column=column))
            else:
                keys[key] = number
        return keys

    def _key(self, cells: Sequence[str], places: Mapping[str, int]) -> Key | None:
        parts = []
        for column in self._table.key_columns:
            place = places[column.key]
            text = cells[place] if place < len(cells) else ""
            try:
                value = rules.parsed(column, text, names=self._names.get(column.key, {}))
            except Refusal:
                return None
            parts.append(str(plain(value)))
        return tuple(parts)

    # -------------------------------------------------------------- then: each row

    def _rows(self) -> Iterator[Line]:
        for number, cells in lines(self._path):
            if number >= self.result.head.rows_from and self._says(cells):
                yield number, cells

    def _says(self, cells: Sequence[str]) -> bool:
        """Answer whether a row says anything in a column that is read."""
        columns = self.result.head.columns
        return any(c is not None and cell for c, cell in zip(columns, cells, strict=False))

    def _weigh(self, batch: Sequence[Line], keys: Mapping[Key, int], intake: Intake) -> None:
        read = [(number, self._read(number, cells)) for number, cells in batch]
        self.result.rows += len(batch)
        asked = [key_of(self._table, row) for _number, row in read if row is not None]
        held = intake.held(asked, is_locked=self._writes)
        new: list[Row] = []
        changed: list[Row] = []
        for number, row in read:
            key = key_of(self._table, row) if row is not None else ()
            if row is None or keys.get(key) != number:
                continue
            before = held.get(key)
            whole = self._joined(row, before)
            if self._allows(number, whole, before, intake):
                self._count(number, key, whole, before, new=new, changed=changed)
        if self._writes and not self.result.faults:
            intake.write(new, changed)

    def _joined(self, row: Row, before: Row | None) -> Row:
        """Return a row with what stands in the columns that the file does not have."""
        if before is None:
            return row
        kept = {column.key for column in self._table.columns if column.is_kept}
        said = {key: value for key, value in row.items() if value is not None or key not in kept}
        return {**before, **said}

    def _read(self, number: int, cells: Sequence[str]) -> dict[str, Any] | None:
        """Return the values of a row, or None when one of its cells is wrong."""
        row: dict[str, Any] = {}
        columns = self.result.head.columns
        before = len(self.result.faults)
        for column, cell in zip(columns, _wide(cells, len(columns)), strict=False):
            if column is None:
                continue
            try:
                row[column.key] = rules.parsed(column, cell, names=self._names.get(column.key, {}))
            except Refusal as no:
                self._blame(rules.fault(number, no))
        return row if len(self.result.faults) == before else None

    def _allows(self, number: int, row: Row, held: Row | None, intake: Intake) -> bool:
        try:
            intake.check(row, held=held)
        except Refusal as no:
            self._blame(rules.fault(number, no))
            return False
        except Denied:
            self._blame(rules.fault(number, NotOpen(gettext_noop("这一行不在您的辖区内"))))
            return False
        return True

    def _count(
        self,
        number: int,
        key: Key,
        row: Row,
        held: Row | None,
        *,
        new: list[Row],
        changed: list[Row],
    ) -> None:
        cells = [
            (
                column.key,
                _shown(column, (held or {}).get(column.key)),
                _shown(column, row.get(column.key)),
            )
            for column in self._table.taken_columns
            if _differ(row.get(column.key), (held or {}).get(column.key))
        ]
        if held is not None and not cells:
            self.result.same += 1
            return
        (new if held is None else changed).append(row)
        self.result.new += held is None
        self.result.changed += held is not None
        self._hash.update(repr((key, held is None, cells)).encode())
        if len(self.result.preview) < PREVIEW:
            self.result.preview.append(
                {"row": number, "key": " ".join(key), "is_new": held is None, "cells": cells}
            )

    def _judge_whole(self, keys: Mapping[Key, int], intake: Intake) -> None:
        for key, no in intake.end():
            if isinstance(no, Refusal):
                self._blame(rules.fault(keys.get(key, 0), no))

    def _blame(self, fault: Fault) -> None:
        self.result.wrong.add(fault.row)
        self.result.faults.append(fault)


def _choices(table: Table) -> dict[str, dict[str, str]]:
    """Return for each column with choices every word by which one may be called."""
    found: dict[str, dict[str, str]] = {}
    for column in table.taken_columns:
        if column.choices:
            found[column.key] = rules.named(column, list(_in_languages(column.choices)))
    return found


def _in_languages(choices: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for language in languages():
        with translation.override(language):
            yield {code: _(words) for code, words in choices.items()}


def _shown(column: Column, value: object) -> str:
    text = written(column.kind, value, yes="1", no="0")
    if column.kind is Kind.SHAPE and text:
        # The whole of it would fill the page; the mark still tells one shape from another.
        return f"{text[:24]}… {hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return MASKED if column.is_masked and text else text


def _differ(one: object, other: object) -> bool:
    return (one if one != "" else None) != (other if other != "" else None)


def _batches(rows: Iterable[Line]) -> Iterator[list[Line]]:
    kept: list[Line] = []
    for row in rows:
        kept.append(row)
        if len(kept) == BATCH:
            yield kept
            kept = []
    if kept:
        yield kept

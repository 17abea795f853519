"""The columns that hold tokens: read a batch by key, seal it anew, count by key (加密的列)."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.apps import apps
from django.db import connections, models

from quanyu.kernel.privacy import fields, rules
from quanyu.kernel.privacy.fields import BlindIndexField, EncryptedField, Sealed
from quanyu.kernel.privacy.seals import HEADER_BYTES, MAC_BYTES, VERSIONS, Ring

Row: TypeAlias = tuple[Any, ...]
Counts: TypeAlias = dict[bytes, int]
"""How many tokens begin with which two bytes: provider and key."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What sealing some rows anew came to."""

    last: str
    seen: int = 0
    resealed: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """One column of tokens (加密的列)."""

    model: type[models.Model]
    field: str
    place: str = ""
    """Where its tokens are bound, if not each to its own row."""
    index: str = ""

    @property
    def label(self) -> str:
        """Return table and column."""
        return f"{self.model._meta.label_lower}.{self.field}"

    @property
    def is_json(self) -> bool:
        """Answer whether the tokens stand in base64 inside a JSON value."""
        return isinstance(self.model._meta.get_field(self.field), models.JSONField)

    def rows(self, *, after: str, most: int) -> list[Row]:
        """Return the next rows by key: key, value, and blind index where there is one."""
        held = self.model._base_manager.filter(**{f"{self.field}__isnull": False})
        held = held.filter(pk__gt=self._key(after)) if after else held
        names = ["pk", self.field, *([self.index] if self.index else [])]
        return list(held.order_by("pk").values_list(*names)[:most])

    def reseal(self, rows: Sequence[Row], ring: Ring) -> Batch:
        """Seal rows anew; one that was changed meanwhile was sealed by whoever changed it."""
        new, unreadable = [], 0
        for row in rows:
            try:
                made = self._anew(row, ring)
            except rules.Unreadable:
                unreadable += 1
            else:
                new += [made] if made else []
        done = self._write(new)
        return Batch(self.written(rows[-1][0]), len(rows), done, unreadable)

    def counts(self, *, using: str) -> Counts:
        """Return how many tokens there are by provider and key; ``owner`` sees every row."""
        if self.is_json:
            return self._counts_in_json(using)
        table, column = self.model._meta.db_table, self._column(self.field)
        found = self._grouped(table, column, "TRUE", using)
        if self.index:
            index = self._column(self.index)
            where = f"octet_length({index}) = {HEADER_BYTES + MAC_BYTES}"
            for header in self._grouped(table, index, where, using):
                found.setdefault(header, 0)  # a key that an index still needs is not free to go
        return found

    def written(self, key: Any) -> str:
        """Return a key as the progress keeps it."""
        return bytes(key).hex() if isinstance(key, bytes | memoryview) else str(key)

    def _key(self, text: str) -> Any:
        key = self.model._meta.pk
        return bytes.fromhex(text) if isinstance(key, models.BinaryField) else key.to_python(text)

    def _column(self, name: str) -> str:
        return str(self.model._meta.get_field(name).column)  # type: ignore[union-attr]

    def _anew(self, row: Row, ring: Ring) -> Row | None:
        """Return key, old value, new value and new index; None where all is as it is made now.

        :raises Unreadable: if no key here opens it
        """
        if self.is_json:
            value = _resealed(row[1], ring, place=self.place)
            return (row[0], row[1], value, None) if value != row[1] else None
        token = bytes(row[1]._token if isinstance(row[1], Sealed) else row[1])
        if token.startswith(ring.header) and self._has_current_index(row, ring):
            return None
        place = self.place or self._place(row[0])
        text = ring.open(token, place=place)
        index = fields.digest(self.model, self.field, text) if self.index else None
        return row[0], token, ring.seal(text, place=place), index

    def _place(self, key: Any) -> str:
        return f"{fields.encrypted(self.model, self.field).label}:{key}"

    def _has_current_index(self, row: Row, ring: Ring) -> bool:
        return not self.index or (row[2] is not None and ring.is_current(bytes(row[2])))

    def _write(self, rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        if self.is_json:
            held = self.model._base_manager
            return sum(
                held.filter(pk=key, **{self.field: old}).update(**{self.field: new})
                for key, old, new, _index in rows
            )
        here = connections["default"]
        meta, kind = self.model._meta, self.model._meta.pk.rel_db_type(here)
        index = f", {self._column(self.index)} = v.digest" if self.index else ""
        column = self._column(self.field)
        with here.cursor() as cursor:
            cursor.execute(
                f"UPDATE {meta.db_table} t SET {column} = v.new{index}"  # noqa: S608 (our names)
                f" FROM unnest(%s::{kind}[], %s::bytea[], %s::bytea[], %s::bytea[])"
                " AS v(key, old, new, digest)"
                f" WHERE t.{meta.pk.column} = v.key AND t.{column} = v.old",
                [list(part) for part in zip(*rows, strict=True)],
            )
            return int(cursor.rowcount)

    def _grouped(self, table: str, column: str, where: str, using: str) -> Counts:
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"SELECT substring({column} FROM 1 FOR 2), count(*) FROM {table}"  # noqa: S608
                f" WHERE {column} IS NOT NULL AND {where} GROUP BY 1"
            )
            return {bytes(header): int(count) for header, count in cursor.fetchall()}

    def _counts_in_json(self, using: str) -> Counts:
        found: Counts = {}
        values = self.model._base_manager.using(using).values_list(self.field, flat=True)
        for value in values.iterator(chunk_size=1_000):
            for _text, token in _tokens(value):
                found[token[:HEADER_BYTES]] = found.get(token[:HEADER_BYTES], 0) + 1
        return found


def every() -> list[Column]:
    """Return every column of tokens, in one order."""
    own = [
        Column(model, field.name, index=_index_of(model, field.name))
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedField)
    ]
    given = [Column(apps.get_model(one.model), one.field, one.place) for one in fields.by_hand()]
    return sorted([*own, *given], key=lambda column: column.label)


def _index_of(model: type[models.Model], name: str) -> str:
    for field in model._meta.local_fields:
        if isinstance(field, BlindIndexField) and field.of == name:
            return field.name
    return ""


def _tokens(value: Any) -> Iterator[tuple[str, bytes]]:
    """Give every text in a JSON value that is a token in base64."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _tokens(part)
    elif isinstance(value, str) and (token := _token(value)):
        yield value, token


def _token(text: str) -> bytes:
    try:
        token = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return token if token[:1] in {bytes([one]) for one in VERSIONS.values()} else b""


def _resealed(value: Any, ring: Ring, *, place: str) -> Any:
    """Return a JSON value with its tokens sealed anew.

    :raises Unreadable: if one of them does not open
    """
    if isinstance(value, dict):
        return {name: _resealed(part, ring, place=place) for name, part in value.items()}
    if isinstance(value, list):
        return [_resealed(part, ring, place=place) for part in value]
    token = _token(value) if isinstance(value, str) else b""
    if not token or token.startswith(ring.header):
        return value
    return base64.b64encode(ring.seal(ring.open(token, place=place), place=place)).decode()

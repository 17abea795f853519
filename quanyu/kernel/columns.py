"""What one list holds, said once: its page, its file and its template are made of it (列表声明).

No framework and no table. A package declares a :class:`Table` in its ``tables.py``; where the
address of a page is read, it hands over the query (``narrowed_by``) and how rows are read
(``read_by``); its ``actions`` hand over how rows are taken in (``taken_by``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from quanyu.kernel.access.rules import Actor

Row = Mapping[str, Any]
"""One row by the columns' keys, its values as Python has them."""

Key = tuple[str, ...]
"""The natural key of a row: the texts of its key columns."""


class Kind(StrEnum):
    """What a column holds, and so how it is written and read (列的种类)."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MONEY = "money"
    """In fen."""
    DATE = "date"
    INSTANT = "instant"
    YES_NO = "yes_no"
    PLACE = "place"
    SHAPE = "shape"
    """A geometry in WGS-84 degrees, as well-known text; files for maps hold it as their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a list (列)."""

    key: str
    label: str
    """A Chinese source sentence."""
    kind: Kind = Kind.TEXT
    is_shown: bool = True
    """Whether the page shows it when nobody chose."""
    is_fixed: bool = False
    """Whether it is always there: what a row is opened by."""
    sort: str = ""
    """The word in the address that orders by it; "" where it cannot."""
    is_falling: bool = False
    """Whether that order begins with the last."""
    is_personal: bool = False
    """Whether people's own words or names may stand in it."""
    is_masked: bool = False
    """Whether it names or reaches a person: a dry run tells that it is set, never what to."""
    is_key: bool = False
    is_taken: bool = False
    """Whether an import may set it."""
    is_required: bool = False
    is_kept: bool = False
    """Whether an empty cell leaves what stands; else it empties it."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """What an import may set: code and Chinese source sentence; empty for anything."""
    longest: int = 0
    help: str = ""
    """A Chinese source sentence for who fills in the template."""
    example: str = ""
    width: int = 16


class Intake(Protocol):
    """How a domain takes in the rows of a file; it is asked, and told to write, in batches."""

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the rows that stand already, by their natural keys; locked to be written."""

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the domain's rules do not allow, as the actor.

        :raises Refusal: naming the column in ``field``
        """

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return what is wrong with the file as a whole, each with the row's key."""

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with the audit record of each row, in the caller's transaction."""

    def finish(self) -> None:
        """Write what needs all rows to stand, such as which hangs on which."""


Narrow = Callable[..., Any]
Read = Callable[..., list[dict[str, Any]]]
Take = Callable[..., Intake]
Words = Callable[..., list[tuple[str, str]]]
Compose = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the rows on the page of any list: its heads, views and files (列表框)."""

    begin: Callable[..., Any]
    """``begin(request, table)``: the way to the view with which one wants to begin, or None."""
    listing: Callable[..., dict[str, Any]]
    """``listing(request, table, asked, *, actor, order)``: columns, tools and saved views."""
    columns_asked: Callable[..., str]
    """``columns_asked(request)``: the chosen columns as one word."""


_frames: list[Frame] = []


def framed_by(frame: Frame) -> None:
    """Keep what stands around lists: packages below the one that keeps views and files ask it."""
    _frames.append(frame)


def framed() -> Frame:
    """Return what stands around lists."""
    found: Frame = _given(_frames[-1] if _frames else None)
    return found


tables: dict[str, "Table"] = {}
"""Every declared table by its name."""


@dataclass(eq=False)
class Table:
    """One list: its columns, who opens it, what its address may hold (列表)."""

    name: str
    title: str
    """A Chinese source sentence."""
    page: str
    """The name of the page's address."""
    columns: tuple[Column, ...]
    parameters: tuple[str, ...]
    """What the address may narrow and order the list by."""
    opened_by: frozenset[str]
    """The roles that open the page, and so may have its file."""
    kept_by: frozenset[str] = frozenset()
    """The roles that may bring rows in; the domain asks for each row's place."""
    formats: tuple[str, ...] = ("xlsx", "csv")
    """In which kinds of file it goes out, the usual one first."""
    searched: str = "q"
    """The parameter that people type words into."""
    _narrow: Narrow | None = None
    _read: Read | None = None
    _take: Take | None = None
    _words: Words | None = None
    _compose: Compose | None = None

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if len(set(keys)) != len(keys):
            raise ValueError(f"a column of {self.name} is declared twice")
        if any(column.is_taken for column in self.columns) and not self.key_columns:
            raise ValueError(f"what is taken in needs a natural key: {self.name}")
        tables[self.name] = self

    # -------------------------------------------------------------- what the domain hands over

    def narrowed_by(self, narrow: Narrow) -> Narrow:
        """Keep ``narrow(asked, *, actor, at)``: the ordered rows within reach, as the page asks."""
        self._narrow = narrow
        return narrow

    def read_by(self, read: Read) -> Read:
        """Keep ``read(rows, *, at)``: the values of some rows, by the columns' keys."""
        self._read = read
        return read

    def taken_by(self, take: Take) -> Take:
        """Keep ``take(*, keys, actor, at)``: the intake of one file, given the keys in it."""
        self._take = take
        return take

    def told_by(self, words: Words) -> Words:
        """Keep ``words(asked, *, actor, at)``: what the address asks for, as label and value."""
        self._words = words
        return words

    def composed_by(self, compose: Compose) -> Compose:
        """Keep ``compose(asked, *, actor, at)``: the document that its file is."""
        self._compose = compose
        return compose

    @property
    def is_composed(self) -> bool:
        """Answer whether its file is a document made of the rows, not the rows themselves."""
        return self._compose is not None

    def composed(self, asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
        """Return the document of this address."""
        return _given(self._compose)(asked, actor=actor, at=at)

    def narrowed(self, asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
        """Return the rows that the page of this address shows, all of them, in its order."""
        return _given(self._narrow)(asked, actor=actor, at=at)

    def read(self, rows: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
        """Return the values of some rows."""
        found: list[dict[str, Any]] = _given(self._read)(rows, at=at)
        return found

    def intake(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> Intake:
        """Return how a file with these keys is taken in."""
        found: Intake = _given(self._take)(keys=keys, actor=actor, at=at)
        return found

    def told(
        self, asked: Mapping[str, str], *, actor: Actor, at: datetime
    ) -> list[tuple[str, str]]:
        """Return in words what the address asks for."""
        if self._words is None:
            return list(asked.items())
        return self._words(asked, actor=actor, at=at)

    # -------------------------------------------------------------- columns

    @property
    def takes(self) -> bool:
        """Answer whether rows can be brought in by file."""
        return self._take is not None

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """Return the columns of the natural key."""
        return tuple(column for column in self.columns if column.is_key)

    @property
    def taken_columns(self) -> tuple[Column, ...]:
        """Return the columns that an import may set."""
        return tuple(column for column in self.columns if column.is_taken)

    def column(self, key: str) -> Column | None:
        """Return one column, or None."""
        return next((column for column in self.columns if column.key == key), None)

    def chosen(self, text: str) -> tuple[Column, ...]:
        """Return the columns that ``cols=`` of an address names, in its order; else the usual ones.

        Those that a row is opened by stand first, named or not; unknown names are passed over.
        """
        named = dict.fromkeys(key for key in text.split(",") if key)
        fixed = [column for column in self.columns if column.is_fixed]
        found = [column for key in named if (column := self.column(key)) is not None]
        usual = [column for column in self.columns if column.is_shown]
        return tuple(dict.fromkeys(_joined(fixed, found or usual)))

    def cells(self, chosen: str, rows: Iterable[Row]) -> list[list[dict[str, Any]]]:
        """Return rows cell by cell, in the chosen columns, as the general template shows them."""
        columns = self.chosen(chosen)
        return [
            [{"key": one.key, "kind": one.kind.value, "value": row.get(one.key)} for one in columns]
            for row in rows
        ]

    def asked(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return what of an address narrows or orders this list, empty words left out."""
        return {name: given[name] for name in self.parameters if given.get(name)}


def _joined(fixed: list[Column], found: list[Column]) -> list[Column]:
    missing = [column for column in fixed if column not in found]
    return [*missing, *found]


def _given(hook: Any) -> Any:
    if hook is None:
        raise LookupError("this table was declared and nobody handed over how it is read")
    return hook


def key_of(table: Table, row: Row) -> Key:
    """Return the natural key of a row."""
    return tuple(str(row.get(column.key) or "") for column in table.key_columns)


def plain(value: object) -> object:
    """Return a value as it is told apart and kept: dates and instants as text."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value

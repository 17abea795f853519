"""Which stored files belong into a backup, and whether each row has its file (备份中的附件)."""

import contextlib
import heapq
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from quanyu.kernel.files import rules
from quanyu.kernel.files.rules import Size

READY = rules.ready_path(Path(), UUID(int=0), Size.FULL).parts[0]
WAITING = rules.waiting_path(Path(), UUID(int=0)).parts[0]
LEFT_OUT = frozenset({WAITING, "making", "tables"})
"""Folders not walked: raw uploads are kept apart beforehand, one is a workshop, and the files of
lists lie for a day: people's words in the clear, which no backup shall keep for longer."""

# In the order in which a walk by names meets their files.
READY_ROWS = (
    "SELECT id, sha256 FROM files_file WHERE state = 'ready'"
    " ORDER BY right(replace(id::text, '-', ''), 2) COLLATE \"C\", id::text COLLATE \"C\""
)
WAITING_ROWS = "SELECT id FROM files_file WHERE state = 'waiting' ORDER BY id::text COLLATE \"C\""
STILL_READY = "SELECT id FROM files_file WHERE state = 'ready' AND id = ANY (%s)"

Place = tuple[str, ...]


@dataclass
class Ledger:
    """Goes through rows and files side by side, both in the same order, in little memory."""

    rows: Iterator[tuple[UUID, str]]
    lost: list[UUID] = field(default_factory=list)
    other: list[UUID] = field(default_factory=list)
    _row: tuple[UUID, str] | None = None
    _met: bool = False

    def __post_init__(self) -> None:
        self._row = next(self.rows, None)

    def knows(self, parts: Place) -> bool:
        """Answer whether a row needs this file; one that is no picture is always needed."""
        if parts[0] != READY:
            return True
        while self._row is not None and _folder(self._row[0]) < _place(parts):
            self._forward()
        return self._row is not None and _folder(self._row[0]) == _place(parts)

    def saw(self, parts: Place, mark: str) -> None:
        """Compare a file's hash with its row's. Files come in the order of the rows."""
        if not self.knows(parts) or self._row is None or parts[0] != READY:
            return
        key, told = self._row
        if rules.ready_path(Path(), key, Size.FULL).parts == parts:
            self._met = True
            if told != mark:
                self.other.append(key)

    def close(self) -> None:
        """Go to the end: the rows left have no file."""
        while self._row is not None:
            self._forward()

    def _forward(self) -> None:
        if self._row is not None and not self._met:
            self.lost.append(self._row[0])
        self._row, self._met = next(self.rows, None), False


def _folder(key: UUID) -> Place:
    return (READY, key.hex[-2:], str(key))


def _place(parts: Place) -> Place:
    """Return the picture a file belongs to: its folder and its name without the size."""
    return (*parts[:-1], parts[-1].rpartition("-")[0])


def walk(root: Path) -> Iterator[Place]:
    """Give every file below, by its parts and in their order, but not the folders left out."""
    yield from _below(root, ())


def _below(folder: Path, parts: Place) -> Iterator[Place]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if not parts and entry.name in LEFT_OUT:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(folder / entry.name, (*parts, entry.name))
        elif entry.is_file(follow_symlinks=False):
            yield (*parts, entry.name)


def keep_waiting(keys: Iterable[UUID], *, root: Path, into: Path) -> set[UUID]:
    """Keep raw uploads by another name, so that the worker may delete its own; return the gone."""
    gone = set()
    for key in keys:
        try:
            _keep(rules.waiting_path(root, key), into / str(key))
        except FileNotFoundError:
            gone.add(key)
    return gone


def _keep(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except FileExistsError:
        return
    except OSError:  # a disk without such names, or another disk
        shutil.copyfile(source, target)


def taken(root: Path, waiting: Path) -> Iterator[tuple[Place, Path]]:
    """Give each file of a backup, in order: what stands below, and the raw uploads kept."""
    standing = ((parts, root.joinpath(*parts)) for parts in walk(root))
    kept = ((WAITING, *parts) for parts in walk(waiting))
    return heapq.merge(standing, ((parts, waiting / parts[-1]) for parts in kept))


def space(root: Path) -> int:
    """Return about how many bytes the stored files take."""
    sizes = 0
    for parts in walk(root):
        with contextlib.suppress(FileNotFoundError):
            sizes += root.joinpath(*parts).stat().st_size
    return sizes

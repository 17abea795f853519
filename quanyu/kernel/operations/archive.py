"""The file that a backup is: a plain tar whose every byte is sealed (备份文件).

Its members, in order: the database, the stored files by their names, the list of their hashes,
the manifest, and at the very end the seal, the hash of all before it. `tar` unpacks it and
`sha256sum --check files.sha256` tries it without us. Written and read as a stream: the memory
needed does not grow with the city.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import Fault

FORMAT = 1
DATABASE, FILES, LIST, MANIFEST, SEAL = (
    "database.dump",
    "files/",
    "files.sha256",
    "manifest.json",
    "seal",
)
LONGEST_MANIFEST = 16 * 2**20
CHUNK = 2**20
BLOCK = 512
TAIL = 4 * BLOCK
"""The seal's header and its one block, and the two empty blocks that end a tar."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself (备份清单)."""

    city: str
    at: str
    release: str
    postgres: int
    tools: int
    schemas: list[str]
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    left_out: list[str]
    seals: int
    head: str
    keys: dict[str, str]
    lost: list[str] = field(default_factory=list)
    """Rows whose file was not there, or was another, when the backup was taken."""
    gone: list[str] = field(default_factory=list)
    """Rows that were deleted, and their files with them, while it was taken."""
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT


class Sink(Protocol):
    """Where the bytes of one member go."""

    def write(self, chunk: bytes, /) -> object:
        """Take some."""


class _Through:
    """Counts and hashes what passes, on its way to an archive or from one."""

    def __init__(self, stream: BinaryIO, *, most: int | None = None) -> None:
        self.stream, self.left = stream, most
        self.hash, self.size = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """Read on, to the given end."""
        if self.left is not None:
            size = self.left if size < 0 else min(size, self.left)
        chunk = self.stream.read(size)
        if self.left is not None:
            self.left -= len(chunk)
        return self._counted(chunk)

    def write(self, chunk: bytes) -> int:
        """Write on."""
        return self.stream.write(self._counted(chunk))

    def tell(self) -> int:
        """Return how much has passed."""
        return self.size

    def _counted(self, chunk: bytes) -> bytes:
        self.hash.update(chunk)
        self.size += len(chunk)
        return chunk


class Writer:
    """Writes an archive under another name, and gives it its own when it is whole."""

    def __init__(self, path: Path) -> None:
        self.path, self.half = path, path.with_name(path.name + ".half")
        handle = os.open(self.half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._out = os.fdopen(handle, "wb")
        self._through = _Through(self._out)
        # tarfile asks for no more of a stream than to write to it and to tell where it is.
        self._tar = tarfile.open(  # noqa: SIM115 - closed by `finish`
            fileobj=self._through,  # type: ignore[call-overload]
            mode="w",
            format=tarfile.PAX_FORMAT,
        )
        self.members: dict[str, dict[str, Any]] = {}
        self.files = 0
        self.seal = ""

    def add(self, name: str, source: BinaryIO, *, size: int) -> str:
        """Write one member and return its hash."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        passing = _Through(source, most=size)
        self._tar.addfile(info, passing)
        self._tar.members = []  # it would keep every one
        mark = passing.hash.hexdigest()
        if not name.startswith(FILES):
            self.members[name] = {"size": size, "sha256": mark}
        return mark

    def finish(self, manifest: Manifest, listed: BinaryIO) -> None:
        """Write the list of files, the manifest and the seal, and name the whole file."""
        listed.seek(0, os.SEEK_END)
        size = listed.tell()
        listed.seek(0)
        self.add(LIST, listed, size=size)
        told = asdict(manifest) | {"members": self.members}
        text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()
        self.add(MANIFEST, io.BytesIO(text), size=len(text))
        self.seal = self._through.hash.hexdigest()
        self._out.write(tail(self.seal))
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        self.half.replace(self.path)
        homes.keep_names(self.path.parent)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._out.close()
        self.half.unlink(missing_ok=True)


def line(name: str, mark: str) -> bytes:
    """Return the line of one file in the list, as `sha256sum` reads it."""
    return f"{mark}  {name}\n".encode()


def read(path: Path, *, into: Callable[[str], Sink | None] = lambda _name: None) -> Manifest:
    """Read an archive from end to end and return its manifest once every byte is found whole.

    :param into: gives where the content of a member goes; nothing is kept where it gives None
    :raises Fault: if it is damaged, cut, or no backup of ours
    """
    try:
        with path.open("rb") as source:
            return _read(source, into)
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError) as problem:
        raise Fault("backup_damaged", path=path, detail=str(problem)) from problem
    except OSError as problem:
        if problem.filename == str(path):
            raise Fault("backup_not_found", path=path) from problem
        raise


def _read(source: BinaryIO, into: Callable[[str], Sink | None]) -> Manifest:
    size = os.fstat(source.fileno()).st_size
    if size <= TAIL or size % BLOCK:
        raise ValueError(f"{size} bytes")
    body = _Through(source, most=size - TAIL)
    reading = _Reading(into)
    with tarfile.open(fileobj=body, mode="r|", bufsize=CHUNK) as tar:  # type: ignore[call-overload]
        while (info := tar.next()) is not None:
            tar.members = []
            reading.take(info, tar.extractfile(info))
    while body.read(CHUNK):
        pass
    if source.read() != tail(body.hash.hexdigest()):
        raise ValueError(SEAL)
    return reading.whole()


class _Reading:
    """What has been read of an archive so far."""

    def __init__(self, into: Callable[[str], Sink | None]) -> None:
        self.into = into
        self.listed = hashlib.sha256()
        self.found: dict[str, dict[str, Any]] = {}
        self.last: tuple[str, ...] = ()
        self.text = b""

    def take(self, info: tarfile.TarInfo, source: Any) -> None:
        """Take the next member."""
        check_name(info.name)
        if not info.isreg() or self.text:
            raise ValueError(info.name)
        passing = _Through(source, most=info.size)
        if info.name == MANIFEST:
            self.text = passing.read(LONGEST_MANIFEST)
        else:
            shutil.copyfileobj(passing, self.into(info.name) or _Nowhere(), CHUNK)
        if passing.size != info.size:
            raise ValueError(info.name)
        self._note(info.name, {"size": info.size, "sha256": passing.hash.hexdigest()})

    def _note(self, name: str, told: dict[str, Any]) -> None:
        if not name.startswith(FILES):
            if name in self.found:
                raise ValueError(name)
            self.found[name] = told
            return
        # In strict order, so that no name comes twice: no list of names need be kept.
        if PurePosixPath(name).parts <= self.last:
            raise ValueError(name)
        self.last = PurePosixPath(name).parts
        self.listed.update(line(name, told["sha256"]))

    def whole(self) -> Manifest:
        """Return the manifest if everything is as it says."""
        told: Mapping[str, Any] = json.loads(self.text)
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']}")
        self.found.pop(MANIFEST)
        if self.found != told["members"] or set(self.found) != {DATABASE, LIST}:
            raise ValueError(MANIFEST)
        if self.listed.hexdigest() != self.found[LIST]["sha256"]:
            raise ValueError(LIST)
        return Manifest(**told)


class _Nowhere:
    def write(self, chunk: bytes) -> int:
        return len(chunk)


def check_name(name: str) -> None:
    """Refuse a name that is none of ours, or that would lead out of the folder.

    :raises ValueError: if it is
    """
    if name in {DATABASE, LIST, MANIFEST}:
        return
    parts = name.split("/")
    inside = name.startswith(FILES) and all(part not in {"", ".", ".."} for part in parts)
    if not inside or "\\" in name or not name.isprintable():
        raise ValueError(name)


def tail(mark: str) -> bytes:
    """Return the end of an archive: the seal of all before it."""
    info = tarfile.TarInfo(SEAL)
    info.size, info.mode = len(mark), 0o600
    header = info.tobuf(tarfile.PAX_FORMAT)
    return (header + mark.encode()).ljust(TAIL, b"\0")

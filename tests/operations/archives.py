"""Archives made for tests, through the writer itself (测试用的备份文件)."""

import io
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from quanyu.kernel.operations import archive
from quanyu.kernel.operations.archive import Manifest, Writer

KEYS = {
    "QUANYU_FIELD_KEYS": '{"1": "Cx9hxk5eUGqrOKk1hIpbt376V8nK4iQV5y1FhrSrKZI="}',
    "QUANYU_INDEX_KEY": "JD/40x5LHitDpduC/QWJYoFoMh4IMHs3xcCnKWsUUMc=",
}
FILES = {
    "files/ready/0a/one-full.jpg": b"one" * 900,
    "files/ready/0a/one-thumb.jpg": b"o",
    "files/waiting/two": b"",
}


def manifest(**other: Any) -> Manifest:
    """Return the manifest of an empty city."""
    told = Manifest(
        city="34/01/",
        at="2026-03-02T09:00:00+08:00",
        release="0.1.0",
        postgres=15,
        tools=15,
        schemas=["city", "queue"],
        migrations={"events": ["0001_initial"]},
        rows={"city.events_event": 0},
        left_out=[],
        seals=0,
        head="",
        keys={},
    )
    return replace(told, **other)


def write(
    path: Path, *, told: Manifest, files: Mapping[str, bytes] = FILES, database: bytes = b"PGDMP"
) -> Path:
    """Write an archive; whatever is told, each member is whole."""
    writer = Writer(path)
    with tempfile.TemporaryFile() as listed:
        writer.add(archive.DATABASE, io.BytesIO(database), size=len(database))
        for name, content in files.items():
            mark = writer.add(name, io.BytesIO(content), size=len(content))
            listed.write(archive.line(name, mark))
        writer.finish(told, listed)
    return path


def opened(path: Path) -> tuple[Manifest, dict[str, bytes]]:
    """Return everything that an archive holds."""
    held: dict[str, io.BytesIO] = {}

    def into(name: str) -> io.BytesIO:
        return held.setdefault(name, io.BytesIO())

    told = archive.read(path, into=into)
    return told, {name: content.getvalue() for name, content in held.items()}


def retold(path: Path, to: Path, **other: Any) -> Path:
    """Write an archive anew with another manifest, otherwise the same."""
    told, held = opened(path)
    files = {name: content for name, content in held.items() if name.startswith(archive.FILES)}
    told = replace(told, **other)
    return write(to, told=told, files=files, database=held[archive.DATABASE])

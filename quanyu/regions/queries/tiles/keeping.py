"""Tiles made once are kept as files of their edition, for every process of this machine (瓦片缓存).

Nothing of them stays in a process: the operating system keeps what is asked for often. How many
there can be is bounded by the city itself: a square without anything in it leaves no file.
"""

import gzip
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from quanyu.regions.queries.tiles.making import make
from quanyu.regions.queries.tiles.outlines import mark, sheet
from quanyu.regions.rules.tiles import Tile

PRESSED = 5


def edition() -> str:
    """Return the edition that tiles are made of now; it stands in their address."""
    return mark()


def tile(wanted: Tile) -> tuple[bytes, str]:
    """Return a tile, pressed by gzip, and the edition it is of; nothing where nothing lies."""
    # What is kept needs no outlines: a process that serves files alone never reads a city's.
    now = mark()
    try:
        return _path(now, wanted).read_bytes(), now
    except FileNotFoundError:
        here = sheet()
    plain = make(wanted, here)
    pressed = gzip.compress(plain, PRESSED, mtime=0) if plain else b""
    if pressed:
        _keep(_path(here.edition, wanted), pressed)
    return pressed, here.edition


def folder() -> Path:
    """Return where tiles are kept; all of it may be removed at any time."""
    return Path(settings.QUANYU_HOME) / "tiles"


def _path(edition: str, wanted: Tile) -> Path:
    return folder() / edition / str(wanted.z) / f"{wanted.x}-{wanted.y}.gz"


def _keep(path: Path, pressed: bytes) -> None:
    """Write a whole file or none; a disk that is full or closed to us costs time, no answer."""
    try:
        if not path.parents[1].exists():
            clear(but=path.parents[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=".half", delete=False) as half:
            half.write(pressed)
        Path(half.name).replace(path)
    except OSError:
        return


def clear(*, but: Path | None = None) -> None:
    """Remove all tiles, but those of one edition."""
    for old in folder().glob("*"):
        if old != but:
            shutil.rmtree(old, ignore_errors=True)

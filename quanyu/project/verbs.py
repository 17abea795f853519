"""The verbs that need the city's code and its database: each calls one function of the house."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations import supervisor
from quanyu.project import programs


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """Give the body Django, the home's keys and its database, started if nobody runs it."""
    home = homes.prepare(path)
    url = os.environ.get("QUANYU_DATABASE_URL", "")
    with supervisor.database(home, url=url) as (address, _):
        os.environ.update(programs.environment(home, address))
        import_module("django").setup()
        try:
            yield
        finally:
            _let_go()


def _let_go() -> None:
    """Give the connections back before the database stops."""
    connections = import_module("django.db").connections
    connections.close_all()
    for connection in connections.all():
        connection.close_pool()


def migrate(path: Path) -> int:
    """Bring the database to this release."""
    with opened(path):
        import_module("quanyu.kernel.operations.migrate").run(alias="owner")
    return 0


def serve(path: Path, *, host: str, port: int, workers: int) -> int:
    """Serve the web until a signal says stop."""
    homes.check_port(port)
    words = programs.server_words(port, host=host, workers=workers)
    with supervisor.stoppable(), suppress(supervisor.Stop):
        home = homes.prepare(path)
        url = os.environ.get("QUANYU_DATABASE_URL", "")
        with supervisor.database(home, url=url) as (address, _):
            made = programs.environment(home, address, QUANYU_PORT=str(port))
            server = subprocess.Popen(words, env=made, start_new_session=True)  # noqa: S603 - our own words
            try:
                return server.wait()
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait()
    return 0


def worker(path: Path) -> int:
    """Do the jobs of the queue until a signal says stop."""
    with opened(path):
        queue = import_module("quanyu.kernel.jobs.app")
        queue.make().run_worker(queues=[queue.QUEUE], concurrency=2, shutdown_graceful_timeout=10)
    return 0


def audit(path: Path, *, witnessed: str) -> int:
    """Verify the log against its seals; not zero when something was tampered with."""
    with opened(path):
        verdict = import_module("quanyu.kernel.audit.queries").verify(witnessed=witnessed)
    _print(dataclasses.asdict(verdict))
    return 0 if verdict.is_whole else 1


def bring(path: Path, *, kind: str, folder: Path) -> int:
    """Import a city's tables of places, and say what that changed."""
    with opened(path):
        rules = import_module("quanyu.kernel.access.rules")
        scope = import_module("quanyu.kernel.access.scope")
        settings = import_module("django.conf").settings
        actor = rules.system(settings.QUANYU_CITY, job=f"quanyu import {kind}")
        act = getattr(import_module("quanyu.regions.actions"), f"import_{kind}")
        with scope.acting(actor):
            done = act(folder=folder, actor=actor, at=import_module("django.utils.timezone").now())
    _print(dataclasses.asdict(done))
    return 0


def manage(path: Path, words: Sequence[str]) -> int:
    """Run one of Django's own commands."""
    with opened(path):
        import_module("django.core.management").execute_from_command_line(["quanyu", *words])
    return 0


def _print(facts: object) -> None:
    json.dump(facts, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")

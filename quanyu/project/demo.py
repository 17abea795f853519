"""`quanyu demo`: everything on a fresh machine, until Ctrl-C."""

import contextlib
import json
import os
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations import installation, supervisor
from quanyu.kernel.operations.children import Child, last_line
from quanyu.kernel.operations.embedded import Database
from quanyu.kernel.operations.faults import Fault, choose
from quanyu.kernel.operations.home import Home
from quanyu.project import build, programs

READY_WITHIN = 60.0
COLUMNS = {
    "role": ("角色", "role"),
    "name": ("姓名", "name"),
    "username": ("用户名", "username"),
    "password": ("密码", "password"),
    "totp_secret": ("动态码密钥", "TOTP secret"),
    "totp_now": ("当前动态码", "code now"),
}


def run(*, path: Path, port: int, scale: str = "", seed: int | None = None) -> int:
    """Start the demo and keep it running; returns after Ctrl-C or SIGTERM.

    :param scale: ``city`` lets it grow to a city at full size; else what the environment says
    :param seed: out of which it grows
    """
    check_front_end()
    home = homes.prepare(path)
    with supervisor.stoppable(), homes.hold(home):
        check_no_real_city(home)
        with contextlib.suppress(supervisor.Stop):
            supervisor.clear(home, programs.NAMES)
            homes.check_port(port)
            _run(home, port, _wanted(scale, seed))
        say(choose("已停止。", "Stopped."))
    return 0


def check_front_end() -> None:
    """Refuse to start pages that would come without their scripts and styles.

    :raises Fault: a built file is missing.
    """
    if not build.vendor_is_complete():
        raise Fault("front_end_missing", path=build.VENDOR)


def check_no_real_city(home: Home) -> None:
    """Refuse a real city's home, and mark any other as the demo's, with keys made by chance.

    :raises Fault: `init` was run in it
    """
    standing = installation.settings(home)
    if standing and not installation.is_demo(standing):
        raise Fault("real_home", path=home.path)
    installation.write_settings(home, {"QUANYU_DEMO": "1"})
    homes.keys(home)


def _wanted(scale: str, seed: int | None) -> dict[str, str]:
    """Return what was said of the city's size, as the process that builds it reads it."""
    said = {"QUANYU_DEMO_SCALE": scale, "QUANYU_DEMO_SEED": "" if seed is None else str(seed)}
    return {name: value for name, value in said.items() if value}


def _run(home: Home, port: int, wanted: Mapping[str, str]) -> None:
    with _database(home) as (url, database):
        made = programs.environment(home, url, QUANYU_DEMO="1", QUANYU_PORT=str(port))
        signs = _prepared({**made, **wanted})
        children = programs.children(home, made, port)
        try:
            with timed(choose("网站与后台任务", "server and worker")):
                _start(children, port)
            say(f"\nReady: http://127.0.0.1:{port}/\n")
            say(table(signs))
            supervisor.watch(database, children)
        finally:
            supervisor.stop(children)


@contextmanager
def _database(home: Home) -> Iterator[tuple[str, Database | None]]:
    url = os.environ.get("QUANYU_DATABASE_URL", "")
    if url:
        yield url, None
        return
    embedded = Database(home)
    try:
        with timed(choose("内置数据库", "embedded database")):
            embedded.start()
        yield embedded.url, embedded
    finally:
        embedded.stop()


def _prepared(made: Mapping[str, str]) -> list[dict[str, Any]]:
    """Migrate and build the city in a process of its own.

    :raises SystemExit: it failed and has said why.
    """
    words = [sys.executable, "-P", "-m", "quanyu.project.command", "prepare"]
    done = subprocess.run(  # noqa: S603 - the words are our own
        words,
        env=dict(made),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode:
        raise SystemExit(done.returncode)
    signs: list[dict[str, Any]] = json.loads(done.stdout)
    return signs


def _start(children: Sequence[Child], port: int) -> None:
    for child in children:
        child.start()
    until = time.monotonic() + READY_WITHIN
    while not answers(port):
        for child in children:
            if not child.is_running():
                child.revive()
        if time.monotonic() > until:
            log = children[0].log
            raise Fault("child_keeps_failing", name="server", log=log, detail=last_line(log))
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Tell whether the server answers and is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


@contextmanager
def timed(words: str) -> Iterator[None]:
    """Print how long a step took."""
    began = time.monotonic()
    yield
    say(f"{time.monotonic() - began:6.1f} s  {words}")


def say(words: str) -> None:
    """Print for the person at the terminal."""
    print(words, flush=True)  # noqa: T201 - the command speaks to a person


def table(signs: Sequence[Mapping[str, Any]]) -> str:
    """Lay out the sign-ins in columns that stay straight with Chinese in them."""
    rows = [[choose(*words) for words in COLUMNS.values()]]
    rows += [[str(sign.get(key) or "") for key in COLUMNS] for sign in signs]
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

"""The programs that make up a running Quanyu, and the environment that they read."""

import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations import installation
from quanyu.kernel.operations.children import Child, bound_to_us
from quanyu.kernel.operations.home import Home

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("server", "worker")


def environment(home: Home, url: str, **more: str) -> dict[str, str]:
    """Give the environment of every program; what the person has set stands above the home's."""
    made = {**installation.held(home), **more}
    if "QUANYU_FIELD_KEYS" not in os.environ:
        # Not the person's own: whoever seals looks into the file, so that a rotation reaches all.
        made["QUANYU_KEYS_FILE"] = str(home.path / "secrets.json")
    made |= {"QUANYU_HOME": str(home.path), "QUANYU_DATABASE_URL": url}
    made["DJANGO_SETTINGS_MODULE"] = "quanyu.project.settings"
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    made["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path))
    return made


LEAN = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""The C library gives large pieces back at once: without this what tiles are made of stays, 6 MB of
each web worker. By itself it raises the bound at the first large piece."""


def counting(home: Home) -> dict[str, str]:
    """Give the processes of one web server a place to count together, and keep them lean."""
    folder = home.running / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder), **LEAN}


def standing(home: Home) -> dict[str, str]:
    """Give what the home and the person have set, once it is fit to be run.

    :raises Fault: a real city's secrets are not in order
    """
    if installation.is_demo(installation.held(home)):
        homes.keys(home)
    else:
        installation.check(home, installation.held(home))
    return installation.held(home)


def check_keys(address: str, values: Mapping[str, str]) -> None:
    """Refuse another city's database, unless this is the demo.

    :raises Fault: if its rows were sealed with other keys
    """
    if not installation.is_demo(values):
        installation.check_marks(address, values)


def server_words(port: int, *, host: str = "127.0.0.1", workers: int = 2) -> list[str]:
    """Give the command of the web server."""
    return [
        *(sys.executable, "-P", "-m", "granian", "quanyu.project.wsgi:application"),
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "4", "--no-ws"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "warning"),
    ]


def worker_words() -> list[str]:
    """Give the command of the worker."""
    return [sys.executable, "-P", "-m", "quanyu.project.command", "worker"]


def children(home: Home, made: Mapping[str, str], port: int) -> list[Child]:
    """Give server and worker, not yet started."""
    commands = {"server": server_words(port), "worker": worker_words()}
    more = {"server": {**made, **counting(home)}, "worker": made}
    bond = bound_to_us(signal.SIGTERM)
    return [
        Child(name, [*bond, *commands[name]], home, home.logs / f"{name}.log", more[name])
        for name in NAMES
    ]

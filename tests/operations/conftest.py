"""An embedded server and a demo of their own (独立的内置数据库与示例城市)."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.embedded import Database
from quanyu.kernel.operations.home import Home

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 150.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return homes.prepare(tmp_path / "home")


@pytest.fixture(scope="session")
def embedded() -> Iterator[Database]:
    """A running embedded server."""
    with tempfile.TemporaryDirectory(prefix="quanyu-embedded-") as folder:
        database = Database(homes.prepare(Path(folder)))
        database.start()
        yield database
        database.stop()


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.1)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def outside(**more: str) -> dict[str, str]:
    """Return the environment of a person who has set nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if "QUANYU" not in name}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def command(*words: Any, language: str = "zh_CN.UTF-8", **more: str) -> tuple[int, str, str]:
    """Run the quanyu command; return its exit code, what it printed and what it said."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "quanyu.project.command", *map(str, words)],
        env=outside(LC_ALL=language, **more),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def said(words: list[str], language: str = "zh_CN.UTF-8", **more: str) -> tuple[int, str]:
    """Run the quanyu command; return its exit code and everything it said."""
    code, printed, told = command(*words, language=language, **more)
    return code, printed + told


SMALL = {
    "QUANYU_DEMO_SCALE": "small",
    # What is tried here is what is kept, not how much one address may send.
    "QUANYU_REPORTS_A_MINUTE": "1000000",
    "QUANYU_CODES_A_MINUTE": "1000000",
}


class Demo:
    """The demo command as a person runs it, and a resident who reports to it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.port = free_port()
        self.log = folder.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command and wait until it says that it is ready."""
        said = self.log.stat().st_size if self.log.exists() else 0
        words = [sys.executable, "-P", "-m", "quanyu.project.command", "demo"]
        words += ["--home", str(self.home.path), "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, env=outside(**SMALL))
        until(lambda: self._says_ready(said), f"Ready; see {self.log}")

    def _says_ready(self, said: int) -> bool:
        assert self.process is not None
        text = self.log.read_bytes()[said:].decode()
        assert self.process.poll() is None, text
        return f"Ready: http://127.0.0.1:{self.port}/" in text

    def is_up(self) -> bool:
        """Answer whether the command runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Kill the command itself, not what it started."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def ask_to_stop(self, by: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    def pid(self, name: str) -> int:
        """Return the process number of a program of the demo."""
        return int(json.loads((self.home.running / f"{name}.json").read_text())["pid"])

    def kill_program(self, name: str) -> None:
        """Kill a program of the demo and wait until another has taken its place."""
        old = self.pid(name)
        os.kill(old, signal.SIGKILL)
        until(lambda: self._is_replaced(name, old), f"another {name}")

    def _is_replaced(self, name: str, old: int) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return self.pid(name) != old and self.is_ready()
        return False

    def processes(self) -> list[psutil.Process]:
        """Return every living process that has to do with this home."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            mine = process.environ().get("QUANYU_HOME") == str(self.home.path)
            named = any(str(self.home.path) in word for word in process.cmdline())
            return (mine or named) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def is_ready(self) -> bool:
        """Answer whether the server says that it is ready."""
        return self.ask("/readyz")[0] == 200

    def ask(self, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        """Return status and content; 0 when nobody answers."""
        url = f"http://127.0.0.1:{self.port}{path}"
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **headers}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, data, sent), timeout=10
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()
        except OSError:
            return 0, b""

    def report(self) -> str:
        """Report something and return the code, or nothing unless it was acknowledged."""
        body = {"text": "望江西路路口井盖破损，车辆经过有响声", "address": "望江西路与潜山路交口"}
        key = {"Idempotency-Key": str(uuid4())}
        status, answer = self.ask("/api/v1/public/reports", body, **key)
        if status != 201:
            return ""
        return "".join(filter(str.isdigit, json.loads(answer)["code"]))

    def follow(self, codes: Sequence[str]) -> set[int]:
        """Return the statuses that following these codes gives."""
        return {self.ask(f"/api/v1/public/reports/{code}")[0] for code in codes}

    @contextlib.contextmanager
    def under_reports(self) -> Iterator[list[str]]:
        """Report all the while, and keep the codes that were acknowledged."""
        codes: list[str] = []
        over = threading.Event()

        def go_on() -> None:
            while not over.wait(0.03):
                codes.extend(filter(None, [self.report()]))

        reporters = [threading.Thread(target=go_on) for _ in range(2)]
        for reporter in reporters:
            reporter.start()
        try:
            until(lambda: len(codes) >= 5, "the first reports")
            yield codes
            had = len(codes)
            until(lambda: len(codes) > had, "reports after the recovery")
        finally:
            over.set()
            for reporter in reporters:
                reporter.join()


@pytest.fixture(scope="session")
def built_demo() -> Iterator[Demo]:
    """A demo that is built once; each test finds it running."""
    with tempfile.TemporaryDirectory(prefix="quanyu-crash-") as folder:
        demo = Demo(Path(folder) / "home")
        yield demo
        if demo.is_up():
            demo.ask_to_stop(signal.SIGTERM)


@pytest.fixture
def demo(built_demo: Demo) -> Demo:
    """The running demo."""
    if not built_demo.is_up():
        built_demo.start()
    return built_demo

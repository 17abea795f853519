"""Child processes: started so that they end with us, found again when we were killed (子进程)."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home

# A child that lives this long has started well; its failures are counted anew.
SETTLED = 60.0
TRIES = 5
LONGEST_LOG = 20 * 2**20


@dataclass
class Child:
    """One program kept running, in a session of its own, with its log."""

    name: str
    words: Sequence[str]
    home: Home
    log: Path
    environment: Mapping[str, str]
    stop_by: signal.Signals = signal.SIGTERM
    patience: float = 20.0
    failures: int = 0
    started: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program; what an earlier one of this name left running is ended first."""
        end_left_over(self.home, self.name, stop_by=self.stop_by)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches us alone, and we stop the children in order.
            self.process = subprocess.Popen(  # noqa: S603 - the words are our own
                self.words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=dict(self.environment),
                start_new_session=True,
            )
        self.started = time.monotonic()
        remember(self.home, self.name, self.process.pid)

    def is_running(self) -> bool:
        """Tell whether the program runs."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> None:
        """Start the program again after it died by itself.

        :raises Fault: it has died too often, too soon.
        """
        lasted = time.monotonic() - self.started
        self.failures = 1 if lasted > SETTLED else self.failures + 1
        if self.failures > TRIES:
            raise Fault(
                "child_keeps_failing", name=self.name, log=self.log, detail=last_line(self.log)
            )
        time.sleep(0.2 * (self.failures - 1))
        self.start()

    def stop(self) -> None:
        """Ask the program to end, and end it when it does not listen."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(self.stop_by)
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        end_left_over(self.home, self.name, stop_by=signal.SIGKILL)

    def kill(self) -> None:
        """End the program at once, with everything that it started."""
        end_left_over(self.home, self.name, stop_by=signal.SIGKILL)
        if self.process is not None:
            self.process.wait()


def bound_to_us(stop_by: signal.Signals) -> list[str]:
    """Give the words before a command that let the kernel end it when we die."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_by.name.removeprefix("SIG")] if setpriv else []


def remember(home: Home, name: str, pid: int) -> None:
    """Write down which process bears this name, with its start time: numbers come again."""
    with contextlib.suppress(psutil.NoSuchProcess):
        written = json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()})
        (home.running / f"{name}.json").write_text(written)


def end_left_over(home: Home, name: str, *, stop_by: signal.Signals) -> None:
    """End what is left of the session of an earlier process of this name."""
    file = home.running / f"{name}.json"
    left = _session(file)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.send_signal(stop_by)
    _, deaf = psutil.wait_procs(left, timeout=3)
    for process in deaf:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(deaf, timeout=5)
    file.unlink(missing_ok=True)


def last_line(log: Path) -> str:
    """Give the last line of a log, the one that mostly says why."""
    with contextlib.suppress(OSError):
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""
    return ""


def _session(file: Path) -> list[psutil.Process]:
    """Find the processes of the session that the file names; its leader may be gone already."""
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError):
        return []
    return [process for process in psutil.process_iter() if _belongs(process, known)]


def _belongs(process: psutil.Process, known: Mapping[str, float]) -> bool:
    try:
        same_session = os.getsid(process.pid) == known["pid"]
        # Without the start time a stranger who got the old number would be ended.
        return (
            same_session
            and process.create_time() >= known["started"] - 0.05
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except (OSError, psutil.Error):
        return False

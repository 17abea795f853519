"""`quanyu test`: every check there is, and pytest's own summary as the last words."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from quanyu.kernel.operations import doctor, supervisor
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import choose, spoken
from quanyu.project import programs
from quanyu.project.demo import check_front_end, say

ROOT = programs.ROOT
SCRIPTS = Path(sys.executable).parent
SIDE_BY_SIDE = 2
MOST_CORES = 4
"""Each takes a database and, at the end, a browser."""

# What a test writes need not outlive the machine.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Done:
    """How one step ended."""

    name: str
    code: int
    seconds: float
    words: str


def run(words: Sequence[str], *, database: str = "") -> int:
    """Run every step, then the whole suite; with words of pytest's, the suite alone.

    Every step is run even when one has failed: one run tells all.

    :param database: a server to test on; none, and an embedded one of our own is made
    """
    url = database or os.environ.get("QUANYU_DATABASE_URL", "")
    needed = [doctor.check_python, check_front_end, *doctor.for_tests()]
    if url:
        needed.append(lambda: doctor.check_test_server(url))
    faults = doctor.examine(needed)
    for fault in faults:
        say(spoken(fault))
    if faults:
        return faults[0].code
    with TemporaryDirectory(prefix="quanyu-test-") as folder, supervisor.stoppable():
        home = homes.prepare(Path(folder))
        with supervisor.database(home, url=url, settings=FORGETFUL) as (address, _):
            homes.keys(home)
            made = programs.environment(home, address)
            failed = [] if words else _steps(made)
            code = subprocess.run(  # noqa: S603 - our own words
                [sys.executable, "-P", "-m", "pytest", *(words or _side_by_side())],
                cwd=ROOT,
                env=made,
                check=False,
            ).returncode
    return code or len(failed)


def _side_by_side() -> list[str]:
    """Give the words that run the whole suite on several cores, a file of tests on one of them.

    Files keep their order, so that the browser comes last.
    """
    cores = max(1, min(MOST_CORES, os.cpu_count() or 1))
    return ["-n", str(cores), "--dist", "loadfile", "--no-loadscope-reorder"]


def steps(site: str) -> dict[str, list[str]]:
    """Name each step and its command; the longest first, so that none waits for it.

    :param site: a folder for the documentation's pages, which nobody keeps
    """
    templates = [str(file) for file in sorted((ROOT / "quanyu").rglob("*.html")) if _ours(file)]
    python = [sys.executable, "-P", "-m"]
    return {
        "mypy --strict": [*python, "mypy", "--strict", "quanyu", "tests", "tools"],
        "makemigrations --check": [*python, "django", "makemigrations", "--check", "--dry-run"],
        "lint-imports": [str(SCRIPTS / "lint-imports"), "--no-cache"],
        "ruff check": [*python, "ruff", "check", "--no-cache", "."],
        "ruff format --check": [*python, "ruff", "format", "--check", "--no-cache", "."],
        "djade --check": [str(SCRIPTS / "djade"), "--check", "--target-version", "5.2", *templates],
        "catalogues": [*python, "tools.catalogue", "check"],
        "typos": [str(SCRIPTS / "typos")],
        # The pages of the site are looked at, not kept.
        "mkdocs --strict": [*python, "mkdocs", "build", "--quiet", "--strict", "-d", site],
    }


def _steps(made: Mapping[str, str]) -> list[Done]:
    """Run the steps side by side and print each as it ends; give those that failed."""
    failed = []
    with TemporaryDirectory() as site, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for done in pool.map(lambda step: _step(step[0], step[1], made), steps(site).items()):
            mark = choose("通过", "passed") if done.code == 0 else choose("未通过", "FAILED")
            say(f"{done.seconds:6.1f} s  {done.name}: {mark}")
            if done.code:
                say(done.words)
                failed.append(done)
    return failed


def _step(name: str, words: Sequence[str], made: Mapping[str, str]) -> Done:
    began = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            words, cwd=ROOT, env=made, capture_output=True, text=True, check=False
        )
    except OSError as problem:
        # A tool that is not there is a check that did not happen: that fails too.
        return Done(name, 127, 0.0, str(problem))
    said = (done.stdout + done.stderr).strip()
    return Done(name, done.returncode, time.monotonic() - began, said)


def _ours(file: Path) -> bool:
    return "vendor" not in file.parts

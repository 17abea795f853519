"""How long a list takes, by its size and by how much of the city one sees (列表).

Each size is a city of its own in a process of its own, counted and let be found by the verbs of the
worker. What is asked goes the way of the page: as the application's role, under row security.
Beside it stands the least that the same rows cost: read by their keys, by the owner, and nothing
else. The peer is Signalen's list, measured on two cores with 100,000 reports.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from quanyu.bench import ground
from quanyu.bench.ground import tell
from quanyu.kernel.operations.children import bound_to_us

ROWS = (100_000, 2_000_000)
ROUNDS = 15
MOST_MS, PEER_MS = 50.0, 1_050.0
SCOPES = {"wide": "34/01/", "narrow": "34/01/04/001/001/"}

Query = Callable[[Any, datetime], object]
Result = dict[str, Any]


@dataclass(frozen=True)
class Parts:
    """What of the application is asked; loaded once the city stands."""

    queries: Any
    pages: Any
    rules: Any

    def asked(self, at: datetime) -> Iterator[tuple[str, Query]]:
        """Give each question by its name."""
        filters = self.rules.Filters
        day = at.date()
        lists = {
            "open, due first": filters(state="open"),
            "all, newest first": filters(sort="new"),
            "a class, newest first": filters(category="P01", sort="new"),
            "ended in some weeks": filters(
                state="ended", since=day - timedelta(90), until=day - timedelta(30), sort="new"
            ),
        }
        for name, asked in lists.items():
            yield f"page of 100 and count: {name}", self._page(asked)
        yield "counts beside the views", self._standing
        yield "map: open", self._map(filters(state="open"))
        yield "map: all", self._map(filters())
        yield "map: all, a part of it", self._map(filters(), PART)
        for name, words in SEARCHES.items():
            yield f"search, page and count: {name}", self._page(filters(words=words, sort="new"))
        for name in DUE_FIRST:
            sought = filters(words=SEARCHES[name])
            yield f"search, due first: {name}", self._page(sought)
            yield f"search of the open: {name}", self._page(replace(sought, state="open"))

    def _page(self, filters: Any) -> Query:
        return lambda actor, at: self.queries.page(filters, actor=actor, at=at)

    def _standing(self, actor: Any, at: datetime) -> object:
        return self.queries.counts(actor=actor, at=at)

    def _map(self, filters: Any, box: Any = None) -> Query:
        return lambda actor, at: self.pages.drawn(filters, box=box, actor=actor, at=at)


PART = (117.16, 31.80, 117.32, 31.90)
"""The middle of the city, as somebody sees it who has zoomed in."""

SEARCHES = {
    "words that few have": "防空洞有异味",
    "words that some have": "机动车漏水",
    "a phrase that many have": "路灯不亮",
    "an address": "黄山路126号",
}

DUE_FIRST = ("words that some have", "a phrase that many have")
"""What is searched for in the order of the desk as well, among all and among the open ones."""


def run(
    *, rows: Sequence[int] = ROWS, rounds: int = ROUNDS, keep: Path | None = None
) -> list[Result]:
    """Measure each size, and print one JSON object a question and scope.

    :param keep: where the filled cities stay for the next time, a folder a size
    """
    if len(rows) == 1:
        with ground.opened(keep / str(rows[0]) if keep else None) as city:
            return _measured(rows[0], rounds, city)
    found = [one for size in rows for one in _apart(size, rounds, keep)]
    for result in _grown([one for one in found if "asked" in one]):
        _print(result)
    return found


def _apart(rows: int, rounds: int, keep: Path | None) -> Iterator[Result]:
    """Measure one size in a process of its own: the application speaks to one database for life."""
    words = ["bench", "list", "--rows", str(rows), "--rounds", str(rounds)]
    words += ["--keep", str(keep)] if keep else []
    command = [*bound_to_us(signal.SIGTERM), sys.executable, "-P", "-m", "quanyu.project.command"]
    with subprocess.Popen(  # noqa: S603 - our own words
        [*command, *words], env=os.environ, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                yield json.loads(line)
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)


def _measured(rows: int, rounds: int, city: ground.Ground) -> list[Result]:
    at = _filled(rows, city)
    parts = Parts(
        import_module("quanyu.events.queries"),
        import_module("quanyu.events.pages.lists"),
        import_module("quanyu.events.rules"),
    )
    return [
        _one(rows, scope, name, asked, rounds=rounds, at=at)
        for scope in SCOPES
        for name, asked in parts.asked(at)
    ]


def _filled(rows: int, city: ground.Ground) -> datetime:
    """Fill the city, unless it was kept; return the instant up to which it was filled."""
    written = city.home.path / "filled"
    if written.exists():
        return datetime.fromisoformat(written.read_text())
    at = datetime.now(UTC)
    tell(f"making {rows:,} matters")
    import_module("quanyu.bench.matters").fill(rows, until=at)
    tell("counting them and letting them be found, as the worker does")
    began = time.perf_counter()
    import_module("quanyu.bench.listed").listed(at)
    _print({"bench": "list", "rows": rows, "all counted s": round(time.perf_counter() - began, 1)})
    written.write_text(at.isoformat())
    return at


def _one(rows: int, scope: str, name: str, asked: Query, *, rounds: int, at: datetime) -> Result:
    access = import_module("quanyu.kernel.access.rules")
    keys = import_module("quanyu.kernel.keys")
    grant = access.Grant(access.Role.DISPATCHER, SCOPES[scope])
    actor = access.Actor(access.ActorKind.PERSON, keys.uuid7(), frozenset({grant}), name="")
    with import_module("quanyu.kernel.access.scope").acting(actor), _cpu() as used:
        took, answer = _timed(lambda: asked(actor, at), rounds)
    floor, _rows = _timed(_bare(answer), rounds)
    median, least = statistics.median(took), statistics.median(floor)
    result: Result = {"bench": "list", "rows": rows, "scope": scope, "asked": name}
    result |= {"answer": _told(answer), "median_ms": round(median, 1)}
    result |= {"best_ms": round(min(took), 1), "worst_ms": round(max(took), 1)}
    result |= {"cpu_ms": round(used[0] / (rounds + 1), 1)}
    result |= {"of_the_limit": round(median / MOST_MS, 2), "bare_ms": round(least, 1)}
    result |= {"of_the_peer": round(median / PEER_MS, 3), "load": round(os.getloadavg()[0], 1)}
    _print(result)
    return result


def _timed(act: Callable[[], object], rounds: int) -> tuple[list[float], Any]:
    """Do something once, then so many times; return the milliseconds of these, and the answer."""
    answer, took = act(), []
    for _round in range(rounds):
        began = time.perf_counter()
        answer = act()
        took.append((time.perf_counter() - began) * 1000)
    return took, answer


@contextmanager
def _cpu() -> Iterator[list[float]]:
    """Add up the CPU milliseconds of this process and of its session.

    A machine with much else to do makes both wait long, and work little more.
    """
    used: list[float] = []
    with import_module("django.db").connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = psutil.Process(cursor.fetchone()[0])
    before, began = sum(session.cpu_times()[:2]), time.process_time()
    yield used
    used.append(1000 * (sum(session.cpu_times()[:2]) - before + time.process_time() - began))


def _bare(answer: Any) -> Callable[[], object]:
    """Return how to read the same rows by their keys, and nothing else, as the owner."""
    rows = getattr(answer, "rows", ())
    keys = [row.pk for row in rows]
    connection = import_module("django.db").connections["owner"]

    def read() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM events_event WHERE id = ANY (%s)", [keys])
            return cursor.fetchall()

    return read


def _told(answer: Any) -> object:
    """Return how much was answered: the count of a page or a map, or the open ones."""
    if isinstance(answer, dict):
        return answer["open"] if "open" in answer else answer["count"]
    return answer.count


def _grown(found: Sequence[Result]) -> Iterator[Result]:
    """Give how much longer, and how much more work, the largest city takes than the smallest."""
    sizes = sorted({one["rows"] for one in found})
    by = {(one["rows"], one["scope"], one["asked"]): one for one in found}
    for (size, scope, name), one in by.items():
        if size == sizes[-1]:
            small = by[sizes[0], scope, name]
            times, work = (
                round(one[what] / max(small[what], 0.1), 2) for what in ("median_ms", "cpu_ms")
            )
            grown = {"bench": "list", "scope": scope, "asked": name, "times": times}
            yield grown | {"cpu_times": work}


def _print(result: Result) -> None:
    sys.stdout.write(f"{json.dumps(result, ensure_ascii=False)}\n")
    sys.stdout.flush()

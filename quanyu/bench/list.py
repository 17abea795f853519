"""How long a list takes, by its size and by how much of the city one sees (列表).

Each size is a city of its own, made by one statement, counted and let be found by the same jobs as
any other. What is asked goes the way of the page: as the application's role, under row security.
The peer is Signalen's list, measured on two cores with 100,000 reports.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from quanyu.bench import ground
from quanyu.bench.ground import tell

ROWS = (100_000, 2_000_000)
ROUNDS = 15
MOST_MS, PEER_MS = 50.0, 1_050.0
SCOPES = {"wide": "34/01/", "narrow": "34/01/04/001/001/"}

Query = Callable[[Any, datetime], object]


@dataclass(frozen=True)
class Parts:
    """What of the application is asked; loaded once the city stands."""

    queries: Any
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
        for name, words in SEARCHES.items():
            yield f"search, page and count: {name}", self._page(filters(words=words, sort="new"))

    def _page(self, filters: Any) -> Query:
        return lambda actor, at: self.queries.page(filters, actor=actor, at=at)

    def _standing(self, actor: Any, at: datetime) -> object:
        return self.queries.counts(actor=actor, at=at)

    def _map(self, filters: Any) -> Query:
        return lambda actor, at: list(self.queries.points(filters, actor=actor, at=at))


SEARCHES = {
    "words that few have": "防空洞有异味",
    "a phrase that many have": "路灯不亮",
    "an address": "黄山路126号",
}


def run(*, rows: Sequence[int] = ROWS, rounds: int = ROUNDS) -> list[dict[str, object]]:
    """Measure each size, and print one JSON object a question and scope."""
    found: list[dict[str, object]] = []
    for size in rows:
        with ground.opened():
            found += _measured(size, rounds)
    for result in _grown(found):
        _print(result)
    return found


def _measured(rows: int, rounds: int) -> list[dict[str, object]]:
    at = datetime.now(UTC)
    tell(f"making {rows:,} matters")
    import_module("quanyu.bench.matters").fill(rows, until=at)
    tell("counting them and letting them be found, as the worker does")
    began = time.perf_counter()
    import_module("quanyu.events.jobs").list_all(at)
    import_module("quanyu.bench.matters").settle()
    _print({"bench": "list", "rows": rows, "all counted s": round(time.perf_counter() - began, 1)})
    parts = Parts(
        import_module("quanyu.events.queries"),
        import_module("quanyu.events.rules"),
    )
    return [
        _one(rows, scope, name, asked, rounds=rounds, at=at)
        for scope in SCOPES
        for name, asked in parts.asked(at)
    ]


def _one(
    rows: int, scope: str, name: str, asked: Query, *, rounds: int, at: datetime
) -> dict[str, object]:
    access = import_module("quanyu.kernel.access.rules")
    keys = import_module("quanyu.kernel.keys")
    grant = access.Grant(access.Role.DISPATCHER, SCOPES[scope])
    actor = access.Actor(access.ActorKind.PERSON, keys.uuid7(), frozenset({grant}), name="")
    took = []
    with import_module("quanyu.kernel.access.scope").acting(actor):
        for _round in range(rounds + 1):
            began = time.perf_counter()
            answer = asked(actor, at)
            took.append((time.perf_counter() - began) * 1000)
    median = statistics.median(took[1:])
    result: dict[str, object] = {"bench": "list", "rows": rows, "scope": scope, "asked": name}
    result |= {
        "answer": _told(answer),
        "median_ms": round(median, 1),
        "best_ms": round(min(took), 1),
        "worst_ms": round(max(took), 1),
    }
    result |= {
        "of_the_limit": round(median / MOST_MS, 2),
        "of_the_peer": round(median / PEER_MS, 3),
    }
    _print(result)
    return result


def _told(answer: Any) -> object:
    """Return how much was answered: the count of a page, the open ones, or the points."""
    if isinstance(answer, dict):
        return answer["open"]
    return answer.count if hasattr(answer, "is_exact") else len(answer)


def _grown(found: Sequence[dict[str, Any]]) -> Iterator[dict[str, object]]:
    """Give how much longer each question takes in the largest city than in the smallest."""
    sizes = sorted({one["rows"] for one in found})
    by = {(one["rows"], one["scope"], one["asked"]): one["median_ms"] for one in found}
    if len(sizes) < 2:
        return
    for (size, scope, name), took in by.items():
        if size == sizes[-1]:
            grown = took / max(by[sizes[0], scope, name], 0.1)
            yield {"bench": "list", "scope": scope, "asked": name, "times": round(grown, 2)}


def _print(result: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(result, ensure_ascii=False)}\n")
    sys.stdout.flush()

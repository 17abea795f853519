"""How long a city's register of posts takes: bodies and posts by file, then appointments (岗位)."""

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import django

from quanyu.bench import ground
from quanyu.bench.ground import tell

ROWS = 60_000
BODIES = 10_000
WORKERS = 20_000
AT_ONCE = 1000
"""Appointments of one batch."""

MOST_SECONDS = 60
PLACE = "34/01/04/001/001/"
GRID = f"{PLACE}g001/"


def run(*, rows: int = ROWS) -> list[dict[str, object]]:
    """Bring bodies and posts in by file, appoint a third of them; print one JSON object a step."""
    told: list[dict[str, object]] = []
    with ground.opened() as city:
        django.setup()
        keeper, other = _seated("keeper"), _seated("other")
        bodies, workers = min(BODIES, rows), min(WORKERS, rows // 3)
        files = {
            "bodies": _file(city.home.path / "bodies.csv", _bodies(bodies)),
            "posts": _file(city.home.path / "posts.csv", _posts(rows, bodies)),
        }
        for table, path in files.items():
            count = bodies if table == "bodies" else rows
            key = _step(told, f"{table}: dry run", count, _weigh, table, keeper, path)
            _step(told, f"{table}: write", count, _write, key, keeper)
        whole, cpu = (sum(float(str(one[n])) for one in told) for n in ("seconds", "cpu_seconds"))
        _tell(told, "bodies and posts, files and all", bodies + rows, whole, cpu)
        people = _people(workers)
        _step(told, "appoint in batches", workers, _appoint, people, keeper, other)
    return told


def _step(
    told: list[dict[str, object]], name: str, rows: int, act: Callable[..., Any], *given: Any
) -> Any:
    tell(f"{name}: {rows:,} rows")
    began, used = time.monotonic(), time.process_time()
    found = act(*given)
    cpu = time.process_time() - used
    _tell(told, name, rows, time.monotonic() - began, cpu)
    return found


def _tell(told: list[dict[str, object]], name: str, rows: int, seconds: float, cpu: float) -> None:
    result: dict[str, object] = {
        "bench": "posts",
        "step": name,
        "rows": rows,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "of_the_limit": round(seconds / MOST_SECONDS, 2),
    }
    sys.stdout.write(f"{json.dumps(result)}\n")
    sys.stdout.flush()
    told.append(result)


def _now() -> datetime:
    return datetime.now(UTC)


def _seated(username: str) -> Any:
    """Make the account of a district officer of the whole city, and return who acts."""
    models = import_module("quanyu.kernel.accounts.models")
    rules = import_module("quanyu.kernel.access.rules")
    at = _now() - timedelta(days=1)
    one = models.Account.objects.create(username=username, name="方圆", created_at=at)
    models.GrantRow.objects.create(
        account=one, role="district_admin", region_path="34/01/", granted_from=at
    )
    grants = frozenset({rules.Grant("district_admin", "34/01/")})
    return rules.Actor(rules.ActorKind.PERSON, id=one.pk, grants=grants, name="方圆")


def _people(count: int) -> list[UUID]:
    """Make accounts that hold posts and do not sign in."""
    models = import_module("quanyu.kernel.accounts.models")
    at = _now() - timedelta(days=1)
    rows = [
        models.Account(username=f"worker.{n:06d}", name="网格员", created_at=at)
        for n in range(count)
    ]
    models.Account.objects.bulk_create(rows, batch_size=5000)
    return [row.pk for row in rows]


def _file(path: Path, rows: Iterator[list[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _bodies(count: int) -> Iterator[list[str]]:
    yield ["code", "name", "kind", "place", "start"]
    for n in range(count):
        yield [f"b-{n:06d}", f"示例单位{n}号", "residents_committee", PLACE, "2020-01-01"]


def _posts(count: int, bodies: int) -> Iterator[list[str]]:
    yield ["code", "body", "kind", "place", "seats", "start"]
    start = date(2021, 1, 1).isoformat()
    for n in range(count):
        yield [f"p-{n:06d}", f"b-{n % bodies:06d}", "grid-worker", GRID, "1", start]


def _weigh(table: str, keeper: Any, path: Path) -> UUID:
    """Bring a file in and weigh it."""
    scope = import_module("quanyu.kernel.access.scope")
    actions = import_module("quanyu.kernel.tables.actions")
    models = import_module("quanyu.kernel.tables.models")
    files = import_module("django.core.files")
    import_module("django.conf").settings.QUANYU_FILE_BYTES = 2**30
    with path.open("rb") as raw, scope.acting(keeper):
        facts = {"table": table, "language": "zh-hans", "actor": keeper, "at": _now()}
        taken = actions.bring(upload=files.File(raw), **facts)
    import_module("quanyu.kernel.tables.taking").check(taken.pk, now=_now)
    with scope.acting(keeper):
        taken = models.Import.objects.visible_to(keeper).get(pk=taken.pk)
    if taken.state != "checked":
        raise RuntimeError(f"{taken.state}: {taken.sentence} {taken.faults[:3]}")
    key: UUID = taken.pk
    return key


def _write(taken: UUID, keeper: Any) -> None:
    """Confirm a file and write it."""
    scope = import_module("quanyu.kernel.access.scope")
    actions = import_module("quanyu.kernel.tables.actions")
    models = import_module("quanyu.kernel.tables.models")
    with scope.acting(keeper):
        actions.confirm(import_id=taken, actor=keeper, at=_now())
    import_module("quanyu.kernel.tables.taking").write(taken, now=_now)
    with scope.acting(keeper):
        done = models.Import.objects.visible_to(keeper).get(pk=taken)
    if done.state != "done":
        raise RuntimeError(f"{done.state}: {done.sentence}")


def _appoint(people: list[UUID], keeper: Any, other: Any) -> None:
    """Propose everybody in batches, and let another person confirm each batch at once."""
    scope = import_module("quanyu.kernel.access.scope")
    actions = import_module("quanyu.organisations.actions")
    posts = import_module("quanyu.organisations.queries.post_lists")
    keys = posts.keys_of([f"p-{n:06d}" for n in range(len(people))])
    for begin in range(0, len(people), AT_ONCE):
        nominees = [
            actions.Nominee(post=keys[f"p-{n:06d}"], account=people[n], reason="示例")
            for n in range(begin, min(begin + AT_ONCE, len(people)))
        ]
        with scope.acting(keeper):
            rows = actions.propose_all(nominees=nominees, actor=keeper, at=_now())
        with scope.acting(other):
            actions.confirm_batch(batch=rows[0].batch, actor=other, at=_now())

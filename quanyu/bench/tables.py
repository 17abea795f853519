"""How long a file of many rows takes on its way in and out, and how large the worker grows (列表).

Each step runs in a process of its own, so that its memory is its own.
"""

import csv
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import django

from quanyu.bench import ground
from quanyu.bench.ground import tell

ROWS = 100_000
MOST_SECONDS = 30
BRANCH = 50
"""Bodies that hang on one above them."""

PLACE = "34/01/04/001/"
HEAD = ["code", "name", "name_en", "kind", "place", "parent", "phone", "start", "end"]
FORMS = ("xlsx", "csv")


def run(*, rows: int = ROWS) -> list[dict[str, object]]:
    """Bring bodies in and take them out, as XLSX and CSV; print one JSON object a step."""
    told = []
    with ground.opened() as city:
        key = _apart(_seated)["key"]
        for form in FORMS:
            path = city.home.path / f"rows.{form}"
            tell(f"writing a file of {rows:,} bodies as {form}")
            _apart(_file, str(path), form, rows)
            kept = _step(f"import {form}: dry run", rows, _weigh, key, str(path))
            taken = kept.pop("taken")
            told.append(kept)
            told.append(_step(f"import {form}: write", rows, _write, key, taken))
            kept = _step(f"import {form}: the same again", rows, _weigh, key, str(path))
            told.append(kept)
        told += [_step(f"export {form}", rows, _export, key, form) for form in FORMS]
    return told


def _step(name: str, rows: int, act: Any, *given: object) -> dict[str, Any]:
    found = _apart(act, *given)
    seconds = found.pop("seconds")
    result = {
        "bench": "tables",
        "step": name,
        "rows": found.pop("rows", rows),
        "seconds": round(seconds, 1),
        "cpu_seconds": found.pop("cpu"),
        "worker_mb_at_first": found.pop("at_first"),
        "worker_mb": found.pop("mb"),
        "reader_mb": found.pop("reader_mb"),
        "of_the_limit": round(seconds / MOST_SECONDS, 2),
    }
    sys.stdout.write(f"{json.dumps(result)}\n")
    sys.stdout.flush()
    return result | found


def _apart(act: Any, *given: object) -> dict[str, Any]:
    """Call a function in a fresh process and return what it found, with what it used."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_used, (act.__name__, given))


def _used(name: str, given: tuple[object, ...]) -> dict[str, Any]:
    django.setup()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    found: dict[str, Any] = globals()[name](*given)
    seconds = time.monotonic() - began
    mine = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = sum(one.ru_utime + one.ru_stime for one in (mine, theirs))
    return found | {
        "seconds": seconds,
        "cpu": round(cpu - before.ru_utime - before.ru_stime, 1),
        "at_first": before.ru_maxrss // 1024,
        "mb": mine.ru_maxrss // 1024,
        "reader_mb": theirs.ru_maxrss // 1024,
    }


# ------------------------------------------------------------------ each in a process of its own


def _now() -> datetime:
    return datetime.now(UTC)


def _seated() -> dict[str, Any]:
    """Make the account of a district officer of the whole city."""
    models = import_module("quanyu.kernel.accounts.models")
    at = _now() - timedelta(days=1)
    one = models.Account.objects.create(username="keeper", name="方圆", created_at=at)
    models.GrantRow.objects.create(
        account=one, role="district_admin", region_path="34/01/", granted_from=at
    )
    return {"key": one.pk}


def _keeper(key: UUID) -> Any:
    rules = import_module("quanyu.kernel.access.rules")
    queries = import_module("quanyu.kernel.accounts.queries")
    standing = queries.standing(key, at=_now())
    return rules.Actor(rules.ActorKind.PERSON, id=key, grants=standing.grants, name="方圆")


def _rows(form: str, rows: int) -> Iterator[list[str]]:
    kinds = ("department", "residents_committee", "provider", "property_firm")
    for n in range(rows):
        code = f"{form}-{n:06d}"
        above = f"{form}-{n // BRANCH:06d}" if n else ""
        start = date(2020, 1, 1) + timedelta(days=n % 2000)
        phone = f"0551-{6000_0000 + n % 9999_9999:08d}"
        yield [
            *(code, f"示例单位{n}号", f"Sample body {n}", kinds[n % 4], PLACE),
            *(above, f"{phone[:9]}-{phone[9:]}", start.isoformat(), ""),
        ]


def _file(path: str, form: str, rows: int) -> dict[str, Any]:
    if form == "csv":
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([HEAD, *_rows(form, rows)])
        return {}
    book = import_module("xlsxwriter").Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([HEAD, *_rows(form, rows)]):
        sheet.write_row(number, 0, row)
    book.close()
    return {}


def _weigh(key: UUID, path: str) -> dict[str, Any]:
    """Bring a file in and weigh it: the dry run."""
    scope = import_module("quanyu.kernel.access.scope")
    actions = import_module("quanyu.kernel.tables.actions")
    models = import_module("quanyu.kernel.tables.models")
    files = import_module("django.core.files")
    import_module("django.conf").settings.QUANYU_FILE_BYTES = 2**30
    keeper = _keeper(key)
    with Path(path).open("rb") as raw, scope.acting(keeper):
        facts = {"table": "bodies", "language": "zh-hans", "actor": keeper, "at": _now()}
        taken = actions.bring(upload=files.File(raw), **facts)
    import_module("quanyu.kernel.tables.taking").check(taken.pk, now=_now)
    with scope.acting(keeper):
        taken = models.Import.objects.visible_to(keeper).get(pk=taken.pk)
    if taken.state != "checked":
        raise RuntimeError(f"{taken.state}: {taken.sentence} {taken.faults[:3]}")
    return {"taken": taken.pk, "rows": taken.total}


def _write(key: UUID, taken: UUID) -> dict[str, Any]:
    """Confirm a file and write it."""
    scope = import_module("quanyu.kernel.access.scope")
    actions = import_module("quanyu.kernel.tables.actions")
    models = import_module("quanyu.kernel.tables.models")
    keeper = _keeper(key)
    with scope.acting(keeper):
        actions.confirm(import_id=taken, actor=keeper, at=_now())
    import_module("quanyu.kernel.tables.taking").write(taken, now=_now)
    with scope.acting(keeper):
        done = models.Import.objects.visible_to(keeper).get(pk=taken)
    if done.state != "done":
        raise RuntimeError(f"{done.state}: {done.sentence}")
    return {"rows": done.new}


def _export(key: UUID, form: str) -> dict[str, Any]:
    """Take every column of the bodies of one file out."""
    scope = import_module("quanyu.kernel.access.scope")
    actions = import_module("quanyu.kernel.tables.actions")
    models = import_module("quanyu.kernel.tables.models")
    columns = import_module("quanyu.organisations.tables").BODIES.columns
    keeper = _keeper(key)
    with scope.acting(keeper):
        made = actions.export(
            table="bodies",
            asked={"q": "xlsx-"},
            columns=",".join(column.key for column in columns),
            format=form,
            language="zh-hans",
            actor=keeper,
            at=_now(),
        )
    import_module("quanyu.kernel.tables.making").make(made.pk, now=_now)
    with scope.acting(keeper):
        done = models.Export.objects.visible_to(keeper).get(pk=made.pk)
    if done.state != "done":
        raise RuntimeError(f"{done.state}: {done.sentence}")
    return {"rows": done.done}

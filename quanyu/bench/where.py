"""Where the CPU of one report goes in the web worker: by package, its own time (耗时分布)."""

import cProfile
import json
import pstats
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from quanyu.bench.ground import tell

TIMES = 300
PACKAGES = (
    "psycopg",
    "psycopg_pool",
    "django",
    "ninja",
    "pydantic",
    "shapely",
    "allauth",
    "quanyu",
)


def tell_where(body: bytes) -> None:
    """Answer reports in this process under the profiler, and say on stderr who used the time."""
    application = get_wsgi_application()
    for _ in range(TIMES):
        _answer(application, body)
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(TIMES):
        _answer(application, body)
    profile.disable()
    used = _by_package(pstats.Stats(profile).stats)  # type: ignore[attr-defined]
    whole = sum(used.values())
    shares = {name: f"{seconds / whole:.0%}" for name, seconds in used.most_common()}
    tell(f"CPU of a report in the web worker, by package: {json.dumps(shares)}")


def _answer(application: Any, body: bytes) -> None:
    asked = RequestFactory().post(
        "/api/v1/public/reports",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4())},
    )
    answer = application(asked.environ, _begin)
    answer.close()


def _begin(status: str, headers: object) -> None:
    """Take the head of an answer, as a server does."""


def _by_package(stats: dict[Any, Any]) -> Counter[str]:
    """Add up each function's own time; what is built in counts for whoever called it."""
    used: Counter[str] = Counter()
    for (file, _line, _name), (_all, _calls, own, _with, callers) in stats.items():
        if file == "~" and callers:
            for (caller, *_rest), figures in callers.items():
                used[_package(caller)] += figures[2]
        else:
            used[_package(file)] += own
    return used


def _package(file: str) -> str:
    parts: Iterable[str] = reversed(PurePath(file).parts)
    return next((part for part in parts if part in PACKAGES), "python")

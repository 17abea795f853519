"""How many requests, and how long they took: by route, never by person (请求计数).

Several processes serve the web. Where PROMETHEUS_MULTIPROC_DIR names a folder (our own commands
set it), each keeps its counts in a file there and whoever is asked adds up all of them.
"""

import os
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_ROUTE, STATIC = "-", "static"

own = CollectorRegistry()
requests = Counter(
    "quanyu_requests", "Requests answered", ["method", "route", "status"], registry=own
)
durations = Histogram(
    "quanyu_request_seconds",
    "Time from the request to its answer",
    ["method", "route"],
    buckets=BUCKETS,
    registry=own,
)


def count(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer."""
    _answers(method, route, status).inc()
    _times(method, route).observe(seconds)


@lru_cache(maxsize=4096)
def _answers(method: str, route: str, status: int) -> Counter:
    return requests.labels(method, route, status)


@lru_cache(maxsize=1024)
def _times(method: str, route: str) -> Histogram:
    return durations.labels(method, route)


def method(given: str | None) -> str:
    """Return the method, one of a few: a client may send any word."""
    return given if given in METHODS else "other"


def route(request: HttpRequest) -> str:
    """Return the pattern of the address; the address itself is never kept."""
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return STATIC if request.path_info.startswith(settings.STATIC_URL) else NO_ROUTE


def registry() -> CollectorRegistry:
    """Return the counts of all processes, or of this one when it keeps them alone."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return own
    whole = CollectorRegistry()
    MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
    return whole

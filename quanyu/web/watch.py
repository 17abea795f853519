"""One line and one count for each request, without a word of who asked or what for (请求记录)."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from quanyu.kernel.access import slow
from quanyu.kernel.operations import actions
from quanyu.web import asked, counted

log = logging.getLogger("quanyu.access")

HEADER = "X-Request-ID"
WRITE_EVERY = 10.0
"""Seconds between two writings of what this process found slow."""


class Watched:
    """Number each request, time its answer, count it and write its line.

    It stands before everything else, so that what others refuse is counted too. The route is the
    pattern, never the path: a path may hold a follow code.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.wrote = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say how it went."""
        began = time.perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        this = asked.Asked(asked.number(given), counted.method(request.method))
        token = asked.current.set(this)
        try:
            response = self.get_response(request)
            response.headers[HEADER] = this.number
            _tell(request, response.status_code, this, time.perf_counter() - began)
            self._write_slow()
        finally:
            asked.current.reset(token)
        return response

    def _write_slow(self) -> None:
        if slow.waits() and time.monotonic() - self.wrote > WRITE_EVERY:
            self.wrote = time.monotonic()
            try:
                actions.keep_slow(at=timezone.now())
            except DatabaseError as fault:
                log.warning("slow statements could not be written down", exc_info=fault)


def _tell(request: HttpRequest, status: int, this: asked.Asked, took: float) -> None:
    route = counted.route(request)
    counted.count(method=this.method, route=route, status=status, seconds=took)
    milliseconds = round(took * 1000, 1)
    is_loud = status >= 500 or milliseconds >= settings.QUANYU_SLOW_REQUEST > 0
    rank = logging.WARNING if is_loud else logging.INFO
    if log.isEnabledFor(rank):
        told = {"method": this.method, "route": route, "status": status, "ms": milliseconds}
        told |= {"reference": this.reference} if status >= 500 else {}
        log.log(rank, "answered", extra={"told": told})

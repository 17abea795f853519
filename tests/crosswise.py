"""Two who hold what the other wants: a test whether somebody takes rows in the one order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Model

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.jobs import app as queue
from quanyu.kernel.jobs.rules import Listener, name_of, timers

WORKER = system(settings.QUANYU_CITY, job="tests")
WAITING = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
"""
Held = tuple[type[Model], UUID]


def held(model: type[Model], key: UUID) -> Any:
    """Return a row, locked until the transaction ends."""
    return get(model, key, actor=WORKER, lock=True)


def crosswise(*, first: Held, then: Held, beside: Callable[[], Any]) -> Any:
    """Return what somebody does while another holds the first row and goes on to the second.

    Whoever has taken the second before the first waits for both: PostgreSQL ends one of the two.
    """
    with ThreadPoolExecutor(1) as pool:
        with acting(WORKER):
            held(*first)
            other = pool.submit(alone, beside)
            until_it_waits(other)
            held(*then)
        return other.result(timeout=10)


def alone(beside: Callable[[], Any]) -> Any:
    """Return what is done in a thread, which leaves no connection behind."""
    try:
        return beside()
    finally:
        connection.close()


def until_it_waits(other: Any) -> None:
    """Go on once the other waits for us, or is done without waiting."""
    ends = monotonic() + 5
    while not other.done() and monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
        sleep(0.01)


def ring(timer: Callable[[datetime], None], at: datetime) -> None:
    """Let the clock call a job, as the worker does it."""
    timed = next(one for one in timers if one.timer is timer)
    with acting(WORKER) if timed.in_one else nullcontext():
        timer(at)


def hear(listener: Listener, key: UUID, at: datetime) -> None:
    """Let a job hear of an act, as the worker does it."""
    queue.run(name_of(listener), listener, case=key, at=at)

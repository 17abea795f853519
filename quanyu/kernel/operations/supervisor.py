"""Keep a database and its programs running until somebody says stop (进程守护)."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.children import Child, end_left_over
from quanyu.kernel.operations.embedded import Database
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home

LOOK_EVERY = 0.25
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the signals that mean "stop" into one exception, and let nothing disturb the end."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in STOPS:
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    before = {each: signal.signal(each, stop) for each in STOPS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def database(
    home: Home, *, url: str = "", settings: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Database | None]]:
    """Give the address of the database: the one named, the running one, or one started here.

    One that is started here is stopped at the end, and is also given as a thing to watch.
    """
    if url:
        yield url, None
        return
    if homes.is_held(home):
        yield _running(home), None
        return
    with homes.hold(home):
        embedded = Database(home, settings or {})
        embedded.start()
        try:
            yield embedded.url, embedded
        finally:
            embedded.stop()


def _running(home: Home) -> str:
    found = Database(home)
    if not found.answers():
        raise Fault("database_unreachable", detail=f"127.0.0.1:{found.port}")
    return found.url


def clear(home: Home, names: Sequence[str]) -> None:
    """End what a killed start left running, the database last."""
    for name in names:
        end_left_over(home, name, stop_by=signal.SIGTERM)
    end_left_over(home, "postgres", stop_by=signal.SIGINT)


def watch(database: Database | None, children: Sequence[Child]) -> None:
    """Start again whatever dies, for ever.

    :raises Fault: something keeps dying.
    """
    while True:
        time.sleep(LOOK_EVERY)
        if database is not None and not database.is_running():
            # Nothing that they do can be kept now, and with the new server they begin afresh.
            _each(children, Child.kill)
            database.revive()
            _each(children, Child.start)
        _each([child for child in children if not child.is_running()], Child.revive)


def stop(children: Sequence[Child]) -> None:
    """Stop all programs, the newest first."""
    _each(tuple(reversed(children)), Child.stop)


def _each(children: Sequence[Child], act: Callable[[Child], None]) -> None:
    for child in children:
        act(child)

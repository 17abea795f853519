"""Who listens to what, what runs by the clock, and how a job stands."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

Listener: TypeAlias = Callable[[UUID, datetime], None]
Timer: TypeAlias = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Timed:
    """A timer and its cron line of six fields; the seconds stand last."""

    cron: str
    timer: Timer
    in_one: bool = True
    """Whether it is one transaction; one that is not opens its own, one for each batch."""

    @property
    def name(self) -> str:
        """Return the name under which the queue knows it."""
        return name_of(self.timer)


listeners: dict[str, list[Listener]] = defaultdict(list)
timers: list[Timed] = []
apart: set[str] = set()
"""The listeners that open their own transactions, by name."""


news: set[str] = set()
"""The listeners that only tell people: of a past that is entered later they hear nothing."""

_is_past: ContextVar[bool] = ContextVar("is_past", default=False)


@contextmanager
def past() -> Iterator[None]:
    """Let nobody be told of what is announced meanwhile: it is over long since."""
    token = _is_past.set(True)
    try:
        yield
    finally:
        _is_past.reset(token)


def heard(topic: str) -> list[str]:
    """Return who hears a topic now, by their names in the queue."""
    names = [name_of(listener) for listener in listeners.get(topic, ())]
    return [name for name in names if name not in news] if _is_past.get() else names


def name_of(function: Callable[..., None]) -> str:
    """Return the name of a job: its module and function."""
    return f"{function.__module__}.{function.__qualname__}"


def on(
    topic: str, *, is_apart: bool = False, is_news: bool = False
) -> Callable[[Listener], Listener]:
    """Call the function with ``(key, at)`` after every ``topic``; it must bear repetition.

    :param is_apart: it runs long and opens its own transactions, each in somebody's reach; until
        then it sees nothing
    :param is_news: it only tells people, and hears nothing of a past that is entered later
    """

    def keep(listener: Listener) -> Listener:
        if is_news:
            news.add(name_of(listener))
        listeners[topic].append(listener)
        if is_apart:
            apart.add(name_of(listener))
        return listener

    return keep


def every(cron: str, *, in_one: bool = True) -> Callable[[Timer], Timer]:
    """Call the function with ``at`` by the clock; it must bear repetition.

    :param in_one: whether all it does is one transaction, or it opens its own
    """

    def keep(timer: Timer) -> Timer:
        timers.append(Timed(cron, timer, in_one))
        return timer

    return keep


readied: list[Callable[[], None]] = []
"""What a worker does once before its first job."""


def ready(begin: Callable[[], None]) -> Callable[[], None]:
    """Call the function once when a worker starts: what is dear to load waits for no matter."""
    readied.append(begin)
    return begin


# ------------------------------------------------------------------ how a job stands


class Standing(StrEnum):
    """How a job stands, as an operator sees it (任务状态)."""

    WAITING = "waiting"
    RUNNING = "running"
    STALLED = "stalled"
    FAILING = "failing"
    DEAD = "dead"
    DONE = "done"
    PASSED = "passed"
    GIVEN_UP = "given_up"


UNFINISHED = (Standing.DEAD, Standing.FAILING, Standing.STALLED, Standing.RUNNING, Standing.WAITING)
"""What an operator asks about first, the worst first."""

SILENT_AFTER = 60.0
"""Seconds without a sign of life after which a worker counts as dead."""


class NotDead(Refusal):
    """Only a job that has failed is tried again or given up."""


class AlreadyWaiting(Refusal):
    """The next run of this timer waits already."""


class NoReason(Invalid):
    """Every decision on a job says why."""


class Family(StrEnum):
    """What kind of fault it is: it says what an operator can do (故障归类)."""

    DATABASE = "database"
    RULE = "rule"
    MISSING = "missing"
    NETWORK = "network"
    MACHINE = "machine"
    PROGRAM = "program"


FAMILIES: tuple[tuple[frozenset[str], Family], ...] = (
    (frozenset({"OperationalError", "InterfaceError", "PoolTimeout"}), Family.DATABASE),
    (frozenset({"Refusal"}), Family.RULE),
    (frozenset({"Denied", "ObjectDoesNotExist"}), Family.MISSING),
    (frozenset({"TimeoutError", "ConnectionError", "URLError", "HTTPError"}), Family.NETWORK),
    (frozenset({"OSError", "MemoryError"}), Family.MACHINE),
)
"""By the names of the classes, whatever library they come from; the first that fits."""


def family(names: Iterable[str]) -> Family:
    """Return the family of a fault by the names of its classes; else it is the program's."""
    given = set(names)
    return next((family for known, family in FAMILIES if known & given), Family.PROGRAM)


MOST_WORDS = 200


def reason(text: str) -> str:
    """Return a reason as it is kept.

    :raises NoReason: if it is empty or too long
    """
    kept = " ".join(text.split())
    if len(kept) < 2:
        raise NoReason(_("请写明理由，至少两个字"), field="reason", value=kept)
    if len(kept) > MOST_WORDS:
        raise NoReason(_("理由最多 {most} 个字"), field="reason", value="", most=MOST_WORDS)
    return kept


NUMBER = re.compile(r"-?\d{1,19}")
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]{5,15}(Z|[+-]\d{2}:\d{2})?")
HIDDEN = "…"


def shown(args: Mapping[str, object]) -> dict[str, str]:
    """Return a job's arguments as a page may show them: keys, moments and times of timers.

    Anything else stays hidden. Jobs carry keys alone, but this page does not take it on trust.
    """
    return {str(name): _plain(str(name), value) for name, value in args.items()}


def _plain(name: str, value: object) -> str:
    text = str(value)
    is_time = name == "timestamp" and NUMBER.fullmatch(text)
    return text if is_time or KEY.fullmatch(text) or MOMENT.fullmatch(text) else HIDDEN


def topics(name: str) -> tuple[str, ...]:
    """Return what a listener listens to."""
    return tuple(sorted(topic for topic, group in listeners.items() if name in map(name_of, group)))


def cron(name: str) -> str:
    """Return the cron line of a timer; nothing for a listener."""
    return next((timed.cron for timed in timers if timed.name == name), "")

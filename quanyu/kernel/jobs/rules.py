"""Who listens to what, and what runs by the clock."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

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


def name_of(function: Callable[..., None]) -> str:
    """Return the name of a job: its module and function."""
    return f"{function.__module__}.{function.__qualname__}"


def on(topic: str, *, is_apart: bool = False) -> Callable[[Listener], Listener]:
    """Call the function with ``(key, at)`` after every ``topic``; it must bear repetition.

    :param is_apart: it runs long and opens its own transactions, each in somebody's reach; until
        then it sees nothing
    """

    def keep(listener: Listener) -> Listener:
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

"""Keep dated reference data in the process, and notice when it changed (参考数据缓存)."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")

SECONDS = 5.0
"""How long a process may go on with what it has before it asks for the edition again."""


class Kept(Generic[T]):
    """One whole thing loaded from the database, kept until its edition is another.

    The edition is a random token, not a counter: one counted up in a transaction that is
    rolled back would be counted up again, to the same number, by a different change.
    """

    everything: ClassVar[list["Kept[Any]"]] = []

    def __init__(
        self, load: Callable[[], T], *, edition: Callable[[], object], seconds: float = SECONDS
    ) -> None:
        self._load = load
        self._edition = edition
        self._seconds = seconds
        self._held: tuple[object, T] | None = None
        self._fresh_until = 0.0
        Kept.everything.append(self)

    def get(self) -> T:
        """Return the thing; asks for its edition at most every few seconds."""
        held = self._held
        if held is not None and time.monotonic() < self._fresh_until:
            return held[1]
        edition = self._edition()  # before loading: a change in between is noticed next time
        if held is None or held[0] != edition:
            held = edition, self._load()
        self._held, self._fresh_until = held, time.monotonic() + self._seconds
        return held[1]

    def forget(self) -> None:
        """Load anew at the next call: this process has just changed it."""
        self._held = None

    def doubt(self) -> None:
        """Ask for its edition at the next call, however lately that was done."""
        self._fresh_until = 0.0

    @property
    def is_doubted(self) -> bool:
        """Tell whether nobody has asked for it since it was last doubted."""
        return self._fresh_until == 0.0


def forget_everything() -> None:
    """Empty every cache of this process: for tests that roll their changes back."""
    for kept in Kept.everything:
        kept.forget()


def doubt_everything() -> None:
    """Ask for every edition anew: for a test that finds what the one before has read."""
    for kept in Kept.everything:
        kept.doubt()


def forget_doubted() -> None:
    """Empty the caches that nobody has asked since: for a test that changes what they hold."""
    for kept in Kept.everything:
        if kept.is_doubted:
            kept.forget()

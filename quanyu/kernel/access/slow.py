"""Notice slow statements: what they are, never what they were given (慢语句).

Each process keeps a short list of its own; kernel/operations writes it down now and then. No
extension of the database is needed, and no value is kept: the text is cleared of its literals.
"""

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol

from django.conf import settings

MOST = 200
"""Different statements kept between two writings; more are counted under one heading."""

LONGEST = 2_000
OTHERS = "(others)"

LITERALS = re.compile(r"(?:\b[EeBbXxNn]|\bU&)?'(?:[^']|'')*(?:'|$)|(\$\w*\$).*?(?:\1|$)", re.DOTALL)
NUMBERS = re.compile(r"(?<![\w$\"%.])-?\d+(?:\.\d+)?(?![\w\"])")
COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
LISTS = re.compile(r"\((?:\s*(?:%s|\?)\s*,)+\s*(?:%s|\?)\s*\)")
SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class Slow:
    """One statement without its values, and how often and how long it took."""

    text: str
    count: int
    milliseconds: float
    worst: float
    first_at: datetime
    last_at: datetime

    @property
    def key(self) -> str:
        """Return what tells it from others."""
        return sha256(self.text.encode()).hexdigest()


class Statement(Protocol):
    """What Django calls for one statement."""

    def __call__(
        self,
        sql: Any,
        params: Any,
        many: bool,
        context: Any,
        /,
    ) -> Any:
        """Run it."""


_kept: dict[str, Slow] = {}
_lock = threading.Lock()


def watch(execute: Statement, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Run one statement of Django's, and keep it if it was slow."""
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        note(sql, began)


def note(sql: Any, began: float) -> None:
    """Keep the statement that began then, if it was slow."""
    took = (time.perf_counter() - began) * 1000
    if took >= settings.QUANYU_SLOW_STATEMENT > 0:
        keep(normalised(str(sql)), took, at=datetime.now(UTC))


def keep(text: str, took: float, *, at: datetime) -> None:
    """Count one slow run of a statement."""
    with _lock:
        text = text if text in _kept or len(_kept) < MOST else OTHERS
        one = _kept.setdefault(text, Slow(text, 0, 0.0, 0.0, at, at))
        one.count += 1
        one.milliseconds += took
        one.worst, one.last_at = max(one.worst, took), at


def waits() -> bool:
    """Answer whether something is kept that nobody has written down yet."""
    return bool(_kept)


def taken() -> Sequence[Slow]:
    """Return what was kept since the last call, and begin afresh."""
    if not _kept:
        return ()
    with _lock:
        found = tuple(_kept.values())
        _kept.clear()
    return found


def normalised(sql: str) -> str:
    """Return a statement without literals, numbers and comments, on one line."""
    steps: tuple[Callable[[str], str], ...] = (
        lambda text: LITERALS.sub("?", text),
        lambda text: COMMENTS.sub(" ", text),
        lambda text: NUMBERS.sub("?", text),
        lambda text: SPACES.sub(" ", text).strip(),
        lambda text: LISTS.sub("(…)", text),
    )
    for step in steps:
        sql = step(sql)
    return sql[:LONGEST]

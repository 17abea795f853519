"""The statements of one act, taken from the server's log, as a script for pgbench (重放).

Nothing of the application is written down here a second time: the script is what the application
sent, in its order, with its values. What must differ from one transaction to the next (keys,
numbers, hashes) is what differed between two acts alike.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

LINE = re.compile(r"^\S+ \S+ \S+ \[(?P<pid>\d+)\] (?P<kind>[A-Z]+): {2}(?P<words>.*)$")
SENT = re.compile(r"^(?:statement|execute [^:]*): (?P<sql>.*)$", re.DOTALL)
VALUE = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
PLACE = re.compile(r"\$(\d+)")
UUID = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)[0-9a-f]{12}")
HEX = re.compile(r"^((?:\\x)?)[0-9a-f]{16}([0-9a-f]{16,})$")
TIME = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
LAST_SIGNS = re.compile(r"[0-9A-Z]{8}$")

HEAD = r"""
\set n :n + 1
\set key 100000000000 + :client_id * 1000000000 + :n
\set sign 100000000 + ((:n * 8 + :client_id) * 7368787) % 99999989
"""
"""Twelve digits that grow within a client, as real keys do; nine that are scattered.

Whoever calls pgbench gives each run an ``n`` of its own to begin with.
"""


@dataclass(frozen=True)
class Sent:
    """One statement as it reached the server, with its values as text."""

    sql: str
    values: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Script:
    """A script for pgbench and the values that stay the same in every transaction."""

    text: str
    constants: dict[str, str]
    statements: int

    def words(self) -> list[str]:
        """Return pgbench's options that set the constants."""
        return [f"-D{name}={value}" for name, value in self.constants.items()]


class Log:
    """What reaches the server while this is switched on."""

    def __init__(self, url: str, file: Path) -> None:
        self._url, self._file, self._from = url, file, 0

    def __enter__(self) -> "Log":
        """Have every statement logged from now on."""
        self._from = self._file.stat().st_size
        self._set("'all'")
        return self

    def __exit__(self, *problem: object) -> None:
        """Log as before."""
        self._set("DEFAULT")

    def _set(self, value: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET log_statement = {value}".encode())
            admin.execute("SELECT pg_reload_conf()")

    def transactions(self) -> list[list[Sent]]:
        """Return the transactions logged so far, in order of their ends."""
        text = self._file.read_bytes()[self._from :].decode()
        open_ones: dict[str, list[Sent]] = {}
        done: list[list[Sent]] = []
        for pid, sent in _statements(text):
            if sent.sql == "BEGIN":
                open_ones[pid] = []
            if pid in open_ones:
                open_ones[pid].append(sent)
            if sent.sql == "COMMIT" and pid in open_ones:
                done.append(open_ones.pop(pid))
        return done


def script(one: Sequence[Sent], other: Sequence[Sent]) -> Script:
    """Return a script that does what these two acts alike did, anew each time."""
    if [len(sent.values) for sent in one] != [len(sent.values) for sent in other]:
        raise ValueError("the two acts are not alike")
    constants: dict[str, str] = {}
    numbers = count()
    lines = []
    for sent, like in zip(one, other, strict=True):
        pairs = zip(sent.values, like.values, strict=True)
        words = [_worded(next(numbers), *pair, constants) for pair in pairs]
        parts = PLACE.split(sent.sql)  # words between places, and their numbers, by turns
        filled = (words[int(p) - 1] if n % 2 else p for n, p in enumerate(parts))
        lines.append("".join([*filled, ";"]))
    randoms = sorted({int(n) for line in lines for n in re.findall(r":random(\d+)", line)})
    head = [f"\\set random{n} random(1000000000000000, 9999999999999999)" for n in randoms]
    text = "\n".join([HEAD.strip(), *head, *lines, ""])
    return Script(text, constants, len(lines))


def _worded(number: int, value: str | None, like: str | None, constants: dict[str, str]) -> str:
    """Return what stands for one value of a statement."""
    if value is None:
        return "NULL"
    if value == "":  # pgbench's options take no empty value
        return "''"
    if value == like or TIME.match(value):
        constants[f"v{number}"] = value
        return f":v{number}"
    return f"({_varied(value, number)})"


def _varied(value: str, number: int) -> str:
    """Return an expression that gives a fresh value of the same shape.

    Cheap ones: the limit is what the statements cost, not what it costs to make up values.
    """
    found = UUID.search(value)
    if found:
        before, after = value[: found.end(1)], value[found.end() :]
        whole = f"{_quoted(before)} || :key" + (f" || {_quoted(after)}" if after else "")
        return f"({whole})::uuid" if len(value) == 36 else whole
    found = HEX.match(value)
    if found:
        whole = f"{_quoted(found[1])} || :random{number} || {_quoted(found[2])}"
        return f"({whole})::bytea" if found[1] else whole
    found = LAST_SIGNS.search(value)
    if found:
        return f"{_quoted(value[: found.start()])} || :sign"
    raise ValueError(f"it is not known how this value varies: {value!r}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _statements(text: str) -> Iterator[tuple[str, Sent]]:
    """Read the statements of a log; a statement's values stand in the entry after it."""
    waiting: dict[str, str] = {}
    for pid, kind, words in _entries(text):
        if kind == "DETAIL" and pid in waiting:
            yield pid, Sent(waiting.pop(pid), _values(words))
            continue
        if pid in waiting:
            yield pid, Sent(waiting.pop(pid))
        found = SENT.match(words) if kind == "LOG" else None
        if found:
            waiting[pid] = found["sql"].strip()
    for pid, statement in waiting.items():
        yield pid, Sent(statement)


def _entries(text: str) -> Iterator[tuple[str, str, str]]:
    """Read the entries of a log; the further lines of one begin with a tab."""
    entry: list[Any] = []
    for line in text.splitlines():
        found = LINE.match(line)
        if found:
            if entry:
                yield entry[0], entry[1], entry[2]
            entry = [found["pid"], found["kind"], found["words"]]
        elif entry and line.startswith("\t"):
            entry[2] += f"\n{line[1:]}"
    if entry:
        yield entry[0], entry[1], entry[2]


def _values(words: str) -> tuple[str | None, ...]:
    found = VALUE.findall(words)
    return tuple(
        None if value == "NULL" else value[1:-1].replace("''", "'") for _number, value in found
    )

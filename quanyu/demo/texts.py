"""What people say in the demo city, read from plain text files beside this one (示例文本)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
VOICES = {"w": "web", "p": "phone", "d": "window", "g": "grid"}
"""Who speaks in a line: a resident on the web, by phone, at the window, or a grid worker."""


@dataclass(frozen=True, slots=True)
class Said:
    """One report, in one voice; ``months`` are those in which somebody would say it."""

    voice: str
    text: str
    months: frozenset[int] = frozenset()


@dataclass(slots=True)
class Topic:
    """Everything said about one class: the reports, and what was done about it (一类事)."""

    kind: str
    code: str
    name: str
    months: frozenset[int] = frozenset()
    reports: list[Said] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)


def lines(name: str) -> Iterator[str]:
    """Yield the lines of a file that say something, without its opening remark."""
    seen = False
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        seen = seen or (line.startswith("# ") and not line.endswith("。"))
        if seen and line.strip():
            yield line


@cache
def topics() -> tuple[Topic, ...]:
    """Return every class with its texts, in the order of the files."""
    found: list[Topic] = []
    for name in ("events.txt", "parts.txt", "community.txt"):
        for line in lines(name):
            if line.startswith("# "):
                found.append(_topic(line))
            else:
                _add(found[-1], line)
    return tuple(found)


@cache
def phrases() -> dict[str, tuple[str, ...]]:
    """Return the sentences of the way: refusals, returns, checks, ratings, places."""
    return sections("phrases.txt")


def sections(name: str) -> dict[str, tuple[str, ...]]:
    """Return the lines of a file by the first word of the heading they stand under."""
    found: dict[str, list[str]] = {}
    kept: list[str] = []
    for line in lines(name):
        if line.startswith("# "):
            kept = found.setdefault(line[2:].split()[0], [])
        else:
            kept.append(line.strip())
    return {heading: tuple(kept) for heading, kept in found.items()}


def fitting(name: str, topic: Topic, said: Said) -> tuple[str, ...]:
    """Return the sentences of that name that fit a report.

    ``灯 亮|试灯正常。`` is said only where the class or the report speaks of one of the words
    before the bar; 居民 stands for a report that a resident made, 部件 and 事件 for the kind.
    """
    kind = "部件" if topic.kind == "part" else "事件"
    about = f"{topic.name} {said.text} {kind} {'居民' * (said.voice != 'grid')}"
    parted = [line.rpartition("|") for line in phrases()[name]]
    return tuple(
        text for words, bar, text in parted if not bar or any(w in about for w in words.split())
    )


def nearest(outcomes: Sequence[str], said: Said) -> str:
    """Return the outcome that shares most pairs of signs with a report."""
    pairs = {said.text[n : n + 2] for n in range(len(said.text) - 1)}
    return max(outcomes, key=lambda text: sum(pair in text for pair in pairs))


def _topic(line: str) -> Topic:
    head, _, months = line[2:].partition(" [")
    kind, rest = head.split(" ", 1)
    code, _, name = rest.partition(" ")
    return Topic(kind, code, name, _months(months.rstrip("]")))


def _add(topic: Topic, line: str) -> None:
    mark, text = line.split(" ", 1)
    voice, _, months = mark.partition("@")
    if voice == "=":
        topic.done.append(text)
    elif voice == "!":
        topic.settled.append(text)
    else:
        topic.reports.append(Said(VOICES[voice], text, _months(months) or topic.months))


def _months(text: str) -> frozenset[int]:
    return frozenset(int(month) for month in text.split(",") if month)


@dataclass(frozen=True, slots=True)
class Turned:
    """A report that was refused or voided: why, and what was answered (不予受理、作废)."""

    ending: str
    said: Said
    reason: str
    reply: str


@cache
def turned() -> tuple[Turned, ...]:
    """Return the reports that went no further."""
    found: list[Turned] = []
    ending = ""
    for line in lines("turned.txt"):
        if line.startswith("# "):
            ending = line[2:].split()[0]
            continue
        said, reason, reply = (part.strip() for part in line.split("|"))
        found.append(Turned(ending, Said(VOICES[said[0]], said[2:]), reason, reply))
    return tuple(found)

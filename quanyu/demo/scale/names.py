"""What roads, estates and grids of a made city are called (示例地名)."""

from dataclasses import dataclass
from functools import cache

from quanyu.demo import texts

KINDS = ("walk_up", "high_rise", "village")
STEP = 17
"""Estates of one community, at most so many on average, take names one after another."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    name: str
    name_en: str


def road(number: int) -> Name:
    """Return the name of the main road through a community."""
    name, english = _pair(number)
    return Name(f"{name}路", f"{english} Road")


def avenue(number: int) -> Name:
    """Return the name of a line of the lattice; another order than the roads'."""
    name, english = _pair(number * 7 + 5)
    return Name(f"{name}大道", f"{english} Avenue")


def estate(community: int, number: int, kind: int) -> str:
    """Return the name of an estate; no other of its community has it."""
    name, _english = _pair(community * STEP + number)
    tails = _words()[KINDS[kind]]
    return f"{name}{tails[(community + number) % len(tails)]}"


def _pair(number: int) -> tuple[str, str]:
    """Return two signs and how they are read; numbers next to one another share neither."""
    words = _words()
    first, second = words["first"], words["second"]
    turn, at = divmod(number % (len(first) * len(second)), len(first))
    one, read = first[at].split()
    other, also = second[(at + turn) % len(second)].split()
    return one + other, read + also.lower()


@cache
def _words() -> dict[str, tuple[str, ...]]:
    return texts.sections("names.txt")

"""Matters that have the words, the newest weeks first (按周检索).

Of words that many have, a page needs few. Each matter's week is a sign in the index of words: the
index leaps from what the words have to what the weeks have, and the years before are not looked
at. How many weeks are asked next follows from how many were found so far.
"""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from quanyu.events.models import Event
from quanyu.events.queries.search import Sought, among

FIRST_PART, WIDER = 250, 4
"""So many of those that have the words are looked at first, and then so many times as many."""

AT_ONCE, IN_ALL = 1_000, 5_000
"""So many are looked for in one go, and in all; of more, one goes by the rows."""

ORDER = ("-reported_at", "-id")


class Swept(NamedTuple):
    """What was found, the newest first; whether it is all, or one gave up before (检索结果)."""

    keys: list[UUID]
    is_all: bool = False
    is_cut: bool = False


def newest(sought: Sought, rows: "QuerySet[Event]", *, most: int, in_all: int = IN_ALL) -> Swept:
    """Return the newest of some rows that have the words.

    One gives up where rows tell it faster: too many have the words, or too few of those are kept.
    """
    found: list[UUID] = []
    for keys in _parts(sought, in_all):
        if keys is None:
            return Swept(found, is_cut=True)
        if not keys:
            continue  # most weeks of the years before have none, and a query is dear to make
        kept = rows.filter(among(keys)).order_by(*ORDER).values_list("pk", flat=True)
        found += kept[: most - len(found)]
        if len(found) >= most:
            return Swept(found)
    return Swept(found, is_all=True)


def _parts(sought: Sought, in_all: int) -> Iterator[tuple[str, ...] | None]:
    """Give all that have the words part by part, the newest first; None where they are too many."""
    begin, size = 0, FIRST_PART
    while begin < len(sought.newest):
        yield sought.newest[begin : begin + size]
        begin, size = begin + size, size * WIDER
    if sought.keys is None:
        yield from _more(sought, in_all)


def _more(sought: Sought, in_all: int) -> Iterator[tuple[str, ...] | None]:
    """Give what the weeks have before those that were asked at first."""
    keys, weeks = sought.newest, sought.weeks
    looked, length = len(keys), 0
    while weeks is not None and not weeks.is_last and looked <= in_all:
        before = weeks.before(length) if length else weeks.next(goal=AT_ONCE // 2, found=len(keys))
        keys = sought.under(before.signs, AT_ONCE + 1)
        if len(keys) > AT_ONCE:
            length = (before.end - before.begin) // 2
            if not length:
                break
            continue
        yield keys
        looked, length, weeks = looked + len(keys), 0, before
    if weeks is None or not weeks.is_last:
        yield None

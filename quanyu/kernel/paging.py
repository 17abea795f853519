"""A page of a list that is asked for by how many rows stand before it (翻页)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

R = TypeVar("R")
PAGE = 100
DIGITS = 9
"""Of a number of rows in an address; no list of ours has as many."""


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list; ``after`` opens the next one, "" when this is the last."""

    rows: list[R]
    after: str
    count: int


def page_of(rows: QuerySet[Any, R], after: str) -> Page[R]:
    """Return one page of the rows of a query; ``after`` is where the page before ended."""
    found, more = part(rows, after)
    return Page(found, more, rows.order_by().count())


def part(rows: Sequence[R] | QuerySet[Any, R], after: str) -> tuple[list[R], str]:
    """Return one page of rows, and what asks for the next one, "" where there is none."""
    begin = begin_of(after)
    found = list(rows[begin : begin + PAGE + 1])
    return found[:PAGE], str(begin + PAGE) if len(found) > PAGE else ""


def begin_of(after: str) -> int:
    """Return how many rows stand before the page that an address asks for; 0 where it is odd."""
    return int(after) if after.isdecimal() and len(after) <= DIGITS else 0

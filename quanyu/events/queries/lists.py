"""The list of matters: narrowed, ordered, a page at a time (事项列表).

The page, its count, the map and the file are made of one condition. A page and a count ask door by
door: each door has an index of its own.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, Q, QuerySet, When

from quanyu.events.models import Event, EventWords
from quanyu.events.queries import columns, search, sweep
from quanyu.events.queries.columns import ENDED
from quanyu.events.rules import Filters
from quanyu.kernel.access.reach import said_in
from quanyu.kernel.access.rules import Actor, disjoint
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

PAGE = 100
COUNT_TO = 10_000
BATCH = 1_000
"""Matters that are looked at in one transaction when all are gone through: about a second."""

NOTHING_MORE = Q()

FIRST_LOOK, MOST_LOOK = 1_000, 10_000
"""Of so many matters at once is asked whether they have the words."""

SAID = f"""
WITH candidates (value, key) AS MATERIALIZED (
  {{candidates}} ORDER BY 1 {{direction}}, 2 {{direction}} LIMIT {{size}}
), numbered AS (
  SELECT *, row_number() OVER (ORDER BY value {{direction}}, key {{direction}}) AS number
  FROM candidates
), told AS MATERIALIZED (
  SELECT {said_in(EventWords)}(ARRAY(SELECT key FROM candidates), %s::tsquery) AS key
)
SELECT value, key, told.key IS NOT NULL, number FROM numbered LEFT JOIN told USING (key)
WHERE told.key IS NOT NULL OR number = {{size}} ORDER BY number
"""  # noqa: S608 (our names)

Rows = QuerySet[Event]
Row = tuple[datetime, UUID]
"""By what a matter is ordered, and its key."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A part of a list that one index orders: by which column, which way, of which rows (次序)."""

    column: str
    is_falling: bool = False
    rows: Q = field(default_factory=Q)

    @property
    def order(self) -> tuple[str, str]:
        """Return the columns to order by; the key makes each place one row's own."""
        sign = "-" if self.is_falling else ""
        return f"{sign}{self.column}", f"{sign}id"

    def beyond(self, value: datetime, key: UUID) -> Q:
        """Return what comes after a row; the first part is what the index is entered by."""
        near, far = ("lte", "lt") if self.is_falling else ("gte", "gt")
        after = Q(**{f"{self.column}__{far}": value}) | Q(**{f"id__{far}": key})
        return Q(**{f"{self.column}__{near}": value}) & after


NEWEST = Stream("reported_at", is_falling=True)
DUE = Stream("next_due_at", rows=Q(next_due_at__isnull=False))
AT_REST = Stream("reported_at", is_falling=True, rows=Q(next_due_at__isnull=True))
"""What nobody owes anything on by any day: after what is due, the newest first."""


def narrowed(filters: Filters, *, actor: Actor, at: datetime) -> Rows:
    """Return the matters within reach that the filters keep."""
    return Event.objects.visible_to(actor).filter(condition(filters, actor=actor, at=at))


def ordered(rows: Rows, filters: Filters) -> Rows:
    """Return the rows of a list in the order that its filters name."""
    if filters.sort == "new":
        return rows.order_by(*NEWEST.order)
    resting = [
        Case(When(next_due_at__isnull=True, then=F(column)), default=None).desc(nulls_last=True)
        for column in (AT_REST.column, "id")
    ]
    return rows.order_by(F(DUE.column).asc(nulls_last=True), *resting, "id")


def page(
    filters: Filters, *, asked: "Asked", after: str = "", size: int = PAGE
) -> tuple[list[Event], str]:
    """Return some rows by keyset, and where the next page begins.

    :param after: what the page before gave
    """
    streams = _streams(filters)
    number, last = _begin(streams, after)
    keys: list[UUID] = []
    for stream in streams[number:]:
        keys += _first(stream, asked, NOTHING_MORE, most=size + 1 - len(keys), last=last)
        last = None
        if len(keys) > size:
            break
    rows = Event.objects.visible_to(asked.actor).in_bulk(keys)
    found = [rows[key] for key in keys if key in rows]
    following = _mark(streams, found[size - 1]) if len(found) > size else ""
    return found[:size], following


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list asks for, and who asks: what the columns say, and what the words found."""

    columns: Q
    sought: search.Sought | None
    actor: Actor

    @classmethod
    def of(cls, filters: Filters, *, actor: Actor, at: datetime) -> "Asked":
        """Return what these filters ask for; what is sought is looked up once."""
        where = places(filters.place, actor)
        is_open = columns.is_open(filters)
        sought = search.find(filters.words, places=where, actor=actor, at=at, is_open=is_open)
        return cls(columns.kept(filters, actor=actor, at=at), sought, actor)

    @property
    def query(self) -> str:
        """Return the words that each matter is asked for, where too many have them; else ""."""
        return self.sought.query if self.sought is not None and self.sought.keys is None else ""

    def doors(self, *, is_beside: bool = False) -> list[Rows]:
        """Return the matters that the columns keep door by door; what was found has but one."""
        if self.sought is None or self.query:
            found = doors(self.actor, is_beside=is_beside)
            return [door.filter(self.columns) for door in found]
        rows = Event.objects.visible_to(self.actor)
        return [rows.filter(self.columns & self.sought.condition)]


def count(asked: Asked, *, most: int = 0, is_beside: bool = False) -> tuple[int, bool]:
    """Return how many matters within reach there are, and whether that is all.

    :param most: so many and one more are counted
    :param is_beside: leave out those in one's places: the others one has by body or as one's own
    """
    most = most or COUNT_TO
    if asked.sought is not None and not asked.columns:
        return asked.sought.number  # each that was found is within reach
    if asked.query:
        keys, is_all = _having(asked, most)
        return len(keys), is_all
    rows = [door.order_by().values("pk")[: most + 1] for door in asked.doors(is_beside=is_beside)]
    if not rows:
        return 0, True
    found = int((rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]).count())
    return min(found, most), found <= most


def newest(asked: Asked, seen: Q, *, most: int) -> list[UUID]:
    """Return the keys of the newest of them."""
    return _first(NEWEST, asked, seen, most=most)


def parts(asked: Asked, seen: Q, *, is_beside: bool = False) -> tuple[list[Rows], bool]:
    """Return the matters door by door, and whether these are all.

    :param is_beside: leave out those in one's places
    """
    if not asked.query:
        return [door.filter(seen) for door in asked.doors(is_beside=is_beside)], True
    keys, is_all = _having(asked, COUNT_TO, seen)
    return [Event.objects.visible_to(asked.actor).filter(search.among(keys))], is_all


def together(parts: Iterable[QuerySet[Any, Any]]) -> tuple[str, list[Any]]:
    """Return one statement that gives the rows of all of these; "" where none can give any."""
    words: list[str] = []
    given: list[Any] = []
    for part in parts:
        with suppress(EmptyResultSet):
            sql, more = part.query.sql_with_params()
            words.append(f"({sql})")
            given += more
    return " UNION ALL ".join(words), given


def whole(asked: Asked) -> int:
    """Return how many matters within reach there are, however many."""
    said = asked.sought.condition if asked.query and asked.sought is not None else Q()
    return sum(door.filter(said).order_by().count() for door in asked.doors())


def _having(asked: Asked, most: int, seen: Q = NOTHING_MORE) -> tuple[list[UUID], bool]:
    """Return those of the newest that have the words; of no more than one would wait for."""
    swept = _swept(asked, seen, most=most + 1, in_all=search.FEW)
    if swept is not None and (swept.keys or swept.is_all):
        return swept.keys[:most], swept.is_all and len(swept.keys) <= most
    found: list[UUID] = []
    beyond = Q()
    for size in (1_000, 4_000):
        having, last = _said(NEWEST, asked, seen & beyond, size=size)
        found += [key for _value, key in having]
        if last is None or len(found) > most:
            return found[:most], len(found) <= most
        beyond = NEWEST.beyond(*last)
    return found, False


def doors(actor: Actor, *, is_beside: bool = False) -> list[Rows]:
    """Return the matters within reach door by door, those of one's places first."""
    found = Event.objects.by_door(actor)
    return [*found[len(actor.ranges) if is_beside else 0 :]]


def keys_after(after: UUID | None, *, actor: Actor) -> list[UUID]:
    """Return the keys of the next batch of all matters, in their order."""
    rows = Event.objects.visible_to(actor)
    rows = rows.filter(pk__gt=after) if after else rows
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def condition(filters: Filters, *, actor: Actor, at: datetime) -> Q:
    """Return what the filters keep."""
    asked = Asked.of(filters, actor=actor, at=at)
    return asked.columns & (asked.sought.condition if asked.sought is not None else Q())


def places(place: str, actor: Actor) -> tuple[str, ...]:
    """Return where one's places and the place asked for meet."""
    if not place:
        return actor.places
    return disjoint(max(place, one, key=len) for one in actor.places if _nested(place, one))


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


# ------------------------------------------------------------------ inside


def _streams(filters: Filters) -> Sequence[Stream]:
    """Return the parts of a list in their order; one that holds nothing is left out."""
    if filters.sort == "new":
        return (NEWEST,)
    if filters.state == "ended" or filters.state in ENDED:
        return (AT_REST,)
    return (DUE,) if filters.state == "late" or filters.due else (DUE, AT_REST)


def _first(
    stream: Stream, asked: Asked, seen: Q, *, most: int, last: Row | None = None
) -> list[UUID]:
    """Return the keys of the first matters of a stream, of those after the last one shown."""
    beyond = seen & stream.beyond(*last) if last else seen
    if (found := _by_signs(stream, asked, beyond, most=most)) is not None:
        return found
    if asked.query:
        return _one_by_one(stream, asked, seen, beyond, most=most)
    return [key for _value, key in _candidates(stream, asked, beyond, most=most)]


def _by_signs(stream: Stream, asked: Asked, beyond: Q, *, most: int) -> list[UUID] | None:
    """Return them by the signs in the index of words; None where rows tell them faster."""
    if asked.sought is None or asked.sought.weeks is None:
        return None
    if stream is not DUE:
        swept = _swept(asked, stream.rows & beyond, most=most)
        return None if swept is None or swept.is_cut else swept.keys
    keys = asked.sought.open()
    if keys is None:
        return None
    rows = Event.objects.visible_to(asked.actor).filter(asked.columns, stream.rows, beyond)
    rows = rows.filter(search.among(keys)).order_by(*stream.order)
    return list(rows.values_list("pk", flat=True)[:most])


def _swept(asked: Asked, seen: Q, **how: int) -> sweep.Swept | None:
    """Return the newest that have the words, week by week; None while these are not known."""
    if asked.sought is None or asked.sought.weeks is None:
        return None
    rows = Event.objects.visible_to(asked.actor).filter(asked.columns & seen)
    return sweep.newest(asked.sought, rows, **how)


def _one_by_one(stream: Stream, asked: Asked, seen: Q, beyond: Q, *, most: int) -> list[UUID]:
    """Return them by asking each matter in its order whether it has the words."""
    found: list[UUID] = []
    looked, size = 0, FIRST_LOOK
    while True:
        having, last = _said(stream, asked, beyond, size=size)
        found += [key for _value, key in having]
        if len(found) >= most or last is None:
            return found[:most]
        looked, beyond = looked + size, seen & stream.beyond(*last)
        missing = (most - len(found)) * looked // max(len(found), 1)
        size = min(max(missing * 5 // 4, FIRST_LOOK), MOST_LOOK)


def _said(stream: Stream, asked: Asked, beyond: Q, *, size: int) -> tuple[list[Row], Row | None]:
    """Return which of the next matters have the words, and the last one if there may be more."""
    sql, given = _union(stream, asked, beyond, most=size)
    if not sql:
        return [], None
    direction = "DESC" if stream.is_falling else "ASC"
    statement = SAID.format(candidates=sql, direction=direction, size=size)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, asked.query])
        rows = cursor.fetchall()
    having = [(value, key) for value, key, has, _number in rows if has]
    ends = [(value, key) for value, key, _has, number in rows if number == size]
    return having, ends[0] if ends else None


def _union(stream: Stream, asked: Asked, beyond: Q, *, most: int) -> tuple[str, list[Any]]:
    """Return the statement that gives the first matters of each door."""
    return together(
        door.filter(stream.rows & beyond)
        .order_by(*stream.order)
        .values_list(stream.column, "pk")[:most]
        for door in asked.doors()
    )


def _candidates(stream: Stream, asked: Asked, beyond: Q, *, most: int) -> list[Row]:
    """Return the first matters that the columns keep, by whichever doors they come in."""
    sql, given = _union(stream, asked, beyond, most=most)
    if not sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return sorted(cursor.fetchall(), reverse=stream.is_falling)[:most]


def _mark(streams: Sequence[Stream], row: Event) -> str:
    """Return where the page after this row begins."""
    is_due = DUE in streams and row.next_due_at is not None
    stream = DUE if is_due else next(s for s in streams if s is not DUE)
    # In UTC and with a Z: a plus sign would be a blank to who puts it into an address as it is.
    moment = getattr(row, stream.column).astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{moment}Z_{row.pk}{'_due' if is_due else ''}"


def _begin(streams: Sequence[Stream], after: str) -> tuple[int, Row | None]:
    """Return in which part the next page begins, and beyond what."""
    if not after:
        return 0, None
    value, _sep, rest = after.partition("_")
    key, _sep, named = rest.partition("_")
    wanted = [number for number, one in enumerate(streams) if (one is DUE) == (named == "due")]
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return wanted[0], (moment, UUID(key))
    except (ValueError, IndexError, OverflowError) as fault:
        raise Invalid(_("翻页标记无效，请从第一页开始"), field="after", value=after) from fault

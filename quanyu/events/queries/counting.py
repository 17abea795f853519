"""How many matters a list holds: from the roll-up where there are many, else row by row (计数).

The roll-up lags behind the acts by a minute. So what has changed since is looked at as it was
counted and as it is, in the same statement: the number is that of this moment.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Count
from psycopg.errors import QueryCanceled

from quanyu.events.models import Folded
from quanyu.events.queries import lists
from quanyu.events.queries.columns import ENDED, OPEN
from quanyu.events.queries.lists import COUNT_TO
from quanyu.events.queries.search import FOLD
from quanyu.events.rules import Filters, counting
from quanyu.events.rules.counting import Grain
from quanyu.kernel.access.rules import Actor, upper

LATE = "late"

PATIENCE = 300
"""Seconds for which a worker counts a list that somebody asked for."""

ZONE = "Asia/Shanghai"

OF_DAY = f"(reported_at AT TIME ZONE '{ZONE}')::date"

SUMS = """
WITH folded AS MATERIALIZED (
  SELECT since FROM events_folded WHERE key = %s AND whole_at IS NOT NULL
), touched AS MATERIALIZED (
  SELECT event_touched(since) AS id FROM folded
)
SELECT state, sum(n)::bigint FROM (
  SELECT state, count AS n FROM events_tally WHERE {ready}
  UNION ALL SELECT state, 1 FROM events_event JOIN touched USING (id) WHERE {now}
  UNION ALL SELECT state, -1 FROM events_counted JOIN touched ON id = event_id WHERE {was}
  UNION ALL SELECT '', 0 FROM folded
) AS parts GROUP BY state
"""
"""The line without a state says that the roll-up is whole."""


BY_PLACE = """
WITH folded AS MATERIALIZED (
  SELECT since FROM events_folded WHERE key = %s AND whole_at IS NOT NULL
), touched AS MATERIALIZED (
  SELECT event_touched(since) AS id FROM folded
), parts AS (
  SELECT level, region_path, count AS n, placed, lon, lat FROM events_tally WHERE {ready}
  UNION ALL SELECT 0, region_path, 1, (lon IS NOT NULL)::int,
    (lon * 1000000)::int, (lat * 1000000)::int
  FROM events_event JOIN touched USING (id) WHERE {now}
  UNION ALL SELECT 0, region_path, -1, -(lon IS NOT NULL)::int, -lon, -lat
  FROM events_counted JOIN touched ON id = event_id WHERE {was}
  UNION ALL SELECT 0, '', 0, 0, 0, 0 FROM folded
)
SELECT level, region_path, sum(n)::bigint, sum(placed)::bigint,
  coalesce(sum(lon), 0)::bigint, coalesce(sum(lat), 0)::bigint
FROM parts GROUP BY level, region_path
"""
"""Lines of level 0 are matters that changed since; the one without a place says it is whole."""


@dataclass(frozen=True, slots=True)
class Total:
    """How many there are, or that there are at least so many (件数)."""

    number: int
    is_exact: bool = True


class Lying(NamedTuple):
    """How many matters lie in a place, how many have a point, and the sums of those (落点)."""

    number: int = 0
    placed: int = 0
    lon: int = 0
    lat: int = 0

    def plus(self, other: "Lying", times: int = 1) -> "Lying":
        """Return both together."""
        return Lying(*(mine + times * its for mine, its in zip(self, other, strict=True)))


def total(filters: Filters, *, asked: lists.Asked) -> Total:
    """Return how many matters within reach the filters keep: all, or at least so many."""
    ready = rolled(filters, actor=asked.actor)
    if ready is None:
        return Total(*lists.count(asked, most=COUNT_TO))
    beside, is_all = lists.count(asked, most=COUNT_TO, is_beside=True)
    return Total(sum(ready.values()) + beside, is_all)


def exact(asked: lists.Asked) -> int | None:
    """Count every row; None where that takes longer than somebody would wait."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}s'")
            found = lists.whole(asked)
            cursor.execute("SET LOCAL statement_timeout = 0")
            return found
    except OperationalError as fault:
        if isinstance(fault.__cause__, QueryCanceled):
            return None
        raise


def standing(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Return how many matters within reach stand in each open state, and how many are late.

    What is late is counted row by row: of more than ``COUNT_TO``, one more is said.
    """
    found = dict.fromkeys([*map(str, OPEN), LATE], 0)
    ready = rolled(Filters(state="open"), actor=actor)
    by_row = _by_row(actor, with_places=ready is None, at=at)
    for state, count in [*(ready or {}).items(), *by_row]:
        found[state] += count
    found[LATE] = min(found[LATE], COUNT_TO + 1)
    return found | {"open": sum(count for state, count in found.items() if state != LATE)}


def _by_row(actor: Actor, *, with_places: bool, at: datetime) -> list[tuple[str, int]]:
    """Return counts of the rows, door by door, in one statement."""
    open_, given = lists.together(
        door.filter(state__in=OPEN).order_by().values_list("state").annotate(count=Count("pk"))
        for door in lists.doors(actor, is_beside=not with_places)
    )
    late, more = lists.together(
        door.filter(next_due_at__lt=at).order_by().values_list("pk")[: COUNT_TO + 1]
        for door in lists.doors(actor)
    )
    counted = [f"SELECT '{LATE}', count(*) FROM ({late}) AS late"] if late else []  # noqa: S608
    counted += [open_] if open_ else []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counted) or "SELECT WHERE false", [*more, *given])
        return [(state, int(count)) for state, count in cursor.fetchall()]


def rolled(filters: Filters, *, actor: Actor) -> Mapping[str, int] | None:
    """Return from the roll-up how many there are by state in the places one sees, or None.

    None says that the roll-up does not answer this, or is not whole yet.
    """
    places = lists.places(filters.place, actor)
    grain = counting.answering(filters, levels=[counting.level(place) for place in places])
    if grain is None or not places:
        return None
    found = _sums(grain, filters, places)
    return {state: count for state, count in found.items() if state} if "" in found else None


def by_place(filters: Filters, *, actor: Actor, below: int) -> list[Lying] | None:
    """Return from the roll-up how many lie in each place, or None where it does not answer.

    Together they are what :func:`rolled` says: what lies in no place so deep stands by itself.

    :param below: how many levels below what one sees
    """
    places = lists.places(filters.place, actor)
    levels = [counting.level(place) for place in places]
    grain = counting.answering(filters, levels=levels)
    if grain is None or not places:
        return None
    deepest = min(grain.lowest, max(levels) + below)
    at = " OR ".join("(level >= %s AND region_path >= %s AND region_path < %s)" for _ in places)
    given: list[Any] = [grain.name, deepest]
    for place in places:
        given += [counting.level(place), place, upper(place)]
    said, more = _said(filters, "day")
    ready = f"grain = %s AND level <= %s AND ({at}){said}"
    now, rest = _narrowed(filters, places, OF_DAY)
    was, _same = _narrowed(filters, places, "day")
    with connection.cursor() as cursor:
        statement = BY_PLACE.format(ready=ready, now=now, was=was)
        cursor.execute(statement, [FOLD, *given, *more, *rest, *rest])
        rows = cursor.fetchall()
    return _lying(rows, deepest) if any(path == "" for _level, path, *_sums in rows) else None


def _lying(rows: Sequence[tuple[Any, ...]], deepest: int) -> list[Lying]:
    """Return what lies in each place and in none below it that is drawn."""
    found: defaultdict[str, Lying] = defaultdict(Lying)
    there = {path for level, path, *_sums in rows if level}
    for level, path, *sums in rows:
        place = path if level else counting.above(path, deepest)
        found[place] = found[place].plus(Lying(*sums))
        parent = counting.above(path, level - 1) if level else ""
        if parent in there:
            found[parent] = found[parent].plus(Lying(*sums), -1)
    return [one for one in found.values() if one.number]


def touched() -> list[UUID]:
    """Return the matters that have changed since all was followed the last time."""
    since = Folded.objects.filter(key=FOLD).values_list("since", flat=True).first()
    if since is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_touched(%s)", [since])
        return sorted(key for (key,) in cursor.fetchall())


def is_whole() -> bool:
    """Answer whether every matter is in the roll-up."""
    return Folded.objects.filter(key=FOLD, whole_at__isnull=False).exists()


def _sums(grain: Grain, filters: Filters, places: Sequence[str]) -> dict[str, int]:
    """Return sums by state, in one statement: what is ready and what is new are of one moment."""
    ready, given = _ready(grain, filters, places)
    now, more = _narrowed(filters, places, OF_DAY)
    was, _same = _narrowed(filters, places, "day")
    with connection.cursor() as cursor:
        statement = SUMS.format(ready=ready, now=now, was=was)
        cursor.execute(statement, [FOLD, *given, *more, *more])
        return {state: int(count) for state, count in cursor.fetchall()}


def _ready(grain: Grain, filters: Filters, places: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition on the roll-up: its lines at just these places."""
    at = " OR ".join("(level = %s AND region_path = %s)" for _place in places)
    given: list[Any] = [grain.name]
    for place in places:
        given += [counting.level(place), place]
    said, more = _said(filters, "day")
    return f"grain = %s AND ({at}){said}", given + more


def _narrowed(filters: Filters, places: Sequence[str], day: str) -> tuple[str, list[Any]]:
    """Return the condition on rows: inside these places."""
    inside = " OR ".join("(region_path >= %s AND region_path < %s)" for _place in places)
    given: list[Any] = []
    for place in places:
        given += [place, upper(place)]
    said, more = _said(filters, day)
    return f"({inside}){said}", given + more


def _said(filters: Filters, day: str) -> tuple[str, list[Any]]:
    """Return what the filters say of class, state and day."""
    said = ""
    given: list[Any] = []
    states = {"open": OPEN, "ended": ENDED, "": []}.get(filters.state, [filters.state])
    if states:
        said, given = " AND state = ANY (%s)", [[str(state) for state in states]]
    if filters.category:
        said += " AND starts_with(category, %s)"
        given.append(filters.category)
    for word, value in ((">=", filters.since), ("<=", filters.until)):
        if value:
            said += f" AND {day} {word} %s"
            given.append(value)
    return said, given

"""Keep the search and the roll-up of the lists (检索与汇总).

Nothing of this is in the way of an act: a worker goes after what has changed. Until it has come to
a matter, a number takes off what was counted and puts on what is (``queries/counting.py``).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from quanyu.events.models import Folded
from quanyu.events.queries import lists, search
from quanyu.events.queries.counting import OF_DAY
from quanyu.events.queries.search import FOLD, SIGNED
from quanyu.events.rules.counting import CITY, GRAINS
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import first_at
from quanyu.kernel.privacy.actions import made_of

LATE_LINE = timedelta(minutes=10)
"""A line of a story bears the time at which it was made, and is seen when its act commits."""

SWEEP, BEGUN = "sweep", "sweep_begun"
"""Under these keys is kept up to which matter all are gone through, and from when on what changes
comes after."""

FIRST = UUID(int=0)
"""Before every key."""

ONE_AT_A_TIME = 0x0E0F
"""The lock under which the roll-up is written."""

MILLIONTHS = 1_000_000

CHANGED = f"""
WITH now AS MATERIALIZED (
  SELECT event.id, event.region_path, event.category, event.state, {OF_DAY} AS day,
    (event.lon * {MILLIONTHS})::int AS lon, (event.lat * {MILLIONTHS})::int AS lat
  FROM events_event event WHERE event.id = ANY (%s)
), was AS MATERIALIZED (
  SELECT * FROM events_counted WHERE event_id = ANY (%s)
), other AS MATERIALIZED (
  SELECT now.* FROM now LEFT JOIN was ON was.event_id = now.id
  WHERE (was.region_path, was.category, was.state, was.day, was.lon, was.lat)
    IS DISTINCT FROM (now.region_path, now.category, now.state, now.day, now.lon, now.lat)
), kept AS (
  INSERT INTO events_counted (event_id, region_path, category, state, day, lon, lat)
  SELECT id, region_path, category, state, day, lon, lat FROM other
  ON CONFLICT (event_id) DO UPDATE SET region_path = excluded.region_path,
    category = excluded.category, state = excluded.state, day = excluded.day,
    lon = excluded.lon, lat = excluded.lat
), difference AS (
  SELECT region_path, category, state, day, lon, lat, 1 AS n FROM other
  UNION ALL
  SELECT was.region_path, was.category, was.state, was.day, was.lon, was.lat, -1
  FROM was JOIN other ON other.id = was.event_id
), placed AS (
  SELECT grain.name AS grain, level::smallint AS level,
    array_to_string((string_to_array(region_path, '/'))[1:level], '/') || '/' AS region_path,
    CASE WHEN by_class THEN category WHEN by_major
      THEN left(category, CASE WHEN starts_with(category, 'P') THEN 3 ELSE 2 END)
      ELSE '' END AS category,
    state, CASE WHEN by_day THEN day END AS day, n, lon, lat
  FROM difference
    CROSS JOIN (VALUES {{grains}}) AS grain (name, lowest, by_class, by_major, by_day)
    CROSS JOIN LATERAL generate_series(
      {CITY}, least(lowest, length(region_path) - length(replace(region_path, '/', '')))
    ) AS level
), summed AS (
  SELECT grain, level, region_path, category, state, day, sum(n) AS count,
    sum(n) FILTER (WHERE lon IS NOT NULL) AS placed,
    sum(n * lon::bigint) AS lon, sum(n * lat::bigint) AS lat
  FROM placed GROUP BY grain, level, region_path, category, state, day
), written AS (
  INSERT INTO events_tally
    (key, grain, level, region_path, category, state, day, count, placed, lon, lat)
  SELECT concat_ws('|', region_path, grain, category, state, day), grain, level, region_path,
    category, state, day, count, coalesce(placed, 0), coalesce(lon, 0), coalesce(lat, 0)
  FROM summed ORDER BY 1
  ON CONFLICT (key) DO UPDATE SET count = events_tally.count + excluded.count,
    placed = events_tally.placed + excluded.placed,
    lon = events_tally.lon + excluded.lon, lat = events_tally.lat + excluded.lat
)
SELECT count(*) FROM other
"""  # noqa: S608 (our names)

LEARNT = """
INSERT INTO events_eventwords (event_id, words)
SELECT key, vector::tsvector FROM unnest(%s::uuid[], %s::text[]) AS learnt (key, vector)
ON CONFLICT (event_id) DO UPDATE SET words = excluded.words
"""


@transaction.atomic
def fold(*, keys: Sequence[UUID], actor: Actor, at: datetime) -> int:
    """Count some matters as they are now; return how many were counted otherwise (汇总).

    One statement: what is taken off and what is put on are of one moment.

    :raises Denied: if the actor is not the system
    """
    _check(actor)
    grains = ", ".join(
        f"('{g.name}', {g.lowest}, {g.by_class}, {g.by_major}, {g.by_day})" for g in GRAINS
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute(CHANGED.format(grains=grains), [list(keys), list(keys)])
        return int(cursor.fetchone()[0])


@transaction.atomic
def follow(*, keys: Sequence[UUID], actor: Actor, at: datetime) -> int:
    """Count, and let be found, some of what has changed since the last time (汇总新变动).

    :raises Denied: if the actor is not the system
    """
    found = fold(keys=keys, actor=actor, at=at)
    learn_words(keys=search.otherwise(keys, actor=actor), actor=actor, at=at)
    return found


@transaction.atomic
def mark_followed(*, actor: Actor, at: datetime) -> None:
    """Say that all was followed that had changed by then.

    :raises Denied: if the actor is not the system
    """
    _check(actor)
    Folded.objects.filter(key=FOLD).update(since=first_at(at - LATE_LINE))


@transaction.atomic
def mark_whole(*, since: datetime, actor: Actor, at: datetime) -> None:
    """Say that every matter was counted and learnt; what has changed since then comes after.

    :raises Denied: if the actor is not the system
    """
    _check(actor)
    _whole(first_at(since - LATE_LINE), at=at)


@transaction.atomic
def begin_sweep(*, actor: Actor, at: datetime) -> None:
    """Begin to go through all matters; where that is under way it goes on (全部核对).

    :raises Denied: if the actor is not the system
    """
    _check(actor)
    if Folded.objects.filter(key=SWEEP, whole_at=None).exists():
        return
    for key, since in ((BEGUN, first_at(at - LATE_LINE)), (SWEEP, FIRST)):
        begun = {"since": since, "whole_at": None}
        Folded.objects.update_or_create(key=key, defaults=begun)


@transaction.atomic
def sweep(*, actor: Actor, at: datetime) -> bool:
    """Count and learn the next of all matters; answer whether there may be more (全部核对).

    How far it has come is kept with it: a job that ends goes on where it stood. Where another one
    is at it, nothing is done.

    :raises Denied: if the actor is not the system
    """
    _check(actor)
    rows = Folded.objects.select_for_update(skip_locked=True)
    row = rows.filter(key=SWEEP, whole_at=None).first()
    if row is None:
        return False
    keys = lists.keys_after(row.since, actor=actor)
    if keys:
        fold(keys=keys, actor=actor, at=at)
        learn_words(keys=search.to_learn(keys, actor=actor), actor=actor, at=at)
        row.since = keys[-1]
    else:
        _whole(Folded.objects.values_list("since", flat=True).get(key=BEGUN), at=at)
        row.whole_at = at
    row.save(update_fields=["since", "whole_at"])
    return bool(keys)


@made_of("events.event.title", "events.event.text", "events.event.address")
@transaction.atomic
def learn_words(*, keys: Sequence[UUID], actor: Actor, at: datetime) -> int:
    """Let some matters be found by their words; return how many (编入检索).

    What the purge has erased of them is erased from the search in the same transaction.

    :raises Denied: if the actor is not the system
    """
    _check(actor)
    rows = search.texts(keys, actor=actor)
    with connection.cursor() as cursor:
        cursor.execute(LEARNT, [[row.key for row in rows], [row.vector for row in rows]])
    return len(rows)


def _whole(since: UUID, *, at: datetime) -> None:
    for key in (FOLD, SIGNED):
        Folded.objects.update_or_create(key=key, defaults={"since": since, "whole_at": at})


def _check(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied

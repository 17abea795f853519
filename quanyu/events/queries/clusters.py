"""The map beside a list: its matters one by one, or how many lie where (地图图层).

Whatever is drawn, together with what has no point, is as many as the list says. Few matters are
drawn one by one, more by cells, and what is too much to look at by the places of the roll-up:
one circle a place, in the middle of its points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from quanyu.events.models import Event
from quanyu.events.queries import counting, lists, search
from quanyu.events.queries.lists import Asked
from quanyu.events.rules import Filters
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import Actor

MOST_POINTS = 500
"""Matters that are drawn one by one; of more is drawn how many lie where."""

CELLS = 24
"""Cells to the longer side of what is shown."""

IN_CELLS = """
WITH found AS MATERIALIZED ({found}), rows AS MATERIALIZED (
  SELECT * FROM found LIMIT {most}
), span AS (
  SELECT greatest(max(lon) - min(lon), max(lat) - min(lat), {least}) / {cells} AS cell FROM rows
)
SELECT avg(lon), avg(lat), count(*), (SELECT count(*) FROM found) FROM rows, span
GROUP BY floor(lon / cell), floor(lat / cell)
"""
LEAST = 0.0001
"""Degrees: some ten metres, below which nothing is told apart."""

FEWEST, MOST_IN_CELLS = 6, 30_000
"""With fewer circles than that a map says little: so many rows are then looked at for cells."""

BELOW = 2
"""So many levels below what one sees lie the places that are drawn: of the city, its streets."""

MILLION = 1_000_000

Box = tuple[float, float, float, float]
"""West, south, east and north."""


class Point(NamedTuple):
    """What of a matter is drawn; as much as says how its clock stands (点位)."""

    number: str
    title: str
    lon: float | None
    lat: float | None
    state: str
    state_since: datetime
    stage_due_at: datetime | None
    stage_amount: int | None
    stage_unit: str
    due_at: datetime | None
    span_since: datetime | None
    span_amount: int | None
    span_unit: str
    span_left: int | None
    stops_outside: bool
    body_id: UUID | None
    region_path: str

    def stands_still(self) -> bool:
        """Answer whether its clock stands still while a body outside has it."""
        return self.state == State.OUTSIDE and self.stops_outside


class Cluster(NamedTuple):
    """How many matters lie about one spot (聚合)."""

    lon: float
    lat: float
    number: int


@dataclass(frozen=True, slots=True)
class Layer:
    """What a map draws of a list (图层)."""

    points: Sequence[Point] = ()
    clusters: Sequence[Cluster] = ()
    without: int = 0
    """How many have no point; they are in the list alone."""
    is_exact: bool = True

    @property
    def count(self) -> int:
        """Return how many there are, drawn or not."""
        return len(self.points) + sum(one.number for one in self.clusters) + self.without


def layer(filters: Filters, *, actor: Actor, at: datetime, box: Box | None = None) -> Layer:
    """Return what a map draws of a list, or of the part of it that is seen.

    :param box: the part of the map that is seen
    """
    asked = Asked.of(filters, actor=actor, at=at)
    if box is None:
        total = counting.total(filters, asked=asked).number
        if total > lists.COUNT_TO:
            return _whole(filters, asked, total)
        return _cells(asked, Q()) if total > MOST_POINTS else _points(asked, Q())
    seen = _within(box)
    found = _cells(asked, seen)
    if found.count <= MOST_POINTS:
        return _points(asked, seen)
    return found if found.is_exact else _of_places(filters, asked, box) or found


def _whole(filters: Filters, asked: Asked, total: int) -> Layer:
    """Return the places; where these are but a few, the cells, if they can be counted in time."""
    found = _of_places(filters, asked, None)
    if found is None:
        return _cells(asked, Q())
    is_plain = len(found.clusters) >= FEWEST or total > MOST_IN_CELLS
    return found if is_plain else _cells(asked, Q(), most=MOST_IN_CELLS)


def _points(asked: Asked, seen: Q) -> Layer:
    keys = lists.newest(asked, seen, most=lists.COUNT_TO)
    rows = Event.objects.visible_to(asked.actor).filter(search.among(keys))
    drawn = [Point(*row) for row in rows.values_list(*Point._fields)]
    points = [one for one in drawn if one.lon is not None]
    return Layer(points=points, without=len(drawn) - len(points))


def _cells(asked: Asked, seen: Q, *, is_beside: bool = False, most: int = 0) -> Layer:
    """Return how many lie in which cell.

    :param most: of so many rows; otherwise of as many as a list counts
    """
    parts, is_all = lists.parts(asked, seen, is_beside=is_beside)
    most = most or lists.COUNT_TO
    found, given = lists.together(
        part.order_by().values_list("lon", "lat")[: most + 1] for part in parts
    )
    if not found:
        return Layer()
    statement = IN_CELLS.format(found=found, most=most, least=LEAST, cells=CELLS)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows = cursor.fetchall()
    return Layer(
        clusters=[Cluster(lon, lat, n) for lon, lat, n, _all in rows if lon is not None],
        without=sum(n for lon, _lat, n, _all in rows if lon is None),
        is_exact=is_all and all(whole <= most for *_rest, whole in rows),
    )


def _of_places(filters: Filters, asked: Asked, box: Box | None) -> Layer | None:
    """Return how many lie in which place, where the roll-up answers; else None."""
    found = counting.by_place(filters, actor=asked.actor, below=BELOW)
    if found is None:
        return None
    seen = Q() if box is None else _within(box)
    beside = _cells(asked, seen, is_beside=True)
    clusters = [
        Cluster(one.lon / one.placed / MILLION, one.lat / one.placed / MILLION, one.placed)
        for one in found
        if one.placed
    ]
    return Layer(
        clusters=[*(one for one in clusters if _lies_in(one, box)), *beside.clusters],
        without=sum(one.number - one.placed for one in found) + beside.without,
        is_exact=beside.is_exact,
    )


def _within(box: Box) -> Q:
    west, south, east, north = box
    return Q(lon__range=(west, east), lat__range=(south, north))


def _lies_in(one: Cluster, box: Box | None) -> bool:
    return box is None or (box[0] <= one.lon <= box[2] and box[1] <= one.lat <= box[3])

"""How many matters had an act in a period, by group: each matter once (动作日期)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from psycopg import sql

from quanyu.events.models import COUNTED_ACTS

COUNTED = "counted_"
"""Before the name of what is counted, which may also be the name of a column."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: matters of which this is true, that had one of these acts."""

    said: Q
    verbs: Sequence[str]


def by_group(
    rows: "QuerySet[Any]",
    counted: Mapping[str, Counted],
    *,
    since: datetime,
    until: datetime,
) -> Iterator[dict[str, Any]]:
    """Give for each group of these matters how many there are of each that is counted.

    The acts come from the owner's function ``event_acts`` by keys alone; the matters are asked as
    any list asks them, so that both walls stand.

    :param rows: matters within reach, with their ``group``
    """
    marks = {f"{COUNTED}{name}": one.said for name, one in counted.items()}
    inner, given = rows.annotate(**marks).values("id", "group", *marks).query.sql_with_params()
    sums = [_sum(name, one) for name, one in counted.items()]
    statement = sql.SQL(
        'SELECT held."group" AS "group", {sums} FROM ({rows}) held'
        ' JOIN event_acts(%s, %s) a ON a.case_id = held.id GROUP BY held."group"'
    ).format(sums=sql.SQL(", ").join(sums), rows=sql.SQL(inner))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [*given, since, until])
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))


def _sum(name: str, one: Counted) -> sql.Composable:
    mask = sum(1 << COUNTED_ACTS.index(verb) for verb in set(one.verbs))
    return sql.SQL("count(*) FILTER (WHERE held.{mark} AND a.acts & {mask} > 0) AS {name}").format(
        mark=sql.Identifier(f"{COUNTED}{name}"),
        mask=sql.Literal(mask),
        name=sql.Identifier(name),
    )

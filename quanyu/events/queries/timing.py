"""How long it took, summed in the database (用时)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Expression, F, FloatField, Func, Value


class Natural(Func):
    """Return the seconds between two moments."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))::float8"
    arg_joiner = " - "
    output_field = FloatField()

    def __init__(self, since: str, until: str) -> None:
        super().__init__(F(until), F(since))


class Working(Func):
    """Return the working seconds between two moments.

    Offices open and shut by turns: the number of edges before a moment says whether they are open
    then, and how much work was done until that edge.
    """

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = FloatField()

    def __init__(self, since: str, until: str, *, edges: list[tuple[float, float]]) -> None:
        super().__init__(_Worked(until, edges), _Worked(since, edges))


class _Worked(Func):
    """Return the working seconds from the first edge to a moment."""

    output_field = FloatField()
    template = (
        "(SELECT CASE WHEN n.i = 0 THEN 0"
        " WHEN mod(n.i, 2) = 1 THEN g.done[n.i] + n.x - g.at[n.i] ELSE g.done[n.i] END"
        " FROM (SELECT %(expressions)s) AS g(t, at, done)"
        " CROSS JOIN LATERAL (SELECT EXTRACT(EPOCH FROM g.t)::float8 AS x,"
        " width_bucket(EXTRACT(EPOCH FROM g.t)::float8, g.at) AS i) AS n)"
    )

    def __init__(self, moment: str | Expression, edges: list[tuple[float, float]]) -> None:
        kind: Any = ArrayField(FloatField())
        at = Value([when for when, _done in edges], output_field=kind)
        done = Value([done for _when, done in edges], output_field=kind)
        super().__init__(F(moment) if isinstance(moment, str) else moment, at, done)

"""How long it took, summed in the database (用时)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Expression, F, FloatField, Func, Value


class Seconds(Func):
    """Return a moment as seconds, counted as Python counts them."""

    template = "date_part('epoch', %(expressions)s)"
    output_field = FloatField()


class Natural(Func):
    """Return the seconds between two moments."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = FloatField()

    def __init__(self, since: str, until: str) -> None:
        super().__init__(Seconds(F(until)), Seconds(F(since)))


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
    """Return the working seconds from the first edge to a moment.

    Between two edges it is a line: level while offices are shut, one second a second while they
    are open. So an edge keeps where its line begins and how it climbs.
    """

    output_field = FloatField()
    template = "(%(expressions)s)"
    arg_joiner = " + "

    def __init__(self, moment: str | Expression, edges: list[tuple[float, float]]) -> None:
        seconds = Seconds(F(moment) if isinstance(moment, str) else moment)
        kind: Any = ArrayField(FloatField())
        edge = Func(
            seconds,
            Value([when for when, _done in edges], output_field=kind),
            function="width_bucket",
        )
        begins = [done if n % 2 else done - when for n, (when, done) in enumerate(edges)]
        climbs = [float(n % 2 == 0) for n in range(len(edges))]
        super().__init__(
            _At(Value(begins, output_field=kind), edge),
            Func(
                seconds,
                _At(Value(climbs, output_field=kind), edge),
                template="(%(expressions)s)",
                arg_joiner=" * ",
            ),
        )


class _At(Func):
    """Return the number that stands at a place of a list; before the first, nothing."""

    template = "coalesce((%(expressions)s], 0)"
    arg_joiner = ")["
    output_field = FloatField()

"""The ladders of a case: whom its running clocks tell, and when next (逐级提醒)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import Limit, Unit, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.workflow import ladder
from quanyu.kernel.workflow.ladder import Clock, Moment
from quanyu.kernel.workflow.models import Case
from quanyu.kernel.workflow.spec import Workflow


class Clocked(Protocol):
    """Something against a clock, here, in somebody's hands: a case, or a part of one."""

    @property
    def workflow(self) -> Workflow:
        """Return by which workflow's ladders it goes."""

    @property
    def region_path(self) -> str:
        """Return where it is."""

    @property
    def body_id(self) -> UUID | None:
        """Return whose hours it is done in."""

    def class_code(self) -> str:
        """Return of which class its ladder is."""


@dataclass(frozen=True, slots=True)
class Ticking:
    """One running clock of a case, and how far up its ladder people were told."""

    name: str
    """``stage`` or ``span``."""
    stage: str
    clock: Clock
    told_at: datetime | None
    climbed: int

    @property
    def due(self) -> datetime:
        """Return when it runs out."""
        return self.clock.due


def ticking(case: Case) -> tuple[Ticking, ...]:
    """Return the clocks that run: none while a case stands still, or when it is over."""
    return tuple(_ticking(case))


def moments(case: Clocked, one: Ticking) -> tuple[Moment, ...]:
    """Return when each rung of a clock is due.

    The ladder is that of the day on which the clock began, as its limit is.
    """
    since = local(one.clock.since).date()
    rungs = codes.ladder(
        workflow=case.workflow.name, stage=one.stage, class_code=case.class_code(), on=since
    )
    return ladder.moments(
        rungs,
        one.clock,
        calendar=calendar.calendar(one.due),
        hours=calendar.hours(place=case.region_path, body=case.body_id, on=since),
    )


def next_at(case: Case) -> datetime | None:
    """Return when somebody is to be told next, or a clock runs out that was not told of."""
    return soonest(case, ticking(case))


def soonest(case: Clocked, running: Iterable[Ticking]) -> datetime | None:
    """Return when the first of some clocks tells somebody next, or runs out untold."""
    return min(_next(case, running), default=None)


def _next(case: Clocked, running: Iterable[Ticking]) -> Iterator[datetime]:
    for one in running:
        if one.told_at is None:
            yield one.due
        for moment in ladder.ahead(moments(case, one), climbed=one.climbed)[:1]:
            yield moment.at


def _ticking(case: Case) -> Iterator[Ticking]:
    if case.state not in case.workflow.owed:
        return
    if case.stage_due_at is not None and case.stage_amount is not None:
        limit = Limit(case.stage_amount, Unit(case.stage_unit))
        clock = Clock(limit, case.state_since, case.stage_due_at)
        yield Ticking("stage", case.state, clock, case.stage_told_at, case.stage_rung)
    span = case.workflow.span
    if span is not None and case.state in span.runs and case.span_left is None:
        yield from _running(case, span.name)


def _running(case: Case, name: str) -> Iterator[Ticking]:
    if case.span_since is None or case.span_amount is None or case.due_at is None:
        return
    limit = Limit(case.span_amount, Unit(case.span_unit))
    clock = Clock(limit, case.span_since, case.due_at)
    yield Ticking("span", name, clock, case.due_told_at, case.span_rung)

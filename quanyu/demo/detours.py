"""Matters that leave the main way: suspended, asked about, given more time, merged (旁路示例)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.demo import calls, climbing, closing, hotline, leaving, together
from quanyu.demo.cast import STREET
from quanyu.events import actions as events
from quanyu.events import queries as matters
from quanyu.events.actions import ask as ask_reporter
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Refusal

Handlers = Mapping[UUID, Actor]
DAY = timedelta(days=1)
PROMISE = "先围挡并设警示牌，条件具备后第一时间办，示例"
BEFORE = timedelta(minutes=20)
"""So long before the city opens: nothing happens afterwards but what visitors do."""

QUESTION = "请问具体在小区哪个门附近？示例"


def show(actors: Mapping[str, Actor], handlers: Handlers, *, at: datetime) -> None:
    """Let some matters of the street take each side path, and some come by hotline, once."""
    hotline.show(actors, handlers, at=at)
    calls.show(actors, handlers, at=at)
    leaving.show(actors, handlers, at=at)
    _turn_aside(actors, handlers, at=at)
    climbing.show(at=at)


def _turn_aside(actors: Mapping[str, Actor], handlers: Handlers, *, at: datetime) -> None:
    with transaction.atomic():
        if _there("suspended", actors["commander"], at=at):
            return
        open_ones = _taken(actors["commander"], at=at)
        for detour in (_suspended, _waiting, _longer):
            _first(open_ones, detour, actors, handlers, at=at)
        left = together.show(list(open_ones), actors, handlers, at=at)
        long_ago = (row for row in left if at - row.state_since > 2 * DAY)
        _first(long_ago, _reviewing, actors, handlers, at=at)
        _queried(actors["operator"], at=at)
        _merged(actors["operator"], at=at)
        closing.show(actors, handlers, at=at)


def _there(state: str, reader: Actor, *, at: datetime) -> list[Any]:
    with acting(reader):
        rows = matters.narrowed(Filters(place=STREET, state=state), actor=reader, at=at)
        return list(rows.order_by("id"))


def _taken(reader: Actor, *, at: datetime) -> Iterator[Any]:
    """Give the matters being handled, the one with the most time left first."""
    rows = [row for row in _there("handling", reader, at=at) if row.due_at and row.due_at > at]
    ready = [row for row in rows if row.state_since < at]
    return iter(sorted(ready, key=lambda row: (row.due_at, row.id), reverse=True))


def _first(
    rows: Iterator[Any],
    detour: Callable[..., None],
    actors: Mapping[str, Actor],
    handlers: Handlers,
    *,
    at: datetime,
) -> None:
    """Take a side path with the first matter that it is open to."""
    for row in rows:
        try:
            with transaction.atomic():
                detour(row, actors, handlers[row.body_id], at=at)
        except Refusal:
            continue
        return


def _do(verb: Callable[..., Any], row: Any, actor: Actor, *, at: datetime, **facts: Any) -> None:
    with acting(actor):
        verb(event_id=row.pk, actor=actor, at=at, **facts)


def _stand(
    row: Any, actors: Mapping[str, Actor], handler: Actor, *, at: datetime, days: int
) -> None:
    ground = codes.codes("reason_suspend", on=local(at).date())[0].code
    review = local(at).date() + timedelta(days=days)
    facts = {"ground": ground, "review_date": review, "promise": PROMISE}
    _do(events.ask_suspension, row, handler, at=at, **facts)
    _do(events.suspend, row, actors["commander"], at=at)


def _suspended(row: Any, actors: Mapping[str, Actor], handler: Actor, *, at: datetime) -> None:
    _stand(row, actors, handler, at=at, days=21)


def _reviewing(row: Any, actors: Mapping[str, Actor], handler: Actor, *, at: datetime) -> None:
    """Suspend it some time ago, so that its day has come."""
    _stand(row, actors, handler, at=row.state_since + timedelta(minutes=5), days=1)
    _do(events.wake, row, system(settings.QUANYU_CITY, job="events.wake"), at=at)


def _waiting(row: Any, actors: Mapping[str, Actor], handler: Actor, *, at: datetime) -> None:
    _do(ask_reporter, row, handler, at=at, question=QUESTION)


def _longer(row: Any, actors: Mapping[str, Actor], handler: Actor, *, at: datetime) -> None:
    _do(events.ask_extension, row, handler, at=at, days=3, reason="配件明天到货，示例")
    _do(events.extend, row, actors["dispatcher"], at=at)


def _queried(operator: Actor, *, at: datetime) -> None:
    for row in _there("reported", operator, at=at)[:1]:
        _do(ask_reporter, row, operator, at=at, question=QUESTION)


def _merged(operator: Actor, *, at: datetime) -> None:
    """Merge what waits into an open matter of the same class, or into any."""
    states = ("filed", "verified", "accepted", "reported")
    found = [row for state in states for row in _there(state, operator, at=at)]
    waiting = [row for row in found if row.state_since < at]
    under_way = _there("handling", operator, at=at)
    alike = [(one, two) for one in waiting for two in under_way if one.category == two.category]
    pairs = alike or [(one, two) for one in waiting[-1:] for two in under_way[:1]]
    for one, two in pairs[:1]:
        _do(events.merge, one, operator, at=at, main=two.number)

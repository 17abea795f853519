"""What follows a closing: reporters called back, one matter left out of the rates (公平结案)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.demo.cast import STREET
from quanyu.events import actions as events
from quanyu.events import queries as matters
from quanyu.events.queries import closing
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.errors import Refusal

LATELY, BEGUN = timedelta(days=60), timedelta(days=5)
"""So far back matters are taken from, and so long ago the list of call-backs was begun."""

MOST = 7
"""So many calls are drawn: some made, some waiting for a visitor."""

BACK = timedelta(minutes=15)
LONGEST = 400
"""So many steps back from the opening a time is sought at which one may call."""

UNSOLVED = "电话里说：修过的地方又坏了，请再来看看，示例"
SOLVED = "电话里说：办好了，来得也快，示例"
GROUND, WHY = "no_basis_found", "到现场看过两次，都没有看到所说的情况，事情照常办，示例"
REVIEWED = "核对过现场记录，同意不计入指标；事情照常办，示例"


def show(actors: Mapping[str, Actor], handlers: Mapping[UUID, Actor], *, at: datetime) -> None:
    """Call some reporters of the street back, and review one exclusion."""
    calls = iter(_queued(actors["operator"], at=at))
    for made in (_unsolved, _solved, _missed):
        _first(calls, made, actors["operator"], at=at)
    handled = iter(_there("handling", actors["operator"], at=at)[::-1])
    _first(handled, _excluded(actors["district_admin"], handlers), actors["operator"], at=at)


def _queued(reader: Actor, *, at: datetime) -> list[Any]:
    """Put what was closed lately on the list of call-backs; return what may be called by now."""
    worker = system(settings.QUANYU_CITY, job="events.queue_call")
    found: list[Any] = []
    for row in _there("closed", reader, at=at)[::-1]:
        if len(found) == MOST or row.closed_at is None or row.closed_at < at - LATELY:
            continue
        with acting(worker):
            began = max(row.closed_at, at - BEGUN)
            call = events.queue_call(event_id=row.pk, actor=worker, at=began)
        if call is not None and call.next_at <= at:
            found.append(row)
    return found


def _there(state: str, reader: Actor, *, at: datetime) -> list[Any]:
    with acting(reader):
        rows = matters.narrowed(Filters(place=STREET, state=state), actor=reader, at=at)
        return list(rows.order_by("id"))


def _first(rows: Iterator[Any], made: Callable[..., None], caller: Actor, *, at: datetime) -> None:
    """Do it with the first matter that it is open to."""
    for row in rows:
        try:
            with transaction.atomic():
                made(row, caller, at=at)
        except (Refusal, LookupError):
            continue
        return


def _called(row: Any, caller: Actor, *, at: datetime) -> datetime:
    """Take a call at the last moment before the opening at which one may; return when."""
    when = at
    for _step in range(LONGEST):
        with acting(caller):
            if closing.allowed(row, at=when) == when:
                events.take_call(event_id=row.pk, actor=caller, at=when)
                return when
        when -= BACK
    raise LookupError("no time to call")


def _hear(row: Any, caller: Actor, *, at: datetime, **said: Any) -> Any:
    when = _called(row, caller, at=at)
    with acting(caller):
        return events.hear(event_id=row.pk, actor=caller, at=when, **said)


def _unsolved(row: Any, caller: Actor, *, at: datetime) -> None:
    event = _hear(row, caller, at=at, solved=False, treated=2, comment=UNSOLVED)
    if event.due_at is None or event.due_at <= at:
        raise LookupError("it would be late before anybody saw it")


def _solved(row: Any, caller: Actor, *, at: datetime) -> None:
    _hear(row, caller, at=at, solved=True, treated=3, comment=SOLVED)


def _missed(row: Any, caller: Actor, *, at: datetime) -> None:
    when = _called(row, caller, at=at)
    with acting(caller):
        events.miss_call(event_id=row.pk, outcome="not_reached", actor=caller, at=when)


def _excluded(reviewer: Actor, handlers: Mapping[UUID, Actor]) -> Callable[..., None]:
    """Return how one matter is asked out of the rates by its body and reviewed by the district."""

    def made(row: Any, _reader: Actor, *, at: datetime) -> None:
        handler = handlers[row.body_id]
        with acting(handler):
            facts = {"ground": GROUND, "words": WHY}
            events.ask_exclusion(event_id=row.pk, actor=handler, at=at, **facts)
        with acting(reviewer):
            events.exclude(event_id=row.pk, words=REVIEWED, actor=reviewer, at=at)

    return made

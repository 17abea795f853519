"""Let the limits of the demo city's open matters have told whom they tell (逐级提醒示例)."""

from datetime import datetime, timedelta

from django.conf import settings

from quanyu.events import actions as events
from quanyu.events.actions import owed
from quanyu.events.queries import escalating
from quanyu.events.queries import owed as beside
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting

AFTER = timedelta(seconds=20)
"""The worker looks once a minute: so long after its moment a rung is told."""


def show(*, at: datetime) -> None:
    """Tell of each rung that is due by then, at its moment, as the worker would have."""
    with acting(system(settings.QUANYU_CITY, job="events.escalate")) as worker:
        while due := escalating.due(actor=worker, at=at - AFTER):
            for event in due:
                assert event.next_rung_at is not None  # noqa: S101 - it is due
                moment = event.next_rung_at + AFTER
                events.escalate(event_id=event.pk, actor=worker, at=moment)
        for kind in owed.KINDS:
            _show_beside(kind, worker, at=at)


def _show_beside(kind: str, worker: Actor, *, at: datetime) -> None:
    """Tell the same of parts, calls and cards."""
    while due := beside.due(kind, actor=worker, at=at - AFTER):
        for key in due:
            row = beside.held(kind, key, actor=worker)
            assert row.next_rung_at is not None  # noqa: S101 - it is due
            owed.escalate_owed(kind=kind, key=key, actor=worker, at=row.next_rung_at + AFTER)

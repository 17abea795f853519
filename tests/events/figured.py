"""A small month of a street, made act by act, whose figures are known by hand (一个月的事项)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.queries import figures
from quanyu.kernel.access.rules import REPORTER, Actor, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.figures.rules import period
from quanyu.organisations import queries as bodies
from tests.conftest import POINT, SHANGHAI, STREET, in_body, person

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
APRIL = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
MARCH = period("2026-03")
SCOPE = figures.Scope(STREET)


def _one(*, key: Any, actor: Actor) -> Event:
    return Event.objects.visible_to(actor).get(pk=key)


class Desk:
    """Does a street's work, act by act."""

    def __init__(self, act: Any) -> None:
        self.act = act
        self.operator, self.dispatcher = person(Role.OPERATOR), person(Role.DISPATCHER)
        self.checker, self.grid = person(Role.CHECKER), person(Role.GRID_WORKER)
        self.body: Any = None

    def see(self, key: Any) -> Event:
        """Return a matter as it stands."""
        worker = system(settings.QUANYU_CITY, job="tests")
        event: Event = self.act(_one, actor=worker, key=key)
        return event

    def report(self, at: datetime, text: str = "路口的污水井盖破了一半") -> Event:
        said = actions.Report(text=text, address="路口", lon=POINT[0], lat=POINT[1])
        return self.see(self.act(actions.report, said=said, actor=REPORTER, at=at).id)

    def file(self, at: datetime, class_code: str = "P0102") -> Event:
        event = self.report(at)
        self.act(actions.accept, event_id=event.id, actor=self.operator, at=at)
        return self.act(
            actions.file, event_id=event.id, class_code=class_code, actor=self.operator, at=at
        )

    def send(self, at: datetime) -> Event:
        event = self.file(at)
        if self.body is None:
            holders = bodies.duty_holders("P0102", place=event.region_path, on=at.date())
            self.body = holders[0].body_id
        return self.act(
            actions.dispatch, event_id=event.id, body=self.body, actor=self.dispatcher, at=at
        )

    def handle(self, event: Event, at: datetime) -> None:
        worker = in_body(self.body)
        if self.see(event.id).state == "dispatched":
            self.act(actions.acknowledge, event_id=event.id, actor=worker, at=at)
        self.act(actions.handle, event_id=event.id, outcome="已更换", actor=worker, at=at)

    def check(self, event: Event, at: datetime) -> None:
        self.act(actions.check, event_id=event.id, actor=self.checker, at=at)

    def close(self, event: Event, at: datetime) -> None:
        self.check(event, at)
        self.act(actions.close, event_id=event.id, evidence="看过", actor=self.checker, at=at)

    def finish(self, at: datetime, *, after: timedelta) -> Event:
        event = self.send(at)
        self.handle(event, at + after)
        self.close(event, at + after)
        return event

    def rate(self, event: Event, at: datetime, *, solved: bool, treated: int) -> None:
        self.act(
            actions.rate,
            event_id=event.id,
            solved=solved,
            treated=treated,
            comment="" if solved else "还是坏的",
            actor=holder(event.id),
            at=at,
        )


def counts_for(actor: Actor, *, by: str = "place") -> Any:
    """Return what is counted of March, in April, for somebody."""
    set_scope(actor)
    return figures.whole(figures.tallies(SCOPE, MARCH, by=by, actor=actor, at=APRIL))


def made(act: Any) -> dict[str, Event]:
    """Make a small month by doing; every count of it is known by hand.

    Due in March: one left over from February and never closed, one left over and closed late, two
    in time (one of them after rework), one closed late, one still open past its end: six.
    """
    desk = Desk(act)
    month: dict[str, Event] = {}
    february = datetime(2026, 2, 3, 9, tzinfo=SHANGHAI)
    month["forgotten"] = desk.send(february)
    month["leftover"] = desk.finish(february, after=timedelta(days=35))
    month["old"] = desk.finish(february, after=timedelta(hours=2))
    month["quick"] = desk.finish(MONDAY, after=timedelta(hours=2))
    month["late"] = desk.finish(MONDAY, after=timedelta(days=21))
    month["open"] = desk.send(MONDAY)
    month["again"] = desk.send(MONDAY)
    desk.handle(month["again"], MONDAY + timedelta(hours=1))
    desk.check(month["again"], MONDAY + timedelta(hours=2))
    desk.act(
        actions.rework,
        event_id=month["again"].id,
        reason="not_solved",
        actor=desk.checker,
        at=MONDAY + timedelta(hours=2),
    )
    desk.handle(month["again"], MONDAY + timedelta(hours=3))
    desk.close(month["again"], MONDAY + timedelta(hours=3))
    month["filed"] = desk.file(MONDAY)
    month["settled"] = desk.report(MONDAY)
    desk.act(
        actions.settle, event_id=month["settled"].id, outcome="已扶正", actor=desk.grid, at=MONDAY
    )
    month["refused"] = desk.report(MONDAY)
    desk.act(
        actions.refuse,
        event_id=month["refused"].id,
        reason="out_of_scope",
        reply="已进入诉讼，请循司法途径",
        actor=desk.operator,
        at=MONDAY,
    )
    month["void"] = desk.report(MONDAY)
    desk.act(
        actions.void, event_id=month["void"].id, reason="duplicate", actor=desk.operator, at=MONDAY
    )
    desk.rate(month["quick"], MONDAY + timedelta(days=2), solved=True, treated=3)
    desk.rate(month["again"], MONDAY + timedelta(days=2), solved=True, treated=2)
    return month


COUNTED = {
    "reported": 7,
    "answered": 5,
    "accepted": 5,
    "filed": 5,
    "sent": 4,
    "returned": 0,
    "refused": 1,
    "settled": 1,
    "rated": 2,
    "solved": 2,
    "content": 1,
    "due": 6,
    "leftover": 2,
    "done": 4,
    "on_time": 2,
    "late": 2,
    "left": 2,
    "pending": 0,
    "fed_back": 2,
    "reworked": 1,
    "closed": 5,
    "closed_in_time": 3,
    "checked": 4,
    "passed": 3,
    "again": 0,
    "rested": 5,
}

"""A figure of matters … counts what its definition says, and its list holds the same (指标口径)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from quanyu.events import actions, queries
from quanyu.events.figures import EVENTS, MEASURES, SETS
from quanyu.events.models import COUNTED_ACTS, Event
from quanyu.events.queries import figures
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import REPORTER, Actor, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import working_seconds
from quanyu.kernel.errors import Invalid
from quanyu.kernel.figures.rules import period
from quanyu.organisations import queries as bodies
from tests.conftest import POINT, SHANGHAI, STREET, found, in_body, person

MARCH = period("2026-03")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
APRIL = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
SCOPE = figures.Scope(STREET)


class Desk:
    """Does a street's work, act by act."""

    def __init__(self, act: Any) -> None:
        self.act = act
        self.operator, self.dispatcher = person(Role.OPERATOR), person(Role.DISPATCHER)
        self.checker, self.grid = person(Role.CHECKER), person(Role.GRID_WORKER)
        self.body: Any = None

    def report(self, at: datetime, text: str = "路口的污水井盖破了一半") -> Event:
        said = actions.Report(text=text, address="路口", lon=POINT[0], lat=POINT[1])
        return found(self.act(actions.report, said=said, actor=REPORTER, at=at).id)

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
        if found(event.id).state == "dispatched":
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


@pytest.fixture
def month(act: Any) -> dict[str, Event]:
    """A small month made by doing; every count of it is known by hand.

    Due in March: one left over from February and never closed, one left over and closed late, two
    in time (one of them after rework), one closed late, one still open past its end: six.
    """
    desk = Desk(act)
    made: dict[str, Event] = {}
    february = datetime(2026, 2, 3, 9, tzinfo=SHANGHAI)
    made["forgotten"] = desk.send(february)
    made["leftover"] = desk.finish(february, after=timedelta(days=35))
    made["old"] = desk.finish(february, after=timedelta(hours=2))
    made["quick"] = desk.finish(MONDAY, after=timedelta(hours=2))
    made["late"] = desk.finish(MONDAY, after=timedelta(days=21))
    made["open"] = desk.send(MONDAY)
    made["again"] = desk.send(MONDAY)
    desk.handle(made["again"], MONDAY + timedelta(hours=1))
    desk.check(made["again"], MONDAY + timedelta(hours=2))
    desk.act(
        actions.rework,
        event_id=made["again"].id,
        reason="not_solved",
        actor=desk.checker,
        at=MONDAY + timedelta(hours=2),
    )
    desk.handle(made["again"], MONDAY + timedelta(hours=3))
    desk.close(made["again"], MONDAY + timedelta(hours=3))
    made["filed"] = desk.file(MONDAY)
    made["settled"] = desk.report(MONDAY)
    desk.act(
        actions.settle, event_id=made["settled"].id, outcome="已扶正", actor=desk.grid, at=MONDAY
    )
    made["refused"] = desk.report(MONDAY)
    desk.act(
        actions.refuse,
        event_id=made["refused"].id,
        reason="out_of_scope",
        reply="已进入诉讼，请循司法途径",
        actor=desk.operator,
        at=MONDAY,
    )
    made["void"] = desk.report(MONDAY)
    desk.act(
        actions.void, event_id=made["void"].id, reason="duplicate", actor=desk.operator, at=MONDAY
    )
    desk.rate(made["quick"], MONDAY + timedelta(days=2), solved=True, treated=3)
    desk.rate(made["again"], MONDAY + timedelta(days=2), solved=True, treated=2)
    return made


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


def _counts(actor: Actor, *, by: str = "place", at: datetime = APRIL) -> Any:
    set_scope(actor)
    return figures.whole(figures.tallies(SCOPE, MARCH, by=by, actor=actor, at=at))


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("by", figures.DIMENSIONS)
def test_is_what_was_counted_by_hand_however_it_is_grouped(by: str) -> None:
    counts = _counts(person(Role.COMMANDER), by=by).counts

    assert {code: counts[code] for code in COUNTED} == COUNTED


@pytest.mark.usefixtures("month")
def test_of_what_is_due_adds_up_from_what_became_of_it() -> None:
    said = _counts(person(Role.COMMANDER)).counts

    assert said["on_time"] + said["late"] == said["done"]
    assert said["done"] + said["left"] + said["pending"] == said["due"]


@pytest.mark.usefixtures("month")
def test_tells_shares_and_what_was_left_out() -> None:
    tally = _counts(person(Role.COMMANDER))

    told = figures.reckon(EVENTS.chosen("cases", on=MARCH.since), tally, on=MARCH.since)

    by_code = {one.metric.code: one for one in told}
    assert by_code["done_rate"].text == "66.67"
    assert by_code["on_time_rate"].text == "33.33"
    assert by_code["rework_rate"].text == "16.67"
    assert dict(by_code["reported"].excluded)["void"] == 1
    assert (by_code["extended"].text, by_code["suspended_rate"].text) == ("—", "—") or (
        by_code["extended"].absent == ""
    )


@pytest.mark.usefixtures("month")
def test_of_beijing_is_no_score_while_one_of_its_rates_is_not_measured() -> None:
    told = figures.reckon(
        EVENTS.chosen("beijing", on=MARCH.since), _counts(person(Role.COMMANDER)), on=MARCH.since
    )

    assert [one.text for one in told] == ["—", "100.00", "50.00", "—"]
    assert all(one.absent for one in told if one.text == "—")


def test_of_an_empty_month_divides_by_nothing(act: Any) -> None:
    tally = _counts(person(Role.COMMANDER))

    told = figures.reckon(EVENTS.chosen("cases", on=MARCH.since), tally, on=MARCH.since)

    by_code = {one.metric.code: one.text for one in told}
    assert by_code["due"] == "0"
    assert {by_code[code] for code in ("done_rate", "on_time_rate", "solved_rate")} == {"—"}


READERS = (
    *(Role.COMMANDER, Role.DISPATCHER, Role.CHECKER, Role.DISTRICT_ADMIN),
    *(Role.COMMUNITY_SECRETARY, Role.OPERATOR),
)


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("role", READERS)
def test_is_the_length_of_the_list_behind_it_for_each_role(role: Role) -> None:
    actor = person(role)
    counts = _counts(actor).counts

    listed = {code: _listed(actor, code) for code in COUNTED}

    assert listed == {code: counts[code] for code in COUNTED}


def _listed(actor: Actor, code: str, **narrowed: Any) -> int:
    filters = Filters(place=STREET, figure=code, period="2026-03", **narrowed)
    return queries.page(filters, actor=actor, at=APRIL).count


@pytest.mark.usefixtures("month")
def test_counts_nothing_for_a_stranger(stranger: Actor) -> None:
    counts = _counts(stranger).counts

    assert {counts[code] for code in COUNTED} == {0}


@pytest.mark.usefixtures("month")
def test_by_group_is_the_length_of_the_groups_list() -> None:
    actor = person(Role.COMMANDER)
    set_scope(actor)
    by_body = figures.tallies(SCOPE, MARCH, by="body", actor=actor, at=APRIL)

    narrowed = {body: {"body": body} if body else {"without": "body"} for body in by_body}
    codes = ("reported", "due", "filed", "closed")

    listed = {b: [_listed(actor, code, **said) for code in codes] for b, said in narrowed.items()}

    assert len(listed) == 2
    assert listed == {b: [t.counts.get(c, 0) for c in codes] for b, t in by_body.items()}


def test_of_working_time_is_summed_by_the_citys_calendar(month: dict[str, Event]) -> None:
    ended = [found(month[name].id) for name in ("leftover", "quick", "late", "again", "settled")]
    hours = calendar.hours(on=MARCH.since)
    by_hand = [
        working_seconds(e.reported_at, e.closed_at, calendar=calendar.calendar(APRIL), hours=hours)
        for e in ended
        if e.closed_at is not None
    ]

    summed = _counts(person(Role.COMMANDER)).counts["working"]

    assert len(by_hand) == COUNTED["closed"]
    assert round(summed) == sum(by_hand)


def test_asks_four_statements_however_many_groups(
    month: dict[str, Event], django_assert_num_queries: Any
) -> None:
    actor = person(Role.COMMANDER)
    set_scope(actor)

    with django_assert_num_queries(4):
        figures.tallies(SCOPE, MARCH, by="minor", actor=actor, at=APRIL)


def test_that_nobody_declared_is_refused_with_what_there_is() -> None:
    with pytest.raises(Invalid) as no:
        figures.counted("speed", MARCH, at=APRIL)

    assert "due" in no.value.allowed


def test_has_a_condition_for_each_measure_and_none_besides() -> None:
    said = figures.conditions(figures.window(MARCH, at=APRIL))
    acts = {m.code for m in MEASURES.values() if m.basis == "acted"}

    assert set(said) - acts == set(MEASURES) - acts
    assert {"solved", "content"} <= acts


def test_that_counts_acts_finds_them_by_an_index() -> None:
    counted = {verb for m in MEASURES.values() if m.verb for verb in figures.verbs_of(m.code)}

    assert counted == set(COUNTED_ACTS)


def test_sets_name_metrics_that_are_declared_and_not_twice() -> None:
    for chosen in SETS.values():
        assert len(set(chosen.metrics)) == len(chosen.metrics)


@pytest.mark.usefixtures("month")
def test_of_the_residents_page_are_those_of_the_desk() -> None:
    worker = system(settings.QUANYU_CITY, job="tests")
    set_scope(worker)

    said = queries.month(of=MARCH, actor=worker, at=APRIL)

    assert (said.reported, said.closed, said.on_time, said.reopened) == (7, 5, 3, 0)

"""A figure of matters … counts what its definition says, and its list holds the same (指标口径)."""

from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Q, Value

from quanyu.events import queries
from quanyu.events.figures import EVENTS, MEASURES, SETS
from quanyu.events.models import COUNTED_ACTS, Event, EventStep
from quanyu.events.queries import figures
from quanyu.events.queries.acts import Counted, by_group
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import working_seconds
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.errors import Invalid
from tests.conftest import SHANGHAI, STREET, found, person
from tests.events.figured import APRIL, COUNTED, MARCH, SCOPE, counts_for

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("by", figures.DIMENSIONS)
def test_is_what_was_counted_by_hand_however_it_is_grouped(by: str) -> None:
    counts = counts_for(person(Role.COMMANDER), by=by).counts

    assert {code: counts[code] for code in COUNTED} == COUNTED


@pytest.mark.usefixtures("month")
def test_of_what_is_due_adds_up_from_what_became_of_it() -> None:
    said = counts_for(person(Role.COMMANDER)).counts

    assert said["on_time"] + said["late"] == said["done"]
    assert said["done"] + said["left"] + said["pending"] == said["due"]


@pytest.mark.usefixtures("month")
def test_tells_shares_and_what_was_left_out() -> None:
    tally = counts_for(person(Role.COMMANDER))

    told = figures.reckon(EVENTS.chosen("cases", on=MARCH.since), tally, on=MARCH.since)

    by_code = {one.metric.code: one for one in told}
    assert by_code["done_rate"].text == "66.67"
    assert by_code["on_time_rate"].text == "33.33"
    assert by_code["rework_rate"].text == "16.67"
    assert dict(by_code["reported"].excluded)["void"] == 1
    assert (by_code["extended"].text, by_code["suspended_rate"].text) == ("0", "0.00")


@pytest.mark.usefixtures("month")
def test_of_beijing_is_no_score_while_one_of_its_rates_is_not_measured() -> None:
    told = figures.reckon(
        EVENTS.chosen("beijing", on=MARCH.since), counts_for(person(Role.COMMANDER)), on=MARCH.since
    )

    assert [one.text for one in told] == ["—", "100.00", "50.00", "—"]
    assert all(one.absent for one in told if one.text == "—")


READERS = (
    *(Role.COMMANDER, Role.DISPATCHER, Role.CHECKER, Role.DISTRICT_ADMIN),
    *(Role.COMMUNITY_SECRETARY, Role.OPERATOR),
)


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("role", READERS)
def test_is_the_length_of_the_list_behind_it_for_each_role(role: Role) -> None:
    actor = person(role)
    counts = counts_for(actor).counts

    listed = {code: _listed(actor, code) for code in COUNTED}

    assert listed == {code: counts[code] for code in COUNTED}


def _listed(actor: Actor, code: str, **narrowed: Any) -> int:
    filters = Filters(place=STREET, figure=code, period="2026-03", **narrowed)
    return queries.page(filters, actor=actor, at=APRIL).count


@pytest.mark.usefixtures("month")
def test_counts_nothing_for_a_stranger(stranger: Actor) -> None:
    counts = counts_for(stranger).counts

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

    summed = counts_for(person(Role.COMMANDER)).counts["working"]

    assert len(by_hand) == COUNTED["closed"]
    assert round(summed) == sum(by_hand)


def test_asks_four_statements_however_many_groups(
    month: dict[str, Event], django_assert_num_queries: Any
) -> None:
    actor = person(Role.COMMANDER)
    counts_for(actor)  # by which the editions of reference data are known

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


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("verb", COUNTED_ACTS)
def test_that_counts_acts_is_told_each_by_its_place_in_the_list(verb: str) -> None:
    actor, given = person(Role.COMMANDER), figures.window(MARCH, at=APRIL)
    set_scope(actor)
    acts = EventStep.objects.visible_to(actor).filter(
        verb=verb, at__gte=given.since, at__lt=given.until
    )
    by_hand = acts.values("case_id").distinct().count()

    rows = Event.objects.visible_to(actor).annotate(group=Value("all"))
    counted = {"asked": Counted(Q(), [verb])}
    told = list(by_group(rows, counted, since=given.since, until=given.until))

    assert told == [{"group": "all", "asked": by_hand}]


def test_sets_name_metrics_that_are_declared_and_not_twice() -> None:
    for chosen in SETS.values():
        assert len(set(chosen.metrics)) == len(chosen.metrics)


@pytest.mark.usefixtures("month")
def test_of_the_residents_page_are_those_of_the_desk() -> None:
    worker = system(settings.QUANYU_CITY, job="tests")
    set_scope(worker)

    said = queries.month(of=MARCH, actor=worker, at=APRIL)

    assert (said.reported, said.closed, said.on_time, said.reopened) == (7, 5, 3, 0)


def test_of_several_rates_weighs_as_the_citys_codes_say_on_that_day(act: Any) -> None:
    loader = system(settings.QUANYU_CITY, job="tests")
    at = datetime(2026, 3, 20, 9, tzinfo=SHANGHAI)
    set_scope(loader)
    changed = {"attributes": {"weight": 20}}
    facts = {"list_key": "figure_weight", "code": "response_rate"}
    act(codes.change_code, **facts, start=date(2026, 4, 1), changes=changed, actor=loader, at=at)

    held = [figures.weights(on=day)["response_rate"] for day in (MARCH.since, date(2026, 4, 1))]

    assert held == [10, 20]
    assert sum(figures.weights(on=MARCH.since).values()) == 100

"""What has piled up … is told from what is usual, by place and kind (热点)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events import actions, jobs
from quanyu.events.models import Event, HotIssue
from quanyu.events.queries import hot as queries
from quanyu.events.rules.hot import Counts, chance, hot, is_hot, usual
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied, Invalid, Refusal
from tests.conftest import STREET, found, person
from tests.seat import browser_of

GRID_A, GRID_B = "34/01/04/001/001/g001/", "34/01/04/001/001/g002/"
COMMUNITY = "34/01/04/001/001/"
KIND = "P0102"
YEAR = 309


# ------------------------------------------------------------------ the rule


@given(st.integers(0, 200), st.floats(0, 200))
def test_chance_is_a_chance(count: int, expected: float) -> None:
    assert 0 <= chance(count, expected) <= 1


@given(st.integers(1, 150), st.floats(0, 100))
def test_more_are_never_likelier(count: int, expected: float) -> None:
    assert chance(count + 1, expected) <= chance(count, expected) + 1e-12


@given(st.integers(0, 100), st.floats(0, 50), st.floats(0, 50))
def test_what_is_hot_stays_so_where_less_is_usual(count: int, one: float, other: float) -> None:
    less, more = sorted((one, other))

    assert is_hot(count, less) or not is_hot(count, more)


@pytest.mark.parametrize(
    ("count", "expected", "answer"),
    [(4, 0, False), (5, 0, True), (14, 3, True), (6, 3, False), (30, 25, False), (30, 12, True)],
)
def test_is_as_one_would_say(count: int, expected: float, answer: bool) -> None:
    assert is_hot(count, expected) is answer


def test_chance_is_that_of_poisson() -> None:
    assert chance(5, 3) == pytest.approx(0.18473676, abs=1e-7)


def test_usual_is_the_rate_of_the_days_before() -> None:
    assert usual(18, days=YEAR) == pytest.approx(18 * 56 / YEAR)


def test_a_grid_is_named_in_place_of_its_community() -> None:
    counted = {(GRID_A, KIND): Counts(9, 2), (GRID_B, KIND): Counts(1, 2)}

    assert [one.place for one in hot(counted, days=YEAR)] == [GRID_A]


def test_a_community_is_named_where_no_grid_stands_out() -> None:
    counted = {(GRID_A, KIND): Counts(4, 2), (GRID_B, KIND): Counts(4, 2)}

    assert [(one.place, one.count) for one in hot(counted, days=YEAR)] == [(COMMUNITY, 8)]


def test_two_kinds_are_never_counted_together() -> None:
    counted = {(GRID_A, KIND): Counts(4, 0), (GRID_A, "P0118"): Counts(4, 0)}

    assert hot(counted, days=YEAR) == []


def test_nothing_is_hot_where_nobody_knows_what_is_usual() -> None:
    assert hot({(GRID_A, KIND): Counts(50, 0)}, days=55) == []


def test_what_was_placed_nowhere_is_no_place() -> None:
    assert hot({("34/01/", KIND): Counts(50, 0)}, days=YEAR) == []


PLACES = st.sampled_from([GRID_A, GRID_B, COMMUNITY, "34/01/04/001/002/g001/"])
COUNTED = st.dictionaries(
    st.tuples(PLACES, st.sampled_from([KIND, "0102"])),
    st.builds(Counts, st.integers(0, 30), st.integers(0, 60)),
)


@given(COUNTED)
def test_no_place_is_named_with_the_one_around_it(counted: dict[tuple[str, str], Counts]) -> None:
    named = [(one.place, one.category) for one in hot(counted, days=YEAR)]

    for place, kind in named:
        around = (other for other, same in named if same == kind and other != place)
        assert not any(place.startswith(other) for other in around)


# ------------------------------------------------------------------ found by the worker


@pytest.fixture
def pile(act: Any, said: actions.Report, at: datetime, db: None) -> Callable[..., list[Event]]:
    """Report covers: so many at so many days before."""

    def done(count: int, *, days: float, category: str = KIND) -> list[Event]:
        made = []
        for n in range(count):
            words = f"第{n}次说：{said.text}" if n else said.text
            told = replace(said, text=words, category=category)
            when = at - timedelta(days=days) + timedelta(hours=n)
            made.append(found(act(actions.report, said=told, actor=REPORTER, at=when).id))
        keys = [event.pk for event in made]
        Event.objects.filter(pk__in=keys).update(category=category)
        return made

    return done


@pytest.fixture
def piled(pile: Callable[..., list[Event]], at: datetime) -> HotIssue:
    """Eight covers within a week where there was one in half a year."""
    pile(1, days=200)
    pile(8, days=10)
    return found_by_night(at)[0]


def found_by_night(at: datetime) -> list[HotIssue]:
    jobs.find_hot(at)
    set_scope(system(settings.QUANYU_CITY, job="tests"))
    return list(HotIssue.objects.filter(is_current=True))


def test_the_night_finds_it_with_what_is_usual(piled: HotIssue) -> None:
    assert piled.region_path.startswith(STREET)
    assert (piled.category, piled.count) == (KIND, 8)
    assert piled.usual == pytest.approx(56 / 144, abs=0.01)


def test_the_night_says_how_many_may_be_twins(piled: HotIssue) -> None:
    assert piled.repeats == 7


def test_the_night_finds_none_twice(piled: HotIssue, at: datetime) -> None:
    assert [row.pk for row in found_by_night(at + timedelta(days=1))] == [piled.pk]


def test_one_that_is_none_any_more_ends(piled: HotIssue, at: datetime) -> None:
    assert found_by_night(at + timedelta(days=60)) == []


def test_void_matters_are_none(pile: Any, at: datetime) -> None:
    pile(1, days=200)
    keys = [event.pk for event in pile(8, days=10)]
    Event.objects.filter(pk__in=keys[:4]).update(state="void", closed_at=at)

    assert found_by_night(at) == []


def test_the_matters_it_counts_are_as_many_as_it_says(piled: HotIssue, dispatcher: Actor) -> None:
    set_scope(dispatcher)

    assert queries.counted_in(piled, actor=dispatcher).count() == piled.count


# ------------------------------------------------------------------ set aside


def test_is_set_aside_with_a_reason_and_stays_so(
    piled: HotIssue, dispatcher: Actor, act: Any, at: datetime
) -> None:
    act(actions.set_aside, issue_id=piled.pk, reason="season", actor=dispatcher, at=at)
    found_by_night(at + timedelta(days=1))
    set_scope(dispatcher)

    assert queries.listed(actor=dispatcher) == []
    assert [row.aside for row in queries.listed(actor=dispatcher, is_aside=True)] == ["season"]


def test_is_not_set_aside_for_no_reason(
    piled: HotIssue, dispatcher: Actor, act: Any, at: datetime
) -> None:
    with pytest.raises(Invalid):
        act(actions.set_aside, issue_id=piled.pk, reason="", actor=dispatcher, at=at)


def test_is_not_set_aside_twice(piled: HotIssue, dispatcher: Actor, act: Any, at: datetime) -> None:
    act(actions.set_aside, issue_id=piled.pk, reason="known", actor=dispatcher, at=at)

    with pytest.raises(Refusal):
        act(actions.set_aside, issue_id=piled.pk, reason="season", actor=dispatcher, at=at)


def test_is_not_set_aside_by_who_only_sees_it(
    piled: HotIssue, checker: Actor, act: Any, at: datetime
) -> None:
    with pytest.raises(Denied):
        act(actions.set_aside, issue_id=piled.pk, reason="known", actor=checker, at=at)


def test_is_not_there_for_a_stranger(
    piled: HotIssue, stranger: Actor, act: Any, at: datetime
) -> None:
    for key in (piled.pk, uuid4()):
        with pytest.raises(Denied):
            act(actions.set_aside, issue_id=key, reason="known", actor=stranger, at=at)
    set_scope(stranger)
    assert not HotIssue.objects.exists()


# ------------------------------------------------------------------ on the page


def test_the_page_says_how_many_and_how_many_usually(piled: HotIssue, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_hot")).content.decode()

    assert "8 周 8 件，往常 0.4 件" in page
    assert "其中疑似重复 7 件" in page


def test_the_page_leads_to_as_many_matters(piled: HotIssue, dispatcher: Actor) -> None:
    browser = browser_of(dispatcher)
    [row] = browser.get(reverse("desk_hot")).context["rows"]

    assert browser.get(row["list_url"]).context["total"] == "8"


def test_the_page_sets_aside(piled: HotIssue, dispatcher: Actor) -> None:
    browser = browser_of(dispatcher)
    [row] = browser.get(reverse("desk_hot")).context["rows"]
    browser.post(row["aside_url"], {"reason": "known"})

    assert browser.get(reverse("desk_hot")).context["rows"] == []
    assert len(browser.get(f"{reverse('desk_hot')}?show=aside").context["rows"]) == 1


def test_the_page_of_a_stranger_is_empty(piled: HotIssue) -> None:
    page = browser_of(person(Role.DISPATCHER, "34/01/02/")).get(reverse("desk_hot"))

    assert page.context["rows"] == []


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.WINDOW_CLERK])
def test_the_page_is_not_opened_to_others(role: Role, db: None) -> None:
    browser: Client = browser_of(person(role))

    assert browser.get(reverse("desk_hot")).status_code == 403

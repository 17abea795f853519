"""事项列表：Rows, count, file and map of a list … are the same matters, whoever asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from hypothesis import HealthCheck, given
from hypothesis import settings as kept_to
from hypothesis import strategies as st

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Counted, Event, EventWords, Tally
from quanyu.events.queries import clusters, counting, lists, search, sweep
from quanyu.events.rules import Filters, words
from quanyu.events.rules.weeks import Weeks
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import (
    REPORTER,
    SIGHTED_ROLES,
    Actor,
    ActorKind,
    Grant,
    Role,
    system,
)
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.calendar import rules as calendar
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.keys import uuid7
from quanyu.organisations import queries as bodies
from tests.conftest import GRID, STREET, in_body, person

pytestmark = pytest.mark.django_db

WORDS = ("路灯不亮，晚上看不见", "污水井盖破了一半", "楼道堆了杂物，占用通道", "狗没有拴绳 Lamp-3")
PLACES = (
    *("34/01/04/001/001/g001/", "34/01/04/001/001/g002/", "34/01/04/001/003/"),
    *("34/01/04/001/", "34/01/02/001/001/", "34/01/03/002/"),
)
DAYS = 6
SYSTEM = system(settings.QUANYU_CITY, job="tests")


@dataclass(frozen=True)
class City:
    """Some matters, and who looks at them."""

    at: datetime
    people: dict[str, Actor]
    body: UUID


@pytest.fixture
def city(act: Any, clerk: Actor, at: datetime) -> City:
    """Matters of several places, classes, states and days, each made by acting."""
    people: dict[str, Actor] = {
        str(role): person(role, "34/01/04/001/001/") for role in sorted(SIGHTED_ROLES)
    }
    over = Actor(
        ActorKind.PERSON,
        uuid7(),
        frozenset(Grant(role, "34/01/") for role in (Role.OPERATOR, Role.DISPATCHER)),
        name="总台",
    )
    body = _body("P0102", "34/01/03/002/", at)
    for n in range(18):
        _matter(n, act, over, at=at - timedelta(days=n % DAYS, hours=n))
    people |= {"city": over, "street": clerk, "body": in_body(body)}
    people |= {
        "two": person(Role.CHECKER, "34/01/02/", name="两处"),
        "nobody": Actor(ActorKind.PERSON, uuid7(), frozenset(), name="无"),
        "reporter": REPORTER,
    }
    people["two"] = replace(
        people["two"], grants=people["two"].grants | {Grant(Role.HANDLER, body=body)}
    )
    return City(at, people, body)


def _matter(n: int, act: Any, over: Actor, *, at: datetime) -> None:
    place = PLACES[n % len(PLACES)]
    said = actions.Report(
        text=f"{WORDS[n % 4]}，第{n}次",
        address=f"望江路{n}号",
        lon=117.2 + n / 1_000 if n % 4 else None,
        lat=31.8 + n / 2_000 if n % 4 else None,
    )
    key = act(actions.report, said=said, actor=REPORTER, at=at).id
    set_scope(SYSTEM)
    act(actions.place, event_id=key, region_path=place, actor=over, at=at)
    if n % 3 == 0:
        return
    act(actions.accept, event_id=key, actor=over, at=at)
    kind = ("P0102", "P0103")[n % 2]
    act(actions.file, event_id=key, class_code=kind, actor=over, at=at)
    if n % 3 == 2 and place.count("/") >= 4:
        act(actions.dispatch, event_id=key, body=_body(kind, place, at), actor=over, at=at)
    if n % 3 == 1 and n % 2:
        act(actions.void, event_id=key, reason="test_entry", actor=over, at=at)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Make ten thousand small, so that few matters are many, and a week and all years short."""
    monkeypatch.setattr(counting, "COUNT_TO", 3)
    monkeypatch.setattr(lists, "COUNT_TO", 3)
    monkeypatch.setattr(clusters, "MOST_POINTS", 2)
    monkeypatch.setattr(lists, "BATCH", 5)
    monkeypatch.setattr(words, "WEEK", timedelta(hours=9))
    monkeypatch.setattr(words, "FIRST_WEEK", words.week(at - timedelta(days=60)))
    monkeypatch.setattr(search, "RARE", 1)
    for name, number in {"FIRST_PART": 1, "AT_ONCE": 3, "IN_ALL": 6}.items():
        monkeypatch.setattr(sweep, name, number)


def _body(kind: str, place: str, at: datetime) -> UUID:
    return bodies.duty_holders(kind, place=place, on=at.date())[0].body_id


FILTERS = st.builds(
    Filters,
    state=st.sampled_from(["", "open", "ended", "late", "mine", *map(str, State)]),
    place=st.sampled_from(["", STREET, GRID, "34/01/04/", "34/01/02/", "34/01/"]),
    category=st.sampled_from(["", "P01", "P0102", "01"]),
    channel=st.sampled_from(["", "web", "phone"]),
    due=st.sampled_from(["", "late", "today", "days"]),
    words=st.sampled_from(["", "", "路灯", "望江路3号", "lamp", "，"]),
    since=st.sampled_from([None, date(2026, 2, 26), date(2026, 3, 1)]),
    until=st.sampled_from([None, date(2026, 2, 27), date(2026, 3, 2)]),
    sort=st.sampled_from(["due", "new"]),
)
"""The filters of the page, each with what it may be."""


@pytest.mark.parametrize(
    ("few", "is_rolled"), [(0, False), (10_000, False), (2, True), (10_000, True)]
)
def test_are_equal_for_every_role(
    city: City, small: None, monkeypatch: pytest.MonkeyPatch, few: int, *, is_rolled: bool
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(clusters, "FEWEST", few)
    set_scope(SYSTEM)
    _learn(city.at)
    if is_rolled:
        jobs.list_all(city.at)
        _change(city)

    _check_all(city)


def _check_all(city: City) -> None:
    """Compare list, counts and map."""

    @kept_to(max_examples=45, suppress_health_check=list(HealthCheck))
    @given(FILTERS, st.sampled_from(sorted(city.people)))
    def same(filters: Filters, who: str) -> None:
        actor = city.people[who]
        set_scope(actor)
        listed = [row.pk for row in _paged(filters, actor, city.at)]
        filed = lists.ordered(lists.narrowed(filters, actor=actor, at=city.at), filters)
        assert listed == [row.pk for row in filed]
        asked = lists.Asked.of(filters, actor=actor, at=city.at)
        assert counting.exact(asked) == len(listed)
        total = counting.total(filters, asked=asked)
        assert total.number == len(listed) if total.is_exact else total.number <= len(listed)
        layer = clusters.layer(filters, actor=actor, at=city.at)
        assert layer.is_exact >= total.is_exact
        assert layer.count == len(listed) if layer.is_exact else layer.count <= len(listed)
        pointless = filed.filter(lon__isnull=True).count()
        assert layer.without == pointless if layer.is_exact else layer.without <= pointless

    same()


def _paged(filters: Filters, actor: Actor, at: datetime) -> Iterator[Event]:
    after = ""
    while True:
        asked = lists.Asked.of(filters, actor=actor, at=at)
        rows, after = lists.page(filters, asked=asked, after=after, size=2)
        yield from rows
        if not after:
            return


def _learn(at: datetime) -> None:
    keys = lists.keys_after(None, actor=SYSTEM)
    actions.learn_words(keys=search.to_learn(keys, actor=SYSTEM), actor=SYSTEM, at=at)


def _change(city: City) -> None:
    """Act on some matters after they were counted."""
    over = city.people["city"]
    set_scope(over)
    waiting = list(lists.narrowed(Filters(state="reported"), actor=over, at=city.at)[:3])
    for event in waiting:
        actions.place(event_id=event.pk, region_path="34/01/02/001/", actor=over, at=city.at)
        actions.accept(event_id=event.pk, actor=over, at=city.at)


def test_are_seen_door_by_door_as_through_the_policy(city: City) -> None:
    seen = {}
    for name, actor in city.people.items():
        set_scope(actor)
        doors = [row.pk for door in Event.objects.by_door(actor) for row in door]
        seen[name] = (
            sorted(doors),
            sorted(Event.objects.visible_to(actor).values_list("pk", flat=True)),
        )

    assert {name for name, (doors, whole) in seen.items() if doors != whole} == set()


def test_a_roll_up_counts_what_came_after_it(city: City, small: None) -> None:
    over = city.people["city"]
    jobs.list_all(city.at)
    _change(city)
    before = _rolled(over)

    jobs.follow(city.at)

    assert (before, _rolled(over)) == (_by_state(over), _by_state(over))


def _rolled(actor: Actor) -> dict[str, int]:
    set_scope(actor)
    found = counting.rolled(Filters(), actor=actor)
    return {state: count for state, count in (found or {}).items() if count}


def _by_state(actor: Actor) -> dict[str, int]:
    set_scope(actor)
    found: dict[str, int] = {}
    for state in Event.objects.visible_to(actor).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_a_roll_up_counted_twice_is_the_same(city: City) -> None:
    jobs.list_all(city.at)
    set_scope(SYSTEM)
    once = sorted(Tally.objects.values_list("key", "count", "placed", "lon", "lat"))

    jobs.list_all(city.at)

    set_scope(SYSTEM)
    assert sorted(Tally.objects.values_list("key", "count", "placed", "lon", "lat")) == once
    assert Counted.objects.count() == Event.objects.count()


def test_all_are_gone_through_for_a_while_each_minute_and_on_from_there(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that ends, or is killed, has done what it has done; others have their turn."""
    monkeypatch.setattr(lists, "BATCH", 7)
    monkeypatch.setattr(jobs, "A_WHILE", 0.0)
    jobs.list_all(city.at)
    first = Counted.objects.count()

    minutes = 0
    while not counting.is_whole():
        jobs.follow(city.at)
        minutes += 1

    every = Event.objects.count()
    assert first == 7
    assert minutes == -(-every // 7)  # one of them finds that there are no more
    assert Counted.objects.count() == EventWords.objects.count() == every


def test_what_has_not_changed_is_not_learnt_again(reported: Event, at: datetime) -> None:
    jobs.list_all(at)
    set_scope(SYSTEM)
    before = search.otherwise([reported.pk], actor=SYSTEM)

    Event.objects.update(state=State.CLOSED)

    assert (before, search.otherwise([reported.pk], actor=SYSTEM)) == ([], [reported.pk])


def test_before_all_are_counted_the_roll_up_is_not_asked(city: City) -> None:
    set_scope(city.people["city"])

    assert counting.rolled(Filters(), actor=city.people["city"]) is None


@pytest.mark.parametrize(
    "filters",
    [Filters(channel="web"), Filters(words="路灯"), Filters(due="late"), Filters(urgent=True)],
)
def test_what_the_roll_up_does_not_hold_is_said_to_be_more_than_so_many(
    city: City, small: None, filters: Filters
) -> None:
    jobs.list_all(city.at)
    set_scope(city.people["city"])

    assert counting.rolled(filters, actor=city.people["city"]) is None


def test_who_asks_for_an_exact_count_waits_no_longer_than_one_would(
    reported: Event, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "PATIENCE", 1)
    set_scope(clerk)
    sleeps = Q(RawSQL("pg_sleep(3) IS NULL", (), BooleanField()))

    assert counting.exact(lists.Asked(sleeps, None, clerk)) is None
    assert counting.exact(lists.Asked(Q(), None, clerk)) == 1


def test_a_day_is_that_of_the_city() -> None:
    assert str(calendar.ZONE) == counting.ZONE


KEYED = {"fold", "learn_words", "follow"}


@pytest.mark.parametrize(
    "verb", [*sorted(KEYED), "mark_followed", "mark_whole", "begin_sweep", "sweep"]
)
def test_only_the_system_writes_what_lists_are_counted_by(
    verb: str, reported: Event, clerk: Actor, act: Callable[..., Any], at: datetime
) -> None:
    facts: dict[str, Any] = {"keys": [reported.pk]} if verb in KEYED else {}
    facts |= {"since": at} if verb == "mark_whole" else {}

    with pytest.raises(Denied):
        act(getattr(actions, verb), actor=clerk, at=at, **facts)


def test_words_of_another_district_are_not_found(
    reported: Event, stranger: Actor, clerk: Actor, at: datetime
) -> None:
    actions.learn_words(keys=[reported.pk], actor=SYSTEM, at=at)
    found = {}
    for who in (stranger, clerk):
        set_scope(who)
        found[who.name] = lists.narrowed(Filters(words="井盖"), actor=who, at=at).count()

    assert found == {stranger.name: 0, clerk.name: 1}


def test_words_of_another_district_are_not_found_by_their_week(
    reported: Event, stranger: Actor, clerk: Actor, at: datetime
) -> None:
    jobs.list_all(at)
    query = words.query("井盖")
    week = Weeks.newest(at).signs
    found = {}
    for who in (stranger, clerk):
        set_scope(who)
        found[who.name] = len(search.Sought(query, None, query).under(week, 10))

    assert found == {stranger.name: 0, clerk.name: 1}


def test_what_was_learnt_without_its_week_is_found_and_learnt_again(
    reported: Event, clerk: Actor, at: datetime
) -> None:
    actions.learn_words(keys=[reported.pk], actor=SYSTEM, at=at)
    EventWords.objects.update(words=words.vector("井盖", doors=clerk.places))
    set_scope(clerk)
    before = lists.Asked.of(Filters(words="井盖"), actor=clerk, at=at)

    jobs.list_all(at)

    set_scope(clerk)
    after = lists.Asked.of(Filters(words="井盖"), actor=clerk, at=at)
    assert before.sought is not None
    assert after.sought is not None
    assert before.sought.keys == after.sought.keys == (str(reported.pk),)
    assert (before.sought.weeks, after.sought.weeks is None) == (None, False)


@pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(days=365 * 140)])
def test_what_a_wrong_clock_has_dated_ahead_is_found_first_by_weeks(
    reported: Event,
    said: actions.Report,
    clerk: Actor,
    act: Any,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
) -> None:
    monkeypatch.setattr(search, "RARE", 0)
    late = act(actions.report, said=said, actor=REPORTER, at=at + ahead).id
    jobs.list_all(at)
    set_scope(clerk)

    asked = lists.Asked.of(Filters(words="井盖"), actor=clerk, at=at)

    assert asked.sought is not None
    assert asked.sought.newest == (str(late), str(reported.pk))


def test_what_was_opened_again_is_found_among_the_open_before_it_is_learnt_again(
    reported: Event, clerk: Actor, at: datetime
) -> None:
    Event.objects.update(state=State.CLOSED)
    jobs.list_all(at)
    Event.objects.update(state=State.REPORTED)
    set_scope(clerk)

    asked = lists.Asked.of(Filters(words="井盖", state="open"), actor=clerk, at=at)

    assert asked.sought is not None
    assert asked.sought.keys == (str(reported.pk),)


def test_words_are_found_one_by_one_where_many_have_them(
    reported: Event, clerk: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.learn_words(keys=[reported.pk], actor=SYSTEM, at=at)
    monkeypatch.setattr(search, "FEW", 0)
    set_scope(clerk)

    found = [
        lists.narrowed(Filters(words=words), actor=clerk, at=at).count()
        for words in ("井盖", "盖井", "三里庵")
    ]

    assert found == [1, 0, 1]


def test_the_contact_of_the_reporter_is_not_found(
    reported: Event, clerk: Actor, at: datetime
) -> None:
    actions.learn_words(keys=[reported.pk], actor=SYSTEM, at=at)
    set_scope(clerk)

    found = [
        lists.narrowed(Filters(words=words), actor=clerk, at=at).count()
        for words in ("张三", "13800138000")
    ]

    assert found == [0, 0]


def test_a_new_report_can_be_found(reported: Event, at: datetime) -> None:
    set_scope(SYSTEM)

    jobs.suggest_class(reported.pk, at)

    assert EventWords.objects.filter(event=reported).exists()


@pytest.mark.parametrize(
    "after",
    [
        *("x", "2026_1", "2026-01-01_nothing", "_"),
        "2026-01-01_01990000-0000-7000-8000-000000000001x",
        "0001-01-01T00:00:00+23:59_01990000-0000-7000-8000-000000000001",
    ],
)
def test_a_mark_that_leads_nowhere_is_refused(after: str, clerk: Actor, at: datetime) -> None:
    set_scope(clerk)

    with pytest.raises(Invalid):
        queries.page(Filters(), actor=clerk, at=at, after=after)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(category="\U0010ffff"),
        Filters(category="\ud7ff"),
        Filters(until=date.max),
        Filters(since=date.min),
        Filters(words="' | !&()<->:*\\"),
        Filters(words="\ufdfa" * 60),
        Filters(place="x"),
    ],
)
def test_what_somebody_wrote_into_the_address_is_no_fault(
    filters: Filters, reported: Event, clerk: Actor, at: datetime
) -> None:
    set_scope(clerk)

    page = queries.page(filters, actor=clerk, at=at)

    assert len(page.rows) == page.count

"""escalate … tells level by level that a limit runs out, each person once (逐级提醒)."""

from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Event, RungTold
from quanyu.events.queries import escalating, lists
from quanyu.events.rules import HOLDERS, Audience, Filters
from quanyu.events.rules.escalating import TOPICS, WHOM_NAMES, highest, place_of
from quanyu.events.workflow import EVENT, State
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.audit.models import Record
from quanyu.kernel.calendar import actions as calendar
from quanyu.kernel.calendar.rules import Kind
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.kernel.notices.models import Notice
from quanyu.kernel.notices.rules import topics
from quanyu.kernel.workflow import rungs
from quanyu.organisations import queries as bodies
from tests.conftest import SHANGHAI, STREET, found, in_body, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

WORKER = system(settings.QUANYU_CITY, job="tests")
FRIDAY = datetime(2026, 9, 18, 10, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


def moment(day: int, hour: int, minute: int = 0, *, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


DUE = moment(29, 10)
"""Seven working days after Friday the 18th, with Mid-Autumn between."""

SOON, LATE, TO_DESK = moment(28, 15), DUE, moment(29, 16, 30)
UP, TO_STREET = moment(30, 10), moment(8, 10, month=10)
TO_DISTRICT, TO_CITY = moment(12, 10, month=10), moment(19, 10, month=10)
"""When the sample ladder tells, across the National Day."""


@pytest.fixture
def at() -> datetime:
    return FRIDAY


@pytest.fixture
def superior(body: Any) -> Actor:
    """Who handles in the body above the one that has it."""
    above = bodies.above(body)
    assert above is not None, "the sample body has one above it"
    return in_body(above, name="高峰")


@pytest.fixture
def posts(handler: Actor, dispatcher: Actor, superior: Actor) -> dict[str, Actor]:
    """Everybody of the ladder, each with an account."""
    cast = {
        "hands": handler,
        "desk": dispatcher,
        "leader": superior,
        "street": person(Role.COMMANDER, STREET, name="韩思远"),
        "district": person(Role.DISTRICT_ADMIN, "34/01/04/", name="严文博"),
        "city": person(Role.COMMANDER, "34/01/", name="梁正"),
    }
    for one in cast.values():
        browser_of(one)
    return cast


def ring(event: Event, *, at: datetime) -> int:
    set_scope(WORKER)
    return actions.escalate(event_id=event.pk, actor=WORKER, at=at)


def told() -> list[tuple[int, str, UUID | None]]:
    rows = RungTold.objects.order_by("told_at", "number", "account_id")
    return [(row.number, row.level, row.account_id) for row in rows]


def climb(event: Event) -> None:
    """Let the job run whenever the row says that somebody is due, until nobody is."""
    while (event := found(event.pk)).next_rung_at is not None:
        ring(event, at=event.next_rung_at + MINUTE)


def test_tells_each_level_in_its_turn_as_the_delay_grows(
    handling: Event, posts: dict[str, Actor]
) -> None:
    climb(handling)

    who = {name: one.id for name, one in posts.items()}
    names = ["hands", "hands", "desk", "leader", "street", "district", "city"]
    assert told() == [(n, level, who[level]) for n, level in enumerate(names, start=1)]
    assert found(handling.pk).next_rung_at is None


def test_tells_in_working_time_across_the_holidays(
    handling: Event, posts: dict[str, Actor]
) -> None:
    climb(handling)

    times = list(RungTold.objects.order_by("number").values_list("told_at", flat=True))
    due = [SOON, LATE, TO_DESK, UP, TO_STREET, TO_DISTRICT, TO_CITY]
    assert times == [when + MINUTE for when in due]


def test_tells_nobody_before_its_time(handling: Event, posts: dict[str, Actor]) -> None:
    assert ring(handling, at=SOON) == 0
    assert found(handling.pk).next_rung_at == SOON
    assert ring(handling, at=SOON + MINUTE) == 1


def test_is_told_once_however_often_the_job_runs(handling: Event, posts: dict[str, Actor]) -> None:
    assert [ring(handling, at=LATE + n * MINUTE) for n in range(1, 4)] == [1, 0, 0]
    assert Notice.objects.count() == 1


def test_tells_of_what_was_missed_and_each_person_of_the_highest_alone(
    handling: Event, posts: dict[str, Actor]
) -> None:
    ring(handling, at=TO_STREET + MINUTE)

    assert [number for number, _level, _who in told()] == [2, 3, 4, 5]


def test_a_person_of_two_levels_is_told_once(
    handling: Event, handler: Actor, superior: Actor
) -> None:
    grants = frozenset({*superior.grants, Grant(Role.COMMANDER, STREET)})
    both = Actor(ActorKind.PERSON, superior.id, grants, name="高峰")
    browser_of(both)

    ring(handling, at=TO_STREET + MINUTE)

    assert [(n, level) for n, level, who in told() if who == both.id] == [(5, "street")]


def test_announces_once_that_it_is_late(handling: Event, posts: dict[str, Actor]) -> None:
    ring(handling, at=LATE + MINUTE)
    ring(handling, at=TO_DESK + MINUTE)

    assert Record.objects.filter(topic="event.overdue").count() == 1
    assert found(handling.pk).due_told_at == LATE + MINUTE


def test_a_matter_that_was_done_in_between_is_told_of_to_nobody(
    act: Any, handling: Event, handler: Actor, posts: dict[str, Actor]
) -> None:
    act(actions.handle, event_id=handling.pk, outcome="换好了", actor=handler, at=SOON)

    assert ring(handling, at=LATE + MINUTE) == 0
    assert not RungTold.objects.filter(stage="handling").exists()


def test_a_clock_that_stands_still_tells_nobody(
    act: Any, handling: Event, handler: Actor, posts: dict[str, Actor]
) -> None:
    later = FRIDAY + timedelta(hours=1)
    act(actions.ask, event_id=handling.pk, question="在几号楼？", actor=handler, at=later)
    event = found(handling.pk)

    assert event.next_rung_at is None
    assert ring(event, at=TO_CITY) == 0


def test_it_goes_on_where_it_stopped(
    act: Any, handling: Event, handler: Actor, posts: dict[str, Actor]
) -> None:
    ring(handling, at=SOON + MINUTE)
    act(actions.ask, event_id=handling.pk, question="几号楼？", actor=handler, at=SOON + MINUTE)
    back = moment(30, 10)

    event = act(actions.go_on, event_id=handling.pk, actor=handler, at=back)

    assert event.due_at is not None
    assert event.due_at > back
    assert event.next_rung_at == event.due_at
    ring(event, at=event.due_at + MINUTE)
    assert [number for number, _level, _who in told()] == [1, 2]


def test_more_time_begins_the_ladder_anew(
    act: Any,
    handling: Event,
    handler: Actor,
    dispatcher: Actor,
    posts: dict[str, Actor],
) -> None:
    ring(handling, at=SOON + MINUTE)
    asked = SOON + 2 * MINUTE
    more = {"days": 3, "reason": "等料"}
    act(actions.ask_extension, event_id=handling.pk, actor=handler, at=asked, **more)

    event = act(actions.extend, event_id=handling.pk, actor=dispatcher, at=asked + MINUTE)

    assert event.due_at == moment(9, 10, month=10)
    assert event.next_rung_at == moment(8, 15, month=10)
    ring(event, at=event.next_rung_at + MINUTE)
    assert [number for number, _level, _who in told()] == [1, 1]


@pytest.fixture
def holiday(act: Any) -> Any:
    """Make a working day a day off."""
    keeper = person(Role.SYS_ADMIN, "34/01/")

    def make(day: date) -> None:
        given = {"kind": Kind.STATUTORY, "name": "台风停工", "source": "示例", "actor": keeper}
        act(calendar.set_day, day=day, at=FRIDAY, **given)

    return make


def test_another_calendar_moves_what_is_to_come_and_tells_nothing_twice(
    act: Any, handling: Event, holiday: Any, posts: dict[str, Actor]
) -> None:
    ring(handling, at=SOON + MINUTE)
    holiday(date(2026, 9, 29))
    act(actions.recount_due, event_id=handling.pk, actor=WORKER, at=SOON + 2 * MINUTE)

    event = found(handling.pk)

    assert event.due_at == moment(30, 10)
    assert event.next_rung_at == moment(30, 10)
    climb(event)
    assert [number for number, _level, _who in told()] == [1, 2, 3, 4, 5, 6, 7]


def test_done_again_does_not_begin_the_ladder_anew(
    act: Any, handling: Event, handler: Actor, checker: Actor, posts: dict[str, Actor]
) -> None:
    ring(handling, at=LATE + MINUTE)
    done = LATE + 2 * MINUTE
    act(actions.handle, event_id=handling.pk, outcome="换了", actor=handler, at=done)
    act(actions.check, event_id=handling.pk, actor=checker, at=done)

    act(actions.rework, event_id=handling.pk, reason="没好", actor=checker, at=done + MINUTE)

    ring(handling, at=TO_DESK + MINUTE)
    late = RungTold.objects.filter(stage="handling", number=2)
    assert late.count() == 1


# ------------------------------------------------------------------ vacancies and deputies


def test_a_vacancy_goes_one_level_up_and_says_so(
    handling: Event, handler: Actor, dispatcher: Actor
) -> None:
    commander = person(Role.COMMANDER, STREET, name="韩思远")
    for one in (handler, dispatcher, commander):
        browser_of(one)

    ring(handling, at=TO_DESK + MINUTE)
    ring(handling, at=UP + MINUTE)

    row = RungTold.objects.get(number=4)
    assert (row.whom, row.level, row.account_id) == ("leader", "desk", dispatcher.id)
    notice = Notice.objects.get(occasion__endswith=".4")
    assert notice.words["note"] == "承办单位的上级单位空缺，由您代为关注。"
    assert "note_en" in notice.words


def test_where_nobody_is_above_it_says_that_nobody_was_told(handling: Event) -> None:
    ring(handling, at=LATE + MINUTE)

    assert told() == [(2, "", None)]
    assert ring(handling, at=LATE + 2 * MINUTE) == 0


def test_a_deputy_is_told_too_and_for_whom(handling: Event, posts: dict[str, Actor]) -> None:
    deputy = person(Role.CHECKER, STREET, name="王小兰")
    browser_of(deputy)
    accounts.name_deputy(
        principal_id=posts["street"].id,  # type: ignore[arg-type]
        account_id=deputy.id,  # type: ignore[arg-type]
        granted_to=TO_CITY,
        reason="年休假",
        actor=posts["street"],
        at=FRIDAY,
    )

    ring(handling, at=UP + MINUTE)
    ring(handling, at=TO_STREET + MINUTE)

    rows = RungTold.objects.filter(number=5)
    assert {(row.account_id, row.on_behalf_of) for row in rows} == {
        (posts["street"].id, None),
        (deputy.id, posts["street"].id),
    }


def test_who_stands_in_is_no_holder_of_the_post(handling: Event, posts: dict[str, Actor]) -> None:
    """The right that was lent makes nobody a second commander."""
    deputy = person(Role.CHECKER, STREET, name="王小兰")
    browser_of(deputy)
    accounts.name_deputy(
        principal_id=posts["street"].id,  # type: ignore[arg-type]
        account_id=deputy.id,  # type: ignore[arg-type]
        granted_to=TO_CITY,
        reason="年休假",
        actor=posts["street"],
        at=FRIDAY,
    )
    set_scope(WORKER)

    assert escalating.people(handling, "street", at=UP).people == [posts["street"].id]


def test_the_body_above_sees_what_it_is_asked_to_see_to(
    handling: Event, superior: Actor, posts: dict[str, Actor]
) -> None:
    set_scope(superior)
    assert not Event.objects.visible_to(superior).exists()

    ring(handling, at=UP + MINUTE)

    set_scope(superior)
    assert list(Event.objects.visible_to(superior)) == [handling]
    assert superior.roles_on(found(handling.pk)) == set()


def test_the_body_above_finds_it_by_its_words(
    handling: Event, superior: Actor, posts: dict[str, Actor]
) -> None:
    actions.learn_words(keys=[handling.pk], actor=WORKER, at=UP)
    ring(handling, at=UP + MINUTE)

    set_scope(superior)
    rows = lists.narrowed(Filters(words="井盖"), actor=superior, at=UP + MINUTE)
    assert list(rows) == [handling]


# ------------------------------------------------------------------ stages


def test_a_common_desk_is_told_of_nothing_but_who_commands_it_is(
    accepted: Event, operator: Actor
) -> None:
    commander = person(Role.COMMANDER, STREET, name="韩思远")
    for one in (operator, commander):
        browser_of(one)
    due = found(accepted.pk).stage_due_at
    assert due is not None

    assert ring(accepted, at=due + MINUTE) == 0
    assert Record.objects.filter(topic="event.overdue").count() == 1
    assert ring(accepted, at=due + timedelta(days=4)) == 1
    assert told() == [(2, "street", commander.id)]


def test_a_state_entered_again_runs_anew(
    act: Any, dispatched: Event, body: Any, handler: Actor, dispatcher: Actor
) -> None:
    browser_of(handler)
    browser_of(dispatcher)
    due = found(dispatched.pk).stage_due_at
    assert due is not None
    ring(dispatched, at=due + MINUTE)
    bounced = {"legal_ground": "not_our_duty", "reason": "不归我们"}
    act(actions.hand_back, event_id=dispatched.pk, actor=handler, at=due + MINUTE, **bounced)

    event = act(
        actions.insist,
        event_id=dispatched.pk,
        reason="职责清楚",
        actor=dispatcher,
        at=due + 2 * MINUTE,
    )

    again = event.stage_due_at + MINUTE
    ring(event, at=again)
    rows = RungTold.objects.filter(stage="dispatched", number=1)
    assert rows.count() == 2
    assert len({row.run for row in rows}) == 2


def test_an_emergency_is_told_in_natural_hours_and_by_night(
    act: Any, accepted: Event, operator: Actor, dispatcher: Actor
) -> None:
    event = act(actions.file, event_id=accepted.pk, class_code="0403", actor=operator, at=FRIDAY)
    holders = bodies.duty_holders("0403", place=event.region_path, on=FRIDAY.date())
    hands = in_body(holders[0].body_id)
    commander = person(Role.COMMANDER, STREET, name="韩思远")
    for one in (hands, commander):
        browser_of(one)
    evening = FRIDAY.replace(hour=20)
    event = act(
        actions.dispatch,
        event_id=event.pk,
        body=holders[0].body_id,
        actor=dispatcher,
        at=evening,
    )
    event = act(actions.acknowledge, event_id=event.pk, actor=hands, at=evening + MINUTE)

    assert event.due_at == evening + timedelta(hours=4)
    assert event.next_rung_at == evening + timedelta(hours=2)
    ring(event, at=event.due_at + MINUTE)
    assert {level for _n, level, _who in told()} == {"hands", "street"}
    assert all(Notice.objects.values_list("is_urgent", flat=True))


# ------------------------------------------------------------------ the job


def test_the_job_finds_what_is_due_by_the_row(handling: Event, posts: dict[str, Actor]) -> None:
    jobs.escalate(LATE + MINUTE)

    assert [number for number, _level, _who in told()] == [2]


def test_one_that_fails_holds_up_no_other(
    act: Any, handling: Event, said: Any, posts: dict[str, Actor], caplog: Any
) -> None:
    other = found(act(actions.report, said=said, actor=posts["street"], at=FRIDAY).id)
    Event.objects.filter(pk=handling.pk).update(stage_rung=0, span_unit="lunch")
    set_scope(WORKER)

    assert actions.escalate_due(actor=WORKER, at=TO_CITY) is False

    assert handling.number in caplog.text
    assert found(handling.pk).next_rung_at == TO_CITY + timedelta(hours=1)
    assert RungTold.objects.filter(event=other).exists()


def test_asks_the_database_as_often_for_one_rung_as_the_next(
    handling: Event, posts: dict[str, Actor]
) -> None:
    ring(handling, at=SOON + MINUTE)
    counts = []
    for when in (LATE, TO_DESK, UP, TO_STREET):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            ring(handling, at=when + MINUTE)
        counts.append(len(asked))

    assert max(counts[1:]) <= 32, counts


def test_a_matter_not_due_costs_one_question(handling: Event, posts: dict[str, Actor]) -> None:
    set_scope(WORKER)

    with CaptureQueriesContext(connection) as asked:
        actions.escalate_due(actor=WORKER, at=FRIDAY + MINUTE)

    assert len(asked) == 3, "the savepoint, the index, and its release"


def test_is_found_by_an_index(handling: Event) -> None:
    set_scope(WORKER)
    with connection.cursor() as cursor:
        # Over so few rows any plan is cheap: leave only those that need no sorting.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        rows = Event.objects.filter(next_rung_at__lt=FRIDAY).order_by("next_rung_at", "id")

        assert "event_by_next_rung" in rows[:50].explain()


# ------------------------------------------------------------------ strangers


def test_a_stranger_tells_of_nothing(act: Any, handling: Event, stranger: Actor) -> None:
    with pytest.raises(Denied):
        act(actions.escalate, event_id=handling.pk, actor=stranger, at=TO_CITY)


def test_a_stranger_finds_nothing_due(act: Any, handling: Event, stranger: Actor) -> None:
    assert act(actions.escalate_due, actor=stranger, at=TO_CITY) is False
    assert found(handling.pk).next_rung_at == SOON


def test_who_was_told_is_hidden_with_the_matter(
    handling: Event, stranger: Actor, posts: dict[str, Actor]
) -> None:
    ring(handling, at=LATE + MINUTE)
    set_scope(stranger)

    assert escalating.told(handling, actor=stranger) == []
    assert not RungTold.objects.exists()


# ------------------------------------------------------------------ what is next


def test_says_who_is_told_next_and_when(handling: Event, posts: dict[str, Actor]) -> None:
    set_scope(WORKER)
    event = found(handling.pk)

    first = escalating.coming(event, at=FRIDAY)
    ring(event, at=SOON + MINUTE)
    second = escalating.coming(found(handling.pk), at=SOON + MINUTE)

    assert first is not None
    assert second is not None
    assert (first.moment.at, first.found.people) == (SOON, [posts["hands"].id])
    assert (second.moment.at, second.moment.number) == (LATE, 2)


def test_says_nothing_is_next_where_no_clock_runs(closed: Event, at: datetime) -> None:
    assert escalating.coming(found(closed.pk), at=at) is None


# ------------------------------------------------------------------ the ladder in force


@pytest.fixture
def own_ladder(act: Any) -> None:
    """A city with one rung of its own for sewer covers, from tomorrow on."""
    keeper = person(Role.SYS_ADMIN, "34/01/")
    act(
        codes.set_rung,
        workflow="event",
        stage="handling",
        class_prefix="P0102",
        number=1,
        side="before",
        amount=2,
        unit="working_days",
        whom="street",
        words="raised",
        start=date(2026, 9, 19),
        actor=keeper,
        at=FRIDAY,
    )


def test_a_clock_keeps_the_ladder_of_the_day_it_began(
    own_ladder: None, handling: Event, posts: dict[str, Actor]
) -> None:
    event = found(handling.pk)
    (span,) = rungs.ticking(event)

    assert len(rungs.moments(event, span)) == 7


def test_a_clock_that_begins_later_has_the_new_one(
    own_ladder: None, act: Any, filed: Event, body: Any, handler: Actor, dispatcher: Actor
) -> None:
    monday = moment(21, 10)
    act(actions.dispatch, event_id=filed.pk, body=body, actor=dispatcher, at=monday)

    event = act(actions.acknowledge, event_id=filed.pk, actor=handler, at=monday)

    assert event.due_at == moment(8, 10, month=10)
    assert event.next_rung_at == moment(29, 10)


# ------------------------------------------------------------------ what is declared


@pytest.mark.parametrize("state", State)
def test_names_one_audience_a_state(state: str) -> None:
    whom = HOLDERS.get(state)

    assert whom is not Audience.REPORTER
    assert whom is None or state in EVENT.owed


def test_every_notice_of_a_rung_is_declared() -> None:
    assert {f"event.{words}" for words in TOPICS} <= set(topics)


def test_the_shipped_rungs_say_what_the_domain_knows() -> None:
    known = escalating.rung_names("event")

    assert set(known["people"]) == set(WHOM_NAMES)
    assert "handling" in known["stages"]
    assert escalating.rung_names("another") == {}


@pytest.mark.parametrize(
    ("level", "path", "place"),
    [
        ("street", "34/01/04/001/005/g012/", "34/01/04/001/"),
        ("street", "34/01/04/", ""),
        ("district", "34/01/04/001/", "34/01/04/"),
        ("district", "34/01/", ""),
        ("city", "34/01/", "34/01/"),
    ],
)
def test_knows_the_place_that_a_level_commands(level: str, path: str, place: str) -> None:
    assert place_of(level, path) == place


def test_each_person_stands_at_the_highest_rung_alone() -> None:
    one, two, three = uuid7(), uuid7(), uuid7()

    assert highest([[one, two, one], [two], [three, one]]) == [[], [two], [three, one]]


# ------------------------------------------------------------------ an installation that runs


def test_the_clocks_that_run_when_it_comes_are_told_of_when_they_run_out(
    dispatched: Event, accepted: Event
) -> None:
    late, ahead = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
    set_scope(WORKER)
    Event.objects.update(next_rung_at=None, next_due_at=late)
    Event.objects.filter(pk=dispatched.pk).update(next_due_at=ahead)
    migration = import_module("quanyu.events.migrations.0017_tell_of_the_clocks_that_run")

    with connection.schema_editor(atomic=False) as editor:
        migration.look_ahead(apps, editor)
        migration.look_ahead(apps, editor)

    assert found(dispatched.pk).next_rung_at == ahead
    assert not Event.objects.filter(next_due_at=late, next_rung_at__isnull=False).exists()


# ------------------------------------------------------------------ the desk


@pytest.mark.parametrize(
    ("at", "count"), [(moment(28, 14, 59), 0), (moment(28, 15, 1), 1), (moment(29, 10, 1), 0)]
)
def test_the_desk_lists_what_is_due_within_four_working_hours(
    at: datetime, count: int, act: Any, said: Any, operator: Actor, dispatcher: Actor
) -> None:
    act_at = {"at": FRIDAY}
    event = act(actions.report, said=said, actor=REPORTER, **act_at)
    act(actions.accept, event_id=event.id, actor=operator, **act_at)
    act(actions.file, event_id=event.id, class_code="P0102", actor=operator, **act_at)
    place = found(event.id).region_path
    body = bodies.duty_holders("P0102", place=place, on=FRIDAY.date())[0].body_id
    act(actions.dispatch, event_id=event.id, body=body, actor=dispatcher, **act_at)
    act(actions.acknowledge, event_id=event.id, actor=in_body(body), **act_at)
    set_scope(dispatcher)

    assert queries.page(Filters(due="soon"), actor=dispatcher, at=at).count == count

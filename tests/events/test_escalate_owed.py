"""escalate_owed … tells of the time of a part, a call and a card, level by level (逐级提醒)."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from quanyu.events import actions, jobs
from quanyu.events.actions import cards, owed, whistle
from quanyu.events.models import Event, JointPart, RungTold, SupervisionCard, WhistleCall
from quanyu.events.models.escalating import CallRungTold, CardRungTold
from quanyu.events.queries import owed as queries
from quanyu.events.rules.cards import Charge
from quanyu.events.rules.escalating import TOPICS
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.errors import Denied
from quanyu.kernel.notices.models import Notice
from quanyu.kernel.notices.rules import topics
from tests.conftest import STREET, in_body, person
from tests.events.calls import blown, callable_keys
from tests.events.test_join import TASK, code
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
WORKER = system(settings.QUANYU_CITY, job="tests")
MINUTE = timedelta(minutes=1)
Told = tuple[int, str, UUID | None]


@pytest.fixture
def posts() -> dict[str, Actor]:
    """Everybody above the body that owes, each with an account."""
    cast = {
        "street": person(Role.COMMANDER, STREET, name="韩思远"),
        "district": person(Role.DISTRICT_ADMIN, "34/01/04/", name="严文博"),
    }
    for one in cast.values():
        browser_of(one)
    return cast


@pytest.fixture
def desk(dispatcher: Actor) -> Actor:
    """The dispatcher, with an account."""
    browser_of(dispatcher)
    return dispatcher


@pytest.fixture
def water(db: None) -> Actor:
    """处置人 in the water supply, with an account."""
    found = in_body(code("water-supply"), name="刘洋")
    browser_of(found)
    return found


@pytest.fixture
def part(act: Any, handling: Event, desk: Actor, at: datetime) -> JointPart:
    """A part of the water supply."""
    facts = {"event_id": handling.id, "body": code("water-supply"), "task": TASK}
    act(actions.join, actor=desk, at=at, **facts)
    return JointPart.objects.get()


@pytest.fixture
def bodies(db: None, at: datetime) -> list[UUID]:
    """Two bodies that the street may call."""
    return callable_keys(at)[:2]


@pytest.fixture
def hands(bodies: list[UUID]) -> list[Actor]:
    """Who handles in each, with an account."""
    found = [in_body(body, name=name) for body, name in zip(bodies, ("刘洋", "陈静"), strict=True)]
    for one in found:
        browser_of(one)
    return found


@pytest.fixture
def call(act: Any, desk: Actor, bodies: list[UUID], at: datetime) -> WhistleCall:
    """A daily call of both."""
    return blown(act, desk, at, *bodies)


@pytest.fixture
def card(act: Any, handling: Event, body: Any, handler: Actor) -> SupervisionCard:
    """A supervision letter on an overdue matter, to a body whose handler has an account."""
    assert handling.due_at is not None
    browser_of(handler)
    commander = person(Role.COMMANDER, STREET, name="何强")
    browser_of(commander)
    charge = Charge("letter", "overdue", "三日内办结并答复", body, matter=handling.number)
    late = handling.due_at + timedelta(days=2)
    return act(cards.raise_card, charge=charge, actor=commander, at=late)


def row_of(kind: str, key: UUID) -> Any:
    set_scope(WORKER)
    return queries.KINDS[kind].objects.get(pk=key)


def climb(kind: str, key: UUID) -> None:
    """Let the job run whenever the row says that somebody is due, until nobody is."""
    while (row := row_of(kind, key)).next_rung_at is not None:
        owed.escalate_owed(kind=kind, key=key, actor=WORKER, at=row.next_rung_at + MINUTE)


def told(kept: Any) -> list[Told]:
    rows = kept.objects.order_by("told_at", "number", "account_id")
    return [(row.number, row.level, row.account_id) for row in rows]


# ------------------------------------------------------------------ level by level


def test_a_part_is_told_to_its_body_then_to_who_asked_then_to_the_street(
    part: JointPart, water: Actor, dispatcher: Actor, posts: dict[str, Actor]
) -> None:
    climb("part", part.pk)

    who = [("hands", water), ("hands", water), ("desk", dispatcher), ("street", posts["street"])]
    assert told(RungTold) == [(n, level, one.id) for n, (level, one) in enumerate(who, start=1)]
    assert list(Notice.objects.order_by("made_at").values_list("topic", flat=True)) == [
        "part.soon",
        "part.overdue",
        "part.raised",
        "part.raised",
    ]


def test_a_call_is_told_to_who_is_missing_alone(
    act: Any, call: WhistleCall, hands: list[Actor], posts: dict[str, Actor], at: datetime
) -> None:
    act(whistle.report_in, call_id=call.pk, actor=hands[0], at=at + MINUTE)

    climb("whistle", call.pk)

    levels = [level for _number, level, _who in told(CallRungTold)]
    assert levels == ["hands", "hands", "desk", "street", "district"]
    assert {who for _n, level, who in told(CallRungTold) if level == "hands"} == {hands[1].id}


def test_a_call_that_all_answered_tells_nobody_and_settles_what_was_told(
    act: Any, call: WhistleCall, hands: list[Actor]
) -> None:
    late = call.answer_due_at + MINUTE
    set_scope(WORKER)
    owed.escalate_owed(kind="whistle", key=call.pk, actor=WORKER, at=late)
    for one in hands:
        act(whistle.report_in, call_id=call.pk, actor=one, at=late + MINUTE)
    set_scope(WORKER)
    jobs.CALLED["whistle.report_in"](call.pk, late + MINUTE)

    assert row_of("whistle", call.pk).next_rung_at is None
    assert not Notice.objects.filter(topic="whistle.overdue", over_at=None).exists()


def test_a_card_is_told_to_its_body_then_to_who_raised_it_then_to_the_district(
    card: SupervisionCard, handler: Actor, posts: dict[str, Actor]
) -> None:
    climb("card", card.pk)

    who = [handler.id, handler.id, card.raised_by, posts["district"].id]
    assert told(CardRungTold) == [
        (n, level, one)
        for n, (level, one) in enumerate(
            zip(["hands", "hands", "desk", "district"], who, strict=True), start=1
        )
    ]


def test_an_answered_card_tells_nobody(act: Any, card: SupervisionCard, handler: Actor) -> None:
    act(
        cards.answer, card_id=card.pk, words="已增派人手", actor=handler, at=card.raised_at + MINUTE
    )

    assert row_of("card", card.pk).next_rung_at is None


def test_a_card_sent_back_runs_anew(
    act: Any, card: SupervisionCard, handler: Actor, posts: dict[str, Actor]
) -> None:
    late = card.answer_due_at + MINUTE
    set_scope(WORKER)
    owed.escalate_owed(kind="card", key=card.pk, actor=WORKER, at=late)
    act(cards.answer, card_id=card.pk, words="已增派人手", actor=handler, at=late)
    act(cards.send_back, card_id=card.pk, words="没说何时", actor=posts["street"], at=late + MINUTE)

    climb("card", card.pk)

    assert [number for number, _level, _who in told(CardRungTold)] == [2, 1, 2, 3, 4]


# ------------------------------------------------------------------ once, deputies, vacancies


@pytest.mark.parametrize("kind", ["part", "whistle", "card"])
def test_is_told_once_however_often_the_job_runs(
    kind: str, part: JointPart, call: WhistleCall, card: SupervisionCard, hands: list[Actor]
) -> None:
    owing: dict[str, JointPart | WhistleCall | SupervisionCard] = {
        "part": part,
        "whistle": call,
        "card": card,
    }
    row = owing[kind]
    when = queries.end_of(row) + MINUTE
    jobs.escalate(when)
    count = Notice.objects.count()

    jobs.escalate(when + MINUTE)

    assert count > 0
    assert Notice.objects.count() == count


def test_a_deputy_is_told_too_and_for_whom(
    part: JointPart, water: Actor, posts: dict[str, Actor], at: datetime
) -> None:
    deputy = person(Role.CHECKER, STREET, name="王小兰")
    browser_of(deputy)
    accounts.name_deputy(
        principal_id=posts["street"].id,  # type: ignore[arg-type]
        account_id=deputy.id,  # type: ignore[arg-type]
        granted_to=at + timedelta(days=20),
        reason="年休假",
        actor=posts["street"],
        at=at,
    )

    climb("part", part.pk)

    rows = RungTold.objects.filter(level="street").values_list("account_id", "on_behalf_of")
    assert (deputy.id, posts["street"].id) in set(rows)


def test_a_vacant_body_passes_it_on_to_who_asked(part: JointPart, dispatcher: Actor) -> None:
    set_scope(WORKER)
    assert part.next_rung_at is not None
    owed.escalate_owed(kind="part", key=part.pk, actor=WORKER, at=part.next_rung_at + MINUTE)

    assert told(RungTold) == [(1, "desk", dispatcher.id)]
    assert Notice.objects.get().words["note"] == "协办单位空缺，由您代为关注。"


def test_a_failing_one_holds_up_no_other(
    part: JointPart, water: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    JointPart.objects.filter(pk=part.pk).update(unit="moons")
    set_scope(WORKER)
    assert part.next_rung_at is not None
    when = part.next_rung_at + MINUTE

    assert not owed.escalate_owed_due(kind="part", actor=WORKER, at=when)

    assert row_of("part", part.pk).next_rung_at > when


def test_every_kind_of_notice_is_declared() -> None:
    wanted = {f"{kind}.{words}" for kind in owed.KINDS for words in TOPICS}

    assert wanted <= set(topics)


@pytest.mark.parametrize("kind", ["part", "whistle", "card"])
def test_a_stranger_tells_of_none(
    kind: str, part: JointPart, call: WhistleCall, card: SupervisionCard, stranger: Actor
) -> None:
    owing: dict[str, JointPart | WhistleCall | SupervisionCard] = {
        "part": part,
        "whistle": call,
        "card": card,
    }
    row = owing[kind]
    set_scope(stranger)

    with pytest.raises(Denied):
        owed.escalate_owed(kind=kind, key=row.pk, actor=stranger, at=queries.end_of(row) + MINUTE)


def test_what_was_open_before_is_looked_at_by_its_ladder(
    part: JointPart, call: WhistleCall, card: SupervisionCard
) -> None:
    set_scope(WORKER)
    bare = {"stage_amount": None, "stage_unit": "", "stage_due_at": None, "next_rung_at": None}
    WhistleCall.objects.update(**bare)
    SupervisionCard.objects.update(**bare)
    JointPart.objects.update(next_rung_at=None, since=None, amount=None, unit="")
    told = import_module("quanyu.events.migrations.0027_let_open_ones_be_reminded")

    with connection.cursor() as cursor:
        for sql in (told.CALLS, told.ALL_CAME, told.CARDS, told.PARTS):
            cursor.execute(sql)
    jobs.escalate(timezone.now())

    rows = [row_of("part", part.pk), row_of("whistle", call.pk), row_of("card", card.pk)]
    assert [queries.end_of(row) for row in rows] == [
        part.due_at,
        call.answer_due_at,
        card.answer_due_at,
    ]
    assert RungTold.objects.exists()
    assert CallRungTold.objects.exists()
    assert CardRungTold.objects.exists()


# ------------------------------------------------------------------ the page of the ladders


@pytest.mark.parametrize(
    ("of", "label"), [("part", "协办答复"), ("whistle", "吹哨后报到"), ("card", "督办单答复")]
)
def test_the_page_shows_each_ladder(of: str, label: str, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_rungs"), {"of": of})

    assert {one["stage"] for one in page.context["ladders"]} == {label}


def test_the_page_of_a_call_says_whom_its_ladder_told(
    call: WhistleCall, hands: list[Actor], posts: dict[str, Actor]
) -> None:
    climb("whistle", call.pk)
    reader = browser_of(person(Role.COMMANDER, STREET, name="何强"))

    page = reader.get(reverse("desk_call", args=[call.number])).content.decode()

    assert "已告知没有报到的单位" in page
    assert "已告知吹哨人" in page


def test_the_page_of_a_card_says_whom_its_ladder_told(
    card: SupervisionCard, handler: Actor, posts: dict[str, Actor]
) -> None:
    climb("card", card.pk)
    reader = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/", name="沈宁"))

    page = reader.get(reverse("desk_card", args=[card.number]))

    assert "已告知被督办单位" in page.content.decode()

"""A limit is set for a class at a place from a day on (时限设定)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.codes import actions, queries
from quanyu.kernel.codes.actions import Loaded
from quanyu.kernel.codes.models import Limit
from quanyu.kernel.codes.rules import NotInForce, NotKeeper, WrongCode, WrongLimit, WrongStart
from quanyu.kernel.keys import uuid7
from tests.kernel.codes.conftest import person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def next_month(at: datetime) -> date:
    return at.date() + timedelta(days=30)


def put(actor: Actor, at: datetime, **other: Any) -> Limit:
    given: dict[str, Any] = {
        "workflow": "event",
        "stage": "handling",
        "class_prefix": "0102",
        "amount": 2,
        "unit": "working_hours",
        "start": at.date(),
    }
    return actions.set_limit(**(given | other), actor=actor, at=at)


def amount(on: date, place: str = "34/01/04/003/") -> int | None:
    found = queries.limit(workflow="event", stage="handling", class_code="0102", place=place, on=on)
    return found.amount if found else None


def test_a_new_limit_holds_from_its_day(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    put(keeper, at, start=next_month)

    assert amount(next_month - timedelta(days=1)) == 4
    assert amount(next_month) == 2


def test_a_district_sets_a_limit_of_its_own(
    shipped: Loaded, of_one_district: Actor, at: datetime
) -> None:
    put(of_one_district, at, place="34/01/04/", amount=1)

    assert amount(at.date()) == 1
    assert amount(at.date(), place="34/01/02/001/") == 4


def test_a_district_sets_none_for_the_city(
    shipped: Loaded, of_one_district: Actor, at: datetime
) -> None:
    with pytest.raises(NotKeeper):
        put(of_one_district, at)


def test_a_stranger_sets_none(shipped: Loaded, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        put(stranger, at, place="34/01/04/")


def test_a_stranger_ends_none(shipped: Loaded, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.end_limit(workflow="event", stage="handling", end=at.date(), actor=stranger, at=at)


def test_history_keeps_every_amount(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    put(keeper, at)
    put(keeper, at, start=next_month, amount=3)

    rows = queries.limit_history(workflow="event", stage="handling", class_prefix="0102")

    assert [row.amount for row in rows] == [3, 2, 4]


def test_a_limit_ended_gives_way_to_the_general_one(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    actions.end_limit(
        workflow="event",
        stage="handling",
        class_prefix="0102",
        end=next_month,
        actor=keeper,
        at=at,
    )

    assert amount(next_month) == 3


def test_withdrawing_brings_the_old_limit_back(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    put(keeper, at, start=next_month)

    actions.withdraw_limit(
        workflow="event", stage="handling", class_prefix="0102", actor=keeper, at=at
    )

    assert amount(next_month) == 4


def test_a_stranger_withdraws_none(shipped: Loaded, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.withdraw_limit(workflow="event", stage="handling", actor=stranger, at=at)


def test_ending_what_is_not_there_is_refused(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    with pytest.raises(NotInForce):
        actions.end_limit(workflow="event", stage="nothing", end=at.date(), actor=keeper, at=at)


def test_a_limit_for_yesterday_is_refused(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongStart):
        put(keeper, at, start=at.date() - timedelta(days=1))


def test_a_limit_of_a_century_is_refused(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongLimit):
        put(keeper, at, amount=30_000, unit="working_days")


def test_setting_is_recorded(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    row = put(keeper, at)

    assert Record.objects.filter(subject=f"codes.limit:{row.pk}", actor_id=keeper.id).exists()


@pytest.mark.parametrize(
    "other",
    [
        {"stage": "x" * 200},
        {"stage": "lunch"},
        {"workflow": "lunch"},
        {"class_prefix": "0" * 100},
        {"class_prefix": "01/"},
        {"place": "34/01/" + "04/" * 40},
    ],
)
def test_a_limit_bears_on_a_stage_a_class_and_a_place(
    other: dict[str, str], shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(WrongLimit):
        put(keeper, at, **other)


def test_a_limit_rests_on_a_clause_that_is_there(
    shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(WrongCode):
        put(keeper, at, clause_id=uuid7())


@pytest.mark.parametrize(
    "other",
    [
        {"stage": "x" * 200},
        {"class_prefix": "0" * 100},
        {"clause": "01a20462-a1b6-7d58-9a25-85c22887c37d"},
    ],
)
def test_the_page_of_limits_says_what_is_odd(other: dict[str, str], shipped: Loaded) -> None:
    keeper = person("district_admin", "34/01/")
    start = timezone.localdate() + timedelta(days=1)
    given = {"stage": "handling", "amount": "2", "unit": "days", "start": start.isoformat()}

    answer = browser_of(keeper).post("/desk/codes/limits", given | other)

    assert answer.status_code == 422

"""A rung is set from a day to come, by whoever keeps the whole city (提醒步骤)."""

import csv
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from quanyu.events.queries import escalating, owed
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.codes import actions, queries, rules
from quanyu.kernel.codes.actions import Loaded
from quanyu.kernel.codes.models import Clause, Rung
from quanyu.kernel.codes.rules import NothingPlanned, NotInForce, NotKeeper, WrongCode, WrongStart
from quanyu.kernel.codes.rules.rungs import WrongRung, check_distance
from quanyu.kernel.keys import uuid7

pytestmark = pytest.mark.django_db
ANY = {"workflow": "event", "stage": "handling", "class_prefix": "", "number": 3}


@pytest.fixture
def tomorrow(at: datetime) -> date:
    return at.date() + timedelta(days=1)


def put(actor: Actor, at: datetime, **other: Any) -> Rung:
    given: dict[str, Any] = {
        "workflow": "event",
        "stage": "handling",
        "number": 3,
        "side": "after",
        "amount": 2,
        "unit": "working_days",
        "whom": "street",
        "words": "raised",
        "start": at.date() + timedelta(days=1),
    }
    return actions.set_rung(**(given | other), actor=actor, at=at)


def third(on: date, class_code: str = "0101") -> tuple[int, str, str]:
    rungs = queries.ladder(workflow="event", stage="handling", class_code=class_code, on=on)
    row = next(one for one in rungs if one.number == 3)
    return row.amount, row.unit, row.whom


def test_holds_from_its_day_and_keeps_what_was(
    shipped: Loaded, keeper: Actor, at: datetime, tomorrow: date
) -> None:
    put(keeper, at)

    assert third(at.date()) == (4, "working_hours", "desk")
    assert third(tomorrow) == (2, "working_days", "street")
    assert Record.objects.filter(topic="codes.set_rung").count() == 1


def test_a_class_gets_a_ladder_of_its_own(
    shipped: Loaded, keeper: Actor, at: datetime, tomorrow: date
) -> None:
    put(keeper, at, class_prefix="0102", number=1)

    def numbers(code: str) -> list[int]:
        rows = queries.ladder(workflow="event", stage="handling", class_code=code, on=tomorrow)
        return [row.number for row in rows]

    assert numbers("0102") == [1]
    assert numbers("0103") == [1, 2, 3, 4, 5, 6, 7]


def test_none_begins_today(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongStart):
        put(keeper, at, start=at.date())


def test_none_begins_before_the_last_change(
    shipped: Loaded, keeper: Actor, at: datetime, tomorrow: date
) -> None:
    put(keeper, at, start=tomorrow + timedelta(days=9))

    with pytest.raises(WrongStart):
        put(keeper, at, start=tomorrow)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stage", "extension"),
        ("whom", "mayor"),
        ("words", "close"),
        ("number", 10),
        ("side", "around"),
        ("amount", 0),
        ("unit", "percent"),
    ],
)
def test_what_is_no_rung_is_refused_by_its_field(
    field: str, value: object, shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    given: dict[str, Any] = {field: value}
    if field == "amount":
        given["side"] = "before"

    with pytest.raises(WrongRung) as no:
        put(keeper, at, **given)

    assert no.value.field == field
    assert not Rung.objects.filter(is_edited=True).exists()


def test_a_clause_that_no_document_has_is_refused(
    shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(WrongCode):
        put(keeper, at, clause_id=uuid7())


def test_ends_and_bears_on_no_clock_that_begins_then(
    shipped: Loaded, keeper: Actor, at: datetime, tomorrow: date
) -> None:
    actions.end_rung(**ANY, end=tomorrow, actor=keeper, at=at)  # type: ignore[arg-type]

    rows = queries.ladder(workflow="event", stage="handling", class_code="0101", on=tomorrow)
    assert [row.number for row in rows] == [1, 2, 4, 5, 6, 7]
    with pytest.raises(NotInForce):
        actions.end_rung(**ANY, end=tomorrow, actor=keeper, at=at)  # type: ignore[arg-type]


def test_a_change_to_come_is_taken_back(
    shipped: Loaded, keeper: Actor, at: datetime, tomorrow: date
) -> None:
    put(keeper, at)

    actions.withdraw_rung(**ANY, actor=keeper, at=at)  # type: ignore[arg-type]

    assert third(tomorrow) == (4, "working_hours", "desk")
    with pytest.raises(NothingPlanned):
        actions.withdraw_rung(**ANY, actor=keeper, at=at)  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["stranger", "of_one_district"])
def test_who_does_not_keep_the_whole_city_changes_none(
    who: str, shipped: Loaded, at: datetime, tomorrow: date, request: Any
) -> None:
    actor = request.getfixturevalue(who)

    with pytest.raises(NotKeeper):
        put(actor, at)
    with pytest.raises(NotKeeper):
        actions.end_rung(**ANY, end=tomorrow, actor=actor, at=at)  # type: ignore[arg-type]
    with pytest.raises(NotKeeper):
        actions.withdraw_rung(**ANY, actor=actor, at=at)  # type: ignore[arg-type]


def test_the_city_s_own_are_left_alone_by_the_next_release(
    shipped: Loaded, keeper: Actor, at: datetime, tomorrow: date
) -> None:
    put(keeper, at)

    again = actions.load(actor=keeper, at=at + timedelta(days=30))

    assert (again.rungs, again.rungs_changed, again.rungs_kept) == (0, 0, 1)
    assert third(tomorrow) == (2, "working_days", "street")


def test_the_shipped_rungs_are_right_and_rest_on_a_sample(shipped: Loaded) -> None:
    text = (files("quanyu.kernel.codes") / "data" / "rungs.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    for row in rows:
        known = escalating.rung_names(row["workflow"]) or owed.rung_names(row["workflow"])
        check_distance(row["side"], int(row["amount"]), row["unit"])
        assert row["stage"] in {"", *known["stages"]}
        assert row["whom"] in known["people"]
        assert row["words"] in known["words"]
    assert all(row.clause is not None for row in Rung.objects.all())
    samples = Clause.objects.filter(rung__isnull=False).values_list("document__is_sample")
    assert set(samples) == {(True,)}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"number": 10}, "rung_number_on_the_ladder"),
        ({"unit": "times"}, "rung_unit_is_known"),
        ({"side": "after", "unit": "percent"}, "rung_distance_is_one"),
        ({"side": "before", "unit": "hours", "amount": 0}, "rung_distance_is_one"),
        ({"whom": ""}, "rung_tells_somebody"),
        ({"valid_to": date(2020, 1, 1)}, "rung_ends_after_it_begins"),
    ],
)
def test_the_database_itself_refuses(
    change: dict[str, object], constraint: str, shipped: Loaded
) -> None:
    row = Rung.objects.filter(class_prefix="", stage="handling", number=3)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.update(**change)


def test_units_of_a_rung_are_times_and_a_share() -> None:
    assert set(rules.rungs.RUNG_UNITS) == {"percent", *rules.TIMES}

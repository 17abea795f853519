"""A desk page reads the tables, the intake path reads the memory (代码查询)."""

from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import actions, queries
from quanyu.kernel.codes.actions import Loaded
from quanyu.kernel.codes.models import CodesEdition
from quanyu.kernel.editions import Kept
from quanyu.kernel.keys import uuid7

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


def test_every_list_stands_with_its_counts(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    actions.add_code(
        list_key="reason_void",
        code="moved",
        name="移交外市",
        start=ON + timedelta(days=9),
        actor=keeper,
        at=at,
    )

    counted = {entry.key: (entry.in_force, entry.upcoming) for entry in queries.lists(on=ON)}

    assert counted["reason_void"] == (5, 1)
    assert counted["role"] == (32, 0)


def test_a_change_to_come_is_listed(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    actions.change_code(
        list_key="event_class",
        code="0102",
        start=ON + timedelta(days=9),
        changes={"name": "垃圾暴露"},
        actor=keeper,
        at=at,
    )

    assert [entry.name for entry in queries.upcoming(on=ON)] == ["垃圾暴露"]
    assert [entry.name for entry in queries.ending(on=ON)] == ["暴露垃圾"]


@pytest.mark.parametrize("search", ["井盖", "manhole", "P0102"])
def test_a_list_is_searched_by_code_and_either_name(shipped: Loaded, search: str) -> None:
    found = queries.list_codes("part_class", on=ON, search=search)

    assert "P0102" in {entry.code for entry in found}


def test_a_name_is_in_the_readers_language(shipped: Loaded) -> None:
    entry = queries.class_of("P0118", on=ON)
    assert entry is not None

    with translation.override("en"):
        english = queries.label(entry)

    assert english == "Street lamp"


def test_choices_are_in_the_readers_language(shipped: Loaded) -> None:
    with translation.override("zh-hans"):
        choices = queries.choices("reason_rework", on=ON)

    assert ("not_solved", "问题没有解决") in choices


def test_limits_bearing_on_a_place_are_listed(shipped: Loaded) -> None:
    stages = {row.stage for row in queries.limits(on=ON, workflow="event", place="34/01/04/")}

    assert {"reported", "handling", "checking"} <= stages


def test_reading_again_asks_the_database_nothing(shipped: Loaded) -> None:
    queries.class_of("0102", on=ON)

    with CaptureQueriesContext(connection) as asked:
        queries.class_of("P0102", on=ON)
        queries.limit(workflow="event", stage="handling", class_code="0102", on=ON)

    assert len(asked) == 0


def test_another_process_notices_a_change_by_its_edition(shipped: Loaded) -> None:
    loads = count(1)
    other: Kept[int] = Kept(
        lambda: next(loads),
        edition=lambda: CodesEdition.objects.values_list("token", flat=True).first(),
        seconds=0,
    )
    first, same = other.get(), other.get()

    CodesEdition.objects.update(token=uuid7())

    assert (first, same, other.get()) == (1, 1, 2)


def test_an_edition_is_not_asked_for_at_every_reading(shipped: Loaded) -> None:
    asked: list[int] = []
    kept: Kept[str] = Kept(lambda: "all", edition=lambda: asked.append(1), seconds=60)

    kept.get()
    kept.get()

    assert len(asked) == 1

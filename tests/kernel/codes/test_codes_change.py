"""A list is changed with a start date, by its administrator, and history stays (代码变更)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from quanyu.kernel.access.rules import REPORTER, Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.codes import actions, queries
from quanyu.kernel.codes.actions import Loaded
from quanyu.kernel.codes.models import Code
from quanyu.kernel.codes.rules import (
    AlreadyThere,
    NeedsClause,
    NothingPlanned,
    NotInForce,
    NotKeeper,
    StillParent,
    WrongCode,
    WrongStart,
)
from tests.conftest import owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def monday(at: datetime) -> date:
    return at.date()


@pytest.fixture
def next_month(monday: date) -> date:
    return monday + timedelta(days=30)


def add(actor: Actor, at: datetime, **other: Any) -> Code:
    given: dict[str, Any] = {
        "list_key": "event_class",
        "code": "2101",
        "name": "共享单车淤积",
        "parent": "21",
    }
    return actions.add_code(**(given | {"start": at.date()} | other), actor=actor, at=at)


def test_adding_gives_the_list_a_code_from_its_day(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date, next_month: date
) -> None:
    add(keeper, at, start=next_month)

    assert queries.code("event_class", "2101", on=monday) is None
    assert queries.code("event_class", "2101", on=next_month) is not None


def test_adding_twice_is_refused(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    add(keeper, at)

    with pytest.raises(AlreadyThere):
        add(keeper, at)


def test_adding_below_a_parent_that_does_not_hold_is_refused(
    shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(NotInForce):
        add(keeper, at, parent="88")


def test_adding_to_no_list_is_refused(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongCode):
        add(keeper, at, list_key="nothing")


def test_adding_for_yesterday_is_refused(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date
) -> None:
    with pytest.raises(WrongStart):
        add(keeper, at, start=monday - timedelta(days=1))


def test_demanding_a_photo_without_a_clause_is_refused(
    shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(NeedsClause):
        add(keeper, at, attributes={"evidence_required": True})


def test_today_is_the_citys_day_and_not_that_of_greenwich(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date
) -> None:
    early = at.replace(hour=1)

    assert add(keeper, early, start=monday).valid_from == monday


def test_changing_closes_the_old_row_and_opens_another(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date, next_month: date
) -> None:
    actions.change_code(
        list_key="event_class",
        code="0102",
        start=next_month,
        changes={"name": "垃圾暴露", "attributes": {"verification_required": True}},
        actor=keeper,
        at=at,
    )

    new, old = queries.history("event_class", "0102")

    assert (old.name, old.valid_to) == ("暴露垃圾", next_month)
    assert (new.name, new.valid_to) == ("垃圾暴露", None)
    assert (new.name_en, new.parent) == (old.name_en, old.parent)


def test_a_change_is_read_by_its_day(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date, next_month: date
) -> None:
    actions.change_code(
        list_key="event_class",
        code="0102",
        start=next_month,
        changes={"name": "垃圾暴露"},
        actor=keeper,
        at=at,
    )

    names = [
        entry.name
        for on in (monday, next_month - timedelta(days=1), next_month)
        if (entry := queries.class_of("0102", on=on))
    ]

    assert names == ["暴露垃圾", "暴露垃圾", "垃圾暴露"]


def test_changing_before_the_last_change_is_refused(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date, next_month: date
) -> None:
    change: dict[str, Any] = {"list_key": "event_class", "code": "0102", "actor": keeper, "at": at}
    actions.change_code(**change, start=next_month, changes={"name": "一"})

    with pytest.raises(WrongStart):
        actions.change_code(**change, start=monday, changes={"name": "二"})


def test_the_code_itself_is_not_changed(shipped: Loaded, keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongCode):
        actions.change_code(
            list_key="event_class",
            code="0102",
            start=at.date(),
            changes={"code": "0103"},
            actor=keeper,
            at=at,
        )


def test_ending_takes_the_code_out_of_the_list_and_keeps_its_name(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date, next_month: date
) -> None:
    actions.end_code(
        list_key="part_class",
        code="P0122",
        end=next_month,
        replaced_by="P0124",
        actor=keeper,
        at=at,
    )

    gone = queries.known("part_class", "P0122", on=next_month)

    assert queries.class_of("P0122", on=monday) is not None
    assert queries.class_of("P0122", on=next_month) is None
    assert gone is not None
    assert (gone.name, gone.replaced_by) == ("电话亭", "P0124")


def test_ending_a_group_with_classes_in_it_is_refused(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    with pytest.raises(StillParent):
        actions.end_code(list_key="part_class", code="P01", end=next_month, actor=keeper, at=at)


def test_ending_for_a_successor_that_does_not_hold_is_refused(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    with pytest.raises(NotInForce):
        actions.end_code(
            list_key="part_class",
            code="P0122",
            end=next_month,
            replaced_by="P0999",
            actor=keeper,
            at=at,
        )


def test_withdrawing_takes_back_a_change_to_come(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    code: dict[str, Any] = {"list_key": "event_class", "code": "0102"}
    change: dict[str, Any] = {"start": next_month, "actor": keeper, "at": at}
    actions.change_code(**code, **change, changes={"name": "写错了"})

    actions.withdraw_code(**code, actor=keeper, at=at)
    actions.change_code(**code, **change, changes={"name": "写对了"})

    assert [entry.name for entry in queries.history("event_class", "0102")] == [
        "写对了",
        "暴露垃圾",
    ]


def test_withdrawing_takes_back_an_end_to_come(
    shipped: Loaded, keeper: Actor, at: datetime, next_month: date
) -> None:
    actions.end_code(list_key="part_class", code="P0122", end=next_month, actor=keeper, at=at)

    actions.withdraw_code(list_key="part_class", code="P0122", actor=keeper, at=at)

    assert queries.class_of("P0122", on=next_month) is not None


def test_what_has_begun_is_not_withdrawn(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date
) -> None:
    actions.change_code(
        list_key="event_class",
        code="0102",
        start=monday,
        changes={"name": "垃圾暴露"},
        actor=keeper,
        at=at,
    )

    with pytest.raises(NothingPlanned):
        actions.withdraw_code(list_key="event_class", code="0102", actor=keeper, at=at)


def test_a_stranger_withdraws_nothing(shipped: Loaded, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.withdraw_code(list_key="event_class", code="0102", actor=stranger, at=at)


def test_a_code_that_ended_may_come_back(
    shipped: Loaded, keeper: Actor, at: datetime, monday: date, next_month: date
) -> None:
    tomorrow = monday + timedelta(days=1)
    actions.end_code(list_key="part_class", code="P0122", end=tomorrow, actor=keeper, at=at)

    add(keeper, at, list_key="part_class", code="P0122", parent="P01", start=next_month)

    assert queries.class_of("P0122", on=tomorrow) is None
    assert queries.class_of("P0122", on=next_month) is not None


def test_the_database_itself_holds_two_open_rows_apart(
    shipped: Loaded, at: datetime, monday: date
) -> None:
    row = Code.objects.get(list__key="event_class", code="0102")

    with pytest.raises(IntegrityError), transaction.atomic():
        Code.objects.bulk_create([Code(list=row.list, code="0102", name="二", valid_from=monday)])


def test_a_change_is_recorded_with_field_names_only(
    shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    row = actions.change_code(
        list_key="event_class",
        code="0102",
        start=at.date(),
        changes={"name": "垃圾暴露"},
        actor=keeper,
        at=at,
    )

    found = Record.objects.get(topic="codes.change_code")

    assert found.subject == f"codes.code:{row.pk}"
    assert found.actor_id == keeper.id
    assert found.changed == ["name"]


def test_a_stranger_adds_nothing(shipped: Loaded, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        add(stranger, at)


def test_a_district_does_not_change_the_citys_list(
    shipped: Loaded, of_one_district: Actor, at: datetime
) -> None:
    with pytest.raises(NotKeeper):
        add(of_one_district, at)


def test_a_stranger_changes_nothing(shipped: Loaded, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.change_code(
            list_key="event_class",
            code="0102",
            start=at.date(),
            changes={"name": "二"},
            actor=stranger,
            at=at,
        )


def test_a_stranger_ends_nothing(shipped: Loaded, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.end_code(list_key="part_class", code="P0122", end=at.date(), actor=stranger, at=at)


def test_a_reporter_enters_no_document(at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.add_document(title="某办法", actor=REPORTER, at=at)


def test_a_document_and_its_clause_are_entered_once(keeper: Actor, at: datetime) -> None:
    document = actions.add_document(title="示例办法", number="示例〔2026〕1号", actor=keeper, at=at)
    actions.add_clause(document_id=document.pk, number="第一条", actor=keeper, at=at)

    with pytest.raises(AlreadyThere):
        actions.add_document(title="示例办法", number="示例〔2026〕1号", actor=keeper, at=at)
    with pytest.raises(AlreadyThere):
        actions.add_clause(document_id=document.pk, number="第一条", actor=keeper, at=at)


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Take back what is added with real commits: the lists are the same for all tests."""
    before = list(Code.objects.values_list("pk", flat=True))
    yield
    with owner(connection.settings_dict["NAME"]) as cleaner:
        cleaner.execute("DELETE FROM codes_code WHERE id <> ALL (%s)", [before])


def test_of_two_who_add_the_same_code_one_wins(
    committed: None, keeper: Actor, at: datetime
) -> None:
    actions.load(actor=keeper, at=at)
    together = Barrier(2)

    def attempt(_number: int) -> str:
        together.wait()
        try:
            add(keeper, at, code="2199")
        except AlreadyThere:
            return "refused"
        else:
            return "added"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        outcomes = list(people.map(attempt, range(2)))

    assert sorted(outcomes) == ["added", "refused"]

"""A building … stands in one grid each day, and what was stays (楼栋归属)."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.regions import actions, rules
from quanyu.regions.models import Building, Siting
from tests.conftest import person

pytestmark = pytest.mark.django_db

COMMUNITY = "34/01/04/001/001/"
FIRST, SECOND, THIRD = (f"{COMMUNITY}g00{number}/" for number in (1, 2, 3))


@pytest.fixture
def building() -> Building:
    found = Building.objects.filter(region_path=FIRST).order_by("code").first()
    assert found is not None
    return found


def _rows(building: Building) -> list[tuple[str, date, date | None]]:
    rows = Siting.objects.filter(building=building).order_by("valid_from")
    return list(rows.values_list("region_path", "valid_from", "valid_to"))


def test_of_the_demo_street_stands_in_one_grid_since_the_grid_began(building: Building) -> None:
    assert _rows(building) == [(FIRST, actions.HEFEI_DAY, None)]


def test_is_put_into_another_grid_and_the_old_one_is_kept(
    building: Building, importer: Actor, at: datetime
) -> None:
    day = date(2025, 6, 1)

    actions.place_building(building_id=building.pk, path=SECOND, day=day, actor=importer, at=at)

    building.refresh_from_db()
    assert building.region_path == SECOND
    assert _rows(building) == [(FIRST, actions.HEFEI_DAY, day), (SECOND, day, None)]


def test_that_is_put_twice_on_a_day_stands_where_it_was_put_last(
    building: Building, importer: Actor, at: datetime
) -> None:
    day = date(2025, 6, 1)
    actions.place_building(building_id=building.pk, path=SECOND, day=day, actor=importer, at=at)

    actions.place_building(building_id=building.pk, path=THIRD, day=day, actor=importer, at=at)

    assert _rows(building) == [(FIRST, actions.HEFEI_DAY, day), (THIRD, day, None)]


def test_that_stands_there_already_is_left_alone(
    building: Building, importer: Actor, at: datetime
) -> None:
    moved = actions.place_buildings(moves={building.pk: FIRST}, actor=importer, at=at)

    assert moved == 0
    assert not Record.objects.filter(topic="building.place").exists()


def test_leaves_one_record_a_move(building: Building, importer: Actor, at: datetime) -> None:
    actions.place_building(building_id=building.pk, path=SECOND, actor=importer, at=at)

    assert Record.objects.filter(topic="building.place").count() == 1


def test_is_not_put_into_another_grid_before_its_last_move(
    building: Building, importer: Actor, at: datetime
) -> None:
    with pytest.raises(rules.WrongSiting) as no:
        actions.place_building(
            building_id=building.pk, path=SECOND, day=date(2020, 1, 1), actor=importer, at=at
        )

    assert (no.value.field, no.value.value) == ("day", "2020-01-01")


def test_is_not_put_into_another_grid_on_a_day_to_come(
    building: Building, importer: Actor, at: datetime
) -> None:
    with pytest.raises(rules.WrongSiting):
        actions.place_building(
            building_id=building.pk, path=SECOND, day=date(2099, 1, 1), actor=importer, at=at
        )


@pytest.mark.parametrize("path", ["34/01/04/001/", f"{COMMUNITY}g099/"])
def test_stands_in_no_street_and_in_no_unknown_grid(
    building: Building, importer: Actor, at: datetime, path: str
) -> None:
    with pytest.raises(rules.WrongSiting):
        actions.place_building(building_id=building.pk, path=path, actor=importer, at=at)


def test_has_one_current_row_by_the_database(building: Building) -> None:
    with pytest.raises(IntegrityError, match="siting_is_one_today"), transaction.atomic():
        Siting.objects.create(building=building, region_path=SECOND, valid_from=date(2025, 1, 1))


def test_is_not_put_elsewhere_by_a_stranger(building: Building, at: datetime) -> None:
    stranger = person(Role.DISTRICT_ADMIN, "34/01/11/")

    with pytest.raises(Denied):
        actions.place_building(building_id=building.pk, path=SECOND, actor=stranger, at=at)


def test_is_not_put_elsewhere_by_who_only_works_there(building: Building, at: datetime) -> None:
    worker = person(Role.GRID_WORKER, COMMUNITY)

    with pytest.raises(rules.NotKeeper):
        actions.place_building(building_id=building.pk, path=SECOND, actor=worker, at=at)

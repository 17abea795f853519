"""The pages of places … show what stands where (地点与房屋页面)."""

from datetime import date, datetime

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.regions import actions
from quanyu.regions.models import Building, Dwelling
from tests.conftest import STREET, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

COMMUNITY = "34/01/04/001/001/"
CODE = "340104001001E001001"


@pytest.fixture
def reader() -> Actor:
    return person(Role.DISTRICT_ADMIN, "34/01/04/")


def _text(reader: Actor, address: str) -> str:
    page = browser_of(reader).get(address)
    assert page.status_code == 200
    return page.content.decode()


def test_a_community_with_its_grids_and_estates(reader: Actor) -> None:
    text = _text(reader, f"/desk/places?place={COMMUNITY}")

    assert "340104001001" in text
    assert "第一网格" in text
    assert "荷香苑" in text


def test_a_grid_with_its_buildings(reader: Actor) -> None:
    assert "荷香苑3幢" in _text(reader, f"/desk/places?place={COMMUNITY}g001/")


def test_a_typed_address_leads_to_its_building(reader: Actor) -> None:
    building = Building.objects.get(code=CODE)

    text = _text(reader, "/desk/places?q=荷香苑1幢1单元999")

    assert f"/desk/buildings/{building.pk}" in text
    assert "没有找到：房 999" in text


def test_an_estate_with_plates_and_buildings(reader: Actor) -> None:
    text = _text(reader, "/desk/estates/340104001001E001")

    assert "二里街8号" in text
    assert "荷香苑1幢" in text


def test_a_building_with_its_homes_and_the_grids_it_stood_in(
    reader: Actor, importer: Actor, at: datetime
) -> None:
    building = Building.objects.get(code=CODE)
    actions.place_building(
        building_id=building.pk,
        path=f"{COMMUNITY}g002/",
        day=date(2025, 6, 1),
        actor=importer,
        at=at,
    )

    text = _text(reader, f"/desk/buildings/{building.pk}")

    assert "1单元" in text
    assert "第一网格" in text
    assert "第二网格" in text


@pytest.mark.parametrize("page", ["estates", "buildings", "dwellings"])
def test_a_list_by_place_and_words(reader: Actor, page: str) -> None:
    assert "荷香苑" in _text(reader, f"/desk/{page}?place={COMMUNITY}&q=荷香苑")


@pytest.mark.parametrize("page", ["estates", "buildings", "dwellings"])
def test_a_list_goes_on_to_its_next_page(reader: Actor, page: str) -> None:
    assert _text(reader, f"/desk/{page}?sort=code&after=~")


def test_of_very_many_dwellings_so_many_are_counted(reader: Actor) -> None:
    browser = browser_of(reader)

    whole = browser.get("/desk/dwellings").content.decode()
    few = browser.get(f"/desk/dwellings?place={COMMUNITY}g001/").content.decode()
    place = browser.get(f"/desk/places?place={STREET}").content.decode()

    assert Dwelling.objects.count() > 10_000
    assert "至少 <b>10,000</b> 条" in whole
    assert "至少 10,000" in place
    assert f"共 <b>{_in_first_grid():,}</b> 条" in few


def _in_first_grid() -> int:
    return Dwelling.objects.filter(building__region_path=f"{COMMUNITY}g001/").count()


@pytest.mark.parametrize(
    "address",
    ["/desk/places?place=34/99/", "/desk/estates/none", f"/desk/buildings/{CODE}"],
)
def test_nothing_where_nothing_stands(reader: Actor, address: str) -> None:
    assert browser_of(reader).get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/desk/places", "/desk/estates", "/desk/buildings", "/desk/dwellings"]
)
def test_nothing_to_who_has_no_part_in_the_ground(address: str) -> None:
    assert browser_of(person(Role.AUDITOR)).get(address).status_code == 403

"""The API of places … gives what the pages show (地点接口)."""

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.regions.models import Building
from tests.conftest import person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/places"
COMMUNITY = "34/01/04/001/001/"


@pytest.fixture
def reader() -> Actor:
    return person(Role.DISTRICT_ADMIN, "34/01/04/")


def test_what_an_address_stands_for(reader: Actor) -> None:
    building = Building.objects.get(code="340104001001E001003")

    said = browser_of(reader).get(f"{ROOT}/address", {"text": "荷香苑3幢2单元999"}).json()

    assert (said["level"], said["building_id"]) == ("unit", str(building.pk))
    assert said["missing"] == [{"part": "room", "said": "999"}]


def test_a_place_with_its_codes(reader: Actor) -> None:
    said = browser_of(reader).get(f"{ROOT}/place", {"path": COMMUNITY}).json()

    assert (said["code"], len(said["children"])) == ("340104001001", 7)
    assert said["estates"]


def test_an_estate_with_its_buildings(reader: Actor) -> None:
    said = browser_of(reader).get(f"{ROOT}/estates/340104001001E001").json()

    assert (said["plates"], len(said["buildings"])) == (["二里街8号"], 12)


def test_a_building_with_its_homes_and_grids(reader: Actor) -> None:
    building = Building.objects.get(code="340104001001E001003")

    said = browser_of(reader).get(f"{ROOT}/buildings/{building.pk}").json()

    assert said["stairs"][0]["floors"][0] == {"floor": 6, "rooms": ["601", "602"]}
    assert [one["region_path"] for one in said["sitings"]] == [f"{COMMUNITY}g001/"]


def test_nothing_where_nothing_stands(reader: Actor) -> None:
    assert browser_of(reader).get(f"{ROOT}/estates/none").status_code == 404

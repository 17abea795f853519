"""A typed address … is known as far as its parts are, with the reason (地址识别)."""

import pytest
from django.utils import translation

from quanyu.regions import queries
from quanyu.regions.models import Alias, Building, Dwelling, Estate, Unit
from quanyu.regions.rules import Level, level_of

pytestmark = pytest.mark.django_db

ESTATE = "荷香苑"
PLATE = "二里街8号"


@pytest.fixture
def building() -> Building:
    return Building.objects.get(estate__name=ESTATE, number="3")


@pytest.fixture
def home(building: Building) -> Dwelling:
    unit, _made = Unit.objects.get_or_create(building=building, number="2")
    home, _made = Dwelling.objects.get_or_create(
        building=building, unit=unit, room="501", defaults={"floor": 5}
    )
    return home


@pytest.mark.parametrize(
    "text",
    [
        f"{PLATE}3幢2单元501",
        f"蜀山区{PLATE}{ESTATE}3幢2单元501室",
        f"{ESTATE}三号楼二单元501",
        f"{ESTATE}3-2-501",
    ],
)
def test_to_a_dwelling(text: str, home: Dwelling) -> None:
    found = queries.recognise(text)

    assert (found.level, found.dwelling_id) == ("room", home.pk)
    assert found.region_path == home.building.region_path
    assert found.missing == ()


def test_by_what_people_call_the_estate(home: Dwelling) -> None:
    estate = Estate.objects.get(name=ESTATE)
    Alias.objects.create(text="老纺织厂宿舍", region_path=estate.region_path, estate=estate)

    found = queries.recognise("老纺织厂宿舍3幢2单元501")

    assert found.dwelling_id == home.pk


def test_by_what_people_call_a_place(home: Dwelling) -> None:
    Alias.objects.create(text="政务区", region_path="34/01/04/")

    found = queries.recognise(f"政务区{PLATE}3幢2单元501")

    assert found.dwelling_id == home.pk
    assert ("place", "政务区") in found.understood


def test_to_the_nearest_known_part_with_the_reason(home: Dwelling) -> None:
    with translation.override("zh-hans"):
        found = queries.recognise(f"{ESTATE}3幢2单元999")

        assert found.level == "unit"
        assert found.reason == f"认出：小区 {ESTATE}、楼栋 3幢、单元 2单元；没有找到：房 999"


def test_to_the_estate_when_the_building_is_not_known() -> None:
    found = queries.recognise(f"{ESTATE}99幢1单元101")

    assert found.level == "estate"
    assert found.missing == (("building", "99幢"), ("unit", "1单元"), ("room", "101"))
    assert level_of(found.region_path) is Level.GRID


def test_to_the_place_when_nothing_else_is_known() -> None:
    found = queries.recognise("蜀山区没有这条路77号5幢")

    assert (found.level, found.region_path) == ("place", "34/01/04/")
    assert ("door", "77号") in found.missing


def test_to_neither_of_two_rooms_of_one_number(building: Building, home: Dwelling) -> None:
    other, _made = Unit.objects.get_or_create(building=building, number="1")
    Dwelling.objects.get_or_create(building=building, unit=other, room="501", defaults={"floor": 5})

    found = queries.recognise(f"{ESTATE}3幢501")

    assert (found.level, found.missing) == ("building", (("room", "501"),))


def test_to_neither_of_two_estates_of_one_name() -> None:
    Estate.objects.create(code="other", name=ESTATE, region_path="34/01/11/001/001/")

    found = queries.recognise(f"{ESTATE}3幢")

    assert (found.building_id, len(found.alike)) == (None, 2)


def test_to_the_one_of_two_estates_in_the_place_that_is_named(building: Building) -> None:
    Estate.objects.create(code="other", name=ESTATE, region_path="34/01/11/001/001/")

    found = queries.recognise(f"蜀山区{ESTATE}3幢")

    assert found.building_id == building.pk


@pytest.mark.parametrize("text", ["", "，", "你好", "12345", "x" * 500])
def test_to_nothing(text: str) -> None:
    assert queries.recognise(text).level == ""


def test_first_among_what_a_search_finds(building: Building) -> None:
    found = queries.search(f"{PLATE}3幢")

    assert (found[0].path, found[0].name) == (building.region_path, building.address)

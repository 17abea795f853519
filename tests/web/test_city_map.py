"""The map of the city … and the list beside it say the same, to staff alone (城市地图)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from quanyu.kernel.access.rules import Actor, Role
from quanyu.regions import queries
from quanyu.regions.models import Building
from quanyu.regions.pages.printing import sheet
from quanyu.regions.queries import sights
from quanyu.regions.queries.sheets import drawing
from quanyu.regions.rules import printing as rules
from quanyu.regions.rules.printing import Paper, Turn
from tests.conftest import GRID, POINT, STREET, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

AROUND = (POINT[0] - 0.001, POINT[1] - 0.001, POINT[0] + 0.001, POINT[1] + 0.001)
BOX = ",".join(map(str, AROUND))
DOORS = [
    reverse("desk_city_map"),
    f"{reverse('desk_city_map_list')}?bbox={BOX}&zoom=17",
    f"{reverse('desk_city_map_one')}?key={GRID}",
    f"{reverse('desk_city_map_print')}?place={GRID}",
]


def keys(page: str) -> set[str]:
    return set(re.findall(r'data-key="([^"]+)"', page))


@pytest.mark.parametrize("address", DOORS)
def test_is_closed_to_who_has_not_signed_in(address: str, client: Client) -> None:
    answer = client.get(address)

    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]


@pytest.mark.parametrize("address", DOORS)
def test_is_closed_to_an_auditor(address: str) -> None:
    auditor = person(Role.AUDITOR, STREET)

    assert browser_of(auditor).get(address).status_code == 403


def test_opens_where_one_works_with_its_grids(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_city_map")).content.decode()

    assert keys(page) == set(queries.grids_in(STREET))


def test_lists_the_buildings_in_view_from_near(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(DOORS[1]).content.decode()

    inside = Building.objects.filter(lon__range=AROUND[::2], lat__range=AROUND[1::2])
    assert keys(page) == {key.hex for key in inside.values_list("id", flat=True)}
    assert keys(page)


def test_lists_communities_from_afar(dispatcher: Actor) -> None:
    view = sights.in_view((116.0, 31.0, 118.0, 33.0), 10)

    assert view.level == "community"
    assert {one.path for one in view.rows} == {f"{STREET}{number:03d}/" for number in range(1, 7)}


def test_says_what_is_clicked_on(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(DOORS[2]).content.decode()

    assert "第一网格" in page
    assert "三里庵街道 梅山路社区" in page


@pytest.mark.parametrize("key", ["", "34/99/", "nothing", "00000000000000000000000000000000"])
def test_of_nothing_says_nothing(key: str, dispatcher: Actor) -> None:
    address = reverse("desk_city_map_one")

    assert browser_of(dispatcher).get(address, {"key": key}).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"bbox": "1,2,3", "zoom": "9"},
        {"bbox": "a,b,c,d", "zoom": "9"},
        {"bbox": "nan,nan,nan,nan", "zoom": "9"},
        {"bbox": BOX, "zoom": "99"},
        {"bbox": BOX, "zoom": "nan"},
        {},
    ],
)
def test_of_an_odd_view_is_no_fault_of_ours(asked: dict[str, str], dispatcher: Actor) -> None:
    address = reverse("desk_city_map_list")

    assert browser_of(dispatcher).get(address, asked).status_code == 400


def test_finds_a_place_by_name(dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(reverse("desk_city_map"), {"q": "杏林"}).content.decode()

    assert f"{STREET}005/" in keys(page)


def test_prints_a_grid_as_one_sheet(dispatcher: Actor) -> None:
    answer = browser_of(dispatcher).get(DOORS[3])

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_prints_what_lies_in_the_place(dispatcher: Actor) -> None:
    frame = rules.frame(Paper.A4, Turn.LANDSCAPE)

    drawn = sheet(drawing(STREET), STREET, frame)

    grids = queries.grids_in(STREET)
    assert drawn["counts"]["grids"] == len(grids)
    assert drawn["counts"]["buildings"] == Building.objects.standing().within(STREET).count()
    assert {one["text"] for one in drawn["labels"]} >= {"杏林社区", "龙河路社区"}
    assert "绩溪路" in {one["text"] for one in drawn["road_names"]}
    assert drawn["paths"]["buildings"].count("M") == drawn["counts"]["buildings"]


@pytest.mark.parametrize("asked", [{"paper": "a5"}, {"turn": "round"}])
def test_prints_on_no_other_paper(asked: dict[str, str], dispatcher: Actor) -> None:
    address = reverse("desk_city_map_print")

    assert browser_of(dispatcher).get(address, {"place": GRID} | asked).status_code == 400


def test_prints_no_place_without_an_outline(dispatcher: Actor) -> None:
    address = reverse("desk_city_map_print")

    assert browser_of(dispatcher).get(address, {"place": "34/01/02/001/"}).status_code == 404


def test_leads_from_what_is_clicked_on_to_who_answers_for_it(dispatcher: Actor) -> None:
    browser = browser_of(dispatcher)
    building = Building.objects.standing().within(GRID).first()
    assert building is not None
    keys = [GRID, building.id.hex]

    pages = [
        browser.get(reverse("desk_city_map_one"), {"key": key}).content.decode() for key in keys
    ]

    links = [re.findall(r'href="([^"]+)"', page) for page in pages]
    assert [len(found) for found in links] == [3, 3]
    assert {browser.get(link).status_code for found in links for link in found} == {200}

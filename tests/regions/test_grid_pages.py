"""The pages of grids … answer by place and day, show findings, appoint and end (网格页面)."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.regions import actions, jobs
from quanyu.regions.models import Building, GridCheck, GridContact, Region
from tests.conftest import STREET, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
COMMUNITY = f"{STREET}001/"
GRID = f"{COMMUNITY}g001/"
CITY = system("34/01/", job="tests")


@pytest.fixture
def secretary() -> Actor:
    return person(Role.COMMUNITY_SECRETARY, COMMUNITY, name="方晴")


@pytest.fixture
def leader(act: Any, secretary: Actor, at: datetime) -> GridContact:
    row: GridContact = act(
        actions.appoint_contact, path=GRID, post="leader", name="何平", actor=secretary, at=at
    )
    return row


def text(browser: Client, url: str, status: int = 200) -> str:
    page = browser.get(url)
    assert page.status_code == status, url
    return page.content.decode()


# ------------------------------------------------------------------ who answers


def test_the_interface_answers_by_place_and_day(leader: GridContact) -> None:
    browser = browser_of(person(Role.COMMANDER))

    found = browser.get(f"/api/v1/places/who?place={GRID}&on=2026-03-02").json()

    assert [one["name"] for one in found["contacts"]] == ["何平"]
    assert [one["code"] for one in found["grids"]] == ["3401040010011001"]
    assert found["bodies"]
    assert found["notes"] == []


def test_the_interface_says_why_a_day_is_too_early(leader: GridContact) -> None:
    browser = browser_of(person(Role.COMMANDER))

    found = browser.get(f"/api/v1/places/who?place={GRID}&on=1990-01-01").json()

    assert (found["grids"], found["contacts"], found["bodies"]) == ([], [], [])
    assert "2023-06-30" in found["notes"][0]


def test_the_interface_says_what_is_no_place() -> None:
    browser = browser_of(person(Role.COMMANDER))

    answer = browser.get("/api/v1/places/who?address=没有的路99号")

    assert answer.status_code == 422
    assert answer.json()["field"] == "address"


def test_the_page_answers_for_a_building_on_a_day(leader: GridContact) -> None:
    house = Building.objects.filter(region_path=GRID).first()
    assert house is not None
    browser = browser_of(person(Role.GRID_WORKER, GRID))

    said = text(browser, f"/desk/who?building={house.pk}&on=2026-03-05")

    assert "何平" in said
    assert house.address in said
    assert "data-print-page" in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "先写一个地点"),
        ("?q=第一网格", "是哪一个？"),
        ("?q=没有的路99号", "没有找到这个地点"),
        ("?q=117.2214, 31.8238", "第一网格"),
        ("?q=3401040010011001", "第一网格"),
        ("?place=nowhere", "没有找到这个地点"),
        ("?building=nowhere", "没有找到这个地点"),
        (f"?place={GRID}&on=someday", "第一网格"),
        (f"?place={GRID}&on=1990-01-01", "起才有记录"),
    ],
)
def test_the_page_takes_what_people_type(asked: str, words: str) -> None:
    assert words in text(browser_of(person(Role.COMMANDER)), f"/desk/who{asked}")


def test_the_page_is_not_for_somebody_without_a_post() -> None:
    text(browser_of(person(Role.RESIDENT, STREET)), "/desk/who", status=403)


# ------------------------------------------------------------------ the check


def checked(act: Any, at: datetime) -> None:
    asked = act(actions.ask_check, place=STREET, actor=person(Role.COMMANDER), at=at)
    set_scope(CITY)
    jobs.check_grids(asked[0].pk, at)


def test_lists_what_the_newest_check_found(act: Any, at: datetime) -> None:
    Region.objects.filter(path=GRID).update(households=900)
    checked(act, at)
    browser = browser_of(person(Role.COMMANDER))

    said = text(browser, f"/desk/grids?place={STREET}")

    assert "户数和人口都超过上限" in said
    assert "44 个网格、605 幢楼" in said
    shapes = browser.get(f"/desk/grids/findings.geojson?place={COMMUNITY}").json()
    assert [one["properties"]["fault"] for one in shapes["features"]] == ["too_large"]


def test_says_of_a_clean_street_that_nothing_was_found(act: Any, at: datetime) -> None:
    checked(act, at)

    assert "没有发现问题" in text(browser_of(person(Role.COMMANDER)), "/desk/grids")


def test_a_keeper_asks_for_another_look() -> None:
    browser = browser_of(person(Role.COMMANDER))

    answer = browser.post(f"/desk/grids?place={STREET}")

    assert answer.status_code == 302
    set_scope(CITY)
    assert GridCheck.objects.visible_to(CITY).filter(done_at=None).count() == 1


def test_a_district_sees_its_streets(act: Any, at: datetime) -> None:
    checked(act, at)

    said = text(browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/")), "/desk/grids")

    assert "没有检查过" in said
    assert "没有问题" in said


def test_another_street_is_no_page() -> None:
    text(browser_of(person(Role.COMMANDER)), "/desk/grids?place=34/01/03/001/", status=404)


# ------------------------------------------------------------------ contacts


def test_lists_appoints_and_ends(leader: GridContact, secretary: Actor) -> None:
    browser = browser_of(secretary)
    assert "何平" in text(browser, "/desk/grids/contacts")

    given = {"place": GRID, "post": "full_time", "name": "林静", "start": "2026-03-02"}
    assert browser.post("/desk/grids/contacts", given).status_code == 302
    assert browser.post(f"/desk/grids/contacts/{leader.pk}/end", {}).status_code == 302

    said = text(browser, "/desk/grids/contacts")
    assert "林静" in said
    assert "何平" not in said
    assert "何平" in text(browser, "/desk/grids/contacts?standing=all")


def test_says_on_the_page_why_not(leader: GridContact, secretary: Actor) -> None:
    given = {"place": GRID, "post": "leader", "name": "苏梅", "start": "2026-03-02"}

    answer = browser_of(secretary).post("/desk/grids/contacts", given)

    assert answer.status_code == 409
    assert "请先登记卸任" in answer.content.decode()


def test_a_grid_worker_reads_and_appoints_nobody(leader: GridContact) -> None:
    said = text(browser_of(person(Role.GRID_WORKER, GRID)), "/desk/grids/contacts")

    assert "何平" in said
    assert 'name="post"' not in said.split("data-filters")[-1].split("</form>", 1)[-1]


def test_who_keeps_a_city_goes_down_to_a_street_before_a_grid_is_offered(
    leader: GridContact,
) -> None:
    """A city has some thousand grids: no page sends them all to choose from."""
    browser = browser_of(person(Role.DISTRICT_ADMIN, settings.QUANYU_CITY))

    whole = browser.get("/desk/grids/contacts")
    near = browser.get("/desk/grids/contacts", {"place": STREET})

    assert whole.context["form"]["fields"][0]["options"] == []
    assert "请先在“辖区”里选到街道" in whole.content.decode()
    assert GRID in {one["value"] for one in near.context["form"]["fields"][0]["options"]}
    places = next(one for one in near.context["filters"] if one["name"] == "place")
    assert COMMUNITY in {one["value"] for one in places["options"]}


@pytest.mark.parametrize("after", ["²²", "9" * 30, "x"])
def test_an_odd_address_begins_at_the_first(leader: GridContact, after: str) -> None:
    browser = browser_of(person(Role.COMMANDER))

    assert "何平" in text(browser, f"/desk/grids/contacts?after={after}")

"""The pages of one grid … found it, draw it, end it, say how it is coded (设立与划定页面)."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role
from quanyu.regions import actions
from quanyu.regions.models import GridProfile, Plan, PlanPart, Region
from quanyu.regions.queries import profiles
from quanyu.regions.rules.borders import border_text
from quanyu.regions.rules.grids import Profile
from quanyu.regions.rules.planning import Wanted
from tests.conftest import STREET, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
COMMUNITY = f"{STREET}001/"
GRID = f"{COMMUNITY}g001/"
SQUARE = shapely.box(117.2212, 31.8236, 117.2218, 31.8240)
SCHOOL = {"kind": "dedicated_grid", "name": "实验小学网格", "system": "wgs84"}
NEW = f"/desk/grids/new?community={COMMUNITY}"


@pytest.fixture
def keeper() -> Actor:
    return person(Role.COMMANDER, STREET)


@pytest.fixture
def browser(keeper: Actor) -> Client:
    return browser_of(keeper)


def text(browser: Client, url: str, status: int = 200) -> str:
    page = browser.get(url)
    assert page.status_code == status, url
    return page.content.decode()


def border(path: str) -> Any:
    return shapely.from_wkb(bytes(Region.objects.standing().get(path=path).shape or b""))


# ------------------------------------------------------------------ founding


def test_ask_for_the_community_first(browser: Client) -> None:
    assert COMMUNITY in text(browser, "/desk/grids/new")


def test_ask_a_district_for_its_street_first() -> None:
    chief = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/"))

    assert f'value="{STREET}"' in text(chief, "/desk/grids/new")
    assert f'value="{COMMUNITY}"' in text(chief, f"/desk/grids/new?community={STREET}")


def test_found_a_grid_by_text(browser: Client) -> None:
    answer = browser.post(NEW, {**SCHOOL, "shape": border_text(SQUARE), "residents": "900"})

    row = Region.objects.standing().get(name="实验小学网格")
    assert answer.status_code == 302
    assert unquote(answer["Location"]).endswith(row.path)
    assert border(row.path).equals(SQUARE)
    assert row.residents == 900


def test_found_a_grid_by_file(browser: Client) -> None:
    file = SimpleUploadedFile("school.geojson", border_text(SQUARE).encode())

    answer = browser.post(NEW, {**SCHOOL, "file": file})

    assert answer.status_code == 302
    assert border(f"{COMMUNITY}s001/").equals(SQUARE)


@pytest.fixture
def drawn(act: Any, keeper: Actor, at: datetime) -> PlanPart:
    """A community of a plan as the engine has drawn it: one grid."""
    plan: Plan = act(
        actions.make_plan,
        place=COMMUNITY,
        title="夏季方案",
        reason="",
        wanted=Wanted(),
        actor=keeper,
        at=at,
    )
    part = PlanPart.objects.get(plan=plan)
    features = [
        {"type": "Feature", "properties": {"grid": 0}, "geometry": json.loads(border_text(SQUARE))}
    ]
    part.grids = [{"key": "new 1", "before": None, "after": 310}]
    part.shapes = {"proposal": {"type": "FeatureCollection", "features": features}}
    part.drawn_at, part.is_current = at, True
    part.save()
    return part


def test_found_a_grid_as_a_plan_draws_it(browser: Client, drawn: PlanPart) -> None:
    assert "夏季方案" in text(browser, NEW)

    answer = browser.post(NEW, {**SCHOOL, "plan": f"{drawn.pk}:0"})

    assert answer.status_code == 302
    assert border(f"{COMMUNITY}s001/").equals(SQUARE)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"shape": "{"}, "边界须为 GeoJSON"),
        ({"shape": border_text(shapely.box(117.0, 31.0, 117.1, 31.1))}, "超出"),
        ({"kind": "base_grid", "shape": border_text(SQUARE)}, "重叠"),
        ({"name": ""}, "请填写网格名称"),
        ({"residents": "many"}, "人口须为"),
        ({"residents": "99999999999"}, "人口须为"),
        ({"start": "someday"}, "日期有误"),
        ({"plan": "nowhere:0"}, "没有这份方案"),
    ],
)
def test_say_on_the_same_page_why_not(browser: Client, given: dict[str, str], words: str) -> None:
    answer = browser.post(NEW, {**SCHOOL, **given})

    assert answer.status_code in {409, 422}
    assert words in answer.content.decode()
    assert not Region.objects.filter(name="实验小学网格").exists()


def test_take_one_way_to_give_a_border_alone(browser: Client) -> None:
    file = SimpleUploadedFile("school.geojson", border_text(SQUARE).encode())

    answer = browser.post(NEW, {**SCHOOL, "file": file, "plan": "a:0"})

    assert "只用一种给法" in answer.content.decode()


@pytest.mark.parametrize(
    "address", [NEW, f"/desk/grids/draw?path={GRID}", f"/desk/grids/end?path={GRID}"]
)
@pytest.mark.parametrize(
    "who",
    [person(Role.GRID_WORKER, GRID), person(Role.COMMANDER, "34/01/03/001/")],
    ids=["a grid worker", "a commander of another district"],
)
def test_are_no_pages_for_others(who: Actor, address: str) -> None:
    answer = browser_of(who).post(address, SCHOOL)

    assert answer.status_code == 404


# ------------------------------------------------------------------ another border, and the end


def test_show_the_border_that_stands(browser: Client) -> None:
    assert "coordinates" in text(browser, f"/desk/grids/draw?path={GRID}")


def test_give_a_grid_another_border(browser: Client) -> None:
    smaller = border(GRID).buffer(-0.0001)
    given = {"shape": border_text(smaller), "system": "wgs84"}

    answer = browser.post(f"/desk/grids/draw?path={GRID}", given)

    assert answer.status_code == 302
    assert border(GRID).equals_exact(smaller, 1e-6)


def test_want_a_border_to_draw_one(browser: Client) -> None:
    answer = browser.post(f"/desk/grids/draw?path={GRID}", {"shape": ""})

    assert answer.status_code == 422
    assert "请给出边界" in answer.content.decode()


def test_end_a_grid(browser: Client) -> None:
    browser.post(NEW, {**SCHOOL, "shape": border_text(SQUARE), "start": "2026-03-02"})

    answer = browser.post(f"/desk/grids/end?path={COMMUNITY}s001/", {"end": "2026-03-09"})

    assert answer.status_code == 302
    assert not Region.objects.standing().filter(path=f"{COMMUNITY}s001/").exists()


def test_say_why_a_grid_does_not_end(browser: Client) -> None:
    answer = browser.post(f"/desk/grids/end?path={GRID}", {})

    assert answer.status_code == 409
    assert "请先划到别的网格" in answer.content.decode()


def test_lead_from_the_list_and_the_place(browser: Client) -> None:
    assert f"/desk/places?place={quote(GRID, safe='')}" in text(browser, "/desk/grids/list")
    assert "/desk/grids/draw?" in text(browser, f"/desk/places?place={GRID}")
    assert "/desk/grids/new?" in text(browser, f"/desk/places?place={COMMUNITY}")
    assert "/desk/grids/new?" not in text(browser, f"/desk/places?place={STREET}")


# ------------------------------------------------------------------ the profile

GIVEN = {
    "base_digits": "",
    "dedicated_digits": "",
    "micro_digits": "",
    "width": "3",
    "tolerance_m2": "30",
    "households_low": "250",
    "households_high": "450",
    "residents_low": "500",
    "residents_high": "900",
    "source": "市网格编码办法（示例）",
    "start": "2026-03-02",
}
PROFILE = "/desk/grids/profile?place=34/01/04/"


def test_show_by_which_profile_grids_are_coded(browser: Client) -> None:
    said = text(browser, "/desk/grids/profile")

    assert "3401040010011001" in said
    assert 'name="base_digits"' not in said


def test_set_a_profile_from_a_day_on(at: datetime) -> None:
    chief = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/"))

    answer = chief.post(PROFILE, GIVEN)

    assert answer.status_code == 302
    held = profiles.profile(STREET, on=at.date())
    assert (held.length, held.tolerance_m2, held.sizes.households_high) == (15, 30, 450)
    assert "市网格编码办法" in text(chief, PROFILE)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"base_digits": "1"}, "须都为空"),
        ({"width": "4"}, "2位或3位"),
        ({"households_low": "x"}, "的整数"),
        ({"households_low": "99999999999"}, "的整数"),
        ({"households_low": "900"}, "下限须小于上限"),
        ({"start": "someday"}, "日期有误"),
    ],
)
def test_say_what_is_wrong_with_a_profile(given: dict[str, str], words: str) -> None:
    chief = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/"))

    answer = chief.post(PROFILE, GIVEN | given)

    assert answer.status_code in {409, 422}
    assert words in answer.content.decode()
    assert not GridProfile.objects.filter(place_path="34/01/04/").exists()


def test_let_a_commander_read_a_profile_and_set_none(browser: Client) -> None:
    answer = browser.post(f"/desk/grids/profile?place={STREET}", GIVEN)

    assert answer.status_code == 409
    assert profiles.profile(STREET, on=datetime(2026, 3, 2).date()) == Profile()


def test_show_no_profile_of_another_district(browser: Client) -> None:
    text(browser, "/desk/grids/profile?place=34/01/03/", status=404)

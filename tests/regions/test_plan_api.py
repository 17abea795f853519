"""The API of plans … does what the pages do, and says why not (网格规划接口)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from quanyu.kernel.access.rules import Role
from quanyu.regions import jobs
from tests.conftest import STREET, person
from tests.seat import browser_of, send

COMMUNITY = f"{STREET}001/"
ADDRESS = "/api/v1/plans"
WANTED = {"low": 60, "high": 200, "target": 120}


@pytest.fixture
def browser(db: None) -> Any:
    """A commander of the street, signed in."""
    return browser_of(person(Role.COMMANDER, name="郑强"))


@pytest.fixture
def made(browser: Any) -> str:
    """The address of a plan that waits to be drawn."""
    body = {"place": COMMUNITY, "title": "春季优化", "wanted": WANTED}
    answer = send(browser, ADDRESS, body)
    assert answer.status_code == 201
    return f"{ADDRESS}/{answer.json()['id']}"


@pytest.fixture
def drawn(made: str, at: datetime) -> str:
    jobs.draw_plan(UUID(made.rsplit("/", 1)[1]), at)
    return made


def test_makes_a_plan_and_lists_it(browser: Any, made: str) -> None:
    told = browser.get(made).json()
    listed = browser.get(f"{ADDRESS}?state=draft").json()

    assert (told["progress"]["is_under_way"], told["figures"]) == (True, None)
    assert (told["low"], told["high"], told["target"]) == (60, 200, 120)
    assert [one["id"] for one in listed] == [told["id"]]


def test_tells_the_figures_of_today_and_of_the_drawing(browser: Any, drawn: str) -> None:
    told = browser.get(drawn).json()
    community = browser.get(f"{drawn}/community?path={COMMUNITY}").json()

    assert told["figures"]["proposal"]["non_contiguous"] == 0
    assert [one["region_path"] for one in told["communities"]] == [COMMUNITY]
    sizes = [grid["after"] or 0 for grid in community["grids"]]
    assert sum(sizes) == told["figures"]["proposal"]["households"]
    assert {one["grid"] for one in community["buildings"]} == {
        grid["key"] for grid in community["grids"] if grid["after"]
    }


def test_paints_and_undoes(browser: Any, drawn: str, at: datetime) -> None:
    community = browser.get(f"{drawn}/community?path={COMMUNITY}").json()
    locks = {community["buildings"][0]["building"]: "new:1"}

    painted = send(browser, f"{drawn}/paint", {"community": COMMUNITY, "locks": locks})
    jobs.draw_plan(UUID(drawn.rsplit("/", 1)[1]), at)
    after = browser.get(f"{drawn}/community?path={COMMUNITY}").json()
    undone = send(browser, f"{drawn}/undo", {})

    assert painted.json()["progress"]["is_under_way"]
    assert after["buildings"][0]["is_locked"]
    assert undone.json()["communities"][0]["round"] == 1


def test_is_submitted_as_a_reorganisation(browser: Any, drawn: str) -> None:
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    body = {"effective_date": day, "ground": "示例文件", "reason": "户数不均"}

    told = send(browser, f"{drawn}/propose", body).json()
    submitted = send(
        browser, f"/api/v1/reorganisations/{told['reorganisation_id']}/submit", {}
    ).json()

    assert (told["standing"], submitted["state"]) == ("proposed", "submitted")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"place": COMMUNITY, "title": "甲", "wanted": {"low": 600}}, 422, "target"),
        ({"place": COMMUNITY, "title": " "}, 422, "title"),
        ({"place": f"{COMMUNITY}g001/", "title": "甲"}, 422, "place"),
        ({"place": COMMUNITY, "title": "甲", "colour": "red"}, 422, "colour"),
    ],
)
def test_says_which_field_is_wrong(
    browser: Any, body: dict[str, Any], status: int, field: str
) -> None:
    answer = send(browser, ADDRESS, body)

    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert field in answer.content.decode()


def test_says_that_it_is_still_being_drawn(browser: Any, made: str) -> None:
    answer = send(browser, f"{made}/undo", {})

    assert answer.status_code == 409
    assert answer.json()["detail"] == "这个方案还在计算，请稍候"


def test_is_nothing_to_a_stranger(browser: Any, made: str) -> None:
    stranger = browser_of(person(Role.COMMANDER, "34/01/02/"))

    answers = [
        stranger.get(made),
        stranger.get(f"{made}/community?path={COMMUNITY}"),
        send(stranger, f"{made}/redraw", {}),
        send(stranger, f"{made}/copy", {"title": "甲"}),
        send(stranger, f"{made}/retry", {}),
        send(stranger, ADDRESS, {"place": COMMUNITY, "title": "甲"}),
    ]

    assert {one.status_code for one in answers} == {404}

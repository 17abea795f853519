"""The net by place … draws what the list beside it says (按地点看组织)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.organisations import actions
from quanyu.organisations.models import Body
from tests.organisations.conftest import COMMUNITY, GRIDS, STREET, Net, person
from tests.seat import browser_of

PAGE = "/desk/organisations/map"
GROUND = "/desk/organisations/map.geojson"


@pytest.fixture
def keeps(net: Net, commander: Actor) -> Any:
    return browser_of(commander)


@pytest.fixture
def covered(net: Net, commander: Actor) -> Body:
    """The first branch covers two grids since a while."""
    now = timezone.now()
    since = timezone.localdate() - timedelta(days=30)
    for grid in GRIDS[:2]:
        actions.cover(
            body_id=net.first.pk, tie="grid", grid=grid, day=since, actor=commander, at=now
        )
    return net.first


def drawn(browser: Any, **asked: Any) -> list[dict[str, Any]]:
    answer = browser.get(GROUND, asked)
    assert answer.status_code == 200
    features: list[dict[str, Any]] = answer.json()["features"]
    return features


def test_counts_the_grids_as_the_coverage_page_does(keeps: Any, covered: Body) -> None:
    shown = keeps.get(PAGE, {"place": COMMUNITY}).context
    coverage = keeps.get("/desk/coverage", {"place": COMMUNITY}).context

    told = {one["label"]: one["count"] for one in coverage["figures"]}
    assert {one["label"]: one["count"] for one in shown["figures"]}.items() <= told.items()
    assert len(shown["grids"]) == coverage["total"]


def test_draws_a_grid_by_how_it_is_covered(keeps: Any, covered: Body) -> None:
    areas = [one for one in drawn(keeps, place=COMMUNITY) if "covered" in one["properties"]]

    joint = [one for one in areas if one["properties"]["covered"] == "joint"]
    assert {one["properties"]["detail"] for one in joint} >= {"第一网格党支部"}


def test_draws_one_body_with_its_own_grids(keeps: Any, covered: Body) -> None:
    listed = keeps.get(PAGE, {"body": covered.pk}).context["grids"]
    mine = [one for one in drawn(keeps, body=covered.pk) if one["properties"].get("mine")]

    assert [row["grid"].path for row in listed] == list(GRIDS[:2])
    assert len(mine) == len(GRIDS[:2])


def test_shows_the_cover_as_it_was_on_a_day(keeps: Any, covered: Body) -> None:
    before = timezone.localdate() - timedelta(days=31)

    shown = keeps.get(PAGE, {"body": covered.pk, "on": before.isoformat()}).context

    assert shown["grids"] == []


def test_puts_bodies_where_they_stand(keeps: Any, net: Net) -> None:
    spots = keeps.get(PAGE, {"place": STREET}).context["spots"]

    here = {one["spot"].path: {row["body"].name for row in one["bodies"]} for one in spots}
    assert {"第一网格党支部", "第二网格党支部"} <= here[COMMUNITY]
    assert "街道党工委" in here[STREET]


def test_leads_down_from_a_district(net: Net) -> None:
    admin = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/"))

    shown = admin.get(PAGE).context

    assert shown["is_wide"]
    assert any(STREET.replace("/", "%2F") in one["url"] for one in shown["below"])
    assert admin.get(GROUND).status_code == 404


def test_tells_a_stranger_nothing_of_how_anothers_grids_are_covered(
    covered: Body, stranger: Actor
) -> None:
    browser = browser_of(stranger)

    assert browser.get(PAGE, {"place": COMMUNITY}).context["grids"] == []
    assert [one for one in drawn(browser, body=covered.pk) if "covered" in one["properties"]] == []


@pytest.mark.parametrize("asked", [{"place": "99/"}, {"body": "x"}, {"on": "x", "place": "99/"}])
def test_knows_no_other_place_or_body(keeps: Any, asked: dict[str, str]) -> None:
    assert keeps.get(PAGE, asked).status_code == 404

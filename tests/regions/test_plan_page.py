"""The planning desk … shows today and the plan, and does what the plan offers (网格规划页面)."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.regions import jobs
from quanyu.regions.models import Plan, PlanPart, Region
from tests.conftest import STREET, person
from tests.seat import browser_of

COMMUNITY = f"{STREET}001/"
WISHES = {
    "low": "60",
    "high": "200",
    "target": "120",
    "little_change": "2",
    "whole_estates": "2",
    "roads": "2",
    "compact": "2",
}


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER)


@pytest.fixture
def browser(db: Any, commander: Actor) -> Client:
    return browser_of(commander)


@pytest.fixture
def made(browser: Client, commander: Actor, at: datetime) -> Plan:
    typed = {"place": COMMUNITY, "title": "春季优化"}
    assert browser.post("/desk/plans/new", typed).status_code == 302
    set_scope(commander)
    return Plan.objects.get()


@pytest.fixture
def drawn(made: Plan, commander: Actor, at: datetime) -> Plan:
    jobs.draw_plan(made.pk, at)
    set_scope(commander)
    return made


def test_begins_empty_and_lists_what_was_made(browser: Client, made: Plan) -> None:
    page = browser.get("/desk/plans").content.decode()

    assert "春季优化" in page


def test_says_how_far_the_drawing_is(browser: Client, made: Plan) -> None:
    page = browser.get(f"/desk/plans/{made.pk}").content.decode()
    told = browser.get(f"/desk/plans/{made.pk}/progress")

    assert "正在计算：0 / 1 个社区" in page
    assert "HX-Refresh" not in told.headers


def test_is_asked_for_anew_when_it_is_drawn(browser: Client, drawn: Plan) -> None:
    told = browser.get(f"/desk/plans/{drawn.pk}/progress")

    assert told.headers["HX-Refresh"] == "true"


def test_shows_both_maps_and_every_grid(browser: Client, drawn: Plan) -> None:
    page = browser.get(f"/desk/plans/{drawn.pk}").content.decode()

    set_scope(person(Role.COMMANDER))
    part = PlanPart.objects.get(is_current=True)
    assert 'data-plan-map="today"' in page
    assert 'data-plan-map="proposal"' in page
    assert page.count('class="q-sizes"') == len(part.grids)


def test_sliders_ask_for_another_round(browser: Client, drawn: Plan) -> None:
    answer = browser.post(f"/desk/plans/{drawn.pk}/redraw", WISHES)

    assert answer.status_code == 302
    set_scope(person(Role.COMMANDER))
    assert PlanPart.objects.filter(plan=drawn, drawn_at=None, round=2).count() == 1


def test_a_wrong_size_is_said_beside_its_slider(browser: Client, drawn: Plan) -> None:
    answer = browser.post(f"/desk/plans/{drawn.pk}/redraw", {**WISHES, "target": "500"})

    assert answer.status_code == 422
    assert "目标户数须在下限与上限之间" in answer.content.decode()


@pytest.mark.parametrize("locks", ["[1]", "{", '{"a": 1}', "{}", '{"a": "b"}', "[" * 9_999])
def test_an_odd_painting_is_refused_with_a_sentence(
    browser: Client, drawn: Plan, locks: str
) -> None:
    typed = {"community": COMMUNITY, "locks": locks}

    answer = browser.post(f"/desk/plans/{drawn.pk}/paint", typed)

    assert answer.status_code == 422


def test_becomes_a_reorganisation(browser: Client, drawn: Plan, at: datetime) -> None:
    browser.post(f"/desk/plans/{drawn.pk}/redraw", WISHES)
    jobs.draw_plan(drawn.pk, at)
    typed = {"effective_date": "2030-01-01", "ground": "示例文件", "reason": "户数不均"}

    answer = browser.post(f"/desk/plans/{drawn.pk}/propose", typed)

    assert answer.status_code == 302
    set_scope(person(Role.COMMANDER))
    assert Plan.objects.get().standing == "proposed"


def test_names_what_was_not_drawn_and_draws_it_again(
    browser: Client, made: Plan, commander: Actor, at: datetime
) -> None:
    set_scope(commander)
    Region.objects.standing().filter(path=COMMUNITY).update(shape=b"no border")
    jobs.draw_plan(made.pk, at)

    page = browser.get(f"/desk/plans/{made.pk}").content.decode()
    answer = browser.post(f"/desk/plans/{made.pk}/retry")

    assert "社区边界或道路的图形有误" in page
    assert answer.status_code == 302


def test_is_not_there_for_a_stranger(drawn: Plan, stranger: Actor) -> None:
    answer = browser_of(stranger).get(f"/desk/plans/{drawn.pk}")

    assert answer.status_code == 404

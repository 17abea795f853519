"""The page of figures … opens to who leads work at a place, and its numbers to lists (指标页)."""

import re
from html import unescape

import pytest
from django.test import Client

from quanyu.events.rules import READS_FIGURES
from quanyu.kernel.access.rules import Actor, Role
from tests.conftest import STREET, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a href="(/desk/matters\?[^"]*figure=[^"]*)">([\d,]+)</a>')
TOTAL = re.compile(r"共 <b>([\d,]+)</b> 件")
MARCH = "/desk/figures?period=2026-03"


def text(browser: Client, url: str) -> str:
    page = browser.get(url)
    assert page.status_code == 200, url
    return page.content.decode()


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("by", ["place", "body", "class", "minor", "channel"])
def test_links_each_number_to_a_list_of_as_many(by: str) -> None:
    browser = browser_of(person(Role.COMMANDER))
    links = {unescape(u): n for u, n in LINK.findall(text(browser, f"{MARCH}&by={by}"))}

    lists = {url: TOTAL.findall(text(browser, url)) for url in links}

    assert len(links) > 10
    assert lists == {url: [number] for url, number in links.items()}


@pytest.mark.usefixtures("month")
def test_tells_the_passport_of_each_figure() -> None:
    said = text(browser_of(person(Role.DISPATCHER)), MARCH)

    assert "66.67" in said
    assert "按期结案 2 + 超期结案 2 + 遗留超期未结 2 + 时限内未结 0 = 6" in said
    assert "作废 1 件" in said
    assert "口径第 1 版" in said


@pytest.mark.usefixtures("month")
def test_shows_beijings_rates_and_why_one_is_blank() -> None:
    said = text(browser_of(person(Role.CHECKER)), f"{MARCH}&set=beijing")

    assert "签收不等于联系" in said
    assert "其中一项没有数字" in said


@pytest.mark.parametrize("role", sorted(READS_FIGURES))
def test_opens_to_each_role_that_reads_figures(role: Role) -> None:
    assert browser_of(person(role)).get("/desk/figures").status_code == 200


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.SYS_ADMIN, Role.WINDOW_CLERK])
def test_is_closed_to_others(role: Role) -> None:
    assert browser_of(person(role)).get("/desk/figures").status_code in {302, 403}


def test_of_another_place_is_not_there(stranger: Actor) -> None:
    assert browser_of(stranger).get(f"/desk/figures?place={STREET}").status_code == 404


@pytest.mark.parametrize("odd", ["period=2026-13", "by=person", "set=best", "period=x"])
def test_refuses_what_it_does_not_know(odd: str) -> None:
    page = browser_of(person(Role.COMMANDER)).get(f"/desk/figures?{odd}")

    assert page.status_code == 400


def test_names_no_person_by_whom_one_could_group() -> None:
    said = text(browser_of(person(Role.COMMANDER)), MARCH)

    assert "by=person" not in said
    assert "按代码或名称的顺序排列" in said

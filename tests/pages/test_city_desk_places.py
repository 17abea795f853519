"""The city's desk says where a report with words only lies (落点)."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from tests.conftest import person
from tests.pages.conftest import Sit, look, now, report


@pytest.fixture
def unplaced(act: Any, words_only: actions.Report, at: datetime) -> Event:
    """A report of which only words say where it is."""
    return report(act, words_only, at=at)


@pytest.fixture
def city() -> Actor:
    """派遣员 of the whole city."""
    return person(Role.DISPATCHER, settings.QUANYU_CITY, name="韩立")


def place_form(page: Page, matter: Event) -> Any:
    page.goto(f"/desk/matters/{matter.number}")
    return page.get_by_role("form", name="确定地点")


def test_it_is_placed_step_by_step_by_name(sit: Sit, unplaced: Event, city: Actor) -> None:
    page = sit(city)

    for name in ("蜀山区", "三里庵街道", "绩溪路社区"):
        form = place_form(page, unplaced)
        form.get_by_label("在哪里").select_option(label=name)
        form.get_by_role("button", name="确定地点").click()
        expect(page.get_by_text("确定地点：已办好")).to_be_visible()

    expect(page.get_by_role("form", name="确定地点")).not_to_be_attached()
    assert now(unplaced).region_path.count("/") == 5


def test_it_is_placed_by_the_pin(sit: Sit, unplaced: Event, city: Actor) -> None:
    page = sit(city, maps=True)

    form = place_form(page, unplaced)
    form.get_by_role("button", name="位置，可拖动").press("ArrowUp")
    expect(form.get_by_text("位置已选好")).to_be_visible()
    look(page, "city-places")
    form.get_by_role("button", name="确定地点").click()

    expect(page.get_by_text("确定地点：已办好")).to_be_visible()
    assert now(unplaced).region_path.count("/") == 6

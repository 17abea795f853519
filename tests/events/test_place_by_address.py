"""A matter without a point … lies where its address says (按地址落点)."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER, Actor
from quanyu.regions.models import Building
from tests.conftest import found

pytestmark = pytest.mark.django_db

ADDRESS = "荷香苑3幢2单元501"


@pytest.fixture
def grid() -> str:
    return Building.objects.get(estate__name="荷香苑", number="3").region_path


def test_in_the_grid_of_the_building(act: Any, said: actions.Report, grid: str, at: Any) -> None:
    by_words = replace(said, lon=None, lat=None, address=ADDRESS)

    receipt = act(actions.report, said=by_words, actor=REPORTER, at=at)

    assert found(receipt.id).region_path == grid


def test_in_the_city_when_no_building_is_known(act: Any, said: actions.Report, at: Any) -> None:
    by_words = replace(said, lon=None, lat=None, address="桥头那棵大树下面")

    receipt = act(actions.report, said=by_words, actor=REPORTER, at=at)

    assert found(receipt.id).region_path == settings.QUANYU_CITY


def test_where_the_operator_types_it(
    act: Any, reported: Event, operator: Actor, grid: str, at: Any
) -> None:
    event = act(actions.place, event_id=reported.id, address=ADDRESS, actor=operator, at=at)

    assert event.region_path == grid

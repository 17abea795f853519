"""What is reported near by … is told as far as anybody may know it (附近已有人反映)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.queries import nearby, twins
from quanyu.events.queries.nearby import Near, Said, near
from quanyu.events.rules import nearby as rules
from quanyu.events.rules.hot import community_of
from quanyu.kernel.access.rules import REPORTER, Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.regions import queries as regions
from tests.conftest import POINT, found

LON, LAT = POINT
COVER = "小区门口的井盖松了，一踩就响"
TYPED = {"text": COVER, "lon": str(LON), "lat": str(LAT)}
LONS, LATS = st.floats(117.2, 117.3), st.floats(31.7, 31.9)


@pytest.fixture
def at() -> datetime:
    """Now: the page asks the clock."""
    return timezone.now()


def asked(at: datetime, **said: Any) -> list[Near]:
    """Return what somebody is told who stands where the matter is."""
    set_scope(REPORTER)
    usual: dict[str, Any] = {"text": COVER, "lon": LON, "lat": LAT}
    return near(Said(**usual | said), at=at)


# ------------------------------------------------------------------ how far


@given(LONS, LATS, LONS, LATS)
def test_how_far_is_told_in_steps_and_alike_from_anywhere_in_a_cell(
    lon: float, lat: float, other_lon: float, other_lat: float
) -> None:
    here, there = rules.cell(lon, lat), rules.cell(other_lon, other_lat)
    middle = rules.cell((here.column + 0.5) * rules.CELL, (here.row + 0.5) * rules.CELL)

    told = rules.metres(here, there)

    assert told % rules.STEP == 0
    assert told == rules.metres(middle, there) == rules.metres(there, here)


# ------------------------------------------------------------------ what is told


def test_is_told_by_kind_and_about_how_far_and_since_when(handling: Event, at: datetime) -> None:
    [told] = asked(at)

    assert (told.category, told.metres, told.is_begun) == ("P0102", 100, True)
    assert told.day == timezone.localdate(at)


def test_is_told_no_word_no_name_and_no_point_of_anybody(
    client: Client, handling: Event, at: datetime
) -> None:
    page = client.post(reverse("report_near"), TYPED, headers={"X-Requested-With": "fetch"})

    words = page.content.decode()
    told = (handling.text, handling.title, handling.address, handling.number, str(handling.pk))
    assert "附近已有人反映" in words
    assert not any(secret in words for secret in (*told, "张三", "13800138000", str(LON), str(LAT)))


def test_is_told_of_nothing_that_the_desk_has_not_accepted(reported: Event, at: datetime) -> None:
    assert asked(at) == []


def test_is_told_of_nothing_that_is_done(closed: Event, at: datetime) -> None:
    assert asked(at) == []


@pytest.mark.parametrize("code", ["0508", "0301", "2202", "0502"])
def test_is_told_of_nothing_that_somebody_does(code: str, handling: Event, at: datetime) -> None:
    _rewrite(handling, category=code)

    assert asked(at, category=code) == []


def test_is_told_of_nothing_of_who_asked_for_confidence(
    act: Any, said: actions.Report, operator: Actor, at: datetime
) -> None:
    told = replace(said, is_confidential=True)
    event = act(actions.report, said=told, actor=REPORTER, at=at)
    act(actions.accept, event_id=event.id, actor=operator, at=at)
    act(actions.file, event_id=event.id, class_code="P0102", actor=operator, at=at)

    assert asked(at) == []


def test_is_told_of_nothing_of_another_kind(handling: Event, at: datetime) -> None:
    assert asked(at, text="路灯不亮，晚上黑得很") == []


def test_is_told_of_nothing_that_is_far_or_long_ago(handling: Event, at: datetime) -> None:
    assert asked(at, lon=LON + 0.006) == []
    assert asked(at + rules.WITHIN + timedelta(days=1)) == []


def test_without_a_point_the_community_that_the_address_names_is_looked_at(
    handling: Event, at: datetime
) -> None:
    community = regions.label(community_of(handling.region_path)).removesuffix("社区")

    told = asked(at, lon=None, lat=None, address=f"{community}路口往北")

    assert [(one.category, one.metres) for one in told] == [("P0102", None)]
    assert asked(at, lon=None, lat=None, address="不知道哪里") == []


def test_nothing_but_cells_comes_out_of_the_database(handling: Event, at: datetime) -> None:
    set_scope(REPORTER)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM event_nearby(ARRAY['P0102'], %s, 0.001, 'UTC', %s, %s, %s, %s)",
            [at - rules.WITHIN, 117_000, 118_000, 31_000, 32_000],
        )
        names = {column.name for column in cursor.description}
        rows = cursor.fetchall()

    assert len(rows) == 1
    assert names == {"id", "category", "column", "row", "day", "is_begun"}
    assert not Event.objects.exists()


# ------------------------------------------------------------------ saying that it is the same


def test_says_the_same_and_is_the_first_twin_at_the_desk(
    client: Client, handling: Event, at: datetime, operator: Actor
) -> None:
    [told] = asked(at)
    client.post(reverse("report"), {**TYPED, "text": "坏了很久没人管", "same": told.key})

    worker = system(settings.QUANYU_CITY, job="tests")
    set_scope(worker)
    mine = Event.objects.exclude(pk=handling.pk).get()
    set_scope(operator)
    first = twins.of_matter(mine, actor=operator)[0]

    assert mine.said_same == handling.pk
    assert mine.code_index is not None
    assert (first.event.pk, first.is_said) == (handling.pk, True)


@pytest.mark.parametrize("key", ["nonsense", "MDE5YS0=", "", "ä"])
def test_a_key_that_is_none_of_ours_is_passed_over(client: Client, key: str, db: None) -> None:
    page = client.post(reverse("report"), {**TYPED, "same": key})

    assert page.status_code == 302
    assert nearby.opened(key) is None


def test_a_stranger_is_shown_no_matter_that_a_reporter_named(
    act: Any, said: actions.Report, handling: Event, stranger: Actor, at: datetime
) -> None:
    receipt = act(actions.report, said=replace(said, same=handling.pk), actor=REPORTER, at=at)
    mine = found(receipt.id)
    set_scope(stranger)

    assert twins.of_matter(mine, actor=stranger) == []


# ------------------------------------------------------------------ the page


def test_works_without_a_script_and_keeps_what_was_typed(client: Client, handling: Event) -> None:
    page = client.post(reverse("report_near"), TYPED)

    words = page.content.decode()
    assert "附近已有人反映" in words
    assert COVER in words
    assert 'name="same"' in words


def test_asks_few_statements(
    client: Client, handling: Event, django_assert_max_num_queries: Any
) -> None:
    client.post(reverse("report_near"), TYPED, headers={"X-Requested-With": "fetch"})

    with django_assert_max_num_queries(8):
        client.post(reverse("report_near"), TYPED, headers={"X-Requested-With": "fetch"})


def test_is_not_told_to_who_asks_too_often(client: Client, handling: Event) -> None:
    fetched: dict[str, Any] = {"headers": {"X-Requested-With": "fetch"}}
    often = range(2 * rules.MOST_LOOKS[rules.A_MINUTE] + 1)  # a new minute may begin in between

    codes = {client.post(reverse("report_near"), TYPED, **fetched).status_code for _n in often}

    assert codes == {200, 204}


def _rewrite(event: Event, **changes: Any) -> None:
    set_scope(system(settings.QUANYU_CITY, job="tests"))
    Event.objects.filter(pk=event.pk).update(**changes)

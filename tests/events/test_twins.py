"""A matter that may be reported already … is shown, with why it is thought so (疑似重复)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.queries import twins
from quanyu.events.queries.twins import Draft, Twin
from quanyu.events.rules.likeness import Spot
from quanyu.kernel.access.rules import REPORTER, Actor
from quanyu.kernel.access.scope import set_scope
from tests.conftest import POINT, found
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

AGAIN = "路口污水井盖破了一半，晚上看不见，太危险了"
Report = Callable[..., Event]


@pytest.fixture
def report(act: Any, said: actions.Report, at: datetime) -> Report:
    """Report the same cover again, in these words and after so many days."""

    def done(text: str = AGAIN, *, day: float = 2, east: float = 0.0, **more: Any) -> Event:
        lon, lat = POINT
        told = replace(said, text=text, **{"lon": lon + east, "lat": lat, **more})
        sent = act(actions.report, said=told, actor=REPORTER, at=at + timedelta(days=day))
        return found(sent.id)

    return done


def of(event: Event, actor: Actor) -> list[Twin]:
    set_scope(actor)
    return twins.of_matter(event, actor=actor)


def test_is_shown_with_its_reasons(reported: Event, report: Report, operator: Actor) -> None:
    [twin] = of(report(east=0.0004), operator)

    assert twin.event.pk == reported.pk
    assert twin.percent >= 50
    assert (twin.metres, twin.days) == (38, 2)


def test_is_not_shown_of_other_words(reported: Event, report: Report, operator: Actor) -> None:
    assert of(report("楼上装修从早到晚敲墙"), operator) == []


def test_is_not_shown_of_another_month(reported: Event, report: Report, operator: Actor) -> None:
    assert of(report(day=31), operator) == []


def test_is_not_shown_from_far_off(reported: Event, report: Report, operator: Actor) -> None:
    assert of(report(east=0.004), operator) == []


def test_is_not_shown_once_it_is_over(
    reported: Event, report: Report, operator: Actor, act: Any, at: datetime
) -> None:
    act(actions.void, event_id=reported.id, reason="duplicate", actor=operator, at=at)

    assert of(report(), operator) == []


def test_is_not_shown_out_of_reach(reported: Event, report: Report, stranger: Actor) -> None:
    assert of(report(), stranger) == []


def test_is_shown_of_the_same_class_on_the_same_spot_whatever_the_words(
    reported: Event, report: Report, operator: Actor
) -> None:
    set_scope(operator)
    Event.objects.filter(pk=reported.pk).update(category="P0102")
    other = report("窨井没盖好，差点摔跤", category="P0102")

    assert [twin.event.pk for twin in of(other, operator)] == [reported.pk]


def test_are_five_at_most_the_likeliest_first(report: Report, operator: Actor) -> None:
    for n in range(7):
        report(f"{AGAIN}{'，请来修' * n}")

    shown = of(report(), operator)

    assert len(shown) == 5
    assert [twin.percent for twin in shown] == sorted(
        (twin.percent for twin in shown), reverse=True
    )


def test_is_found_by_words_alone_where_nobody_gave_a_point(
    reported: Event, operator: Actor, at: datetime
) -> None:
    set_scope(operator)
    draft = Draft(AGAIN, Spot(reported.region_path, at + timedelta(days=1)))

    [twin] = twins.of_draft(draft, actor=operator)

    assert (twin.event.pk, twin.metres) == (reported.pk, None)


# ------------------------------------------------------------------ on pages


def typed(actor: Actor, **given: object) -> Any:
    lon, lat = POINT
    return browser_of(actor).post(
        reverse("desk_alike"), {"text": AGAIN, "lon": lon, "lat": lat, **given}
    )


def test_stands_beside_the_matter(reported: Event, report: Report, operator: Actor) -> None:
    other = report(east=0.0004)
    page = browser_of(operator).get(reverse("desk_matter", args=[other.number])).content.decode()

    assert "疑似重复 1 件" in page
    assert "相距 38 米、相隔 2 天" in page


@pytest.fixture
def lately(act: Any, said: actions.Report) -> Event:
    """The cover, reported by the clock on the wall."""
    sent = act(actions.report, said=said, actor=REPORTER, at=timezone.now() - timedelta(days=1))
    return found(sent.id)


def test_is_shown_while_somebody_types(lately: Event, operator: Actor) -> None:
    page = typed(operator)

    assert lately.title in page.content.decode()
    assert "字面相似" in page.content.decode()


def test_is_not_shown_to_a_stranger_who_types(lately: Event, stranger: Actor) -> None:
    assert lately.title not in typed(stranger).content.decode()


def test_is_not_looked_for_after_two_words(lately: Event, operator: Actor) -> None:
    assert "data-alike-found" not in typed(operator, text="井盖").content.decode()


def test_is_looked_for_so_many_times_a_minute(lately: Event, operator: Actor) -> None:
    browser = browser_of(operator)
    codes = [browser.post(reverse("desk_alike"), {"text": AGAIN}).status_code for _n in range(90)]

    assert codes[0] == 200
    assert codes[-1] == 204


def test_is_left_alone_when_what_was_typed_makes_no_sense(operator: Actor) -> None:
    assert typed(operator, lon="x").status_code == 204


def test_is_asked_for_by_post_alone(operator: Actor) -> None:
    assert browser_of(operator).get(reverse("desk_alike")).status_code == 405

"""A reporter is called back by another person, and says that it is not solved (回访、重办)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quanyu.events import actions
from quanyu.events.models import Callback, Event
from quanyu.kernel.access.rules import REPORTER, Actor, Role, holder, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.codes import actions as codes
from tests.conftest import STREET, owner, person
from tests.pages.conftest import PHONE, Sit, look, now
from tests.pages.test_axe import faults

PLACE = {"workflow": "event", "place": STREET}
ALWAYS = (("call_from", 24, "hours"), ("call_to", 24, "hours"), ("call_rest_days", 1, "times"))


@pytest.fixture
def said(said: actions.Report) -> actions.Report:
    """The broken cover, by somebody who may be called back."""
    return actions.Report(**{**_plain(said), "may_ask_back": True})


def _plain(said: actions.Report) -> dict[str, Any]:
    names = ("text", "address", "lon", "lat", "name", "phone")
    return {name: getattr(said, name) for name in names}


@pytest.fixture
def at_any_hour(act: Any) -> Iterator[None]:
    """Let the street call at any hour: a browser lives by the clock on the wall."""
    keeper, at = person(Role.SYS_ADMIN, "34/01/"), timezone.now()
    for stage, amount, unit in ALWAYS:
        facts = {"stage": stage, "amount": amount, "unit": unit, **PLACE}
        act(codes.set_limit, start=timezone.localdate(at), actor=keeper, at=at, **facts)
    yield
    with owner(connection.settings_dict["NAME"]) as cleaner:
        cleaner.execute("DELETE FROM codes_limit WHERE place_path = %s", [STREET])


@pytest.fixture
def waiting(act: Any, at_any_hour: None, closed: Event, at: Any) -> Event:
    """A closed matter whose reporter is to be called now."""
    worker = system("34/01/", job="tests")
    act(actions.queue_call, event_id=closed.id, actor=worker, at=at)
    with acting(worker):
        Callback.objects.filter(event=closed).update(next_at=at)
    return closed


def test_somebody_else_calls_and_the_matter_is_done_again(sit: Sit, waiting: Event) -> None:
    page = sit(person(Role.OPERATOR, name="林小满"))
    page.goto(reverse("desk_callbacks"))
    look(page, "callbacks")
    page.get_by_role("button", name="领取回访").click()
    expect(page.get_by_role("heading", name="两个问题分开问")).to_be_visible()
    page.get_by_text("显示电话").click()
    page.get_by_label("为什么要看").select_option(label="答复回访")
    page.get_by_role("button", name="显示", exact=True).click()
    expect(page.get_by_text("13800138000")).to_be_visible()
    look(page, "callback")

    page.get_by_role("radio", name="没解决").check()
    page.get_by_role("radio", name="不好").check()
    page.get_by_label("反映人怎么说").fill("盖子还在响")
    assert faults(page, "a call-back") == []
    page.get_by_role("button", name="登记回访").click()

    expect(page.get_by_text("回访已登记")).to_be_visible()
    event = now(waiting)
    assert (event.state, event.solved, event.rated_by) == ("handling", False, "call")


def test_whoever_checked_it_is_not_offered_the_call(
    sit: Sit, waiting: Event, checker: Actor
) -> None:
    page = sit(checker)

    page.goto(reverse("desk_callbacks"))

    expect(page.get_by_text("由别人回访")).to_be_visible()
    expect(page.get_by_role("button", name="领取回访")).to_have_count(0)


def test_after_the_last_day_a_resident_reports_it_again(
    sit: Sit, act: Any, closed: Event, said: actions.Report, at: Any
) -> None:
    code = act(actions.report, said=said, actor=REPORTER, at=at).code.replace(" ", "")
    with acting(system("34/01/", job="tests")):
        digits = actions.code_indexes(code)
        Event.objects.filter(code_index=digits[0]).update(code_index=None)
        Event.objects.filter(pk=closed.pk).update(
            code_index=digits[0], reopen_until=timezone.now() - timedelta(days=1)
        )
    act(actions.rate, event_id=closed.id, solved=False, treated=1, actor=holder(closed.id), at=at)
    page = sit(size=PHONE)
    page.goto(reverse("follow_code", args=[code]))
    look(page, "reopen-over")

    page.get_by_role("link", name="再反映一次").click()

    expect(page.get_by_text("会和您上次那件连在一起")).to_be_visible()

"""A commander raises a suggested card, the body answers, the commander accepts (督办)."""

from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from quanyu.organisations import queries as organisations
from tests.conftest import in_body, person
from tests.pages.conftest import PHONE, Sit, look, report


def test_a_commander_urges_a_body_and_accepts_its_answer(
    sit: Sit,
    act: Any,
    said: actions.Report,
    operator: Actor,
    dispatcher: Actor,
    at: datetime,
) -> None:
    long_ago = at - timedelta(days=30)
    event: Event = report(act, said, at=long_ago)
    act(actions.accept, event_id=event.pk, actor=operator, at=long_ago)
    filed = act(actions.file, event_id=event.pk, class_code="P0102", actor=operator, at=long_ago)
    place, day = filed.region_path, long_ago.date()
    body = organisations.duty_holders("P0102", place=place, on=day)[0].body_id
    act(actions.dispatch, event_id=event.pk, body=body, actor=dispatcher, at=long_ago)
    street = sit(person(Role.COMMANDER, name="何强"))
    theirs = sit(in_body(body, name="刘洋"))

    street.goto("/desk/cards?show=suggested")
    expect(street.get_by_role("link", name=event.title)).to_be_visible()
    look(street, "card-suggested")
    street.get_by_role("main").get_by_role("link", name="督办", exact=True).click()
    street.get_by_label("要求").fill("两日内办结，并说明为何超期")
    look(street, "card-new")
    street.get_by_role("button", name="发出督办单").click()
    expect(street.get_by_text("督办单已发出，对方单位已收到通知")).to_be_visible()

    theirs.goto("/desk/")
    theirs.get_by_role("link", name="答复督办：").click()
    theirs.get_by_label("做了什么，什么时候办完").fill("已派两人，明天办完")
    look(theirs, "card-answer")
    theirs.get_by_role("button", name="答复督办").click()
    expect(theirs.get_by_text("已答复待认可").first).to_be_visible()

    street.reload()
    street.get_by_role("button", name="认可答复").click()
    expect(street.get_by_text("已认可").first).to_be_visible()
    look(street, "card-accepted")
    street.set_viewport_size(PHONE)
    look(street, "card-phone")
    street.goto(f"/desk/matters/{event.number}")
    expect(street.get_by_role("link", name="红牌督办")).to_be_visible()

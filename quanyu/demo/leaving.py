"""Matters that left our hands: ended unsolved, at a body outside, forwarded (转出示例)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.demo import geometry
from quanyu.demo.cast import CITY, DISTRICT, STREET
from quanyu.events import actions as events
from quanyu.events import queries as matters
from quanyu.events.queries import desk
from quanyu.events.rules import Channel, Filters
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local
from quanyu.organisations import queries as organisations

DAY = timedelta(days=1)
SEED = "0123456789abcdef0123456789abcdef"
"""A sample; a city's seeds are chance."""

STANDS = "楼下变电箱的门一直敞着，孩子在旁边玩，示例。"
CANNOT = "要求把临街商铺全部改成停车位，示例。"
AWAY = "高速服务区里的公厕没有水，地点在相邻市界内，示例。"


def show(actors: Mapping[str, Actor], handlers: Mapping[UUID, Actor], *, at: datetime) -> None:
    """Let one matter of the street end unsolved, one go outside, one be forwarded; once."""
    with transaction.atomic():
        if _is_shown(actors["commander"], at=at):
            return
        _forced(actors, handlers, at=at)
        _outside(actors["clerk"], at=at)
        _forwarded(actors["operator"], at=at)


def _is_shown(reader: Actor, *, at: datetime) -> bool:
    with acting(reader):
        asked = Filters(place=STREET, state="forced")
        return matters.narrowed(asked, actor=reader, at=at).exists()


def _do(verb: Callable[..., Any], key: UUID, actor: Actor, *, at: datetime, **facts: Any) -> Any:
    with acting(actor):
        return verb(event_id=key, actor=actor, at=at, **facts)


def _told(text: str, actor: Actor, *, at: datetime) -> UUID:
    lon, lat = geometry.POINT
    said = events.Report(text=text, lon=lon, lat=lat, channel=Channel.PHONE)
    with acting(actor):
        key: UUID = events.report(said=said, actor=actor, at=at).id
        return key


def _forced(actors: Mapping[str, Actor], handlers: Mapping[UUID, Actor], *, at: datetime) -> None:
    began, clerk = at - 9 * DAY, actors["clerk"]
    key = _told(CANNOT, clerk, at=began)
    with acting(clerk):
        event = matters.one(event_id=key, actor=clerk)
        holders = desk.holders(event, "0505", at=began)
    body = next(holder.body_id for holder in holders if holder.body_id in handlers)
    facts = {"class_code": "0505", "body": body}
    _do(events.send_out, key, clerk, at=began + timedelta(minutes=10), **facts)
    _do(events.acknowledge, key, handlers[body], at=began + timedelta(minutes=40))
    said = {
        "ground": "cannot_be_met",
        "reason": "与商户、业主协商三次，改变用途须另行规划许可，示例",
        "reply": "商铺改停车位要先改规划，街道办不了；可以向区自然资源和规划部门提出，示例",
    }
    _do(events.force_close, key, actors["commander"], at=at - 8 * DAY, **said)
    worker = system(CITY, job="events.draw")
    with acting(worker):
        events.draw(region_path=DISTRICT, until=at - DAY, seed=SEED, actor=worker, at=at)


def _outside(clerk: Actor, *, at: datetime) -> None:
    began = at - 2 * DAY
    key = _told(STANDS, clerk, at=began)
    _do(events.accept, key, clerk, at=began + timedelta(minutes=10))
    _do(events.file, key, clerk, at=began + timedelta(minutes=12), class_code="P0134")
    facts = {
        "body": _outsider("outside-power"),
        "ground": "power",
        "letter": "请派人锁闭并检修该处变电箱，办结后书面告知，示例。",
        "promised_on": local(at).date() + 6 * DAY,
    }
    _do(events.hand_outside, key, clerk, at=began + timedelta(minutes=20), **facts)


def _forwarded(operator: Actor, *, at: datetime) -> None:
    began = at - DAY
    key = _told(AWAY, operator, at=began)
    facts = {
        "body": _outsider("outside-next-city"),
        "reason": "地点在相邻市，不归本市管，示例",
        "reply": "这个服务区在相邻市，已把您反映的情况转给他们，示例",
    }
    _do(events.forward, key, operator, at=began + timedelta(minutes=15), **facts)


def _outsider(code: str) -> UUID:
    body = organisations.body_by_code(code)
    if body is None:
        raise LookupError(f"no sample body: {code}")
    return body.id

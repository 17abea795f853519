"""A few orders of the hotline: answered, urged, unclassed, sent back, withdrawn (热线示例)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.demo.cast import STREET
from quanyu.events import actions as events
from quanyu.events import queries as matters
from quanyu.gateway import actions, queries
from quanyu.gateway.rules import Said
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local
from quanyu.organisations import queries as organisations

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CODE: Final = "hotline"
LAMP, RUBBISH = "P0118", "0102"
MATCHED: Final = (
    ("class", "010203", "路灯照明，示例", LAMP),
    ("class", "020101", "垃圾清运，示例", RUBBISH),
    ("priority", "1", "紧急，示例", "urgent"),
)
ORDERS: Final = (
    Said("HF-0001", "天鹅湖路口路灯三天不亮，晚上看不见路，示例。", lon=117.2355, lat=31.818),
    Said("HF-0002", "小区门口垃圾堆了一周没人清，有味道，示例。", lon=117.2357, lat=31.8182),
    Said("HF-0003", "楼上装修半夜还在敲墙，希望有人管，示例。", lon=117.2302, lat=31.8201),
    Said(
        "HF-0004", "反映隔壁夜市油烟大，请不要告诉店家是谁说的，示例。", lon=117.2299, lat=31.8199
    ),
    Said("HF-0005", "公交站牌歪了，示例。", lon=117.2301, lat=31.82),
)


def show(actors: Mapping[str, Actor], handlers: Mapping[UUID, Actor], *, at: datetime) -> None:
    """Let the hotline send its orders and the street answer them, once."""
    with transaction.atomic():
        if queries.sources():
            return
        _Hotline(actors, handlers, at=at).play()


class _Hotline:
    """The hotline of the demo city and the desk that answers it."""

    def __init__(
        self, actors: Mapping[str, Actor], handlers: Mapping[UUID, Actor], *, at: datetime
    ) -> None:
        self.actors, self.handlers, self.at = actors, handlers, at
        with acting(actors["sys_admin"]) as admin:
            self.source = actions.register_source(
                code=CODE,
                name="市 12345 热线，示例",
                name_en="City hotline 12345 (sample)",
                place=STREET,
                a_minute=120,
                actor=admin,
                at=at - 30 * DAY,
            )
        self.hotline = queries.actor_of(self.source)

    def play(self) -> None:
        """Take the orders one after another."""
        for kind, said, name, code in MATCHED:
            with acting(self.actors["operator"]) as operator:
                given = {"kind": kind, "said": said, "said_name": name, "code": code}
                actions.match(source=CODE, **given, actor=operator, at=self.at - 20 * DAY)
        lamp, rubbish, noise, fumes, stop = ORDERS
        self._answered(replace(lamp, class_said="010203", coordinates="gcj02"))
        self._urged(replace(rubbish, class_said="020101", coordinates="gcj02", priority_said="1"))
        self._take(replace(noise, class_said="030405", class_name="噪声扰民，示例"), 5 * MINUTE)
        self._sent_back(replace(fumes, is_confidential=True, name="示例", phone="13800000123"))
        self._take(stop, 5 * HOUR)
        self._take(replace(stop, withdrawn="市民来电说已经扶正，示例"), 4 * HOUR)

    def _take(self, said: Said, ago: timedelta) -> UUID:
        at = self.at - ago
        with acting(self.hotline) as actor:
            taken = actions.take_order(source=self.source, said=said, actor=actor, at=at)
        return UUID(str(taken.order.event_id))

    def _sent_out(self, said: Said, category: str, *, ago: timedelta) -> tuple[UUID, Actor]:
        key, at = self._take(said, ago), self.at - ago + HOUR / 2
        place, day = self._place(key), local(at).date()
        body = organisations.duty_holders(category, place=place, on=day)[0].body_id
        self._do(events.accept, key, "operator", at)
        self._do(events.file, key, "operator", at, class_code=category)
        self._do(events.dispatch, key, "dispatcher", at, body=body)
        self._do(events.acknowledge, key, self.handlers[body], at)
        return key, self.handlers[body]

    def _answered(self, said: Said) -> None:
        key, handler = self._sent_out(said, LAMP, ago=2 * DAY)
        at = self.at - DAY
        self._do(events.handle, key, handler, at, outcome="已更换灯泡和镇流器，夜间已亮，示例")
        self._do(events.check, key, "checker", at)
        self._do(events.close, key, "checker", at, evidence="夜间到现场看过，示例")
        self._tell(key, at)
        with acting(self.actors["operator"]) as operator:
            actions.give_answers(source=CODE, actor=operator, at=at + HOUR)

    def _urged(self, said: Said) -> None:
        wanted = replace(said, due_said=self.at + 6 * HOUR)
        key, _handler = self._sent_out(wanted, RUBBISH, ago=8 * HOUR)
        self._take(replace(wanted, urged=2, urged_words="怎么还没来，示例"), 2 * HOUR)
        self._tell(key, self.at - HOUR)

    def _sent_back(self, said: Said) -> None:
        key = self._take(said, DAY)
        reply = "夜市归城管部门管，示例"
        self._do(
            events.refuse, key, "operator", self.at - 20 * HOUR, reason="out_of_scope", reply=reply
        )
        self._tell(key, self.at - 19 * HOUR)
        with acting(self.hotline) as actor:
            order = queries.order_of(self.source, said.number, actor=actor)
            answer = actions.last_word(order, actor=actor) if order else None
            if answer is not None:
                actions.send_back(
                    source=self.source,
                    seq=answer.seq,
                    reason="街道有综合执法队，请先到现场看，示例",
                    actor=actor,
                    at=self.at - 5 * MINUTE,
                )
        self._tell(key, self.at - 4 * MINUTE)

    def _do(
        self, verb: Callable[..., Any], key: UUID, who: str | Actor, at: datetime, **facts: Any
    ) -> None:
        with acting(self.actors[who] if isinstance(who, str) else who) as actor:
            verb(event_id=key, actor=actor, at=at, **facts)

    def _tell(self, key: UUID, at: datetime) -> None:
        with acting(system(settings.QUANYU_CITY, job="gateway.tell")) as worker:
            actions.tell_source(event_id=key, actor=worker, at=at)

    def _place(self, key: UUID) -> str:
        with acting(self.actors["operator"]) as operator:
            return matters.one(event_id=key, actor=operator).region_path

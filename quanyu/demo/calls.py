"""Two whistle calls, one ended and one under way, and a supervision card (吹哨与督办示例)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from quanyu.demo.cast import STREET
from quanyu.events import queries as matters
from quanyu.events.actions import cards, whistle
from quanyu.events.queries import cards as merited
from quanyu.events.queries import whistle as queries
from quanyu.events.rules import Filters
from quanyu.events.rules.cards import Charge
from quanyu.events.rules.whistle import Call
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting

Handlers = Mapping[UUID, Actor]
AGO: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)


def show(actors: Mapping[str, Actor], handlers: Handlers, *, at: datetime) -> None:
    """Let the street whistle twice and urge one body, each once."""
    commander = actors["commander"]
    with transaction.atomic():
        with acting(commander):
            made = {call.state for call in queries.calls(actor=commander)}
            is_urged = merited.cards(actor=commander).exists()
            listed = queries.callable_bodies(STREET, at=at)
        bodies = [one.id for one in listed if one.id in handlers]
        begun = _begun(commander, before=at - AGO, at=at)
        if "ended" not in made and begun:
            _ended(actors, handlers, begun[0], bodies[:2], at=at - AGO)
        if "called" not in made:
            _under_way(actors, handlers, bodies[-2:], at=at - 10 * MINUTE)
        if not is_urged:
            _urged(commander, at=at)


def _begun(reader: Actor, *, before: datetime, at: datetime) -> list[Any]:
    """Return the matters that have been handled since long before the call."""
    with acting(reader):
        rows = matters.narrowed(Filters(place=STREET, state="handling"), actor=reader, at=at)
        found = list(rows.order_by("state_since", "id"))
        return [row for row in found if matters.story(row, actor=reader)[0].at < before]


def _blow(actor: Actor, call: Call, *, at: datetime) -> Any:
    with acting(actor):
        return whistle.blow(call=call, actor=actor, at=at)


def _do(verb: Any, call: Any, actor: Actor, *, at: datetime, **facts: Any) -> None:
    with acting(actor):
        verb(call_id=call.pk, actor=actor, at=at, **facts)


def _ended(
    actors: Mapping[str, Actor],
    handlers: Handlers,
    matter: Any,
    bodies: list[UUID],
    *,
    at: datetime,
) -> None:
    """Call two bodies to a matter that the street cannot solve alone; both come, both are done."""
    words = "几家的管线都在这个路口，请到现场一起定责任，示例"
    call = Call("attack", "unsolved", words, tuple(bodies), matters=(matter.number,))
    made = _blow(actors["dispatcher"], call, at=at)
    for number, body in enumerate(bodies, start=1):
        came, done = at + 12 * number * MINUTE, at + 90 * number * MINUTE
        _do(whistle.report_in, made, handlers[body], at=came, words="两人一车已到，示例")
        _do(
            whistle.finish,
            made,
            handlers[body],
            at=done,
            words="已查清归属并处理本单位的部分，示例",
        )
    ended = at + 200 * MINUTE
    _do(whistle.end, made, actors["commander"], at=ended, words="责任已分清，事项照常办，示例")
    grades = {"came": "good", "manner": "good"}
    for body, solved in zip(bodies, ("good", "fair"), strict=True):
        facts = {"body": body, "solved": solved, **grades}
        _do(whistle.assess, made, actors["dispatcher"], at=ended, **facts)
    told = "配件要等三天，示例"
    _do(whistle.reply, made, handlers[bodies[1]], at=ended + 5 * MINUTE, words=told)
    _do(whistle.judge, made, handlers[bodies[0]], at=ended + 5 * MINUTE, is_needed=True)


def _under_way(
    actors: Mapping[str, Actor], handlers: Handlers, bodies: list[UUID], *, at: datetime
) -> None:
    """Call two bodies for joint enforcement; one has come so far."""
    words = "农贸市场周边占道经营和违停，请联合整治，示例"
    call = Call(
        "daily",
        "joint_enforcement",
        words,
        tuple(bodies),
        region_path=STREET,
        address="农贸市场北门，示例",
    )
    made = _blow(actors["commander"], call, at=at)
    body = bodies[0]
    _do(whistle.report_in, made, handlers[body], at=at + 5 * MINUTE, words="四人已到，示例")


def _urged(commander: Actor, *, at: datetime) -> None:
    """Raise a letter on what is overdue the longest, if anything is."""
    with acting(commander):
        hints = [one for one in merited.suggested(actor=commander, at=at) if one.event]
        for one in hints[:1]:
            charge = Charge(
                level=merited.levels(at=at)[0],
                ground=one.ground,
                demand="请两个工作日内办结，并说明超期的原因，示例",
                body=one.body_id,
                matter=one.event.number if one.event else "",
            )
            cards.raise_card(charge=charge, actor=commander, at=at)

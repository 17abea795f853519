"""Matters on which several bodies work, met, or will meet (联合处置、会商示例)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.events import actions as events
from quanyu.events.queries import joint
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Refusal
from quanyu.organisations import queries as organisations

Handlers = Mapping[UUID, Actor]
HOUR = timedelta(hours=1)
PARTS = (
    ("street-sanitation", "清运现场杂物，示例"),
    ("street-enforcement", "维持现场秩序，放置警示牌，示例"),
    ("street-works", "查看地下管线，示例"),
)
DONE = "杂物已清运，现场已打扫，示例"
QUESTION = "几个单位都说不归自己管，由谁牵头，示例"
DECISION = "由到现场的单位牵头办到底，其余单位各办一部分，示例"
GROUND = "按首接负责，牵头单位先办，责任划分另行商定，示例"
WHERE = "街道二楼会议室"
TOO_NEW = "it was handled later than that morning"


def show(
    rows: Sequence[Any], actors: Mapping[str, Actor], handlers: Handlers, *, at: datetime
) -> list[Any]:
    """Let open matters of the street be worked on together, after a meeting, or wait for one.

    :returns: the matters that nothing was done with
    """
    left = list(rows)
    for play in (_joint, _consulted, _convened):
        for row in left:
            if _plays(play, row, actors, handlers, at=at):
                left.remove(row)
                break
    return left


def _plays(
    play: Any, row: Any, actors: Mapping[str, Actor], handlers: Handlers, *, at: datetime
) -> bool:
    try:
        with transaction.atomic():
            play(row, actors["dispatcher"], handlers, at=at)
    except Refusal:
        return False
    return True


def _joint(row: Any, dispatcher: Actor, handlers: Handlers, *, at: datetime) -> None:
    """Ask two bodies for a part each; one has answered."""
    asked = [(body, task) for body, task in _others(row, at=at)][:2]
    begun = at - 3 * HOUR
    for body, task in asked:
        facts = {"body": body, "task": task}
        _do(events.join, row, dispatcher, at=max(begun, row.state_since), **facts)
    body = asked[0][0]
    with acting(handlers[body]) as hand:
        part = next(p for p in joint.parts(row, actor=hand) if p.body_id == body)
    known = {"part_id": part.pk}
    _do(events.acknowledge_part, row, hand, at=at - 2 * HOUR, **known)
    _do(events.answer_part, row, hand, at=at - HOUR, outcome=DONE, **known)


def _consulted(row: Any, dispatcher: Actor, handlers: Handlers, *, at: datetime) -> None:
    """Meet over it, write the minutes, and begin by what they say."""
    others = _others(row, at=at)[:2]
    called = _morning(at - 3 * HOUR, step=-1)
    if called <= row.state_since:
        raise Refusal(TOO_NEW)
    meets = called + HOUR
    invited = _call(row, dispatcher, meets_at=meets, at=called)
    said = {
        "attended": invited,
        "people": 5,
        "decision": DECISION,
        "body": row.body_id,
        "reason": GROUND,
        "parts": [{"body": body, "task": task} for body, task in others[:1]],
    }
    _do(events.conclude, row, dispatcher, at=meets + HOUR, **said)
    _do(events.acknowledge, row, handlers[row.body_id], at=meets + 2 * HOUR)


def _convened(row: Any, dispatcher: Actor, handlers: Handlers, *, at: datetime) -> None:
    """Call the bodies together; they will meet."""
    _call(row, dispatcher, meets_at=_morning(at + 24 * HOUR, step=1), at=at)


def _call(row: Any, dispatcher: Actor, *, meets_at: datetime, at: datetime) -> list[UUID]:
    invited = [row.body_id, *(body for body, _task in _others(row, at=at)[:2])]
    facts = {"question": QUESTION, "meets_at": meets_at, "where": WHERE, "invited": invited}
    _do(events.convene, row, dispatcher, at=at, **facts)
    return invited


def _morning(at: datetime, *, step: int) -> datetime:
    """Return nine in the morning of that day, or of the working day next to it."""
    known, day = calendar.calendar(at), local(at).replace(hour=9, minute=0, second=0, microsecond=0)
    while not known.is_working(day.date()) or (step < 0 and day > at):
        day += step * 24 * HOUR
    return day


def _others(row: Any, *, at: datetime) -> list[tuple[UUID, str]]:
    """Return who may have a part beside the lead, and what."""
    known = {one.code: one.id for one in organisations.bodies(on=local(at).date())}
    found = [(known[code], task) for code, task in PARTS]
    return [(body, task) for body, task in found if body != row.body_id]


def _do(verb: Any, row: Any, actor: Actor, *, at: datetime, **facts: Any) -> None:
    with acting(actor):
        verb(event_id=row.pk, actor=actor, at=at, **facts)

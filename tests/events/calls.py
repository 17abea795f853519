"""What the tests of calls and cards share: a street, two bodies it may call, who handles there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from quanyu.events.actions import whistle
from quanyu.events.models import WhistleCall, WhistlePart
from quanyu.events.queries import whistle as queries
from quanyu.events.rules.whistle import Call
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import set_scope
from tests.conftest import STREET

GOOD = {"came": "good", "solved": "good", "manner": "good"}


def callable_keys(at: datetime, place: str = STREET) -> list[UUID]:
    """Return the bodies that may be called in the demo street."""
    return [one.id for one in queries.callable_bodies(place, at=at)]


def wanted(*bodies: UUID, matters: tuple[str, ...] = (), **more: Any) -> Call:
    """Return a daily call, about some matters or the street."""
    given = {"kind": "daily", "ground": "unsolved", "words": "请到现场一起看"}
    place = "" if matters else STREET
    return Call(**(given | {"region_path": place} | more), bodies=bodies, matters=matters)


def blown(act: Any, actor: Actor, at: datetime, *bodies: UUID, **more: Any) -> WhistleCall:
    """Return a call just made."""
    made: WhistleCall = act(whistle.blow, call=wanted(*bodies, **more), actor=actor, at=at)
    return made


def part(call: WhistleCall, body: UUID, reader: Actor) -> WhistlePart:
    """Return the part of a body, as somebody sees it."""
    set_scope(reader)
    return WhistlePart.objects.visible_to(reader).get(call=call, body_id=body)

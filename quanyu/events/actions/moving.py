"""Pass a matter on to the queue of another district or street of this city (转本市其他辖区)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.events.actions.joint import drop_parts
from quanyu.events.models import Event
from quanyu.events.rules import leaving
from quanyu.events.workflow import BEFORE_DISPATCH
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Invalid
from quanyu.kernel.workflow.actions import move, note
from quanyu.regions import queries as regions


@transaction.atomic
def hand_over(*, event_id: UUID, to_place: str, reason: str, actor: Actor, at: datetime) -> Event:
    """Send a matter to another queue of the city; it stays in sight until it has arrived.

    Nobody may write a row out of their own reach: the worker puts it there, a moment later.

    :raises Invalid: if that is no other place of the city
    """
    event = get(Event, event_id, actor=actor, lock=True)
    _check_target(event, to_place)
    facts = {"origin": event.region_path, "target": to_place, "reason": reason}
    move(event, "hand_over", actor=actor, at=at, **facts)
    drop_parts(event, reason, actor=actor, at=at)
    event.moved, event.moving_to = event.moved + 1, to_place
    event.save(update_fields=["moved", "moving_to"])
    return event


@transaction.atomic
def arrive(*, event_id: UUID, actor: Actor, at: datetime) -> bool:
    """Put a matter into the queue it was sent to (转入); answer whether it still was on its way."""
    event = get(Event, event_id, actor=actor, lock=True)
    before, there = event.region_path, event.moving_to
    if not there:
        return False
    event.moving_to = ""
    is_waiting = event.state in BEFORE_DISPATCH
    event.region_path = there if is_waiting else before
    event.save(update_fields=["region_path", "moving_to"])
    if is_waiting:
        facts = {"origin": before, "target": there}
        note(event, "arrive", actor=actor, at=at, role=Role.SYSTEM, **facts)
    return is_waiting


def _check_target(event: Event, place: str) -> None:
    is_of_city = place.startswith(str(settings.QUANYU_CITY)) and place != settings.QUANYU_CITY
    if not is_of_city or event.region_path.startswith(place) or not regions.is_known(place):
        raise Invalid(leaving.BAD_TARGET, field="to_place", value=place)

"""Let open matters follow the places they stand in (事项随区划调整).

What is over keeps the place it had; its story says where that was. The roll-up and the search need
nothing: a line in the story is what tells them that a matter is another.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from quanyu.events import queries as events
from quanyu.events.models import Event, SupervisionCard
from quanyu.events.queries import relocating as queries
from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.actions import note, note_all
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.reorganising import Batch
from quanyu.regions.queries import following
from quanyu.regions.queries.following import Ways


@transaction.atomic
def relocate_next(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> bool:
    """Put the next matters where a re-organisation leads them; answer whether there are more.

    Each gets a line in its story and its record in the audit. A second time nothing is left to do.

    :raises Denied: if the actor is not the system
    """
    ways = following.ways(reorganisation_id)

    def batch(after: UUID | None) -> Batch:
        return _batch(ways, after, reorganisation_id, actor=actor, at=at)

    return reorganising.follow(
        reorganisation_id=reorganisation_id,
        name=queries.FOLLOWER,
        batch=batch,
        actor=actor,
        at=at,
    )


@transaction.atomic
def relocate(*, event_id: UUID, actor: Actor, at: datetime) -> bool:
    """Put one matter that is open again where its place has gone since; answer whether it moved.

    :raises Denied: if the actor is not the system, or there is no such matter
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    rows = Event.objects.visible_to(actor).select_for_update(of=("self",))
    event = rows.filter(pk=event_id).first()
    if event is None:
        raise Denied
    if event.state not in events.OPEN:
        return False  # it ended since: what is over keeps its place
    there = following.place_today(event.region_path, event.lon, event.lat)
    if there == event.region_path:
        return False
    facts = {"origin": event.region_path, "target": there}
    event.region_path = there
    event.save(update_fields=["region_path"])
    note(event, "relocate", actor=actor, at=at, role=Role.SYSTEM, **facts)
    return True


def _batch(ways: Ways, after: UUID | None, key: UUID, *, actor: Actor, at: datetime) -> Batch:
    found = queries.next_at(ways.origins, after, actor=actor)
    moved: dict[Event, dict[str, object]] = {}
    for event in found:
        there = ways.place_for(event.region_path, event.lon, event.lat)
        if there != event.region_path:
            moved[event] = {"origin": event.region_path, "target": there, "reorganisation": key}
            event.region_path = there
    note_all(moved, "relocate", fields=["region_path"], actor=actor, at=at, role=Role.SYSTEM)
    if found:
        return Batch(len(found), len(moved), found[-1].pk, is_last=False)
    others = _others(
        ways, actor=actor, at=at
    )  # a batch of its own, that begins at the first matter
    return Batch(others, others, None, is_last=True)


# ------------------------------------------------------------------ what else hangs on a place


def _others(ways: Ways, *, actor: Actor, at: datetime) -> int:
    """Let what hangs on a place follow from those that are gone, in the order of locks."""
    heirs = {origin: heir for origin, heir in ways.heirs.items() if origin != heir}
    gone = sorted(heirs)
    for event in queries.on_their_way(gone, actor=actor):
        event.moving_to = heirs[event.moving_to]
        event.save(update_fields=["moving_to"])
    campaigns, calls = (
        read(gone, actor=actor) for read in (queries.campaigns_at, queries.calls_at)
    )
    kept: list[Any] = [*campaigns, *calls]
    for row in kept:
        row.region_path = heirs[row.region_path]
    for card in queries.cards_at(ways.origins, actor=actor):
        there = _of_card(card, ways)
        if there != card.region_path:
            card.region_path = there
            kept.append(card)
    for row in kept:
        row.save(update_fields=["region_path"])
        record("event.relocate", row, actor=actor, at=at, changed=["region_path"])
    return len(kept) + _precedents(gone, heirs, actor=actor, at=at)


def _of_card(card: SupervisionCard, ways: Ways) -> str:
    """Return where a card goes: with its matter, else to the heir."""
    if card.event is not None:
        return ways.place_for(card.region_path, card.event.lon, card.event.lat)
    return ways.place_for(card.region_path)


def _precedents(gone: Sequence[str], heirs: dict[str, str], *, actor: Actor, at: datetime) -> int:
    """Let precedents hold for the place that follows; where it has its own, that one holds."""
    count = 0
    for row in queries.precedents_at(gone):
        there = heirs[row.region_path]
        if not queries.has_precedent_like(row, there):
            row.region_path = there
            row.save(update_fields=["region_path"])
            record("event.relocate", row, actor=actor, at=at, changed=["region_path"])
            count += 1
    return count

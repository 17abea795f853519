"""Who serves a grid that is gone serves the one that follows it (网格联系人随区划调整)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Refusal
from quanyu.regions.actions.contacts import appoint_contact
from quanyu.regions.actions.reorganising.batches import Batch
from quanyu.regions.models import GridContact, Reorganisation
from quanyu.regions.queries import following

MOST = 200


def move_contacts(row: Reorganisation, after: UUID | None, *, actor: Actor, at: datetime) -> Batch:
    """End the next services in grids that are gone, and begin them in those that follow.

    Where the post is filled there already, somebody is left without one: the rehearsal said so.
    Who is to leave on a later day leaves the grid that follows on that day.
    """
    heirs, day = following.heirs(row.pk), row.effective_date
    held = GridContact.objects.visible_to(actor).filter(region_path__in=heirs)
    held = held.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    held = held.filter(pk__gt=after) if after is not None else held
    found = list(held.select_for_update(of=("self",)).order_by("pk")[:MOST])
    for contact in found:
        leaves = contact.valid_to, contact.ended_at
        _end(contact, day, actor=actor, at=at)
        if row.moves_grants:
            there = heirs[contact.region_path]
            _begin(contact, there, leaves, max(day, contact.valid_from), actor=actor, at=at)
    last = found[-1].pk if found else None
    return Batch(len(found), len(found), last, is_last=len(found) < MOST)


def _end(contact: GridContact, day: date, *, actor: Actor, at: datetime) -> None:
    contact.valid_to = max(day, contact.valid_from + timedelta(days=1))
    contact.ended_at = at
    contact.save(update_fields=["valid_to", "ended_at"])
    record("grid_contact.end", contact, actor=actor, at=at, facts={"post": contact.post})


def _begin(
    contact: GridContact,
    there: str,
    leaves: tuple[date | None, datetime | None],
    start: date,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    try:
        begun = appoint_contact(
            path=there,
            post=contact.post,
            name=contact.name,
            account=contact.account_id,
            start=start,
            actor=actor,
            at=at,
        )
    except Refusal:
        return
    begun.valid_to, begun.ended_at = leaves
    begun.save(update_fields=["valid_to", "ended_at"])

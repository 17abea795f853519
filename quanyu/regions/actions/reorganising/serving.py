"""Who serves a grid that is gone serves the one that follows it (网格联系人随区划调整)."""

from datetime import date, datetime, timedelta

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Refusal
from quanyu.regions.actions.contacts import appoint_contact
from quanyu.regions.actions.reorganising.batches import Batch
from quanyu.regions.models import GridContact, Reorganisation
from quanyu.regions.queries import following

MOST = 200


def move_contacts(row: Reorganisation, *, actor: Actor, at: datetime) -> Batch:
    """End the next services in grids that are gone, and begin them in those that follow.

    Where the post is filled there already, somebody is left without one: the rehearsal said so.
    """
    heirs = following.heirs(row.pk)
    held = GridContact.objects.visible_to(actor).filter(region_path__in=heirs, valid_to=None)
    found = list(held.select_for_update(of=("self",)).order_by("valid_from", "pk")[:MOST])
    for contact in found:
        _end(contact, row.effective_date, actor=actor, at=at)
        if row.moves_grants:
            _begin(contact, heirs[contact.region_path], row.effective_date, actor=actor, at=at)
    return Batch(len(found), len(found), None, is_last=len(found) < MOST)


def _end(contact: GridContact, day: date, *, actor: Actor, at: datetime) -> None:
    contact.valid_to = max(day, contact.valid_from + timedelta(days=1))
    contact.ended_at = at
    contact.save(update_fields=["valid_to", "ended_at"])
    record("grid_contact.end", contact, actor=actor, at=at, facts={"post": contact.post})


def _begin(contact: GridContact, there: str, day: date, *, actor: Actor, at: datetime) -> None:
    try:
        appoint_contact(
            path=there,
            post=contact.post,
            name=contact.name,
            account=contact.account_id,
            start=max(day, contact.valid_from),
            actor=actor,
            at=at,
        )
    except Refusal:
        return

"""Posts and who holds them follow the places at which they stand (岗位随区划调整)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.organisations.actions.leaving import end_rows
from quanyu.organisations.actions.posts import shut
from quanyu.organisations.models import Appointment, Establishment, Post
from quanyu.organisations.queries import posted
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.reorganising import Batch
from quanyu.regions.queries import following

MOST = 200


@transaction.atomic
def relocate_posts(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> bool:
    """Let posts at places that are gone stand in those that follow, or end with their holders.

    The grants they carry have gone before, as accounts moves or ends all grants of the place.
    Where a post stood until then stays in its history. A second time nothing is left to do.

    :raises Denied: if the actor is not the system
    """

    def batch(after: UUID | None) -> Batch:
        heirs = following.heirs(reorganisation_id)
        if not heirs:
            return Batch(0, 0, None, is_last=True)
        day = following.day_of(reorganisation_id)
        rows = _left(list(heirs), day)
        is_moving = following.moves_grants(reorganisation_id, actor=actor)
        for row in rows:
            if is_moving:
                _move(row, heirs[row.region_path], day, actor=actor, at=at)
            else:
                _end(row, day, actor=actor, at=at)
        return Batch(len(rows), len(rows), None, is_last=len(rows) < MOST)

    return reorganising.follow(
        reorganisation_id=reorganisation_id,
        name=posted.FOLLOWER,
        batch=batch,
        actor=actor,
        at=at,
    )


def _left(paths: Sequence[str], day: date) -> list[Post]:
    rows = Post.objects.beyond(day).filter(region_path__in=paths)
    return list(rows.select_for_update(of=("self",)).order_by("pk")[:MOST])


def _move(row: Post, there: str, day: date, *, actor: Actor, at: datetime) -> None:
    last = row.stood.select_for_update().latest("valid_from")
    ends, last.valid_to = last.valid_to, max(day, last.valid_from)
    last.save(update_fields=["valid_to"])
    Establishment.objects.create(
        post=row,
        region_path=there,
        seats=row.seats,
        source=last.source,
        valid_from=max(day, last.valid_from),
        valid_to=ends,
    )
    facts = {"from": row.region_path, "to": there}
    row.region_path = there
    row.save(update_fields=["region_path"])
    Appointment.objects.visible_to(actor).filter(post=row).update(region_path=there)
    record("post.move", row, actor=actor, at=at, changed=["region_path"], facts=facts)


def _end(row: Post, day: date, *, actor: Actor, at: datetime) -> None:
    held = Appointment.objects.visible_to(actor).filter(post=row)
    end_rows(held.values_list("pk", flat=True), reason=posted.PLACE_GONE, actor=actor, at=at)
    shut(row, max(day, row.valid_from), actor=actor, at=at)

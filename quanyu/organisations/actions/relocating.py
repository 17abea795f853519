"""Bodies and duties follow the places at which they stand (单位与权责随区划调整)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.keys import uuid7
from quanyu.organisations.actions.keepers import lock_tree
from quanyu.organisations.actions.standing import Stand, as_now, since, stand
from quanyu.organisations.models import Body, Cover, Duty
from quanyu.organisations.queries import placed
from quanyu.organisations.rules.changing import Change
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.reorganising import Batch
from quanyu.regions.queries import following


@transaction.atomic
def relocate_all(*, reorganisation_id: UUID, actor: Actor, at: datetime) -> bool:
    """End duties at places that are gone and begin them where those went; bodies are re-seated.

    The duty list keeps who answered there until then. A second time nothing is left to do.

    :raises Denied: if the actor is not the system
    """

    def batch(after: UUID | None) -> Batch:
        heirs = following.heirs(reorganisation_id)
        if not heirs:
            return Batch(0, 0, None, is_last=True)
        lock_tree()
        day = following.day_of(reorganisation_id)
        parts = (_duties, _covers, _bodies)
        count = sum(part(heirs, day, actor=actor, at=at) for part in parts)
        return Batch(count, count, None, is_last=True)

    return reorganising.follow(
        reorganisation_id=reorganisation_id,
        name=placed.FOLLOWER,
        batch=batch,
        actor=actor,
        at=at,
    )


def _duties(heirs: dict[str, str], day: date, *, actor: Actor, at: datetime) -> int:
    rows = list(placed.duties_at(list(heirs)).select_for_update().order_by("pk"))
    for row in rows:
        there = heirs[row.place_path]
        has = Duty.objects.filter(
            body=row.body_id, class_prefix=row.class_prefix, place_path=there, valid_to=None
        )
        if not has.exists():
            fresh = _again(row, there, day)
            fresh.save(force_insert=True)
            facts = {"place": there, "from": day.isoformat()}
            record("duty.assign", fresh, actor=actor, at=at, facts=facts)
        _end(row, day, actor=actor, at=at)
    return len(rows)


def _end(row: Duty, day: date, *, actor: Actor, at: datetime) -> None:
    # One that began on the day or later holds there for a day: rows of the list are never deleted.
    row.valid_to = max(day, row.valid_from + timedelta(days=1))
    row.save(update_fields=["valid_to"])
    facts = {"valid_to": row.valid_to.isoformat()}
    record("duty.end", row, actor=actor, at=at, facts=facts)


def _again(row: Duty, there: str, day: date) -> Duty:
    kept = {field.attname: getattr(row, field.attname) for field in Duty._meta.concrete_fields}
    starts = max(day, row.valid_from)
    return Duty(**kept | {"id": uuid7(), "place_path": there, "valid_from": starts})


def _bodies(heirs: dict[str, str], day: date, *, actor: Actor, at: datetime) -> int:
    rows = list(placed.bodies_at(list(heirs)).select_for_update(of=("self",)).order_by("pk"))
    stand([_there(row, heirs[row.region_path], day) for row in rows])
    for row in rows:
        facts = {"from": row.region_path, "to": heirs[row.region_path]}
        row.region_path = heirs[row.region_path]
        record("body.change", row, actor=actor, at=at, changed=["region_path"], facts=facts)
    return len(rows)


def _there(row: Body, place: str, day: date) -> Stand:
    """Return how a body stands in the heir of its place: not before it began to stand as it did."""
    now = as_now(row, day=max(day, since(row)), change=Change.RELOCATE)
    return replace(now, region_path=place)


def _covers(heirs: dict[str, str], day: date, *, actor: Actor, at: datetime) -> int:
    """Let what covered a grid that is gone cover its heir, unless another does already."""
    rows = list(placed.covers_at(list(heirs)).select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        there, starts = heirs[row.region_path], max(day, row.valid_from)
        row.valid_to = max(day, row.valid_from + timedelta(days=1))
        row.save(update_fields=["valid_to"])
        record("cover.end", row, actor=actor, at=at, facts={"valid_to": row.valid_to.isoformat()})
        if Cover.objects.standing().filter(tie=row.tie, region_path=there).exists():
            continue
        fresh = Cover(body_id=row.body_id, tie=row.tie, region_path=there, valid_from=starts)
        fresh.save(force_insert=True)
        facts = {"at": there, "from": starts.isoformat()}
        record("cover.begin", fresh, actor=actor, at=at, facts=facts)
    return len(rows)

"""Look how the grids of a street lie, and keep what was found (网格检查)."""

from datetime import datetime
from uuid import UUID

import shapely
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.regions import queries
from quanyu.regions.actions.grids import check_keeper
from quanyu.regions.models import GridCheck, GridFinding
from quanyu.regions.queries import checking, profiles
from quanyu.regions.rules.findings import FAULTY, Mark, fresh
from quanyu.regions.rules.topology import APART, WARNINGS, Found, examine

KEPT = 12
"""Checks of one street that are kept; a year of monthly ones."""


@transaction.atomic
def ask_check(*, place: str, actor: Actor, at: datetime) -> list[GridCheck]:
    """Have the grids of a place looked at, street by street; one under way is taken instead.

    :raises NotGridKeeper: if the actor does not draw the grids there
    :raises Denied: if the actor has no part in the place, or it holds no street
    """
    check_keeper(actor, place)
    streets = checking.streets(place)
    if not streets:
        raise Denied
    return [_asked(street, actor=actor, at=at) for street in streets]


@transaction.atomic
def ask_nightly(*, actor: Actor, at: datetime) -> list[GridCheck]:
    """Have every street looked at that has grids (夜间检查).

    :raises Denied: if the actor is not the system
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    return [_asked(street, actor=actor, at=at) for street in checking.gridded()]


def _asked(street: str, *, actor: Actor, at: datetime) -> GridCheck:
    under_way = GridCheck.objects.visible_to(actor).filter(region_path=street, done_at=None)
    found = under_way.select_for_update().first()
    if found is not None:
        return found
    row = GridCheck(region_path=street, asked_by=actor.id, asked_at=at)
    row.save(force_insert=True)
    record("grid_check.ask", row, actor=actor, at=at)
    announce("grid_check.ask", row, at=at)
    return row


@transaction.atomic
def run_check(*, check_id: UUID, actor: Actor, at: datetime) -> GridCheck:
    """Look at one street's grids and keep the findings; a second time does nothing.

    :raises Denied: if the actor is not the system, or nobody asked
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    row = get(GridCheck, check_id, actor=actor, lock=True)
    if row.done_at is not None:
        return row
    row.edition = queries.edition()
    profile = profiles.profile(row.region_path, on=timezone.localdate(at))
    ground = checking.ground(row.region_path)
    found = examine(
        ground.communities, ground.grids, ground.houses, around=ground.around, profile=profile
    )
    kept = _marked([_finding(row, n, one, ground) for n, one in enumerate(found, 1)], row, actor)
    GridFinding.objects.visible_to(actor).bulk_create(kept, batch_size=2_000)
    row.tolerance_m2 = profile.tolerance_m2
    row.communities, row.grids = len(ground.communities), len(ground.grids)
    row.buildings = len(ground.houses)
    row.warnings = sum(one.fault in WARNINGS for one in found)
    row.undrawn = sum(one.fault in APART for one in found)
    row.faults = len(found) - row.warnings - row.undrawn
    row.new_faults = sum(one.is_new and one.fault not in WARNINGS | APART for one in kept)
    row.done_at = at
    row.save()
    facts = {"faults": row.faults, "warnings": row.warnings, "new": row.new_faults}
    facts |= {"undrawn": row.undrawn}
    record("grid_check.done", row, actor=actor, at=at, facts=facts | {"grids": row.grids})
    if row.new_faults:
        announce(FAULTY, row, at=at)
    _sweep(row, actor=actor)
    return row


def _marked(found: list[GridFinding], row: GridCheck, actor: Actor) -> list[GridFinding]:
    """Mark what the check before had none of."""
    last = checking.last_check(row.region_path, actor=actor)
    before = GridFinding.objects.visible_to(actor).filter(check_of=last.id if last else None)
    is_new = fresh([_mark(one) for one in found], [_mark(one) for one in before.defer("shape")])
    for one, new in zip(found, is_new, strict=True):
        one.is_new = new
    return found


def _mark(one: GridFinding) -> Mark:
    building = str(one.building_id or "")
    return Mark(one.fault, one.path, one.other_path, building, one.lon, one.lat)


def _finding(row: GridCheck, number: int, one: Found, ground: checking.Terrain) -> GridFinding:
    spot = None
    if one.shape is not None and not one.shape.is_empty:
        spot = shapely.point_on_surface(one.shape)
    return GridFinding(
        check_of=row,
        number=number,
        fault=one.fault,
        path=one.path,
        other_path=one.other_path,
        building_id=UUID(one.building) if one.building else None,
        building_name=ground.names.get(one.building, ""),
        area_m2=round(one.area_m2, 1),
        lon=round(spot.x, 6) if spot is not None else None,
        lat=round(spot.y, 6) if spot is not None else None,
        shape=shapely.to_wkb(one.shape) if one.shape is not None else None,
    )


@transaction.atomic
def tell_keepers(*, check_id: UUID, actor: Actor, at: datetime) -> int:
    """Tell who keeps the grids of a street of what a check found newly; return how many.

    Who asked for the check sees it on the page, and is not told besides.
    """
    row = get(GridCheck, check_id, actor=actor)
    if not row.new_faults:
        return 0
    day = timezone.localdate(row.done_at or at)
    news = News(
        topic=FAULTY,
        subject=label(row),
        occasion=str(row.pk),
        region_path=row.region_path,
        link=f"/desk/grids?place={row.region_path}",
        words={
            "place": queries.place_names([row.region_path])[row.region_path],
            "day": day.isoformat(),
            "count": row.new_faults,
            "total": row.faults,
        },
    )
    keepers = _keepers(row.region_path, at=at)
    to = [key for key in keepers if key != row.asked_by]
    return len(notices.tell(news, to=to, actor=actor, at=at))


def _keepers(street: str, *, at: datetime) -> list[UUID]:
    """Return who commands the street, or where nobody does who keeps the district."""
    commanding = accounts.holders(Role.COMMANDER, path=street, at=at)
    return commanding or accounts.holders(Role.DISTRICT_ADMIN, path=street, at=at)


def _sweep(row: GridCheck, *, actor: Actor) -> None:
    checks = GridCheck.objects.visible_to(actor).filter(region_path=row.region_path)
    kept = checks.order_by("-asked_at").values_list("pk", flat=True)[:KEPT]
    checks.exclude(pk__in=list(kept)).delete()

"""Look how the grids of a street lie, and keep what was found (网格检查)."""

from datetime import datetime
from uuid import UUID

import shapely
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs.actions import announce
from quanyu.regions import queries
from quanyu.regions.actions.grids import check_keeper
from quanyu.regions.models import GridCheck, GridFinding
from quanyu.regions.queries import checking, profiles
from quanyu.regions.rules.topology import WARNINGS, Found, examine

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
    _keep(row, found, ground, actor=actor)
    row.tolerance_m2 = profile.tolerance_m2
    row.communities, row.grids = len(ground.communities), len(ground.grids)
    row.buildings = len(ground.houses)
    row.warnings = sum(one.fault in WARNINGS for one in found)
    row.faults = len(found) - row.warnings
    row.done_at = at
    row.save()
    facts = {"faults": row.faults, "warnings": row.warnings, "grids": row.grids}
    record("grid_check.done", row, actor=actor, at=at, facts=facts)
    _sweep(row, actor=actor)
    return row


def _keep(row: GridCheck, found: list[Found], ground: checking.Terrain, *, actor: Actor) -> None:
    GridFinding.objects.visible_to(actor).bulk_create(
        [_finding(row, number, one, ground) for number, one in enumerate(found, start=1)],
        batch_size=2_000,
    )


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


def _sweep(row: GridCheck, *, actor: Actor) -> None:
    checks = GridCheck.objects.visible_to(actor).filter(region_path=row.region_path)
    kept = checks.order_by("-asked_at").values_list("pk", flat=True)[:KEPT]
    checks.exclude(pk__in=list(kept)).delete()

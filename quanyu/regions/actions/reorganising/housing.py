"""Put buildings into the grids that a re-organisation gives them (楼栋改属)."""

from collections import defaultdict
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.regions.actions.reorganising.batches import Batch
from quanyu.regions.models import Allotment, Building, Reorganisation
from quanyu.regions.queries import following


def rehouse(row: Reorganisation, after: UUID | None, *, most: int, actor: Actor) -> Batch:
    """Move the next buildings of the places that were touched; those that stay are left alone."""
    ways = following.ways(row.pk)
    rows = Building.objects.filter(region_path__in=ways.origins).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.values_list("pk", "region_path")[:most])
    given = Allotment.objects.visible_to(actor).filter(operation__reorganisation=row)
    allotted = dict(
        given.filter(unit__in=[str(key) for key, _path in found]).values_list("unit", "path")
    )
    moved: dict[str, list[UUID]] = defaultdict(list)
    for key, path in found:
        there = allotted.get(str(key)) or ways.stays_or_heir(path)
        if there != path:
            moved[there].append(key)
    for there, keys in moved.items():
        Building.objects.filter(pk__in=keys).update(region_path=there)
    last = found[-1][0] if found else None
    count = sum(len(keys) for keys in moved.values())
    return Batch(len(found), count, last, is_last=len(found) < most)

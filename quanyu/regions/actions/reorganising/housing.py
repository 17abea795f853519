"""Put buildings into the grids that a re-organisation gives them, estates into communities.

What stood where is kept with its days; today's copies follow in the same statement.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.regions import rules
from quanyu.regions.actions.placing import site
from quanyu.regions.actions.reorganising.batches import Batch
from quanyu.regions.models import (
    Address,
    Alias,
    Allotment,
    Building,
    Estate,
    Reorganisation,
    Siting,
)
from quanyu.regions.queries import following
from quanyu.regions.queries.following import Ways


def rehouse(
    row: Reorganisation, after: UUID | None, *, most: int, actor: Actor, at: datetime
) -> Batch:
    """Move the next buildings of the places that were touched; those that stay are left alone."""
    ways = following.ways(row.pk)
    rows = Building.objects.standing().filter(region_path__in=ways.origins).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.select_for_update(of=("self",))[:most])
    given = Allotment.objects.visible_to(actor).filter(operation__reorganisation=row)
    given = given.filter(unit__in=[str(one.pk) for one in found])
    allotted = dict(given.values_list("unit", "path"))
    to = {one: allotted.get(str(one.pk)) or ways.stays_or_heir(one.region_path) for one in found}
    moves = {one.pk: there for one, there in to.items() if there != one.region_path}
    for day, group in _by_day(moves, row.effective_date).items():
        site(group, day=day)
    facts = {"from": row.effective_date.isoformat()}
    record_all(
        [
            build("building.place", one, actor=actor, at=at, facts=facts | {"to": to[one]})
            for one in found
            if one.pk in moves
        ]
    )
    last = found[-1].pk if found else None
    return Batch(len(found), len(moves), last, is_last=len(found) < most)


def _by_day(moves: Mapping[UUID, str], day: date) -> dict[date, dict[UUID, str]]:
    """Return the moves by the day from which each holds: never before the building's last move."""
    standing = Siting.objects.standing().filter(building__in=list(moves), valid_from__gt=day)
    later = dict(standing.values_list("building_id", "valid_from"))
    found: dict[date, dict[UUID, str]] = defaultdict(dict)
    for key, there in moves.items():
        found[later.get(key, day)][key] = there
    return found


def move_estates(row: Reorganisation) -> Batch:
    """Let estates, their door plates and what people call them follow the community."""
    ways = following.ways(row.pk)
    count = 0
    for estate in Estate.objects.standing().filter(region_path__in=ways.origins).order_by("pk"):
        there = _community_of(estate, ways)
        Address.objects.filter(estate=estate).update(region_path=there)
        Alias.objects.filter(estate=estate).update(region_path=there)
        if there != estate.region_path:
            Estate.objects.filter(pk=estate.pk).update(region_path=there)
            count += 1
    count += _named_alone(ways)
    return Batch(count, count, None, is_last=True)


def _community_of(estate: Estate, ways: Ways) -> str:
    """Return where an estate goes: with most of its buildings, else to the heir."""
    paths = Building.objects.standing().filter(estate=estate).values_list("region_path", flat=True)
    inside = Counter(_community(path) for path in paths)
    targets = ways.targets.get(estate.region_path, ())
    for path, _count in inside.most_common():
        if path in targets:
            return path
    return ways.stays_or_heir(estate.region_path)


def _community(path: str) -> str:
    return rules.parent(path) if rules.level_of(path) is rules.Level.GRID else path


def _named_alone(ways: Ways) -> int:
    """Let the door plates and names of single buildings, and of places themselves, follow too."""
    count = 0
    plates = Address.objects.filter(region_path__in=ways.origins, building__isnull=False)
    for plate in plates.select_related("building"):
        there = _community(plate.building.region_path) if plate.building else plate.region_path
        count += Address.objects.filter(pk=plate.pk).update(region_path=there)
    for origin in ways.origins:
        there = ways.stays_or_heir(origin)
        if there != origin:
            told = Alias.objects.filter(region_path=origin)
            held = Alias.objects.filter(region_path=there).values("text")
            told.filter(estate=None, building=None, text__in=held).delete()
            count += told.update(region_path=there)
    return count

"""Put buildings into grids; which grid each stood in before is kept with its days (楼栋归属)."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.regions import queries, rules
from quanyu.regions.models import Building, Siting

PLACE = """
WITH moves (id, building_id, region_path) AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(buildings)s::uuid[], %(paths)s::text[])
), mended AS (
  -- What began that very day never stood a day: it is put right in place.
  UPDATE regions_siting AS siting SET region_path = moves.region_path
    FROM moves
   WHERE siting.building_id = moves.building_id
     AND siting.valid_to IS NULL AND siting.valid_from = %(day)s
  RETURNING siting.building_id
), ended AS (
  UPDATE regions_siting AS siting SET valid_to = %(day)s
    FROM moves
   WHERE siting.building_id = moves.building_id
     AND siting.valid_to IS NULL AND siting.valid_from < %(day)s
  RETURNING siting.building_id
), begun AS (
  INSERT INTO regions_siting (id, building_id, region_path, valid_from)
  SELECT moves.id, moves.building_id, moves.region_path, %(day)s
    FROM moves LEFT JOIN ended USING (building_id)
   WHERE ended.building_id IS NOT NULL
      OR NOT EXISTS (SELECT FROM regions_siting AS held
                      WHERE held.building_id = moves.building_id AND held.valid_to IS NULL)
)
UPDATE regions_building AS building SET region_path = moves.region_path
  FROM moves WHERE building.id = moves.building_id
"""
"""End where they stood, begin where they stand, and today's copy: one statement, all or nothing."""


@transaction.atomic
def place_building(
    *, building_id: UUID, path: str, day: date | None = None, actor: Actor, at: datetime
) -> Building:
    """Put a building into a grid from a day on; today unless given (调整楼栋归属).

    :raises WrongSiting: if the place is no grid or community, or the day would rewrite history
    :raises NotKeeper: if the actor does not keep both places
    :raises Denied: if there is no such building, or the actor has no part in its place
    """
    place_buildings(moves={building_id: path}, day=day, actor=actor, at=at)
    return Building.objects.get(pk=building_id)


@transaction.atomic
def place_buildings(
    *, moves: Mapping[UUID, str], day: date | None = None, actor: Actor, at: datetime
) -> int:
    """Put many buildings into grids from a day on, and say how many moved (调整楼栋归属).

    Those that stand there already are left alone. One audit record a building.

    :raises WrongSiting: if a place is no grid or community, or the day would rewrite history
    :raises NotKeeper: if the actor does not keep both places
    :raises Denied: if there is no such building, or the actor has no part in its place
    """
    today = timezone.localdate(at)
    first = day or today
    rows = list(Building.objects.select_for_update().filter(pk__in=moves))
    if len(rows) != len(moves):
        raise Denied
    for path in {row.region_path for row in rows} | set(moves.values()):
        check_keeper(actor, path)
    for path in set(moves.values()):
        rules.check_may_house(path, is_known=queries.is_known(path))
    going = [row for row in rows if row.region_path != moves[row.pk]]
    held = Siting.objects.standing().filter(building__in=going)
    since = held.order_by("-valid_from").values_list("valid_from", flat=True).first()
    rules.check_day(first, today=today, since=since)
    site({row.pk: moves[row.pk] for row in going}, day=first)
    facts = {"from": first.isoformat()}
    record_all(
        [
            build("building.place", row, actor=actor, at=at, facts=facts | {"to": moves[row.pk]})
            for row in going
        ]
    )
    return len(going)


def site(moves: Mapping[UUID, str], *, day: date) -> None:
    """Write where buildings stand from ``day`` on; the caller has checked, locked and records."""
    with connection.cursor() as cursor:
        cursor.execute(
            PLACE,
            {
                "ids": [uuid7() for _move in moves],
                "buildings": list(moves),
                "paths": list(moves.values()),
                "day": day,
            },
        )


def check_keeper(actor: Actor, path: str) -> None:
    """Refuse who does not keep what stands in a place.

    :raises NotKeeper: if they have another part in it
    :raises Denied: if they have none: a stranger is not told what there is in another's place
    """
    roles = actor.roles_at(path)
    if not roles:
        raise Denied
    if not roles & rules.KEEPERS:
        raise rules.NotKeeper(_("只有区级统筹、街道指挥长和系统管理员可以维护小区和楼栋"))

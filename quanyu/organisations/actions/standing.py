"""Write how bodies stand from a day on: history and today's copy in one statement (建制)."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from django.db import connection

from quanyu.kernel.copying import copy_all, copy_in
from quanyu.kernel.keys import uuid7
from quanyu.organisations.models import Body, Footing
from quanyu.organisations.rules.changing import Change
from quanyu.organisations.rules.initials import initials
from quanyu.organisations.rules.kinds import PARTY, BodyKind

STAND = """
WITH said (body_id, day, kind, name, name_en, region_path, parent_id, change, because,
           id, initials) AS (
  SELECT * FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::text[], %s::text[], %s::text[],
                       %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[])
), mended AS (
  -- What began that very day never stood a day: it is put right in place.
  UPDATE organisations_footing AS held
     SET kind = said.kind, name = said.name, name_en = said.name_en,
         region_path = said.region_path, parent_id = said.parent_id,
         because = CASE WHEN said.because = '' THEN held.because ELSE said.because END
    FROM said
   WHERE held.body_id = said.body_id AND held.valid_to IS NULL AND held.valid_from = said.day
), ended AS (
  UPDATE organisations_footing AS held SET valid_to = said.day
    FROM said
   WHERE held.body_id = said.body_id AND held.valid_to IS NULL AND held.valid_from < said.day
  RETURNING held.body_id
), begun AS (
  INSERT INTO organisations_footing (id, body_id, kind, name, name_en, region_path, parent_id,
                                     change, because, valid_from)
  SELECT said.id, said.body_id, said.kind, said.name, said.name_en, said.region_path,
         said.parent_id, said.change, said.because, said.day
    FROM said JOIN ended USING (body_id)
)
UPDATE organisations_body AS body
   SET kind = said.kind, name = said.name, name_en = said.name_en, initials = said.initials,
       region_path = said.region_path, parent_id = said.parent_id
  FROM said WHERE body.id = said.body_id
"""
"""End how they stood, begin how they stand, and today's copy: one statement, all or nothing."""

DISSOLVE = """
WITH ended AS (
  UPDATE organisations_footing SET valid_to = %(day)s
   WHERE body_id = %(body)s AND valid_to IS NULL
)
UPDATE organisations_body SET valid_to = %(day)s WHERE id = %(body)s
"""


SETTLE = """
WITH RECURSIVE down (id, place, life, is_apart) AS (
  SELECT id, region_path, region_path, false FROM organisations_body WHERE parent_id IS NULL
  UNION ALL
  SELECT body.id, body.region_path,
         CASE WHEN apart.is_apart THEN up.life ELSE body.region_path END, apart.is_apart
    FROM down AS up
    JOIN organisations_body AS body ON body.parent_id = up.id
   CROSS JOIN LATERAL (
     SELECT body.kind = ANY(%(kinds)s) AND (
              up.is_apart
              OR (length(body.region_path) - length(replace(body.region_path, '/', ''))
                    >= %(street)s
                  AND length(up.place) - length(replace(up.place, '/', '')) < %(street)s)
            ) AS is_apart
   ) AS apart
)
UPDATE organisations_body AS body SET life_path = down.life
  FROM down WHERE down.id = body.id AND body.life_path <> down.life
"""
"""Whose party organisation it is: a unit's own, in a street and under a superior above all streets,
is kept by that superior and not by the street; so is what hangs under it."""

UNITS_OWN = sorted(str(kind) for kind in PARTY - {BodyKind.PARTY_WORK_COMMITTEE})
STREET_PARTS = 4
"""Signs that part the places of a street's path."""


ALIKE = ("kind", "name", "name_en", "region_path", "parent_id", "valid_from", "valid_to")
"""What a new body and the first row of how it stands have alike."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How one body stands from a day on."""

    body_id: UUID
    day: date
    kind: str
    name: str
    name_en: str
    region_path: str
    parent_id: UUID | None
    change: Change
    because: str = ""


def as_now(body: Body, *, day: date, change: Change, because: str = "") -> Stand:
    """Return how a body stands, to be changed with :func:`dataclasses.replace`."""
    return Stand(
        body.pk,
        day,
        body.kind,
        body.name,
        body.name_en,
        body.region_path,
        body.parent_id,
        change,
        because,
    )


def stand(stands: Sequence[Stand]) -> None:
    """Write how bodies stand; the caller has checked, locked and records. Days differ by body."""
    if not stands:
        return
    rows = [(*astuple(one), uuid7(), initials(one.name)) for one in stands]
    with connection.cursor() as cursor:
        cursor.execute(STAND, [list(column) for column in zip(*rows, strict=True)])
    settle_lives()


def found(bodies: Sequence[Body], *, change: Change = Change.FOUND, because: str = "") -> None:
    """Write bodies that are new, each with the first row of how it stands.

    The caller has locked the tree, and settles the lives once all are written.
    """
    for body in bodies:
        body.initials, body.life_path = initials(body.name), body.region_path
    copy_all(bodies)
    alike = attrgetter(*ALIKE)
    copy_in(
        Footing,
        ("id", "body_id", "change", "because", *ALIKE),
        ((uuid7(), body.id, change, because, *alike(body)) for body in bodies),
    )


def settle_lives() -> None:
    """Write where the life of every organisation is kept, after the tree has changed."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"kinds": UNITS_OWN, "street": STREET_PARTS})


def end(body: Body, *, day: date) -> None:
    """Let a body stand no more from a day on."""
    with connection.cursor() as cursor:
        cursor.execute(DISSOLVE, {"day": day, "body": body.pk})


def since(body: Body) -> date:
    """Return since when a body stands as it does today."""
    day = Footing.objects.standing().filter(body=body).values_list("valid_from", flat=True).first()
    return day or body.valid_from

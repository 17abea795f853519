"""Take in a city's dwellings: copied aside, checked as a set, written as a whole (导入房)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.regions.rules import standard
from quanyu.regions.rules.staging import ALLOWED, MOST_FAULTS, WORDS, Fault

Line = tuple[int, str, str, str, str]
"""A row's number as people count, and building, staircase, floor and room as they are written."""

BESIDE = """
DROP TABLE IF EXISTS brought, checked;
CREATE TEMPORARY TABLE brought (
  line integer NOT NULL, building text NOT NULL, unit text NOT NULL,
  floor text NOT NULL, room text NOT NULL
) ON COMMIT DROP
"""
COPY = "COPY brought (line, building, unit, floor, room) FROM STDIN"

CHECKED = """
CREATE TEMPORARY TABLE checked ON COMMIT DROP AS
SELECT brought.line, building.id AS building_id, building.status,
       CASE WHEN brought.unit = %(none)s THEN ''
            ELSE upper(substring(brought.unit FROM %(unit)s)) END AS number,
       substring(brought.floor FROM %(floor)s)::integer AS floor,
       upper(substring(brought.room FROM %(room)s)) AS room
  FROM brought LEFT JOIN regions_building AS building ON building.code = brought.building
"""
"""Null where a field does not say what it must."""

FAULTS = """
SELECT line, kind, value, other FROM (
  SELECT checked.line, 'building' AS kind, brought.building AS value, NULL::integer AS other
    FROM checked JOIN brought USING (line) WHERE checked.building_id IS NULL
  UNION ALL
  SELECT checked.line, 'gone', brought.building, NULL
    FROM checked JOIN brought USING (line) WHERE checked.status <> 'active'
  UNION ALL
  SELECT checked.line, 'unit', brought.unit, NULL
    FROM checked JOIN brought USING (line) WHERE checked.number IS NULL
  UNION ALL
  SELECT checked.line, 'floor', brought.floor, NULL
    FROM checked JOIN brought USING (line)
   WHERE checked.floor IS NULL OR checked.floor = 0
      OR checked.floor NOT BETWEEN %(lowest)s AND %(highest)s
  UNION ALL
  SELECT checked.line, 'room', brought.room, NULL
    FROM checked JOIN brought USING (line) WHERE checked.room IS NULL
  UNION ALL
  SELECT line, 'twice', room, first FROM (
    SELECT line, room, min(line) OVER same AS first, row_number() OVER same AS nth
      FROM checked WHERE building_id IS NOT NULL AND number IS NOT NULL AND room IS NOT NULL
    WINDOW same AS (PARTITION BY building_id, number, room ORDER BY line)
  ) AS many WHERE nth > 1
) AS wrong ORDER BY line LIMIT %(most)s
"""

UNITS = """
INSERT INTO regions_unit (id, building_id, number)
SELECT gen_random_uuid(), building_id, number
  FROM (SELECT DISTINCT building_id, number FROM checked WHERE number <> '') AS said
    ON CONFLICT (building_id, number) DO NOTHING
"""

HOMES = """
WITH written AS (
  INSERT INTO regions_dwelling (id, building_id, unit_id, floor, room)
  SELECT (lpad(to_hex(%(now)s::bigint), 12, '0') || '7' || lpad(to_hex(nth >> 12), 3, '0')
          || '8' || lpad(to_hex(nth & 4095), 3, '0')
          || right(gen_random_uuid()::text, 12))::uuid,
         building_id, unit_id, floor, room
    FROM (SELECT row_number() OVER (ORDER BY checked.line) AS nth, checked.building_id,
                 unit.id AS unit_id, checked.floor, checked.room
            FROM checked LEFT JOIN regions_unit AS unit
              ON unit.building_id = checked.building_id AND unit.number = checked.number) AS said
      ON CONFLICT (building_id, unit_id, room) DO UPDATE SET floor = EXCLUDED.floor
   WHERE regions_dwelling.floor <> EXCLUDED.floor
  RETURNING (xmax = 0) AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""
"""Keys are of version 7, with a counter where the milliseconds end: they come in order."""


@dataclass
class Brought:
    """What became of a file of dwellings (导入结果)."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    units: int = 0
    faults: list[Fault] = field(default_factory=list)
    """The first of them, in the order of the file; with one of them nothing is written."""


@transaction.atomic
def import_dwellings(
    *,
    rows: Iterable[Line | Fault],
    writes: bool,
    expected: int | None = None,
    digest: str = "",
    actor: Actor,
    at: datetime,
) -> Brought:
    """Bring dwellings in by building, staircase and room; all of them or, with a fault, none.

    :param rows: read one by one; a row that could not be read comes as its fault
    :param expected: how many rows there should be; another number means the file was cut off
    :raises Denied: if the actor is not the system: who types the command at the machine itself
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    done = Brought()
    with connection.cursor() as cursor:
        # A set of millions outlasts the time that a page may take, and sorts in memory.
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'")
        cursor.execute(BESIDE)
        _copy(cursor, rows, done)
        _check(cursor, done, expected)
        if writes and not done.faults:
            _write(cursor, done, at)
            facts: dict[str, object] = {"rows": done.rows, "new": done.new, "file": digest}
            record("dwelling.import", "regions.dwelling", actor=actor, at=at, facts=facts)
    return done


def _copy(cursor: Any, rows: Iterable[Line | Fault], done: Brought) -> None:
    with cursor.copy(COPY) as copy:
        for row in rows:
            done.rows += 1
            if isinstance(row, Fault):
                done.faults.append(row)
            else:
                copy.write_row(row)


def _check(cursor: Any, done: Brought, expected: int | None) -> None:
    """Find every row that is not as it must be, as one set."""
    if expected is not None and expected != done.rows:
        parts: dict[str, object] = {"count": done.rows, "expected": expected}
        done.faults.append(
            Fault(done.rows + 1, "rows", str(done.rows), WORDS["count"], (str(expected),), parts)
        )
    cursor.execute("ANALYZE brought")
    cursor.execute(
        CHECKED,
        {
            "none": standard.NONE,
            "unit": f"^{standard.UNIT_SAID}$",
            "floor": f"^{standard.FLOOR_SAID}$",
            "room": f"^({standard.ROOM_SAID})$",
        },
    )
    cursor.execute("ANALYZE checked")
    bounds = {"lowest": standard.LOWEST_FLOOR, "highest": standard.MOST_FLOORS}
    cursor.execute(FAULTS, bounds | {"most": MOST_FAULTS})
    done.faults += [_fault(*row) for row in cursor.fetchall()]
    done.faults.sort(key=lambda fault: fault.line)


def _fault(line: int, kind: str, value: str, other: int | None) -> Fault:
    name = {"twice": "room", "gone": "building"}.get(kind, kind)
    return Fault(
        line,
        name,
        value,
        WORDS[kind],
        ALLOWED.get(kind, ()),
        {"other": other} if other is not None else {},
    )


def _write(cursor: Any, done: Brought, at: datetime) -> None:
    cursor.execute(UNITS)
    done.units = cursor.rowcount
    cursor.execute("ANALYZE regions_unit")
    cursor.execute(HOMES, {"now": int(at.timestamp() * 1000)})
    done.new, done.changed = cursor.fetchone()
    done.same = done.rows - done.new - done.changed

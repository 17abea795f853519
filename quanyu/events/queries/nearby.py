"""What is reported near by already, as far as anybody may know it (附近已有人反映)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from quanyu.events import queries
from quanyu.events.rules import nearby as rules
from quanyu.events.rules.classing import by_list
from quanyu.events.rules.nearby import Cell
from quanyu.events.workflow import EVENT
from quanyu.kernel.access import prepared
from quanyu.kernel.calendar.rules import ZONE, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.rules import Unreadable
from quanyu.kernel.quotas.rules import Quota
from quanyu.regions import queries as regions

ASK = """
SELECT id, category, "column", "row", day, is_begun
FROM event_nearby(%s::text[], %s::timestamptz, %s, %s, %s::int, %s::int, %s::int, %s::int)
"""
PLACE = "events.nearby.key"


@dataclass(frozen=True, slots=True)
class Near:
    """One open matter near by: what it is, about how far, since when; no more is known of it."""

    key: str
    """Sealed: it names the matter to us and tells nobody anything."""
    category: str
    metres: int | None
    day: date
    is_begun: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a report so far (正在写的反映)."""

    text: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    category: str = ""


def near(said: Said, *, at: datetime) -> list[Near]:
    """Return what is open near by of the kinds that the words speak for, the nearest first.

    Words are compared with the list of classes alone, never with what somebody else wrote. Without
    a point the community that the address names is looked at, and no distance is told.
    """
    kinds, area = _kinds(said.text, said.category, at=at), _area(said)
    if area is None or not kinds:
        return []
    here, low, high = area
    box = [low.column, high.column, low.row, high.row]
    rows = prepared.fetch(ASK, [kinds, at - rules.WITHIN, rules.CELL, str(ZONE), *box])
    found = [
        Near(
            _sealed(key),
            kind,
            rules.metres(here, Cell(column, row)) if here else None,
            day,
            is_begun,
        )
        for key, kind, column, row, day, is_begun in rows
    ]
    return sorted(found, key=lambda one: (one.metres or 0, -one.day.toordinal()))[: rules.MOST]


def quotas(*, at: datetime) -> list[Quota]:
    """Return how often one address may look, by the city's codes."""
    seconds = {rules.A_MINUTE: 60, rules.A_DAY: 86_400}
    return [Quota(_most(stage, at=at), long) for stage, long in seconds.items()]


def _most(stage: str, *, at: datetime) -> int:
    row = codes.limit(workflow=EVENT.name, stage=stage, on=local(at).date())
    return row.amount if row else rules.MOST_LOOKS[stage]


def _area(said: Said) -> tuple[Cell | None, Cell, Cell] | None:
    """Return the cell one stands in, if it is known, and the corners of what is looked at."""
    if said.lon is not None and said.lat is not None:
        here = rules.cell(said.lon, said.lat)
        around = rules.AROUND
        low = Cell(here.column - around, here.row - around)
        return here, low, Cell(here.column + around, here.row + around)
    named = regions.named_in(said.address)
    if not named:
        return None
    west, south, east, north = regions.bounds(named)
    low, high = rules.cell(west, south), rules.cell(east, north)
    is_wide = max(high.column - low.column, high.row - low.row) > rules.WIDEST
    return None if is_wide else (None, low, high)


def _kinds(text: str, category: str, *, at: datetime) -> list[str]:
    """Return the classes that are looked at: what one chose, or what the words speak for."""
    on = local(at).date()
    said = by_list(text, queries.keywords(on=on))
    likely = [category] if category else [said.class_code, *said.others][: rules.KINDS]
    entries = [codes.class_of(code, on=on) for code in likely if code]
    return [entry.code for entry in entries if entry and entry.has("public_space")]


def _sealed(key: UUID) -> str:
    return base64.urlsafe_b64encode(ring().seal(str(key), place=PLACE)).decode()


def opened(key: str) -> UUID | None:
    """Return which matter a sealed key names; None for one that is none of ours."""
    try:
        return UUID(ring().open(base64.urlsafe_b64decode(key.encode()), place=PLACE))
    except (Unreadable, binascii.Error, ValueError):
        return None

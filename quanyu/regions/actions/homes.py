"""Take in a file of dwellings on a page, by the standard of their fields (页面上导入房)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.columns import Key, Row
from quanyu.regions.actions.placing import check_keeper
from quanyu.regions.models import Building, Dwelling, Unit
from quanyu.regions.queries import dwelling_values
from quanyu.regions.rules import Status
from quanyu.regions.rules.staging import home_of, wrong
from quanyu.regions.rules.standard import NONE
from quanyu.regions.tables import DWELLINGS

Home = tuple[str, str, str]
"""Building, staircase and room, as they are kept."""


@DWELLINGS.taken_by
def take_dwellings(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Dwellings":
    """Return how a file of dwellings is taken in: found or changed by where they are (导入房)."""
    return Dwellings(keys=keys, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class _House:
    """A building that dwellings of a file lie in."""

    key: UUID
    path: str
    is_used: bool


class Dwellings:
    """The intake of one file of dwellings; ``import places`` takes millions in as one set."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._rows, self._actor, self._at = keys, actor, at
        self._houses: dict[str, _House] = {}
        self._first: dict[Home, Key] = {}
        self._counts = {"rows": len(keys), "new": 0, "changed": 0}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the dwellings that stand already, each by the key that the file gives it."""
        self._learn({building for building, _unit, _room in keys})
        rows = Dwelling.objects.filter(
            room__in={room.upper() for _building, _unit, room in keys},
            building__code__in={building for building, _unit, _room in keys},
        )
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        standing = {}
        for row in rows.select_related("building", "unit"):
            number = row.unit.number if row.unit else ""
            standing[(row.building.code, number, row.room)] = dwelling_values(row)
        found: dict[Key, Row] = {}
        for key in keys:
            building, unit, room = key
            stored = standing.get((building, _number(unit), room.upper()))
            if stored is not None:
                found[key] = {**stored, "unit": unit, "room": room}
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the standard does not allow.

        :raises WrongField: naming the field, its value and what is allowed
        :raises NotKeeper: if the actor does not keep the place
        """
        code = row["building"]
        house = self._houses.get(code)
        if house is None:
            raise wrong("building", code)
        check_keeper(self._actor, house.path)
        if not house.is_used:
            raise wrong("gone", code, field="building")
        number, _floor, room = home_of(row["unit"], row["floor"], row["room"])
        key = (code, row["unit"], row["room"])
        first = self._first.setdefault((code, number, room), key)
        if first != key:
            raise wrong("twice", row["room"], field="room", other=self._rows[first])

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return what is wrong with the file as a whole: nothing more than its rows."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch by building, staircase and room, with staircases that are new."""
        rows = [*new, *changed]
        homes = [home_of(row["unit"], row["floor"], row["room"]) for row in rows]
        keys = [self._houses[row["building"]].key for row in rows]
        units = self._units({(key, home[0]) for key, home in zip(keys, homes, strict=True)})
        Dwelling.objects.bulk_create(
            [
                Dwelling(building_id=key, unit_id=units.get((key, number)), floor=floor, room=room)
                for key, (number, floor, room) in zip(keys, homes, strict=True)
            ],
            update_conflicts=True,
            unique_fields=["building", "unit", "room"],
            update_fields=["floor"],
        )
        self._counts["new"] += len(new)
        self._counts["changed"] += len(changed)

    def finish(self) -> None:
        """Keep one audit record of the file, as ``import places`` does: a home names nobody."""
        facts: dict[str, object] = {**self._counts}
        record("dwelling.import", "regions.dwelling", actor=self._actor, at=self._at, facts=facts)

    def _learn(self, codes: set[str]) -> None:
        rows = Building.objects.filter(code__in=codes - set(self._houses))
        for code, key, path, status in rows.values_list("code", "pk", "region_path", "status"):
            self._houses[str(code)] = _House(key, path, status == Status.ACTIVE)

    def _units(self, wanted: set[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
        named = sorted((key, number) for key, number in wanted if number)
        Unit.objects.bulk_create(
            [Unit(building_id=key, number=number) for key, number in named], ignore_conflicts=True
        )
        rows = Unit.objects.filter(building__in={key for key, _number in named})
        return {
            (key, number): pk for pk, key, number in rows.values_list("pk", "building", "number")
        }


def _number(unit: str) -> str:
    """Return the number of a staircase as it is kept; what is no staircase matches none."""
    said = unit.removesuffix("单元").upper()
    return "" if said == NONE else said

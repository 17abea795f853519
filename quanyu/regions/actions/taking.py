"""Take in files of estates and buildings, by the standard of their fields (导入小区与楼栋)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions import queries
from quanyu.regions.actions.bringing import (
    Ground,
    check_lasts,
    check_plates_are_free,
    outline_in,
    point_in,
    put_aliases,
    put_plates,
    record_each,
    said_in,
    status_of,
)
from quanyu.regions.actions.divisions import new_edition
from quanyu.regions.actions.placing import check_keeper, site
from quanyu.regions.models import Address, Building, Estate, Siting
from quanyu.regions.rules import Status, standard
from quanyu.regions.rules.standard import NONE, WrongField
from quanyu.regions.tables import BUILDINGS, ESTATES


@ESTATES.taken_by
def take_estates(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Estates":
    """Return how a file of estates is taken in: found or changed by code (导入小区)."""
    return Estates(actor=actor, at=at)


@BUILDINGS.taken_by
def take_buildings(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Buildings":
    """Return how a file of buildings is taken in: found or changed by code (导入楼栋)."""
    return Buildings(keys=keys, actor=actor, at=at)


# ------------------------------------------------------------------ estates


class Estates:
    """The intake of one file of estates."""

    def __init__(self, *, actor: Actor, at: datetime) -> None:
        self._actor, self._at, self._ground = actor, at, Ground()
        self._today = timezone.localdate(at)
        self._ids: dict[str, UUID] = {}
        self._held: dict[str, Row] = {}
        self._names: dict[tuple[str, str], str] = {}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the estates that stand already, by their codes."""
        rows = Estate.objects.filter(code__in=[code for (code,) in keys])
        rows = rows.select_for_update() if is_locked else rows
        found: dict[Key, Row] = {}
        for row in rows.prefetch_related("addresses", "aliases"):
            self._ids[row.code] = row.pk
            self._held[row.code] = found[(row.code,)] = queries.estate_values(row)
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the standard does not allow.

        :raises WrongField: naming the field, its value and what is allowed
        :raises NotKeeper: if the actor does not keep the place
        """
        path = self._ground.community(row["community"])
        check_keeper(self._actor, path)
        standard.check_code(row["code"])
        standard.check_name(row["name"])
        standard.plates_of(row.get("plates") or "")
        system = self._ground.system(row.get("crs"))
        outline_in(row, held, system)
        point = point_in(row, held, system)
        if point is not None:
            self._ground.check_inside(*point, community=path)
        check_lasts(row)
        self._check_name_is_free(path, row)
        check_plates_are_free(row, path, estate=self._ids.get(row["code"]))

    def _check_name_is_free(self, path: str, row: Row) -> None:
        """Refuse a second estate of one name in a community; the file itself counts too."""
        key = (path, row["name"])
        other = self._names.setdefault(key, row["code"])
        held = Estate.objects.standing().filter(region_path=path, name=row["name"])
        if other != row["code"] or held.exclude(code=row["code"]).exists():
            raise WrongField(
                _("这个社区已有同名的小区"), field="name", value=row["name"], allowed=[]
            )

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return what is wrong with the file as a whole: nothing more than its rows."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch by code, with plates, aliases and an audit record for each."""
        for topic, rows in (("estate.found", new), ("estate.change", changed)):
            estates = [self._estate(row) for row in rows]
            Estate.objects.bulk_create(
                estates,
                update_conflicts=True,
                unique_fields=["code"],
                update_fields=[
                    *("name", "name_en", "region_path", "lon", "lat", "shape"),
                    *("valid_from", "valid_to"),
                ],
            )
            for estate, row in zip(estates, rows, strict=True):
                put_plates(row, region_path=estate.region_path, today=self._today, estate=estate)
                put_aliases(row, estate)
            record_each(topic, estates, rows, actor=self._actor, at=self._at)

    def finish(self) -> None:
        """Let every process read the map anew."""
        new_edition(self._at)

    def _estate(self, row: Row) -> Estate:
        system, held = self._ground.system(row.get("crs")), self._held.get(row["code"])
        lon, lat = point_in(row, held, system) or (None, None)
        estate = Estate(
            code=row["code"],
            name=row["name"],
            name_en=row.get("name_en") or "",
            region_path=self._ground.community(row["community"]),
            lon=lon,
            lat=lat,
            shape=outline_in(row, held, system),
            valid_from=row.get("start") or self._today,
            valid_to=row.get("end"),
        )
        estate.pk = self._ids.get(estate.code, estate.pk)
        return estate


# ------------------------------------------------------------------ buildings


@dataclass(frozen=True, slots=True)
class _Home:
    """An estate that buildings of a file stand in."""

    key: UUID
    name: str
    path: str
    plate: str


class Buildings:
    """The intake of one file of buildings."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._coming, self._actor, self._at, self._ground = keys, actor, at, Ground()
        self._today = timezone.localdate(at)
        self._estates = self._homes()
        self._ids: dict[str, UUID] = {}
        self._held: dict[str, Row] = {}
        self._since: dict[UUID, date] = {}
        self._numbers: dict[tuple[str, str], str] = {}
        self._merged: dict[str, str] = {}

    def _homes(self) -> dict[str, _Home]:
        plates: dict[UUID | None, str] = {}
        for estate, road, door in Address.objects.standing().values_list(
            "estate_id", "road", "door"
        ):
            plates.setdefault(estate, f"{road}{door}号")
        rows = Estate.objects.standing().values_list("code", "pk", "name", "region_path")
        return {code: _Home(key, name, path, plates.get(key, "")) for code, key, name, path in rows}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the buildings that stand already, by their codes."""
        rows = Building.objects.filter(code__in=[code for (code,) in keys])
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        rows = rows.select_related("estate", "merged_into").prefetch_related("addresses")
        codes = queries.codes_of(row.region_path for row in rows)
        found: dict[Key, Row] = {}
        for row in rows:
            code = str(row.code)
            self._ids[code] = row.pk
            self._held[code] = found[(code,)] = queries.building_values(row, codes)
        sitings = Siting.objects.standing().filter(building__in=self._ids.values())
        self._since |= dict(sitings.values_list("building_id", "valid_from"))
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the standard does not allow.

        :raises WrongField: naming the field, its value and what is allowed
        :raises NotKeeper: if the actor does not keep the place
        """
        path = self._ground.community(row["community"])
        check_keeper(self._actor, path)
        standard.check_code(row["code"])
        number = standard.building_number(row["number"])
        standard.check_households(row.get("households"))
        standard.check_floors(row.get("floors"))
        standard.plates_of(row.get("plates") or "")
        self._check_points(row, held, path)
        standard.check_ends(row.get("start"), row.get("end"), status=status_of(row))
        if row.get("grid"):
            self._ground.grid(row["grid"], community=path)
        self._check_estate(row, path, number)
        self._check_merged(row)

    def _check_points(self, row: Row, held: Row | None, path: str) -> None:
        system = self._ground.system(row.get("crs"))
        point = point_in(row, held, system)
        if point is not None:
            self._ground.check_inside(*point, community=path)
        outline_in(row, held, system)
        point_in(row, held, system, of="door_")
        check_plates_are_free(row, path, building=self._ids.get(row["code"]))

    def _check_estate(self, row: Row, path: str, number: str) -> None:
        estate = said_in(row, "estate")
        if not estate:
            standard.check_name(row.get("name") or "")
            return
        home = self._estates.get(estate)
        if home is None or home.path != path:
            raise WrongField(
                _("这个社区没有登记这个小区，请先导入小区"),
                field="estate",
                value=estate,
                allowed=[NONE],
            )
        other = self._numbers.setdefault((estate, number), row["code"])
        if number and status_of(row) == Status.ACTIVE and other != row["code"]:
            raise WrongField(
                _("同一小区有两栋楼用这个幢号：{other}"),
                field="number",
                value=row["number"],
                allowed=[],
                other=other,
            )

    def _check_merged(self, row: Row) -> None:
        into = row.get("merged_into") or ""
        if bool(into) is not (status_of(row) == Status.MERGED):
            raise WrongField(
                _("已并入的楼栋写明并入哪一栋，其余不写"),
                field="merged_into",
                value=into,
                allowed=["340104001001E001003"],
            )
        if into:
            self._merged[row["code"]] = into

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return the buildings that merge into one that nobody knows."""
        wanted = {into for into in self._merged.values() if (into,) not in self._coming}
        known = set(Building.objects.filter(code__in=wanted).values_list("code", flat=True))
        for code, into in self._merged.items():
            if into in wanted - known:
                no = WrongField(
                    _("没有这栋楼，文件里也没有"), field="merged_into", value=into, allowed=[]
                )
                yield (code,), no

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch by code, with where each stands and an audit record for each."""
        for topic, rows in (("building.found", new), ("building.change", changed)):
            buildings = [self._building(row) for row in rows]
            self._locate(buildings, rows)
            Building.objects.bulk_create(
                buildings,
                update_conflicts=True,
                unique_fields=["code"],
                update_fields=[
                    *("name", "number", "estate", "estate_name", "address", "lon", "lat"),
                    *("door_lon", "door_lat", "given_in", "shape", "floors", "households"),
                    *("status", "valid_from", "valid_to"),
                ],
            )
            self._ids |= {str(building.code): building.pk for building in buildings}
            self._site(buildings)
            for building, row in zip(buildings, rows, strict=True):
                if row.get("plates"):
                    community = self._ground.community(row["community"])
                    put_plates(row, region_path=community, today=self._today, building=building)
            record_each(topic, buildings, rows, actor=self._actor, at=self._at)

    def finish(self) -> None:
        """Say into which each merged one went, and let every process read the map anew."""
        rows = Building.objects.filter(code__in=[*self._merged, *self._merged.values()])
        ids = dict(rows.values_list("code", "pk"))
        for code, into in self._merged.items():
            Building.objects.filter(code=code).update(merged_into=ids[into])
        new_edition(self._at)

    # -------------------------------------------------------------- one building

    def _building(self, row: Row) -> Building:
        system, held = self._ground.system(row.get("crs")), self._held.get(row["code"])
        path = self._ground.community(row["community"])
        number = standard.building_number(row["number"])
        home = self._estates.get(said_in(row, "estate"))
        point = point_in(row, held, system) or (0.0, 0.0)
        doors = point_in(row, held, system, of="door_") or (None, None)
        name = f"{home.name}{number}幢" if home else row["name"]
        plate = home.plate if home else standard.parted(row.get("plates") or "")[:1]
        building = Building(
            code=row["code"],
            region_path=path,
            name=name,
            number=number,
            estate_id=home.key if home else None,
            estate_name=home.name if home else "",
            address=f"{queries.place(path).name}{''.join(plate)}{name}",
            lon=point[0],
            lat=point[1],
            door_lon=doors[0],
            door_lat=doors[1],
            given_in=system,
            shape=outline_in(row, held, system),
            floors=row.get("floors"),
            households=row["households"],
            status=status_of(row),
            valid_from=row.get("start") or self._today,
            valid_to=row.get("end"),
        )
        building.pk = self._ids.get(row["code"], building.pk)
        return building

    def _locate(self, buildings: Sequence[Building], rows: Sequence[Row]) -> None:
        """Say in which grid of its community each stands: as the file says, else by its point."""
        points = np.array([(one.lon, one.lat) for one in buildings], dtype=np.float64)
        found = [str(grid) for grid in queries.locate(points)] if buildings else []
        for building, row, grid in zip(buildings, rows, found, strict=True):
            community = building.region_path
            if row.get("grid"):
                building.region_path = self._ground.grid(row["grid"], community=community)
            elif grid.startswith(community):
                building.region_path = grid

    def _site(self, buildings: Sequence[Building]) -> None:
        """Begin where the new ones stand, and move those that stand elsewhere from today on."""
        by_day: dict[date, dict[UUID, str]] = {}
        for building in buildings:
            is_new = building.pk not in self._since
            day = building.valid_from if is_new and building.valid_from else self._today
            by_day.setdefault(min(day, self._today), {})[building.pk] = building.region_path
        for day, moves in by_day.items():
            held = dict(
                Siting.objects.standing()
                .filter(building__in=moves)
                .values_list("building_id", "region_path")
            )
            site({key: path for key, path in moves.items() if held.get(key) != path}, day=day)

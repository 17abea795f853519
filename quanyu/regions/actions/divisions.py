"""A city's division tables, and a street's shapes (区划表与示例街道)."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.regions import queries, rules
from quanyu.regions.models import Building, Edition, Region, Road
from quanyu.regions.rules import Level, Row

DATA = Path(__file__).parents[1] / "data"
HEFEI = DATA / "hefei"
HEFEI_DAY = date(2023, 6, 30)
"""The statistical system's standard time point of the edition that we ship."""

STREET = DATA / "demo_street.geojson"
TABLES = (
    ("provinces.csv", Level.PROVINCE),
    ("cities.csv", Level.CITY),
    ("areas.csv", Level.AREA),
    ("streets.csv", Level.STREET),
    ("villages.csv", Level.COMMUNITY),
)
ENGLISH = "english.csv"
"""Optional, ``code,name_en``: the places' English names."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in places (导入结果)."""

    added: int
    changed: int
    closed: int
    same: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a street's file brought (示例街道)."""

    grids: int
    buildings: int
    roads: int


@transaction.atomic
def import_divisions(
    *, folder: Path, day: date | None = None, actor: Actor, at: datetime
) -> Imported:
    """Make the tree say what a city's tables say as of ``day``; all of it or nothing.

    Rows that say the same are left alone; a new name or kind begins a new row and ends the old
    one; a place that is gone is ended. Grids and shapes are not touched. ``day`` is today unless
    given.

    :raises ImportRefused: if a row is not as it must be; each is named
    :raises WrongRow: if a table is missing, or the tables would abolish most of the city
    :raises Denied: if the actor may not re-draw these cities
    """
    rows = _read(folder)
    cities = [path for path, row in rows.items() if row.division.level is Level.CITY]
    _check_may_import(cities, actor)
    standing = _standing(cities, rows)
    changes = rules.compare(rows, {path: _said(row) for path, row in standing.items()})
    rules.check_not_emptied(changes)
    _write(rows, standing, changes, day=day or timezone.localdate(at))
    done = Imported(len(changes.added), len(changes.changed), len(changes.closed), changes.same)
    edition = _new_edition(at)
    facts: dict[str, object] = {
        "cities": cities,
        "added": done.added,
        "changed": done.changed,
        "closed": done.closed,
        "same": done.same,
    }
    record("region.import", edition, actor=actor, at=at, facts=facts)
    return done


def has_news(folder: Path) -> bool:
    """Answer whether these tables say anything that the tree does not."""
    rows = _read(folder)
    cities = [path for path, row in rows.items() if row.division.level is Level.CITY]
    standing = _standing(cities, rows)
    changes = rules.compare(rows, {path: _said(row) for path, row in standing.items()})
    return changes.same < len(rows) or bool(changes.closed)


def load_hefei(*, actor: Actor, at: datetime) -> Imported:
    """Bring Hefei's real tree, as shipped."""
    return import_divisions(folder=HEFEI, day=HEFEI_DAY, actor=actor, at=at)


@transaction.atomic
def load_street(*, file: Path = STREET, actor: Actor, at: datetime) -> Loaded:
    """Bring the demo street's grids, buildings and roads; a second time changes nothing.

    :raises Denied: if the actor may not re-draw the street, or the tree does not hold it
    """
    features: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["features"]
    street = rules.path_of(_of_kind(features, "street")[0]["properties"]["code"])
    _check_may_import([street], actor)
    if not Region.objects.standing().filter(path=street).exists():
        raise Denied
    _shape_places([*_of_kind(features, "street"), *_of_kind(features, "community")])
    grids = [_grid(feature) for feature in _of_kind(features, "grid")]
    Region.objects.bulk_create(
        grids,
        update_conflicts=True,
        unique_fields=["path", "valid_from"],
        update_fields=["name", "name_en", "lon", "lat", "shape", "households"],
    )
    _sum_households(street)
    queries.forget()
    buildings = _put_buildings(_of_kind(features, "building"))
    roads = _put_roads(street, _of_kind(features, "road"))
    done = Loaded(len(grids), buildings, roads)
    facts: dict[str, object] = {"street": street, "grids": done.grids, "buildings": buildings}
    record("region.draw", _new_edition(at), actor=actor, at=at, facts=facts)
    return done


# ------------------------------------------------------------------ reading the tables


def _read(folder: Path) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    faults: list[rules.Fault] = []
    for file, level in TABLES:
        table, wrong = rules.check_table(file, _lines(folder / file), level=level, known=rows)
        rows |= table
        faults += wrong
    if faults:
        raise rules.ImportRefused(faults)
    return _named_in_english(rows, folder / ENGLISH)


def _lines(file: Path) -> list[dict[str, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise rules.UnreadableTable(file.name) from error
    return list(csv.DictReader(text.splitlines()))


def _named_in_english(rows: Mapping[str, Row], file: Path) -> dict[str, Row]:
    if not file.exists():
        return dict(rows)
    english = {line.get("code", ""): line.get("name_en", "") for line in _lines(file)}
    return {
        path: replace(row, name_en=row.name_en or english.get(row.division.code, ""))
        for path, row in rows.items()
    }


def _check_may_import(places: Sequence[str], actor: Actor) -> None:
    # Who types the command at the machine itself brings any city's tables; a person, their own.
    if actor.kind is ActorKind.SYSTEM and places:
        return
    if not places or not all(Role.SYS_ADMIN in actor.roles_at(path) for path in places):
        raise Denied


# ------------------------------------------------------------------ writing the tree


def _standing(cities: Sequence[str], rows: Mapping[str, Row]) -> dict[str, Region]:
    above = {path for path, row in rows.items() if row.division.level is Level.PROVINCE}
    held = Region.objects.standing().filter(path__in=above)
    for city in cities:
        held |= Region.objects.standing().within(city)
    return {row.path: row for row in held.exclude(level=Level.GRID)}


def _said(row: Region) -> rules.Standing:
    return rules.Standing(row.kind, row.name, row.name_en, row.valid_from)


def _write(
    rows: Mapping[str, Row],
    standing: Mapping[str, Region],
    changes: rules.Changes,
    *,
    day: date,
) -> None:
    # What began today and is changed or gone today never stood a day: it is put right in place.
    ended = [standing[path] for path in (*changes.changed, *changes.closed)]
    young = [row.pk for row in ended if row.valid_from >= day]
    Region.objects.filter(pk__in=young).delete()
    Region.objects.filter(pk__in=[row.pk for row in ended]).update(valid_to=day)
    fresh = [_region(rows[path], day) for path in changes.added]
    fresh += [_succeed(standing[path], rows[path], day) for path in changes.changed]
    Region.objects.bulk_create(fresh, batch_size=2_000)
    queries.forget()


def _region(row: Row, day: date) -> Region:
    path = row.division.path
    return Region(
        code=row.division.code,
        scheme=row.division.scheme,
        level=row.division.level,
        kind=row.division.kind,
        name=row.name,
        name_en=row.name_en,
        path=path,
        parent_path=rules.parent(path),
        valid_from=day,
    )


def _succeed(old: Region, row: Row, day: date) -> Region:
    new = _region(row, day)
    new.name_en = row.name_en or old.name_en
    new.shape, new.lon, new.lat = old.shape, old.lon, old.lat
    new.is_sample, new.households = old.is_sample, old.households
    return new


def _new_edition(at: datetime) -> Edition:
    edition, _made = Edition.objects.update_or_create(
        name=queries.EDITION, defaults={"mark": uuid7(), "at": at}
    )
    return edition


# ------------------------------------------------------------------ a street's shapes


def _of_kind(features: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [feature for feature in features if feature["properties"]["kind"] == kind]


def _shape_of(feature: Mapping[str, Any]) -> shapely.Geometry:
    return shapely.from_geojson(json.dumps(feature["geometry"]))


def _shape_places(features: Sequence[dict[str, Any]]) -> None:
    shapes = {rules.path_of(f["properties"]["code"]): _shape_of(f) for f in features}
    rows = list(Region.objects.standing().filter(path__in=shapes))
    for row in rows:
        _put_shape(row, shapes[row.path])
    Region.objects.bulk_update(rows, ["shape", "lon", "lat", "is_sample"])


def _put_shape(row: Region, shape: shapely.Geometry) -> None:
    inside = shapely.point_on_surface(shape)
    row.shape, row.is_sample = shapely.to_wkb(shape), True
    row.lon, row.lat = round(inside.x, 6), round(inside.y, 6)


def _grid(feature: Mapping[str, Any]) -> Region:
    said = feature["properties"]
    row = _region(Row(rules.read_code(said["code"]), said["name"], said["name_en"]), HEFEI_DAY)
    row.households = said["households"]
    _put_shape(row, _shape_of(feature))
    return row


def _sum_households(street: str) -> None:
    below = list(Region.objects.standing().within(street))
    grids = [row for row in below if row.level == Level.GRID]
    above = [row for row in below if row.level != Level.GRID]
    for row in above:
        row.households = sum(g.households or 0 for g in grids if g.path.startswith(row.path))
    Region.objects.bulk_update(above, ["households"])


def _put_buildings(features: Sequence[dict[str, Any]]) -> int:
    houses = [_building(feature) for feature in features]
    Building.objects.bulk_create(
        houses,
        update_conflicts=True,
        unique_fields=["region_path", "name"],
        update_fields=["estate", "address", "lon", "lat", "shape", "households"],
    )
    return len(houses)


def _building(feature: Mapping[str, Any]) -> Building:
    said, shape = feature["properties"], _shape_of(feature)
    path = rules.path_of(said["grid"])
    name = f"{said['estate']}{said['number']}"
    return Building(
        region_path=path,
        name=name,
        estate=said["estate"],
        address=f"{queries.place(rules.parent(path)).name}{said['road']}{said['door']}号{name}",
        lon=round(shape.centroid.x, 6),
        lat=round(shape.centroid.y, 6),
        shape=shapely.to_wkb(shape),
        households=said["households"],
        is_sample=True,
    )


def _put_roads(street: str, features: Sequence[dict[str, Any]]) -> int:
    roads = [
        Road(
            region_path=street,
            name=feature["properties"]["name"],
            name_en=feature["properties"]["name_en"],
            is_main=feature["properties"]["width"] == "main",
            shape=shapely.to_wkb(_shape_of(feature)),
            is_sample=True,
        )
        for feature in features
    ]
    Road.objects.bulk_create(
        roads,
        update_conflicts=True,
        unique_fields=["region_path", "name"],
        update_fields=["name_en", "is_main", "shape"],
    )
    return len(roads)

"""Streets that were made: grids, estates, buildings and roads, all of them samples (示例街道)."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.storage import keep_all
from quanyu.regions import queries, rules
from quanyu.regions.actions.divisions import (
    DATA,
    HEFEI_DAY,
    check_may_import,
    new_edition,
)
from quanyu.regions.actions.placing import site
from quanyu.regions.models import Address, Building, Dwelling, Estate, Region, Road, Unit
from quanyu.regions.queries import profiles
from quanyu.regions.rules import Kind, Level, Scheme, layouts
from quanyu.regions.rules.grids import code_of
from quanyu.regions.rules.homes import homes_of
from quanyu.regions.rules.layouts import Grid, House, Layout

STREET = DATA / "demo_street.geojson"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a street's file brought (示例街道)."""

    grids: int
    estates: int
    buildings: int
    roads: int


@transaction.atomic
def load_street(*, file: Path = STREET, actor: Actor, at: datetime) -> Loaded:
    """Bring the demo street's grids, estates, buildings, homes and roads; twice changes nothing.

    :raises Denied: if the actor may not re-draw the street, or the tree does not hold it
    """
    features: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["features"]
    layout = _read(features)
    done = lay_street(layout=layout, actor=actor, at=at)
    grids = {grid.path for grid in layout.grids}
    _put_homes(list(Building.objects.filter(region_path__in=grids).order_by("code")))
    return done


@transaction.atomic
def lay_street(*, layout: Layout, actor: Actor, at: datetime) -> Loaded:
    """Draw a whole street that was made, all of it samples; a second time changes nothing.

    Borders, grids, estates with the plate of their gate, buildings with their households as
    counts and where they stand as dated rows, roads.

    :raises Denied: if the actor may not re-draw the street, or the tree does not hold it
    """
    check_may_import([layout.street], actor)
    standing = Region.objects.standing().filter(path__in=layout.borders)
    if standing.count() != len({layout.street, *layout.borders}):
        raise Denied
    _put_borders(list(standing), layout.borders)
    grids = _grids(layout.grids)
    Region.objects.bulk_create(
        grids,
        update_conflicts=True,
        unique_fields=["path", "valid_from"],
        update_fields=["name", "name_en", "lon", "lat", "shape", "households"],
    )
    _sum_households(layout.street)
    queries.forget()
    estates = _put_estates(layout.houses)
    buildings = _put_buildings(layout.houses, estates)
    roads = _put_roads(layout.street, layout.roads)
    done = Loaded(len(grids), len(estates), buildings, roads)
    facts: dict[str, object] = {
        "street": layout.street,
        "grids": done.grids,
        "buildings": buildings,
    }
    record("region.draw", new_edition(at), actor=actor, at=at, facts=facts)
    return done


# ------------------------------------------------------------------ a street's file


def _read(features: Sequence[dict[str, Any]]) -> Layout:
    """Return the street of a file."""
    places = [*_of_kind(features, "street"), *_of_kind(features, "community")]
    return Layout(
        street=rules.path_of(places[0]["properties"]["code"]),
        borders={rules.path_of(one["properties"]["code"]): _shape_of(one) for one in places},
        grids=[_grid(one) for one in _of_kind(features, "grid")],
        houses=[_house(one) for one in _of_kind(features, "building")],
        roads=[_road(one) for one in _of_kind(features, "road")],
    )


def _of_kind(features: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [feature for feature in features if feature["properties"]["kind"] == kind]


def _shape_of(feature: Mapping[str, Any]) -> shapely.Geometry:
    return shapely.from_geojson(json.dumps(feature["geometry"]))


def _grid(feature: Mapping[str, Any]) -> Grid:
    said = feature["properties"]
    path = rules.path_of(said["code"])
    number = int(path[-4:-1])
    names = (said["name"], said["name_en"])
    return Grid(path, number, *names, said["households"], _shape_of(feature))


def _house(feature: Mapping[str, Any]) -> House:
    said = feature["properties"]
    number = str(said["number"]).removesuffix("幢")
    plate = (said["road"], str(said["door"]))
    return House(
        rules.path_of(said["grid"]),
        said["estate"],
        number,
        *plate,
        said["households"],
        _shape_of(feature),
    )


def _road(feature: Mapping[str, Any]) -> layouts.Road:
    said = feature["properties"]
    is_main = said["width"] == "main"
    return layouts.Road(said["name"], said["name_en"], is_main, _shape_of(feature))


# ------------------------------------------------------------------ a street's shapes


def _put_borders(rows: Sequence[Region], borders: Mapping[str, Any]) -> None:
    for row in rows:
        _put_shape(row, borders[row.path])
    Region.objects.bulk_update(rows, ["shape", "lon", "lat", "is_sample"])


def _put_shape(row: Region, shape: shapely.Geometry) -> None:
    inside = shapely.point_on_surface(shape)
    row.shape, row.is_sample = shapely.to_wkb(shape), True
    row.lon, row.lat = round(inside.x, 6), round(inside.y, 6)


def _grids(laid: Sequence[Grid]) -> list[Region]:
    """Return the rows of grids, coded by the profile that holds in their community."""
    homes = {rules.parent(grid.path) for grid in laid}
    codes = dict(Region.objects.standing().filter(path__in=homes).values_list("path", "code"))
    held = {path: profiles.profile(path, on=HEFEI_DAY) for path in homes}
    rows = []
    for grid in laid:
        home = rules.parent(grid.path)
        row = Region(
            code=code_of(held[home], codes[home], Kind.BASE_GRID, grid.number),
            path=grid.path,
            parent_path=home,
            scheme=Scheme.LOCAL,
            level=Level.GRID,
            kind=Kind.BASE_GRID,
            name=grid.name,
            name_en=grid.name_en,
            households=grid.households,
            valid_from=HEFEI_DAY,
        )
        _put_shape(row, grid.shape)
        rows.append(row)
    return rows


def _sum_households(street: str) -> None:
    below = list(Region.objects.standing().within(street))
    grids = [row for row in below if row.level == Level.GRID]
    above = [row for row in below if row.level != Level.GRID]
    for row in above:
        row.households = sum(g.households or 0 for g in grids if g.path.startswith(row.path))
    Region.objects.bulk_update(above, ["households"])


def _put_estates(houses: Sequence[House]) -> dict[tuple[str, str], Estate]:
    """Bring the estates, each with its gate's plate; return them by community and name."""
    together: dict[tuple[str, str], list[House]] = {}
    for house in houses:
        together.setdefault((house.community, house.estate), []).append(house)
    held = {
        row.code: row for row in Estate.objects.filter(region_path__in={k for k, _ in together})
    }
    codes = _numbered(together)
    estates = {
        key: held.get(codes[key]) or _estate(codes[key], key, homes)
        for key, homes in together.items()
    }
    fresh = {key: row for key, row in estates.items() if row.code not in held}
    Estate.objects.bulk_create(fresh.values())
    Address.objects.bulk_create([_gate(row, together[key][0]) for key, row in fresh.items()])
    return estates


def _numbered(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return codes: the community's, E, and three digits in the order of the file."""
    counts: Counter[str] = Counter()
    codes = {}
    for community, name in keys:
        counts[community] += 1
        codes[community, name] = f"{community.replace('/', '')}E{counts[community]:03}"
    return codes


def _estate(code: str, key: tuple[str, str], houses: Sequence[House]) -> Estate:
    shape = shapely.convex_hull(shapely.union_all([house.shape for house in houses]))
    return Estate(
        code=code,
        name=key[1],
        region_path=key[0],
        lon=round(shape.centroid.x, 6),
        lat=round(shape.centroid.y, 6),
        shape=shapely.to_wkb(shape),
        is_sample=True,
        valid_from=HEFEI_DAY,
    )


def _gate(estate: Estate, house: House) -> Address:
    return Address(
        region_path=estate.region_path,
        road=house.road,
        door=house.door,
        estate=estate,
        valid_from=HEFEI_DAY,
    )


def _put_buildings(houses: Sequence[House], estates: Mapping[tuple[str, str], Estate]) -> int:
    names = {path: queries.place(path).name for path in {house.community for house in houses}}
    rows = [
        _building(house, estates[house.community, house.estate], names[house.community])
        for house in houses
    ]
    held = _held({row.region_path for row in rows})
    for row in rows:
        row.pk = held.get((row.region_path, row.name), row.pk)
    known = set(held.values())
    Building.objects.bulk_create(
        [row for row in rows if row.pk in known],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            *("code", "number", "estate", "estate_name", "address"),
            *("lon", "lat", "shape", "households", "valid_from"),
        ],
    )
    fresh = [row for row in rows if row.pk not in known]
    keep_all(fresh)
    if fresh:
        site({row.pk: row.region_path for row in fresh}, day=HEFEI_DAY)
    return len(rows)


def _put_homes(buildings: Sequence[Building]) -> None:
    """Give every building without homes one for each household."""
    has_some = set(Unit.objects.filter(building__in=buildings).values_list("building", flat=True))
    units: dict[tuple[UUID, str], Unit] = {}
    homes = []
    for building in buildings:
        if building.pk in has_some:
            continue
        for stair, floor, room in homes_of(building.households):
            key = (building.pk, stair)
            unit = units.setdefault(key, Unit(building=building, number=stair))
            homes.append(Dwelling(building=building, unit=unit, floor=floor, room=room))
    keep_all(list(units.values()))
    keep_all(homes)


def _held(grids: Collection[str]) -> dict[tuple[str, str], UUID]:
    rows = Building.objects.filter(region_path__in=grids)
    return {(path, name): key for key, path, name in rows.values_list("pk", "region_path", "name")}


def _building(house: House, estate: Estate, community: str) -> Building:
    name = f"{estate.name}{house.number}幢"
    road = f"{house.road}{house.door}号"
    return Building(
        code=f"{estate.code}{int(house.number):03}",
        region_path=house.grid,
        name=name,
        number=house.number,
        estate=estate,
        estate_name=estate.name,
        address=f"{community}{road}{name}",
        lon=round(house.shape.centroid.x, 6),
        lat=round(house.shape.centroid.y, 6),
        shape=shapely.to_wkb(house.shape),
        households=house.households,
        given_in="",
        valid_from=HEFEI_DAY,
        is_sample=True,
    )


def _put_roads(street: str, laid: Sequence[layouts.Road]) -> int:
    roads = [
        Road(
            region_path=street,
            name=road.name,
            name_en=road.name_en,
            is_main=road.is_main,
            shape=shapely.to_wkb(road.shape),
            is_sample=True,
        )
        for road in laid
    ]
    Road.objects.bulk_create(
        roads,
        update_conflicts=True,
        unique_fields=["region_path", "name"],
        update_fields=["name_en", "is_main", "shape"],
    )
    return len(roads)

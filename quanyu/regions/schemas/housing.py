"""What goes out of the API of places, estates, buildings and typed addresses (地点与房屋接口)."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from ninja import Schema


class PartOut(Schema):
    """One part of a typed address: place, road, door, estate, building, unit or room."""

    part: str
    said: str


class AddressOut(Schema):
    """What a typed address stands for; ``level`` is the last part that was found."""

    level: str
    region_path: str
    name: str
    lon: float | None
    lat: float | None
    estate_id: UUID | None
    building_id: UUID | None
    dwelling_id: UUID | None
    understood: list[PartOut]
    missing: list[PartOut]
    reason: str

    @classmethod
    def of(cls, found: Any) -> Self:
        """Return what was recognised, as the API says it."""
        return cls(
            level=found.level,
            region_path=found.region_path,
            name=found.name,
            lon=found.lon,
            lat=found.lat,
            estate_id=found.estate_id,
            building_id=found.building_id,
            dwelling_id=found.dwelling_id,
            understood=[PartOut(part=part, said=said) for part, said in found.understood],
            missing=[PartOut(part=part, said=said) for part, said in found.missing],
            reason=found.reason,
        )


class ChildOut(Schema):
    """A place right below another."""

    path: str
    name: str
    name_en: str
    code: str
    level: str
    kind: str
    households: int | None


class BuildingLineOut(Schema):
    """A building in a list."""

    id: UUID
    code: str
    name: str
    region_path: str
    status: str
    floors: int | None
    households: int
    dwellings: int


class EstateLineOut(Schema):
    """An estate in a list."""

    code: str
    name: str
    name_en: str
    buildings: int
    households: int


class PlaceOut(Schema):
    """One place with both its codes; ``admin_level`` is of which level it is held to be."""

    path: str
    name: str
    name_en: str
    code: str
    civil_code: str
    scheme: str
    level: str
    kind: str
    admin_level: str
    households: int | None
    is_sample: bool
    valid_from: date
    children: list[ChildOut]
    estates: list[EstateLineOut]
    buildings: list[BuildingLineOut]

    @classmethod
    def of(cls, shown: Any) -> Self:
        """Return a place, as the API says it."""
        return cls.model_validate(shown, from_attributes=True)


class EstateOut(Schema):
    """One estate and its buildings."""

    code: str
    name: str
    name_en: str
    region_path: str
    lon: float | None
    lat: float | None
    plates: list[str]
    aliases: list[str]
    valid_from: date | None
    valid_to: date | None
    buildings: list[BuildingLineOut]

    @classmethod
    def of(cls, shown: Any) -> Self:
        """Return an estate, as the API says it."""
        row = shown.row
        return cls(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            region_path=row.region_path,
            lon=row.lon,
            lat=row.lat,
            plates=list(shown.plates),
            aliases=list(shown.aliases),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            buildings=[
                BuildingLineOut.model_validate(one, from_attributes=True) for one in shown.buildings
            ],
        )


class FloorOut(Schema):
    """The rooms of one floor."""

    floor: int
    rooms: list[str]


class StairOut(Schema):
    """One staircase; "" where there are none."""

    number: str
    floors: list[FloorOut]


class SitingOut(Schema):
    """In which grid a building stood, from the first day to the day before the last."""

    region_path: str
    valid_from: date
    valid_to: date | None


class BuildingOut(Schema):
    """One building, its homes, and the grids it stood in, the last first."""

    id: UUID
    code: str
    name: str
    number: str
    estate: str
    address: str
    region_path: str
    lon: float
    lat: float
    floors: int | None
    households: int
    status: str
    valid_from: date | None
    valid_to: date | None
    stairs: list[StairOut]
    sitings: list[SitingOut]

    @classmethod
    def of(cls, shown: Any) -> Self:
        """Return a building, as the API says it."""
        row = shown.row
        return cls(
            id=row.pk,
            code=row.code or "",
            name=row.name,
            number=row.number,
            estate=row.estate.code if row.estate else "",
            address=row.address,
            region_path=row.region_path,
            lon=row.lon,
            lat=row.lat,
            floors=row.floors,
            households=row.households,
            status=row.status,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            stairs=[
                StairOut(
                    number=stair.number,
                    floors=[
                        FloorOut(floor=floor, rooms=list(rooms)) for floor, rooms in stair.floors
                    ],
                )
                for stair in shown.stairs
            ],
            sitings=[
                SitingOut(region_path=path, valid_from=since, valid_to=until)
                for path, since, until in shown.sitings
            ],
        )

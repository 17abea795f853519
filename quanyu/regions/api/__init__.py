"""JSON of places: parse, one call, schema."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from quanyu.kernel.access.http import actor_of
from quanyu.regions import queries, schemas
from quanyu.regions.queries import answering, housing
from quanyu.regions.schemas import housing as houses

router = Router(tags=["places"])


@router.get("/who", response=schemas.WhoOut)
def who(
    request: HttpRequest,
    on: date | None = None,
    place: str = "",
    building: UUID | None = None,
    address: str = "",
    lon: float | None = None,
    lat: float | None = None,
) -> Any:
    """Say who answers for a place on a day: one of place, building, address, or lon and lat."""
    point = (lon, lat) if lon is not None and lat is not None else None
    asked = answering.Asked(path=place, building=building, address=address, point=point)
    day = on or timezone.localdate()
    return answering.who_answers(asked, on=day, actor=actor_of(request))


@router.get("/address", response=houses.AddressOut)
def address(request: HttpRequest, text: str, within: str = "") -> Any:
    """Say what a typed address stands for: the nearest known part of it, with the reason."""
    return houses.AddressOut.of(queries.recognise(text, within=within))


@router.get("/place", response=houses.PlaceOut)
def one_place(request: HttpRequest, path: str) -> Any:
    """Return one place with its codes, and the places, estates and buildings in it."""
    return houses.PlaceOut.of(housing.place_shown(path))


@router.get("/estates/{code}", response=houses.EstateOut)
def one_estate(request: HttpRequest, code: str) -> Any:
    """Return one estate with its plates, what people call it, and its buildings."""
    return houses.EstateOut.of(housing.estate_shown(code))


@router.get("/buildings/{uuid:building_id}", response=houses.BuildingOut)
def one_building(request: HttpRequest, building_id: UUID) -> Any:
    """Return one building with its homes, and the grids it stood in with their days."""
    return houses.BuildingOut.of(housing.building_shown(building_id))

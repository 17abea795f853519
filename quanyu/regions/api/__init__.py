"""JSON of places: parse, one call, schema."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from quanyu.kernel.access.http import actor_of
from quanyu.regions import schemas
from quanyu.regions.queries import answering

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

"""Places and buildings that a text names (地点搜索)."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Length

from quanyu.kernel.access.rules import upper
from quanyu.kernel.accounts import queries as accounts
from quanyu.regions import rules
from quanyu.regions.models import Building, Region
from quanyu.regions.queries.addresses import recognise
from quanyu.regions.queries.tree import place


@dataclass(frozen=True, slots=True)
class Found:
    """A place or a building that a search names."""

    path: str
    name: str
    name_en: str
    detail: str
    lon: float | None
    lat: float | None


@accounts.places_called.answered_by
def places_called(text: str) -> dict[str, str]:
    """Return the places whose name, English name or code holds ``text``; a few of them."""
    found = _search_places(text, within=settings.QUANYU_CITY, limit=20)
    return {one.path: rules.short_name(one.name) for one in found}


def search(text: str, *, within: str = "", limit: int = 20) -> list[Found]:
    """Return what ``text`` names: as an address, as a place, and buildings that bear it."""
    words = text.strip()
    if not words:
        return []
    within = within or settings.QUANYU_CITY
    found = _search_addresses(words, within=within)
    found += _search_places(words, within=within, limit=limit)
    found += _search_buildings(words, within=within, limit=limit)
    return list({(one.path, one.name, one.detail): one for one in found}.values())[:limit]


def _search_addresses(words: str, *, within: str) -> list[Found]:
    one = recognise(words, within=within)
    if one.level in {"", "place"}:
        return []
    return [Found(one.region_path, one.name, "", one.reason, one.lon, one.lat)]


def _search_places(words: str, *, within: str, limit: int) -> list[Found]:
    named = Q(name__contains=words) | Q(name_en__icontains=words) | Q(code__startswith=words)
    rows = Region.objects.standing().within(within).filter(named)
    # What bears just this name is the shortest that holds it.
    rows = rows.order_by(Length("name"), "path")[:limit]
    return [
        Found(path, name, english, place(rules.parent(path)).name, lon, lat)
        for path, name, english, lon, lat in rows.values_list(
            "path", "name", "name_en", "lon", "lat"
        )
    ]


def _search_buildings(words: str, *, within: str, limit: int) -> list[Found]:
    inside = Q(region_path__gte=within, region_path__lt=upper(within))
    rows = Building.objects.filter(inside, address__contains=words).order_by("region_path", "name")
    return [
        Found(path, name, "", address, lon, lat)
        for path, name, address, lon, lat in rows.values_list(
            "region_path", "name", "address", "lon", "lat"
        )[:limit]
    ]

"""The map of the city: communities, grids or buildings by how near one looks (城市地图)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, meant, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid
from quanyu.regions import queries
from quanyu.regions.queries import sights
from quanyu.regions.queries.locating import Box
from quanyu.regions.queries.sights import Sight, View
from quanyu.regions.rules import Level, level_of
from quanyu.regions.rules.printing import Paper, Turn
from quanyu.regions.rules.tiles import FIRST_ZOOM, tile_at

PRINTED = (Level.STREET, Level.COMMUNITY, Level.GRID)
"""What is printed as a map of its own."""

WIDE = 2.4
"""Tiles side by side in a window, from which the list of a first view is reckoned."""

FARTHEST, NEAREST = 0.0, 24.0


@require_GET
@hidden_if_denied
def city_map(request: HttpRequest) -> HttpResponse:
    """Show the map at a place; what a search finds stands in the list instead of the view."""
    actor, words = actor_of(request), request.GET.get("q", "").strip()[:80]
    place = _place(request.GET.get("place", ""), actor)
    box = sights.extent(place) or queries.bounds(place)
    context: dict[str, Any] = {
        "section": "city_map",
        "place": place,
        "here": queries.label(place),
        "bounds": box,
        "words": words,
        "list_url": reverse("desk_city_map_list"),
        "one_url": reverse("desk_city_map_one"),
        "print": _print(place),
        **(_found(words) if words else _viewed(sights.in_view(box, _zoom(box)))),
    }
    return answer(request, "regions/city_map.html", context)


@require_GET
@hidden_if_denied
def in_view(request: HttpRequest) -> HttpResponse:
    """Return the list of what the map shows now."""
    box = _box(request.GET.get("bbox", ""))
    view = sights.in_view(box, _number(request.GET.get("zoom", "")))
    return answer(request, "regions/_in_view.html", _viewed(view))


@require_GET
@hidden_if_denied
def one(request: HttpRequest) -> HttpResponse:
    """Say what was clicked on, and where there is more of it."""
    found = sights.sight(request.GET.get("key", ""))
    return answer(request, "regions/_sight.html", {"sight": _shown(found)})


def _place(asked: str, actor: Actor) -> str:
    """Return where the map opens: the place asked for, else where one works, else the city."""
    if asked and queries.is_known(asked):
        return asked
    return actor.stations[0] if actor.stations else str(settings.QUANYU_CITY)


def _zoom(box: Box) -> float:
    """Return about the zoom at which a window holds a box."""
    west, south, east, north = box
    for zoom in range(16, FIRST_ZOOM, -1):
        low, high = tile_at(west, north, zoom), tile_at(east, south, zoom)
        if max(high.x - low.x, high.y - low.y) <= WIDE:
            return float(zoom)
    return float(FIRST_ZOOM)


def _box(text: str) -> Box:
    """Return west, south, east, north.

    :raises Invalid: if they are no box
    """
    wrong = Invalid(_("范围应为 西,南,东,北 四个数"), field="bbox", value=text[:80])
    parts = [meant(float, part, otherwise=wrong) for part in text.split(",")]
    if len(parts) != len(("west", "south", "east", "north")):
        raise wrong
    west, south, east, north = parts
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise wrong
    return west, south, east, north


def _number(text: str) -> float:
    """Return a zoom.

    :raises Invalid: if it is none
    """
    wrong = Invalid(_("级别应为 0 至 24 的数"), field="zoom", value=text[:20])
    zoom = meant(float, text, otherwise=wrong)
    if not FARTHEST <= zoom <= NEAREST:
        raise wrong
    return zoom


# ------------------------------------------------------------------ the list


def _viewed(view: View) -> dict[str, Any]:
    return {
        "level": view.level,
        "rows": [_shown(one) for one in view.rows],
        "total": f"{view.total:,}",
        "is_cut": view.total > len(view.rows),
    }


def _found(words: str) -> dict[str, Any]:
    rows = [
        {
            "key": found.path,
            "name": found.name,
            "detail": found.detail,
            "lon": found.lon,
            "lat": found.lat,
            "url": _at(found.path),
        }
        for found in queries.search(words)
    ]
    return {"level": "found", "rows": rows, "total": str(len(rows)), "is_cut": False}


def _shown(one: Sight) -> dict[str, Any]:
    is_place = one.key.endswith("/")
    shown = asdict(one) | {"url": _at(one.path), "is_place": is_place}
    way = queries.breadcrumb(one.path)[1:]
    shown["where"] = " ".join(queries.label(step.path) for step in way[: -1 if is_place else None])
    return shown


def _at(path: str) -> str:
    return f"{reverse('desk_city_map')}?{urlencode({'place': path})}"


def _print(place: str) -> dict[str, Any] | None:
    """Return what the form asks that makes a paper map; None where a place is none for one."""
    if level_of(place) not in PRINTED or sights.extent(place) is None:
        return None
    turns: Sequence[dict[str, str]] = [
        option("", _("按形状")),
        option(Turn.LANDSCAPE, _("横向")),
        option(Turn.PORTRAIT, _("纵向")),
    ]
    return {
        "url": reverse("desk_city_map_print"),
        "papers": [option(paper, paper.value.upper()) for paper in Paper],
        "turns": turns,
    }

"""The addresses of the pages of places; web/urls.py puts the door before those of the desk."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.regions.pages import (
    checks,
    city_map,
    contacts,
    drawing,
    grids,
    housing,
    planning_urls,
    printing,
    profiles,
    reorganising_urls,
    tiles,
    who,
)

View = Callable[..., Any]

public = [
    path("map/tiles/<str:edition>/<str:z>/<str:x>/<str:y>.mvt", tiles.tile, name="map_tile"),
]
"""What anybody may open."""


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses of the desk, each view behind its door."""
    return [
        path("desk/city-map", door("city_map", city_map.city_map), name="desk_city_map"),
        path(
            "desk/city-map/list",
            door("city_map", city_map.in_view),
            name="desk_city_map_list",
        ),
        path("desk/city-map/one", door("city_map", city_map.one), name="desk_city_map_one"),
        path(
            "desk/city-map/print.pdf",
            door("city_map", printing.printed),
            name="desk_city_map_print",
        ),
        path("desk/places", door("places", housing.places), name="desk_places"),
        path("desk/estates", door("places", housing.estates), name="desk_estates"),
        path("desk/estates/<str:code>", door("places", housing.estate), name="desk_estate"),
        path("desk/buildings", door("places", housing.buildings), name="desk_buildings"),
        path(
            "desk/buildings/<uuid:building_id>",
            door("places", housing.building),
            name="desk_building",
        ),
        path("desk/dwellings", door("places", housing.dwellings), name="desk_dwellings"),
        path("desk/who", door("who", who.who), name="desk_who"),
        path("desk/grids", door("grids", checks.checks), name="desk_grids"),
        path("desk/grids/list", door("grid_list", grids.grids), name="desk_grid_list"),
        path("desk/grids/new", door("grid_list", drawing.new), name="desk_grid_new"),
        path("desk/grids/draw", door("grid_list", drawing.draw), name="desk_grid_draw"),
        path("desk/grids/end", door("grid_list", drawing.end), name="desk_grid_end"),
        path("desk/grids/profile", door("grid_list", profiles.profile), name="desk_grid_profile"),
        path(
            "desk/grids/findings.geojson",
            door("grids", checks.findings),
            name="desk_grid_findings",
        ),
        path(
            "desk/grids/contacts",
            door("grid_contacts", contacts.contacts),
            name="desk_grid_contacts",
        ),
        path(
            "desk/grids/contacts/<uuid:contact_id>/end",
            door("grid_contacts", contacts.end),
            name="desk_grid_contact_end",
        ),
        *planning_urls.behind(door),
        *reorganising_urls.behind(door),
    ]

"""The addresses of the pages of places; web/urls.py puts the door before those of the desk."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.regions.pages import checks, contacts, ground, reorganising_urls, tiles, who

View = Callable[..., Any]

public = [
    path("map/tiles/<str:edition>/<str:z>/<str:x>/<str:y>.mvt", tiles.tile, name="map_tile"),
    path("map/ground.geojson", ground.ground, name="map_ground"),
]
"""What anybody may open."""


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses of the desk, each view behind its door."""
    return [
        path("desk/who", door("who", who.who), name="desk_who"),
        path("desk/grids", door("grids", checks.checks), name="desk_grids"),
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
        *reorganising_urls.behind(door),
    ]

"""The addresses of the pages of places; web/urls.py puts the door before those of the desk."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.regions.pages import ground, tiles

View = Callable[..., Any]

public = [
    path("map/tiles/<str:edition>/<str:z>/<str:x>/<str:y>.mvt", tiles.tile, name="map_tile"),
    path("map/ground.geojson", ground.ground, name="map_ground"),
]
"""What anybody may open."""


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses of the desk, each view behind its door."""
    return []

"""The addresses of the pages of re-organisations."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.regions.pages import operations, reorganising

View = Callable[..., Any]
ONE = "desk/reorganisations/<uuid:reorganisation_id>"


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses, each view behind its door."""
    return [
        path(
            "desk/reorganisations",
            door("reorganisations", reorganising.listed),
            name="desk_reorganisations",
        ),
        path(
            "desk/reorganisations/new",
            door("reorganisations", reorganising.new),
            name="desk_reorganisation_new",
        ),
        path(ONE, door("reorganisations", reorganising.one), name="desk_reorganisation"),
        path(
            f"{ONE}/words",
            door("reorganisations", reorganising.words),
            name="desk_reorganisation_words",
        ),
        path(
            f"{ONE}/progress",
            door("reorganisations", reorganising.progress),
            name="desk_reorganisation_progress",
        ),
        path(
            f"{ONE}/trying",
            door("reorganisations", reorganising.trying),
            name="desk_reorganisation_trying",
        ),
        path(
            f"{ONE}/steps/new",
            door("reorganisations", operations.new),
            name="desk_operation_new",
        ),
        path(
            f"{ONE}/steps/<uuid:operation_id>/drop",
            door("reorganisations", reorganising.drop),
            name="desk_operation_drop",
        ),
        path(
            f"{ONE}/<str:verb>",
            door("reorganisations", reorganising.act),
            name="desk_reorganisation_act",
        ),
        path(
            "desk/places/past", door("reorganisations", reorganising.past), name="desk_place_past"
        ),
    ]

"""The addresses of the register; web/urls.py puts the door before those of the desk."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.organisations.pages import (
    acts,
    beginning,
    chart,
    covering,
    differing,
    joining,
    net,
    on_map,
    one,
    picking,
)

View = Callable[..., Any]


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses of the desk, each view behind its door."""
    return [
        path("desk/organisations", door("net", net.net), name="desk_organisations"),
        path("desk/organisations/new", door("net", acts.found_one), name="desk_organisation_found"),
        path(
            "desk/organisations/pick",
            door("net", picking.pick),
            name="desk_organisation_pick",
        ),
        path(
            "desk/organisations/pick/many",
            door("net", picking.pick_many),
            name="desk_organisation_pick_many",
        ),
        path(
            "desk/organisations/begin/<slug:what>",
            door("net", beginning.begin),
            name="desk_organisation_begin",
        ),
        path(
            "desk/organisations/difference",
            door("net", differing.difference),
            name="desk_organisation_difference",
        ),
        path("desk/organisations/map", door("net", on_map.shown), name="desk_organisation_map"),
        path(
            "desk/organisations/map.geojson",
            door("net", on_map.ground),
            name="desk_organisation_ground",
        ),
        path("desk/organisations/<uuid:body_id>", door("net", one.one), name="desk_organisation"),
        path(
            "desk/organisations/<uuid:body_id>/branch",
            door("net", net.branch),
            name="desk_organisation_branch",
        ),
        path(
            "desk/organisations/<uuid:body_id>/chart.pdf",
            door("net", chart.chart),
            name="desk_organisation_chart",
        ),
        path(
            "desk/organisations/<uuid:body_id>/<slug:verb>",
            door("net", acts.act_on),
            name="desk_organisation_act",
        ),
        path(
            "desk/participations",
            door("net", joining.participations),
            name="desk_participations",
        ),
        path("desk/coverage", door("coverage", covering.coverage), name="desk_coverage"),
        path("desk/covers", door("coverage", covering.covers), name="desk_covers"),
        path(
            "desk/covers/<uuid:cover_id>/end",
            door("coverage", acts.end_cover),
            name="desk_cover_end",
        ),
    ]

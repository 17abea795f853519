"""Reads of the tree of places. Public reference data: no actor is asked for."""

from quanyu.regions.queries import locating, tiles, tree
from quanyu.regions.queries.addresses import Recognised, path_named, recognise
from quanyu.regions.queries.finding import Found, places_called, search
from quanyu.regions.queries.listed import building_values, dwelling_values, estate_values
from quanyu.regions.queries.locating import (
    NEAR,
    Box,
    Near,
    bounds,
    building_at,
    locate,
    locate_point,
    nearest_building,
)
from quanyu.regions.queries.locator import Locator, Paths, Points, from_wkb
from quanyu.regions.queries.past import Became, became, made_of, place_on, today_of
from quanyu.regions.queries.tree import (
    EDITION,
    Child,
    below,
    breadcrumb,
    children,
    codes_of,
    count,
    edition,
    grids_in,
    history,
    households_in,
    is_known,
    label,
    name_on,
    named_in,
    place,
    place_names,
    places,
    places_below,
    places_to_pick,
    topic_names,
)

__all__ = [
    "EDITION",
    "NEAR",
    "Became",
    "Box",
    "Child",
    "Found",
    "Locator",
    "Near",
    "Paths",
    "Points",
    "Recognised",
    "became",
    "below",
    "bounds",
    "breadcrumb",
    "building_at",
    "building_values",
    "children",
    "codes_of",
    "count",
    "dwelling_values",
    "edition",
    "estate_values",
    "forget",
    "from_wkb",
    "grids_in",
    "history",
    "households_in",
    "is_known",
    "label",
    "locate",
    "locate_point",
    "made_of",
    "name_on",
    "named_in",
    "nearest_building",
    "path_named",
    "place",
    "place_names",
    "place_on",
    "places",
    "places_below",
    "places_called",
    "places_to_pick",
    "recognise",
    "search",
    "tiles",
    "today_of",
    "topic_names",
]


def forget() -> None:
    """Read the tree anew at the next question: this process has just changed it."""
    tree.forget()
    locating.forget()
    tiles.forget()

"""Writes to the tree of places, and what every city stands on (区划的变更与基础数据)."""

from quanyu.regions.actions.divisions import (
    HEFEI,
    HEFEI_DAY,
    TABLES,
    Imported,
    import_divisions,
    load_hefei,
)
from quanyu.regions.actions.placing import place_building, place_buildings
from quanyu.regions.actions.seed import (
    Counted,
    NoSuchCity,
    check_city,
    found_city,
    is_shipped,
    seed,
)
from quanyu.regions.actions.street import Loaded, load_street

__all__ = [
    "HEFEI",
    "HEFEI_DAY",
    "TABLES",
    "Counted",
    "Imported",
    "Loaded",
    "NoSuchCity",
    "check_city",
    "found_city",
    "import_divisions",
    "is_shipped",
    "load_hefei",
    "load_street",
    "place_building",
    "place_buildings",
    "seed",
]

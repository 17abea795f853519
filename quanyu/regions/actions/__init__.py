"""Writes to the tree of places, and what every city stands on (区划的变更与基础数据)."""

from quanyu.regions.actions.checking import ask_check, run_check
from quanyu.regions.actions.contacts import appoint_contact, end_contact
from quanyu.regions.actions.divisions import (
    HEFEI,
    HEFEI_DAY,
    TABLES,
    Imported,
    import_divisions,
    load_hefei,
)
from quanyu.regions.actions.grid_files import take as take_grids
from quanyu.regions.actions.grids import draw_grid, end_grid, found_grid
from quanyu.regions.actions.homes import take_dwellings
from quanyu.regions.actions.placing import place_building, place_buildings
from quanyu.regions.actions.planning import (
    copy_plan,
    keep_drawing,
    keep_fault,
    make_plan,
    paint,
    redraw,
    retry,
    undo,
    withdraw_plan,
)
from quanyu.regions.actions.profiles import load_profile, set_profile
from quanyu.regions.actions.proposing import (
    compose,
    finish_proposal,
    keep_refusal,
    propose_plan,
    tell_planner,
)
from quanyu.regions.actions.seed import (
    Counted,
    NoSuchCity,
    check_city,
    found_city,
    is_shipped,
    seed,
)
from quanyu.regions.actions.street import Loaded, lay_street, load_street
from quanyu.regions.actions.taking import take_buildings, take_estates

__all__ = [
    "HEFEI",
    "HEFEI_DAY",
    "TABLES",
    "Counted",
    "Imported",
    "Loaded",
    "NoSuchCity",
    "appoint_contact",
    "ask_check",
    "check_city",
    "compose",
    "copy_plan",
    "draw_grid",
    "end_contact",
    "end_grid",
    "finish_proposal",
    "found_city",
    "found_grid",
    "import_divisions",
    "is_shipped",
    "keep_drawing",
    "keep_fault",
    "keep_refusal",
    "lay_street",
    "load_hefei",
    "load_profile",
    "load_street",
    "make_plan",
    "paint",
    "place_building",
    "place_buildings",
    "propose_plan",
    "redraw",
    "retry",
    "run_check",
    "seed",
    "set_profile",
    "take_buildings",
    "take_dwellings",
    "take_estates",
    "take_grids",
    "tell_planner",
    "undo",
    "withdraw_plan",
]

"""Draws grids: pure, fast, and the same each time; knows no table and no request (网格划分引擎)."""

from quanyu.regions.engine.cells import cells, gathered, parcels
from quanyu.regions.engine.draw import draw
from quanyu.regions.engine.exact import prove
from quanyu.regions.engine.figures import figures
from quanyu.regions.engine.terms import NONE, Drawn, Figures, Impossible, Units, Wishes

__all__ = [
    "NONE",
    "Drawn",
    "Figures",
    "Impossible",
    "Units",
    "Wishes",
    "cells",
    "draw",
    "figures",
    "gathered",
    "parcels",
    "prove",
]

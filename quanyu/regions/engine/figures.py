"""How good grids are, told by the whole map and not by what the solver believes (指标)."""

import math

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from quanyu.regions.engine.terms import NONE, Figures, Floats, Ints, Units, Wishes


def figures(units: Units, grid: Ints, wishes: Wishes) -> Figures:
    """Return the figures of a drawing.

    An estate above the highest number of households cannot be whole, and one without households
    asks nobody: neither counts among the split. What moved is reckoned of all households that have
    a grid today.
    """
    labels, local = np.unique(grid, return_inverse=True)
    number = len(labels)
    if not number:
        return Figures(0, 1.0, 0, 1.0, 0.0, 0.0, 0.0)
    households = np.bincount(local, units.households, number)
    fits = (households >= wishes.low) & (households <= wishes.high)
    inside = local[units.edges_i] == local[units.edges_j]
    over = np.unique(local[units.edges_i[inside & units.edge_is_road]])
    return Figures(
        grids=number,
        in_range=float(fits.mean()),
        non_contiguous=_broken(units, local, inside),
        polsby_popper=float(_compactness(units, local, inside).mean()),
        split=_split(units, local, wishes),
        road=len(over) / number,
        moved=_moved(units, grid),
    )


def _compactness(units: Units, local: Ints, inside: Ints) -> Floats:
    """Return the Polsby-Popper measure of each grid: 1 for a circle, towards 0 for a thread."""
    area, perimeter = np.bincount(local, units.area_m2), np.bincount(local, units.perimeter_m)
    shared = np.bincount(local[units.edges_i[inside]], units.edge_m[inside], len(area))
    around = np.maximum(perimeter - 2 * shared, 1e-9)
    return np.asarray(np.minimum(1.0, 4 * math.pi * area / around**2))


def _broken(units: Units, local: Ints, inside: Ints) -> int:
    """Count the grids that lie in pieces."""
    i, j = units.edges_i[inside], units.edges_j[inside]
    inside_community = units.community[i] == units.community[j]
    i, j = i[inside_community], j[inside_community]
    graph = coo_array((np.ones(len(i), np.int8), (i, j)), shape=(len(units), len(units)))
    pieces = connected_components(graph, directed=False)[1]
    grids = np.unique(np.stack([local, pieces]), axis=1)[0]
    return int((np.bincount(grids) > 1).sum())


def _split(units: Units, local: Ints, wishes: Wishes) -> float:
    """Return the share of estates that could be whole and are not."""
    named = units.estate != NONE
    pair = np.stack([units.community[named], units.estate[named]])
    estate = np.unique(pair, axis=1, return_inverse=True)[1].ravel()
    households = np.bincount(estate, units.households[named])
    asked = (households > 0) & (households <= wishes.high)
    pieces = np.bincount(np.unique(np.stack([estate, local[named]]), axis=1)[0])
    return float((pieces[asked] > 1).mean()) if asked.any() else 0.0


def _moved(units: Units, grid: Ints) -> float:
    had = units.today != NONE
    moved = units.households[had & (grid != units.today)].sum()
    return float(moved / max(units.households[had].sum(), 1))

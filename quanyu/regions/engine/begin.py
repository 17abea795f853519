"""A first drawing to begin from: out of nothing, or from today's grids (初始方案)."""

from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from quanyu.regions.engine.board import Board, roll
from quanyu.regions.engine.compiled import compiled, entry, within
from quanyu.regions.engine.parts import Part
from quanyu.regions.engine.terms import NONE, Flags, Ints

FAR = 1e18
MIDDLE = np.dtype(
    [("households", "f8"), ("x", "f8"), ("y", "f8"), ("members", "i8"), ("full", "i8")]
)
"""What is summed up of a grid while it grows."""


def scatter(board: Board) -> None:
    """Draw grids grown from units far from one another."""
    _plant(board)
    _grow(board, np.zeros(len(board.grids), MIDDLE))


@entry
def _plant(board: Board) -> None:
    unit = int(roll(board.desk[0]) * len(board.units))
    for number in range(len(board.units)):
        board.units[number].key = FAR
    for grid in range(len(board.grids)):
        board.units[unit].grid = grid
        unit = _far_away(board, unit)


@compiled
def _far_away(board: Board, last: int) -> int:
    """Return a unit by chance, the likelier the farther it lies from all that were taken."""
    total, found = 0.0, last
    for number in range(len(board.units)):
        unit = board.units[number]
        unit.key = min(unit.key, _square(unit, board.units[last].x, board.units[last].y))
        total += unit.key
    left = roll(board.desk[0]) * total
    for number in range(len(board.units)):
        if board.units[number].grid < 0:
            found = number
            left -= board.units[number].key
            if left <= 0.0:
                break
    return found


@entry
def _grow(board: Board, middles: Any) -> None:
    """Give units without a grid, one after another, to the lightest grid that touches any."""
    for number in range(len(board.units)):
        unit = board.units[number]
        if unit.grid >= 0:
            _count(middles[unit.grid], unit)
    grid = _lightest(middles)
    while grid >= 0:
        found = _nearest(board, grid, middles[grid])
        if found < 0:
            middles[grid].full = 1
        else:
            board.units[found].grid = grid
            _count(middles[grid], board.units[found])
        grid = _lightest(middles)


@within
def _square(unit: Any, x: float, y: float) -> float:
    return (unit.x - x) ** 2 + (unit.y - y) ** 2


@within
def _count(middle: Any, unit: Any) -> None:
    middle.households += unit.households
    middle.members += 1
    middle.x += unit.x
    middle.y += unit.y


@compiled
def _lightest(middles: Any) -> int:
    found = -1
    for grid in range(len(middles)):
        one = middles[grid]
        free = one.members > 0 and not one.full
        if free and (found < 0 or one.households < middles[found].households):
            found = grid
    return found


@compiled
def _nearest(board: Board, grid: int, middle: Any) -> int:
    """Return the unit without a grid that touches this one and lies nearest to its middle."""
    found, least = -1, FAR
    x, y = middle.x / middle.members, middle.y / middle.members
    for place in range(len(board.slots)):
        slot = board.slots[place]
        unit = board.units[slot.neighbour]
        if unit.grid < 0 and board.units[slot.source].grid == grid:
            away = _square(unit, x, y)
            if away < least:
                found, least = slot.neighbour, away
    return found


def from_today(part: Part, board: Board) -> Ints:
    """Draw today's grids, made whole; return for each grid its number today (-1: new)."""
    number = len(board.grids)
    grid = _main_pieces(part)
    kept = _kept(part, grid, number)
    renamed = np.full(len(part.labels) + 1, NONE)
    renamed[kept] = np.arange(len(kept))
    grid = renamed[grid]
    for label in range(len(kept), number):
        _seed(part, grid, label, board.desk[0]["low"])
    board.units["grid"] = grid
    _grow(board, np.zeros(number, MIDDLE))
    names: Ints = np.concatenate([kept, np.full(number - len(kept), NONE)])
    return names


def _main_pieces(part: Part) -> Ints:
    """Return today's grids, each without what does not hang together with its main piece."""
    same = part.today[part.source] == part.today[part.neighbour]
    i, j = part.source[same], part.neighbour[same]
    graph = coo_array((np.ones(len(i), np.int8), (i, j)), shape=(len(part), len(part)))
    pieces, piece = connected_components(graph, directed=False)
    weight = np.bincount(piece, part.households + 1e-3 + 1e9 * part.locked, pieces)
    order = np.lexsort((np.arange(len(part)), weight[piece]))
    main = np.full(len(part.labels) + 1, NONE)
    main[part.today[order]] = piece[order]
    grid = np.where(main[part.today] == piece, part.today, NONE)
    return np.where(part.locked, part.today, grid)


def _kept(part: Part, grid: Ints, number: int) -> Ints:
    """Return which of today's grids go on: those with locked units, then the heaviest."""
    there = grid != NONE
    labels = len(part.labels)
    weight = np.bincount(grid[there], part.households[there] + 1e9 * part.locked[there], labels)
    heaviest = np.argsort(-weight, kind="stable")[: min(number, labels)]
    return np.sort(heaviest)


def _seed(part: Part, grid: Ints, label: int, enough: float) -> None:
    """Begin a new grid: far from all others where much land is free, else in the heaviest."""
    free = (grid == NONE) & ~part.locked
    if part.households[free].sum() >= enough:
        grid[_farthest(part, free, grid != NONE)] = label
        return
    loose = (grid != NONE) & ~part.locked
    members = np.bincount(grid[grid != NONE], minlength=label)
    weight = np.bincount(grid[loose], part.households[loose] + 1e-3, label) * (members > 1)
    if not weight.any():
        return
    _halve(part, grid, int(np.argmax(weight)), label)


def _farthest(part: Part, free: Flags, taken: Flags) -> int:
    """Return the free unit that lies farthest from all that have a grid."""
    candidates = np.flatnonzero(free)
    if not taken.any():
        return int(candidates[np.argmax(part.households[candidates])])
    points = np.column_stack([part.x, part.y])
    away, _ = cKDTree(points[taken]).query(points[candidates])
    return int(candidates[np.argmax(away)])


def _halve(part: Part, grid: Ints, old: int, label: int) -> None:
    """Let a grid go but for two far ends, from which it and a new one grow again."""
    members = np.flatnonzero((grid == old) & ~part.locked)
    x, y = part.x[members], part.y[members]
    first = members[np.argmax((x - x.mean()) ** 2 + (y - y.mean()) ** 2)]
    away = (x - part.x[first]) ** 2 + (y - part.y[first]) ** 2
    second = members[np.argmax(away)]
    grid[members] = NONE
    grid[first] = label
    if not (grid == old).any():
        grid[second] = old

"""A drawing while it is being changed, laid out as compiled code likes it, and its cost (盘面).

The cost of a drawing is a sum over its grids (size, balance, shape, roads), over the estates (each
piece beyond the first) and over the households that change their grid.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from quanyu.regions.engine.compiled import compiled, within
from quanyu.regions.engine.parts import Part
from quanyu.regions.engine.terms import NONE, Ints, Wishes

OUT_OF_RANGE = 50.0
"""A grid out of range costs so many times the dearest other wish: range comes first."""
HUNDRED = 100.0
ROAD_SCALE = 500.0
SLIVER = 0.01
"""Metres: less is what is left over by adding and taking away."""
TOO_LARGE = 0.2
"""What an estate above the highest number weighs, against one that can be whole."""

UNIT = np.dtype(
    [
        ("households", "f8"), ("area", "f8"), ("perimeter", "f8"), ("x", "f8"), ("y", "f8"),
        ("key", "f8"), ("estate", "i4"), ("start", "i4"), ("end", "i4"), ("today", "i4"),
        ("locked", "i4"), ("grid", "i4"), ("mark", "i8"),
    ]
)  # fmt: skip
"""A unit: what it is, its grid now, and where its neighbours stand among the slots."""

SLOT = np.dtype(
    [
        ("shared", "f8"), ("road", "f8"), ("source", "i4"), ("neighbour", "i4"), ("back", "i4"),
        ("place", "i4"), ("linked", "i4"), ("spare", "i4"),
    ]
)  # fmt: skip
"""A neighbour of a unit: metres shared, those on a main road, where the same pair stands from the
other side, where it stands among the cuts, whether it touches the next one around the unit."""

GRID = np.dtype(
    [("households", "f8"), ("area", "f8"), ("around", "f8"), ("road", "f8"), ("cost", "f8"),
     ("members", "i8")]
)  # fmt: skip
"""A grid: sums over its units, metres around it, metres of main road through it."""

ESTATE = np.dtype([("piece", "f8"), ("x", "f8"), ("y", "f8"), ("passed", "i8")])
"""An estate: what each piece costs, its middle, units that a line has passed."""

DESK = np.dtype(
    [
        ("low", "f8"), ("high", "f8"), ("goal", "f8"), ("balance", "f8"), ("compact", "f8"),
        ("roads", "f8"), ("change", "f8"), ("out", "f8"), ("total", "f8"), ("cuts", "i8"),
        ("stamp", "i8"), ("dice", "u8"),
    ]
)  # fmt: skip
"""Prices, the total cost, how many cuts there are, the newest mark, and the dice."""


class Board(NamedTuple):
    """All of it; each is an array of the records above, or of numbers."""

    units: Any
    slots: Any
    grids: Any
    estates: Any
    pieces: Any
    """Units by estate and grid."""
    cuts: Any
    """Slots whose two units lie in different grids; the first `desk.cuts`."""
    chosen: Any
    """The units of the move that is being weighed."""
    desk: Any


def board_of(part: Part, wishes: Wishes, number: int, seed: int) -> Board:
    """Return a board of so many grids on which nothing is drawn yet."""
    return Board(
        _units(part),
        _slots(part),
        np.zeros(number, GRID),
        _estates(part, wishes),
        np.zeros((part.estate.max() + 1, number), np.int32),
        np.zeros(len(part.neighbour), np.int32),
        np.zeros(len(part), np.int32),
        _desk(part, wishes, number, seed),
    )


def _units(part: Part) -> Any:
    made = np.zeros(len(part), UNIT)
    for name in ("households", "area", "perimeter", "x", "y", "estate", "locked", "today"):
        made[name] = getattr(part, name)
    made["start"], made["end"] = part.start[:-1], part.start[1:]
    made["grid"] = NONE
    return made


def _slots(part: Part) -> Any:
    made = np.zeros(len(part.neighbour), SLOT)
    for name in ("shared", "source", "neighbour", "back", "linked"):
        made[name] = getattr(part, name)
    made["road"] = part.shared * part.road
    return made


def _estates(part: Part, wishes: Wishes) -> Any:
    households, units = np.bincount(part.estate, part.households), np.bincount(part.estate)
    made = np.zeros(len(units), ESTATE)
    can_be_whole = households <= wishes.high
    made["piece"] = wishes.whole_estates * np.where(can_be_whole, 1.0, TOO_LARGE)
    made["x"] = np.bincount(part.estate, part.x) / units
    made["y"] = np.bincount(part.estate, part.y) / units
    return made


def _desk(part: Part, wishes: Wishes, number: int, seed: int) -> Any:
    made = np.zeros(1, DESK)
    made["low"], made["high"] = wishes.low, wishes.high
    made["goal"] = part.households.sum() / number
    made["balance"], made["compact"] = wishes.balance, wishes.compact
    made["roads"], made["change"] = wishes.roads, wishes.little_change / HUNDRED
    dearest = max(1.0, wishes.compact, wishes.whole_estates, wishes.roads, wishes.little_change)
    made["out"] = OUT_OF_RANGE * dearest
    made["dice"] = seed
    return made


@within
def grid_cost(desk: Any, households: float, area: float, around: float, road: float) -> float:
    """Return what one grid costs by itself."""
    off = (households - desk.goal) / HUNDRED
    cost = desk.balance * off * off
    out = max(desk.low - households, households - desk.high)
    if out > 0.0:
        cost += desk.out * (1.0 + out / HUNDRED)
    cost += desk.compact * (1.0 - min(1.0, 4.0 * math.pi * area / (around * around)))
    if road > SLIVER:
        cost += desk.roads * (1.0 + road / ROAD_SCALE)
    return cost


@within
def settle(board: Board, grid: int) -> None:
    """Reckon the cost of a grid that changed."""
    one = board.grids[grid]
    one.cost = grid_cost(board.desk[0], one.households, one.area, one.around, one.road)


@within
def moved(unit: Any, grid: int) -> float:
    """Return the households of a unit that would have another grid than today."""
    return unit.households if unit.today >= 0 and unit.today != grid else 0.0


@compiled
def measure(board: Board) -> None:
    """Reckon everything on the board from the drawing on it."""
    desk = board.desk[0]
    desk.total = 0.0
    for number in range(len(board.units)):
        _add(board, number)
        unit = board.units[number]
        desk.total += desk.change * moved(unit, unit.grid)
    for grid in range(len(board.grids)):
        if board.grids[grid].members > 0:
            settle(board, grid)
            desk.total += board.grids[grid].cost
    for estate in range(len(board.estates)):
        pieces = -1
        for grid in range(len(board.grids)):
            pieces += board.pieces[estate, grid] > 0
        desk.total += board.estates[estate].piece * pieces


@compiled
def _add(board: Board, number: int) -> None:
    unit = board.units[number]
    grid = board.grids[unit.grid]
    grid.households += unit.households
    grid.area += unit.area
    grid.around += unit.perimeter
    grid.members += 1
    board.pieces[unit.estate, unit.grid] += 1
    for place in range(unit.start, unit.end):
        slot = board.slots[place]
        if board.units[slot.neighbour].grid != unit.grid:
            cut(board, place)
        else:
            grid.around -= slot.shared
            grid.road += slot.road / 2.0


@within
def cut(board: Board, place: int) -> None:
    """Put a pair of neighbours among those in different grids."""
    desk = board.desk[0]
    board.slots[place].place = desk.cuts
    board.cuts[desk.cuts] = place
    desk.cuts += 1


@within
def join(board: Board, place: int) -> None:
    """Take a pair of neighbours out from those in different grids."""
    desk = board.desk[0]
    desk.cuts -= 1
    last, hole = board.cuts[desk.cuts], board.slots[place].place
    board.cuts[hole] = last
    board.slots[last].place = hole


@compiled
def shift(board: Board, number: int, to: int) -> None:
    """Move one unit to another grid; the costs are set by who calls."""
    unit = board.units[number]
    was = unit.grid
    unit.grid = to
    board.pieces[unit.estate, was] -= 1
    board.pieces[unit.estate, to] += 1
    left, joined = board.grids[was], board.grids[to]
    left.members -= 1
    joined.members += 1
    left.households -= unit.households
    joined.households += unit.households
    left.area -= unit.area
    joined.area += unit.area
    left.around -= unit.perimeter
    joined.around += unit.perimeter
    for place in range(unit.start, unit.end):
        slot = board.slots[place]
        beside = board.units[slot.neighbour].grid
        if beside == was:
            cut(board, place)
            cut(board, slot.back)
            left.around += 2.0 * slot.shared
            left.road -= slot.road
        elif beside == to:
            join(board, place)
            join(board, slot.back)
            joined.around -= 2.0 * slot.shared
            joined.road += slot.road


@within
def roll(desk: Any) -> float:
    """Return a number from 0 up to 1 (xorshift64*), the same on every machine."""
    bits = desk.dice
    bits ^= bits >> np.uint64(12)
    bits ^= bits << np.uint64(25)
    bits ^= bits >> np.uint64(27)
    desk.dice = bits
    return float((bits * np.uint64(2685821657736338717)) >> np.uint64(11)) * 2.0**-53


@within
def accepts(desk: Any, change: float, heat: float) -> bool:
    """Say whether a change of the cost is taken: always downwards, upwards by chance."""
    if change <= 0.0:
        return True
    return change < 20.0 * heat and roll(desk) < math.exp(-change / heat)


@within
def random_cut(board: Board) -> int:
    """Return one of the pairs of neighbours that lie in different grids."""
    desk = board.desk[0]
    return board.cuts[int(roll(desk) * desk.cuts)]


def drawing(board: Board) -> Ints:
    """Return the grid of each unit."""
    return np.asarray(board.units["grid"]).astype(np.int64)

"""A large change: two grids become one and are cut anew along a straight line (重划).

A line gives better shapes than a random tree, and its whole sweep is weighed in one pass.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from quanyu.regions.engine.board import (
    GRID,
    Board,
    accepts,
    grid_cost,
    moved,
    random_cut,
    roll,
    settle,
    shift,
)
from quanyu.regions.engine.compiled import compiled, within

TOWARDS_THE_MIDDLE = 0.9
"""How near to the middle of its estate a unit counts in every second sweep."""
NEVER = 1e18


class Sweep(NamedTuple):
    """Room for a sweep."""

    order: Any
    """The units of both grids as the line meets them."""
    sides: Any
    """The grids before (0) and behind the line (1)."""


def sweep_of(size: int) -> Sweep:
    """Return room for the sweeps of so many units."""
    return Sweep(np.zeros(size, np.int32), np.zeros(2, GRID))


@compiled
def try_recut(board: Board, sweep: Sweep, heat: float) -> None:
    """Try to cut two neighbouring grids anew where a line passes best."""
    slot, desk = board.slots[random_cut(board)], board.desk[0]
    one, other = board.units[slot.source].grid, board.units[slot.neighbour].grid
    size = _gather(board, sweep, one, other)
    _sort(board, sweep, size)
    change, passed = _best(board, sweep, size, one, other)
    if passed == 0 or not accepts(desk, change, heat):
        return
    if passed < 0:
        passed, one, other = -passed, other, one
    if not _may(board, sweep, size, passed, one, other):
        return
    for number in range(size):
        to = one if number < passed else other
        if board.units[sweep.order[number]].grid != to:
            shift(board, sweep.order[number], to)
    settle(board, one)
    settle(board, other)
    desk.total += change


@compiled
def _gather(board: Board, sweep: Sweep, one: int, other: int) -> int:
    """List the units of both grids with how far each lies along a random direction."""
    desk = board.desk[0]
    angle = roll(desk) * 2.0 * math.pi
    along_x, along_y = math.cos(angle), math.sin(angle)
    near = TOWARDS_THE_MIDDLE if roll(desk) < 0.5 else 0.0
    size = 0
    for number in range(len(board.units)):
        unit = board.units[number]
        if unit.grid in (one, other):
            estate = board.estates[unit.estate]
            estate.passed = 0
            x = unit.x + near * (estate.x - unit.x)
            y = unit.y + near * (estate.y - unit.y)
            unit.key = along_x * x + along_y * y
            sweep.order[size] = number
            size += 1
    return size


@compiled
def _sort(board: Board, sweep: Sweep, size: int) -> None:
    """Sort the listed units along the direction; they are few."""
    for end in range(1, size):
        number, place = sweep.order[end], end
        key = board.units[number].key
        while place > 0 and board.units[sweep.order[place - 1]].key > key:
            sweep.order[place] = sweep.order[place - 1]
            place -= 1
        sweep.order[place] = number


@compiled
def _best(board: Board, sweep: Sweep, size: int, one: int, other: int) -> tuple[float, int]:
    """Return the best change of the cost, and how many units come before the line.

    Below 0 if the units before the line are better called `other`; 0 if there is no line.
    """
    desk = board.desk[0]
    now, unlike, like = _merge(board, sweep, size, one, other)
    before, behind = sweep.sides[0], sweep.sides[1]
    split, best, best_at = 0.0, NEVER, 0
    for number in range(size - 1):
        unit = board.units[sweep.order[number]]
        _pass(board, sweep, sweep.order[number], one, other)
        split += _split_more(board, unit.estate, one, other)
        swing = moved(unit, one) - moved(unit, other)
        unlike += swing
        like -= swing
        cost = split + desk.change * min(unlike, like) - now
        if cost < best:
            cost += grid_cost(desk, before.households, before.area, before.around, before.road)
            cost += grid_cost(desk, behind.households, behind.area, behind.around, behind.road)
            if cost < best:
                best, best_at = cost, number + 1 if unlike <= like else -number - 1
    return best, best_at


@compiled
def _merge(
    board: Board, sweep: Sweep, size: int, one: int, other: int
) -> tuple[float, float, float]:
    """Put both grids behind the line.

    Return what they cost now, and the households that move if all are `other`, or `one`.
    """
    first, second, before, behind = (
        board.grids[one], board.grids[other], sweep.sides[0], sweep.sides[1],
    )  # fmt: skip
    before.households = before.area = before.around = before.road = 0.0
    behind.households = first.households + second.households
    behind.area = first.area + second.area
    behind.around = first.around + second.around
    behind.road = first.road + second.road
    desk = board.desk[0]
    desk.stamp += 2
    now, unlike, like = first.cost + second.cost, 0.0, 0.0
    for number in range(size):
        unit = board.units[sweep.order[number]]
        unit.mark = desk.stamp
        unlike += moved(unit, other)
        like += moved(unit, one)
        now += desk.change * moved(unit, unit.grid) + _split_now(board, unit.estate, one, other)
        _heal(board, sweep, unit, other if unit.grid == one else one)
    return now, unlike, like


@within
def _heal(board: Board, sweep: Sweep, unit: Any, beyond: int) -> None:
    """Take the border between both grids away, half from each side."""
    behind = sweep.sides[1]
    for place in range(unit.start, unit.end):
        slot = board.slots[place]
        if board.units[slot.neighbour].grid == beyond:
            behind.around -= slot.shared
            behind.road += slot.road / 2.0


@within
def _split_now(board: Board, estate: int, one: int, other: int) -> float:
    """Return what a cut through an estate costs now, for one of its units."""
    here, there = board.pieces[estate, one], board.pieces[estate, other]
    return board.estates[estate].piece / (here + there) if here > 0 and there > 0 else 0.0


@within
def _split_more(board: Board, number: int, one: int, other: int) -> float:
    """Pass one more unit of an estate, and return what its cut costs more."""
    estate = board.estates[number]
    whole = board.pieces[number, one] + board.pieces[number, other]
    was = estate.passed > 0
    estate.passed += 1
    return (int(estate.passed < whole) - int(was)) * estate.piece


@within
def _pass(board: Board, sweep: Sweep, number: int, one: int, other: int) -> None:
    """Move the line past one more unit."""
    unit, before, behind = board.units[number], sweep.sides[0], sweep.sides[1]
    stamp = board.desk[0].stamp
    unit.mark = stamp - 1
    before.households += unit.households
    before.area += unit.area
    before.around += unit.perimeter
    behind.households -= unit.households
    behind.area -= unit.area
    behind.around -= unit.perimeter
    for place in range(unit.start, unit.end):
        slot = board.slots[place]
        mark = board.units[slot.neighbour].mark
        if mark == stamp:
            behind.around += 2.0 * slot.shared
            behind.road -= slot.road
        elif mark == stamp - 1:
            before.around -= 2.0 * slot.shared
            before.road += slot.road


@compiled
def _may(board: Board, sweep: Sweep, size: int, passed: int, one: int, other: int) -> bool:
    """Say whether locked units stay, and both sides of the line hang together."""
    stamp = board.desk[0].stamp
    for number in range(size):
        unit = board.units[sweep.order[number]]
        first = number < passed
        unit.mark = stamp - int(first)
        if unit.locked and unit.grid != (one if first else other):
            return False
    last = sweep.order[size - 1]
    if _walk(board, sweep.order[0], stamp - 1) < passed:
        return False
    return _walk(board, last, stamp) == size - passed


@compiled
def _walk(board: Board, number: int, stamp: int) -> int:
    """Walk over units that bear the mark, wiping it, and return how many were met."""
    board.units[number].mark = 0
    board.chosen[0] = number
    met, done = 1, 0
    while done < met:
        here = board.units[board.chosen[done]]
        done += 1
        for place in range(here.start, here.end):
            beside = board.units[board.slots[place].neighbour]
            if beside.mark == stamp:
                beside.mark = 0
                board.chosen[met] = board.slots[place].neighbour
                met += 1
    return met

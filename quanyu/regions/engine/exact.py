"""The proven best drawing of small communities (精确求解).

All connected sets of units in range are listed, and the cheapest choice of them that covers each
unit once is found by linear programming over the sets that can matter: those whose reduced cost is
below what the drawn answer lies above the bound. What locks and today's grids ask is left out of
the bound, which therefore holds with them too.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array

from quanyu.regions.engine import counts
from quanyu.regions.engine.board import board_of, grid_cost
from quanyu.regions.engine.compiled import compiled, entry
from quanyu.regions.engine.draw import Answer, answer_of, parts_with_seeds, solve, together
from quanyu.regions.engine.parts import Part
from quanyu.regions.engine.terms import Drawn, Floats, Ints, Units, Wishes

MOST_UNITS = 63
"""A set is a number of 64 bits."""
MOST_SETS = 16_000_000
AT_ONCE = 2_000
"""Sets brought into the programme in one round."""
MOST_IN_PLAY = 60_000
SECONDS = 120.0
EASE = 1e-7

Masks = NDArray[np.uint64]


@dataclass(frozen=True)
class Sets:
    """Connected sets of units within range, with what each costs as a grid."""

    masks: Masks
    costs: Floats


def prove(units: Units, wishes: Wishes) -> Drawn:
    """Draw grids, then make those of small communities the best that there are.

    The bound is there when every part is small enough and has an answer; the gap is 0 where the
    best was found.
    """
    proven = [_prove(part, wishes, seed) for part, _, seed in parts_with_seeds(units, wishes)]
    drawn = together(units, [answer for answer, _ in proven])
    bounds = [bound for _, bound in proven if bound is not None]
    return replace(drawn, bound=sum(bounds) if len(bounds) == len(proven) else None)


def _prove(part: Part, wishes: Wishes, seed: int) -> tuple[Answer, float | None]:
    """Return the best drawing of a part that is known, and what none can be below."""
    answer = solve(part, wishes, seed)
    if len(part) > MOST_UNITS or answer.impossible:
        return answer, None
    number = len(answer.names)
    above = answer.cost + _once_each(part, wishes)
    sets = _sets(part, wishes, number, above)
    if sets is None:
        return answer, None
    best, bound = _chosen(sets, len(part), number, above=above)
    bound -= _once_each(part, wishes)
    if best is None or counts.has_today(part):
        return answer, min(bound, answer.cost)
    grid, cost = best
    cost -= _once_each(part, wishes)
    if cost < answer.cost:
        answer = answer_of(part, wishes, grid, number, cost)
    return answer, min(bound, answer.cost)


def _once_each(part: Part, wishes: Wishes) -> float:
    """Return what the first piece of each estate would cost: it is free, yet every set pays it."""
    return float(board_of(part, wishes, 1, 1).estates["piece"].sum())


# ------------------------------------------------------------------ all connected sets


def _sets(part: Part, wishes: Wishes, number: int, above: float) -> Sets | None:
    """List the sets that an answer below the known one can hold; None if there are too many."""
    board = board_of(part, wishes, number, 1)
    bits = np.uint64(1) << np.arange(len(part), dtype=np.uint64)
    beside = np.zeros(len(part), np.uint64)
    np.bitwise_or.at(beside, part.source, bits[part.neighbour])
    room = np.zeros(MOST_SETS, np.uint64)
    stack = np.zeros((len(part) ** 2 + len(part), 3), np.uint64)
    weights = np.zeros(len(stack))
    found = _list(board, bits, beside, room, stack, weights)
    if found < 0:
        return None
    costs = np.zeros(found)
    _cost(board, bits, room[:found], costs)
    # The others of an answer cost at least as much as the cheapest set each.
    can_be = costs <= above - (number - 1) * costs.min(initial=np.inf) + EASE
    return Sets(room[:found][can_be], costs[can_be])


@entry
def _list(board: Any, bits: Any, beside: Any, room: Any, stack: Any, weights: Any) -> int:
    """Grow sets from each unit as their lowest; each step takes one more in, or leaves it out."""
    found = 0
    for root in range(len(bits)):
        stack[0, 0], stack[0, 1], stack[0, 2] = bits[root], beside[root], bits[root] - np.uint64(1)
        weights[0] = board.units[root].households
        depth = 1 if weights[0] <= board.desk[0].high else 0
        while depth > 0:
            depth -= 1
            if weights[depth] >= board.desk[0].low:
                if found == len(room):
                    return -1
                room[found] = stack[depth, 0]
                found += 1
            depth = _grow(board, bits, beside, stack, weights, depth)
    return found


@compiled
def _grow(board: Any, bits: Any, beside: Any, stack: Any, weights: Any, depth: int) -> int:
    """Put in a set's place all sets with one unit more; return how high the stack is then."""
    inside, around, without = stack[depth, 0], stack[depth, 1], stack[depth, 2]
    weight = weights[depth]
    for unit in range(len(bits)):
        bit = bits[unit]
        if around & bit & ~inside & ~without:
            heavier = weight + board.units[unit].households
            if heavier <= board.desk[0].high:
                stack[depth, 0], stack[depth, 1] = inside | bit, around | beside[unit]
                stack[depth, 2] = without
                weights[depth] = heavier
                depth += 1
            without |= bit
    return depth


@entry
def _cost(board: Any, bits: Any, masks: Any, costs: Any) -> None:
    """Reckon what each set costs as a grid, with a piece of each estate in it."""
    for number in range(len(masks)):
        mask = masks[number]
        households = area = around = road = pieces = 0.0
        estates = np.uint64(0)
        for place in range(len(bits)):
            if mask & bits[place]:
                unit = board.units[place]
                households += unit.households
                area += unit.area
                around += unit.perimeter
                if not estates & bits[unit.estate]:
                    pieces += board.estates[unit.estate].piece
                    estates |= bits[unit.estate]
                shared, crossed = _within(board, bits, mask, place)
                around -= shared
                road += crossed / 2.0
        costs[number] = pieces + grid_cost(board.desk[0], households, area, around, road)


@compiled
def _within(board: Any, bits: Any, mask: Any, place: int) -> tuple[float, float]:
    """Return the metres that a unit shares with others of the set, and those on a main road."""
    shared = crossed = 0.0
    unit = board.units[place]
    for slot in range(unit.start, unit.end):
        if mask & bits[board.slots[slot].neighbour]:
            shared += board.slots[slot].shared
            crossed += board.slots[slot].road
    return shared, crossed


# ------------------------------------------------------------------ the cheapest cover


def _chosen(
    sets: Sets, size: int, number: int, *, above: float
) -> tuple[tuple[Ints, float] | None, float]:
    """Return the best cover by so many sets with its cost, if one is found, and the bound."""
    bound, reduced = _relaxed(sets, size, number)
    play = np.flatnonzero(reduced <= above - bound + EASE)
    if len(play) > MOST_IN_PLAY:
        return None, bound
    rows = _rows(sets.masks[play], size)
    found = milp(
        sets.costs[play],
        integrality=np.ones(len(play)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, *[_wanted(size, number)] * 2),
        options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None, bound
    taken = sets.masks[play[found.x > 0.5]]
    grid = np.argmax(_members(taken, size), axis=1)
    return (grid, float(found.fun)), max(bound, float(found.mip_dual_bound))


def _relaxed(sets: Sets, size: int, number: int) -> tuple[float, Floats]:
    """Return the least cost with parts of sets allowed, and each set's reduced cost."""
    play = np.argsort(sets.costs, kind="stable")[:AT_ONCE]
    play = np.union1d(play, _one_for_each(sets, size))
    # Dear columns for each unit and for the number keep the first rounds from having no answer.
    slack = csc_array(np.eye(size + 1))
    dear = np.full(size + 1, 1e3)
    while True:
        rows = _rows(sets.masks[play], size)
        found = linprog(
            np.concatenate([sets.costs[play], dear]),
            A_eq=csc_array(np.hstack([rows.toarray(), slack.toarray()])),
            b_eq=_wanted(size, number),
        )
        price = found.eqlin.marginals
        reduced = sets.costs - _sums(sets.masks, price[:size]) - price[size]
        worst = np.argsort(reduced, kind="stable")[:AT_ONCE]
        worst = worst[reduced[worst] < -EASE]
        if not len(worst):
            return float(found.fun), reduced
        play = np.union1d(play, worst)


def _one_for_each(sets: Sets, size: int) -> Ints:
    """Return the cheapest set of each unit."""
    order = np.argsort(sets.costs, kind="stable")[::-1]
    cheapest = np.zeros(size, np.int64)
    for unit in range(size):
        there = (sets.masks[order] >> np.uint64(unit)) & np.uint64(1) > 0
        if there.any():
            cheapest[unit] = order[np.flatnonzero(there)[-1]]
    return np.unique(cheapest)


def _wanted(size: int, number: int) -> Floats:
    """Return the right side: each unit once, and so many sets."""
    return np.concatenate([np.ones(size), [float(number)]])


def _members(masks: Masks, size: int) -> NDArray[np.bool_]:
    bits = np.uint64(1) << np.arange(size, dtype=np.uint64)
    return (masks[None, :] & bits[:, None]) > 0


def _rows(masks: Masks, size: int) -> csc_array:
    """Return a column for each set: the units in it, and one for the number."""
    inside = _members(masks, size)
    return csc_array(np.vstack([inside, np.ones((1, len(masks)))]).astype(np.float64))


def _sums(masks: Masks, price: Floats) -> Floats:
    """Return the sum of the prices of each set's units."""
    total = np.zeros(len(masks))
    bits = np.uint64(1) << np.arange(len(price), dtype=np.uint64)
    _add_up(masks, bits, price, total)
    return total


@entry
def _add_up(masks: Any, bits: Any, price: Any, total: Any) -> None:
    for number in range(len(masks)):
        for unit in range(len(bits)):
            if masks[number] & bits[unit]:
                total[number] += price[unit]

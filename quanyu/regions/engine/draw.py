"""Draw grids: each part by itself, several at a time, the same whatever their number (划分)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from quanyu.regions.engine import begin, counts
from quanyu.regions.engine.anneal import BATCH, Pace, search
from quanyu.regions.engine.board import board_of, drawing
from quanyu.regions.engine.parts import Part, take_apart
from quanyu.regions.engine.recut import sweep_of
from quanyu.regions.engine.terms import (
    NONE,
    Drawn,
    Floats,
    Impossible,
    Ints,
    Progress,
    Units,
    Wishes,
)

HOT, COLD = 0.2, 0.006
"""How much worse a change may be that is taken one time in three, at first and at last."""
RECUTS, ESTATES = 2, 5
"""Of a batch, so many are cut anew, and in so many goes what an estate has in a grid."""


@dataclass(frozen=True)
class Answer:
    """The drawing of one part."""

    part: Part
    grid: Ints
    names: Ints
    """For each grid which of today's it goes on from; -1 for a new one."""
    cost: float
    impossible: tuple[Impossible, ...]


def draw(
    units: Units, wishes: Wishes, *, processes: int = 1, progress: Progress | None = None
) -> Drawn:
    """Draw grids for all units.

    Parts are drawn in threads: what is compiled runs without the interpreter's lock. The dice of
    a part depend on the wishes and on its community alone, so the answer is the same for any
    number of them.
    """
    tasks = list(parts_with_seeds(units, wishes))
    answers = []
    with ThreadPoolExecutor(processes) as pool:
        for answer in pool.map(lambda task: solve(*task), tasks):
            answers.append(answer)
            if progress is not None:
                progress(len(answers), len(tasks))
    return together(units, answers)


def parts_with_seeds(units: Units, wishes: Wishes) -> Iterator[tuple[Part, Wishes, int]]:
    """Give each part with the seed of its dice."""
    nth: dict[int, int] = {}
    for part in take_apart(units):
        number = nth[part.community] = nth.get(part.community, -1) + 1
        yield part, wishes, _seed(wishes.seed, part.community, number)


def _seed(*numbers: int) -> int:
    """Return a seed, never 0, from which the dice of neighbours do not look alike."""
    mixed = np.random.SeedSequence([number % 2**64 for number in numbers])
    return int(mixed.generate_state(1, np.uint64)[0]) or 1


def solve(part: Part, wishes: Wishes, seed: int) -> Answer:
    """Draw one part; search longer while it could be in range and is not."""
    warm = counts.has_today(part) and (wishes.little_change > 0 or bool(part.locked.any()))
    first, *others = counts.worth_trying(part, wishes, today=warm)
    found = _once(part, wishes, first, seed, warm=warm, longer=1)
    for longer, number in enumerate(others, start=2):
        if not found.impossible:
            break
        answer = _once(part, wishes, number, seed + longer, warm=warm, longer=longer)
        found = answer if _better(answer, found) else found
    return found


def _better(one: Answer, other: Answer) -> bool:
    return (len(one.impossible), one.cost) < (len(other.impossible), other.cost)


def _once(part: Part, wishes: Wishes, number: int, seed: int, *, warm: bool, longer: int) -> Answer:
    board = board_of(part, wishes, number, seed)
    names = np.full(number, NONE)
    if warm:
        names = begin.from_today(part, board)
    else:
        begin.scatter(board)
    board.units["today"] = _today(part, names, number)
    grid = drawing(board)
    batches = longer * wishes.moves * len(part) // BATCH
    told = wishes.whole_estates > 0
    pace = Pace(batches, RECUTS if told else 1, ESTATES if told else 0, HOT, COLD)
    cost = search(board, sweep_of(len(part)), grid, pace)
    return answer_of(part, wishes, grid, number, float(cost))


def answer_of(part: Part, wishes: Wishes, grid: Ints, number: int, cost: float) -> Answer:
    """Return a drawing of one part with the names of its grids, and what is wrong with it."""
    households: Floats = np.bincount(grid, part.households, number).astype(np.float64)
    impossible = (*counts.why_not(part, wishes, households), *counts.torn(part, grid))
    return Answer(part, grid, _named(part, grid, number), cost, impossible)


def price(part: Part, wishes: Wishes, grid: Ints, number: int) -> float:
    """Return the cost of a drawing whose grids bear the numbers of today's."""
    board = board_of(part, wishes, number, 1)
    board.units["grid"] = grid
    return float(search(board, sweep_of(len(part)), grid.copy(), Pace(0, 0, 0, HOT, COLD)))


def _today(part: Part, names: Ints, number: int) -> Ints:
    """Return today's grids by the numbers of the drawing; a grid that ends gets none of these."""
    numbers = np.full(len(part.labels) + 1, number)
    numbers[names[names != NONE]] = np.flatnonzero(names != NONE)
    numbers[NONE] = NONE
    return numbers[part.today]


def _named(part: Part, grid: Ints, number: int) -> Ints:
    """Return for each grid which of today's it goes on from, so that the fewest move."""
    names = np.full(number, NONE)
    if not len(part.labels):
        return names
    had = part.today != NONE
    common = np.zeros((number, len(part.labels)))
    weight = part.households[had] + 1e-3 + 1e9 * part.locked[had]
    np.add.at(common, (grid[had], part.today[had]), weight)
    rows, columns = linear_sum_assignment(-common)
    touched = common[rows, columns] > 0
    names[rows[touched]] = columns[touched]
    return names


def together(units: Units, answers: list[Answer]) -> Drawn:
    """Number the grids of all parts: today's numbers where they go on, then new ones."""
    grid = np.full(len(units), NONE)
    fresh = int(units.today.max(initial=NONE)) + 1
    owner = _owners(answers)
    for number, answer in enumerate(answers):
        labels = np.full(len(answer.names), NONE)
        for local, name in enumerate(answer.names):
            label = int(answer.part.labels[name]) if name != NONE else NONE
            if label == NONE or owner[label][1] != number:
                label, fresh = fresh, fresh + 1
            labels[local] = label
        grid[answer.part.units] = labels[answer.grid]
    impossible = tuple(one for answer in answers for one in answer.impossible)
    return Drawn(grid, impossible, sum(answer.cost for answer in answers))


def _owners(answers: list[Answer]) -> dict[int, tuple[float, int]]:
    """Return which part goes on with each of today's numbers: the one with most of it."""
    owner: dict[int, tuple[float, int]] = {}
    for number, answer in enumerate(answers):
        households = np.bincount(answer.grid, answer.part.households, len(answer.names))
        for local, name in enumerate(answer.names):
            if name != NONE:
                label, claim = int(answer.part.labels[name]), (float(households[local]), -number)
                if label not in owner or claim > (owner[label][0], -owner[label][1]):
                    owner[label] = claim[0], number
    return owner

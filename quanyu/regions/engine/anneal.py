"""The search: moves by chance, fewer and fewer of them upwards (模拟退火)."""

from typing import NamedTuple

from quanyu.regions.engine.board import Board, measure
from quanyu.regions.engine.compiled import compiled, entry, within
from quanyu.regions.engine.moves import try_estate, try_unit
from quanyu.regions.engine.recut import Sweep, try_recut
from quanyu.regions.engine.terms import Ints

BATCH = 50
"""Moves between two looks at the temperature."""
BETTER = 1e-9


class Pace(NamedTuple):
    """How long is searched, of what a batch is made, and how hot it is at first and at last."""

    batches: int
    recuts: int
    estates: int
    hot: float
    cold: float


@entry
def search(board: Board, sweep: Sweep, best: Ints, pace: Pace) -> float:
    """Change the drawing on the board, and leave the best that was met in `best`."""
    desk = board.desk[0]
    measure(board)
    keep(board, best)
    least = desk.total
    if desk.cuts == 0:
        return least
    fall = (pace.cold / pace.hot) ** (1.0 / max(pace.batches, 1))
    heat = pace.hot
    for _ in range(pace.batches):
        _batch(board, sweep, pace, heat)
        heat *= fall
        if desk.total < least - BETTER:
            least = desk.total
            keep(board, best)
    return least


@within
def keep(board: Board, best: Ints) -> None:
    """Copy the drawing."""
    for unit in range(len(best)):
        best[unit] = board.units[unit].grid


@compiled
def _batch(board: Board, sweep: Sweep, pace: Pace, heat: float) -> None:
    for _ in range(pace.recuts):
        try_recut(board, sweep, heat)
    for _ in range(pace.estates):
        try_estate(board, heat)
    for _ in range(BATCH - pace.recuts - pace.estates):
        try_unit(board, heat)

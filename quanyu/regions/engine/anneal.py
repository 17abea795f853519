"""The search: moves by chance, fewer and fewer of them upwards (模拟退火)."""

from quanyu.regions.engine.board import Board, measure
from quanyu.regions.engine.compiled import compiled, entry, within
from quanyu.regions.engine.moves import try_estate, try_unit
from quanyu.regions.engine.recut import Sweep, try_recut
from quanyu.regions.engine.terms import Ints

BATCH = 50
"""Moves between two looks at the temperature."""
RECUTS = 2
"""Of a batch; and so many move what an estate has in a grid."""
ESTATES = 5
LATE = 0.4
"""Before this share of the search the best is not kept: it gets better anyway."""
BETTER = 1e-9


@entry
def search(board: Board, sweep: Sweep, best: Ints, batches: int, hot: float, cold: float) -> float:
    """Change the drawing on the board, and leave the best that was met in `best`."""
    desk = board.desk[0]
    measure(board)
    keep(board, best)
    least = desk.total
    if desk.cuts == 0:
        return least
    fall = (cold / hot) ** (1.0 / max(batches, 1))
    heat = hot
    for _ in range(batches):
        _batch(board, sweep, heat)
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
def _batch(board: Board, sweep: Sweep, heat: float) -> None:
    for _ in range(RECUTS):
        try_recut(board, sweep, heat)
    for _ in range(ESTATES):
        try_estate(board, heat)
    for _ in range(BATCH - RECUTS - ESTATES):
        try_unit(board, heat)

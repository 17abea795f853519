"""What a resident may be told of reports near by (附近已有人反映). No database, no clock.

The city is a lattice of cells: of another's matter only the cell is known, and from cell to cell
one reckons, so that no number of questions finds the point.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

CELL = 0.001
"""Degrees: about a hundred metres each way."""

AROUND = 3
"""So many cells each way are looked at."""

WIDEST = 50
"""Cells: what an address names is looked at only if it is no wider, as a community is."""

STEP = 100
"""Metres by which distance is told."""

WITHIN = timedelta(days=60)
MOST = 4
"""So many are shown; of more, the nearest and then the newest."""

A_MINUTE, A_DAY = "nearby_a_minute", "nearby_a_day"
MOST_LOOKS = {A_MINUTE: 12, A_DAY: 60}
"""Samples: so many looks from one address, enough to write a few reports, too few to walk the city.
The codes keep them under these stages.
"""

KINDS = 3
"""So many classes that the words speak for are looked at, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the lattice."""

    column: int
    row: int


def cell(lon: float, lat: float) -> Cell:
    """Return the cell that a point lies in."""
    return Cell(math.floor(lon / CELL), math.floor(lat / CELL))


def metres(one: Cell, other: Cell) -> int:
    """Return how far apart two cells lie at most, in steps: 100 m in the same one or the next."""
    apart = max(abs(one.column - other.column), abs(one.row - other.row))
    return STEP * max(1, apart)

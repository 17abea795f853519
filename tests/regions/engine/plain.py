"""Small settlements for the tests: a lattice of buildings, a hundred metres apart (小实例)."""

import numpy as np

from quanyu.regions.engine import NONE, Units

SIDE = 100.0


def lattice(columns: int, rows: int, households: np.ndarray, *, communities: int = 1) -> Units:
    """Return square parcels in columns and rows, the communities side by side."""
    number = np.arange(columns * rows)
    column, row = number % columns, number // columns
    right, up = number[column < columns - 1], number[row < rows - 1]
    i, j = np.concatenate([right, up]), np.concatenate([right + 1, up + columns])
    return Units(
        households=np.asarray(households),
        area_m2=np.full(len(number), SIDE * SIDE),
        perimeter_m=np.full(len(number), 4 * SIDE),
        x=(column * SIDE).astype(np.float64),
        y=(row * SIDE).astype(np.float64),
        estate=row // 2 * columns + column // 2,
        community=column * communities // columns,
        edges_i=i,
        edges_j=j,
        edge_m=np.full(len(i), SIDE),
        edge_is_road=(column[i] == columns // 2 - 1) & (column[j] == columns // 2),
        today=np.full(len(number), NONE),
        locked=np.zeros(len(number), bool),
    )

"""How many points a second our own function places, beside shapely's bare query (点落网格).

Both look for the same points among the same polygons, in turns, so that a noisy machine is noisy
for both; polygons and points are made before the clock starts.
"""

import json
import math
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from quanyu.regions.queries import Locator
from quanyu.regions.rules import path_of

SEED = 20260918
COLUMNS, ROWS = 100, 60
CORNERS = 200
BATCH = 10_000
BATCHES = 5
ROUNDS = 7
SIZE = 0.004  # degrees: a grid some 400 m wide
ORIGIN = (117.0, 31.7)

Array = NDArray[np.float64]


def run(*, rounds: int = ROUNDS) -> dict[str, object]:
    """Measure, print one JSON object on stdout, and return it."""
    chance = np.random.default_rng(SEED)
    shapes = _polygons(chance)
    batches = [_points(chance) for _ in range(BATCHES)]
    locator = Locator([_path(number) for number in range(len(shapes))], shapely.to_wkb(shapes))
    bare = shapely.STRtree(shapes)
    prepared = [shapely.points(batch) for batch in batches]

    def ours() -> None:
        for batch in batches:
            locator.locate(batch)

    def shapelys() -> None:
        for points in prepared:
            bare.query(points, predicate="intersects")

    _agree(locator, bare, batches[0])
    times = [(_seconds(ours), _seconds(shapelys)) for _ in range(rounds)]
    points = BATCH * BATCHES
    ours_per_s = points / statistics.median(time for time, _ in times)
    shapely_per_s = points / statistics.median(time for _, time in times)
    result: dict[str, object] = {
        "bench": "locate",
        "points": points,
        "batch": BATCH,
        "polygons": len(shapes),
        "corners": CORNERS,
        "rounds": rounds,
        "ours_per_s": round(ours_per_s),
        "shapely_per_s": round(shapely_per_s),
        "ratio": round(statistics.median(theirs / own for own, theirs in times), 2),
        "target": 0.5,
    }
    sys.stdout.write(f"{json.dumps(result)}\n")
    return result


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _path(number: int) -> str:
    community, grid = divmod(number, 10)
    return path_of(f"340104{community // 100 + 1:03d}{community % 100 + 1:03d}1{grid + 1:03d}")


def _points(chance: np.random.Generator) -> Array:
    spread = np.array([COLUMNS, ROWS]) * SIZE
    points: Array = np.array(ORIGIN) + chance.uniform(0, 1, (BATCH, 2)) * spread
    return points


def _polygons(chance: np.random.Generator) -> NDArray[np.object_]:
    """Return the cells of a lattice with wavy edges, which neighbours share corner by corner."""
    across = _edges(chance, (COLUMNS, ROWS + 1))
    upright = _edges(chance, (COLUMNS + 1, ROWS))[..., ::-1]
    rings = [
        np.concatenate(
            [
                (column, row) + across[column, row, :-1],
                (column + 1, row) + upright[column + 1, row, :-1],
                (column, row + 1) + across[column, row + 1, :0:-1],
                (column, row) + upright[column, row, :0:-1],
            ]
        )
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    shapes: NDArray[np.object_] = shapely.polygons(np.array(ORIGIN) + np.stack(rings) * SIZE)
    return shapes


def _edges(chance: np.random.Generator, count: tuple[int, int]) -> Array:
    along = np.linspace(0, 1, CORNERS // 4 + 1)
    phase = chance.uniform(0, math.tau, (*count, 1))
    aside = 0.06 * np.sin(along * math.pi) * np.sin(5 * along * math.tau + phase)
    edges: Array = np.stack([np.broadcast_to(along, aside.shape), aside], axis=-1)
    return edges


def _agree(locator: Locator, bare: shapely.STRtree, points: Array) -> None:
    """Check once that both find the same, or the comparison says nothing."""
    which, _ = bare.query(shapely.points(points), predicate="intersects")
    found = np.flatnonzero(locator.locate(points) != "")
    if not np.array_equal(np.unique(which), found):
        raise RuntimeError("our function and shapely disagree")

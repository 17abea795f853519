"""How well and how fast grids are drawn, beside METIS in the same run (网格划分).

CPU seconds of drawing are counted, over all threads, after one warm-up: making the settlement,
compiling and judging the answer stand apart. METIS divides each community into as many grids as
we, is told of estates and roads by the weights of borders, and the best of its settings is shown.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from quanyu.bench.ground import tell
from quanyu.demo.scale.settlement import instance
from quanyu.regions.engine import Drawn, Figures, Units, Wishes, draw, figures, prove
from quanyu.regions.engine.counts import how_many
from quanyu.regions.engine.draw import Answer, answer_of, price, together
from quanyu.regions.engine.parts import Part, take_apart

SHAPES = Wishes(target=400, whole_estates=0.0, roads=0.0, moves=150)
TOLD = Wishes(target=400, moves=1_600)
CHANGE = Wishes(target=400, moves=400)
CHANGED, FACTOR, EMPTIED, CHANGE_SEED = 0.12, (0.4, 1.9), 0.02, 5

SLACK, CUTS, ROUNDS = 200, 8, 50
"""METIS: thousandths by which a grid may leave the mean, cuts to choose from, rounds of each."""
WEIGHTINGS = ((1.0, 1.0), (2.0, 0.3), (4.0, 0.1))
"""METIS: what a metre of border weighs within an estate, and on a main road."""
METIS_SEEDS = 8
"""Where it is told of estates and roads, the cheapest of so many by our own cost: about as long
as we take."""


@dataclass(frozen=True)
class Case:
    """An instance with what is wished of it."""

    name: str
    units: Units
    wishes: Wishes


def run(*, seed: int = 1, processes: int = 1, exact: int = 0) -> list[dict[str, object]]:
    """Measure, print one JSON object a line on stdout, and return them."""
    tell("compiling")
    draw(instance("s100"), replace(TOLD, moves=10))
    results = []
    cases = _small(exact) if exact else _cases(seed, processes)
    for case in cases:
        results += list(_proven(case) if exact else _both(case, processes))
    return results


def _cases(seed: int, processes: int) -> Iterator[Case]:
    tell("making a city of 75,113 buildings")
    yield Case("s60k", instance("s60k"), replace(SHAPES, seed=seed))
    told = replace(TOLD, seed=seed)
    units = instance("s10k")
    yield Case("s10k", units, told)
    today = draw(units, told, processes=processes).grid
    yield Case("s10k-change", _changed(replace(units, today=today)), replace(CHANGE, seed=seed))
    yield Case("h10k", instance("h10k"), told)


def _changed(units: Units) -> Units:
    """Return the units a few years later: some estates grew or shrank, some buildings are empty."""
    chance = np.random.default_rng(CHANGE_SEED)
    estates = int(units.estate.max()) + 1
    changed = chance.random(estates) < CHANGED
    factor = np.where(changed, chance.uniform(*FACTOR, estates), 1.0)
    households = np.rint(units.households * factor[units.estate]).astype(np.int64)
    households[chance.random(len(units)) < EMPTIED] = 0
    return replace(units, households=households)


def _both(case: Case, processes: int) -> Iterator[dict[str, object]]:
    drawn, cpu = _timed(lambda: draw(case.units, case.wishes, processes=processes))
    yield _line(case, "quanyu", cpu, figures(case.units, drawn.grid, case.wishes))
    if find_spec("pymetis") is None:
        tell("METIS is not there: uv sync --group peers brings it")
        return
    found = [_metis_line(case, weighting) for weighting in _weightings(case)]
    for line in found:
        tell(json.dumps(line))
    yield _said(max(found, key=_rank))


def _timed(work: Callable[[], Drawn]) -> tuple[Drawn, float]:
    began = time.process_time()
    drawn = work()
    return drawn, time.process_time() - began


def _line(case: Case, method: str, cpu: float, found: Figures) -> dict[str, object]:
    line = _figures(case, method, cpu, found)
    return _said(line) if method == "quanyu" else line


def _figures(case: Case, method: str, cpu: float, found: Figures) -> dict[str, object]:
    return {
        "instance": case.name,
        "method": method,
        "cpu_s": round(cpu, 2),
        "in_range": round(found.in_range, 4),
        "non_contiguous": found.non_contiguous,
        "polsby_popper": round(found.polsby_popper, 4),
        "split": round(found.split, 4),
        "road": round(found.road, 4),
        "moved": round(found.moved, 4),
    }


def _said(line: dict[str, object]) -> dict[str, object]:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()
    return line


# ------------------------------------------------------------------ METIS


def _weightings(case: Case) -> tuple[tuple[float, float], ...]:
    """Return the settings to try: where nothing is asked of estates and roads, lengths alone."""
    return WEIGHTINGS if case.wishes.whole_estates else WEIGHTINGS[:1]


def _metis_line(case: Case, weighting: tuple[float, float]) -> dict[str, object]:
    drawn, cpu = _timed(lambda: _metis(case, weighting))
    found = figures(case.units, drawn.grid, case.wishes)
    return _line(case, "metis", cpu, found) | {"weights": list(weighting)}


def _rank(line: dict[str, Any]) -> tuple[float, float]:
    """Rank a setting: range first, then the sum of what is asked of the shape and the cuts."""
    return line["in_range"], line["polsby_popper"] - line["split"] - line["road"]


def _metis(case: Case, weighting: tuple[float, float]) -> Drawn:
    return together(
        case.units,
        [_divided(part, case.wishes, weighting) for part in take_apart(case.units)],
    )


def _divided(part: Part, wishes: Wishes, weighting: tuple[float, float]) -> Answer:
    """Divide one part by METIS, with a few seeds where it is told of much; keep the best."""
    number = how_many(part, wishes, today=False)
    seeds = METIS_SEEDS if wishes.whole_estates else 1
    grids = [_partition(part, number, weighting, seed) for seed in range(seeds)]
    free = replace(wishes, little_change=0.0)
    best = min(grids, key=lambda grid: price(part, free, grid, number)) if seeds > 1 else grids[0]
    return answer_of(part, wishes, best, number, 0.0)


def _partition(part: Part, number: int, weighting: tuple[float, float], seed: int) -> Any:
    if number == 1:
        return np.zeros(len(part), np.int64)
    pymetis = import_module("pymetis")
    estate, road = weighting
    same = part.estate[part.source] == part.estate[part.neighbour]
    weight = 10 * part.shared * np.where(same, estate, 1.0) * np.where(part.road, road, 1.0)
    around = pymetis.CSRAdjacency(part.start.tolist(), part.neighbour.tolist())
    options = pymetis.Options(ufactor=SLACK, ncuts=CUTS, niter=ROUNDS, contig=True, seed=seed)
    _, grid = pymetis.part_graph(
        number,
        adjacency=around,
        vweights=part.households.astype(np.int64).tolist(),
        eweights=np.maximum(1, weight.round()).astype(np.int64).tolist(),
        recursive=False,
        options=options,
    )
    return np.array(grid, np.int64)


# ------------------------------------------------------------------ the proven best


def _small(most: int) -> Iterator[Case]:
    """Give the communities of the city that are small enough to be proven."""
    units = instance("s60k")
    for number in np.flatnonzero(np.bincount(units.community) <= most):
        yield Case(f"s60k/{number}", _only(units, int(number)), TOLD)


def _only(units: Units, community: int) -> Units:
    """Return the units of one community."""
    kept = np.flatnonzero(units.community == community)
    place = np.full(len(units), -1)
    place[kept] = np.arange(len(kept))
    inside = (place[units.edges_i] >= 0) & (place[units.edges_j] >= 0)
    rows = {
        name: getattr(units, name)[kept]
        for name in ("households", "area_m2", "perimeter_m", "x", "y", "estate", "community")
    }
    return Units(
        **rows,
        edges_i=place[units.edges_i[inside]],
        edges_j=place[units.edges_j[inside]],
        edge_m=units.edge_m[inside],
        edge_is_road=units.edge_is_road[inside],
        today=units.today[kept],
        locked=units.locked[kept],
    )


def _proven(case: Case) -> Iterator[dict[str, object]]:
    """Give the cost of what is drawn in a little and in more time, beside the proven best."""
    best, seconds = _timed(lambda: prove(case.units, case.wishes))
    line: dict[str, object] = {"instance": case.name, "units": len(case.units)}
    line |= {"optimum": round(best.cost, 4), "bound": best.bound, "cpu_s_exact": round(seconds, 2)}
    for moves in (150, 1_600):
        wishes = replace(case.wishes, moves=moves)
        drawn, cpu = _timed(lambda wishes=wishes: draw(case.units, wishes))  # type: ignore[misc]
        gap = (drawn.cost - best.cost) / best.cost
        line |= {f"gap_{moves}": round(gap, 5), f"cpu_s_{moves}": round(cpu, 4)}
    yield _said(line)

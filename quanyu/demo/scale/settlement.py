"""Settlements out of a seed: the demo's city, and instances to measure drawing on (划分实例).

Communities of 450 to 800 metres are cut into street blocks, each an estate of one kind: walk-ups,
high-rises or an urban village. Buildings stand in jittered rows; a parcel is what lies nearest to
one within its block; the first cut of a community is a main road. Each named instance is the same
on every machine.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.spatial import Voronoi

from quanyu.regions.engine import NONE, Units
from quanyu.regions.engine.cells import borders
from quanyu.regions.engine.terms import Floats

SIDES = (450, 800)
KINDS = (0.45, 0.40, 0.15)
METRES_A_BUILDING = (3200, 5200, 1100)
WALK_UP, HIGH_RISE = (24, 30, 36, 36, 48, 48, 60), (44, 56, 66, 72, 88, 99)
VILLAGE = (2, 16)
INSTANCES = {"s100": (1, 3), "s1k": (9, 1), "s10k": (90, 2), "s60k": (545, 4), "h10k": (90, 11)}
"""How many communities, and the maker's seed. h10k is held out: nothing was ever tuned on it, so
that it shows what tuning on the others has bought there alone.
"""

Box = tuple[float, float, float, float]
Chance = np.random.Generator


@dataclass(frozen=True)
class Block:
    """A street block: one estate."""

    community: int
    box: Box


@dataclass(frozen=True)
class Road:
    """A main road through a community, upright (axis 0) or across (axis 1)."""

    axis: int
    at: float


@dataclass(frozen=True)
class Rows:
    """The buildings of a block: where they stand, who lives there, how far one is from the next."""

    points: Floats
    households: list[int]
    apart: tuple[float, float]


def instance(name: str) -> Units:
    """Make one of the named instances."""
    return settlement(*INSTANCES[name])


def settlement(communities: int, seed: int) -> Units:
    """Make so many communities."""
    chance = np.random.default_rng(seed)
    side = math.ceil(math.sqrt(communities))
    across, up = (np.concatenate([[0], np.cumsum(chance.uniform(*SIDES, side))]) for _ in range(2))
    plots: list[Any] = []
    households: list[int] = []
    where: list[Floats] = []
    owners: list[tuple[int, int, int]] = []
    roads: list[Road] = []
    for number in range(communities):
        column, row = number % side, number // side
        box = (across[column], up[row], across[column + 1], up[row + 1])
        road, blocks = cut(number, box, chance)
        roads.append(road)
        for block in blocks:
            rows = build(block.box, kind_of(chance), chance)
            plots += parcels(rows.points, block.box)
            households += rows.households
            where.append(rows.points)
            owners.append((number, len(owners), len(rows.points)))
    return units(plots, households, np.concatenate(where), owners, roads)


def cut(community: int, whole: Box, chance: Chance) -> tuple[Road, list[Block]]:
    """Cut a community by streets until blocks are small; the first cut is the main road."""
    open_boxes, found = [(whole, 0)], []
    road = Road(0, 0.0)
    while open_boxes:
        box, depth = open_boxes.pop()
        x0, y0, x1, y1 = box
        width, height = x1 - x0, y1 - y0
        if depth >= 1 and _is_block(width, height, chance):
            found.append(Block(community, box))
            continue
        share = chance.uniform(0.35, 0.65)
        axis = 0 if width > height else 1
        at = x0 + share * width if axis == 0 else y0 + share * height
        if axis == 0:
            halves: list[Box] = [(x0, y0, at, y1), (at, y0, x1, y1)]
        else:
            halves = [(x0, y0, x1, at), (x0, at, x1, y1)]
        open_boxes += [(half, depth + 1) for half in halves]
        if depth == 0:
            road = Road(axis, at)
    return road, found


def _is_block(width: float, height: float, chance: Chance) -> bool:
    return bool(width * height < chance.uniform(15000, 60000) or min(width, height) < 70)


def kind_of(chance: Chance, shares: Sequence[float] = KINDS) -> int:
    """Return what a block is built with, as the shares have it."""
    return int(chance.choice(3, p=shares))


def build(box: Box, kind: int, chance: Chance, *, sparse: float = 1.0) -> Rows:
    """Build on a block; ``sparse`` times the usual land goes to each building."""
    x0, y0, x1, y1 = box
    area = (x1 - x0) * (y1 - y0)
    number = max(1, int(area * (1 / METRES_A_BUILDING[kind]) / sparse * chance.uniform(0.8, 1.2)))
    columns = max(1, round(math.sqrt(number * (x1 - x0) / (y1 - y0))))
    rows = math.ceil(number / columns)
    points = []
    for nth in range(number):
        row, column = divmod(nth, columns)
        x = x0 + (column + 0.5 + chance.uniform(-0.25, 0.25)) * (x1 - x0) / columns
        y = y0 + (row + 0.5 + chance.uniform(-0.25, 0.25)) * (y1 - y0) / rows
        points.append((x, y))
    households = [_households(kind, chance) for _ in points]
    return Rows(np.array(points), households, ((x1 - x0) / columns, (y1 - y0) / rows))


def _households(kind: int, chance: Chance) -> int:
    if kind == 2:
        return int(chance.integers(*VILLAGE))
    return int(chance.choice((WALK_UP, HIGH_RISE)[kind]))


def parcels(points: Floats, box: Box) -> list[Any]:
    """Return what lies nearest to each point: its mirror images make the box's edges."""
    mirrored = [points]
    for axis, at in ((0, box[0]), (0, box[2]), (1, box[1]), (1, box[3])):
        image = points.copy()
        image[:, axis] = 2 * at - image[:, axis]
        mirrored.append(image)
    found = Voronoi(np.vstack(mirrored))
    regions = [found.regions[found.point_region[number]] for number in range(len(points))]
    return [shapely.Polygon(found.vertices[region]) for region in regions]


def units(
    plots: list[Any],
    households: list[int],
    where: Floats,
    owners: list[tuple[int, int, int]],
    roads: list[Road],
) -> Units:
    shapes = np.array(plots, dtype=object)
    community, estate, size = np.array(owners).T
    community, estate = np.repeat(community, size), np.repeat(estate, size)
    i, j, shared = borders(shapes)
    axis = np.array([road.axis for road in roads])
    at = np.array([road.at for road in roads])
    of, number = community[i], np.arange(len(i))
    ends = np.stack([where[i], where[j]])[:, number, axis[of]]
    crossed = (ends[0] < at[of]) != (ends[1] < at[of])
    return Units(
        households=np.array(households),
        area_m2=shapely.area(shapes),
        perimeter_m=shapely.length(shapes),
        x=where[:, 0],
        y=where[:, 1],
        estate=estate,
        community=community,
        edges_i=i,
        edges_j=j,
        edge_m=shared,
        edge_is_road=crossed & (of == community[j]),
        today=np.full(len(shapes), NONE),
        locked=np.zeros(len(shapes), bool),
    )

"""Where the communities of a made city lie: a round lattice with the demo street in its middle.

The division tables name every community and draw none, so the whole layout is made: districts and
zones around the middle, counties around those, each area a slice, each street a piece of its
area. None of it is where the real place lies.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from quanyu.demo.geometry import degrees
from quanyu.demo.scale.settlement import Box, Chance
from quanyu.regions.engine.terms import Floats, Ints

SIDES = (440, 640)
"""Metres along and across a community."""

HOLE = (3, 2)
"""Columns and rows that the demo street takes."""

SWAY = 0.2
"""Of a community's side: so far its corners lie off the lattice."""


@dataclass(frozen=True)
class Area:
    """A district or a county: its streets, and the codes of the urban communities in each."""

    path: str
    is_inner: bool
    streets: Mapping[str, Sequence[str]]

    @property
    def size(self) -> int:
        """Return how many communities it has."""
        return sum(len(codes) for codes in self.streets.values())


@dataclass(frozen=True)
class Lot:
    """The ground of one community: a box to build in, and its corners as they lie in truth."""

    code: str
    column: int
    row: int
    box: Box
    corners: Floats
    """In metres from the middle of the demo: south-west, south-east, north-east, north-west."""

    @property
    def m2(self) -> float:
        """Return its area."""
        x, y = self.corners.T
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)

    @property
    def away(self) -> float:
        """Return how many metres its middle lies from that of the city."""
        return float(np.hypot(*self.corners.mean(axis=0)))

    def laid(self, points: Floats) -> Floats:
        """Return points of the box where they lie, in degrees.

        Straight lines along the box stay straight: what touches in the box touches here.
        """
        x0, y0, x1, y1 = self.box
        u, v = ((points[:, 0] - x0) / (x1 - x0), (points[:, 1] - y0) / (y1 - y0))
        shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
        return degrees(shares @ self.corners, digits=10)


@dataclass(frozen=True)
class Lattice:
    """Lines from south to north and from west to east, and where they cross."""

    across: Floats
    up: Floats
    corners: Floats
    hole: tuple[int, int]
    """Column and row of the first place that the demo street takes."""

    def lot(self, code: str, column: int, row: int) -> Lot:
        """Return the ground of a community."""
        box = (self.across[column], self.up[row], self.across[column + 1], self.up[row + 1])
        ring = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
        return Lot(code, column, row, box, np.array([self.corners[one] for one in ring]))


def laid_out(areas: Sequence[Area], hole: Box, seed: int) -> dict[str, Lot]:
    """Return the ground of every community by its code.

    :param hole: the box of the demo street, in metres, which is left free
    """
    number = sum(area.size for area in areas)
    lattice = lattice_of(number, hole, np.random.default_rng([seed, 0]))
    places = _nearest(lattice, number)
    inner = sum(area.size for area in areas if area.is_inner)
    lots: dict[str, Lot] = {}
    for ring, is_inner in ((places[:inner], True), (places[inner:], False)):
        members = [area for area in areas if area.is_inner is is_inner]
        for area, slice_ in zip(members, _slices(lattice, ring, members), strict=True):
            _share(lattice, slice_, list(area.streets.values()), lots)
    return lots


def lattice_of(number: int, hole: Box, chance: Chance) -> Lattice:
    """Draw the lines so far out that so many communities lie around the middle."""
    side = math.ceil(math.sqrt(number + HOLE[0] * HOLE[1])) * 4 // 3 + 4
    across, first = _lines(hole[0], hole[2], HOLE[0], side, chance)
    up, lowest = _lines(hole[1], hole[3], HOLE[1], side, chance)
    corners = np.stack(np.meshgrid(across, up, indexing="ij"), axis=-1)
    sway = chance.uniform(-SWAY, SWAY, corners.shape) * SIDES[0]
    # Around the demo street the corners stay: it reaches close to them.
    sway[first : first + HOLE[0] + 1, lowest : lowest + HOLE[1] + 1] = 0
    return Lattice(across, up, corners + sway, (first, lowest))


def _lines(low: float, high: float, within: int, side: int, chance: Chance) -> tuple[Floats, int]:
    """Return lines on both sides of the hole and evenly through it, and the number of its first."""
    before = (side - within) // 2
    left = low - np.cumsum(chance.uniform(*SIDES, before))
    right = high + np.cumsum(chance.uniform(*SIDES, side - within - before))
    return np.concatenate([left[::-1], np.linspace(low, high, within + 1), right]), before


def _nearest(lattice: Lattice, number: int) -> Ints:
    """Return the columns and rows of the places nearest to the middle, the hole left out."""
    columns, rows = len(lattice.across) - 1, len(lattice.up) - 1
    every = np.stack(np.meshgrid(range(columns), range(rows), indexing="ij"), -1).reshape(-1, 2)
    first, lowest = lattice.hole
    inside = (every >= lattice.hole) & (every < (first + HOLE[0], lowest + HOLE[1]))
    free = every[~inside.all(axis=1)]
    order = np.argsort(np.hypot(*_middles(lattice, free).T), kind="stable")
    return np.asarray(free[order[:number]])


def _middles(lattice: Lattice, places: Ints) -> Floats:
    ends = [(lattice.across, places[:, 0]), (lattice.up, places[:, 1])]
    return np.stack([(lines[at] + lines[at + 1]) / 2 for lines, at in ends], axis=1)


def _slices(lattice: Lattice, ring: Ints, areas: Sequence[Area]) -> list[Ints]:
    """Cut a ring into slices, one an area, counter-clockwise from the east."""
    angle = np.arctan2(*_middles(lattice, ring).T[::-1]) % math.tau
    ends = np.cumsum([0, *(area.size for area in areas)])
    order = np.argsort(angle, kind="stable")
    return [ring[order[low:high]] for low, high in pairwise(ends)]


def _share(
    lattice: Lattice, places: Ints, streets: Sequence[Sequence[str]], lots: dict[str, Lot]
) -> None:
    """Halve an area along its longer side until each street has its piece."""
    if len(streets) == 1:
        # From north to south, and west to east, as grids are numbered too.
        order = np.lexsort((places[:, 0], -places[:, 1]))
        for code, (column, row) in zip(streets[0], places[order].tolist(), strict=True):
            lots[code] = lattice.lot(code, column, row)
        return
    half = len(streets) // 2
    first = sum(len(codes) for codes in streets[:half])
    middles = _middles(lattice, places)
    axis = int(np.ptp(middles, axis=0).argmax())
    order = np.lexsort((middles[:, 1 - axis], middles[:, axis]))
    _share(lattice, places[order[:first]], streets[:half], lots)
    _share(lattice, places[order[first:]], streets[half:], lots)

"""What the engine is given and what it gives back, in numpy arrays (输入与输出)."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Progress = Callable[[int, int], None]
"""Told after each part: how many are done, and of how many."""

NONE = -1
"""No estate, no grid today."""


@dataclass(frozen=True)
class Units:
    """What grids are made of: buildings or parcels, and who lies beside whom (划分单元).

    All arrays with a row for each unit, but the four with a row for each pair of neighbours.
    """

    households: Ints
    area_m2: Floats
    perimeter_m: Floats
    x: Floats
    y: Floats
    estate: Ints
    community: Ints
    edges_i: Ints
    edges_j: Ints
    edge_m: Floats
    edge_is_road: Flags
    today: Ints
    locked: Flags

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit each other.

        :raises ValueError: naming the array
        """
        for field in fields(self):
            array = getattr(self, field.name)
            wanted = len(self.edges_i) if field.name.startswith("edge") else len(self.households)
            if array.shape != (wanted,):
                raise ValueError(f"{field.name}: {array.shape}, not ({wanted},)")
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError(f"{field.name}: not a number")
        self._check_values()

    def _check_values(self) -> None:
        if (self.households < 0).any():
            raise ValueError("households: below 0")
        ends = np.concatenate([self.edges_i, self.edges_j])
        if len(ends) and not 0 <= ends.min() <= ends.max() < len(self):
            raise ValueError("edges: a unit that is not there")

    def __len__(self) -> int:
        """Return how many units there are."""
        return len(self.households)


@dataclass(frozen=True)
class Wishes:
    """What a good grid is: its size, and how much each other quality weighs (期望).

    The weights are compared with one another: `compact` is the price of a grid whose shape is worth
    nothing, `whole_estates` of an estate cut in two, `roads` of a grid over a main road,
    `little_change` of a hundred households in another grid than today.
    """

    low: int = 300
    high: int = 500
    target: int = 430
    balance: float = 0.02
    compact: float = 1.0
    whole_estates: float = 0.4
    roads: float = 0.33
    little_change: float = 3.0
    moves: int = 1_000
    """Tries for each unit: twice as many take twice as long."""
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what nobody can wish.

        :raises ValueError: naming the wish
        """
        if not 0 < self.low <= self.target <= self.high:
            raise ValueError(f"target: {self.target}, not within {self.low} and {self.high}")
        for name in ("balance", "compact", "whole_estates", "roads", "little_change", "moves"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: below 0")


@dataclass(frozen=True)
class Impossible:
    """A part of a community that has no answer as wished; what is given is the nearest (无解).

    The reason is one of `large_building` (one building above the highest), `few` (the whole part
    is below the lowest), `between` (no number of grids fits, such as 501 to 599), `apart` (locked
    units of one grid do not touch), `not_found` (none was found in the time given).
    """

    community: int
    reason: str
    households: int
    units: tuple[int, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A grid for each unit, by number; what goes on from today keeps today's number (方案)."""

    grid: Ints
    impossible: tuple[Impossible, ...] = ()
    cost: float = 0.0
    bound: float | None = None
    """What no answer can be below, where that is proven."""

    @property
    def gap(self) -> float | None:
        """Return by how much of its cost the answer may be away from the best."""
        if self.bound is None:
            return None
        return max(0.0, self.cost - self.bound) / max(abs(self.cost), 1e-9)


@dataclass(frozen=True)
class Figures:
    """How good grids are; shares from 0 to 1, but `non_contiguous`, which counts grids (指标)."""

    grids: int
    in_range: float
    non_contiguous: int
    polsby_popper: float
    split: float
    road: float
    moved: float

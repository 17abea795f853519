"""A street as it is drawn at once: its places, grids, houses and roads (街道的布局)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quanyu.regions.rules.places import parent


@dataclass(frozen=True, slots=True)
class Grid:
    """A base grid by its community and number (网格)."""

    path: str
    number: int
    name: str
    name_en: str
    households: int
    shape: Any


@dataclass(frozen=True, slots=True)
class House:
    """A building by its grid, its estate, the number within that, and the estate's plate (楼栋)."""

    grid: str
    estate: str
    number: str
    road: str
    door: str
    households: int
    shape: Any

    @property
    def community(self) -> str:
        """The path of its community."""
        return parent(self.grid)


@dataclass(frozen=True, slots=True)
class Road:
    """A named road, or the piece of it in this street (道路)."""

    name: str
    name_en: str
    is_main: bool
    shape: Any


@dataclass(frozen=True, slots=True)
class Layout:
    """A street, with the borders of itself and of its communities by path (街道)."""

    street: str
    borders: Mapping[str, Any]
    grids: Sequence[Grid]
    houses: Sequence[House]
    roads: Sequence[Road]

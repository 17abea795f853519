"""The demo street drawn from a seed: grids, buildings and roads that are nobody's (示例几何).

The result is shipped as ``quanyu/regions/data/demo_street.geojson`` so that a fresh machine draws
nothing; a test draws it again and compares.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import shapely
from numpy.typing import NDArray

SEED = 20260918
STREET = "340104001"
POINT = (117.23, 31.82)  # every demo and every test may rely on it lying in a grid
FILE = Path(__file__).parents[1] / "regions" / "data" / "demo_street.geojson"

_COLUMNS, _ROWS = 9, 6  # blocks of the street
_SIDE = 3  # a community is three blocks by three
_WIDTH, _HEIGHT = 200.0, 210.0  # metres
_METRE = (1 / 94_610, 1 / 110_880)  # degrees a metre at 31.82 N
_UPRIGHT = (
    ("荷塘路", "Hetang Road"),
    ("望湖巷", "Wanghu Lane"),
    ("槐荫巷", "Huaiyin Lane"),
    ("梅山路", "Meishan Road"),
    ("书院巷", "Shuyuan Lane"),
    ("柳堤巷", "Liudi Lane"),
    ("竹荫路", "Zhuyin Road"),
    ("桂花巷", "Guihua Lane"),
    ("银杏巷", "Yinxing Lane"),
    ("杏林路", "Xinglin Road"),
)
_ACROSS = (
    ("龙河路", "Longhe Road"),
    ("听雨巷", "Tingyu Lane"),
    ("朝晖巷", "Zhaohui Lane"),
    ("绩溪路", "Jixi Road"),
    ("清风巷", "Qingfeng Lane"),
    ("和睦巷", "Hemu Lane"),
    ("二里街", "Erli Street"),
)
_HEADS = "荷香翠竹梅园望湖槐荫书香柳岸桂语银杏杏花听雨朝晖"  # two characters each
_TAILS = ("苑", "新村", "花园", "小区", "里")
_NUMERALS = "一二三四五六七八九十"

Array = NDArray[np.float64]
Cell = tuple[int, int]


def shipped() -> list[dict[str, Any]]:
    """Return the features of the street as it is shipped."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    features: list[dict[str, Any]] = read["features"]
    return features


class Feature(TypedDict):
    """One feature of the file (要素)."""

    type: str
    properties: dict[str, str | int]
    geometry: dict[str, object]


@dataclass
class Grid:
    """One or two neighbouring blocks of a community (网格)."""

    community: int
    cells: list[Cell]
    number: int = 0
    households: int = 0

    @property
    def code(self) -> str:
        return f"{STREET}{self.community:03d}1{self.number:03d}"


@dataclass
class Town:
    """The lattice of the street: corners shared by blocks, edges shared by neighbours."""

    chance: np.random.Generator
    corners: Array = field(init=False)
    edges: dict[tuple[Cell, Cell], Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        column, row = np.meshgrid(np.arange(_COLUMNS + 1), np.arange(_ROWS + 1), indexing="ij")
        flat = np.stack([(column - 4.45) * _WIDTH, (row - 3.45) * _HEIGHT], axis=-1)
        self.corners = flat + self.chance.uniform(-24, 24, flat.shape)

    def edge(self, start: Cell, end: Cell) -> Array:
        """Return the line from one corner to the next; the same line whoever asks."""
        if (end, start) in self.edges:
            return self.edges[end, start][::-1]
        if (start, end) not in self.edges:
            self.edges[start, end] = self._draw(self.corners[start], self.corners[end])
        return self.edges[start, end]

    def _draw(self, start: Array, end: Array) -> Array:
        steps = np.linspace(0, 1, 6)[:, None]
        along = end - start
        aside = np.array([-along[1], along[0]]) / np.hypot(*along)
        sway = self.chance.uniform(-6, 6, (6, 1))
        sway[[0, -1]] = 0
        return degrees(start + steps * along + sway * aside)

    def block(self, cell: Cell) -> shapely.Polygon:
        """Return the polygon of one block."""
        column, row = cell
        ring = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
        lines = [self.edge(ring[side], ring[(side + 1) % 4])[:-1] for side in range(4)]
        return shapely.Polygon(np.vstack(lines))

    def inside(self, cell: Cell, across: Array, up: Array) -> Array:
        """Return points of a block given by shares of its width and height, in metres."""
        column, row = cell
        low = _between(self.corners[column, row], self.corners[column + 1, row], across)
        high = _between(self.corners[column, row + 1], self.corners[column + 1, row + 1], across)
        return low + (high - low) * up[:, None]


def degrees(metres: Array, *, digits: int = 6) -> Array:
    """Return longitudes and latitudes, rounded so that shared corners stay shared."""
    placed: Array = np.round(np.array(POINT) + metres * np.array(_METRE), digits)
    return placed


def metres(degrees: Array) -> Array:
    """Return points in metres from the middle of the demo."""
    apart: Array = (degrees - np.array(POINT)) / np.array(_METRE)
    return apart


def _between(start: Array, end: Array, share: Array) -> Array:
    return start + (end - start) * share[:, None]


def draw(seed: int = SEED) -> dict[str, object]:
    """Return the whole street as one GeoJSON collection; the same seed gives the same street."""
    chance = np.random.default_rng(seed)
    town = Town(chance)
    grids = _grids(town, chance)
    buildings = list(_buildings(town, grids, chance))
    places = list(_places(town, grids))
    return {
        "type": "FeatureCollection",
        "name": "示例几何: 由种子生成, 与实地无关",
        "seed": seed,
        "features": [*places, *_roads(town), *buildings],
    }


def write(file: Path = FILE) -> int:
    """Write the street to its file and return the size in bytes."""
    text = json.dumps(draw(), ensure_ascii=False, separators=(",", ":")).replace(
        '{"type":"Feature"', '\n{"type":"Feature"'
    )
    return file.write_text(f"{text}\n", encoding="utf-8")


def _grids(town: Town, chance: np.random.Generator) -> list[Grid]:
    grids: list[Grid] = []
    for community in range(1, 7):
        left = (community - 1) % 3 * _SIDE
        top = _ROWS - (community - 1) // 3 * _SIDE
        cells = [(left + i % 3, top - 1 - i // 3) for i in range(9)]
        grids += _share_out(community, cells, chance)
    return grids


def _share_out(community: int, cells: list[Cell], chance: np.random.Generator) -> list[Grid]:
    # One block, at times two, are a park or a school and belong to the grid beside them.
    taken = sorted(chance.choice([1, 4, 7], size=int(chance.integers(1, 3)), replace=False))
    grids = [Grid(community, [cell]) for i, cell in enumerate(cells) if i not in taken]
    for i in taken:
        beside = next(grid for grid in grids if grid.cells[0] == cells[i - 1])
        beside.cells.append(cells[i])
    # From north to south, and west to east (DB11: 由北至南, 从西向东).
    for number, grid in enumerate(grids, start=1):
        grid.number = number
    return grids


def _shape(town: Town, grid: Grid) -> shapely.Geometry:
    return shapely.union_all([town.block(cell) for cell in grid.cells])


def _places(town: Town, grids: list[Grid]) -> Iterator[Feature]:
    shapes = [_shape(town, grid) for grid in grids]
    yield _feature(shapely.union_all(shapes), kind="street", code=STREET)
    for community in range(1, 7):
        own = [
            shape for grid, shape in zip(grids, shapes, strict=True) if grid.community == community
        ]
        yield _feature(shapely.union_all(own), kind="community", code=f"{STREET}{community:03d}")
    for grid, shape in zip(grids, shapes, strict=True):
        yield _feature(
            shape,
            kind="grid",
            code=grid.code,
            name=f"第{_NUMERALS[grid.number - 1]}网格",
            name_en=f"Grid {grid.number}",
            households=grid.households,
        )


def _roads(town: Town) -> Iterator[Feature]:
    for column, (name, english) in enumerate(_UPRIGHT):
        line = _line(town, [(column, row) for row in range(_ROWS + 1)])
        yield _feature(line, kind="road", name=name, name_en=english, width=_road_width(column))
    for row, (name, english) in enumerate(_ACROSS):
        line = _line(town, [(column, row) for column in range(_COLUMNS + 1)])
        yield _feature(line, kind="road", name=name, name_en=english, width=_road_width(row))


def _road_width(index: int) -> str:
    return "lane" if index % _SIDE else "main"


def _line(town: Town, corners: list[Cell]) -> shapely.LineString:
    lines = [town.edge(start, end) for start, end in pairwise(corners)]
    return shapely.LineString(np.vstack([lines[0][:1], *(line[1:] for line in lines)]))


def _buildings(town: Town, grids: list[Grid], chance: np.random.Generator) -> Iterator[Feature]:
    estates = [f"{head}{tail}" for tail in _TAILS for head in batched(_HEADS)]
    for grid in grids:
        for cell in grid.cells:
            yield from _estate(town, grid, cell, estate=estates.pop(0), chance=chance)


def batched(text: str) -> list[str]:
    """Return ``text`` cut into words of two characters."""
    return [text[start : start + 2] for start in range(0, len(text), 2)]


def _estate(
    town: Town, grid: Grid, cell: Cell, *, estate: str, chance: np.random.Generator
) -> Iterator[Feature]:
    is_housing = cell == grid.cells[0]
    columns = int(chance.integers(4, 6)) if is_housing else 2
    spots = [(i, j) for j in range(3 if is_housing else 1) for i in range(columns)]
    road, english = _ACROSS[cell[1] + 1]
    door = cell[0] * 20 + 8
    for number, (i, j) in enumerate(spots, start=1):
        households = int(chance.integers(22, 39)) if is_housing else 0
        grid.households += households
        yield _feature(
            _footprint(town, cell, (i + 0.5) / columns, (j + 0.5) / 3, chance),
            kind="building",
            grid=grid.code,
            estate=estate,
            number=f"{number}幢",
            road=road,
            road_en=english,
            door=door,
            households=households,
        )


def _footprint(
    town: Town, cell: Cell, across: float, up: float, chance: np.random.Generator
) -> shapely.Polygon:
    # The middle two thirds of a block are built on, so that no house stands on a border.
    middle = np.array([0.15 + 0.7 * across, 0.15 + 0.7 * up])
    middle += chance.uniform(-0.012, 0.012, 2)
    half = np.array([chance.uniform(0.045, 0.062), chance.uniform(0.026, 0.034)])
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    shares = middle + signs * half
    return shapely.Polygon(degrees(town.inside(cell, shares[:, 0], shares[:, 1])))


def _feature(shape: shapely.Geometry, **properties: str | int) -> Feature:
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": properties, "geometry": geometry}

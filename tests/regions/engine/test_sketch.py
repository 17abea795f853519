"""A sketch of a community … comes of odd ground too, so that one does not stop a city (草图)."""

import pytest
import shapely

from quanyu.regions.engine import Wishes
from quanyu.regions.engine.sketch import House, Terrain, sketch

BOW = shapely.Polygon([(117.2, 31.8), (117.21, 31.81), (117.21, 31.8), (117.2, 31.81)])
BOX = shapely.box(117.2, 31.8, 117.21, 31.81)
HOLED = shapely.difference(BOX, shapely.box(117.203, 31.803, 117.207, 31.807))
PARTED = shapely.difference(BOX, shapely.box(117.202, 31.8, 117.208, 31.81))


@pytest.mark.parametrize("border", [BOW, HOLED, PARTED, None])
@pytest.mark.parametrize("step", [0.001, 0.0])
def test_draws_every_house_once(border: shapely.Geometry | None, step: float) -> None:
    houses = [House(f"k{n}", 117.2 + n * step, 31.805, 100, "", "") for n in range(8)]
    terrain = Terrain(houses, None if border is None else shapely.to_wkb(border))

    drawn = sketch(terrain, Wishes(), {})

    assert len(drawn.grid) == len(houses)
    assert min(drawn.grid) == 0

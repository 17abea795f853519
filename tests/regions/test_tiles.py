"""A tile of the map … holds what lies in its square, of the tree as it stands (矢量瓦片)."""

import gzip
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from shutil import rmtree
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.kernel.keys import uuid7
from quanyu.regions import queries
from quanyu.regions.models import Building, Edition, Region
from quanyu.regions.queries.tiles.encoding import Layer, Rings, Shape, encode
from quanyu.regions.queries.tiles.outlines import Rows, outlines
from quanyu.regions.rules import Level
from quanyu.regions.rules.tiles import EXTENT, LAST_ZOOM, NoTile, Tile, read_tile, tile_at
from tests.conftest import POINT

pytestmark = pytest.mark.django_db

NEAR = 1e-4
"""Degrees by which a box is made smaller or larger where a border may fall on either side."""


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Begin without tiles: other tests made some, of what they then rolled back."""
    rmtree(queries.tiles.folder(), ignore_errors=True)


def decoded(tile: Tile) -> dict[str, Any]:
    """Return a tile as the published decoder reads it."""
    pressed, _edition = queries.tiles.tile(tile)
    return mapbox_vector_tile.decode(gzip.decompress(pressed) if pressed else b"")


def said(layers: Mapping[str, Any], layer: str, key: str) -> set[Any]:
    """Return what a layer's features say under a key."""
    return {one["properties"][key] for one in layers.get(layer, {"features": []})["features"]}


def standing(level: Level, tile: Tile, *, aside: float) -> set[str]:
    """Return the places whose stored shape touches the tile's box, asked of the database."""
    west, south, east, north = tile.box()
    box = shapely.box(west - aside, south - aside, east + aside, north + aside)
    rows = Region.objects.standing().filter(level=level, shape__isnull=False)
    return {
        path
        for path, shape in rows.values_list("path", "shape")
        if shapely.from_wkb(bytes(shape or b"")).intersects(box)
    }


# ------------------------------------------------------------------ what it holds


@pytest.mark.parametrize("zoom", [12, 13, 14, 16])
@pytest.mark.parametrize(
    ("level", "layer"), [(Level.GRID, "grids"), (Level.COMMUNITY, "communities")]
)
def test_holds_the_places_that_touch_its_box(zoom: int, level: Level, layer: str) -> None:
    tile = tile_at(*POINT, zoom)

    drawn = said(decoded(tile), layer, "path")

    buffer = 360 / 2**zoom * 64 / EXTENT
    assert standing(level, tile, aside=-buffer / 8) <= drawn
    assert drawn <= standing(level, tile, aside=buffer + NEAR)
    assert drawn


def test_holds_the_buildings_that_touch_its_box() -> None:
    tile = tile_at(*POINT, LAST_ZOOM)
    box = shapely.box(*tile.box())

    drawn = said(decoded(tile), "buildings", "id")

    rows = Building.objects.exclude(shape=None).values_list("id", "shape")
    wanted = {
        key.hex for key, shape in rows if shapely.from_wkb(bytes(shape or b"")).intersects(box)
    }
    assert wanted
    assert wanted <= drawn
    assert len(drawn) < 2 * len(wanted)


def test_draws_a_place_where_it_lies() -> None:
    tile = tile_at(*POINT, LAST_ZOOM)
    path = queries.locate_point(*POINT).path

    (grid,) = [
        one["geometry"]
        for one in decoded(tile)["grids"]["features"]
        if one["properties"]["path"] == path
    ]

    row = Region.objects.standing().get(path=path)
    west, south, east, north = tile.box()
    shape = shapely.from_wkb(bytes(row.shape or b""))
    seen = shapely.clip_by_rect(shape, west, south, east, north)
    size = (east - west) / EXTENT, (north - south) / EXTENT
    drawn = shapely.affinity.affine_transform(
        shapely.geometry.shape(grid), [size[0], 0, 0, size[1], west, south]
    )
    shown = shapely.clip_by_rect(drawn, west, south, east, north)
    assert shown.symmetric_difference(seen).area < seen.area / 500


def test_holds_no_building_of_a_zoom_where_it_would_be_a_dot() -> None:
    assert "buildings" not in decoded(tile_at(*POINT, 14))


def test_draws_as_a_point_what_has_no_outline() -> None:
    tile = tile_at(*POINT, LAST_ZOOM)
    west, south, east, north = tile.box()
    row = Building.objects.filter(lon__range=(west, east), lat__range=(south, north)).first()
    assert row is not None
    row.shape = None
    row.save(update_fields=["shape"])

    drawn = decoded(tile)

    assert said(drawn, "building_points", "id") == {row.id.hex}
    assert row.id.hex not in said(drawn, "buildings", "id")


def test_names_each_place_in_one_tile_alone() -> None:
    west, south, east, north = queries.bounds("34/01/04/001/")
    zoom = 14
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    tiles = [
        Tile(zoom, x, y)
        for x in range(first.x - 1, last.x + 2)
        for y in range(first.y - 1, last.y + 2)
    ]

    layers = [decoded(tile).get("grid_names", {"features": []}) for tile in tiles]

    named = [one["properties"]["path"] for layer in layers for one in layer["features"]]
    grids = Region.objects.standing().filter(level=Level.GRID, shape__isnull=False)
    assert sorted(named) == sorted(grids.values_list("path", flat=True))


def test_is_nothing_where_nothing_lies() -> None:
    assert queries.tiles.tile(Tile(12, 5, 5))[0] == b""


# ------------------------------------------------------------------ how it is kept


def test_is_made_anew_when_the_tree_is_redrawn(at: datetime) -> None:
    tile = tile_at(*POINT, 14)
    path = queries.locate_point(*POINT).path
    _before, edition = queries.tiles.tile(tile)
    Region.objects.filter(path=path).update(valid_to=at.date())
    Edition.objects.filter(name=queries.EDITION).update(mark=uuid7())
    queries.forget()

    drawn = decoded(tile)

    assert queries.tiles.edition() != edition
    assert path not in said(drawn, "grids", "path")
    assert [one.name for one in queries.tiles.folder().iterdir()] == [queries.tiles.edition()]


def test_is_read_and_not_made_the_second_time() -> None:
    tile = tile_at(*POINT, LAST_ZOOM)
    first, _edition = queries.tiles.tile(tile)
    Building.objects.update(shape=None)  # and no new edition: no verb does so

    assert queries.tiles.tile(tile)[0] == first


def test_what_is_kept_is_sent_without_reading_a_single_outline(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    made = queries.tiles.tile(tile_at(*POINT, 14))
    queries.tiles.forget()

    with django_assert_max_num_queries(2):
        assert queries.tiles.tile(tile_at(*POINT, 14)) == made


def test_is_sent_for_good_under_its_edition(client: Client) -> None:
    tile, edition = tile_at(*POINT, 14), queries.tiles.edition()
    address = f"/map/tiles/{edition}/14/{tile.x}/{tile.y}.mvt"

    answer = client.get(address, headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]
    assert "grids" in mapbox_vector_tile.decode(gzip.decompress(answer.content))
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_is_sent_plain_to_who_cannot_unpack(client: Client) -> None:
    tile = tile_at(*POINT, 14)

    answer = client.get(f"/map/tiles/{queries.tiles.edition()}/14/{tile.x}/{tile.y}.mvt")

    assert "grids" in mapbox_vector_tile.decode(answer.content)


def test_is_not_kept_for_good_under_another_edition(client: Client) -> None:
    tile = tile_at(*POINT, 14)

    answer = client.get(f"/map/tiles/older/14/{tile.x}/{tile.y}.mvt")

    assert answer.status_code == 200
    assert "immutable" not in answer["Cache-Control"]


@pytest.mark.parametrize(
    "numbers",
    [
        "99/0/0",
        "-1/0/0",
        "14/-3/2",
        "14/16384/2",
        "14/2/x",
        "7/1/1",
        "１４/2/2",
        f"14/{'9' * 400}/1",
    ],
)
def test_of_odd_numbers_is_a_problem_and_no_fault(numbers: str, client: Client) -> None:
    answer = client.get(f"/map/tiles/any/{numbers}.mvt")

    assert answer.status_code == 404
    assert answer.json()["field"] == "tile"


# ------------------------------------------------------------------ the encoder

coordinates = st.integers(-64, EXTENT + 64)
corners = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9, unique=True)
values = st.one_of(
    st.text(max_size=5), st.booleans(), st.integers(-(2**40), 2**40), st.floats(-9, 9)
)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(corners, st.dictionaries(st.text(max_size=4), values, max_size=4)), max_size=6
    )
)
def test_writes_what_the_published_decoder_reads(features: list[Any]) -> None:
    lines = [line for line, _ in features]
    whole = np.array([corner for line in lines for corner in line], dtype=np.int64).reshape(-1, 2)
    starts = np.cumsum([0, *map(len, lines)])
    rings = Rings(whole[:, 0], whole[:, 1], starts, np.arange(len(lines)))

    tile = encode([Layer("any", Shape.LINE, rings, [words for _, words in features])])

    read = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    found = read["any"]["features"] if features else []
    assert [one["properties"] for one in found] == [words for _, words in features]
    assert [[tuple(at) for at in one["geometry"]["coordinates"]] for one in found] == lines


def test_keeps_a_hole_and_winds_it_the_other_way() -> None:
    around = shapely.box(117.2, 31.8, 117.3, 31.9)
    ring = around.difference(shapely.box(117.24, 31.84, 117.26, 31.86))
    rows = Rows(("path",), [("a",)], [ring.wkb])
    tile = tile_at(117.25, 31.85, 10)
    rings, whose = outlines(rows, first=10, is_area=True).within(tile, is_area=True)

    read = mapbox_vector_tile.decode(encode([Layer("any", Shape.POLYGON, rings, [{"path": "a"}])]))

    assert whose == [0]
    assert len(read["any"]["features"][0]["geometry"]["coordinates"]) == 2


def test_keeps_the_holes_of_what_reaches_over_the_edge_of_a_tile() -> None:
    beside = shapely.box(117.6, 31.8, 117.7, 31.9)
    around = shapely.box(117.2, 31.8, 117.3, 31.9)
    ring = around.difference(shapely.box(117.27, 31.845, 117.28, 31.855))
    rows = Rows(("path",), [("a",), ("b",)], [beside.wkb, ring.wkb])
    drawn = outlines(rows, first=10, is_area=True)

    rings, whose = drawn.within(tile_at(117.275, 31.85, 12), is_area=True)

    assert whose == [1]
    assert np.bincount(rings.owner).tolist() == [2]


def test_reads_numbers_of_an_address() -> None:
    assert read_tile("14", "13521", "6640") == Tile(14, 13521, 6640)
    with pytest.raises(NoTile):
        read_tile("", "1", "1")

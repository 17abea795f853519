"""A border as text … is one polygon in degrees, or it is said what it is not (边界的文本)."""

import json
from typing import Any

import pytest
import shapely

from quanyu.regions.rules.borders import border_text, read_border
from quanyu.regions.rules.coordinates import to_baidu
from quanyu.regions.rules.grids import WrongGrid

SQUARE = shapely.box(117.2212, 31.8236, 117.2218, 31.8240)
PLAIN: dict[str, Any] = json.loads(shapely.to_geojson(SQUARE))
FEATURE = {"type": "Feature", "properties": {}, "geometry": PLAIN}


@pytest.mark.parametrize(
    "given",
    [
        PLAIN,
        FEATURE,
        {"type": "FeatureCollection", "features": [FEATURE]},
        {"type": "MultiPolygon", "coordinates": [PLAIN["coordinates"]]},
        {"type": "Polygon", "coordinates": [[[*spot, 12.5] for spot in PLAIN["coordinates"][0]]]},
    ],
    ids=["geometry", "feature", "collection of one", "multi of one", "with heights"],
)
def test_is_read_however_it_is_wrapped(given: dict[str, Any]) -> None:
    shape = read_border(json.dumps(given))

    assert shape.equals(SQUARE)
    assert not shape.has_z


def test_is_put_back_on_earth() -> None:
    there = shapely.transform(SQUARE, lambda spots: [to_baidu((x, y)) for x, y in spots])

    shape = read_border(border_text(there), system="bd09")

    assert shape.equals_exact(SQUARE, 1e-6)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", "shape"),
        ("[" * 100_000, "shape"),
        ("null", "shape"),
        ("[1, 2]", "shape"),
        ('{"type": "Point", "coordinates": [117, 31]}', "shape"),
        ('{"type": "Polygon", "coordinates": "x"}', "shape"),
        ('{"type": "Polygon", "coordinates": [[[117, 31], [118, 31]]]}', "shape"),
        ('{"type": "MultiPolygon", "coordinates": []}', "shape"),
        ('{"type": "FeatureCollection", "features": []}', "shape"),
        ('{"type": "FeatureCollection", "features": [{}, {}]}', "shape"),
        ('{"type": "FeatureCollection"}', "shape"),
        ('{"type": "Feature", "geometry": null}', "shape"),
        (" " * 1_000_001, "shape"),
    ],
)
def test_is_refused_when_it_is_none(text: str, field: str) -> None:
    with pytest.raises(WrongGrid) as no:
        read_border(text)

    assert no.value.field == field


def test_of_a_system_that_nobody_knows_is_refused() -> None:
    with pytest.raises(WrongGrid) as no:
        read_border(border_text(SQUARE), system="mars")

    assert no.value.field == "system"

"""A point of a Chinese map service … is put back where it lies (坐标转换)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.regions.rules.coordinates import from_baidu, on_earth, shifted, to_baidu, unshifted

PUBLISHED = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]
"""WGS-84 and GCJ-02 of Shanghai, Shenzhen and Beijing, as eviltransform's tests have them."""


@pytest.mark.parametrize(("lon", "lat", "east", "north"), PUBLISHED)
def test_by_the_published_vectors(lon: float, lat: float, east: float, north: float) -> None:
    assert shifted((lon, lat)) == pytest.approx((east, north), abs=1e-6)
    assert on_earth(east, north, system="gcj02") == pytest.approx((lon, lat), abs=1e-6)


METRE = 1 / 111_320
"""Of latitude, in degrees; of longitude it is more."""

HEFEI = (117.230, 31.820)
COMPUTED = {"gcj02": (117.2354809, 31.8179988), "bd09": (117.2419037, 31.8243449)}
"""Where the two put a point of Hefei [computed by these formulas]: a change of them shows."""


@pytest.mark.parametrize("system", COMPUTED)
def test_by_the_computed_vector_of_hefei(system: str) -> None:
    assert on_earth(*COMPUTED[system], system=system) == pytest.approx(HEFEI, abs=METRE / 10)


@given(st.floats(74, 135), st.floats(4, 53))
def test_of_baidu_there_and_back_again_within_a_metre(lon: float, lat: float) -> None:
    there = to_baidu((lon, lat))

    assert on_earth(*there, system="bd09") == pytest.approx((lon, lat), abs=METRE)


@given(st.floats(74, 135), st.floats(4, 53))
def test_there_and_back_again(lon: float, lat: float) -> None:
    assert unshifted(shifted((lon, lat))) == pytest.approx((lon, lat), abs=1e-7)


def test_abroad_stays_where_it_is() -> None:
    assert on_earth(-0.1276, 51.5072, system="gcj02") == (-0.1276, 51.5072)


def test_of_baidu_by_the_published_vector() -> None:
    # As coordtransform's own page has it: BD-09 to GCJ-02.
    there = unshifted((116.39762729119315, 39.90865673957631))

    assert from_baidu((116.404, 39.915)) == pytest.approx(there, abs=1e-6)

"""A row of a file … is read as the API reads an order, or refused by its column (读行)."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.gateway.actions.taking import _said
from quanyu.gateway.queries.values import said_number
from quanyu.gateway.rules import WrongOrder, check_order

AT = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
TEXTS = st.none() | st.text(max_size=12)
DEGREES = TEXTS | st.floats().map(str)


@given(st.fixed_dictionaries({"lon": DEGREES, "lat": DEGREES, "name": TEXTS, "phone": TEXTS}))
def test_whatever_stands_in_its_cells(cells: dict[str, Any]) -> None:
    row = {"source": "hotline", "number": "HF-1", "contents": "路灯不亮", **cells}
    said, refused = None, ""
    try:
        said = _said(row)
        check_order(said, at=AT)
    except WrongOrder as no:
        refused = no.field

    assert refused in {"", "lon", "lat"}
    assert refused or said is not None
    assert refused or said is None or said.lon is None or -180 <= said.lon <= 180


@given(st.floats(-180, 180))
def test_a_coordinate_comes_back_as_it_went_out(lon: float) -> None:
    assert float(said_number(lon)) == pytest.approx(lon, abs=1e-7)

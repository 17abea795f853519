"""Who brings the tables; Hefei and its demo street stand in the template database (导入人)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.tables.judging import Judge
from quanyu.regions.models import Building, Region
from quanyu.regions.tables import BUILDINGS

EMPTY = "34/01/04/002/001/"
"""A community in which no grid stands."""

WEST, SOUTH = 117.20, 31.80
HEAD = ("code", "name", "number", "community", "lon", "lat", "crs", "households")


@pytest.fixture
def importer() -> Actor:
    return system("34/01/", job="import")


@pytest.fixture
def imported(db: Any, tmp_path: Path, importer: Actor, at: datetime) -> list[Building]:
    """Twenty-four buildings in a community without grids, brought in by a file."""
    set_scope(system("34/01/", job="tests"))
    ground = shapely.box(WEST, SOUTH, WEST + 0.006, SOUTH + 0.004)
    Region.objects.standing().filter(path=EMPTY).update(shape=shapely.to_wkb(ground))
    spots = [
        (WEST + 0.0005 + n * 0.001, SOUTH + 0.0005 + m * 0.001) for n in range(6) for m in range(4)
    ]
    code = EMPTY.replace("/", "")
    rows = [
        (f"{code}B{n:03}", f"荷叶里{n + 1}号", f"{n + 1}幢", code, lon, lat, "wgs84", 20)
        for n, (lon, lat) in enumerate(spots)
    ]
    file = tmp_path / "rows"
    cells = [[str(cell) for cell in row] for row in (HEAD, *rows)]
    file.write_text("\n".join(json.dumps([n, row]) for n, row in enumerate(cells, start=1)))
    judge = Judge(BUILDINGS, file, actor=importer, at=at, writes=True, tell=lambda _count: True)
    assert judge.judge().faults == []
    return list(Building.objects.within(EMPTY))

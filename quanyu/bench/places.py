"""How long a city's dwellings take to come in: a file of millions, as `import places` reads it.

The file and the buildings are made before the clock starts; reading, checking and writing are
measured as a person meets them: wall time, and the CPU of the command and of the database.
"""

import csv
import io
import json
import resource
import sys
import tempfile
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from quanyu.bench import ground

ROWS = 2_500_000
LIMIT = 600.0
HOMES = 42
"""Dwellings in a building: three staircases, seven floors, two doors."""

GRID = "34/01/04/001/001/g001/"
FOUND = """
INSERT INTO regions_building
  (id, code, region_path, name, number, estate, address, lon, lat, households, is_sample)
SELECT gen_random_uuid(), 'B' || nth, %(grid)s, 'bench ' || nth, nth::text, '', 'bench ' || nth,
       117.22, 31.82, %(homes)s, true
  FROM generate_series(1, %(count)s) AS nth
"""


def run(*, rows: int = ROWS) -> dict[str, object]:
    """Measure, print one JSON object on stdout, and return it."""
    with ground.opened() as city, tempfile.TemporaryDirectory(prefix="quanyu-bench-") as folder:
        file = Path(folder) / "dwellings.csv"
        ground.tell(f"making {rows:,} dwellings")
        _make(file, rows)
        _found(-(-rows // HOMES))
        ground.tell("bringing them in")
        before, began = _cpu(city.postmaster), time.monotonic()
        told = _bring(file)
        wall, cpu = time.monotonic() - began, _cpu(city.postmaster) - before
    result: dict[str, object] = {
        "bench": "places",
        "rows": told["rows"],
        "new": told["new"],
        "faults": len(told["first_faults"]),
        "rows_per_s": round(rows / wall),
        "cpu_s": round(cpu, 1),
        "cpu_s_command": told["cpu_seconds"],
        "wall_s": round(wall, 1),
        "limit_s": LIMIT,
        "most_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(f"{json.dumps(result)}\n")
    return result


def _make(file: Path, rows: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["building", "unit", "floor", "room"])
        for number in range(rows):
            building, home = divmod(number, HOMES)
            unit, door = divmod(home, 14)
            floor, side = divmod(door, 2)
            writer.writerow(
                (
                    f"B{building + 1}",
                    f"{unit + 1}单元",
                    f"{floor + 1}层",
                    f"{floor + 1}{side + 1:02}",
                )
            )


def _found(count: int) -> None:
    connections = import_module("django.db").connections
    with connections["owner"].cursor() as cursor:
        cursor.execute(FOUND, {"grid": GRID, "homes": HOMES, "count": count})
        cursor.execute("ANALYZE regions_building")


def _bring(file: Path) -> dict[str, Any]:
    places = import_module("quanyu.project.places")
    said = io.StringIO()
    with redirect_stdout(said):
        places.play(places.Asked(file, is_written=True), at=datetime.now(UTC))
    told: dict[str, Any] = json.loads(said.getvalue())
    return told


def _cpu(postmaster: psutil.Process) -> float:
    """Return the CPU seconds of this process and of the whole database, ended backends too."""
    whole = sum(psutil.Process().cpu_times()[:2])
    for one in (postmaster, *postmaster.children(recursive=True)):
        whole += sum(one.cpu_times()[:2])
    return float(whole + sum(postmaster.cpu_times()[2:4]))

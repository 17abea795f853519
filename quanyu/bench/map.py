"""How long a tile of the map takes, made and kept, and how much a first view weighs (地图).

A city of 5,800 grids and 60,000 buildings in a database of its own. A view is what a window of
1440 by 900 asks for; the path goes from the whole settlement down to single buildings. Times are
of the whole way through the application, wall and CPU; the memory is that of a running server.
"""

import gzip
import json
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from quanyu.bench import ground
from quanyu.bench.ground import Server, tell
from quanyu.regions.rules.tiles import FIRST_ZOOM, LAST_ZOOM, Tile, tile_at

MOST_KB, MOST_MADE_MS, MOST_KEPT_MS, MOST_MB = 400.0, 30.0, 2.0, 150.0
WINDOW = (1440, 900)
SIDE = 512
ROUNDS = 3


@dataclass(frozen=True)
class Asked:
    """One answer of the application: wall and CPU milliseconds, and its size as sent."""

    tile: Tile
    wall: float
    cpu: float
    size: int


def run(*, rounds: int = ROUNDS) -> list[dict[str, object]]:
    """Make the city, walk the tiles, print one JSON object a line, and return them."""
    with ground.opened() as city:
        quarters = import_module("quanyu.bench.quarters")
        tell("entering a settlement of 5,800 grids and 60,000 buildings")
        made = quarters.fill()
        results = [_measured(quarters.AREA, made, rounds)]
        with city.server() as server:
            results.append(_memory(server, quarters.AREA))
    for result in results:
        sys.stdout.write(f"{json.dumps(result)}\n")
    return results


def _measured(area: str, made: dict[str, int], rounds: int) -> dict[str, object]:
    walker = Walker()
    box = walker.queries.bounds(area)
    first, path = view(box), list(_path(box))
    walker.warm()
    began = time.perf_counter()
    walker.queries.forget()
    walker.queries.tiles.sheet()
    read = time.perf_counter() - began
    uncached = walker.walk([*first, *path], is_kept=False, rounds=rounds)
    cached = walker.walk([*first, *path], is_kept=True, rounds=rounds)
    sizes = {one.tile: one.size for one in cached}
    first_kb = sum(sizes[tile] for tile in set(first)) / 1000
    return {
        "bench": "map",
        **made,
        "tiles": len(sizes),
        "outlines_ms": round(read * 1000, 1),
        "first_view_zoom": first[0].z,
        "first_view_tiles": len(first),
        "first_view_kb": round(first_kb, 1),
        "first_view_ratio": round(first_kb / MOST_KB, 3),
        "largest_tile_kb": round(max(sizes.values()) / 1000, 1),
        **_told("uncached", uncached, MOST_MADE_MS),
        **_told("cached", cached, MOST_KEPT_MS),
        "slowest_by_zoom_ms": {
            zoom: max(round(one.wall, 1) for one in uncached if one.tile.z == zoom)
            for zoom in sorted({one.tile.z for one in uncached})
        },
    }


def _told(name: str, asked: Sequence[Asked], most: float) -> dict[str, object]:
    walls, cpus = [one.wall for one in asked], [one.cpu for one in asked]
    return {
        f"{name}_median_ms": round(statistics.median(walls), 2),
        f"{name}_max_ms": round(max(walls), 2),
        f"{name}_cpu_median_ms": round(statistics.median(cpus), 2),
        f"{name}_cpu_max_ms": round(max(cpus), 2),
        f"{name}_most_ms": most,
        f"{name}_ratio": round(max(walls) / most, 2),
    }


def _memory(server: Server, area: str) -> dict[str, object]:
    """Walk the same path through a running server; say how large its workers are."""
    queries = import_module("quanyu.regions.queries")
    box = queries.bounds(area)
    edition = queries.tiles.edition()
    at_first = _largest(server)
    queries.tiles.clear()
    for tile in [*view(box), *_path(box)]:
        _fetch(f"http://127.0.0.1:{server.port}{address(edition, tile)}")
    largest = _largest(server)
    return {
        "bench": "map_memory",
        "worker_mb_at_first": at_first,
        "worker_mb": largest,
        "most_mb": MOST_MB,
        "ratio": round(largest / MOST_MB, 2),
    }


def _largest(server: Server) -> float:
    return round(max(one.memory_info().rss for one in server.workers()) / 2**20, 1)


def _fetch(url: str) -> None:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
        answer.read()


# ------------------------------------------------------------------ what a window asks for


def view(box: Sequence[float]) -> list[Tile]:
    """Return the tiles of a window into which a box just fits, as the map library chooses them."""
    west, south, east, north = box
    for zoom in range(LAST_ZOOM, FIRST_ZOOM, -1):
        low, high = _spot(west, north, zoom), _spot(east, south, zoom)
        if high[0] - low[0] <= WINDOW[0] / SIDE and high[1] - low[1] <= WINDOW[1] / SIDE:
            return window((west + east) / 2, (south + north) / 2, zoom)
    return window((west + east) / 2, (south + north) / 2, FIRST_ZOOM)


def window(lon: float, lat: float, zoom: int) -> list[Tile]:
    """Return the tiles of a window around a point."""
    x, y = _spot(lon, lat, zoom)
    wide, high = WINDOW[0] / SIDE / 2, WINDOW[1] / SIDE / 2
    return [
        Tile(zoom, column, row)
        for column in range(int(x - wide), int(x + wide) + 1)
        for row in range(int(y - high), int(y + high) + 1)
    ]


def _spot(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    fine = tile_at(lon, lat, zoom + 16)
    return fine.x / 2**16, fine.y / 2**16


def _path(box: Sequence[float]) -> Iterator[Tile]:
    """Go down into the middle of the first quarter, a window at each zoom."""
    west, south, east, north = box
    lon, lat = west + (east - west) / 3, south + (north - south) / 3
    for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1):
        yield from window(lon, lat, zoom)


def address(edition: str, tile: Tile) -> str:
    """Return the address of a tile."""
    return f"/map/tiles/{edition}/{tile.z}/{tile.x}/{tile.y}.mvt"


class Walker:
    """Asks the application in this process, through everything that a request goes through."""

    def __init__(self) -> None:
        self.queries: Any = import_module("quanyu.regions.queries")
        self._client: Any = import_module("django.test").Client(
            headers={"Accept-Encoding": "gzip"}, raise_request_exception=True
        )

    def warm(self) -> None:
        """Load what the first request of a process loads."""
        self._ask(Tile(LAST_ZOOM, 0, 0), self.queries.tiles.edition())

    def walk(self, tiles: Sequence[Tile], *, is_kept: bool, rounds: int) -> list[Asked]:
        """Ask for each tile a few times; return the best of each, as noise only adds."""
        edition = self.queries.tiles.edition()
        found = []
        for tile in dict.fromkeys(tiles):
            tries = []
            for _ in range(rounds):
                if not is_kept:
                    self.queries.tiles.clear()
                tries.append(self._ask(tile, edition))
            found.append(min(tries, key=lambda one: one.wall))
        return found

    def _ask(self, tile: Tile, edition: str) -> Asked:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = self._client.get(address(edition, tile))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if answer.status_code not in {200, 204}:
            raise AssertionError(answer.status_code)
        if answer.content:
            gzip.decompress(answer.content)
        return Asked(tile, wall * 1000, cpu * 1000, len(answer.content))

"""Bring the demo's database and city up to date; prints the sign-ins as JSON.

A process of its own, so that the one that watches over the demo stays small.
"""

import importlib
import importlib.util
import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any

import django
from django.conf import settings
from django.utils import timezone

from quanyu.kernel.operations.faults import choose

CITY = "quanyu.demo.city"
GROWING = "quanyu.demo.scale.growing"


def main() -> None:
    """Migrate, then build the city or find it built."""
    django.setup()
    _timed(choose("数据表与行级安全", "tables and row security"), _migrate)
    signs = _timed(choose("示例城市", "demo city"), _city)
    if os.environ.get("QUANYU_DEMO_SCALE") == "city":
        _timed(choose("全市规模", "city scale"), _grow)
    json.dump(signs, sys.stdout)


def _migrate() -> None:
    importlib.import_module("quanyu.kernel.operations.migrate").run(alias="owner")


def _city() -> list[dict[str, Any]]:
    if importlib.util.find_spec(CITY) is None:
        return []
    city = importlib.import_module(CITY)
    # A small city is enough for a test that kills it.
    scale = "small" if os.environ.get("QUANYU_DEMO_SCALE") == "small" else "demo"
    built = city.build(home=settings.QUANYU_HOME, at=timezone.now(), scale=scale)
    return [asdict(sign) for sign in built]


def _grow() -> None:
    """Let the city grow to its full size, and print what it came to."""
    growing = importlib.import_module(GROWING)
    seed = int(os.environ.get("QUANYU_DEMO_SEED") or growing.SEED)
    figures = growing.grow(home=settings.QUANYU_HOME, at=timezone.now(), seed=seed)
    print(f"          {growing.told(figures)}", file=sys.stderr, flush=True)  # noqa: T201 - for a person


def _timed(words: str, act: Any) -> Any:
    began = time.monotonic()
    done = act()
    print(f"{time.monotonic() - began:6.1f} s  {words}", file=sys.stderr, flush=True)  # noqa: T201 - for a person
    return done


if __name__ == "__main__":
    main()

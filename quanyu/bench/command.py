"""`./run bench NAME`: one JSON object a line on stdout, all else on stderr."""

import argparse
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import django

from quanyu.kernel.operations import supervisor
from quanyu.kernel.operations.faults import Fault, choose

BENCHES = {
    "grids": ("seed", "processes", "exact"),
    "intake": ("rounds", "requests"),
    "list": ("rows", "rounds", "keep"),
    "locate": ("rounds",),
    "map": ("rounds",),
    "memory": ("requests",),
    "organisations": ("rows", "rounds"),
    "places": ("rows",),
    "plans": ("rounds",),
    "posts": ("rows",),
    "registers": ("rounds", "keep"),
    "tables": ("rows",),
    "twins": ("rows",),
}
"""Each bench is a module of this package; here is what may be given to it."""

UNAIDED = {"grids", "locate", "twins"}
"""They need no database, only what the application is made of."""

UNITS = 56
"""`--exact` alone: communities of so many buildings at most."""

STOPPED = 130


def run(words: Sequence[str]) -> int:
    """Run the named bench.

    :raises Fault: if there is none of that name
    """
    name = words[0] if words else ""
    if name not in BENCHES:
        known = ", ".join(BENCHES)
        raise Fault("usage", detail=choose(f"性能测试有 {known}", f"the benches are {known}"))
    options = argparse.ArgumentParser(prog=f"quanyu bench {name}")
    for number in BENCHES[name]:
        kind = KINDS.get((name, number), _positive)
        alone: dict[str, Any] = {"nargs": "?", "const": UNITS} if number == "exact" else {}
        options.add_argument(f"--{number}", type=kind, default=argparse.SUPPRESS, **alone)
    given = vars(options.parse_args(words[1:]))
    if name in UNAIDED:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanyu.project.settings")
        django.setup()
    try:
        with supervisor.stoppable():
            import_module(f"quanyu.bench.{name}").run(**given)
    except supervisor.Stop:
        return STOPPED
    return 0


def _several(words: str) -> list[int]:
    return [_positive(word) for word in words.split(",")]


def _positive(word: str) -> int:
    if not word.isascii() or not word.isdigit() or not int(word):
        raise argparse.ArgumentTypeError(
            choose(f"应为大于 0 的整数，而不是“{word}”", f"no whole number above 0: {word!r}")
        )
    return int(word)


KINDS: dict[tuple[str, str], Callable[[str], object]] = {
    ("list", "rows"): _several,
    ("list", "keep"): Path,
    ("registers", "keep"): Path,
}
"""What is not one positive number."""

"""How many grids and households each community of a made city gets, out of the seed (人口分布)."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from quanyu.demo.scale.layout import Lot
from quanyu.demo.scale.settlement import Chance
from quanyu.regions.engine.terms import Floats, Ints

LEAST = 2
"""Grids of a community."""

THINNING = 9_000.0
"""Metres from the middle at which a third as many live on the same ground."""

UNEVEN = 0.22
"""How much communities differ besides."""

OFF = 0.25
"""Of a grid: so far the households of a community may lie off the target of its grids."""


def counted(
    lots: Mapping[str, Lot], *, grids: int, target: int, seed: int
) -> dict[str, tuple[int, int]]:
    """Return grids and households of every community; the grids come to the number wanted."""
    chance = np.random.default_rng([seed, 1])
    several = apportioned(_people(list(lots.values()), chance), grids)
    off = np.rint(chance.uniform(-OFF, OFF, len(lots)) * target).astype(np.int64)
    households = several * target + off
    return {
        code: (int(many), int(homes))
        for code, many, homes in zip(lots, several, households, strict=True)
    }


def _people(lots: Sequence[Lot], chance: Chance) -> Floats:
    usual = np.array([lot.m2 * math.exp(-lot.away / THINNING) for lot in lots])
    return np.asarray(usual * chance.lognormal(0.0, UNEVEN, len(lots)))


def apportioned(people: Floats, grids: int) -> Ints:
    """Share grids out by people, to the last one: at least so many to each (最大余数法)."""
    share = people / people.sum() * (grids - LEAST * len(people))
    found: Ints = np.floor(share).astype(np.int64)
    largest = np.argsort(found - share, kind="stable")[: grids - LEAST * len(people) - found.sum()]
    found[largest] += 1
    return found + LEAST

"""How many of some reports at one place say again what one of the others said (重复反映)."""

from collections.abc import Sequence

import numpy as np

from quanyu.events.engine.twins import Reports, pairs

Told = tuple[str, float, float | None, float | None]
"""Words, seconds, longitude, latitude."""


def repeats(told: Sequence[Told]) -> int:
    """Return how many reports are likely twins of an earlier one; each counts once."""
    nowhere = (np.nan, np.nan)
    points = [nowhere if lon is None or lat is None else (lon, lat) for _t, _s, lon, lat in told]
    reports = Reports(
        [one[0] for one in told],
        np.zeros(len(told), np.int64),
        np.array([one[1] for one in told], np.float64),
        np.array(points, np.float64).reshape(-1, 2),
    )
    return len({*pairs(reports).second.tolist()})

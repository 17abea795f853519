"""How alike two reports are in words, how far apart in place and time (疑似重复)."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ALIKE = 0.35
"""From this likeness on two texts are shown as perhaps the same."""

WITHIN = timedelta(days=30)
"""So far apart in time two reports may still be of one thing."""

METRES = 300.0
"""So far apart in place, where both have a point."""

METRES_A_DEGREE = 111_320.0
SIZES = (2, 3)
"""Two and three signs at a time: in Chinese, about a word."""

NOISE = re.compile(r"[\W_]+")

Vector = Mapping[str, float]


def plain(text: str) -> str:
    """Return what of a text is compared: its letters, signs and digits, in one width and case."""
    return NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def grams(text: str) -> Counter[str]:
    """Return how often each run of two or three signs stands in a plain text."""
    return Counter(
        text[start : start + size] for size in SIZES for start in range(len(text) - size + 1)
    )


def alike(text: str, others: Sequence[str]) -> list[float]:
    """Return how alike a text is to each of the others, from 0 to 1.

    The cosine of the runs of two and three signs, those weighing little that stand in many of
    these texts. It is the measure by which the worker compares all matters of a street, here
    with weights from the few texts at hand.
    """
    counted = [grams(plain(one)) for one in (text, *others)]
    known = Counter(gram for one in counted for gram in one)
    vectors = [_weighed(one, known, len(counted)) for one in counted]
    first = vectors[0]
    return [_product(first, other) for other in vectors[1:]]


def _weighed(counted: Counter[str], known: Counter[str], texts: int) -> Vector:
    raw = {
        gram: count * (math.log((1 + texts) / (1 + known[gram])) + 1)
        for gram, count in counted.items()
    }
    length = math.sqrt(sum(weight * weight for weight in raw.values()))
    return {gram: weight / length for gram, weight in raw.items()}


def _product(one: Vector, other: Vector) -> float:
    return min(1.0, sum(weight * other.get(gram, 0.0) for gram, weight in one.items()))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when something was reported; a point only if there was one."""

    path: str
    at: datetime
    lon: float | None = None
    lat: float | None = None


def metres(one: Spot, other: Spot) -> int | None:
    """Return how far apart two spots lie; None where one has no point."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    east = (other.lon - one.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return round(math.hypot(east, other.lat - one.lat) * METRES_A_DEGREE)


def days(one: Spot, other: Spot) -> int:
    """Return how many whole days lie between two reports."""
    return abs(one.at - other.at).days

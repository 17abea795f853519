"""All likely twins among many matters: first blocked by street and weeks, then compared (查重).

Comparing each with each would be five thousand million pairs of a hundred thousand; those of one
street and thirty days, and those just across a street's border, are a few million. Arrays in,
arrays out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from quanyu.events.rules.likeness import ALIKE, METRES, METRES_A_DEGREE, SIZES, WITHIN, plain

DAY = 86_400.0
CHUNK = 256
"""Rows compared at once: the products of a chunk are kept in memory, of the whole never."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reports:
    """Many reports, column by column; a point is NaN where there was none."""

    texts: Sequence[str]
    streets: Ints
    """A number for each street."""
    seconds: Floats
    """When it was reported."""
    points: Floats
    """Longitude and latitude."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Likely twins: which two, the earlier first, and how alike their words are."""

    first: Ints
    second: Ints
    likeness: Floats

    def __len__(self) -> int:
        return len(self.first)


def pairs(reports: Reports, *, alike: float = ALIKE) -> Pairs:
    """Return every two reports of one street, or near by, within the days, that are alike."""
    if len(reports.texts) < 2:
        return _joined([])
    order = np.lexsort((reports.seconds, reports.streets))
    vectors = _vectors([reports.texts[n] for n in order])
    kept = Reports((), reports.streets[order], reports.seconds[order], reports.points[order])
    found = _joined([*_within(kept, vectors, alike), *_across(kept, vectors, alike)])
    return _turned(found, order, reports.seconds)


def _vectors(texts: Sequence[str]) -> csr_matrix:
    made = TfidfVectorizer(analyzer="char", ngram_range=SIZES, preprocessor=plain, dtype=np.float32)
    try:
        return made.fit_transform(texts)
    except ValueError:  # not one run of two signs in all the texts
        return csr_matrix((len(texts), 1), dtype=np.float32)


def _within(reports: Reports, vectors: csr_matrix, alike: float) -> Iterator[Pairs]:
    """Compare the reports of each street with those of the days after, some hundreds at once."""
    starts = np.flatnonzero(np.diff(reports.streets, prepend=-1))
    ends = np.append(starts[1:], len(reports.streets))
    for start, end in zip(starts, ends, strict=True):
        for low in range(start, end, CHUNK):
            high = min(low + CHUNK, end)
            last = reports.seconds[high - 1] + WITHIN.total_seconds()
            until = start + int(np.searchsorted(reports.seconds[start:end], last, side="right"))
            yield _compared(reports, vectors, np.arange(low, high), np.arange(low, until), alike)


def _compared(
    reports: Reports, vectors: csr_matrix, rows: Ints, columns: Ints, alike: float
) -> Pairs:
    product = (vectors[rows] @ vectors[columns].T).tocoo()
    strong = product.data >= alike
    first, second = rows[product.row[strong]], columns[product.col[strong]]
    likeness = product.data[strong].astype(np.float64)
    keep = (first < second) & _near_enough(reports, first, second)
    return Pairs(first[keep], second[keep], likeness[keep])


def _near_enough(reports: Reports, first: Ints, second: Ints) -> NDArray[np.bool_]:
    """Answer which pairs lie within the days and, where both have a point, within the metres."""
    apart = np.abs(reports.seconds[first] - reports.seconds[second])
    one, other = reports.points[first], reports.points[second]
    shrink = np.cos(np.radians((one[:, 1] + other[:, 1]) / 2))
    east, north = (other[:, 0] - one[:, 0]) * shrink, other[:, 1] - one[:, 1]
    away = np.hypot(east, north) * METRES_A_DEGREE
    near: NDArray[np.bool_] = (apart <= WITHIN.total_seconds()) & ~(away > METRES)
    return near


def _across(reports: Reports, vectors: csr_matrix, alike: float) -> Iterator[Pairs]:
    """Compare reports of two streets that lie within the metres of each other."""
    placed = np.flatnonzero(~np.isnan(reports.points).any(axis=1))
    for rows, columns in _neighbours(reports, placed):
        likeness = np.asarray(vectors[rows].multiply(vectors[columns]).sum(axis=1)).ravel()
        keep = (likeness >= alike) & _near_enough(reports, rows, columns)
        yield Pairs(rows[keep], columns[keep], likeness[keep].astype(np.float64))


def _neighbours(reports: Reports, placed: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Give candidate pairs across streets: of one cell of the lattice or of two that touch."""
    if not len(placed):
        return
    cells = _cells(reports, placed)
    keys = cells[:, 0] * _STRIDE + cells[:, 1]
    order = np.argsort(keys, kind="stable")
    keys, placed = keys[order], placed[order]
    for shift in _HALF:
        low = np.searchsorted(keys, keys + shift, side="left")
        high = np.searchsorted(keys, keys + shift, side="right")
        counts = high - low
        rows = np.repeat(np.arange(len(keys)), counts)
        columns = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        columns += np.repeat(low, counts)
        yield from _of_two_streets(reports, placed[rows], placed[columns], is_same=shift == 0)


_STRIDE = 1 << 20
_HALF = (0, 1, _STRIDE - 1, _STRIDE, _STRIDE + 1)
"""A cell itself and half of those around it: the other half is found from the other side."""


def _cells(reports: Reports, placed: Ints) -> Ints:
    points = reports.points[placed]
    shrink = np.cos(np.radians(points[:, 1].mean()))
    # Streets far north of the middle are narrower than reckoned: a tenth more is on the safe side.
    size = 1.1 * METRES / METRES_A_DEGREE
    east = np.floor(points[:, 0] * shrink / size).astype(np.int64)
    north = np.floor(points[:, 1] / size).astype(np.int64)
    return np.stack([east, north], axis=1)


def _of_two_streets(
    reports: Reports, rows: Ints, columns: Ints, *, is_same: bool
) -> Iterator[tuple[Ints, Ints]]:
    other = reports.streets[rows] != reports.streets[columns]
    near = np.abs(reports.seconds[rows] - reports.seconds[columns]) <= WITHIN.total_seconds()
    keep = other & near & ((rows < columns) if is_same else True)
    rows, columns = rows[keep], columns[keep]
    for start in range(0, len(rows), 50_000):
        yield rows[start : start + 50_000], columns[start : start + 50_000]


def _joined(found: Sequence[Pairs]) -> Pairs:
    if not found:
        empty = np.zeros(0, np.int64)
        return Pairs(empty, empty, np.zeros(0))
    return Pairs(
        np.concatenate([one.first for one in found]),
        np.concatenate([one.second for one in found]),
        np.concatenate([one.likeness for one in found]),
    )


def _turned(found: Pairs, order: Ints, seconds: Floats) -> Pairs:
    """Return the pairs by the numbers they came with, the earlier report first, in order."""
    first, second = order[found.first], order[found.second]
    swap = (seconds[first] > seconds[second]) | (
        (seconds[first] == seconds[second]) & (first > second)
    )
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    way = np.lexsort((second, first))
    return Pairs(first[way], second[way], found.likeness[way])

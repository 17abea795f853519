"""The twins among many reports … are those that comparing each with each would find (查重)."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.events.engine import twins
from quanyu.events.engine.twins import DAY, Reports, pairs
from quanyu.events.rules.likeness import ALIKE, METRES, METRES_A_DEGREE, WITHIN, alike

SAID = (
    "路口的路灯不亮了",
    "路灯又不亮，路口很黑",
    "井盖破了一半",
    "垃圾堆了三天没人清",
    "没人清垃圾，堆了三天",
)
REPORT = st.tuples(
    st.sampled_from(SAID),
    st.integers(0, 3),
    st.floats(0, 60 * DAY),
    st.one_of(
        st.none(),
        st.tuples(st.floats(117.2, 117.21), st.floats(31.8, 31.81)),
    ),
)
Told = list[tuple[str, int, float, tuple[float, float] | None]]


def columns(told: Told) -> Reports:
    return Reports(
        [one[0] for one in told],
        np.array([one[1] for one in told]),
        np.array([one[2] for one in told]),
        np.array([one[3] or (np.nan, np.nan) for one in told]),
    )


def away(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float:
    if one is None or other is None:
        return np.nan
    shrink = np.cos(np.radians((one[1] + other[1]) / 2))
    return float(np.hypot((other[0] - one[0]) * shrink, other[1] - one[1]) * METRES_A_DEGREE)


def each_with_each(told: Told) -> set[frozenset[int]]:
    """Return the twins as the definition says them, without any block."""
    texts = [one[0] for one in told]
    found = set()
    for n, (_text, street, seconds, point) in enumerate(told):
        shares = alike(texts[n], texts[:n] + texts[n + 1 :])
        shares.insert(n, 0.0)
        for m in range(n):
            metres = away(point, told[m][3])
            near = street == told[m][1] or metres <= METRES
            in_time = abs(seconds - told[m][2]) <= WITHIN.total_seconds()
            if near and in_time and not metres > METRES and shares[m] >= ALIKE:
                found.add(frozenset((n, m)))
    return found


@settings(max_examples=60)
@given(st.lists(REPORT, max_size=25))
def test_are_those_of_the_definition(told: Told) -> None:
    found = pairs(columns(told))

    assert {frozenset(pair) for pair in zip(found.first, found.second, strict=True)} == (
        each_with_each(told)
    )


@given(st.lists(REPORT, max_size=25))
def test_come_with_the_earlier_report_first_and_once(told: Told) -> None:
    found = pairs(columns(told))
    seconds = np.array([one[2] for one in told])

    assert (seconds[found.first] <= seconds[found.second]).all()
    assert len({*zip(found.first, found.second, strict=True)}) == len(found)


def test_are_the_same_however_many_are_compared_at_once() -> None:
    told: Told = [(SAID[n % 5], n % 2, n * DAY / 7, None) for n in range(60)]
    whole = pairs(columns(told))
    usual, twins.CHUNK = twins.CHUNK, 7
    try:
        parted = pairs(columns(told))
    finally:
        twins.CHUNK = usual

    assert (whole.first == parted.first).all()
    assert (whole.second == parted.second).all()


def test_are_found_across_the_border_of_a_street() -> None:
    told: Told = [
        (SAID[0], 1, 0.0, (117.2, 31.8)),
        (SAID[0], 2, DAY, (117.2, 31.802)),
        (SAID[0], 3, DAY, (117.2, 31.81)),
    ]

    assert each_with_each(told) == {frozenset((0, 1))}
    assert len(pairs(columns(told))) == 1


def test_are_none_where_no_two_signs_stand_together() -> None:
    assert len(pairs(columns([("a", 1, 0.0, None), ("b", 1, 0.0, None)]))) == 0

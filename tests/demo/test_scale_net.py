"""How the counts of the organisation net fall on the places of a made city (组织网)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.demo.scale import article
from quanyu.demo.scale.sharing import shared


@given(
    number=st.integers(0, 30_000),
    weights=st.lists(st.floats(0.1, 1000), min_size=1, max_size=60),
)
@settings(max_examples=50, deadline=None)
def test_a_number_is_shared_out_to_the_last_one(number: int, weights: list[float]) -> None:
    found = shared(number, weights)

    assert sum(found) == number
    whole = sum(weights)
    assert all(
        abs(one - number * weight / whole) < 1 for one, weight in zip(found, weights, strict=True)
    )


@given(
    rooms=st.lists(st.tuples(st.integers(0, 9), st.floats(0.1, 100)), min_size=1, max_size=40),
    filled=st.floats(0, 1),
)
@settings(max_examples=50, deadline=None)
def test_no_place_gets_more_than_it_has_room_for(
    rooms: list[tuple[int, float]], filled: float
) -> None:
    most, weights = [room for room, _ in rooms], [weight for _, weight in rooms]
    number = int(sum(most) * filled)

    found = shared(number, weights, most=most)

    assert sum(found) == number
    assert all(one <= room for one, room in zip(found, most, strict=True))


def test_more_than_there_is_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="no room for 1 of 3"):
        shared(3, [1.0, 2.0], most=[1, 1])


@given(sizes=st.lists(st.integers(2, 16), min_size=5, max_size=40), seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_what_falls_on_places_comes_to_the_whole(sizes: list[int], seed: int) -> None:
    grids = [[f"s/{n}/c/{k}/" for k in range(size)] for n, size in enumerate(sizes)]
    on = {f"s/{n}/": {f"s/{n}/c/": one} for n, one in enumerate(grids)}
    houses = {f"s/{n}/c/": 99 for n in range(len(sizes))}
    counts = article.counts().scaled(sum(sizes))

    streets = article.falls(on, houses=houses, counts=counts, seed=seed)

    got = [one for street in streets for one in street.communities]
    firms = [members for one in got for members in one.firms]
    assert sum(len(one.branches) for one in got) == counts.grid_branches
    assert [grid for one in got for run in one.branches for grid in run] == [
        grid for one in grids for grid in one
    ]
    assert sum(one.groups for one in got) == counts.building_groups
    assert sum(sum(one.workers) for one in got) == counts.grid_workers
    assert sum(one.members for one in got) == counts.community_members
    assert sum(one.members for one in streets) == counts.street_members
    assert len(firms) == counts.property_firms
    assert sum(members > 0 for members in firms) == counts.property_organisations
    assert sum(firms) == counts.property_members
    assert sum(one.has_quarter_centre for one in got) == counts.centres["quarter"]

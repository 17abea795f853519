"""A set of operations … loses nothing and gives nothing out twice (区划调整的规则)."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.regions.rules.changes import (
    Change,
    Ground,
    House,
    NameClash,
    Named,
    NotClosed,
    Operation,
    Stood,
    TouchedTwice,
    WrongOperation,
)
from quanyu.regions.rules.outcomes import next_grid
from quanyu.regions.rules.reorganising import settle

STREET = "34/01/04/001/"
A, B, C = f"{STREET}001/", f"{STREET}002/", f"{STREET}003/"
A1, A2, A3, B1 = f"{A}g001/", f"{A}g002/", f"{A}g003/", f"{B}g001/"
NAMES = {
    STREET: "三里庵街道",
    A: "竹荫里社区居委会",
    B: "杏林社区居委会",
    A1: "第一网格",
    A2: "第二网格",
    A3: "第三网格",
    B1: "第一网格",
}
DAY = date(2026, 3, 2)


def stood(path: str) -> Stood:
    code = path.replace("/", "").replace("g", "1")
    return Stood(path, code, NAMES[path], "", date(2024, 1, 1))


HOUSES = {
    grid: {f"{grid}h{n}": House(f"{n}幢", 100 * n) for n in (1, 2, 3)}
    for grid in NAMES
    if "g" in grid
}
GROUND = Ground(
    DAY, {path: stood(path) for path in NAMES}, frozenset({*NAMES, f"{A}g009/"}), HOUSES
)


def merge(*sources: str, target: str = A1, name: str = "第一网格") -> Operation:
    return Operation(Change.MERGE, sources, (Named(target, name),))


def split(homes: dict[str, str], *targets: str) -> Operation:
    named = tuple(Named(path, f"新网格{n}") for n, path in enumerate(targets))
    return Operation(Change.SPLIT, (A1,), named, homes)


def test_merges_grids_into_one_that_goes_on() -> None:
    outcome = settle([merge(A1, A2)], GROUND)

    assert outcome.gone == (A2,)
    assert outcome.homes == dict.fromkeys(HOUSES[A2], A1)
    assert {(w.origin, w.target, w.is_heir) for w in outcome.ways} == {(A2, A1, True)}


def test_moves_a_community_with_all_that_is_in_it() -> None:
    ground = Ground(
        DAY,
        {
            **GROUND.places,
            "34/01/04/002/": Stood("34/01/04/002/", "340104002", "南七", "", date(2024, 1, 1)),
        },
        GROUND.ever,
        HOUSES,
    )
    there = "34/01/04/002/005/"

    outcome = settle([Operation(Change.MOVE, (A,), (Named(there, NAMES[A]),))], ground)

    assert {one.path for one in outcome.born} == {
        there,
        f"{there}g001/",
        f"{there}g002/",
        f"{there}g003/",
    }
    assert {one.code for one in outcome.born} >= {"340104002005", "3401040020051001"}
    assert outcome.resized == (STREET, "34/01/04/002/")
    assert set(outcome.homes) == {key for grid in (A1, A2, A3) for key in HOUSES[grid]}


def test_gives_grids_of_merged_communities_free_numbers_and_names_that_differ() -> None:
    outcome = settle([merge(A, B, target=A, name="竹杏社区")], GROUND)

    (moved,) = [one for one in outcome.born if one.made_of == (B1,)]
    assert moved.path == f"{A}g010/"
    assert moved.name == "杏林第一网格"
    assert outcome.gone == (B, B1)


def test_splits_a_grid_and_leaves_to_the_heir_what_has_most_households() -> None:
    keys = sorted(HOUSES[A1])
    homes = {keys[0]: f"{A}g010/", keys[1]: f"{A}g010/", keys[2]: f"{A}g011/"}
    weights = {**HOUSES, A1: {**HOUSES[A1], keys[2]: House("3幢", 900)}}

    outcome = settle(
        [split(homes, f"{A}g010/", f"{A}g011/")],
        Ground(DAY, GROUND.places, GROUND.ever, weights),
    )

    assert outcome.homes == homes
    assert [way.target for way in outcome.ways if way.is_heir] == [f"{A}g011/"]


def test_extracts_buildings_and_lets_the_rest_stay() -> None:
    out = {min(HOUSES[A1]): f"{A}g010/", min(HOUSES[A2]): f"{A}g010/"}
    extract = Operation(Change.EXTRACT, (A1, A2), (Named(f"{A}g010/", "第十网格"),), out)

    outcome = settle([extract], GROUND)

    assert outcome.homes == out
    assert outcome.gone == ()
    assert {(w.origin, w.target) for w in outcome.ways if w.is_heir} == {(A1, A1), (A2, A2)}


def test_renames_and_moves_nothing() -> None:
    outcome = settle([Operation(Change.RENAME, (A1,), (Named(A1, "荷塘网格"),))], GROUND)

    assert [one.name for one in outcome.born] == ["荷塘网格"]
    assert outcome.ways == ()
    assert outcome.homes == {}


WRONG = {
    "nothing to do": ([], WrongOperation, "operations"),
    "a place that is none": ([merge(A1, f"{A}g004/")], WrongOperation, "sources"),
    "one place to merge": ([merge(A1)], WrongOperation, "sources"),
    "twice the same": ([merge(A1, A1)], WrongOperation, "sources"),
    "grids of two communities": ([merge(A1, B1)], WrongOperation, "targets"),
    "a number borne before": ([merge(A1, A2, target=f"{A}g009/")], WrongOperation, "targets"),
    "a grid into a community": ([merge(A1, A2, target=C)], WrongOperation, "targets"),
    "no name": ([merge(A1, A2, name=" ")], WrongOperation, "name"),
    "a name beside": ([merge(A1, A2, name="第三网格")], NameClash, "name"),
    "a building lost": ([split({}, f"{A}g010/", f"{A}g011/")], NotClosed, "homes"),
    "two steps, one grid": ([merge(A1, A2), merge(A2, A3, target=A3)], TouchedTwice, "operations"),
    "a grid inside a community that is touched": (
        [merge(A1, A2), merge(A, B, target=A, name="竹杏社区")],
        TouchedTwice,
        "operations",
    ),
    "no other parent": (
        [Operation(Change.MOVE, (A1,), (Named(f"{A}g010/", "第十网格"),))],
        WrongOperation,
        "targets",
    ),
    "no such change": ([Operation("fold", (A1,), (Named(A1, "甲"),))], WrongOperation, "change"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_refuses_and_names_the_field(wrong: str) -> None:
    operations, kind, field = WRONG[wrong]

    with pytest.raises(kind) as no:
        settle(operations, GROUND)

    assert no.value.field == field


def test_gives_no_number_out_twice() -> None:
    assert next_grid(A, GROUND.ever) == f"{A}g010/"


@given(st.lists(st.integers(0, 2), min_size=6, max_size=6), st.booleans())
@settings(max_examples=50)
def test_leaves_every_building_in_exactly_one_grid(choice: list[int], goes_on: bool) -> None:
    keys = [*HOUSES[A1], *HOUSES[A2]]
    targets = [A1 if goes_on else f"{A}g010/", f"{A}g011/", f"{A}g012/"]
    homes = {key: targets[n] for key, n in zip(keys, choice, strict=True)}
    used = sorted(set(homes.values()))
    named = tuple(Named(path, f"新{path[-4:-1]}") for path in used)

    outcome = settle([Operation(Change.REDRAW, (A1, A2), named, homes)], GROUND)

    standing = {*GROUND.places} - {*outcome.ended} | {one.path for one in outcome.born}
    after = {key: outcome.homes.get(key, grid) for grid in HOUSES for key in HOUSES[grid]}
    assert after == {key: homes.get(key, grid) for grid in HOUSES for key in HOUSES[grid]}
    assert set(after.values()) <= standing
    assert {w.origin for w in outcome.ways if w.is_heir} >= set(outcome.gone)


LOOSE = {"h1": House("1幢", 40), "h2": House("2幢", 60)}
FREE = Ground(DAY, GROUND.places, GROUND.ever, {**HOUSES, B: LOOSE})
B2 = f"{B}g002/"


def found(homes: dict[str, str], *targets: str) -> Operation:
    named = tuple(Named(path, f"新网格{n}") for n, path in enumerate(targets))
    return Operation(Change.FOUND, (), named, homes)


def test_founds_a_grid_out_of_what_stood_in_none() -> None:
    outcome = settle([found({"h1": B2}, B2)], FREE)

    assert [(one.path, one.made_of) for one in outcome.born] == [(B2, (B,))]
    assert (outcome.ended, dict(outcome.homes)) == ((), {"h1": B2})
    assert [(way.origin, way.target, way.is_heir) for way in outcome.ways] == [(B, B2, False)]


@pytest.mark.parametrize(
    ("homes", "targets", "field"),
    [
        ({"h1": B2, f"{B1}h1": B2}, (B2,), "homes"),
        ({}, (B2,), "homes"),
        ({"h1": B1}, (B1,), "targets"),
        ({"h1": f"{B}s001/"}, (f"{B}s001/",), "targets"),
        ({"h1": B2}, (B2, f"{A}g011/"), "targets"),
        ({"h1": f"{STREET}004/g001/"}, (f"{STREET}004/g001/",), "targets"),
    ],
)
def test_founds_nothing_out_of_what_is_not_free(
    homes: dict[str, str], targets: tuple[str, ...], field: str
) -> None:
    with pytest.raises(WrongOperation) as no:
        settle([found(homes, *targets)], FREE)

    assert no.value.field == field


def test_takes_what_stood_in_no_grid_into_grids_drawn_anew() -> None:
    homes = {**dict.fromkeys(HOUSES[B1], B1), "h1": B1}
    step = Operation(Change.REDRAW, (B1,), (Named(B1, NAMES[B1]),), homes)

    outcome = settle([step], FREE)

    assert dict(outcome.homes) == {"h1": B1}


def test_takes_the_free_ground_of_a_community_once() -> None:
    homes = {**dict.fromkeys(HOUSES[B1], B1), "h2": B1}
    step = Operation(Change.REDRAW, (B1,), (Named(B1, NAMES[B1]),), homes)

    with pytest.raises(TouchedTwice):
        settle([found({"h1": B2}, B2), step], FREE)

"""Two reports … are alike by their words, a place and a time (疑似重复)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events.rules.likeness import Spot, alike, days, metres, plain

WORDS = st.text(alphabet="路灯不亮井盖坏了垃圾没人清，。 ab1", min_size=0, max_size=60)
PATH = "34/01/04/001/001/g001/"
AT = datetime(2026, 3, 2, 9)


@given(WORDS, st.lists(WORDS, max_size=8))
def test_are_alike_from_nothing_to_whole(text: str, others: list[str]) -> None:
    shares = alike(text, others)

    assert len(shares) == len(others)
    assert all(0 <= share <= 1 for share in shares)


@given(WORDS.filter(lambda text: len(plain(text)) > 1), st.lists(WORDS, max_size=6))
def test_are_wholly_alike_when_the_same_is_said(text: str, others: list[str]) -> None:
    assert alike(text, [*others, f"{text}。"])[-1] == pytest.approx(1)


@given(WORDS, WORDS)
def test_are_as_alike_from_either_side(one: str, other: str) -> None:
    assert alike(one, [other]) == pytest.approx(alike(other, [one]))


@given(st.lists(WORDS.filter(lambda text: len(plain(text)) > 1), min_size=2, max_size=8))
def test_are_measured_as_the_worker_measures_them(texts: list[str]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    made = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), preprocessor=plain)
    vectors = made.fit_transform(texts)
    theirs = (vectors[:1] @ vectors.T).toarray()[0]

    assert alike(texts[0], texts[1:]) == pytest.approx(list(theirs[1:]), abs=1e-6)


def test_say_the_same_in_any_width_and_case() -> None:
    assert plain("３号楼 A 单元，坏了！") == "3号楼a单元坏了"


def test_are_apart_by_metres_and_days() -> None:
    one = Spot(PATH, AT, 117.23, 31.82)
    other = Spot(PATH, AT - timedelta(days=2, hours=5), 117.23, 31.821)

    assert (metres(one, other), days(one, other)) == (111, 2)


def test_are_nowhere_apart_without_points() -> None:
    assert metres(Spot(PATH, AT), Spot(PATH, AT, 117.23, 31.82)) is None

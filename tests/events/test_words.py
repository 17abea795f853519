"""检索用字：The search … finds what stands side by side, and nothing else."""

import re
from collections.abc import Sequence

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events.rules import words

TEXT = "望江路12号门口，路灯不亮；邻居ＡＢＣ说Lamp-3坏了。"

FOUND = (
    *("路灯不亮", "路灯", "灯", "亮", "望江路12号", "路12", "12", "号门口", "路灯 邻居"),
    *("abc", "ABC", "ａｂｃ", "lamp-3", "lam", "１２号", "260301-AB12CD34", "260301", "不亮；邻居"),
)
NOT_FOUND = (
    *("灯路", "不亮路灯", "门口路灯", "望江路1", "1号", "路灯亮", "路灯 狗", "amp", "bc", "260302"),
    *("门口，亮", "la"),
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sought", FOUND)
def test_finds(sought: str) -> None:
    assert _is_found(words.query(sought), TEXT, "260301-AB12CD34")


@pytest.mark.parametrize("sought", NOT_FOUND)
def test_does_not_find(sought: str) -> None:
    assert not _is_found(words.query(sought), TEXT, "260301-AB12CD34")


@pytest.mark.parametrize("sought", FOUND)
def test_goes_by_the_index_for_no_less(sought: str) -> None:
    assert _is_found(words.wider(sought), TEXT, "260301-AB12CD34")


def test_leaves_to_the_rows_what_very_many_words_begin_with() -> None:
    assert words.query("望江路12号") == "'望江' <1> '江路' <2> '12' <1> '号':*"
    assert words.wider("望江路12号 号") == "'望江' <1> '江路' <2> '12' & '号':*"


@pytest.mark.parametrize("sought", ["", "  ", "，。！", "'", "\\", "&|!():*"])
def test_seeks_nothing_by_signs_alone(sought: str) -> None:
    assert words.query(sought) == ""


def test_takes_a_compatibility_sign_for_the_usual_one() -> None:
    assert _is_found(words.query("\u8c48\u6709"), "\uf900有此理")


def test_says_what_is_sought() -> None:
    assert words.sought("ＡＢＣ  路灯 ，") == ("abc", "路灯")


def test_keeps_nothing_of_what_is_gone() -> None:
    assert words.vector("（已到期清除）") == ""


@given(st.text(max_size=300), st.text(max_size=80))
def test_never_fails_and_finds_what_stands_in_the_text(text: str, other: str) -> None:
    words.vector(text), words.query(other)

    runs = re.findall(r"[\u4e00-\u9fff]{1,20}", text)
    assert all(_pairs(run) <= _kept(text) for run in runs)


@pytest.mark.parametrize("text", ["路灯" * 900, "灯" * 2_000, "a1 " * 600])
def test_takes_the_longest_report(text: str) -> None:
    assert _is_found(words.query(text[:2]), text)


def _is_found(query: str, *texts: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [words.vector(*texts), query])
        return bool(cursor.fetchone()[0])


def _pairs(run: str) -> set[str]:
    folded = words.folded(run)
    return {folded[n : n + 2] for n in range(len(folded) - 1)}


def _kept(*texts: str) -> set[str]:
    found: Sequence[str] = re.findall(r"'([^']+)':", words.vector(*texts))
    return set(found)


def test_takes_a_word_that_grows_too_long_for_the_database_when_folded(db: None) -> None:
    """Compatibility signs unfold to several letters: two thousand of them are no word it takes."""
    kept = words.vector("\ufb03" * 2_000)

    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [kept, words.query("\ufb03" * 60)])
        assert cursor.fetchone() == (True,)

"""From the words of a report to what a model counts (分词与特征)."""

import re
from dataclasses import dataclass
from itertools import pairwise

import rjieba

LONG_NUMBER = re.compile(r"[0-9０-９][0-9０-９\-－ ]{3,}[0-9０-９Xx]")
"""Telephones, identity numbers, plates: five digits or more, however they are spaced."""

SAYS = re.compile(r"[一-鿿a-zA-Z]")
HIDDEN = "#"
LONGEST_WORD = 20
"""The longest word that is shown as a reason; it is also the width of its column."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text, where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Feature:
    """What a model counts, and the words of the text that it covers: first and last."""

    name: str
    first: int
    last: int


def scrub(text: str) -> str:
    """Return the text without long numbers: no model learns a telephone."""
    return LONG_NUMBER.sub(lambda found: HIDDEN * len(found[0]), text)


def tokens(text: str) -> list[Token]:
    """Return the words of a text in order, without what stands between them."""
    found = rjieba.tokenize(scrub(text))
    return [Token(word, start, end) for word, start, end in found if SAYS.search(word)]


def word_features(said: list[Token]) -> list[Feature]:
    """Return single words and pairs of neighbours."""
    singles = [Feature(one.word, n, n) for n, one in enumerate(said)]
    pairs = pairwise(said)
    return singles + [
        Feature(f"{one.word} {other.word}", n, n + 1) for n, (one, other) in enumerate(pairs)
    ]


def sign_features(said: list[Token]) -> list[Feature]:
    """Return runs of one to three signs within the words joined, as they follow each other."""
    signs = [(sign, n) for n, one in enumerate(said) for sign in one.word]
    return [
        Feature("".join(sign for sign, _ in signs[at : at + size]), signs[at][1], end[1])
        for size in (1, 2, 3)
        for at, end in enumerate(signs[size - 1 :])
    ]


def word_names(text: str) -> list[str]:
    """Return the names of the word features of a text, as often as they occur."""
    return [one.name for one in word_features(tokens(text))]


def sign_names(text: str) -> list[str]:
    """Return the names of the sign features of a text, as often as they occur."""
    return [one.name for one in sign_features(tokens(text))]

"""Which class the words of a report speak for, and whose job it was decided to be (分类、判例)."""

from collections.abc import Collection
from dataclasses import dataclass

from quanyu.kernel.errors import Invalid, Refusal


class NoModel(Refusal):
    """There is no such model that could be used."""


class WrongPrecedent(Invalid):
    """A precedent that cannot be registered as it was given (判例登记)."""


class NoPrecedent(Refusal):
    """This matter decides nothing about whose job its kind is, or it is decided already."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """One word that speaks for a class, and how strongly."""

    word: str
    class_code: str
    weight: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A class for a report, how sure it is, and why (建议类别)."""

    class_code: str = ""
    confidence: float | None = None
    """A probability learned from closed matters; None when the word list alone speaks."""
    words: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """The classes that come next, the likeliest first."""
    model: int = 0
    """The version of the model that was asked; 0 for the word list."""


LEAST_MATTERS = 200
"""A model is learned from no fewer matters."""

LEAST_EACH = 8
"""A class with fewer is left to the word list."""


def is_no_worse(new: float, old: float) -> bool:
    """Answer whether a model may replace what works now, both weighed on the same matters."""
    return new >= old


def votes(text: str, keywords: Collection[Keyword]) -> dict[str, list[Keyword]]:
    """Return which words of a report speak for which class."""
    found: dict[str, list[Keyword]] = {}
    for keyword in keywords:
        if keyword.word in text:
            found.setdefault(keyword.class_code, []).append(keyword)
    return found


def suggest(text: str, keywords: Collection[Keyword]) -> tuple[str, tuple[str, ...]]:
    """Return the class that the words of a report speak for most, and those words.

    Returns ``("", ())`` when no word speaks.
    """
    listed = by_list(text, keywords)
    return listed.class_code, listed.words


def by_list(text: str, keywords: Collection[Keyword]) -> Suggestion:
    """Return what the word list alone suggests.

    A longer word speaks louder; ties go to the lower code, so the answer is always the same.
    """
    found = votes(text, keywords)
    if not found:
        return Suggestion()
    ranked = sorted(found, key=lambda code: (-sum(k.weight for k in found[code]), code))
    words = sorted({k.word for k in found[ranked[0]]}, key=lambda word: (-len(word), word))
    return Suggestion(ranked[0], None, tuple(words[:4]), tuple(ranked[1:4]))

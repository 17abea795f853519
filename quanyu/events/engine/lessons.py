"""Learn from the older matters, weigh on the newer ones, the old model against the new (轮训)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from quanyu.events.engine import training
from quanyu.events.engine.classes import Model
from quanyu.events.engine.judging import judge
from quanyu.events.rules.classing import LEAST_EACH, LEAST_MATTERS, Keyword, by_list

KEPT_BACK = 5
"""The newest of five is kept back."""


@dataclass(frozen=True)
class Lesson:
    """What came of it: the model, how well it does on what it has not seen, and the old way."""

    model: Model
    learned: int
    kept_back: int
    macro_f1: float
    old_f1: float
    classes: Mapping[str, Mapping[str, float]]
    """By class: how many were learned from and kept back, precision, recall and F1."""


def learn(
    examples: Sequence[tuple[str, str]], keywords: Collection[Keyword], *, old: Model | None
) -> Lesson | None:
    """Return a lesson from matters in the order in which they came, or None if they are too few.

    The newest fifth is kept back: neither the new model nor the old one has learned from it, for
    each learned from matters that came before. Without an old model the word list is the old way.
    """
    standing = {keyword.class_code for keyword in keywords}
    known = [(text, code) for text, code in examples if code in standing]
    cut = len(known) - len(known) // KEPT_BACK
    often = Counter(code for _, code in known[:cut])
    learned = [(text, code) for text, code in known[:cut] if often[code] >= LEAST_EACH]
    kept = known[cut:]
    if len(learned) < LEAST_MATTERS or len({code for _, code in learned}) < 2:
        return None
    model = training.fit([text for text, _ in learned], [code for _, code in learned])
    model = replace(model, trust=_trust(learned, keywords))
    right = [code for _, code in kept]
    new = training.score(right, [_found(text, keywords, model) for text, _ in kept])
    was = training.score(right, [_found(text, keywords, old) for text, _ in kept])
    support = dict(zip(model.classes, model.support, strict=True))
    return Lesson(
        model=model,
        learned=len(learned),
        kept_back=len(kept),
        macro_f1=new.macro_f1,
        old_f1=was.macro_f1,
        classes=_table(support, new),
    )


def _found(text: str, keywords: Collection[Keyword], model: Model | None) -> str:
    """Return what would stand beside the matter: the whole way is weighed, not the model alone."""
    if model is None:
        return by_list(text, keywords).class_code
    return judge(text, keywords, model=model, version=0).class_code


def _trust(learned: Sequence[tuple[str, str]], keywords: Collection[Keyword]) -> float:
    said = [(by_list(text, keywords).class_code, code) for text, code in learned]
    spoke = [found == right for found, right in said if found]
    return sum(spoke) / len(spoke) if spoke else 0.0


def _table(support: Mapping[str, int], new: training.Scores) -> dict[str, dict[str, float]]:
    nothing = (0.0, 0.0, 0.0, 0)
    table = {}
    for code in sorted({*support, *new.classes}):
        precision, recall, f1, kept = new.classes.get(code, nothing)
        table[code] = {
            "learned": support.get(code, 0),
            "kept": kept,
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
        }
    return table

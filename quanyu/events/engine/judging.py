"""The model and the word list together: what stands beside the matter (模型与词表合议)."""

from collections.abc import Collection, Mapping

from quanyu.events.engine.classes import Model
from quanyu.events.rules.classing import Keyword, Suggestion, by_list, votes

FEW = 12.0
"""With so many matters learned from, a class's model and the word list weigh alike."""

UNSURE = 0.4
"""Below this the word list decides, if it speaks."""

OTHERS = 3


def judge(text: str, keywords: Collection[Keyword], *, model: Model, version: int) -> Suggestion:
    """Return the class that model and word list speak for, how sure they are, and why.

    A class from which little was learned leans on the list. Where both together are unsure, the
    list decides if it speaks: the class is then its, and the low confidence says so.
    """
    listed = by_list(text, keywords)
    mixed = _mixed(text, keywords, model=model)
    if not mixed:
        return listed
    ranked = sorted(mixed, key=lambda code: (-mixed[code], code))
    is_listed = mixed[ranked[0]] < UNSURE and bool(listed.class_code)
    chosen = listed.class_code if is_listed else ranked[0]
    learned = () if is_listed else model.reasons(text, chosen)
    return Suggestion(
        class_code=chosen,
        confidence=round(mixed[chosen], 3),
        words=learned or (listed.words if chosen == listed.class_code else ()),
        others=tuple(code for code in ranked if code != chosen)[:OTHERS],
        model=version,
    )


def _mixed(text: str, keywords: Collection[Keyword], *, model: Model) -> Mapping[str, float]:
    """Return how likely each class that holds today is, by the model and by the list."""
    standing = {keyword.class_code for keyword in keywords}
    found = {c: p for c, p in model.probabilities(text).items() if c in standing}
    support = dict(zip(model.classes, model.support, strict=True))
    said = {c: sum(k.weight for k in words) for c, words in votes(text, keywords).items()}
    whole = sum(said.values()) or 1
    lent = {
        c: model.trust * told / whole * FEW / (FEW + support.get(c, 0)) for c, told in said.items()
    }
    left = 1.0 - sum(lent.values())
    return {c: left * found.get(c, 0.0) + lent.get(c, 0.0) for c in {*found, *lent}}

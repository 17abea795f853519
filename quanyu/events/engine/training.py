"""Learn a model from texts with their classes, and weigh it on texts it has not seen (训练)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from quanyu.events.engine.classes import Block, Model, Numbers
from quanyu.events.engine.texts import sign_names, word_names

SEED = 20260101
SEEN_IN = 3
"""A word that fewer texts hold is not learned: it is somebody's name sooner than a class's word."""

STRENGTH = 1.0
CALIBRATED_ON = 5
"""One in so many texts is kept back to learn how far a margin can be believed."""

SHARPNESSES = np.geomspace(0.3, 60.0, 80)
FOLDS = 5


class NothingToLearn(ValueError):
    """The texts are too few, or have no word in common."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How well the classes of some texts were found."""

    macro_f1: float
    classes: Mapping[str, tuple[float, float, float, int]] = field(default_factory=dict)
    """Precision, recall, F1 and how many texts, by class."""


def fit(texts: Sequence[str], classes: Sequence[str]) -> Model:
    """Learn a model; the same texts in the same order give the same model.

    One text in five is kept back first to learn how sure a margin is; then all are learned from.
    """
    spared = np.arange(len(texts)) % CALIBRATED_ON == CALIBRATED_ON - 1
    learned = [n for n in range(len(texts)) if not spared[n]]
    first = _fit([texts[n] for n in learned], [classes[n] for n in learned])
    kept = [
        (texts[n], classes[n])
        for n in map(int, np.flatnonzero(spared))
        if classes[n] in first.classes
    ]
    return replace(_fit(texts, classes), sharpness=_sharpness(first, kept))


def _fit(texts: Sequence[str], classes: Sequence[str]) -> Model:
    support = Counter(classes)
    blocks = [_vectorizer(names) for names in (word_names, sign_names)]
    stacked = _stacked(blocks, texts)
    machine = LinearSVC(C=STRENGTH, random_state=SEED)
    machine.fit(stacked, list(classes))
    weights, intercepts = _whole(machine)
    sizes = [len(block.vocabulary_) for block in blocks]
    halves = (weights[: sizes[0]], weights[sizes[0] :])
    words, signs = (_block(*pair) for pair in zip(blocks, halves, strict=True))
    known = tuple(str(one) for one in machine.classes_)
    return Model(known, tuple(support[one] for one in known), words, signs, intercepts, 1.0)


def _stacked(blocks: Sequence[Any], texts: Sequence[str]) -> Any:
    try:
        return hstack([block.fit_transform(texts) for block in blocks], format="csr")
    except ValueError as fault:
        # sklearn says so of an empty vocabulary, and of nothing else that texts can bring about.
        raise NothingToLearn(*fault.args) from fault


def _vectorizer(names: Callable[[str], list[str]]) -> Any:
    return TfidfVectorizer(
        analyzer=names, min_df=SEEN_IN, sublinear_tf=True, dtype=np.float32, norm="l2"
    )


def _whole(machine: Any) -> tuple[Numbers, Numbers]:
    """Return weights by feature and class; of two classes the machine keeps one side alone."""
    weights, intercepts = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        weights, intercepts = (
            np.vstack([-weights, weights]),
            np.array([-intercepts[0], *intercepts]),
        )
    return np.ascontiguousarray(weights.T, dtype=np.float32), intercepts.astype(np.float32)


def _block(vectorizer: Any, weights: Numbers) -> Block:
    ordered = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    return Block({name: n for n, name in enumerate(ordered)}, vectorizer.idf_, weights)


def _sharpness(model: Model, kept: Sequence[tuple[str, str]]) -> float:
    """Return the sharpness under which the classes of the texts kept back are likeliest."""
    if not kept:
        return 1.0
    margins = np.array([model.margins(text) for text, _ in kept], dtype=np.float64)
    margins -= margins.max(axis=1, keepdims=True)
    right = margins[np.arange(len(kept)), [model.classes.index(code) for _, code in kept]]
    losses = [
        float(np.sum(np.log(np.exp(value * margins).sum(axis=1)) - value * right))
        for value in SHARPNESSES
    ]
    return float(SHARPNESSES[int(np.argmin(losses))])


def score(right: Sequence[str], found: Sequence[str]) -> Scores:
    """Return how well the classes were found, over those that some text has."""
    labels = sorted(set(right))
    parts = precision_recall_fscore_support(right, found, labels=labels, zero_division=0.0)
    rows = zip(*parts, strict=True)
    table = {
        label: (float(p), float(r), float(f), int(n))
        for label, (p, r, f, n) in zip(labels, rows, strict=True)
    }
    whole = f1_score(right, found, labels=labels, average="macro", zero_division=0.0)
    return Scores(float(whole), table)


def best(model: Model, text: str) -> str:
    """Return the class with the largest margin."""
    return model.classes[int(np.argmax(model.margins(text)))]


def folded(texts: Sequence[str], classes: Sequence[str]) -> tuple[list[Scores], Scores]:
    """Return the scores of five folds, each on texts that its model has not seen, and of all."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    each, found = [], [""] * len(texts)
    for learned, kept in folds.split(list(texts), list(classes)):
        model = _fit([texts[n] for n in learned], [classes[n] for n in learned])
        for n in kept:
            found[n] = best(model, texts[n])
        each.append(score([classes[n] for n in kept], [found[n] for n in kept]))
    return each, score(classes, found)

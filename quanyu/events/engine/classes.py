"""A linear model of words and signs: what it thinks of a text, how it is kept (分类模型)."""

import hashlib
import io
import json
import os
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from quanyu.events.engine.texts import (
    LONGEST_WORD,
    Feature,
    Token,
    sign_features,
    tokens,
    word_features,
)

Numbers = npt.NDArray[np.float32]
FORM = 1
"""The form of the file; another is not read."""

MOST_REASONS = 4
FRESH = 3600.0
"""Seconds in which a file that no row names is left alone."""


class Unreadable(Exception):
    """The file of a model is missing, damaged, or of another form."""


@dataclass(frozen=True)
class Block:
    """One kind of feature: its vocabulary, how rare each is, and its weight for every class."""

    vocabulary: Mapping[str, int]
    idf: Numbers
    weights: Numbers
    """Features by classes."""

    def values(self, features: Sequence[Feature]) -> dict[str, float]:
        """Return the TF-IDF of the known features of one text, its length one."""
        counts = Counter(one.name for one in features if one.name in self.vocabulary)
        raw = {
            name: (1.0 + float(np.log(count))) * float(self.idf[self.vocabulary[name]])
            for name, count in counts.items()
        }
        length = float(np.sqrt(sum(value * value for value in raw.values()))) or 1.0
        return {name: value / length for name, value in raw.items()}

    def margins(self, values: Mapping[str, float]) -> Numbers:
        """Return what these features add to the margin of every class."""
        if not values:
            return np.zeros(self.weights.shape[1], dtype=np.float32)
        rows = self.weights[[self.vocabulary[name] for name in values]]
        added: Numbers = np.fromiter(values.values(), dtype=np.float32, count=len(values)) @ rows
        return added


@dataclass(frozen=True)
class Model:
    """What was learned: two blocks of features, and how margins become probabilities."""

    classes: tuple[str, ...]
    support: tuple[int, ...]
    """How many matters each class was learned from."""
    words: Block
    signs: Block
    intercepts: Numbers
    sharpness: float
    """Margins times this, through a softmax, are probabilities."""
    trust: float = 0.0
    """How often the word list was right where it spoke, in what was learned from."""

    def margins(self, text: str) -> Numbers:
        """Return the margin of every class for a text."""
        said = tokens(text)
        mine = self.words.margins(self.words.values(word_features(said)))
        found: Numbers = (
            mine + self.signs.margins(self.signs.values(sign_features(said))) + self.intercepts
        )
        return found

    def probabilities(self, text: str) -> dict[str, float]:
        """Return how likely each class is."""
        return dict(zip(self.classes, softmax(self.margins(text), self.sharpness), strict=True))

    def reasons(self, text: str, class_code: str) -> tuple[str, ...]:
        """Return the words of the text that speak most for a class, the strongest first.

        Signs count for the words in which they stand; only whole words that the model knows, so
        that several reports hold them, are shown.
        """
        if class_code not in self.classes:
            return ()
        said, column = tokens(text), self.classes.index(class_code)
        weight = np.zeros(len(said), dtype=np.float64)
        for block, features in (
            (self.words, word_features(said)),
            (self.signs, sign_features(said)),
        ):
            _credit(weight, block, features, column)
        return _shown(said, weight, self.words.vocabulary)


def softmax(margins: Numbers, sharpness: float) -> list[float]:
    """Return margins as probabilities."""
    lifted = np.exp(sharpness * (margins.astype(np.float64) - float(margins.max())))
    return [float(one) for one in lifted / lifted.sum()]


def _credit(weight: Any, block: Block, features: Sequence[Feature], column: int) -> None:
    values = block.values(features)
    often = Counter(one.name for one in features)
    for one in features:
        if one.name in values:
            told = values[one.name] * float(block.weights[block.vocabulary[one.name], column])
            covered = one.last - one.first + 1
            weight[one.first : one.last + 1] += told / often[one.name] / covered


def _shown(said: Sequence[Token], weight: Any, known: Mapping[str, int]) -> tuple[str, ...]:
    strength: dict[str, float] = {}
    for token, told in zip(said, weight, strict=True):
        strength[token.word] = strength.get(token.word, 0.0) + float(told)
    fit = [word for word in strength if 1 < len(word) <= LONGEST_WORD and word in known]
    best = sorted((word for word in fit if strength[word] > 0), key=lambda w: (-strength[w], w))
    least = strength[best[0]] / 4 if best else 0.0
    return tuple(word for word in best if strength[word] >= least)[:MOST_REASONS]


# ------------------------------------------------------------------ the file


def save(model: Model, folder: Path) -> str:
    """Write a model into a file named by its hash, whole or not at all; return the hash."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = packed(model)
    sha256 = hashlib.sha256(whole).hexdigest()
    draft = folder / f"{sha256[:32]}.draft"
    with draft.open("wb") as file:
        file.write(whole)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / f"classes-{sha256[:32]}.npz")
    return sha256


def sweep(folder: Path, *, needed: Collection[Path]) -> None:
    """Delete the files that nothing needs; a fresh one may belong to another who is learning."""
    for path in folder.iterdir():
        if path not in needed and time.time() - path.stat().st_mtime > FRESH:
            path.unlink(missing_ok=True)


def packed(model: Model) -> bytes:
    """Return a model as bytes: arrays of numbers, and the words as JSON; nothing that can run."""
    told = {
        "form": FORM,
        "classes": model.classes,
        "support": model.support,
        "sharpness": model.sharpness,
        "trust": model.trust,
        "words": list(model.words.vocabulary),
        "signs": list(model.signs.vocabulary),
    }
    kept = io.BytesIO()
    np.savez_compressed(
        kept,
        told=np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), dtype=np.uint8),
        intercepts=model.intercepts,
        words_idf=model.words.idf,
        words_weights=model.words.weights,
        signs_idf=model.signs.idf,
        signs_weights=model.signs.weights,
    )
    return kept.getvalue()


@lru_cache(maxsize=2)
def load(path: Path, sha256: str) -> Model:
    """Return the model in a file, kept in the process.

    :raises Unreadable: if the file is missing, is not what was written, or is of another form
    """
    try:
        whole = path.read_bytes()
    except OSError as fault:
        raise Unreadable(f"{path.name} cannot be read") from fault
    if hashlib.sha256(whole).hexdigest() != sha256:
        raise Unreadable(f"{path.name} is not what was written")
    return unpacked(whole)


def unpacked(whole: bytes) -> Model:
    """Return the model of some bytes.

    :raises Unreadable: if they hold none
    """
    try:
        with np.load(io.BytesIO(whole), allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        told = json.loads(arrays["told"].tobytes())
        return _model(told, arrays)
    except (OSError, ValueError, KeyError, EOFError) as fault:
        raise Unreadable("no model") from fault


def _model(told: Mapping[str, Any], arrays: Mapping[str, Any]) -> Model:
    if told["form"] != FORM:
        raise ValueError(told["form"])
    blocks = {
        kind: Block(
            {name: n for n, name in enumerate(told[kind])},
            arrays[f"{kind}_idf"],
            arrays[f"{kind}_weights"],
        )
        for kind in ("words", "signs")
    }
    return Model(
        classes=tuple(told["classes"]),
        support=tuple(told["support"]),
        words=blocks["words"],
        signs=blocks["signs"],
        intercepts=arrays["intercepts"],
        sharpness=told["sharpness"],
        trust=told["trust"],
    )

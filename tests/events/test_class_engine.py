"""The model of classes … learns from texts, says why, keeps nobody's telephone (分类引擎)."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import hstack
from sklearn.svm import LinearSVC

from quanyu.demo.otherwise import messages
from quanyu.events.engine import classes, lessons, texts, training
from quanyu.events.engine.classes import Block, Model, Unreadable
from quanyu.events.engine.judging import UNSURE, judge
from quanyu.events.rules.classing import Keyword, is_no_worse

COUNT = 1_000
KINDS = ("0102", "0406", "0501", "2204", "2302", "P0102", "P0118", "P0210")
KEYWORDS = tuple(
    Keyword(word, code, len(word))
    for word, code in zip(
        ("垃圾", "积水", "摆摊", "工资", "充电", "井盖", "路灯", "红绿灯"), KINDS, strict=True
    )
)


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str]]:
    made = [(text, code) for text, code, _source in messages(COUNT * 22) if code in KINDS]
    return made[:COUNT]


@pytest.fixture(scope="module")
def model(said: list[tuple[str, str]]) -> Model:
    return training.fit([text for text, _ in said[:800]], [code for _, code in said[:800]])


def test_finds_the_class_of_texts_said_otherwise(model: Model, said: list[tuple[str, str]]) -> None:
    found = [training.best(model, text) for text, _ in said[800:]]

    assert training.score([code for _, code in said[800:]], found).macro_f1 > 0.9


def test_is_the_same_from_the_same_texts(model: Model, said: list[tuple[str, str]]) -> None:
    again = training.fit([text for text, _ in said[:800]], [code for _, code in said[:800]])

    assert classes.packed(again) == classes.packed(model)


def test_reckons_as_the_library_that_taught_it(said: list[tuple[str, str]]) -> None:
    learned = said[:300]
    machine = LinearSVC(C=training.STRENGTH, random_state=training.SEED)
    blocks = [training._vectorizer(names) for names in (texts.word_names, texts.sign_names)]
    stacked = hstack([b.fit_transform([t for t, _ in learned]) for b in blocks], "csr")
    machine.fit(stacked, [code for _, code in learned])
    unseen = [text for text, _ in said[300:320]]
    right = machine.decision_function(hstack([b.transform(unseen) for b in blocks], "csr"))

    mine = training._fit([t for t, _ in learned], [code for _, code in learned])

    assert np.allclose([mine.margins(text) for text in unseen], right, atol=1e-4)


def test_is_as_sure_as_it_is_right(model: Model, said: list[tuple[str, str]]) -> None:
    told = [(model.probabilities(text), code) for text, code in said[800:]]
    sure = [max(found.values()) for found, _ in told]
    right = [max(found, key=found.__getitem__) == code for found, code in told]

    assert abs(float(np.mean(sure)) - float(np.mean(right))) < 0.08


def test_gives_words_of_the_text_as_its_reasons(model: Model) -> None:
    text = "麻烦看看，路口的污水井盖破了一半，晚上很危险"

    words = model.reasons(text, "P0102")

    assert "井盖" in words
    assert all(word in text and word in model.words.vocabulary for word in words)


def test_has_no_reason_for_a_class_it_does_not_know(model: Model) -> None:
    assert model.reasons("路灯不亮", "9999") == ()


def test_learns_no_long_number_and_no_rare_word() -> None:
    spoken = [
        ("井盖破了，电话13800138000，找我", "P0102"),
        ("路灯不亮，身份证340104199001011234", "P0118"),
    ]
    learned = [one for one in spoken for _ in range(20)] + [("井盖破了，我叫欧阳建国", "P0102")] * 2

    found = training.fit([text for text, _ in learned], [code for _, code in learned])

    names = [*found.words.vocabulary, *found.signs.vocabulary]
    assert not any(any(sign.isdigit() for sign in name) for name in names)
    assert not any("欧阳" in name for name in names)


@given(st.text(alphabet="0123456789０１ -井盖a", max_size=40))
def test_never_counts_five_digits_in_a_row(text: str) -> None:
    names = [*texts.word_names(text), *texts.sign_names(text)]

    assert not any(re.search(r"\d{5}", name) for name in names)


@given(st.text(max_size=60))
def test_counts_what_stands_in_the_text(text: str) -> None:
    said = texts.tokens(text)

    assert all(texts.scrub(text)[one.start : one.end] == one.word for one in said)
    assert all(one.last < len(said) for one in texts.sign_features(said))


NAMES = st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=6, unique=True)


@settings(max_examples=40)
@given(NAMES, NAMES, NAMES, st.integers(0, 2**32 - 1), st.floats(0.1, 50))
def test_comes_back_as_it_was_kept(
    codes: list[str], words: list[str], signs: list[str], seed: int, sharpness: float
) -> None:
    dice = np.random.default_rng(seed)

    def block(names: list[str]) -> Block:
        weights = dice.normal(size=(len(names), len(codes))).astype(np.float32)
        known = {name: n for n, name in enumerate(names)}
        return Block(known, dice.random(len(names)).astype(np.float32), weights)

    kept = Model(
        tuple(codes),
        tuple(range(len(codes))),
        block(words),
        block(signs),
        dice.random(len(codes)).astype(np.float32),
        sharpness,
        0.5,
    )

    back = classes.unpacked(classes.packed(kept))

    assert classes.packed(back) == classes.packed(kept)
    assert back.probabilities("井盖破了") == kept.probabilities("井盖破了")


def test_is_read_only_as_it_was_written(model: Model, tmp_path: Path) -> None:
    sha256 = classes.save(model, tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    with pytest.raises(Unreadable):
        classes.load(path, sha256)


def test_is_never_read_as_a_program(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(path, told=np.array([Path("x")], dtype=object), allow_pickle=True)

    with pytest.raises(Unreadable):
        classes.unpacked(path.read_bytes())


def test_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        classes.load(tmp_path / "none.npz", "0" * 64)


def test_suggests_with_the_list_class_sureness_and_others(model: Model) -> None:
    found = judge("路口积水很深，过不去", KEYWORDS, model=model, version=3)

    assert (found.class_code, found.model) == ("0406", 3)
    assert found.confidence is not None
    assert found.confidence > UNSURE
    assert len(found.others) == 3


def test_suggests_no_class_that_holds_no_longer(model: Model) -> None:
    standing = tuple(one for one in KEYWORDS if one.class_code != "0406")

    found = judge("路口积水很深，过不去", standing, model=model, version=3)

    assert "0406" not in {found.class_code, *found.others}


def test_leaves_to_the_list_what_it_never_learned(model: Model) -> None:
    more = (*KEYWORDS, Keyword("高空抛物", "2303", 4))

    found = judge("楼上高空抛物", more, model=replace(model, trust=0.9), version=3)

    assert found.class_code == "2303"


def test_keeps_the_newest_fifth_back(said: list[tuple[str, str]]) -> None:
    lesson = lessons.learn(said[:400], KEYWORDS, old=None)

    assert lesson is not None
    assert (lesson.learned, lesson.kept_back) == (320, 80)
    assert is_no_worse(lesson.macro_f1, lesson.old_f1)


def test_learns_nothing_from_too_few(said: list[tuple[str, str]]) -> None:
    assert lessons.learn(said[:150], KEYWORDS, old=None) is None


def test_weighs_worse_what_learned_from_wrong_classes(said: list[tuple[str, str]]) -> None:
    old = lessons.learn(said[:400], KEYWORDS, old=None)
    assert old is not None
    turned = [(text, KINDS[(KINDS.index(code) + 1) % 8]) for text, code in said[:500]]

    new = lessons.learn([*turned, *said[500:600]], KEYWORDS, old=old.model)

    assert new is not None
    assert not is_no_worse(new.macro_f1, new.old_f1)

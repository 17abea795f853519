"""The words of the demo city: many, different, and about nobody."""

import io
import re
from itertools import chain

import pytest
from PIL import Image

from quanyu.demo import pictures, texts
from quanyu.demo.texts import Said

HOTLINES = {"110", "119", "120", "12306", "12315", "12348", "12388"}


def every_text() -> list[str]:
    topics = texts.topics()
    said = [report.text for topic in topics for report in topic.reports]
    done = [line for topic in topics for line in topic.done + topic.settled]
    turned = [part for ended in texts.turned() for part in (ended.said.text, ended.reply)]
    return said + done + turned + list(chain.from_iterable(texts.phrases().values()))


def test_no_report_is_written_twice() -> None:
    said = [report.text for topic in texts.topics() for report in topic.reports]
    assert len(said) == len(set(said)) >= 560


@pytest.mark.parametrize(("kind", "number"), [("event", 54), ("part", 87), ("community", 35)])
def test_every_class_of_the_domain_has_reports_and_outcomes(kind: str, number: int) -> None:
    topics = [topic for topic in texts.topics() if topic.kind == kind]
    assert len(topics) == number
    assert all(topic.reports and topic.done for topic in topics)


def test_all_four_voices_are_heard() -> None:
    voices = {report.voice for topic in texts.topics() for report in topic.reports}
    assert voices == set(texts.VOICES.values())


def test_the_texts_hold_no_telephone_and_no_identity_number() -> None:
    numbers = set(chain.from_iterable(re.findall(r"\d{3,}", text) for text in every_text()))
    assert {n for n in numbers if len(n) >= 5} <= HOTLINES


def test_the_only_slot_is_the_place() -> None:
    slots = set(chain.from_iterable(re.findall(r"\{.*?\}", text) for text in every_text()))
    assert slots == {"{place}"}


@pytest.mark.parametrize("name", pictures.NAMES)
def test_a_picture_is_a_small_jpeg(name: str) -> None:
    drawn = pictures.draw(name)
    assert Image.open(io.BytesIO(drawn)).format == "JPEG"
    assert len(drawn) < 100_000


def test_every_class_has_a_fitting_picture() -> None:
    assert {pictures.fitting(topic.name) for topic in texts.topics()} <= set(pictures.NAMES)


@pytest.mark.parametrize("ending", ["refuse", "void"])
def test_reports_that_went_no_further_say_why(ending: str) -> None:
    ended = [turned for turned in texts.turned() if turned.ending == ending]
    assert len(ended) >= 8
    assert all(turned.reason.isascii() and turned.reply for turned in ended)


@pytest.mark.parametrize("name", [name for name in texts.phrases() if name != "on_the_spot"])
def test_something_may_be_said_of_every_matter(name: str) -> None:
    assert any("|" not in line for line in texts.phrases()[name])


def test_what_is_said_fits_the_matter() -> None:
    lamp = next(topic for topic in texts.topics() if topic.name == "路灯")
    stall = next(topic for topic in texts.topics() if topic.name == "无照经营游商")
    shines = "修好了，晚上走路亮堂堂的。"
    assert shines in texts.fitting("rating_good", lamp, lamp.reports[0])
    assert shines not in texts.fitting("rating_good", stall, stall.reports[0])


def test_the_outcome_nearest_to_the_report_is_told() -> None:
    outcomes = ["死鱼已打捞，池塘换水增氧。", "打捞队已下河清理塑料瓶。"]
    assert texts.nearest(outcomes, Said("web", "小河漂了好多塑料瓶和水草")) == outcomes[1]

"""The platform … counts nobody's presence, ranks nobody and follows nobody (基层减负).

国办函〔2026〕12号 forbids check-ins, points and rankings and the counting of hours online, except
under an active incident, which does not exist yet. See domain.md 13.1 (2) and 13.3.
"""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from quanyu.web.api import api
from tests.architecture.source import ROOT, files, trees

CHINESE = re.compile(
    "打卡|签到|签退|积分|排名|排行|名次|末位|红黑榜|光荣榜|龙虎榜|在线时长|登录时长|学习时长|在岗时长|"
    "轨迹|实时定位|位置上报|定位上报|点赞数|转发量|安装率|活跃率|登录率"
)
ENGLISH = re.compile(
    r"check[\s_-]?ins?\b|clock[\s_-]?ins?\b|\bleader[\s_-]?boards?\b|\branks?\b|\brankings?\b"
    r"|\branked\b|\bscore[\s_-]?boards?\b|\bonline[\s_-]time\b|\btime[\s_-]online\b"
    r"|\btrails?\b|\btrajector(?:y|ies)\b|\bgeo[\s_-]?fenc(?:e|es|ing)\b|\bheartbeats?\b"
    r"|\b(?:earned|bonus|reward|your|award)[\s_-]points\b|\blive[\s_-]location\b",
    re.IGNORECASE,
)
ALLOWED: dict[str, str] = {}
"""Sentences that hold such a word and are no such thing, each with its reason. There are none."""

POSITIONS = {
    "events.Counted": "where the matter lies, in millionths of a degree",
    "events.Tally": "sums of where matters lie, for the middle of a disc on the map",
    "events.Event": "where the matter lies, as the reporter or the dispatcher set it",
    "gateway.Order": "where the matter lies, as the other system said it",
    "regions.Building": "a building",
    "regions.Estate": "the middle and the outline of an estate",
    "regions.GridFinding": "an overlap, a gap, a building",
    "regions.Region": "the middle and the outline of a place",
    "regions.Road": "a road's line",
    "regions.Target": "the outline of a place that is to be",
}
POSITION = re.compile(
    r"(?:^|_)(?:lon|lat|lng|longitude|latitude|position|positions|point|points|location|gps|coords?"
    r"|coordinates?|shape|geom|geometry|track|tracks|trail|bearing|speed)(?:_|$)"
)


def test_says_no_such_thing_in_any_sentence() -> None:
    assert [said for said in _sentences() if CHINESE.search(said) and said not in ALLOWED] == []


def test_says_no_such_thing_in_english() -> None:
    assert [said for said in _english() if ENGLISH.search(said) and said not in ALLOWED] == []


def test_has_no_address_for_it() -> None:
    addresses = [*_addresses(get_resolver().url_patterns), *api.get_openapi_schema()["paths"]]

    assert [a for a in addresses if ENGLISH.search(a.replace("/", " "))] == []


def test_has_no_field_for_it() -> None:
    names = [
        f"{model._meta.label}.{field.name} {getattr(field, 'verbose_name', '')}"
        for model in _ours()
        for field in model._meta.get_fields()
    ]

    assert [n for n in names if CHINESE.search(n) or ENGLISH.search(n.replace("_", " "))] == []


def test_keeps_positions_of_things_and_never_of_a_person() -> None:
    found = {
        model._meta.label
        for model in _ours()
        for field in model._meta.get_fields()
        if POSITION.search(field.name)
    }

    assert found == set(POSITIONS)


def test_asks_the_browser_where_one_is_only_when_a_person_presses_for_it() -> None:
    watching = [file.name for file in files(".js", ".html") if "watchPosition" in file.read_text()]

    assert watching == []


@pytest.mark.parametrize("word", ["今日打卡", "积分排名", "在线时长"])
def test_would_be_caught_in_chinese(word: str) -> None:
    assert CHINESE.search(word)


def test_lets_a_handler_sign_for_a_matter() -> None:
    assert CHINESE.search("签收") is None


def _ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("quanyu.")]


def _sentences() -> Iterator[str]:
    """Give every string of the source, and every line of the pages, scripts and data."""
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for file in files(".html", ".js", ".css", ".csv", ".json", ".txt"):
        yield from file.read_text(encoding="utf-8").splitlines()


def _english() -> Iterator[str]:
    """Give every English sentence that a page can show: the catalogue, and the pages themselves."""
    for file in [*sorted((ROOT / "locale").rglob("*.po")), *files(".html")]:
        yield from file.read_text(encoding="utf-8").splitlines()


def _addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, address)
        else:
            yield f"{address} {pattern.name or ''}"

"""A base map … is none unless the operator sets one, whole and safe (底图)."""

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from quanyu.regions.rules.base_map import WrongBaseMap, read_base_map
from quanyu.web.ground import map_ground
from quanyu.web.middleware import Policy

SAID = {
    "tiles": ["https://t0.example.cn/{z}/{x}/{y}.png", "https://t1.example.cn/{z}/{x}/{y}.png"],
    "attribution": "示例底图 GS(2026)1号",
    "datum": "cgcs2000",
}


def sent(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def policy() -> str:
    return Policy(sent)(HttpRequest())["Content-Security-Policy"]


def test_is_none_by_default(db: None) -> None:
    assert map_ground()["base"] == ""
    assert "http" not in policy()


def test_opens_the_policy_to_its_servers_alone(settings: Any) -> None:
    settings.QUANYU_BASE_MAP = json.dumps(SAID)

    rules = dict(part.split(" ", 1) for part in policy().split("; "))

    servers = "https://t0.example.cn https://t1.example.cn"
    assert rules["img-src"] == f"'self' data: blob: {servers}"
    assert rules["connect-src"] == f"'self' {servers}"
    assert "example" not in rules["script-src"] + rules["default-src"] + rules["worker-src"]


def test_is_told_to_the_maps_with_whose_it_is(settings: Any, db: None) -> None:
    settings.QUANYU_BASE_MAP = json.dumps(SAID)

    told = map_ground()

    assert json.loads(told["base"])["attribution"] == SAID["attribution"]
    assert told["shift"] == ""


def test_in_gcj_02_says_how_far_off_it_lies(settings: Any, db: None) -> None:
    settings.QUANYU_BASE_MAP = json.dumps(SAID | {"datum": "gcj02"})

    assert map_ground()["shift"] == "底图是 GCJ-02 坐标，与网格和楼栋错开约 560 米，不能据此定位"


@pytest.mark.parametrize(
    "wrong",
    [
        {"tiles": "http://t0.example.cn/{z}/{x}/{y}.png"},
        {"tiles": "https://t0.example.cn/{z}/{x}.png"},
        {"tiles": "https://t0.example.cn; script-src *//{z}/{x}/{y}"},
        {"tiles": "https://a:b@t0.example.cn/{z}/{x}/{y}"},
        {"tiles": "https://{s}.example.cn/{z}/{x}/{y}"},
        {"tiles": []},
        {"attribution": " "},
        {"datum": "bd09"},
        {"tile_size": 300},
        {"max_zoom": 99},
        {"key": "unknown"},
    ],
)
def test_that_is_not_whole_or_not_safe_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(WrongBaseMap):
        read_base_map(json.dumps(SAID | wrong))


@pytest.mark.parametrize("text", ["{", "[]", "7", '"https"', '{"tiles": "x"}'])
def test_that_is_no_description_stops_the_start(text: str, settings: Any) -> None:
    settings.QUANYU_BASE_MAP = text

    with pytest.raises(ImproperlyConfigured, match="QUANYU_BASE_MAP"):
        policy()

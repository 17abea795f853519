"""The JSON API … describes itself, and says to strangers that they must sign in (接口说明)."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from quanyu.web.api import api
from tools.docs import INTERFACE, interface

SCHEMA: dict[str, Any] = api.get_openapi_schema()
CALLS = [
    (path, verb, call)
    for path, verbs in SCHEMA["paths"].items()
    for verb, call in verbs.items()
    if verb in {"get", "post", "put", "patch", "delete"}
]
PUBLIC = [call for call in CALLS if "/public/" in call[0]]
STAFF = [call for call in CALLS if "/public/" not in call[0]]

pytestmark = pytest.mark.django_db


def _name(value: object) -> str | None:
    return value.strip("/").replace("/", ".") if isinstance(value, str) else None


def test_is_served_as_it_is_declared(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert set(answer.json()["paths"]) == set(SCHEMA["paths"])


def test_is_the_one_that_is_committed() -> None:
    with override(None):
        assert INTERFACE.read_text(encoding="utf-8") == interface(), "run python -m tools.docs"


@pytest.mark.parametrize(("path", "verb", "call"), CALLS, ids=_name)
def test_gives_each_call_a_summary(path: str, verb: str, call: dict[str, Any]) -> None:
    assert call["summary"]
    assert call["description"]


def test_names_each_call_once() -> None:
    names = [call["operationId"] for _path, _verb, call in CALLS]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(("path", "verb", "call"), STAFF, ids=_name)
def test_asks_strangers_to_sign_in(
    path: str, verb: str, call: dict[str, Any], client: Client
) -> None:
    answer = _sent(client, path, verb)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.parametrize(("path", "verb", "call"), PUBLIC, ids=_name)
def test_lets_residents_in_without_an_account(
    path: str, verb: str, call: dict[str, Any], client: Client
) -> None:
    answer = _sent(client, path, verb)

    assert answer.status_code in {404, 422}
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def _sent(client: Client, path: str, verb: str) -> Any:
    address = re.sub(r"\{\w+_id\}", str(uuid.uuid4()), path)
    address = address.replace("{code}", "0000000000000000")
    return client.generic(verb.upper(), address, b"{}", content_type="application/json")

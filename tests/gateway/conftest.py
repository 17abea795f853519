"""A hotline that was let in, and the desk that answers it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from quanyu.gateway import actions, queries
from quanyu.gateway.models import Source, Token
from quanyu.gateway.rules import Said
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from tests.conftest import STREET, person

DISTRICT = "34/01/04/"
HOTLINE = {"name": "市 12345 热线", "name_en": "City hotline 12345", "a_minute": 60}


@pytest.fixture
def sys_admin() -> Actor:
    """系统管理员 of the city."""
    return person(Role.SYS_ADMIN, "34/01/", name="魏明轩")


@pytest.fixture
def sec_admin() -> Actor:
    """安全管理员 of the city."""
    return person(Role.SEC_ADMIN, "34/01/", name="戚慧敏")


@pytest.fixture
def source(act: Any, sys_admin: Actor, at: datetime) -> Source:
    """The hotline, at the demo street."""
    given = {"code": "hotline", "place": STREET, **HOTLINE}
    row: Source = act(actions.register_source, actor=sys_admin, at=at, **given)
    return row


@pytest.fixture
def secret(act: Any, source: Source, sys_admin: Actor, sec_admin: Actor, at: datetime) -> str:
    """Its token, confirmed."""
    found: str = act(actions.issue_token, source=source.pk, days=90, actor=sys_admin, at=at)
    token = Token.objects.get(source=source)
    act(actions.confirm_token, token=token.pk, actor=sec_admin, at=at)
    return found


@pytest.fixture
def hotline(source: Source) -> Actor:
    """The hotline as it acts."""
    return queries.actor_of(source)


@pytest.fixture
def order() -> Said:
    """A lamp out, by the hotline's codes."""
    return Said(
        number="HF-001",
        contents="小区东门路灯三天不亮，晚上看不见路。",
        address="绩溪路东门",
        lon=117.23,
        lat=31.82,
        class_said="010203",
        class_name="路灯",
        name="张三",
        phone="13800138000",
    )


@pytest.fixture
def taking(act: Any, source: Source, hotline: Actor, at: datetime) -> Callable[..., actions.Taken]:
    """Let the hotline send an order."""

    def take(said: Said, **more: Any) -> actions.Taken:
        given = {"source": source, "said": said, "actor": hotline, "at": at, **more}
        taken: actions.Taken = act(actions.take_order, **given)
        return taken

    return take


@pytest.fixture
def keeper() -> Actor:
    """受理员 of the street, who says what codes mean."""
    return person(Role.OPERATOR, name="王芳")


def knock(client: Client, secret: str, path: str, body: Any = None, **headers: str) -> Any:
    """Ask as the system that holds a token."""
    given = {"Authorization": f"Bearer {secret}", **headers}
    set_scope(person(Role.RESIDENT, "34/99/"))
    address = f"/api/v1/exchange/{path}"
    if body is None:
        return client.get(address, headers=given)
    return client.post(address, body, "application/json", headers=given)

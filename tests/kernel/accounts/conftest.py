"""The cast: two of each administrator, one worker, one stranger (人物)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.accounts import actions
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.seals import new_key
from tests.kernel.accounts.cast import CITY, PASSWORD, STREET, Hire, acting_as


@pytest.fixture(autouse=True)
def house(settings: Any) -> Iterator[None]:
    """Keys of a city, and our own addresses alone."""
    settings.QUANYU_FIELD_KEYS = {"1": new_key()}
    settings.QUANYU_INDEX_KEY = new_key()
    settings.ROOT_URLCONF = "tests.kernel.accounts.urls"
    settings.PASSWORD_HASHERS = ["tests.kernel.accounts.cast.Quick"]
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "whitenoise" not in one]
    ring.cache_clear()
    yield
    ring.cache_clear()


@pytest.fixture
def now() -> datetime:
    """The real time: a browser's session runs by the clock on the wall."""
    return timezone.now()


@pytest.fixture
def demo() -> Actor:
    return system(CITY, job="demo")


@pytest.fixture
def hire(db: None, demo: Actor, now: datetime) -> Hire:
    """Make an account with one role; the demo's job does it."""

    def hired(username: str, role: str = "", place: str = STREET, **more: Any) -> Account:
        account = actions.create_account(
            username=username,
            name=more.pop("name", "周明"),
            password=more.pop("password", PASSWORD),
            is_demo=more.pop("is_demo", False),
            actor=demo,
            at=now - timedelta(days=1),
        )
        if role:
            actions.grant(
                account=account,
                role=role,
                region_path="" if more.get("body") else place,
                reason="到岗",
                actor=demo,
                at=now - timedelta(days=1),
                **more,
            )
        return account

    return hired


@pytest.fixture
def worker(hire: Hire) -> Account:
    return hire("zhou.ming", Role.DISPATCHER)


@pytest.fixture
def system_administrator(hire: Hire, now: datetime) -> Actor:
    return acting_as(hire("sys", Role.SYS_ADMIN, CITY, name="钱一"), now)


@pytest.fixture
def security_administrator(hire: Hire, now: datetime) -> Actor:
    return acting_as(hire("sec", Role.SEC_ADMIN, CITY, name="孙二"), now)


@pytest.fixture
def stranger(hire: Hire, now: datetime) -> Actor:
    """A security administrator of another district."""
    return acting_as(hire("sec.else", Role.SEC_ADMIN, "34/01/11/", name="李三"), now)


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def sign_in(browser: Client) -> Callable[..., Any]:
    def signed_in(username: str, password: str = PASSWORD, **more: str) -> Any:
        given = {"username": username, "password": password, **more}
        return browser.post("/desk/sign-in", given)

    return signed_in

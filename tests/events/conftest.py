"""A month of matters that many tests read (多个测试共用的一个月)."""

from collections.abc import Iterator
from typing import Any

import pytest

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from tests.conftest import truncate
from tests.events.figured import made


@pytest.fixture(scope="module")
def month(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Event]]:
    """A small month, made once for all tests of a file, and what each matter of it is."""
    with django_db_blocker.unblock():
        truncate()
        kept = made(_commit)
    yield kept
    with django_db_blocker.unblock():
        truncate()


def _commit(verb: Any, *, actor: Actor, **facts: Any) -> Any:
    with acting(actor):
        return verb(actor=actor, **facts)

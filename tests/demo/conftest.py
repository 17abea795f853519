"""A whole demo city, built once for the tests that look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from quanyu.demo import city
from quanyu.demo.cast import SignIn
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.seals import new_key
from tests.conftest import SHANGHAI, truncate

AT = datetime(2026, 3, 11, 10, 15, tzinfo=SHANGHAI)
"""A Wednesday morning, when everybody is at work."""


@dataclass(frozen=True)
class Built:
    """A city that was begun, cut short after some dozens of matters, and finished."""

    home: Path
    at: datetime
    begun: list[SignIn]
    finished: list[SignIn]


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    """Build the small city first and then the rest, as after a start that was killed."""
    home = tmp_path_factory.mktemp("home")
    keys = {"QUANYU_FIELD_KEYS": {"1": new_key()}, "QUANYU_INDEX_KEY": new_key()}
    with override_settings(QUANYU_HOME=home, **keys), django_db_blocker.unblock():
        ring.cache_clear()
        truncate()
        begun = city.build(home=home, at=AT, scale="small")
        yield Built(home, AT, begun, city.build(home=home, at=AT))
        truncate()
    ring.cache_clear()

"""Hefei as shipped, with its demo street (合肥与示例街道)."""

from datetime import datetime

import pytest

from quanyu.kernel.access.rules import Actor, system
from quanyu.regions import actions


@pytest.fixture
def importer() -> Actor:
    return system("34/01/", job="import")


@pytest.fixture
def hefei(db: None, importer: Actor, at: datetime) -> actions.Imported:
    return actions.load_hefei(actor=importer, at=at)


@pytest.fixture
def street(hefei: actions.Imported, importer: Actor, at: datetime) -> actions.Loaded:
    return actions.load_street(actor=importer, at=at)

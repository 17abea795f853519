"""Who brings the tables; Hefei and its demo street stand in the template database (导入人)."""

from collections.abc import Iterator

import pytest

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.editions import forget_everything


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """A test's own tree is rolled back; the process must not go on with it."""
    yield
    forget_everything()


@pytest.fixture
def importer() -> Actor:
    return system("34/01/", job="import")

"""Who brings the tables; Hefei and its demo street stand in the template database (导入人)."""

import pytest

from quanyu.kernel.access.rules import Actor, system


@pytest.fixture
def importer() -> Actor:
    return system("34/01/", job="import")

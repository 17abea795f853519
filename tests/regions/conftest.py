"""Hefei as shipped, a few streets of it, and the demo street (合肥与示例街道)."""

from datetime import datetime
from pathlib import Path

import pytest

from quanyu.kernel.access.rules import Actor, system
from quanyu.regions import actions

KEPT = ("code", "34,", "3401,", "340103,", "340104,", "340181,", "340104001", "340104002")
"""How the rows begin that stay: a test of one street needs no two thousand places."""


def keep_a_few(folder: Path) -> Path:
    """Write the shipped tables with a few streets only, and return their folder."""
    for name, _ in (*actions.TABLES, (actions.ENGLISH, "")):
        lines = (actions.HEFEI / name).read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.startswith(KEPT)]
        (folder / name).write_text("\n".join(kept), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def few_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_a_few(tmp_path_factory.mktemp("few"))


@pytest.fixture
def importer() -> Actor:
    return system("34/01/", job="import")


@pytest.fixture
def hefei(db: None, importer: Actor, at: datetime) -> actions.Imported:
    """The whole city, as shipped."""
    return actions.load_hefei(actor=importer, at=at)


@pytest.fixture
def few(db: None, few_tables: Path, importer: Actor, at: datetime) -> actions.Imported:
    """Two streets of the city."""
    return actions.import_divisions(folder=few_tables, day=actions.HEFEI_DAY, actor=importer, at=at)


@pytest.fixture
def street(few: actions.Imported, importer: Actor, at: datetime) -> actions.Loaded:
    """The demo street with its grids, buildings and roads."""
    return actions.load_street(actor=importer, at=at)

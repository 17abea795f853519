"""People with accounts who take lists out and bring rows in (导出导入的人物)."""

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from quanyu.events import actions as events
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.tables import actions, making, queries
from quanyu.kernel.tables.models import Export
from tests.conftest import person
from tests.seat import browser_of

FORMULA = '=HYPERLINK("http://bad.example","点我")路灯不亮了'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """Let every file lie in a folder of this test."""
    settings.QUANYU_HOME = tmp_path
    return tmp_path


@pytest.fixture
def at() -> datetime:
    """An hour ago: the worker goes by the clock on the wall."""
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def seated(db: None) -> Callable[[Actor], Actor]:
    """Give somebody an account: the worker asks for the grants that live then."""

    def sit(actor: Actor) -> Actor:
        browser_of(actor)
        return actor

    return sit


@pytest.fixture
def clerk(seated: Callable[[Actor], Actor]) -> Actor:
    """受理员 of the demo street, with an account."""
    return seated(person(Role.OPERATOR, name="王芳"))


@pytest.fixture
def leader(seated: Callable[[Actor], Actor]) -> Actor:
    """指挥长 of the demo street, with an account."""
    return seated(person(Role.COMMANDER, name="高山"))


@pytest.fixture
def matters(act: Any, at: datetime, reported: Event) -> list[str]:
    """Seven matters in the demo street; one begins like a formula."""
    for n, text in enumerate([FORMULA, *(f"第{n}处路灯不亮，晚上看不见路" for n in range(5))]):
        said = events.Report(text=text, address=f"三里庵{n}号", lon=117.23, lat=31.82)
        act(events.report, said=said, actor=REPORTER, at=at)
    return []


Taken = Callable[..., Export]


@pytest.fixture
def taken(db: None, at: datetime) -> Taken:
    """Ask for a file and let the worker make it."""

    def take(actor: Actor, asked: dict[str, str] | None = None, **more: Any) -> Export:
        given: dict[str, Any] = {
            "table": "matters",
            "columns": "",
            "format": "xlsx",
            "language": "zh-hans",
        }
        set_scope(actor)
        export = actions.export(asked=asked or {}, actor=actor, at=at, **(given | more))
        return worked(export)

    return take


def worked(export: Export) -> Export:
    """Let the worker come to an export, and return how it stands."""
    making.make(export.pk, now=timezone.now)
    export.refresh_from_db()
    return export


def rows_of(export: Export) -> list[list[str]]:
    """Return the cells of a made file as a person reads them, its head first."""
    path = queries.made(export)
    if export.format == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [list(row) for row in csv.reader(file)]
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]

"""Migrations … are complete, linear, and stand without the code of their app (数据库迁移)."""

import ast
from itertools import groupby
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils.translation import override

from tests.architecture.source import ROOT, trees

ALLOWED = {"quanyu.kernel.keys"}
"""What every key's default is called; it is older than any migration and stays."""

FILES = [path for path in trees() if "/migrations/" in path and not path.endswith("__init__.py")]


def test_say_all_that_the_models_say() -> None:
    told = MigrationLoader(None)
    with override(None):  # as makemigrations does: names in the source's own words
        detector = MigrationAutodetector(told.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(graph=told.graph)

    assert changes == {}


@pytest.mark.parametrize("folder", sorted({str(Path(path).parent) for path in FILES}))
def test_follow_each_other_in_one_line(folder: str) -> None:
    names = sorted(Path(path).stem for path in FILES if str(Path(path).parent) == folder)
    parents = [_parents(f"{folder}/{name}.py") for name in names]

    assert parents == [[], *([name] for name in names[:-1])]


@pytest.mark.parametrize("path", FILES)
def test_import_nothing_of_ours_but_the_keys(path: str) -> None:
    assert {name for name in _imports(path) if name.startswith("quanyu")} <= ALLOWED


def test_bear_a_number_of_their_own() -> None:
    numbered = sorted((str(Path(path).parent), Path(path).name[:4]) for path in FILES)

    assert [key for key, same in groupby(numbered) if len(list(same)) > 1] == []


def _parents(path: str) -> list[str]:
    """Return the migrations of its own app that one depends on."""
    app = (ROOT / path).parents[1].name
    return [
        str(node.elts[1].value)
        for node in ast.walk(trees()[path])
        if isinstance(node, ast.Tuple)
        and len(node.elts) == 2
        and getattr(node.elts[0], "value", None) == app
        and isinstance(node.elts[1], ast.Constant)
        and str(node.elts[1].value)[:4].isdigit()
    ]


def _imports(path: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(trees()[path]):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found

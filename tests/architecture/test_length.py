"""A module … is short; what grows longer becomes a package of the same name (模块长度)."""

from pathlib import Path

import pytest

from tests.architecture.source import QUANYU, ROOT, files

MOST = 450
APART = {"migrations", "data"}
LONG: set[str] = {
    "quanyu/events/pages/desk.py",
    "quanyu/events/pages/public.py",
}
"""Modules still to be split; the list gets shorter, never longer."""

MODULES = [file for file in files(".py") if not APART & set(file.relative_to(QUANYU).parts)]


def _place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("file", MODULES, ids=_place)
def test_is_short(file: Path) -> None:
    assert _place(file) in LONG or _lines(file) <= MOST


def test_every_long_one_is_still_long() -> None:
    assert {_place(file) for file in MODULES if _lines(file) > MOST} >= LONG

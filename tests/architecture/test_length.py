"""A module … is short; what grows longer becomes a package of the same name (模块长度)."""

from pathlib import Path

import pytest

from tests.architecture.source import QUANYU, ROOT, files

MOST = 450
APART = {"migrations", "data"}

MODULES = [file for file in files(".py") if not APART & set(file.relative_to(QUANYU).parts)]


def _place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("file", MODULES, ids=_place)
def test_is_short(file: Path) -> None:
    assert _lines(file) <= MOST

"""The source as the tests of the architecture read it (源代码)."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUANYU = ROOT / "quanyu"


@cache
def trees() -> dict[str, ast.Module]:
    """Return every module of ours, parsed, under its path from the root."""
    return {
        file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in sorted(QUANYU.rglob("*.py"))
        if "vendor" not in file.parts
    }


def places(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Give every node with the name of the outermost function or class it stands in."""
    for top in tree.body:
        name = getattr(top, "name", "")
        for node in ast.walk(top):
            yield name, node


def files(*suffixes: str) -> Iterator[Path]:
    """Give our own files of these kinds: not the packages of others, and not the built ones."""
    for file in sorted(QUANYU.rglob("*")):
        if file.suffix in suffixes and "vendor" not in file.parts:
            yield file

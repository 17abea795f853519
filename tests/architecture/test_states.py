"""The state of a case … is written in one place only (状态只由流程改写)."""

import ast
from collections.abc import Iterator

from tests.architecture.source import places, trees

WRITERS = {
    ("quanyu/events/actions/joint.py", "_keep"): "a part's own state: it is no case",
    ("quanyu/kernel/workflow/actions.py", "_stand"): "the only code that moves a case",
    ("quanyu/kernel/accounts/actions/asking.py", "_settle"): "a request's own state: it is no case",
    ("quanyu/kernel/files/actions.py", "finish"): "a file's own state: it is no case",
    ("quanyu/kernel/files/actions.py", "refuse"): "a file's own state: it is no case",
    ("quanyu/kernel/notices/actions/calling.py", "_stand"): "a delivery's own state: it is no case",
    ("quanyu/kernel/notices/actions/sending.py", "_stand"): "a delivery's own state: it is no case",
    (
        "quanyu/kernel/notices/actions/sending.py",
        "recover",
    ): "a delivery's own state: it is no case",
    (
        "quanyu/kernel/notices/actions/sending.py",
        "receipt",
    ): "a delivery's own state: it is no case",
    ("quanyu/kernel/notices/actions/sending.py", "resend"): "a delivery's own state: it is no case",
    ("quanyu/kernel/notices/actions/sending.py", "let_be"): "a delivery's own state: it is no case",
    ("quanyu/kernel/tables/actions/exports.py", "approve"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/exports.py", "refuse"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/exports.py", "cancel"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/exports.py", "begin"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/exports.py", "finish"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/exports.py", "fail"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/imports.py", "confirm"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/imports.py", "give_up"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/imports.py", "start"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/imports.py", "judged"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/imports.py", "took_in"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/imports.py", "turn_down"): "a file's own state: it is no case",
    ("quanyu/kernel/tables/actions/sweeping.py", "_give_up"): "a file's own state: it is no case",
}
UPDATERS = {
    ("quanyu/kernel/files/actions.py", "erase"): "a file's own state: it is no case",
    ("quanyu/kernel/notices/actions/sending.py", "claim"): "a delivery's own state: it is no case",
    ("quanyu/kernel/notices/actions/sending.py", "_put"): "a delivery's own state: it is no case",
    ("quanyu/kernel/notices/actions/telling.py", "over"): "a delivery's own state: it is no case",
}


def test_is_assigned_only_where_a_case_moves() -> None:
    found = {(path, name) for path, tree in trees().items() for name in _assigning(tree)}

    assert found == set(WRITERS)


def test_is_never_updated_past_the_workflow() -> None:
    found = {(path, name) for path, tree in trees().items() for name in _updating(tree)}

    assert found == set(UPDATERS)


def _assigning(tree: ast.Module) -> Iterator[str]:
    for name, node in places(tree):
        stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if stored and getattr(node, "attr", "") == "state":
            yield name


def _updating(tree: ast.Module) -> Iterator[str]:
    """Give the functions that call ``.update(state=…)`` or ``setattr(…, "state", …)``."""
    for name, node in places(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        words = {word.arg for word in node.keywords}
        given = {one.value for one in node.args if isinstance(one, ast.Constant)}
        if (called == "update" and "state" in words) or (called == "setattr" and "state" in given):
            yield name

"""The docs … say what the code says (文档与代码一致)."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.utils.translation import override

from quanyu.kernel.access.rules import Role
from tests.architecture.source import ROOT, trees
from tools.docs import MARKED, TABLES, pages, renewed

DOCS = ROOT / "docs"
SETTINGS = DOCS / "operations/settings.md"
HANDBOOK = {
    "resident": {Role.RESIDENT},
    "operator": {Role.OPERATOR, Role.WINDOW_CLERK},
    "dispatcher": {Role.DISPATCHER, Role.COMMANDER},
    "handler": {Role.HANDLER},
    "checker": {Role.CHECKER},
    "grid-worker": {Role.GRID_WORKER, Role.COMMUNITY_OFFICER},
    "notices": {Role.COMMUNITY_OFFICER, Role.OPERATOR, Role.WINDOW_CLERK, Role.SYS_ADMIN},
    "commander": {Role.COMMANDER, Role.DISTRICT_ADMIN, Role.COMMUNITY_SECRETARY},
    "own-account": set(),
    "places": {Role.DISTRICT_ADMIN, Role.COMMANDER, Role.SYS_ADMIN},
    "map": set(),
    "planning": {Role.COMMUNITY_SECRETARY, Role.COMMANDER, Role.DISTRICT_ADMIN},
    "reorganisation": {Role.COMMUNITY_SECRETARY, Role.COMMANDER, Role.DISTRICT_ADMIN},
    "posts": {Role.COMMUNITY_SECRETARY, Role.COMMANDER, Role.DISTRICT_ADMIN},
    "organisation-net": {Role.PARTY_OFFICER, Role.COMMANDER, Role.DISTRICT_ADMIN},
    "grids": {Role.COMMANDER, Role.DISTRICT_ADMIN, Role.COMMUNITY_SECRETARY, Role.SYS_ADMIN},
    "party": {Role.PARTY_OFFICER, Role.COMMUNITY_SECRETARY, Role.GRID_BRANCH_SECRETARY},
    "administrators": {Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.DISTRICT_ADMIN},
}
"""The pages of the handbook, and the roles whose work stands in each."""

NO_PAGE = {"web": "the shell: it holds no rows; docs/architecture.md speaks of it"}
HANDED_ON = {"QUANYU_KEYS_FILE", "QUANYU_PORT"}
"""Set by a command for its own children, not by a person."""

OURS = [app for app in apps.get_app_configs() if app.name.startswith("quanyu.")]
WITH_PAGE = [app for app in OURS if app.label not in NO_PAGE]


def _label(app: AppConfig) -> str:
    return app.label


def test_list_every_setting_and_none_besides() -> None:
    told = re.findall(r"^\| `(QUANYU_[A-Z_]+)`", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(told) == len(set(told))
    assert set(told) == _read_from_the_environment() - HANDED_ON


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_hold_tables_as_the_code_makes_them(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    with override(None):
        assert text == renewed(text), "run python -m tools.docs"


def test_use_every_table_that_is_made() -> None:
    used = {found["name"] for page in pages() for found in MARKED.finditer(page.read_text())}

    assert used == set(TABLES)


def test_number_the_decisions_without_a_gap() -> None:
    numbers = [int(record.name[:4]) for record in sorted((DOCS / "decisions").glob("[0-9]*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("app", WITH_PAGE, ids=_label)
def test_have_a_page_for_each_package_that_holds_rows(app: AppConfig) -> None:
    page = (DOCS / f"domains/{app.label}.md").read_text(encoding="utf-8")
    names = {model.__name__ for model in app.get_models() if not model._meta.auto_created}
    missing = {name for name in names if f"| `{name}` |" not in page}

    assert page.splitlines()[2] == "| identifier | 中文 | source |"
    assert missing == set()


@pytest.mark.parametrize("role", HANDBOOK)
def test_have_a_handbook_page_for_each_role_chinese_first(role: str) -> None:
    page = (DOCS / f"handbook/{role}.md").read_text(encoding="utf-8")
    chinese, _heading, english = page.partition("\n## English\n")

    assert re.match(r"# [\u4e00-\u9fff]", chinese)
    assert len(english) > 300


def test_name_in_the_handbook_every_role_that_a_move_asks_for() -> None:
    from quanyu.events.workflow import EVENT  # noqa: PLC0415

    asked = {role for move in EVENT.moves for role in move.by} - {Role.SYSTEM}

    assert asked <= set().union(*HANDBOOK.values())


@pytest.mark.parametrize("page", [ROOT / "README.md", *pages()], ids=lambda page: page.name)
def test_link_only_to_what_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def _read_from_the_environment() -> set[str]:
    """Return every QUANYU_ name that settings or another module of ours reads, and ``./run``."""
    found = set(re.findall(r"\$\{(QUANYU_[A-Z_]+)", (ROOT / "run").read_text()))
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call | ast.Subscript) and _is_reading(node):
                found |= {name for name in _constants(node) if name.startswith("QUANYU_")}
    return found


def _is_reading(node: ast.Call | ast.Subscript) -> bool:
    said = ast.unparse(node.func if isinstance(node, ast.Call) else node.value)
    return said in {"_text", "_number", "os.environ.get", "os.getenv", "os.environ"}


def _constants(node: ast.AST) -> set[str]:
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }

"""The order of the documentation's site: a page that is added finds its place by itself."""

from pathlib import Path
from typing import Any

SECTIONS = {
    "handbook": "手册 Handbook",
    "operations": "运维 Operations",
    "domains": "各部分 Parts",
    "decisions": "决策 Decisions",
}
"""Each folder of docs/, in the order in which one needs them."""


def on_config(config: Any) -> Any:
    """Give the navigation: the first page, each folder with its own first page, the rest."""
    docs = Path(config["docs_dir"])
    first = [{"首页 Home": "README.md"}, {"架构 Architecture": "architecture.md"}]
    config["nav"] = first + [{name: pages(docs, folder)} for folder, name in SECTIONS.items()]
    return config


def pages(docs: Path, folder: str) -> list[str]:
    """Return the pages of one folder, its README first."""
    found = sorted(docs.glob(f"{folder}/**/*.md"), key=lambda page: (page.stem != "README", page))
    return [page.relative_to(docs).as_posix() for page in found]
